"""A studio's end (撤销、终止) and pause (暂停): its standing, its seats, and everything that is still open about it."""

from datetime import date, timedelta

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import local_day
from flows.engine.steps import cancelling
from flows.engine.telling import Telling, last_day, tell
from flows.engine.work import Happening, Intent, Work
from models import Application, Consequence, Cycle, Seat, StageRun, Studio
from models.columns import table_of
from models.statements import rows

APPLICATIONS, CONSEQUENCES, CYCLES = table_of(Application), table_of(Consequence), table_of(Cycle)
RUNS, SEATS, STUDIOS = table_of(StageRun), table_of(Seat), table_of(Studio)
WHY = {"revoked": "工作室已撤销", "ended": "工作室已终止", "lapsed": "周期届满，没有续期"}
NOTICES = {"revoked": "studio_revoked", "ended": "studio_ended", "lapsed": "studio_ended"}
LIVE = (
    select(RUNS.c.id, RUNS.c.stage)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None))
    .order_by(RUNS.c.id)
)
HELD_UP = (
    select(RUNS.c.id, RUNS.c.due_at)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.stage.in_(("activities", "assessment")))
    .where(RUNS.c.ended_at.is_(None))
    .where(RUNS.c.due_at.is_not(None))
    .order_by(RUNS.c.id)
)


def end_studio(work: Work, cause: Happening | None, studio_id: int, standing: str) -> None:
    """End a studio as `revoked`, `ended` or `lapsed`: seats end today, nothing of it stays open (rule 4), nothing more opens.

    What is cancelled is carried out by the engine right after the act that caused it, in the same transaction. Unpaid
    money stops. Done before: nothing happens.
    """
    running = STUDIOS.c.standing.not_in(tuple(WHY))
    ended = update(STUDIOS).where(STUDIOS.c.id == studio_id, running).values(standing=standing)
    if work.session.execute(ended).rowcount == 0:  # type: ignore[attr-defined]
        return
    today, why = local_day(work.now), WHY[standing]
    held = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None)
    tell_everybody(work, cause, studio_id, NOTICES[standing])
    work.session.execute(update(SEATS).where(held).values(to_on=today, why_ended=why))
    work.session.execute(update(CYCLES).where(CYCLES.c.studio_id == studio_id).values(opens_next_on=None))
    asked = (APPLICATIONS.c.studio_id == studio_id) & APPLICATIONS.c.outcome.is_(None)
    work.session.execute(update(APPLICATIONS).where(asked).values(outcome="cancelled"))
    cause_id = cause.transition_id if cause else None
    for run in rows(work.session, LIVE, studio=studio_id):
        stops = Intent(run.id, "stop", {"reason": why}, cause_id=cause_id)
        work.ask(stops if run.stage == "grant" else cancelling(run.id, cause_id, why, quiet=True))


def tell_everybody(work: Work, cause: Happening | None, studio_id: int, notice: str) -> None:
    """Tell the host, everybody who has a seat, and the host's school."""
    if cause is None:
        return
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    seated = select(SEATS.c.person_id).where(SEATS.c.studio_id == studio_id, SEATS.c.to_on.is_(None))
    people = {studio.host_id, *work.session.execute(seated).scalars()}
    desks = [*(f"person:{one}" for one in sorted(people)), f"body:{studio.home_body_id}"]
    tell(work, [
        Telling(desk, notice, cause.run, cause.version, cause.rule, cause.facts, None, mark=notice, reason=cause.move.reason,
                more={"title": studio.name})
        for desk in desks
    ])  # fmt: skip


def suspend_studio(work: Work, cause: Happening, studio_id: int) -> None:
    """Pause a studio: nothing new opens, what it owes and its assessments do not run on; money and questions are not touched."""
    active = update(STUDIOS).where(STUDIOS.c.id == studio_id, STUDIOS.c.standing == "active")
    if work.session.execute(active.values(standing="suspended")).rowcount == 0:  # type: ignore[attr-defined]
        return
    owed = [row.id for row in rows(work.session, HELD_UP, studio=studio_id)]
    work.session.execute(update(RUNS).where(RUNS.c.id.in_(owed)).values(wake_at=None))
    tell_everybody(work, cause, studio_id, "studio_suspended")


def resume_studio(work: Work, cause: Happening, studio_id: int) -> None:
    """Let a paused studio go on: what was open gets the days of the pause on top, as recorded extensions."""
    paused = update(STUDIOS).where(STUDIOS.c.id == studio_id, STUDIOS.c.standing == "suspended")
    if work.session.execute(paused.values(standing="active")).rowcount == 0:  # type: ignore[attr-defined]
        return
    days = local_day(work.now) - _paused_on(work, studio_id)
    for run in rows(work.session, HELD_UP, studio=studio_id):
        later = (last_day(run.due_at) or local_day(work.now)) + max(days, timedelta(days=1))
        payload = {"due_on": later.isoformat(), "reason": "工作室恢复，暂停的天数补上"}
        work.ask(Intent(run.id, "extend", payload, cause_id=cause.transition_id))
    tell_everybody(work, cause, studio_id, "studio_resumed")


def _paused_on(work: Work, studio_id: int) -> date:
    found = select(CONSEQUENCES.c.at).where(CONSEQUENCES.c.studio_id == studio_id, CONSEQUENCES.c.kind == "suspend")
    at = work.session.execute(found.order_by(CONSEQUENCES.c.id.desc()).limit(1)).scalar()
    return local_day(at or work.now)
