"""Cases: that each stands in a state that exists, waits for whom its stage says, and is about something that exists."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Session, SQLModel

from flows.engine.declare import CANCELLED, WITHDRAWN, Part
from flows.lifecycle import STAGES
from models import (
    Application,
    Assessment,
    Decision,
    Duty,
    Entitlement,
    Incident,
    Opinion,
    Rectification,
    Round,
    StageRun,
)
from models.columns import table_of

RUNS, APPLICATIONS, INCIDENTS = table_of(StageRun), table_of(Application), table_of(Incident)
SUBJECTS: dict[str, type[SQLModel]] = {
    "application": Application,
    "round": Round,
    "duty": Duty,
    "opinion": Opinion,
    "decision": Decision,
    "assessment": Assessment,
    "rectification": Rectification,
    "entitlement": Entitlement,
}
LATE = timedelta(hours=1)


def known_states(session: Session, _now: datetime) -> Iterator[str]:
    """Stage and state are declared; an exit (or cancelled, withdrawn) means ended."""
    for row in _kinds(session):
        stage = STAGES.get(row.stage)
        if stage is None:
            yield f"{row.n} 件事项的环节“{row.stage}”不认识（如事项 {row.one}）"
        elif row.state not in {*map(str, stage.states), CANCELLED, WITHDRAWN}:
            yield f"{row.n} 件{stage.title}的状态“{row.state}”不认识（如事项 {row.one}）"
        elif row.ended != (row.state in {*map(str, stage.exits), CANCELLED, WITHDRAWN}):
            yield f"{row.n} 件{stage.title}停在“{row.state}”却{'已' if row.ended else '没有'}办结（如事项 {row.one}）"


def _kinds(session: Session) -> Sequence[Any]:
    ended = RUNS.c.ended_at.is_not(None).label("ended")
    grouped = select(RUNS.c.stage, RUNS.c.state, ended, func.count().label("n"), func.min(RUNS.c.id).label("one"))
    return session.execute(grouped.group_by(RUNS.c.stage, RUNS.c.state, ended)).all()


def live_runs(session: Session, _now: datetime) -> Iterator[str]:
    """An application without an outcome has a live step; one with an outcome has none."""
    live = exists().where(
        RUNS.c.application_id == APPLICATIONS.c.id, RUNS.c.ended_at.is_(None), RUNS.c.subject_kind == "application"
    )
    rows = session.execute(
        select(APPLICATIONS.c.id, APPLICATIONS.c.number, APPLICATIONS.c.outcome).where(
            or_(and_(APPLICATIONS.c.outcome.is_(None), ~live), and_(APPLICATIONS.c.outcome.is_not(None), live))
        )
    )
    for row in rows:
        yield f"申报 {row.number or row.id}：" + (
            "没有结果，也没有在办的环节" if row.outcome is None else "已有结果，却还有在办的环节"
        )


def outcomes(session: Session, _now: datetime) -> Iterator[str]:
    """A run that ended has an outcome, which is its state, and neither desk nor waking hour."""
    wrong = or_(
        RUNS.c.outcome.is_(None), RUNS.c.outcome != RUNS.c.state, RUNS.c.desk != "", RUNS.c.wake_at.is_not(None)
    )
    rows = session.execute(select(RUNS.c.id).where(RUNS.c.ended_at.is_not(None), wrong)).scalars()
    yield from (f"事项 {run_id} 已办结，却没有结果，或还占着待办、时刻" for run_id in rows)


def desks(session: Session, _now: datetime) -> Iterator[str]:
    """A state that waits for the clock or for nobody has no desk; a state that waits for a person has one."""
    for stage in STAGES.values():
        for wait in stage.waits:
            nobody = wait.for_ in {None, Part.CLOCK, Part.ENGINE}
            here = (RUNS.c.stage == stage.name, RUNS.c.state == str(wait.state), RUNS.c.ended_at.is_(None))
            rows = session.execute(
                select(RUNS.c.id, RUNS.c.desk).where(*here, RUNS.c.desk != "" if nobody else RUNS.c.desk == "")
            )
            for row in rows:
                yield f"事项 {row.id}（{stage.title}）" + (
                    f"在等时钟，却在“{row.desk}”的待办里" if nobody else "在等人，却不在谁的待办里"
                )


def waking(session: Session, _now: datetime) -> Iterator[str]:
    """A live run whose deadline sends an event has a waking hour, or an incident that a person sees."""
    yield from (f"事项 {run_id} 在 {due_at:%Y-%m-%d} 到期，却没有排上时钟" for run_id, due_at in asleep(session))


def asleep(session: Session) -> list[tuple[int, datetime]]:
    """Runs that the clock should end and would never look at."""
    found: list[tuple[int, datetime]] = []
    known = exists().where(INCIDENTS.c.run_id == RUNS.c.id, INCIDENTS.c.resolved_at.is_(None))
    for stage in STAGES.values():
        for wait in stage.waits:
            if wait.then:
                rows = session.execute(
                    select(RUNS.c.id, RUNS.c.due_at).where(
                        RUNS.c.stage == stage.name, RUNS.c.state == str(wait.state), RUNS.c.ended_at.is_(None),
                        RUNS.c.due_at.is_not(None), RUNS.c.wake_at.is_(None), ~known,
                    )
                )  # fmt: skip
                found += [(row.id, row.due_at) for row in rows]
    return found


def stuck(session: Session, now: datetime) -> Iterator[str]:
    """Nothing has been due for more than an hour."""
    rows = session.execute(
        select(RUNS.c.id, RUNS.c.wake_at)
        .where(RUNS.c.wake_at.is_not(None), RUNS.c.wake_at < now - LATE)
        .order_by(RUNS.c.wake_at)
        .limit(200)
    )
    yield from (f"事项 {row.id} 应在 {row.wake_at:%Y-%m-%d %H:%M}（UTC）办理，还没有办" for row in rows)


def subjects(session: Session, _now: datetime) -> Iterator[str]:
    """What a run is about exists."""
    kinds = set(session.execute(select(RUNS.c.subject_kind).distinct()).scalars())
    for kind in sorted(kinds):
        if kind not in SUBJECTS:
            yield f"不认识的事项类别“{kind}”"
            continue
        table = SUBJECTS[kind].__table__  # type: ignore[attr-defined]
        there = exists().where(table.c.id == RUNS.c.subject_id)
        rows = session.execute(select(RUNS.c.id, RUNS.c.subject_id).where(RUNS.c.subject_kind == kind, ~there))
        yield from (f"事项 {row.id} 办的是 {kind} {row.subject_id}，它不存在" for row in rows)


def incidents(session: Session, _now: datetime) -> Iterator[str]:
    """Nothing waits for a person to look into."""
    rows = session.execute(
        select(INCIDENTS.c.id, INCIDENTS.c.run_id, INCIDENTS.c.what).where(INCIDENTS.c.resolved_at.is_(None))
    )
    yield from (f"异常 {row.id}（事项 {row.run_id}）：{row.what[:120]}" for row in rows)
