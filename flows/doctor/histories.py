"""Histories: versions, numbers, fingerprints and states of every run against its transitions."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from flows.engine.work import chain
from models import StageRun, Transition
from models.columns import table_of

RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)
AT_ONCE = 1000


def versions(session: Session, _now: datetime) -> Iterator[str]:
    """Version = number of transitions."""
    counted = select(TRANSITIONS.c.run_id, func.count().label("n")).group_by(TRANSITIONS.c.run_id).subquery()
    n = func.coalesce(counted.c.n, 0)
    rows = session.execute(
        select(RUNS.c.id, RUNS.c.version, n.label("n"))
        .outerjoin(counted, counted.c.run_id == RUNS.c.id)
        .where(RUNS.c.version != n)
    )
    yield from (f"事项 {row.id}：版本是 {row.version}，办理记录有 {row.n} 条" for row in rows)


def gaps(session: Session, _now: datetime) -> Iterator[str]:
    """Numbers of a run's transitions are 1 … n; the pair (run, version) is unique by constraint."""
    version = TRANSITIONS.c.version
    rows = session.execute(
        select(
            TRANSITIONS.c.run_id,
            func.min(version).label("first"),
            func.max(version).label("last"),
            func.count().label("n"),
        )
        .group_by(TRANSITIONS.c.run_id)
        .having((func.min(version) != 1) | (func.max(version) != func.count()))
    )
    yield from (f"事项 {row.run_id}：记录从第 {row.first} 到第 {row.last}，却有 {row.n} 条" for row in rows)


def chained(session: Session, _now: datetime) -> Iterator[str]:
    """Each hash is that of its row over the one before, and the run holds the last."""
    for run_id, head, rows in _histories(session):
        first = rows[0]  # the first link hangs on what the run is about, as the engine opens it
        before = f"{first.stage}:{first.subject_kind}:{first.subject_id}:{first.path}:{first.step}:{first.branch}"
        for row in rows:
            if row.before != before or row.hash != chain(before, row._mapping):  # noqa: SLF001  the row as a mapping is public in all but name
                yield f"事项 {run_id} 第 {row.version} 条记录（{row.event}）的指纹对不上"
                break
            before = row.hash
        else:
            if head != before:
                yield f"事项 {run_id}：现在的指纹不是最后一条记录的指纹"


def folded(session: Session, _now: datetime) -> Iterator[str]:
    """Transitions join end to end, and the last leads to the run's state."""
    states: dict[int, str] = {row.id: row.state for row in session.execute(select(RUNS.c.id, RUNS.c.state))}
    for run_id, _, rows in _histories(session):
        state = rows[0].from_state
        for row in rows:
            if row.from_state != state:
                yield f"事项 {run_id} 第 {row.version} 条记录从“{row.from_state}”出发，前一条停在“{state}”"
            state = row.to_state
        if states.get(run_id) != state:
            yield f"事项 {run_id}：现在的状态是“{states.get(run_id)}”，办理记录停在“{state}”"


def _histories(session: Session) -> Iterator[tuple[int, str, list[Any]]]:
    """Every run that moved, with the hash it holds and its transitions in order."""
    statement = (
        select(
            TRANSITIONS,
            RUNS.c.head,
            RUNS.c.stage,
            RUNS.c.subject_kind,
            RUNS.c.subject_id,
            RUNS.c.path,
            RUNS.c.step,
            RUNS.c.branch,
        )
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)
        .execution_options(yield_per=AT_ONCE)
    )
    for run_id, rows in groupby(session.execute(statement), key=lambda row: row.run_id):
        listed = list(rows)
        yield run_id, listed[0].head, listed
