"""Runs for the engine: taken with their siblings under lock, claimed when due, counted when waited for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlmodel import Session

from models import StageRun

RUNS = StageRun.__table__  # type: ignore[attr-defined]


def lock_runs(session: Session, run_ids: Iterable[int]) -> Sequence[Row[Any]]:
    """These runs and every live run of the same applications, locked in order of id."""
    ids = sorted(set(run_ids))
    applications = select(RUNS.c.application_id).where(RUNS.c.id.in_(ids), RUNS.c.application_id.is_not(None))
    same = RUNS.c.application_id.in_(applications) & RUNS.c.ended_at.is_(None)
    statement = select(RUNS).where(or_(RUNS.c.id.in_(ids), same)).order_by(RUNS.c.id)
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update()
    return session.execute(statement).all()


def due_runs(session: Session, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Runs whose moment has come, oldest first, not held by another sweeper."""
    statement = (
        select(RUNS).where(RUNS.c.wake_at.is_not(None), RUNS.c.wake_at <= now).order_by(RUNS.c.wake_at).limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    return session.execute(statement).all()


def live_children(session: Session, parent_ids: Iterable[int]) -> Sequence[tuple[int, int]]:
    """Runs that hang on these and are still open, each with its parent."""
    found = select(RUNS.c.id, RUNS.c.parent_id).where(RUNS.c.parent_id.in_(set(parent_ids)), RUNS.c.ended_at.is_(None))
    return [(row.id, row.parent_id) for row in session.execute(found.order_by(RUNS.c.id))]
