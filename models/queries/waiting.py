"""What waits on desks (待办): counts by urgency, and the most urgent cases by name, for the morning digest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlmodel import Session

from models import Application, Body, CalendarDay, Person, StageRun
from models.columns import table_of

RUNS, APPLICATIONS = table_of(StageRun), table_of(Application)
PEOPLE, BODIES, DAYS = table_of(Person), table_of(Body), table_of(CalendarDay)
OTHERS, ENTERED = RUNS.alias("others"), APPLICATIONS.alias("entered")
MOST_A_DESK = 5


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How many runs wait on one desk: overdue, due today, due soon, and the rest."""

    overdue: int
    today: int
    soon: int
    rest: int


@dataclass(frozen=True, slots=True)
class Urgent:
    """One run on a desk that is overdue or soon due."""

    desk: str
    run_id: int
    stage: str
    due_at: datetime
    person: str
    body: str


def stands_by() -> ColumnElement[bool]:
    """Cases on a desk that nobody can go on with until others are through: they are listed, but count as no work.

    Scored applications until all of their step are scored, and a closed round until all of it has an outcome: the same
    conditions as the guards of ranking and of concluding.
    """
    unscored = exists().where(
        OTHERS.c.round_id == RUNS.c.round_id, OTHERS.c.step == RUNS.c.step, OTHERS.c.stage == "expert_review",
        OTHERS.c.state.in_(("unassigned", "scoring")), OTHERS.c.ended_at.is_(None),
    ).correlate(RUNS)  # fmt: skip
    undecided = exists().where(ENTERED.c.round_id == RUNS.c.subject_id, ENTERED.c.outcome.is_(None)).correlate(RUNS)
    return or_(
        and_(RUNS.c.stage == "expert_review", RUNS.c.state == "scored", unscored),
        and_(RUNS.c.stage == "round", RUNS.c.state == "closed", undecided),
    )


def desk_counts(
    session: Session, now: datetime, end_of_today: datetime, soon_until: datetime
) -> Mapping[str, DeskCounts]:
    """Every desk on which something waits that can be done; one query."""
    due = RUNS.c.due_at
    overdue = func.sum(case((due <= now, 1), else_=0))
    today = func.sum(case(((due > now) & (due <= end_of_today), 1), else_=0))
    soon = func.sum(case(((due > end_of_today) & (due <= soon_until), 1), else_=0))
    rows = session.execute(
        select(RUNS.c.desk, overdue, today, soon, func.count())
        .where(RUNS.c.desk != "", RUNS.c.ended_at.is_(None), ~stands_by())
        .group_by(RUNS.c.desk)
    )
    return {
        desk: DeskCounts(late, now_due, near, every - late - now_due - near)
        for desk, late, now_due, near, every in rows
    }


def urgent_runs(session: Session, desks: Iterable[str], until: datetime) -> Mapping[str, Sequence[Urgent]]:
    """The five most urgent runs of each desk that are due by a moment, the longest overdue first; one query."""
    place = func.row_number().over(partition_by=RUNS.c.desk, order_by=(RUNS.c.due_at, RUNS.c.id)).label("place")
    ranked = (
        select(RUNS.c.id, RUNS.c.desk, RUNS.c.stage, RUNS.c.due_at, RUNS.c.application_id, place)
        .where(RUNS.c.desk.in_(set(desks)), RUNS.c.ended_at.is_(None), RUNS.c.due_at <= until, ~stands_by())
        .subquery()
    )
    rows = session.execute(
        select(ranked, PEOPLE.c.name.label("person"), BODIES.c.name.label("body"))
        .outerjoin(APPLICATIONS, APPLICATIONS.c.id == ranked.c.application_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .outerjoin(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .where(ranked.c.place <= MOST_A_DESK)
        .order_by(ranked.c.due_at, ranked.c.id)
    )
    found: dict[str, list[Urgent]] = {}
    for row in rows:
        urgent = Urgent(row.desk, row.id, row.stage, row.due_at, row.person or "", row.body or "")
        found.setdefault(row.desk, []).append(urgent)
    return found


def listed_days(session: Session, first: date, last: date) -> Mapping[date, bool]:
    """Which of these days the calendar lists, and whether they are worked."""
    rows = session.execute(select(DAYS.c.day, DAYS.c.working).where(DAYS.c.day >= first, DAYS.c.day <= last))
    return {row.day: row.working for row in rows}
