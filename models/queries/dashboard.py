"""The dashboard (看板): who holds how much of a round, what falls due, how long steps take; a fixed number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlmodel import Session

from models import Application, Body, Message, Person, Programme, Round, StageRun, Studio, Transition
from models.columns import table_of
from models.queries.waiting import stands_by

RUNS, APPLICATIONS, BODIES, PEOPLE = table_of(StageRun), table_of(Application), table_of(Body), table_of(Person)
TRANSITIONS, MESSAGES, STUDIOS, ROUNDS = table_of(Transition), table_of(Message), table_of(Studio), table_of(Round)
PROGRAMMES = table_of(Programme)
MOST_RUNS = 40_000
OPEN = and_(RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None), RUNS.c.desk != "", RUNS.c.stage != "application")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What of a round is looked at: a county, a school stage, a desk."""

    county_id: int | None = None
    school_stage: str = ""
    desk: str = ""


def narrowed(scope: ColumnElement[bool], round_id: int, wanted: Narrowing) -> ColumnElement[bool]:
    """The condition on applications and their runs."""
    conditions = [scope, RUNS.c.round_id == round_id]
    if wanted.county_id is not None:
        conditions.append(APPLICATIONS.c.county_id == wanted.county_id)
    if wanted.school_stage:
        conditions.append(APPLICATIONS.c.school_stage == wanted.school_stage)
    if wanted.desk:
        conditions.append(RUNS.c.desk == wanted.desk)
    return and_(*conditions)


def held(
    session: Session, condition: ColumnElement[bool], now: datetime, tomorrow_ends: datetime, today_ends: datetime
) -> Sequence[Row[Any]]:
    """What waits at desks, by county, school, desk, step and state: how many, overdue, due today, due by tomorrow, since when; one query."""
    county = BODIES.alias("county")
    return session.execute(
        select(
            APPLICATIONS.c.county_id, county.c.name.label("county"), APPLICATIONS.c.body_id, BODIES.c.name.label("body"),
            RUNS.c.desk, RUNS.c.stage, RUNS.c.step, RUNS.c.state, func.count().label("n"),
            func.sum(case((RUNS.c.due_at <= now, 1), else_=0)).label("late"),
            func.sum(case((and_(RUNS.c.due_at > now, RUNS.c.due_at <= today_ends), 1), else_=0)).label("today"),
            func.sum(case((and_(RUNS.c.due_at > today_ends, RUNS.c.due_at <= tomorrow_ends), 1), else_=0)).label("tomorrow"),
            func.min(RUNS.c.entered_at).label("since"), func.min(RUNS.c.due_at).label("due_at"),
        )
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(county, county.c.id == APPLICATIONS.c.county_id)
        .where(OPEN, condition)
        .group_by(APPLICATIONS.c.county_id, county.c.name, APPLICATIONS.c.body_id, BODIES.c.name, RUNS.c.desk, RUNS.c.stage, RUNS.c.step, RUNS.c.state)
    ).all()  # fmt: skip


def falling(session: Session, condition: ColumnElement[bool], after: datetime, until: datetime) -> Sequence[Row[Any]]:
    """What falls due between two moments, by moment, step and state; one query."""
    return session.execute(
        select(RUNS.c.due_at, RUNS.c.stage, RUNS.c.step, RUNS.c.state, func.count().label("n"))
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None), RUNS.c.due_at > after, RUNS.c.due_at <= until, condition)
        .group_by(RUNS.c.due_at, RUNS.c.stage, RUNS.c.step, RUNS.c.state)
        .order_by(RUNS.c.due_at, RUNS.c.step)
    ).all()  # fmt: skip


def recommended(session: Session, condition: ColumnElement[bool], step: str) -> Sequence[Row[Any]]:
    """How many applications each county has passed at a step; one query."""
    return session.execute(
        select(APPLICATIONS.c.county_id, func.count(APPLICATIONS.c.id.distinct()).label("n"))
        .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
        .where(condition, RUNS.c.step == step, RUNS.c.outcome == "endorsed")
        .group_by(APPLICATIONS.c.county_id)
    ).all()


def submitted_stages(session: Session, round_id: int, scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Submitted applications of a round by school stage and county, with outcomes; one query."""
    county = BODIES.alias("county")
    return session.execute(
        select(APPLICATIONS.c.school_stage, APPLICATIONS.c.county_id, county.c.name.label("county"), APPLICATIONS.c.outcome, func.count().label("n"))
        .outerjoin(county, county.c.id == APPLICATIONS.c.county_id)
        .where(APPLICATIONS.c.round_id == round_id, APPLICATIONS.c.submitted_at.is_not(None), scope)
        .group_by(APPLICATIONS.c.school_stage, APPLICATIONS.c.county_id, county.c.name, APPLICATIONS.c.outcome)
    ).all()  # fmt: skip


def spent(session: Session, round_ids: Collection[int], scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Every finished step of these rounds with its first and last moment; one query, at most forty thousand."""
    return session.execute(
        select(RUNS.c.round_id, RUNS.c.step, TRANSITIONS.c.at.label("opened"), RUNS.c.ended_at)
        .join(TRANSITIONS, and_(TRANSITIONS.c.run_id == RUNS.c.id, TRANSITIONS.c.version == 1))
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.round_id.in_(list(round_ids)), RUNS.c.parent_id.is_(None), RUNS.c.stage != "application", scope)
        .where(RUNS.c.ended_at.is_not(None), RUNS.c.outcome.not_in(("cancelled", "withdrawn", "lapsed")))
        .order_by(RUNS.c.id.desc())
        .limit(MOST_RUNS)
    ).all()


def mended(session: Session, round_ids: Collection[int], scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Every time something was sent back or came again, in order; one query."""
    return session.execute(
        select(RUNS.c.round_id, TRANSITIONS.c.run_id, TRANSITIONS.c.event, TRANSITIONS.c.at)
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.round_id.in_(list(round_ids)), TRANSITIONS.c.event.in_(("send_back", "resubmit")), scope)
        .order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)
        .limit(MOST_RUNS)
    ).all()


def desk_stages(session: Session, desks: Collection[str], now: datetime) -> Sequence[Row[Any]]:
    """What can be done at one's own desks, by stage and state: how many, how many overdue; one query."""
    return session.execute(
        select(
            RUNS.c.stage,
            RUNS.c.state,
            func.count().label("n"),
            func.sum(case((RUNS.c.due_at <= now, 1), else_=0)).label("late"),
        )
        .where(RUNS.c.desk.in_(list(desks)), RUNS.c.desk != "", RUNS.c.ended_at.is_(None), ~stands_by())
        .group_by(RUNS.c.stage, RUNS.c.state)
        .order_by(func.count().desc())
    ).all()


def bounced(session: Session) -> int:
    """Messages that came back or have no address."""
    lost = MESSAGES.c.status.in_(("bounced", "failed", "unaddressed"))
    return int(session.execute(select(func.count()).select_from(MESSAGES).where(lost)).scalar_one())


def provisional(session: Session, condition: ColumnElement[bool]) -> int:
    """Open deadlines that rest on a year whose 调休 is not gazetted."""
    return int(session.execute(
        select(func.count()).select_from(RUNS.join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id))
        .where(RUNS.c.ended_at.is_(None), RUNS.c.due_provisional.is_(True), condition)
    ).scalar_one())  # fmt: skip


def overdue_runs(session: Session, condition: ColumnElement[bool], now: datetime) -> Sequence[Row[Any]]:
    """Every overdue run at a desk, the longest overdue first, with what it is about; one query."""
    return session.execute(
        select(RUNS, PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), APPLICATIONS.c.number)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .where(OPEN, RUNS.c.due_at <= now, condition)
        .order_by(RUNS.c.due_at, RUNS.c.id)
    ).all()


def reminded_since(session: Session, run_ids: Collection[int], since: datetime) -> frozenset[int]:
    """Which of these runs anybody was reminded of since a moment; one query."""
    return frozenset(session.execute(
        select(MESSAGES.c.run_id).distinct()
        .where(MESSAGES.c.run_id.in_(list(run_ids)), MESSAGES.c.notice.in_(("reminder", "overdue")), MESSAGES.c.created_at >= since)
    ).scalars())  # fmt: skip
