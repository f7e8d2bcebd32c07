"""A studio's pause (暂停) and how it goes on (恢复): nothing new opens meanwhile, and nobody loses the days."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import last_day, local_day
from flows.engine.consequences.ending import tell_everybody
from flows.engine.date_words import full_date
from flows.engine.declare import RunState
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Happening, Intent, Work
from models import Consequence, Cycle, Duty, Seat, StageRun, Studio
from models.columns import table_of
from models.statements import among, rows, write

CONSEQUENCES, CYCLES, DUTIES = table_of(Consequence), table_of(Cycle), table_of(Duty)
RUNS, SEATS, STUDIOS = table_of(StageRun), table_of(Seat), table_of(Studio)
# Why a duty whose day came in the pause has no run; what becomes of it is settled when the studio goes on.
PAUSED = "工作室停办期间，免办"
WHY = "工作室恢复，暂停的天数补上"
UNITS = frozenset({"studio", "school", "record"})  # units that are no person

HELD_UP_IN = ("activities", "assessment")
PAUSING = select(STUDIOS.c.id).where(among(STUDIOS.c.id, "studios"), STUDIOS.c.standing == "suspended")
HELD_UP = (
    select(RUNS.c.id, RUNS.c.due_at)
    .where(among(RUNS.c.studio_id, "studios"), RUNS.c.stage.in_(HELD_UP_IN))
    .where(RUNS.c.ended_at.is_(None))
    .where(RUNS.c.due_at.is_not(None))
    .order_by(RUNS.c.id)
)
CAME = (
    select(
        DUTIES.c.id, DUTIES.c.key, DUTIES.c.begins_on, DUTIES.c.ends_on, DUTIES.c.due_on, DUTIES.c.unit_kind, DUTIES.c.unit_id,
        CYCLES.c.version_id,
    )
    .join(CYCLES, CYCLES.c.id == DUTIES.c.cycle_id)
    .where(DUTIES.c.studio_id == bindparam("studio"), DUTIES.c.waived == PAUSED)
    .order_by(DUTIES.c.id)
)  # fmt: skip
SEATED = select(SEATS.c.person_id).where(SEATS.c.studio_id == bindparam("studio"), SEATS.c.to_on.is_(None))
WAIVE = update(DUTIES).where(DUTIES.c.id == bindparam("b_id")).values(waived=bindparam("b_waived"))


def suspend_studio(work: Work, cause: Happening, studio_id: int) -> None:
    """Pause a studio: nothing new opens, what it owes and its assessments do not run on; money and questions are not touched.

    One that pauses already has paused since it did.
    """
    active = update(STUDIOS).where(STUDIOS.c.id == studio_id, STUDIOS.c.standing == "active")
    if work.session.execute(active.values(standing="suspended")).rowcount == 0:  # type: ignore[attr-defined]
        _mark_as_idle(work, cause, studio_id)
        return
    hush(work, [studio_id])
    tell_everybody(work, cause, studio_id, "studio_suspended")


def _mark_as_idle(work: Work, cause: Happening, studio_id: int) -> None:
    """A pause that changed nothing says so, lest the days be counted from it."""
    mine = (CONSEQUENCES.c.cause_id == cause.transition_id) & (CONSEQUENCES.c.studio_id == studio_id)
    for row in work.session.execute(select(CONSEQUENCES).where(mine, CONSEQUENCES.c.kind == "suspend")).all():
        origin = {**row.origin, "paused_already": True}
        work.session.execute(update(CONSEQUENCES).where(CONSEQUENCES.c.id == row.id).values(origin=origin))


def paused_among(work: Work, runs: Iterable[RunState]) -> frozenset[int]:
    """Of the studios of these runs, those that pause; only runs that a pause holds up are looked at."""
    studios = {run.studio_id for run in runs if run.stage in HELD_UP_IN and run.studio_id is not None}
    found = rows(work.session, PAUSING, studios=studios) if studios else ()
    return frozenset(row.id for row in found)


def hush(work: Work, studios: Collection[int]) -> None:
    """Let no deadline or reminder of what these paused studios owe, or are judged on, wake the clock."""
    waiting = [row.id for row in rows(work.session, HELD_UP, studios=studios)] if studios else []
    if waiting:
        work.session.execute(update(RUNS).where(RUNS.c.id.in_(waiting)).values(wake_at=None))


def resume_studio(work: Work, cause: Happening, studio_id: int) -> None:
    """Let a paused studio go on.

    What was open gets the days of the pause on top, as recorded extensions. What would have opened meanwhile opens now, with
    those days on top where it has fallen due; a period that lay wholly in the pause is waived and says so.
    """
    paused = update(STUDIOS).where(STUDIOS.c.id == studio_id, STUDIOS.c.standing == "suspended")
    if work.session.execute(paused.values(standing="active")).rowcount == 0:  # type: ignore[attr-defined]
        return
    paused_on, today = _paused_on(work, studio_id), local_day(work.now)
    days = max(today - paused_on, timedelta(days=1))
    held = rows(work.session, HELD_UP, studios=[studio_id])
    # The clock looks at each of them again; what fell due before the pause is not extended, but not forgotten either.
    work.session.execute(update(RUNS).where(RUNS.c.id.in_([run.id for run in held])).values(wake_at=work.now))
    for run in held:
        _extend(work, cause, run.id, (last_day(run.due_at) or today) + days)
    _open_what_came(work, cause, studio_id, paused_on, days)
    tell_everybody(work, cause, studio_id, "studio_resumed")


def _open_what_came(work: Work, cause: Happening, studio_id: int, paused_on: date, days: timedelta) -> None:
    came = rows(work.session, CAME, studio=studio_id)
    if not came:
        return
    today = local_day(work.now)
    seated = {row.person_id for row in rows(work.session, SEATED, studio=studio_id)}
    open_now = [
        one for one in came if _owed(one, paused_on, today) and (one.unit_kind in UNITS or one.unit_id in seated)
    ]
    still = {one.id for one in open_now}
    said = f"工作室于 {full_date(paused_on)} 至 {full_date(today)} 停办，这一期免办"
    write(work.session, WAIVE, [{"b_id": one.id, "b_waived": "" if one.id in still else said} for one in came])
    runs = open_runs(work, [
        Opening(one.version_id, "obligations", one.key, "duty", one.id, studio_id=studio_id, cause_id=cause.transition_id)
        for one in open_now
    ])  # fmt: skip
    for run_id, one in zip(runs, open_now, strict=True):
        if one.due_on is not None and one.due_on < today:
            _extend(work, cause, run_id, one.due_on + days)


def _owed(one: Any, paused_on: date, today: date) -> bool:
    """Whether a duty that came in the pause is owed after it: its period reached before the pause or reaches beyond it."""
    return not (one.begins_on >= paused_on and one.ends_on < today)


def _extend(work: Work, cause: Happening, run_id: int, due_on: date) -> None:
    payload = {"due_on": due_on.isoformat(), "reason": WHY}
    work.ask(Intent(run_id, "extend", payload, cause_id=cause.transition_id))


def _paused_on(work: Work, studio_id: int) -> date:
    """The day on which the studio paused last; a pause of one that paused already changed nothing."""
    pause = (CONSEQUENCES.c.studio_id == studio_id) & (CONSEQUENCES.c.kind == "suspend")
    newest = select(CONSEQUENCES.c.at, CONSEQUENCES.c.origin).where(pause).order_by(CONSEQUENCES.c.id.desc())
    at = next((row.at for row in work.session.execute(newest) if not row.origin.get("paused_already")), None)
    return local_day(at or work.now)
