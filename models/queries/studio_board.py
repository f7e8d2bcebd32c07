"""The board of studios (工作室看板): standings, obligations met by county and month, what is under way; a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, extract, func, or_, select
from sqlmodel import Session

from models import (
    Application,
    Assessment,
    Body,
    Cycle,
    Duty,
    Person,
    Programme,
    ProgrammeVersion,
    Rectification,
    Result,
    StageRun,
    Studio,
)
from models.columns import table_of

STUDIOS, CYCLES, BODIES, PEOPLE = table_of(Studio), table_of(Cycle), table_of(Body), table_of(Person)
DUTIES, RUNS, ASSESSMENTS, RESULTS = table_of(Duty), table_of(StageRun), table_of(Assessment), table_of(Result)
RECTIFICATIONS, PROGRAMMES, VERSIONS, APPLICATIONS = (
    table_of(one) for one in (Rectification, Programme, ProgrammeVersion, Application)
)
PARENT, GRAND = BODIES.alias("parent"), BODIES.alias("grand")
# Names of their own, so that conditions fit into queries over the same tables.
MENDS, ANSWERS, TERMS = RUNS.alias("mends"), RUNS.alias("answers"), CYCLES.alias("terms")
OPEN = ("forming", "active", "suspended")
PAGE = 50
# The county a studio is at home in; what stands directly under the city has none.
COUNTY = case(
    (BODIES.c.level == "county", BODIES.c.id),
    (PARENT.c.level == "county", PARENT.c.id),
    (GRAND.c.level == "county", GRAND.c.id),
)
COUNTY_NAME = case(
    (BODIES.c.level == "county", BODIES.c.name), (PARENT.c.level == "county", PARENT.c.name), (GRAND.c.level == "county", GRAND.c.name)
)  # fmt: skip
HOMES = (
    STUDIOS.join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
    .outerjoin(PARENT, PARENT.c.id == BODIES.c.parent_id)
    .outerjoin(GRAND, GRAND.c.id == PARENT.c.parent_id)
)
MENDING = exists().where(
    MENDS.c.studio_id == STUDIOS.c.id, MENDS.c.stage == "rectification", MENDS.c.ended_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which studios are looked at: a county (0: those directly under the city), a programme, a standing, words of a name."""

    county_id: int | None = None
    programme: str = ""
    standing: str = ""
    words: str = ""
    page: int = 1


def wanted_studios(scope: ColumnElement[bool], wanted: BoardFilter, today: date) -> ColumnElement[bool]:
    """The condition on studios, over their homes."""
    conditions = [scope]
    if wanted.county_id is not None:
        conditions.append(COUNTY.is_not_distinct_from(wanted.county_id) if wanted.county_id else COUNTY.is_(None))
    if wanted.programme:
        conditions.append(
            STUDIOS.c.programme_id.in_(select(PROGRAMMES.c.id).where(PROGRAMMES.c.code == wanted.programme))
        )
    if wanted.words:
        hosts = select(PEOPLE.c.id).where(PEOPLE.c.name.contains(wanted.words, autoescape=True))
        conditions.append(or_(STUDIOS.c.name.contains(wanted.words, autoescape=True), STUDIOS.c.host_id.in_(hosts)))
    if wanted.standing:
        conditions.append(_standing(wanted.standing, today))
    return and_(*conditions)


def _standing(standing: str, today: date) -> ColumnElement[bool]:
    over = ~exists().where(TERMS.c.studio_id == STUDIOS.c.id, TERMS.c.ends_on >= today)
    match standing:
        case "rectifying":
            return and_(STUDIOS.c.standing == "active", MENDING)
        case "final":
            return and_(STUDIOS.c.standing == "active", over)
        case "open":
            return STUDIOS.c.standing.in_(OPEN)
        case _:
            found: ColumnElement[bool] = STUDIOS.c.standing == standing
            return found


def standings(session: Session, condition: ColumnElement[bool], today: date) -> Row[Any]:
    """How many studios stand how; one query."""

    def n(standing: str) -> Any:
        return func.coalesce(func.sum(case((_standing(standing, today), 1), else_=0)), 0).label(standing)

    words = ("forming", "active", "suspended", "revoked", "ended", "lapsed", "rectifying", "final", "open")
    return session.execute(
        select(func.count().label("whole"), *(n(one) for one in words)).select_from(HOMES).where(condition)
    ).one()


def mending_now(session: Session) -> frozenset[int]:
    """The studios that mend, by id; one query over what is under way."""
    return frozenset(
        session.execute(
            select(RUNS.c.studio_id).where(RUNS.c.stage == "rectification", RUNS.c.ended_at.is_(None))
        ).scalars()
    )


def counties(session: Session, scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The counties that studios in scope are at home in; one query."""
    return session.execute(
        select(COUNTY.label("id"), COUNTY_NAME.label("name"))
        .select_from(HOMES)
        .where(scope)
        .distinct()
        .order_by(COUNTY_NAME)
    ).all()


def programmes_with_studios(session: Session, scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The programmes that studios in scope belong to; one query."""
    ids = select(STUDIOS.c.programme_id).where(scope)
    return session.execute(
        select(PROGRAMMES.c.code, PROGRAMMES.c.title).where(PROGRAMMES.c.id.in_(ids)).order_by(PROGRAMMES.c.id)
    ).all()


_MET = exists().where(
    ANSWERS.c.subject_kind == "duty", ANSWERS.c.subject_id == DUTIES.c.id, ANSWERS.c.outcome.in_(("met", "excused"))
)
_OWED = and_(DUTIES.c.soft.is_(False), DUTIES.c.waived == "", DUTIES.c.due_on.is_not(None))


def met_by_month(session: Session, condition: ColumnElement[bool], first: date, last: date) -> Sequence[Row[Any]]:
    """Obligations that fell due, by county and month: how many, and how many were met; one query."""
    year, month = extract("year", DUTIES.c.due_on), extract("month", DUTIES.c.due_on)
    return session.execute(
        select(COUNTY.label("county_id"), COUNTY_NAME.label("county"), year.label("year"), month.label("month"), func.count().label("owed"),
               func.sum(case((_MET, 1), else_=0)).label("met"))
        .select_from(HOMES.join(DUTIES, DUTIES.c.studio_id == STUDIOS.c.id))
        .where(condition, _OWED, DUTIES.c.due_on.between(first, last))
        .group_by(COUNTY, COUNTY_NAME, year, month)
    ).all()  # fmt: skip


def unmet(
    session: Session, condition: ColumnElement[bool], first: date, last: date, most: int = 200
) -> Sequence[Row[Any]]:
    """Obligations that fell due in these days and are not met, with the run that still waits; at most `most`."""
    live = and_(RUNS.c.subject_kind == "duty", RUNS.c.subject_id == DUTIES.c.id, RUNS.c.ended_at.is_(None))
    return session.execute(
        select(DUTIES.c.id, DUTIES.c.title, DUTIES.c.due_on, DUTIES.c.need, DUTIES.c.counted, STUDIOS.c.id.label("studio_id"), STUDIOS.c.name,
               COUNTY_NAME.label("county"), BODIES.c.name.label("home"), RUNS.c.id.label("run_id"), RUNS.c.state)
        .select_from(HOMES.join(DUTIES, DUTIES.c.studio_id == STUDIOS.c.id).outerjoin(RUNS, live))
        .where(condition, _OWED, ~_MET, DUTIES.c.due_on.between(first, last))
        .order_by(DUTIES.c.due_on, STUDIOS.c.id, DUTIES.c.id)
        .limit(most)
    ).all()  # fmt: skip


def overdue_runs(
    session: Session, condition: ColumnElement[bool], now: datetime, most: int = 2000
) -> Sequence[Row[Any]]:
    """Duties that are late and wait for whoever answers for them; runs as urging takes them."""
    late = or_(RUNS.c.state == "overdue", RUNS.c.due_at <= now)
    return session.execute(
        select(RUNS)
        .select_from(RUNS.join(DUTIES, and_(RUNS.c.subject_kind == "duty", DUTIES.c.id == RUNS.c.subject_id)).join(HOMES, STUDIOS.c.id == DUTIES.c.studio_id))
        .where(condition, RUNS.c.ended_at.is_(None), RUNS.c.desk.like("person:%"), DUTIES.c.soft.is_(False), late)
        .order_by(RUNS.c.id)
        .limit(most)
    ).all()  # fmt: skip


def assessing(session: Session, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Assessments under way by state: how many, and the next day one is due; one query."""
    return session.execute(
        select(RUNS.c.state, func.count().label("n"), func.min(RUNS.c.due_at).label("due_at"))
        .select_from(HOMES.join(RUNS, RUNS.c.studio_id == STUDIOS.c.id))
        .where(condition, RUNS.c.stage == "assessment", RUNS.c.path == "assessments", RUNS.c.ended_at.is_(None))
        .group_by(RUNS.c.state)
    ).all()


def assessments_open(session: Session, condition: ColumnElement[bool], most: int = 200) -> Sequence[Row[Any]]:
    """Assessments under way, the next due first; at most `most`."""
    return session.execute(
        select(ASSESSMENTS.c.id, ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.title, RUNS.c.state, RUNS.c.due_at, RUNS.c.desk, STUDIOS.c.name,
               BODIES.c.name.label("home"), PROGRAMMES.c.code)
        .select_from(HOMES.join(ASSESSMENTS, ASSESSMENTS.c.studio_id == STUDIOS.c.id)
                     .join(RUNS, and_(RUNS.c.subject_kind == "assessment", RUNS.c.subject_id == ASSESSMENTS.c.id))
                     .join(PROGRAMMES, PROGRAMMES.c.id == STUDIOS.c.programme_id))
        .where(condition, RUNS.c.path == "assessments", RUNS.c.ended_at.is_(None))
        .order_by(RUNS.c.due_at.is_(None), RUNS.c.due_at, ASSESSMENTS.c.id)
        .limit(most)
    ).all()  # fmt: skip


def mending(session: Session, condition: ColumnElement[bool], most: int = 10) -> Sequence[Row[Any]]:
    """Studios that mend, the nearest limit first; one query."""
    return session.execute(
        select(RECTIFICATIONS.c.id, RECTIFICATIONS.c.limit_on, ASSESSMENTS.c.released_at, STUDIOS.c.name, RUNS.c.state, RUNS.c.due_at)
        .select_from(HOMES.join(RECTIFICATIONS, RECTIFICATIONS.c.studio_id == STUDIOS.c.id)
                     .join(ASSESSMENTS, ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id)
                     .join(RUNS, and_(RUNS.c.subject_kind == "rectification", RUNS.c.subject_id == RECTIFICATIONS.c.id)))
        .where(condition, RUNS.c.ended_at.is_(None))
        .order_by(RECTIFICATIONS.c.limit_on, RECTIFICATIONS.c.id)
        .limit(most)
    ).all()  # fmt: skip


def ending(
    session: Session, condition: ColumnElement[bool], first: date, last: date, most: int = 10
) -> tuple[Sequence[Row[Any]], int]:
    """Cycles that end between two days, the first to end first, with their whole-cycle grade and request to go on; two queries."""
    source = HOMES.join(CYCLES, CYCLES.c.studio_id == STUDIOS.c.id)
    when = and_(condition, STUDIOS.c.standing.in_(OPEN), CYCLES.c.ends_on.between(first, last))
    grade = (
        select(case((RESULTS.c.after_rectification != "", RESULTS.c.after_rectification), else_=RESULTS.c.grade))
        .join(ASSESSMENTS, ASSESSMENTS.c.id == RESULTS.c.assessment_id)
        .where(ASSESSMENTS.c.cycle_id == CYCLES.c.id, ASSESSMENTS.c.period == "cycle", ASSESSMENTS.c.released_at.is_not(None),
               RESULTS.c.seat_id.is_(None))
        .order_by(ASSESSMENTS.c.id.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    request = (
        select(APPLICATIONS.c.id).where(APPLICATIONS.c.cycle_id == CYCLES.c.id, APPLICATIONS.c.gives == "cycle")
        .order_by(APPLICATIONS.c.id.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    found = session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, CYCLES.c.ends_on, grade.label("grade"), request.label("renewal_id"))
        .select_from(source).where(when).order_by(CYCLES.c.ends_on, STUDIOS.c.id).limit(most)
    ).all()  # fmt: skip
    total = session.execute(select(func.count()).select_from(source).where(when)).scalar_one()
    return found, total


def renewals_of(session: Session, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Where these requests to go on stand: the newest run of each; one query."""
    if not ids:
        return {}
    rows = session.execute(
        select(APPLICATIONS.c.id, APPLICATIONS.c.outcome, RUNS.c.stage, RUNS.c.state)
        .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
        .where(APPLICATIONS.c.id.in_(list(ids)))
        .order_by(RUNS.c.id)
    )
    return {row.id: row for row in rows}


def studio_rows(session: Session, condition: ColumnElement[bool], page: int | None) -> tuple[Sequence[Row[Any]], int]:
    """Studios with their county, host, newest cycle, and whether they mend; a page of them, or all for a workbook; two queries."""
    newest = select(func.max(TERMS.c.id)).where(TERMS.c.studio_id == STUDIOS.c.id).scalar_subquery()
    owed = (
        select(func.count())
        .where(DUTIES.c.studio_id == STUDIOS.c.id, _OWED, DUTIES.c.cycle_id == CYCLES.c.id)
        .scalar_subquery()
    )
    met = (
        select(func.count())
        .where(DUTIES.c.studio_id == STUDIOS.c.id, _OWED, DUTIES.c.cycle_id == CYCLES.c.id, _MET)
        .scalar_subquery()
    )
    statement = (
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.standing, STUDIOS.c.level, PEOPLE.c.name.label("host"), BODIES.c.name.label("home"),
               COUNTY_NAME.label("county"), PROGRAMMES.c.title.label("programme"), CYCLES.c.number.label("cycle"), CYCLES.c.begins_on, CYCLES.c.ends_on,
               case((MENDING, 1), else_=0).label("mending"), owed.label("owed"), met.label("met"))
        .select_from(HOMES.join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id).join(PROGRAMMES, PROGRAMMES.c.id == STUDIOS.c.programme_id)
                     .outerjoin(CYCLES, CYCLES.c.id == newest))
        .where(condition)
        .order_by(STUDIOS.c.standing.not_in(OPEN), COUNTY_NAME, STUDIOS.c.id)
    )  # fmt: skip
    if page is not None:
        statement = statement.limit(PAGE).offset(PAGE * (page - 1))
    total = session.execute(select(func.count()).select_from(HOMES).where(condition)).scalar_one()
    return session.execute(statement).all(), total
