"""The consequence that asks (请主管部门决定): a question with its choices and a day, put on a desk; nothing follows by itself."""

from collections.abc import Mapping
from typing import Any

from flows.engine.calendar import due_after, local_day
from flows.engine.consequences.follower import Following
from flows.engine.following import Consequence, acts, rows_of
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Work
from models import Decision
from models.columns import table_of
from models.statements import insert_rows

DECISIONS = table_of(Decision)


def decide(work: Work, one: Following) -> None:
    """Open the question that the text leaves to a body; choices that cannot be acted on here are left out."""
    rule = one.rule
    due = due_after(local_day(work.now), rule.within, work.calendar, roll="next_working_day") if rule.within else None
    open_question(work, one.cause.run.version_id, one.cause.transition_id, {
        "about": one.about or f"studio:{one.studio.id}", "studio_id": one.studio.id,
        "seat_id": one.seat.id if one.seat is not None else None, "desk": one.desk(work, rule.by or "authority"),
        "due_on": due.on if due else None, "origin": {**rule.origin, "place": rule.place}, "question": question_of(one),
        "choices": choices_of(one), "fund": rule.fund, "span": {"least": rule.span[0], "most": rule.span[1]} if rule.span else {},
    })  # fmt: skip


def open_question(work: Work, version_id: int, cause_id: int | None, asked: Mapping[str, Any]) -> tuple[int, int]:
    """Store a question about a studio and put it on its desk; returns the ids of the decision and of its run."""
    row = {
        "seat_id": None,
        "due_on": None,
        "fund": "",
        "span": {},
        "answer": {},
        "reason": "",
        "cause_id": cause_id,
        **asked,
    }
    decision_id = insert_rows(work.session, DECISIONS, [row])[0]
    opening = Opening(
        version_id, "decisions", "decision", "decision", decision_id, studio_id=row["studio_id"], cause_id=cause_id
    )
    return decision_id, open_runs(work, [opening])[0]


def question_of(one: Following) -> str:
    """The question, with the name of the one it is about."""
    return f"{one.rule.value}（{one.seat.name}）" if one.seat is not None else one.rule.value


def choices_of(one: Following) -> list[dict[str, Any]]:
    """The choices that can be acted on: only an assessed studio mends, a host is not adjusted, a member's loss ends no studio."""
    return [
        {"title": title, "then": rows_of(then)} for title, then in one.rule.choices.items() if _can_be_done(one, then)
    ]


def _can_be_done(one: Following, then: tuple[Consequence, ...]) -> bool:
    words = acts(then)
    studio_assessed = one.about_id("assessment") is not None and one.seat is None
    if "rectify" in words and not studio_assessed:
        return False
    if one.seat is None:
        return True
    return ("adjust_out" if one.seat.role == "host" else "end") not in words
