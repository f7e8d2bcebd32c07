"""Runs for the engine: taken with their siblings under lock, claimed when due, found by their parents."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, union
from sqlmodel import Session

from models import StageRun
from models.columns import table_of
from models.locking import locks_rows
from models.statements import among, rows

RUNS = table_of(StageRun)
_SIBLINGS, _THESE = RUNS.alias("siblings"), RUNS.alias("these")
# A union, because PostgreSQL reads the whole table for an `or` of the two.
_TAKEN = union(
    select(_THESE.c.id).where(among(_THESE.c.id, "ids")),
    select(_SIBLINGS.c.id)
    .join(_THESE, _THESE.c.application_id == _SIBLINGS.c.application_id)
    .where(among(_THESE.c.id, "these"), _SIBLINGS.c.ended_at.is_(None)),
)
WITH_SIBLINGS = (
    select(*(column for column in RUNS.c if column is not RUNS.c.due_steps))  # no decision reads why a day is that day
    .where(RUNS.c.id.in_(_TAKEN))
    .order_by(RUNS.c.id)
)
DUE = (
    select(RUNS.c.id, RUNS.c.wake_at, RUNS.c.attempts)
    .where(RUNS.c.wake_at.is_not(None), RUNS.c.wake_at <= bindparam("now"))
    .order_by(RUNS.c.wake_at)
    .limit(bindparam("most"))
)
DUE_IN = DUE.where(RUNS.c.stage == bindparam("stage"))
LIVE_CHILDREN = (
    select(RUNS.c.id, RUNS.c.parent_id)
    .where(among(RUNS.c.parent_id, "parents"), RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)
WITH_SIBLINGS_LOCKED = WITH_SIBLINGS.with_for_update()
DUE_LOCKED, DUE_IN_LOCKED = DUE.with_for_update(skip_locked=True), DUE_IN.with_for_update(skip_locked=True)


def lock_runs(session: Session, run_ids: Iterable[int]) -> Sequence[Row[Any]]:
    """These runs and every live run of the same applications, locked in order of id where the session may write."""
    ids = sorted(set(run_ids))
    return rows(session, WITH_SIBLINGS_LOCKED if locks_rows(session) else WITH_SIBLINGS, ids=ids, these=ids)


def due_runs(session: Session, now: datetime, limit: int, stage: str | None = None) -> Sequence[Row[Any]]:
    """Runs whose moment has come, of one stage or of all, oldest first, not held by another sweeper: id, moment and attempts."""
    if stage is None:
        return rows(session, DUE_LOCKED if locks_rows(session) else DUE, now=now, most=limit)
    return rows(session, DUE_IN_LOCKED if locks_rows(session) else DUE_IN, now=now, most=limit, stage=stage)


def live_children(session: Session, parent_ids: Iterable[int]) -> Sequence[tuple[int, int]]:
    """Runs that hang on these and are still open, each with its parent."""
    return [(row.id, row.parent_id) for row in rows(session, LIVE_CHILDREN, parents=list(parent_ids))]
