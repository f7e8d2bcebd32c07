"""Bodies above a body, and who stands for a body today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import Session

from models import Appointment, Body, Person, Substitution
from models.columns import table_of
from models.statements import among, rows
from models.values import dataclass

BODIES, PEOPLE = table_of(Body), table_of(Person)
APPOINTMENTS, SUBSTITUTIONS = table_of(Appointment), table_of(Substitution)
PLACE = select(BODIES.c.id, BODIES.c.level, BODIES.c.name, BODIES.c.parent_id)
LINE = PLACE.where(among(BODIES.c.id, "bodies")).cte("line", recursive=True)
ABOVE = select(LINE.union(PLACE.join(LINE, BODIES.c.id == LINE.c.parent_id)))
TODAY = bindparam("today", type_=APPOINTMENTS.c.from_on.type)
ADDRESSES = select(PEOPLE.c.id, PEOPLE.c.email).where(among(PEOPLE.c.id, "people"))
OFFICERS = (
    select(APPOINTMENTS.c.body_id, PEOPLE.c.id, PEOPLE.c.email)
    .join(PEOPLE, PEOPLE.c.id == APPOINTMENTS.c.person_id)
    .where(among(APPOINTMENTS.c.body_id, "bodies"), APPOINTMENTS.c.role.in_(("officer", "administrator", "assessor")))
    .where(APPOINTMENTS.c.from_on <= TODAY, or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= TODAY))
    .union(
        select(SUBSTITUTIONS.c.body_id, PEOPLE.c.id, PEOPLE.c.email)
        .join(PEOPLE, PEOPLE.c.id == SUBSTITUTIONS.c.by_person_id)
        .where(
            among(SUBSTITUTIONS.c.body_id, "bodies"), SUBSTITUTIONS.c.from_on <= TODAY, SUBSTITUTIONS.c.to_on >= TODAY
        )
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """A body in the tree."""

    id: int
    level: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a message goes to: a person, or a body where nobody is appointed."""

    person_id: int | None
    body_id: int | None
    address: str


def lineages(session: Session, body_ids: Iterable[int]) -> Mapping[int, tuple[Place, ...]]:
    """Each body with those above it, nearest first; one query."""
    found = rows(session, ABOVE, bodies=set(body_ids))
    places = {row.id: (Place(row.id, row.level, row.name), row.parent_id) for row in found}
    return {body_id: tuple(_climb(places, body_id)) for body_id in places}


def _climb(rows: Mapping[int, tuple[Place, int | None]], body_id: int | None) -> Iterable[Place]:
    while body_id is not None and body_id in rows:
        place, body_id = rows[body_id]
        yield place


def recipients(session: Session, keys: Iterable[str], today: date) -> Mapping[str, tuple[Recipient, ...]]:
    """Who is told when a desk is told: the person, or the officers of the body and their substitutes; at most three queries."""
    by_kind: dict[str, set[int]] = {"person": set(), "body": set()}
    for key in keys:
        kind, _, number = key.partition(":")
        if kind in by_kind:
            by_kind[kind].add(int(number))
    found: dict[str, tuple[Recipient, ...]] = {}
    if by_kind["person"]:
        found |= _people(session, by_kind["person"])
    if by_kind["body"]:
        found |= _officers(session, by_kind["body"], today)
    return found


def _people(session: Session, ids: set[int]) -> dict[str, tuple[Recipient, ...]]:
    found = rows(session, ADDRESSES, people=ids)
    return {f"person:{row.id}": (Recipient(row.id, None, row.email),) for row in found}


def _officers(session: Session, ids: set[int], today: date) -> dict[str, tuple[Recipient, ...]]:
    told: dict[int, list[Recipient]] = defaultdict(list)
    for row in rows(session, OFFICERS, bodies=ids, today=today):
        told[row.body_id].append(Recipient(row.id, row.body_id, row.email))
    unmanned = ids - set(told)
    if unmanned:
        for row in session.execute(select(BODIES.c.id, BODIES.c.email).where(BODIES.c.id.in_(unmanned))):
            told[row.id].append(Recipient(None, row.id, row.email))
    return {
        f"body:{body_id}": tuple(sorted(found, key=lambda one: one.person_id or 0)) for body_id, found in told.items()
    }


def keys_of(session: Session, person_id: int, today: date) -> frozenset[str]:
    """The desks a person may act at today: their own, and those of the bodies they are officers of."""
    rows = session.execute(
        select(APPOINTMENTS.c.body_id).where(
            APPOINTMENTS.c.person_id == person_id,
            APPOINTMENTS.c.role.in_(("officer", "administrator", "assessor")),
            APPOINTMENTS.c.from_on <= today,
            or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today),
        )
    )
    return frozenset({f"person:{person_id}", *(f"body:{row.body_id}" for row in rows)})


def substituted_until(session: Session, person_id: int, for_person_id: int, today: date) -> date | None:
    """The last day on which this person may act for the other, None when they may not today."""
    found: date | None = session.execute(
        select(func.max(SUBSTITUTIONS.c.to_on)).where(
            SUBSTITUTIONS.c.by_person_id == person_id, SUBSTITUTIONS.c.for_person_id == for_person_id,
            SUBSTITUTIONS.c.from_on <= today, SUBSTITUTIONS.c.to_on >= today,
        )
    ).scalar()  # fmt: skip
    return found


def substituted(session: Session, person_id: int, today: date) -> Sequence[tuple[int, int]]:
    """For whom, and in which body, this person may act today."""
    rows = session.execute(
        select(SUBSTITUTIONS.c.for_person_id, SUBSTITUTIONS.c.body_id).where(
            SUBSTITUTIONS.c.by_person_id == person_id, SUBSTITUTIONS.c.from_on <= today, SUBSTITUTIONS.c.to_on >= today
        )
    )
    return [(row.for_person_id, row.body_id) for row in rows]


def bodies_under(session: Session, body_id: int, levels: Sequence[str]) -> Sequence[int]:
    """Every open body of these levels below a body, by id."""
    tree = select(BODIES.c.id, BODIES.c.level, BODIES.c.until).where(BODIES.c.id == body_id).cte("tree", recursive=True)
    below = select(BODIES.c.id, BODIES.c.level, BODIES.c.until).join(tree, BODIES.c.parent_id == tree.c.id)
    tree = tree.union_all(below)
    rows = session.execute(
        select(tree.c.id).where(tree.c.level.in_(levels), tree.c.until.is_(None)).order_by(tree.c.id)
    )
    return [row.id for row in rows]
