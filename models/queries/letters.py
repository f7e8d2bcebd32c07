"""Who may open a message, with what it says and the run it is about; one query each."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlmodel import Session

from models import Body, Message, Person, Programme, ProgrammeVersion, StageRun
from models.columns import table_of

MESSAGES, PEOPLE, BODIES, RUNS = table_of(Message), table_of(Person), table_of(Body), table_of(StageRun)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)


def readable(person_id: int, administered: Collection[int]) -> ColumnElement[bool]:
    """Messages to oneself that are not held back, and those about the programmes or to the bodies that one administers."""
    own = and_(MESSAGES.c.person_id == person_id, MESSAGES.c.status != "held")
    if not administered:
        return own
    runs = (
        select(RUNS.c.id)
        .join(VERSIONS, VERSIONS.c.id == RUNS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.authority_body_id.in_(list(administered)))
    )
    return or_(own, MESSAGES.c.run_id.in_(runs), MESSAGES.c.body_id.in_(list(administered)))


def letter(session: Session, message_id: int, person_id: int, administered: Collection[int]) -> Row[Any] | None:
    """A message the person may read, with its recipient's name; None when there is none or it is not theirs."""
    return session.execute(
        select(MESSAGES, func.coalesce(PEOPLE.c.name, BODIES.c.name, "").label("recipient"), PEOPLE.c.phone)
        .outerjoin(PEOPLE, PEOPLE.c.id == MESSAGES.c.person_id)
        .outerjoin(BODIES, BODIES.c.id == MESSAGES.c.body_id)
        .where(MESSAGES.c.id == message_id, readable(person_id, administered))
    ).first()


def mark_read(session: Session, person_id: int, now: Any, message_id: int | None = None) -> int:
    """Note that the person read one message of theirs, or all of them; returns how many were unread."""
    statement = update(MESSAGES).where(MESSAGES.c.person_id == person_id, MESSAGES.c.read_at.is_(None))
    if message_id is not None:
        statement = statement.where(MESSAGES.c.id == message_id)
    changed = session.execute(statement.where(MESSAGES.c.status != "held").values(read_at=now))
    return int(changed.rowcount)  # type: ignore[attr-defined]
