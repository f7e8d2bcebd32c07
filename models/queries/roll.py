"""The roll (名册与权限): who may do what, and what a new bureau still lacks before its first round; fixed query counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlmodel import Session

from models import (
    Appointment,
    Body,
    CalendarDay,
    Person,
    Post,
    Programme,
    ProgrammeVersion,
    Round,
    Substitution,
    Term,
    User,
)
from models.columns import table_of
from models.queries.bodies import bodies_under

PEOPLE, BODIES, POSTS, APPOINTMENTS = table_of(Person), table_of(Body), table_of(Post), table_of(Appointment)
USERS, SUBSTITUTIONS, PROGRAMMES, VERSIONS = (
    table_of(User),
    table_of(Substitution),
    table_of(Programme),
    table_of(ProgrammeVersion),
)
ROUNDS, DAYS, TERMS = table_of(Round), table_of(CalendarDay), table_of(Term)
PAGE = 50
LEVELS = ("department", "school", "township", "county", "city", "province")


@dataclass(frozen=True, slots=True)
class RollFilter:
    """What of the roll is wanted: a role, words, those without an account, a page."""

    role: str = ""
    words: str = ""
    page: int = 1


def under(session: Session, body_ids: Collection[int]) -> list[int]:
    """These bodies and every one below them; one query each."""
    found = {one for body_id in body_ids for one in bodies_under(session, body_id, LEVELS)}
    return sorted(found | set(body_ids))


def _live(today: date) -> ColumnElement[bool]:
    return and_(APPOINTMENTS.c.from_on <= today, or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today))


def _within(ids: Collection[int]) -> ColumnElement[bool]:
    """People with a post or an appointment in these bodies."""
    held = exists().where(POSTS.c.person_id == PEOPLE.c.id, POSTS.c.body_id.in_(ids))
    named = exists().where(APPOINTMENTS.c.person_id == PEOPLE.c.id, APPOINTMENTS.c.body_id.in_(ids))
    return or_(held, named)


def people(session: Session, ids: Collection[int], wanted: RollFilter, today: date) -> tuple[Sequence[Row[Any]], int]:
    """One page of the people of these bodies, with their accounts; two queries."""
    condition = _within(ids)
    if wanted.role:
        condition = and_(
            condition,
            exists().where(APPOINTMENTS.c.person_id == PEOPLE.c.id, APPOINTMENTS.c.role == wanted.role, _live(today)),
        )
    if wanted.words:
        like = f"%{wanted.words}%"
        there = exists().where(
            POSTS.c.person_id == PEOPLE.c.id, POSTS.c.body_id == BODIES.c.id, BODIES.c.name.like(like)
        )
        told = (PEOPLE.c.name, PEOPLE.c.staff_no, PEOPLE.c.phone, PEOPLE.c.works_at)
        condition = and_(condition, or_(*(one.like(like) for one in told), there))
    total = int(session.execute(select(func.count()).select_from(PEOPLE).where(condition)).scalar_one())
    rows = session.execute(
        select(PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.staff_no, PEOPLE.c.works_at, PEOPLE.c.email, USERS.c.login, USERS.c.disabled_at)
        .outerjoin(USERS, USERS.c.person_id == PEOPLE.c.id)
        .where(condition)
        .order_by(PEOPLE.c.name, PEOPLE.c.id)
        .limit(PAGE)
        .offset(PAGE * (wanted.page - 1))
    ).all()  # fmt: skip
    return rows, total


def posts_of(session: Session, person_ids: Collection[int], today: date) -> Mapping[int, tuple[str, str]]:
    """The present post of each: body and title; one query."""
    rows = session.execute(
        select(POSTS.c.person_id, BODIES.c.name, POSTS.c.title)
        .join(BODIES, BODIES.c.id == POSTS.c.body_id)
        .where(POSTS.c.person_id.in_(list(person_ids)), or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= today))
        .order_by(POSTS.c.from_on)
    )
    return {row.person_id: (row.name, row.title) for row in rows}


def appointments_of(session: Session, person_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Every appointment of these people with its body, newest first; one query."""
    return session.execute(
        select(APPOINTMENTS, BODIES.c.name.label("body"))
        .join(BODIES, BODIES.c.id == APPOINTMENTS.c.body_id)
        .where(APPOINTMENTS.c.person_id.in_(list(person_ids)))
        .order_by(APPOINTMENTS.c.from_on.desc(), APPOINTMENTS.c.id.desc())
    ).all()


def substitutions_of(session: Session, person_id: int) -> Sequence[Row[Any]]:
    """Who acts for a person and for whom they act, newest first; one query."""
    stood_for, by = PEOPLE.alias("stood_for"), PEOPLE.alias("by")
    return session.execute(
        select(SUBSTITUTIONS, stood_for.c.name.label("stood_for"), by.c.name.label("by"), BODIES.c.name.label("body"))
        .join(stood_for, stood_for.c.id == SUBSTITUTIONS.c.for_person_id)
        .join(by, by.c.id == SUBSTITUTIONS.c.by_person_id)
        .join(BODIES, BODIES.c.id == SUBSTITUTIONS.c.body_id)
        .where(or_(SUBSTITUTIONS.c.for_person_id == person_id, SUBSTITUTIONS.c.by_person_id == person_id))
        .order_by(SUBSTITUTIONS.c.from_on.desc())
    ).all()  # fmt: skip


def person_of(session: Session, person_id: int, ids: Collection[int]) -> Row[Any] | None:
    """One person of these bodies with the account; one query."""
    return session.execute(
        select(PEOPLE, USERS.c.login, USERS.c.disabled_at)
        .outerjoin(USERS, USERS.c.person_id == PEOPLE.c.id)
        .where(PEOPLE.c.id == person_id, _within(ids))
    ).first()


def person_numbered(session: Session, staff_no: str) -> int | None:
    """The person of a staff number."""
    return session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == staff_no)).scalar()


def body_coded(session: Session, code: str) -> int | None:
    """The body of a code."""
    return session.execute(select(BODIES.c.id).where(BODIES.c.code == code)).scalar()


def offices_beyond(session: Session, person_id: int, ids: Collection[int], today: date) -> Sequence[str]:
    """The bodies other than these in which a person holds a post or an office now or later; one query."""
    tied = or_(*(
        exists().where(
            held.c.body_id == BODIES.c.id, held.c.person_id == person_id, or_(held.c.to_on.is_(None), held.c.to_on >= today)
        )
        for held in (APPOINTMENTS, POSTS)
    ))  # fmt: skip
    beyond = select(BODIES.c.name).where(BODIES.c.id.not_in(list(ids)), tied).order_by(BODIES.c.name)
    return list(session.execute(beyond).scalars())


def named_bodies(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Names of these bodies, the higher ones first; one query."""
    return session.execute(
        select(BODIES.c.id, BODIES.c.name, BODIES.c.level)
        .where(BODIES.c.id.in_(list(ids)))
        .order_by(BODIES.c.parent_id.is_not(None), BODIES.c.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What there is so far: bodies, people, experts, versions adopted, gazetted year, terms, rounds drafted and launched."""

    bodies: int
    people: int
    experts: int
    versions: int
    holidays: int
    terms: int
    rounds: int
    launched: int


def beginnings(session: Session, body_ids: Collection[int], year: int) -> Beginnings:
    """How far a new bureau is, with the bodies below it and their people; one query, and one for each body."""
    mine = list(body_ids)
    below = under(session, mine)

    def counted(table: Any, *conditions: Any) -> Any:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    row = session.execute(
        select(
            counted(BODIES, BODIES.c.id.in_(below)).label("bodies"), counted(PEOPLE, _within(below)).label("people"),
            counted(APPOINTMENTS, APPOINTMENTS.c.role == "expert", APPOINTMENTS.c.body_id.in_(mine)).label("experts"),
            counted(VERSIONS.join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id), PROGRAMMES.c.authority_body_id.in_(mine)).label("versions"),
            counted(DAYS, DAYS.c.kind == "holiday", DAYS.c.day >= date(year, 1, 1), DAYS.c.day <= date(year, 12, 31)).label("holidays"),
            counted(TERMS, TERMS.c.body_id.in_(mine)).label("terms"),
            counted(ROUNDS, ROUNDS.c.authority_body_id.in_(mine)).label("rounds"),
            counted(ROUNDS, ROUNDS.c.authority_body_id.in_(mine), ROUNDS.c.launched_at.is_not(None)).label("launched"),
        )
    ).one()  # fmt: skip
    return Beginnings(**row._mapping)  # noqa: SLF001  the columns are the fields
