"""Claiming (领取): take due messages for sending, under a lease, and set aside those that are not to be sent now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from models import Incident, Message
from models.columns import table_of
from models.local_time import local_day
from models.queries.messages import House, body_names, due_messages, houses, people, preferences, wordings
from notifications.addresses import BadAddress, one_address
from notifications.catalogue import notices
from notifications.days import next_morning
from notifications.folding import Preferences, unwanted, waits_for_digest
from notifications.sandbox import Wording

MESSAGES = table_of(Message)
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8

SET_ASIDE = (
    update(MESSAGES)
    .where(MESSAGES.c.id == bindparam("b_id"))
    .values(
        status=bindparam("b_status"), next_at=bindparam("b_next"), attempts=bindparam("b_attempts"),
        channel=bindparam("b_channel"), sent_at=bindparam("b_sent"), error=bindparam("b_error"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this sender holds until its lease runs out; `attempts` is its fencing number."""

    id: int
    key: str
    notice: str
    address: str
    recipient: str
    context: Mapping[str, Any]
    run_id: int | None
    attempts: int
    house: House | None
    wording: Wording | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look took, and how many it set aside."""

    taken: Sequence[Claimed]
    unaddressed: int = 0
    waiting: int = 0
    kept: int = 0
    failed: int = 0


def claim(session: Session, now: datetime, limit: int) -> Claim:
    """Take up to `limit` due messages; at most nine queries. Committed by the caller before anything is sent."""
    rows = due_messages(session, now, limit)
    if not rows:
        return Claim(())
    wishes, today = preferences(session, [row.person_id for row in rows]), local_day(now)
    morning = next_morning(session, now)
    decided = {row.id: _decided(row, wishes, today, now, morning) for row in rows}
    session.connection().execute(SET_ASIDE, [{"b_id": id_, **columns} for id_, columns in decided.items()])
    fates = [columns["b_status"] for columns in decided.values()]
    for row in rows:
        if decided[row.id]["b_status"] == "failed":
            session.add(gave_up(row.id, row.run_id, row.notice, row.error, now))
    session.flush()
    taken = [row for row in rows if decided[row.id]["b_status"] == "sending"]
    return Claim(
        _dressed(session, taken),
        fates.count("unaddressed"),
        fates.count("queued"),
        fates.count("sent"),
        fates.count("failed"),
    )


def gave_up(message_id: int, run_id: int | None, notice_key: str, why: str, now: datetime) -> Incident:
    """The incident for a message that nobody will try again by itself."""
    title = notices()[notice_key].title if notice_key in notices() else notice_key
    return Incident(
        kind="mail", run_id=run_id, message_id=message_id, what=f"邮件没有发出：{title}。{why}"[:500], raised_at=now
    )


def _decided(row: Any, wishes: Preferences, today: date, now: datetime, morning: datetime) -> dict[str, Any]:
    columns = {
        "b_status": "sending", "b_next": now + LEASE, "b_attempts": row.attempts + 1, "b_channel": row.channel,
        "b_sent": row.sent_at, "b_error": row.error,
    }  # fmt: skip
    notice, fault = notices().get(row.notice), _fault(row.address)
    aside = columns | {"b_next": now, "b_attempts": row.attempts}
    if row.attempts >= MOST_ATTEMPTS:
        return aside | {"b_status": "failed"}
    if notice and unwanted(row, notice, wishes):
        return aside | {
            "b_status": "sent",
            "b_channel": "mailbox",
            "b_sent": now,
            "b_error": "收件人不接收这类邮件，只放在站内",
        }
    if fault:
        return aside | {"b_status": "unaddressed", "b_error": fault}
    if notice and row.status == "queued" and waits_for_digest(row, notice, wishes, today):
        return aside | {"b_status": "queued", "b_next": morning}
    return columns


def _fault(address: str) -> str:
    if not address:
        return "没有邮箱"
    try:
        one_address(address)
    except BadAddress as mistake:
        return str(mistake)
    return ""


def _dressed(session: Session, rows: Sequence[Any]) -> Sequence[Claimed]:
    if not rows:
        return ()
    named, bodies = people(session, [row.person_id for row in rows]), body_names(session, [row.body_id for row in rows])
    behind, own = houses(session, [row.run_id for row in rows]), wordings(session, {row.notice for row in rows})
    dressed = []
    for row in rows:
        house = behind.get(row.run_id)
        wording = own.get((row.notice, house.body_id)) if house else None
        recipient = named[row.person_id][0] if row.person_id in named else bodies.get(row.body_id, "老师")
        dressed.append(
            Claimed(
                row.id, row.key, row.notice, one_address(row.address), recipient, row.context, row.run_id, row.attempts + 1,
                house, Wording(*wording) if wording else None,
            )
        )  # fmt: skip
    return dressed
