"""Filing for others (代为提出): who of one's own people has an application under way, and the studios a person hosts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlmodel import Session

from models import Application, Body, Cycle, Person, Post, Studio
from models.columns import table_of

APPLICATIONS, PEOPLE, POSTS, BODIES = table_of(Application), table_of(Person), table_of(Post), table_of(Body)
STUDIOS, CYCLES = table_of(Studio), table_of(Cycle)
OPEN_TO_MEMBERS = ("forming", "active", "suspended")


def under_way(session: Session, round_id: int, person_ids: Collection[int]) -> Mapping[int, tuple[int, int | None]]:
    """Who of these people has an application going in a round: its id and who made it; one query."""
    rows = session.execute(
        select(APPLICATIONS.c.person_id, APPLICATIONS.c.id, APPLICATIONS.c.made_by).where(
            APPLICATIONS.c.round_id == round_id, APPLICATIONS.c.outcome.is_(None), APPLICATIONS.c.person_id.in_(list(person_ids))
        )
    )  # fmt: skip
    return {row.person_id: (row.id, row.made_by) for row in rows}


def hosted_by(session: Session, person_id: int) -> Sequence[Row[Any]]:
    """The studios that a person hosts and that take members; one query."""
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name)
        .where(STUDIOS.c.host_id == person_id, STUDIOS.c.standing.in_(OPEN_TO_MEMBERS))
        .order_by(STUDIOS.c.id)
    ).all()


def studio_of(session: Session, studio_id: int) -> Row[Any] | None:
    """A studio that takes members, with its host and the version its latest cycle runs under; one query."""
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.host_id, STUDIOS.c.home_body_id, PEOPLE.c.name.label("host"), CYCLES.c.version_id)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(CYCLES, CYCLES.c.studio_id == STUDIOS.c.id)
        .where(STUDIOS.c.id == studio_id, STUDIOS.c.standing.in_(OPEN_TO_MEMBERS))
        .order_by(CYCLES.c.number.desc())
        .limit(1)
    ).first()  # fmt: skip


def person_named(session: Session, staff_no: str, name: str, today: date) -> Row[Any] | None:
    """The person with this staff number and this name, at work now; one query. Both must be known to the one who asks."""
    return session.execute(
        select(PEOPLE.c.id, PEOPLE.c.name, BODIES.c.name.label("body"))
        .join(POSTS, POSTS.c.person_id == PEOPLE.c.id)
        .join(BODIES, BODIES.c.id == POSTS.c.body_id)
        .where(
            PEOPLE.c.staff_no == staff_no, PEOPLE.c.name == name, or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= today)
        )
        .order_by(POSTS.c.from_on.desc())
        .limit(1)
    ).first()
