"""Duties (应办事项): the numbers of each obligation as the stage of activities takes them."""

from collections.abc import Mapping

from flows.activities import DutyPolicy
from flows.engine.rulebook import SetupRule, StepRule
from flows.lifecycle import STAGES
from flows.programme import Programme, origin_of
from flows.programme.agenda import duty_due
from flows.programme.evidence import Asked
from flows.programme.rosters import roster_rules
from flows.programme.schema import Obligation
from flows.regulations.blocking import blocking_origins

# What is owed when a seat has become vacant; no obligation of a text, but what its consequences open.
VACANCIES = {"refill": "补选成员", "succession": "另选主持人"}


def duty_rule(programme: Programme, key: str) -> StepRule:
    """One obligation; `<key>/opinion` is a signature asked for it. Raises KeyError."""
    if key.endswith("/opinion"):
        return StepRule(
            "obligations",
            key,
            programme.obligations[key.removesuffix("/opinion")].title,
            STAGES["opinion"],
            STAGES["opinion"].policy(),
        )
    if key in VACANCIES:
        policy = DutyPolicy(title=VACANCIES[key], vacancy=True, origins=_vacancy_origins(programme, key))
        return StepRule("obligations", key, VACANCIES[key], STAGES["activities"], policy)
    one = programme.obligations[key]
    origins = {
        "": origin_of(programme, f"obligations.{key}").as_row(),
        "within": origin_of(programme, f"obligations.{key}.due").as_row(),
        **blocking_origins(programme, key),
    }
    policy = DutyPolicy(
        title=one.title, times=one.least, most=one.most, receipt=one.receipt, reported=bool(one.to), soft=one.soft, distinct=one.distinct,
        asked=Asked(tuple(one.counts), tuple(one.proof), tuple(one.checklist), one.lasting, bool(one.signed_by)),
        signed_by=tuple(one.signed_by), named=one.who == "named", due=None if one.per == "call" else duty_due(one),
        due_words="要求的最后一天" if one.per == "call" else one.due.chinese,
        stands_for=one.stands_for or "", origins=origins,
        roster=roster_rules(programme) if any(counted.record == "roster" for counted in one.counts) else None,
    )  # fmt: skip
    return StepRule("obligations", key, one.title, STAGES["activities"], policy)


def _vacancy_origins(programme: Programme, key: str) -> dict[str, Mapping[str, str]]:
    """Where a vacancy comes from: a host's from their loss, a member's from where the text has it filled, else from our default."""
    places = _refills(programme) if key == "refill" else []
    if not places:
        return {"": origin_of(programme, "people.host.loss").as_row()}
    text = [place for place in places if origin_of(programme, place).kind == "clause"]
    place = (text or places)[0]
    within = origin_of(programme, f"{place}.within")
    return {"": origin_of(programme, place).as_row(), "within": within.as_row()}


def _refills(programme: Programme) -> list[str]:
    """Every place at which a new member follows by itself, as a dotted path."""
    then = {
        f"assessments.{name}.then.{grade}": each
        for name, one in programme.assessments.items()
        for grade, each in one.then.items()
    }
    then |= {f"paths.{name}.then": path.then for name, path in programme.paths.items()}
    return [f"{place}.{n}" for place, each in then.items() for n, one in enumerate(each) if one.kind == "refill"]


def setup_rule(one: Obligation) -> SetupRule:
    """An obligation owed before the plaque."""
    within = one.due.span if one.due.anchor == "announcement" and one.due.side == "after" else None
    return SetupRule(
        one.name, one.title, one.each or "", one.to or "", one.least, tuple(one.signed_by), tuple(one.blocks), within,
        one.roll or "next_working_day",
    )  # fmt: skip


def owed_rule(one: Obligation) -> SetupRule:
    """An obligation owed for each record of another, due before or after its day."""
    within = one.due.span if one.due.anchor == "event" else None
    return SetupRule(
        one.name, one.title, "", one.to or "", one.least, (), tuple(one.blocks), within, one.roll or "next_working_day",
        one.who or "host", one.due.side == "before", one.soft,
    )  # fmt: skip
