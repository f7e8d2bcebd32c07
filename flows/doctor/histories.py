"""Histories: versions, numbers, fingerprints and states of every run against its transitions."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from flows.engine.work import chain
from models import StageRun, Transition
from models.columns import table_of
from models.statements import rows

RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)
AT_ONCE = 1000
NEXT_RUNS = select(
    func.max(
        select(RUNS.c.id).where(RUNS.c.id > bindparam("after")).order_by(RUNS.c.id).limit(AT_ONCE).subquery().c.id
    ).label("last")
)
HISTORY = (
    select(
        TRANSITIONS, RUNS.c.head, RUNS.c.stage, RUNS.c.subject_kind, RUNS.c.subject_id, RUNS.c.path, RUNS.c.step, RUNS.c.branch,
    )
    .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
    .where(TRANSITIONS.c.run_id > bindparam("after"), TRANSITIONS.c.run_id <= bindparam("last"))
    .order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)
)  # fmt: skip
_BESIDE = select(
    TRANSITIONS.c.run_id, TRANSITIONS.c.version, TRANSITIONS.c.from_state, TRANSITIONS.c.to_state, RUNS.c.state,
    func.lag(TRANSITIONS.c.to_state).over(partition_by=TRANSITIONS.c.run_id, order_by=TRANSITIONS.c.version).label("stood"),
    func.lead(TRANSITIONS.c.version).over(partition_by=TRANSITIONS.c.run_id, order_by=TRANSITIONS.c.version).label("following"),
).join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id).subquery()  # fmt: skip
NOT_JOINED = (
    select(_BESIDE)
    .where(
        (_BESIDE.c.from_state != _BESIDE.c.stood)
        | (_BESIDE.c.following.is_(None) & (_BESIDE.c.to_state != _BESIDE.c.state))
    )
    .order_by(_BESIDE.c.run_id, _BESIDE.c.version)
)


def versions(session: Session, _now: datetime) -> Iterator[str]:
    """Version = number of transitions."""
    counted = select(TRANSITIONS.c.run_id, func.count().label("n")).group_by(TRANSITIONS.c.run_id).subquery()
    n = func.coalesce(counted.c.n, 0)
    found = session.execute(
        select(RUNS.c.id, RUNS.c.version, n.label("n"))
        .outerjoin(counted, counted.c.run_id == RUNS.c.id)
        .where(RUNS.c.version != n)
    )
    yield from (f"事项 {row.id}：版本是 {row.version}，办理记录有 {row.n} 条" for row in found)


def gaps(session: Session, _now: datetime) -> Iterator[str]:
    """Numbers of a run's transitions are 1 … n; the pair (run, version) is unique by constraint."""
    version = TRANSITIONS.c.version
    found = session.execute(
        select(
            TRANSITIONS.c.run_id,
            func.min(version).label("first"),
            func.max(version).label("last"),
            func.count().label("n"),
        )
        .group_by(TRANSITIONS.c.run_id)
        .having((func.min(version) != 1) | (func.max(version) != func.count()))
    )
    yield from (f"事项 {row.run_id}：记录从第 {row.first} 到第 {row.last}，却有 {row.n} 条" for row in found)


def chained(session: Session, _now: datetime) -> Iterator[str]:
    """Each hash is that of its row over the one before, and the run holds the last."""
    for run_id, head, history in _histories(session):
        first = history[0]  # the first link hangs on what the run is about, as the engine opens it
        before = f"{first.stage}:{first.subject_kind}:{first.subject_id}:{first.path}:{first.step}:{first.branch}"
        for row in history:
            if row.before != before or row.hash != chain(before, row._asdict()):
                yield f"事项 {run_id} 第 {row.version} 条记录（{row.event}）的指纹对不上"
                break
            before = row.hash
        else:
            if head != before:
                yield f"事项 {run_id}：现在的指纹不是最后一条记录的指纹"


def folded(session: Session, _now: datetime) -> Iterator[str]:
    """Transitions join end to end, and the last leads to the run's state."""
    for row in session.execute(NOT_JOINED):
        if row.stood is not None and row.from_state != row.stood:
            yield f"事项 {row.run_id} 第 {row.version} 条记录从“{row.from_state}”出发，前一条停在“{row.stood}”"
        if row.following is None and row.to_state != row.state:
            yield f"事项 {row.run_id}：现在的状态是“{row.state}”，办理记录停在“{row.to_state}”"


def _histories(session: Session) -> Iterator[tuple[int, str, list[Any]]]:
    """Every run that moved, with the hash it holds and its transitions in order."""
    after = 0
    while (last := rows(session, NEXT_RUNS, after=after)[0].last) is not None:
        for run_id, history in groupby(rows(session, HISTORY, after=after, last=last), key=attrgetter("run_id")):
            listed = list(history)
            yield run_id, listed[0].head, listed
        after = last
