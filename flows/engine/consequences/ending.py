"""A studio's end (撤销、终止): its standing, its seats, and everything that is still open about it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import local_day
from flows.engine.steps import cancelling
from flows.engine.telling import Telling, tell, tell_aside
from flows.engine.work import Happening, Intent, Work, read_facts, rule_of, run_state
from models import Application, Cycle, Seat, StageRun, Studio
from models.columns import table_of
from models.statements import rows

APPLICATIONS, CYCLES = table_of(Application), table_of(Cycle)
RUNS, SEATS, STUDIOS = table_of(StageRun), table_of(Seat), table_of(Studio)
WHY = {"revoked": "工作室已撤销", "ended": "工作室已终止", "lapsed": "周期届满，没有续期"}
NOTICES = {"revoked": "studio_revoked", "ended": "studio_ended", "lapsed": "studio_ended"}
LIVE = (
    select(RUNS.c.id, RUNS.c.stage)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None))
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
    today, why = local_day(work.now), _why(work, studio_id, standing)
    held = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None)
    tell_everybody(work, cause, studio_id, NOTICES[standing], why)
    work.session.execute(update(SEATS).where(held).values(to_on=today, why_ended=why))
    work.session.execute(update(CYCLES).where(CYCLES.c.studio_id == studio_id).values(opens_next_on=None))
    asked = (APPLICATIONS.c.studio_id == studio_id) & APPLICATIONS.c.outcome.is_(None)
    work.session.execute(update(APPLICATIONS).where(asked).values(outcome="cancelled"))
    cause_id = cause.transition_id if cause else None
    for run in rows(work.session, LIVE, studio=studio_id):
        stops = Intent(run.id, "stop", {"reason": why}, cause_id=cause_id)
        work.ask(stops if run.stage == "grant" else cancelling(run.id, cause_id, why, quiet=True))


def tell_everybody(work: Work, cause: Happening | None, studio_id: int, notice: str, why: str = "") -> None:
    """Tell the host, everybody who has a seat, and the host's school; where no person's act is the cause, the office too.

    `why`: what is said where no act of anybody is the cause.
    """
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    seated = select(SEATS.c.person_id).where(SEATS.c.studio_id == studio_id, SEATS.c.to_on.is_(None))
    people = {studio.host_id, *work.session.execute(seated).scalars()}
    desks = [*(f"person:{one}" for one in sorted(people)), f"body:{studio.home_body_id}"]
    if cause is None or cause.actor.kind != "person":
        desks += _office(work, studio_id)
    about = _about(work, cause, studio, notice, why)
    if about is None:
        said = {"title": studio.name, "reason": why, "how": why, "link": f"/studios/{studio.id}"}
        tell_aside(work, f"studio:{studio.id}", desks, notice, said)
    else:
        tell(work, [replace(about, desk=desk) for desk in dict.fromkeys(desks)])


def _why(work: Work, studio_id: int, standing: str) -> str:
    """How a studio ended, in the text's own word where it has one: 停止运行 is not 撤销."""
    version_id = _version(work, studio_id) if standing == "revoked" else None
    return (work.book.own_word(work.session, version_id, "revoke") if version_id is not None else "") or WHY[standing]


def _version(work: Work, studio_id: int) -> int | None:
    """The version of a studio's newest cycle."""
    newest = select(CYCLES.c.version_id).where(CYCLES.c.studio_id == studio_id).order_by(CYCLES.c.number.desc())
    return work.session.execute(newest.limit(1)).scalar()


def _office(work: Work, studio_id: int) -> list[str]:
    """The desk of the office that keeps a studio, by its newest cycle."""
    version_id = _version(work, studio_id)
    return [f"body:{work.book.cast(work.session, version_id).office_id}"] if version_id is not None else []


def _about(work: Work, cause: Happening | None, studio: Any, notice: str, why: str) -> Telling | None:
    """What is told, hung on the act that caused it; where time alone did, on the last thing the studio had to do with."""
    if cause is not None:
        return Telling("", notice, cause.run, cause.version, cause.rule, cause.facts, None, mark=notice, reason=cause.move.reason,
                       more={"title": studio.name, "how": why})  # fmt: skip
    row = work.session.execute(
        select(RUNS).where(RUNS.c.studio_id == studio.id).order_by(RUNS.c.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    run = run_state(row)
    more = {"title": studio.name, "how": why, "clause": "", "step": "", "link": f"/studios/{studio.id}"}
    return Telling(
        "",
        notice,
        run,
        run.version,
        rule_of(work, run),
        read_facts(work, [run])[run.id],
        None,
        mark=notice,
        reason=why,
        more=more,
    )
