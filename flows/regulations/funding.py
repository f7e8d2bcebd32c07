"""Funds (经费): what each fund pays, to whom, and which result it waits for."""

from collections.abc import Iterator

from flows.engine.rulebook import FundRule, StepRule
from flows.grant import GrantPolicy
from flows.lifecycle import STAGES
from flows.programme import Programme, origin_of
from flows.programme.entries import Consequence

IN_LEDGER = ("studio", "host", "school")


def grant_rule(programme: Programme, key: str) -> StepRule:
    """One fund as the stage of grants takes it. Raises KeyError."""
    fund = programme.funds[key]
    origins = {"": origin_of(programme, f"funds.{key}").as_row()}
    policy = GrantPolicy(
        title=fund.title, ledger=programme.ledger is not None and fund.to in IN_LEDGER, origins=origins
    )
    return StepRule("funds", key, fund.title, STAGES["grant"], policy)


def fund_rule(programme: Programme, key: str) -> FundRule:
    """One fund as openings and rewards take it. Raises KeyError."""
    fund = programme.funds[key]
    amounts: dict[str, int | None] = {level: amount.fen for level, amount in fund.amounts.items()}
    return FundRule(
        key, fund.title, amounts, tuple(fund.per_head), fund.from_, fund.to, waits_for(programme, key),
        origin_of(programme, f"funds.{key}").as_row(),
    )  # fmt: skip


def waits_for(programme: Programme, fund: str) -> tuple[str, ...]:
    """The assessments whose result sets the share of a fund's next period: those whose consequences name it."""
    return tuple(
        key
        for key, one in programme.assessments.items()
        if any(each.fund == fund or (each.kind == "fund" and each.value == fund) for each in _within(one.then.values()))
    )


def _within(groups: object) -> Iterator[Consequence]:
    for group in groups:  # type: ignore[attr-defined]
        for one in group:
            yield one
            yield from _within(one.choices.values())
