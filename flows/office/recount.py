"""Recounting (重算): the calendar was corrected, so due dates that were counted over it move; past ones never do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import CalendarDay, Due, WorkCalendar, last_day, local_day
from flows.engine.consequences.deadlines import keep_days
from flows.engine.days import put_days
from flows.engine.decide import wake_after
from flows.engine.declare import Actor, Ask, Part, RunState
from flows.engine.errors import Refused
from flows.engine.rulebook import StepRule
from flows.engine.telling import Telling, tell
from flows.engine.work import Work, ask_of, chain, explained, insert_transitions, read_facts, run_state
from flows.opening.moved import open_moved
from models import Cycle, StageRun
from models.columns import table_of

CYCLES, RUNS = table_of(Cycle), table_of(StageRun)
CHUNK = 500
SPAN_STEP = "时限"

MOVE_DUE = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("b_id"), RUNS.c.version == bindparam("b_version"))
    .values(
        version=bindparam("b_next"), due_at=bindparam("b_due"), due_steps=bindparam("b_steps", type_=RUNS.c.due_steps.type),
        due_provisional=bindparam("b_provisional"), wake_at=bindparam("b_wake"), head=bindparam("b_head"), attempts=0,
    )
)  # fmt: skip
LOOK_AGAIN = (
    update(CYCLES)
    .where(CYCLES.c.opens_next_on > bindparam("b_today"), CYCLES.c.begins_on <= bindparam("b_today"))
    .values(opens_next_on=bindparam("b_today"))
)
EXPLAIN = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("b_id"), RUNS.c.version == bindparam("b_version"))
    .values(
        due_steps=bindparam("b_steps", type_=RUNS.c.due_steps.type), due_provisional=bindparam("b_provisional"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recounted:
    """An open run whose deadline the corrected calendar counts anew; `moves`: to another day, and not into the past."""

    run: RunState
    rule: StepRule
    ask: Ask
    due: Due
    moves: bool

    @property
    def old_on(self) -> date | None:
        """The last day as it stands."""
        return last_day(self.run.due_at)


def corrected(calendar: WorkCalendar, days: Iterable[CalendarDay]) -> WorkCalendar:
    """The calendar with these days in place of what it said of them."""
    return WorkCalendar({**calendar.days, **{day.day: day for day in days}})


def recounted(work: Work, days: Sequence[CalendarDay]) -> list[Recounted]:
    """What a correction of these days would do to open deadlines, by due date; writes nothing.

    Only deadlines that a span of the rules counted, and that the present calendar still counts to the same day: what was
    fixed by a timetable or extended by a person stays. A fixed number of queries for each stage and five hundred runs.
    """
    after = corrected(work.calendar, days)
    if not days:
        return []
    rows = work.session.execute(
        select(RUNS).where(RUNS.c.ended_at.is_(None), RUNS.c.due_at > work.now).order_by(RUNS.c.id)
    ).all()
    runs = [run_state(row) for row in rows if any(step[0] == SPAN_STEP for step in row.due_steps)]
    found: list[Recounted] = []
    for start in range(0, len(runs), CHUNK):
        chunk = runs[start : start + CHUNK]
        facts = read_facts(work, chunk)
        found += [one for run in chunk if (one := _recount(work, after, run, facts[run.id])) is not None]
    return sorted(found, key=lambda one: (one.due.at, one.run.id))


def correct_calendar(work: Work, actor: Actor, days: Sequence[CalendarDay], source: str, reason: str) -> int:
    """Correct the calendar: a new edition, every deadline it touches recounted in the history, and the people told.

    Running cycles are looked at again, for what now opens earlier, and what now should have opened before is opened. Returns how many deadlines moved. Raises Refused without a reason, or when nothing would change.
    """
    changed = [day for day in days if work.calendar.on(day.day) != day or day.day not in work.calendar.days]
    if not changed:
        raise Refused("nothing_changed", "日历没有变化，不需要保存。")
    if not reason:
        raise Refused("without_reason", "请先写明依据，例如国务院办公厅通知的文号。没有改动任何内容。", {}, ("reason",))
    touched = recounted(work, changed)
    put_days(work.session, changed, source)
    moving = [one for one in touched if one.moves]
    _move(work, actor, moving, reason)
    after = Work(work.session, work.book, work.now, corrected(work.calendar, changed), work.request_id)
    open_moved(after, work.calendar)
    work.session.connection().execute(LOOK_AGAIN, {"b_today": local_day(work.now)})
    _explain(work, [one for one in touched if not one.moves and one.due.at == one.run.due_at])
    tell(work, [_telling(one, actor, reason) for one in moving])
    return len(moving)


def _recount(work: Work, after: WorkCalendar, run: RunState, facts: Any) -> Recounted | None:
    """The deadline counted from the moment the run entered its state, if the present calendar gives the stored one."""
    wait = work.book.stage(run.stage).wait(run.state)
    if wait is None or wait.due is None:
        return None
    rule, ask = ask_of(work, run, facts, "recount", Actor("engine"), {})
    entered = replace(ask, now=run.entered_at)
    before = wait.due(entered)
    due = wait.due(replace(entered, calendar=after))
    if before is None or due is None or before.at != run.due_at or before == due:
        return None
    moves = due.at != run.due_at and due.at > work.now
    return Recounted(run, rule, replace(ask, calendar=after), due, moves)


def _move(work: Work, actor: Actor, moving: Sequence[Recounted], reason: str) -> None:
    if not moving:
        return
    history = [_history(work, actor, one, reason) for one in moving]
    updates = [_update(work, one, row["hash"]) for one, row in zip(moving, history, strict=True)]
    written = work.session.connection().execute(MOVE_DUE, updates)
    if written.rowcount not in {len(updates), -1}:
        raise Refused("stale", "有事项刚被办理过，期限没有重算。请回到日历再保存一次。没有改动任何内容。")
    insert_transitions(work, history)
    keep_days(work.session, [(one.run.subject_kind, one.run.subject_id, one.due.on) for one in moving])


def _history(work: Work, actor: Actor, one: Recounted, reason: str) -> dict[str, Any]:
    run = one.run
    row: dict[str, Any] = {
        "run_id": run.id, "version": run.version + 1, "event": "recount", "from_state": run.state, "to_state": run.state,
        "actor_id": actor.person_id, "actor_kind": actor.kind, "for_person_id": actor.for_person_id, "at": work.now,
        "payload": {"old": _day(run.due_at), "new": one.due.on.isoformat()}, "reason": reason,
        "origin": dict(one.rule.policy.origin("")), "request_id": work.request_id, "cause_id": None, "listing_id": None,
        "before": run.head,
    }  # fmt: skip
    row["hash"] = chain(run.head, row)
    return row


def _update(work: Work, one: Recounted, head: str) -> dict[str, Any]:
    run = one.run
    wait = one.rule.stage.wait(run.state)
    ladder = work.book.ladder(work.session, run.version_id)
    wake_at = wake_after(wait, one.due.at, run.entered_at, one.ask, ladder) if wait else None
    return {
        "b_id": run.id, "b_version": run.version, "b_next": run.version + 1, "b_due": one.due.at,
        "b_steps": explained(one.due), "b_provisional": one.due.provisional, "b_wake": wake_at, "b_head": head,
    }  # fmt: skip


def _explain(work: Work, staying: Sequence[Recounted]) -> None:
    """The same day for other reasons, or no longer provisional: the explanation is brought up to date."""
    rows: list[Mapping[str, Any]] = [
        {"b_id": one.run.id, "b_version": one.run.version, "b_steps": explained(one.due), "b_provisional": one.due.provisional}
        for one in staying
    ]  # fmt: skip
    if rows:
        work.session.connection().execute(EXPLAIN, rows)


def _telling(one: Recounted, actor: Actor, reason: str) -> Telling:
    """Told: who has to act; where only the clock is waited for, the authority."""
    desk = one.run.desk or str(one.ask.facts.parts.get(Part.AUTHORITY, ""))
    more = {"facts": [["原期限", _day(one.run.due_at)], ["新期限", one.due.on.isoformat()]]}
    return Telling(
        desk, "calendar_moved", one.run, one.run.version + 1, one.rule, one.ask.facts, one.due.at, reason=reason,
        actor=actor.name, more=more,
    )  # fmt: skip


def _day(due_at: datetime | None) -> str:
    on = last_day(due_at)
    return on.isoformat() if on else ""
