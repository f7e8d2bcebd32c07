"""What the database already holds of a roster: one query a table, in slices of keys."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlmodel import Session

from models import Application, Appointment, Body, Credential, Person, Post, Round, Tie
from models.columns import table_of

BODIES, PEOPLE, POSTS = table_of(Body), table_of(Person), table_of(Post)
CREDENTIALS, TIES = table_of(Credential), table_of(Tie)
APPOINTMENTS, APPLICATIONS = table_of(Appointment), table_of(Application)
ROUNDS = table_of(Round)
SLICE = 5_000


@dataclass(slots=True)
class Stored:
    """The stored side of a comparison."""

    bodies: dict[str, Row[Any]] = field(default_factory=dict)
    code_of: dict[int, str] = field(default_factory=dict)
    people: dict[str, Row[Any]] = field(default_factory=dict)
    posts: dict[int, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    credentials: set[tuple[int, str, str, str]] = field(default_factory=set)
    avoided: set[tuple[int, int]] = field(default_factory=set)
    experts: set[int] = field(default_factory=set)
    applied: set[int] = field(default_factory=set)
    offices: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


def read_stored(
    session: Session, staff_numbers: Iterable[str], authority: int | None, round_id: int | None, today: date
) -> Stored:
    """All bodies, and of the people named everything that an import may touch."""
    stored = Stored()
    for body in session.execute(select(BODIES)):
        stored.bodies[body.code], stored.code_of[body.id] = body, body.code
    found = _where_in(session, select(PEOPLE), PEOPLE.c.staff_no, sorted(set(staff_numbers)))
    stored.people = {person.staff_no: person for person in found}
    ids = [person.id for person in stored.people.values()]
    for post in _where_in(session, select(POSTS).where(POSTS.c.to_on.is_(None)), POSTS.c.person_id, ids):
        stored.posts[post.person_id].append(post)
    for one in _where_in(session, select(CREDENTIALS), CREDENTIALS.c.person_id, ids):
        stored.credentials.add((one.person_id, one.kind, one.name, one.level))
    for tie in _where_in(
        session, select(TIES).where(TIES.c.body_id.is_not(None), TIES.c.kind == "avoids"), TIES.c.person_id, ids
    ):
        stored.avoided.add((tie.person_id, tie.body_id))
    live = or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today)
    experts = select(APPOINTMENTS.c.person_id).where(
        APPOINTMENTS.c.role == "expert", APPOINTMENTS.c.body_id == authority, live
    )
    stored.experts = {row.person_id for row in session.execute(experts)}
    for one in _where_in(session, select(APPOINTMENTS).where(live), APPOINTMENTS.c.person_id, ids):
        stored.offices[one.person_id].add(one.body_id)
    if round_id is not None:
        applied = select(APPLICATIONS.c.person_id).where(APPLICATIONS.c.round_id == round_id)
        stored.applied = {row.person_id for row in session.execute(applied)}
    return stored


def ids_by(
    session: Session, key: ColumnElement[Any], identity: ColumnElement[Any], keys: Sequence[str]
) -> dict[str, int]:
    """The ids of these keys."""
    found = _where_in(session, select(key.label("key"), identity.label("identity")), key, keys)
    return {row.key: row.identity for row in found}


def _where_in(
    session: Session, query: Select[Any], column: ColumnElement[Any], keys: Sequence[Any]
) -> Iterator[Row[Any]]:
    for start in range(0, len(keys), SLICE):
        yield from session.execute(query.where(column.in_(keys[start : start + SLICE])))
