"""Wishes (志愿): the studios of a programme that take members, as somebody who chooses among them reads them; fixed query counts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from models import Body, Person, Programme, ProgrammeVersion, Studio
from models.columns import table_of

STUDIOS, PEOPLE, BODIES = table_of(Studio), table_of(Person), table_of(Body)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)
OPEN_TO_MEMBERS = ("forming", "active", "suspended")


def studios_for_wishes(session: Session, version_id: int) -> Sequence[Row[Any]]:
    """The studios of a version's programme that take members, with host, school and stage, by name; one query."""
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.host_id, PEOPLE.c.name.label("host"), BODIES.c.name.label("home"))
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(VERSIONS, VERSIONS.c.programme_id == STUDIOS.c.programme_id)
        .where(VERSIONS.c.id == version_id, STUDIOS.c.standing.in_(OPEN_TO_MEMBERS))
        .order_by(STUDIOS.c.name, STUDIOS.c.id)
    ).all()  # fmt: skip


def studio_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """The names of studios by id; one query, none for none."""
    if not ids:
        return {}
    rows = session.execute(select(STUDIOS.c.id, STUDIOS.c.name).where(STUDIOS.c.id.in_(list(ids))))
    return {row.id: row.name for row in rows}
