"""Launching (发布): the act by which a round begins, and what the command line shows of rounds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, and_, case, func, select
from sqlmodel import Session

from flows.engine.apply import apply
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import NotFound
from flows.engine.rulebook import Rulebook
from flows.engine.work import Intent, Work
from flows.regulations import version_in_force
from flows.trial.gate import over_warnings
from models import Programme, ProgrammeVersion, Round, StageRun
from models.columns import table_of
from models.session import transaction

ROUNDS, RUNS, PROGRAMMES, VERSIONS = (table_of(one) for one in (Round, StageRun, Programme, ProgrammeVersion))
OWN_RUN = and_(RUNS.c.subject_kind == "round", RUNS.c.subject_id == ROUNDS.c.id)


def launch_round(engine: Engine, book: Rulebook, round_id: int, actor: Actor, now: datetime, reason: str = "") -> str:
    """Launch a planned round; returns the state it is in then.

    Raises NotFound, and Refused also when its trial, if there was one, left warnings and no reason is given.
    """
    with transaction(engine) as session:
        work = Work(session, book, now, calendar_of(session))
        payload = over_warnings(work, round_id, {"reason": reason} if reason else {})
        return apply(work, Intent(round_row(session, round_id).run_id, "launch", payload), actor).move.to


def drafted_round(session: Session, code: str) -> int | None:
    """The newest round of a programme that is not launched; None when there is none."""
    return session.execute(
        select(ROUNDS.c.id)
        .join(RUNS, OWN_RUN)
        .join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.code == code, RUNS.c.state == "planned")
        .order_by(ROUNDS.c.id.desc())
        .limit(1)
    ).scalar()


def round_row(session: Session, round_id: int) -> Any:
    """One round with its run and state. Raises NotFound."""
    found = session.execute(
        select(ROUNDS, RUNS.c.id.label("run_id"), RUNS.c.state).join(RUNS, OWN_RUN).where(ROUNDS.c.id == round_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def round_rows(session: Session) -> Sequence[Any]:
    """Every round with its state, newest first."""
    return session.execute(
        select(ROUNDS, RUNS.c.state).join(RUNS, OWN_RUN).order_by(ROUNDS.c.opens_on.desc(), ROUNDS.c.id.desc())
    ).all()


def standing_by_step(session: Session, round_id: int, now: datetime) -> Sequence[Any]:
    """How many live runs of a round stand at each step and state, and how many of them are past their day."""
    late = case((RUNS.c.due_at < now, 1), else_=0)
    return session.execute(
        select(RUNS.c.stage, RUNS.c.step, RUNS.c.state, func.count().label("n"), func.sum(late).label("overdue"))
        .where(RUNS.c.round_id == round_id, RUNS.c.ended_at.is_(None), RUNS.c.subject_kind != "round")
        .group_by(RUNS.c.stage, RUNS.c.step, RUNS.c.state)
        .order_by(func.min(RUNS.c.id))
    ).all()


def adopted_version(session: Session, code: str, authority_body_id: int, on: date) -> int | None:
    """The version of a programme that an authority has in force on a day; None when it adopted none."""
    programme_id = session.execute(
        select(PROGRAMMES.c.id).where(PROGRAMMES.c.code == code, PROGRAMMES.c.authority_body_id == authority_body_id)
    ).scalar()
    return None if programme_id is None else version_in_force(session, programme_id, on)
