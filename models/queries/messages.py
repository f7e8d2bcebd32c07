"""Messages: what is due to be sent, with all that a mail needs, and the boxes of the message page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlmodel import Session

from models import Body, Message, Person, Preference, Programme, ProgrammeVersion, StageRun, Template
from models.columns import table_of
from models.locking import locks_rows

MESSAGES, PREFERENCES = table_of(Message), table_of(Preference)
PEOPLE, BODIES, RUNS = table_of(Person), table_of(Body), table_of(StageRun)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)
TEMPLATES = table_of(Template)

Box = Literal["sent", "waiting", "held", "bounced", "to_print"]
STATUSES: Mapping[Box, tuple[str, ...]] = {
    "sent": ("sent", "folded"),
    "waiting": ("queued", "sending"),
    "held": ("held",),
    "bounced": ("bounced", "failed"),
    "to_print": ("unaddressed",),
}


# What a mail needs


@dataclass(frozen=True, slots=True)
class House:
    """In whose name a mail about a run goes out: the authority of its programme."""

    body_id: int
    name: str
    phone: str


def due_messages(session: Session, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Messages whose moment has come, oldest first, not held by another sender; locked on PostgreSQL."""
    statement = (
        select(MESSAGES)
        .where(MESSAGES.c.status.in_(("queued", "sending")), MESSAGES.c.next_at <= now)
        .order_by(MESSAGES.c.next_at, MESSAGES.c.id)
        .limit(limit)
    )
    if locks_rows(session):
        statement = statement.with_for_update(skip_locked=True)
    return session.execute(statement).all()


def queued_of_people(session: Session, notices: Collection[str]) -> Sequence[Row[Any]]:
    """Queued messages of these notices that go to a person with an address, oldest first."""
    statement = (
        select(MESSAGES)
        .where(MESSAGES.c.status == "queued", MESSAGES.c.notice.in_(notices))
        .where(MESSAGES.c.person_id.is_not(None), MESSAGES.c.address != "")
        .order_by(MESSAGES.c.id)
    )
    return session.execute(statement).all()


def preferences(session: Session, person_ids: Iterable[int | None]) -> Mapping[tuple[int, str], tuple[bool, bool]]:
    """What these people prefer: by person and notice, whether wanted and whether in the digest."""
    ids = {one for one in person_ids if one is not None}
    rows = session.execute(select(PREFERENCES).where(PREFERENCES.c.person_id.in_(ids))) if ids else ()
    return {(row.person_id, row.notice): (row.wanted, row.digest) for row in rows}


def people(session: Session, ids: Iterable[int | None]) -> Mapping[int, tuple[str, str]]:
    """Name and address of these people."""
    wanted = {one for one in ids if one is not None}
    rows = (
        session.execute(select(PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.email).where(PEOPLE.c.id.in_(wanted)))
        if wanted
        else ()
    )
    return {row.id: (row.name, row.email) for row in rows}


def body_names(session: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Names of these bodies."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(BODIES.c.id, BODIES.c.name).where(BODIES.c.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def houses(session: Session, run_ids: Iterable[int | None]) -> Mapping[int, House]:
    """The authority behind each of these runs."""
    ids = {one for one in run_ids if one is not None}
    if not ids:
        return {}
    rows = session.execute(
        select(RUNS.c.id, BODIES.c.id.label("body_id"), BODIES.c.name, BODIES.c.phone)
        .join(VERSIONS, VERSIONS.c.id == RUNS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .join(BODIES, BODIES.c.id == PROGRAMMES.c.authority_body_id)
        .where(RUNS.c.id.in_(ids))
    )
    return {row.id: House(row.body_id, row.name, row.phone) for row in rows}


def wordings(session: Session, notices: Iterable[str]) -> Mapping[tuple[str, int], tuple[str, str]]:
    """The newest wording of each bureau for these notices, by notice and body; none where it went back to the built-in one."""
    rows = session.execute(select(TEMPLATES).where(TEMPLATES.c.notice.in_(set(notices))).order_by(TEMPLATES.c.version))
    newest = {(row.notice, row.body_id): (row.subject, row.text) for row in rows}
    return {key: words for key, words in newest.items() if any(words)}


# The boxes of the message page


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as a list shows it."""

    id: int
    notice: str
    subject: str
    status: str
    channel: str
    recipient: str
    address: str
    run_id: int | None
    attempts: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    read_at: datetime | None
    answer: str
    error: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """How many stand in each box."""

    mine_unread: int
    sent: int
    waiting: int
    held: int
    bounced: int
    to_print: int


def my_messages(
    session: Session, person_id: int, *, limit: int = 50, before_id: int | None = None
) -> Sequence[MessageLine]:
    """What this person was told, newest first; what is held back is not shown. One query."""
    statement = _lines().where(MESSAGES.c.person_id == person_id, MESSAGES.c.status != "held")
    return _page(session, statement, limit, before_id)


def box(
    session: Session,
    name: Box,
    *,
    limit: int = 50,
    before_id: int | None = None,
    since: datetime | None = None,
    notice: str = "",
    body_ids: Collection[int] | None = None,
) -> Sequence[MessageLine]:
    """One box of the office, newest first. `body_ids`: only messages about runs of programmes of these bodies. One query."""
    statement = _lines().where(MESSAGES.c.status.in_(STATUSES[name]), *about(body_ids))
    if since is not None:
        statement = statement.where(MESSAGES.c.created_at >= since)
    if notice:
        statement = statement.where(MESSAGES.c.notice == notice)
    return _page(session, statement, limit, before_id)


def message_text(session: Session, message_id: int) -> str:
    """The text as it was sent; empty while it was not."""
    return str(session.execute(select(MESSAGES.c.text).where(MESSAGES.c.id == message_id)).scalar() or "")


def message_counts(
    session: Session, person_id: int, *, since: datetime, body_ids: Collection[int] | None = None
) -> MessageCounts:
    """How many stand in each box, sent ones since a moment. Two queries."""
    mine = select(func.count()).where(
        MESSAGES.c.person_id == person_id, MESSAGES.c.read_at.is_(None), MESSAGES.c.status != "held"
    )
    sums = [_many(MESSAGES.c.status.in_(STATUSES[name])) for name in ("waiting", "held", "bounced", "to_print")]
    sent = _many(and_(MESSAGES.c.status.in_(STATUSES["sent"]), MESSAGES.c.created_at >= since))
    row = session.execute(select(sent, *sums).where(*about(body_ids))).one()
    unread = session.execute(mine).scalar_one()
    return MessageCounts(unread, *(int(number or 0) for number in row))


def _many(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def about(body_ids: Collection[int] | None) -> Sequence[ColumnElement[bool]]:
    """Messages about cases of the programmes of these bodies, or to the bodies themselves; no condition for None."""
    if body_ids is None:
        return ()
    runs = (
        select(RUNS.c.id)
        .join(VERSIONS, VERSIONS.c.id == RUNS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.authority_body_id.in_(body_ids))
    )
    return (or_(MESSAGES.c.run_id.in_(runs), MESSAGES.c.body_id.in_(body_ids)),)


def _lines() -> Select[Any]:
    return (
        select(MESSAGES, func.coalesce(PEOPLE.c.name, BODIES.c.name, "").label("recipient"))
        .outerjoin(PEOPLE, PEOPLE.c.id == MESSAGES.c.person_id)
        .outerjoin(BODIES, BODIES.c.id == MESSAGES.c.body_id)
    )


def _page(session: Session, statement: Select[Any], limit: int, before_id: int | None) -> Sequence[MessageLine]:
    if before_id is not None:
        statement = statement.where(MESSAGES.c.id < before_id)
    return [_line(row) for row in session.execute(statement.order_by(MESSAGES.c.id.desc()).limit(limit))]


def _line(row: Row[Any]) -> MessageLine:
    return MessageLine(**{name: getattr(row, name) for name in MessageLine.__dataclass_fields__})
