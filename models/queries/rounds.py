"""Rounds (申报批次): the list, one round with its funnel and its lists, and what a preview has to know; fixed query counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlmodel import Session

from models import (
    Application,
    Appointment,
    Body,
    Listing,
    ListingEntry,
    Person,
    Programme,
    ProgrammeVersion,
    Quota,
    Round,
    StageRun,
    Studio,
    Tie,
)
from models.columns import table_of
from models.queries.bodies import Place, bodies_under, lineages, recipients

ROUNDS, RUNS, APPLICATIONS, QUOTAS = table_of(Round), table_of(StageRun), table_of(Application), table_of(Quota)
LISTINGS, ENTRIES, BODIES, PEOPLE = table_of(Listing), table_of(ListingEntry), table_of(Body), table_of(Person)
VERSIONS, PROGRAMMES, STUDIOS = table_of(ProgrammeVersion), table_of(Programme), table_of(Studio)
APPOINTMENTS, TIES = table_of(Appointment), table_of(Tie)
OWN_RUN = and_(RUNS.c.subject_kind == "round", RUNS.c.subject_id == ROUNDS.c.id)
RUNNING = ("forming", "active", "suspended")


def visible_rounds(body_ids: Collection[int], above: Collection[int]) -> ColumnElement[bool]:
    """Rounds of one's own authority, drafts too, and launched ones of an authority above one's bodies."""
    own = ROUNDS.c.authority_body_id.in_(list(body_ids))
    return or_(own, and_(ROUNDS.c.authority_body_id.in_(list(above)), ROUNDS.c.launched_at.is_not(None)))


def bodies_above(session: Session, body_ids: Collection[int]) -> frozenset[int]:
    """These bodies and all above them; one query a level of the tree."""
    return frozenset(place.id for places in lineages(session, body_ids).values() for place in places)


def any_launched(session: Session, body_ids: Collection[int]) -> bool:
    """Whether one of these authorities has ever launched a round; one small query."""
    found = select(ROUNDS.c.id).where(ROUNDS.c.launched_at.is_not(None), ROUNDS.c.authority_body_id.in_(body_ids))
    return session.execute(found.limit(1)).first() is not None


def rounds(
    session: Session, scope: ColumnElement[bool], counted: ColumnElement[bool], now: datetime
) -> Sequence[Row[Any]]:
    """Rounds in scope, newest first, with how many applications one may see: submitted, under way, overdue; one query."""
    live = (
        select(RUNS.c.application_id, func.max(case((RUNS.c.due_at <= now, 1), else_=0)).label("late"))
        .where(RUNS.c.ended_at.is_(None), RUNS.c.application_id.is_not(None), RUNS.c.desk != "")
        .group_by(RUNS.c.application_id)
        .subquery()
    )
    counts = (
        select(
            APPLICATIONS.c.round_id, func.count(APPLICATIONS.c.submitted_at).label("submitted"),
            func.count().filter(and_(APPLICATIONS.c.outcome.is_(None), APPLICATIONS.c.submitted_at.is_not(None))).label("open"),
            func.coalesce(func.sum(live.c.late), 0).label("late"),
        )
        .select_from(APPLICATIONS.outerjoin(live, live.c.application_id == APPLICATIONS.c.id))
        .where(counted)
        .group_by(APPLICATIONS.c.round_id)
        .subquery()
    )  # fmt: skip
    return session.execute(
        _rounds(func.coalesce(counts.c.submitted, 0).label("submitted"), func.coalesce(counts.c.open, 0).label("open"),
                func.coalesce(counts.c.late, 0).label("late"))
        .outerjoin(counts, counts.c.round_id == ROUNDS.c.id)
        .where(scope)
        .order_by(ROUNDS.c.opens_on.desc(), ROUNDS.c.id.desc())
    ).all()  # fmt: skip


def round_of(session: Session, round_id: int, scope: ColumnElement[bool]) -> Row[Any] | None:
    """One round in scope with its run, its regulation and its authority; one query."""
    return session.execute(_rounds().where(ROUNDS.c.id == round_id, scope)).first()


def _rounds(*more: Any) -> Any:
    return (
        select(
            ROUNDS, RUNS.c.id.label("run_id"), RUNS.c.state, RUNS.c.version, RUNS.c.due_at, PROGRAMMES.c.id.label("programme_id"),
            PROGRAMMES.c.title.label("programme"), PROGRAMMES.c.code, VERSIONS.c.number.label("version_number"),
            BODIES.c.name.label("authority"), *more,
        )
        .join(RUNS, OWN_RUN)
        .join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .join(BODIES, BODIES.c.id == ROUNDS.c.authority_body_id)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many applications have been at a step: reached it, are there, left it well, fell out there, are overdue there."""

    reached: int = 0
    here: int = 0
    passed: int = 0
    out: int = 0
    late: int = 0


WELL = ("submitted", "endorsed", "selected", "cleared", "hung", "registered", "seated", "left", "renewed")


def step_counts(
    session: Session, round_id: int, scope: ColumnElement[bool], now: datetime
) -> tuple[Mapping[str, StepCount], Mapping[tuple[str, str], int]]:
    """Applications by step, and live runs by (stage, state); a step with several branches counts an application once. Two queries."""
    per = (
        select(
            RUNS.c.application_id, RUNS.c.step,
            func.max(case((RUNS.c.ended_at.is_(None), 1), else_=0)).label("here"),
            func.min(case((RUNS.c.outcome.in_(WELL), 1), else_=0)).label("well"),
            func.max(case((and_(RUNS.c.ended_at.is_(None), RUNS.c.due_at <= now, RUNS.c.desk != ""), 1), else_=0)).label("late"),
        )
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.round_id == round_id, RUNS.c.parent_id.is_(None), RUNS.c.subject_kind == "application", scope)
        .group_by(RUNS.c.application_id, RUNS.c.step)
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        select(per.c.step, func.count().label("reached"), func.sum(per.c.here).label("here"),
               func.sum(per.c.well * (1 - per.c.here)).label("passed"), func.sum(per.c.late).label("late"))
        .group_by(per.c.step)
    )  # fmt: skip
    found = {
        row.step: StepCount(row.reached, row.here, row.passed, row.reached - row.here - row.passed, row.late)
        for row in rows
    }
    live = session.execute(
        select(RUNS.c.stage, RUNS.c.state, func.count(RUNS.c.application_id.distinct()).label("n"))
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.round_id == round_id, RUNS.c.parent_id.is_(None), RUNS.c.ended_at.is_(None), scope)
        .group_by(RUNS.c.stage, RUNS.c.state)
    )
    return found, {(row.stage, row.state): row.n for row in live}


def begun(session: Session, round_id: int, scope: ColumnElement[bool]) -> Row[Any]:
    """Applications of a round: begun, submitted, and without an outcome; one query."""
    return session.execute(
        select(
            func.count().label("begun"), func.count(APPLICATIONS.c.submitted_at).label("submitted"),
            func.count().filter(APPLICATIONS.c.outcome.is_(None)).label("undecided"),
        ).where(APPLICATIONS.c.round_id == round_id, scope)
    ).one()  # fmt: skip


def lists_of(session: Session, round_id: int) -> Sequence[Row[Any]]:
    """The lists of a round, newest first, with who made them, how many entries they have and how many are applied; one query."""
    counted = (
        select(
            ENTRIES.c.listing_id, func.count().label("entries"), func.count(ENTRIES.c.applied_at).label("applied"),
            func.count().filter(ENTRIES.c.outcome == "fell_out").label("fell_out"),
        )
        .group_by(ENTRIES.c.listing_id)
        .subquery()
    )  # fmt: skip
    return session.execute(
        select(
            LISTINGS.c.id, LISTINGS.c.act, LISTINGS.c.step, LISTINGS.c.number, LISTINGS.c.sha256, LISTINGS.c.code,
            LISTINGS.c.drafted_at, LISTINGS.c.made_at, LISTINGS.c.applied_at, PEOPLE.c.name.label("maker"), BODIES.c.name.label("body"),
            func.coalesce(counted.c.entries, 0).label("entries"), func.coalesce(counted.c.applied, 0).label("applied"),
            func.coalesce(counted.c.fell_out, 0).label("fell_out"),
        )
        .outerjoin(counted, counted.c.listing_id == LISTINGS.c.id)
        .outerjoin(PEOPLE, PEOPLE.c.id == func.coalesce(LISTINGS.c.made_by, LISTINGS.c.drafted_by))
        .outerjoin(BODIES, BODIES.c.id == LISTINGS.c.body_id)
        .where(LISTINGS.c.round_id == round_id)
        .order_by(LISTINGS.c.id.desc())
    ).all()  # fmt: skip


def places_of(session: Session, round_id: int) -> Sequence[Row[Any]]:
    """The quotas of a round with the names of the bodies they are for; one query."""
    return session.execute(
        select(QUOTAS, BODIES.c.name.label("body"))
        .outerjoin(BODIES, BODIES.c.id == QUOTAS.c.body_id)
        .where(QUOTAS.c.round_id == round_id)
        .order_by(QUOTAS.c.id)
    ).all()


@dataclass(frozen=True, slots=True)
class County:
    """A county of an authority: its studios that run, and how many it recommended in the round before."""

    id: int
    name: str
    studios: int
    before: int


def counties_of(session: Session, authority_id: int, programme_id: int, before_round: int | None) -> list[County]:
    """The counties of an authority by id; a fixed number of queries."""
    places = _places(session, bodies_under(session, authority_id, ("county",)))
    ids = [one.id for one in places]
    school = BODIES.alias("school")
    county = case((BODIES.c.level == "county", BODIES.c.id), else_=func.coalesce(school.c.id, BODIES.c.parent_id))
    running = session.execute(
        select(county.label("county"), func.count().label("n"))
        .select_from(STUDIOS.join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id).outerjoin(
            school, and_(school.c.id == BODIES.c.parent_id, school.c.level == "county")))
        .where(STUDIOS.c.programme_id == programme_id, STUDIOS.c.standing.in_(RUNNING))
        .group_by(county)
    )  # fmt: skip
    studios = {row.county: row.n for row in running}
    sent = _recommended(session, before_round) if before_round is not None else {}
    return [County(one.id, one.name, studios.get(one.id, 0), sent.get(one.id, 0)) for one in places if one.id in ids]


def _recommended(session: Session, round_id: int) -> Mapping[int, int]:
    rows = session.execute(
        select(APPLICATIONS.c.county_id, func.count(APPLICATIONS.c.id.distinct()).label("n"))
        .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
        .where(APPLICATIONS.c.round_id == round_id, RUNS.c.branch == "county", RUNS.c.outcome == "endorsed")
        .group_by(APPLICATIONS.c.county_id)
    )
    return {row.county_id: row.n for row in rows}


def _places(session: Session, ids: Collection[int]) -> list[Place]:
    rows = session.execute(
        select(BODIES.c.id, BODIES.c.level, BODIES.c.name).where(BODIES.c.id.in_(list(ids))).order_by(BODIES.c.id)
    )
    return [Place(row.id, row.level, row.name) for row in rows]


def round_before(session: Session, programme_id: int, path: str, round_id: int, opens_on: date) -> int | None:
    """The launched round of the same path that opened last before this one."""
    return session.execute(
        select(ROUNDS.c.id)
        .join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
        .where(VERSIONS.c.programme_id == programme_id, ROUNDS.c.path == path, ROUNDS.c.id != round_id)
        .where(ROUNDS.c.launched_at.is_not(None), ROUNDS.c.opens_on <= opens_on)
        .order_by(ROUNDS.c.opens_on.desc(), ROUNDS.c.id.desc())
        .limit(1)
    ).scalar()


@dataclass(frozen=True, slots=True)
class Manning:
    """Bodies below an authority and the ones of them in which nobody may act."""

    level: str
    of: int
    unmanned: tuple[str, ...]


def manning(session: Session, authority_id: int, levels: Sequence[str], today: date) -> list[Manning]:
    """For each level: how many bodies there are below an authority, and which have no officer today; three queries."""
    ids = bodies_under(session, authority_id, levels)
    live = (
        select(APPOINTMENTS.c.body_id)
        .where(APPOINTMENTS.c.role.in_(("officer", "administrator")), APPOINTMENTS.c.from_on <= today)
        .where(or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today))
    )
    manned = set(session.execute(live.where(APPOINTMENTS.c.body_id.in_(ids))).scalars())
    places = _places(session, ids)
    return [
        Manning(level, len(found), tuple(one.name for one in found if one.id not in manned))
        for level in levels
        if (found := [one for one in places if one.level == level])
    ]


@dataclass(frozen=True, slots=True)
class Pool:
    """The experts of an authority: school stages they know, and the fewest left for any school after conflicts."""

    stages: tuple[str, ...]
    available: int

    @property
    def total(self) -> int:
        """All experts appointed today."""
        return len(self.stages)


def pool_of(session: Session, authority_id: int, schools: Collection[int], today: date) -> Pool:
    """The experts appointed by an authority, and how many of them are free for the school that has the most conflicts."""
    experts = session.execute(
        select(PEOPLE.c.id, PEOPLE.c.school_stage)
        .join(APPOINTMENTS, APPOINTMENTS.c.person_id == PEOPLE.c.id)
        .where(APPOINTMENTS.c.body_id == authority_id, APPOINTMENTS.c.role == "expert", APPOINTMENTS.c.from_on <= today)
        .where(or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today))
        .distinct()
    ).all()
    ids = [row.id for row in experts]
    bound: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(
        select(TIES.c.person_id, TIES.c.body_id).where(TIES.c.person_id.in_(ids), TIES.c.body_id.is_not(None))
    ):
        bound[row.body_id].add(row.person_id)
    for row in session.execute(
        select(APPOINTMENTS.c.person_id, APPOINTMENTS.c.body_id).where(
            APPOINTMENTS.c.person_id.in_(ids), APPOINTMENTS.c.role != "expert"
        )
    ):
        bound[row.body_id].add(row.person_id)
    above = lineages(session, schools)
    below_city = {"department", "school", "township", "county"}
    tied = [
        len(set().union(*(bound.get(place.id, set()) for place in above[school] if place.level in below_city)))
        for school in schools
    ]
    return Pool(tuple(row.school_stage for row in experts), len(ids) - max(tied, default=0))


def school_stages(session: Session, authority_id: int, before_round: int | None) -> Mapping[str, int]:
    """How many are to be expected by school stage: those who applied last time, else the schools there are."""
    if before_round is not None:
        rows = session.execute(
            select(APPLICATIONS.c.school_stage, func.count().label("n"))
            .where(APPLICATIONS.c.round_id == before_round, APPLICATIONS.c.submitted_at.is_not(None))
            .group_by(APPLICATIONS.c.school_stage)
        ).all()
        if rows:
            return {row.school_stage: row.n for row in rows}
    ids = bodies_under(session, authority_id, ("school",))
    counted = session.execute(
        select(BODIES.c.school_stage, func.count().label("n"))
        .where(BODIES.c.id.in_(ids))
        .group_by(BODIES.c.school_stage)
    )
    return {row.school_stage: row.n for row in counted}


def invited(session: Session, authority_id: int, today: date) -> tuple[int, int, int]:
    """Who a launch tells: bodies, messages, and messages without an address; as the launch itself counts them."""
    ids = bodies_under(session, authority_id, ("county", "school", "department", "township"))
    told = [one for found in recipients(session, {f"body:{body}" for body in ids}, today).values() for one in found]
    return len(ids), len(told), sum(not one.address for one in told)


def posted_now(session: Session) -> int:
    """How many posted lists have an entry whose notice still runs."""
    runs = select(ENTRIES.c.listing_id).join(RUNS, RUNS.c.id == ENTRIES.c.run_id)
    running = runs.where(
        RUNS.c.stage == "public_notice", RUNS.c.state.in_(("posted", "objected")), RUNS.c.ended_at.is_(None)
    )
    posted = select(func.count()).select_from(LISTINGS).where(LISTINGS.c.act == "post", LISTINGS.c.made_at.is_not(None))
    return int(session.execute(posted.where(LISTINGS.c.id.in_(running))).scalar_one())
