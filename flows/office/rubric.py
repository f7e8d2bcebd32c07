"""Rubric (评分表): what the experts of a round score, and by which marks one is chosen, until the panel is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from flows.office.changes import rules_of, signed_changes
from flows.regulations import FULL_MARK
from models import Round, StageRun
from models.columns import table_of

ROUNDS, RUNS = table_of(Round), table_of(StageRun)
FIGURES = ("pass_mark", "runners_up", "sheets")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The score sheet of a round as it is, as the regulation alone has it, and how many cases were drawn by it."""

    round: Any
    rule: StepRule
    usual: StepRule
    drawn: int


def sheet_of(work: Work, actor: Actor, round_id: int, *, hold: bool = False) -> Sheet:
    """The score sheet of a round of the actor's authority; `hold`: nobody draws until this is written.

    Raises NotFound, also where no experts are asked.
    """
    row = work.session.execute(select(ROUNDS).where(ROUNDS.c.id == round_id)).first()
    if row is None or f"body:{row.authority_body_id}" not in actor.keys:
        raise NotFound
    plain, changed = rules_of(work, row.version_id, row.path, row.changes)
    rule = next((one for one in changed if one.stage.name == "expert_review"), None)
    if rule is None:
        raise NotFound
    return Sheet(row, rule, next(one for one in plain if one.name == rule.name), _drawn(work, round_id, hold=hold))


def _drawn(work: Work, round_id: int, *, hold: bool) -> int:
    """How many cases experts were drawn for."""
    reviews = select(RUNS.c.state).where(RUNS.c.round_id == round_id, RUNS.c.stage == "expert_review")
    states = work.session.execute(reviews.with_for_update() if hold else reviews).scalars()
    return sum(state not in {"unassigned", "cancelled", "withdrawn"} for state in states)


def set_rubric(
    work: Work, actor: Actor, round_id: int, lines: Sequence[tuple[str, int]], figures: Mapping[str, int], reason: str
) -> None:
    """Give the experts of a round a score sheet of their own: indicators with their full marks, a hundred together.

    `figures`: the pass mark, runners-up and sheets an expert. What is as the regulation has it is no change.
    Raises Refused once a panel is drawn, when the marks are not a hundred, an indicator lacks, or the reason does.
    """
    found = sheet_of(work, actor, round_id, hold=True)
    if found.drawn:
        raise Refused("drawn", f"已为 {found.drawn} 件抽取了专家，评分表不能再改。没有改动任何内容。")
    _refuse_faulty(lines, figures)
    policy: Any = found.usual.policy
    wanted: dict[str, Any] = {key: n for key, n in figures.items() if n != getattr(policy, key)}
    if list(lines) != [(title, most) for _place, title, most in policy.rubric]:
        wanted["rubric"] = [[f"r{n}", title, most] for n, (title, most) in enumerate(lines, start=1)]
    before = found.round.changes.get(found.rule.name, {})
    own = {key: one for key, one in before.items() if key not in {"rubric", *FIGURES}}
    own |= {key: _kept(before.get(key), value, reason) for key, value in wanted.items()}
    changes = {**found.round.changes, found.rule.name: own}
    signed = signed_changes(work, actor, found.round.version_id, found.round.path, changes, found.round.changes)
    work.session.execute(update(ROUNDS).where(ROUNDS.c.id == round_id).values(changes=signed))
    work.session.info.pop("round_changes", None)
    work.session.info.pop("rules", None)


def _kept(before: Mapping[str, Any] | None, value: Any, reason: str) -> Mapping[str, Any]:
    """A figure that stays as it was keeps its reason; a new one gets this."""
    return before if before is not None and before["value"] == value else {"value": value, "reason": reason}


def _refuse_faulty(lines: Sequence[tuple[str, int]], figures: Mapping[str, int]) -> None:
    titles = [title for title, _most in lines]
    total = sum(most for _title, most in lines)
    if not lines or not all(titles) or min(most for _title, most in lines) < 1:
        raise Refused("incomplete", "每一项都要写指标和 1 分以上的满分。没有改动任何内容。")
    if len(set(titles)) < len(titles):
        raise Refused("twice", "有两项指标写得一样，请合并或改写。没有改动任何内容。")
    if total != FULL_MARK:
        says = f"各项满分合计 {total} 分，要正好 {FULL_MARK} 分，{_by_how_much(total)}。没有改动任何内容。"
        raise Refused("not_hundred", says)
    if figures.get("pass_mark", 0) > FULL_MARK or figures.get("sheets", 1) < 1:
        raise Refused("out_of_range", f"合格线不高于 {FULL_MARK} 分，每位专家至少评 1 份。没有改动任何内容。")


def _by_how_much(total: int) -> str:
    return f"还差 {FULL_MARK - total} 分" if total < FULL_MARK else f"多了 {total - FULL_MARK} 分"
