"""Who may open a message, with what it says and the run it is about; one query each."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlmodel import Session

from models import Body, Message, Person, Template
from models.columns import table_of
from models.queries.messages import about

MESSAGES, PEOPLE, BODIES, TEMPLATES = table_of(Message), table_of(Person), table_of(Body), table_of(Template)


def readable(person_id: int, administered: Collection[int]) -> ColumnElement[bool]:
    """Messages to oneself that are not held back, and those about the programmes or to the bodies that one administers."""
    own = and_(MESSAGES.c.person_id == person_id, MESSAGES.c.status != "held")
    return or_(own, *about(administered)) if administered else own


def overseen(session: Session, message_ids: Collection[int], administered: Collection[int]) -> Sequence[int]:
    """Which of these messages are about the programmes of, or to, the bodies that one administers. One query."""
    if not administered:
        return ()
    return session.execute(
        select(MESSAGES.c.id).where(MESSAGES.c.id.in_(list(message_ids)), *about(administered))
    ).scalars().all()  # fmt: skip


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


def wording_history(session: Session, notice: str, body_id: int) -> Sequence[Row[Any]]:
    """Every version of a bureau's own words for a notice with who made it, newest first. One query."""
    return session.execute(
        select(TEMPLATES, PEOPLE.c.name.label("maker"))
        .join(PEOPLE, PEOPLE.c.id == TEMPLATES.c.made_by)
        .where(TEMPLATES.c.notice == notice, TEMPLATES.c.body_id == body_id)
        .order_by(TEMPLATES.c.version.desc())
    ).all()


def reworded(session: Session, body_id: int) -> Collection[str]:
    """The notices for which a bureau's own words stand. One query."""
    rows = session.execute(
        select(TEMPLATES.c.notice, TEMPLATES.c.text).where(TEMPLATES.c.body_id == body_id).order_by(TEMPLATES.c.version)
    )
    return {notice for notice, text in {row.notice: row.text for row in rows}.items() if text}
