"""Dispatch (发送): claim under a lease, send outside any transaction, record each answer; at least once, one Message-ID a message."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import Engine, update
from sqlmodel import Session

from models import Message
from models.columns import table_of
from models.queries.messages import people
from models.session import transaction
from models.settings import Settings, settings
from notifications.addresses import sender_of
from notifications.catalogue import notice
from notifications.channels import Delivery, Mail, channel_for
from notifications.claim import MOST_ATTEMPTS, Claim, Claimed, claim, gave_up
from notifications.render import Rendered, render
from notifications.sandbox import TemplateRefused
from notifications.words import Envelope, Sender

MESSAGES = table_of(Message)
PAUSES = (1, 5, 15, 60, 120, 240, 480)
FIRST_PAUSE = timedelta(minutes=PAUSES[0])
SILENCES_TO_STOP = 3


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What one look did. `deferred` will be tried again; `waiting` goes into the next digest; `kept` was not wanted by mail."""

    sent: int = 0
    deferred: int = 0
    bounced: int = 0
    failed: int = 0
    unaddressed: int = 0
    waiting: int = 0
    kept: int = 0

    @property
    def seen(self) -> int:
        """How many messages were due."""
        return self.sent + self.deferred + self.bounced + self.failed + self.unaddressed + self.waiting + self.kept


def dispatch(engine: Engine, now: datetime, limit: int = 200, site: Settings | None = None) -> DispatchReport:
    """Send what is due, at most `limit` messages; call again while `seen` equals the limit.

    A message is marked as being sent, with a lease, in a transaction of its own before the conversation starts. A sender that
    dies leaves the lease to run out; the next one sends the same Message-ID again.
    """
    site = site or settings()
    with transaction(engine) as session:
        batch = claim(session, now, limit)
    return _report(batch, _send_all(engine, now, site, batch.taken))


def hold(session: Session, message_ids: Collection[int]) -> int:
    """Keep queued messages back until a person releases them together; returns how many."""
    return _moved(session, message_ids, ("queued",), status="held")


def release(session: Session, message_ids: Collection[int], now: datetime) -> int:
    """Let held messages go, from now on; returns how many."""
    return _moved(session, message_ids, ("held",), status="queued", next_at=now)


def resend(session: Session, message_id: int, now: datetime) -> bool:
    """Try a message again that bounced, failed or had no address, to the person's address of today; False if it is none of these."""
    message = session.get(Message, message_id)
    if message is None or message.status not in {"bounced", "failed", "unaddressed"}:
        return False
    address = people(session, [message.person_id]).get(message.person_id or 0, ("", message.address))[1]
    values = {"status": "queued", "next_at": now, "attempts": 0, "error": "", "address": address}
    return _moved(session, [message_id], ("bounced", "failed", "unaddressed"), **values) == 1


def _moved(session: Session, message_ids: Collection[int], sources: Sequence[str], **values: Any) -> int:
    statement = update(MESSAGES).where(MESSAGES.c.id.in_(message_ids), MESSAGES.c.status.in_(sources)).values(**values)
    return session.connection().execute(statement).rowcount


def _send_all(engine: Engine, now: datetime, site: Settings, batch: Sequence[Claimed]) -> Sequence[str]:
    fates: list[str] = []
    silences = 0
    with channel_for(site) as channel:
        for place, claimed in enumerate(batch):
            rendered, note = _rendered(claimed, now, site)
            if rendered is None:
                delivery = Delivery("refused", "mail", note)
            else:
                delivery = channel.deliver(Mail(claimed.key, claimed.address, claimed.recipient, rendered, now))
            fates.append(_record(engine, now, claimed, delivery, rendered, note))
            silences = silences + 1 if delivery.outcome == "silent" else 0
            if delivery.outcome == "unreachable" or silences >= SILENCES_TO_STOP:
                fates += _put_back(engine, now, batch[place + 1 :], delivery.answer)
                break
    return fates


def _rendered(claimed: Claimed, now: datetime, site: Settings) -> tuple[Rendered | None, str]:
    """The mail and a remark: a bureau's wording that fails gives way to the built-in one; without words nothing is sent."""
    house = claimed.house
    bureau, phone = (
        (house.name, house.phone or site.support_phone) if house else (sender_of(site.mail_from)[0], site.support_phone)
    )
    envelope = Envelope(claimed.context, claimed.recipient, Sender(bureau, phone, site.address), now)
    note = ""
    try:
        if claimed.wording:
            try:
                return render(notice(claimed.notice), envelope, claimed.wording), ""
            except TemplateRefused as refusal:
                note = f"单位的模板不能用，已改用系统的措辞：{refusal}"
        return render(notice(claimed.notice), envelope), note
    except (TemplateError, LookupError) as mistake:
        return None, f"措辞有误：{mistake}"


def _record(
    engine: Engine, now: datetime, claimed: Claimed, delivery: Delivery, rendered: Rendered | None, note: str
) -> str:
    """Write one answer at once, so that a crash repeats one mail at most; only while the lease is still ours."""
    values, gives_up = _answered(claimed, delivery, now)
    if rendered and values["status"] == "sent":
        values |= {"subject": rendered.subject, "text": rendered.text, "error": note}
    with transaction(engine) as session:
        ours = session.connection().execute(
            update(MESSAGES)
            .where(MESSAGES.c.id == claimed.id, MESSAGES.c.status == "sending", MESSAGES.c.attempts == claimed.attempts)
            .values(**values)
        )
        if gives_up and ours.rowcount:
            session.add(gave_up(claimed.id, claimed.run_id, claimed.notice, delivery.answer, now))
    return "deferred" if values["status"] == "queued" else str(values["status"])


def _answered(claimed: Claimed, delivery: Delivery, now: datetime) -> tuple[dict[str, Any], bool]:
    if delivery.outcome == "sent":
        return {"status": "sent", "sent_at": now, "channel": delivery.channel, "answer": delivery.answer}, False
    if delivery.outcome == "bounced":
        return {"status": "bounced", "error": delivery.answer, "answer": delivery.answer}, False
    if delivery.outcome == "refused" or claimed.attempts >= MOST_ATTEMPTS:
        return {"status": "failed", "error": delivery.answer, "answer": delivery.answer}, True
    pause = timedelta(minutes=PAUSES[min(claimed.attempts, len(PAUSES)) - 1])
    return {"status": "queued", "next_at": now + pause, "error": delivery.answer}, False


def _put_back(engine: Engine, now: datetime, rest: Sequence[Claimed], why: str) -> Sequence[str]:
    """Messages that were not tried give their attempt back: an hour without a server uses up nobody's attempts."""
    with transaction(engine) as session:
        for claimed in rest:
            session.connection().execute(
                update(MESSAGES)
                .where(
                    MESSAGES.c.id == claimed.id, MESSAGES.c.status == "sending", MESSAGES.c.attempts == claimed.attempts
                )
                .values(status="queued", attempts=claimed.attempts - 1, next_at=now + FIRST_PAUSE, error=why)
            )
    return ["deferred"] * len(rest)


def _report(batch: Claim, fates: Sequence[str]) -> DispatchReport:
    count: Mapping[str, int] = {fate: fates.count(fate) for fate in ("sent", "deferred", "bounced", "failed")}
    return DispatchReport(
        sent=count["sent"], deferred=count["deferred"], bounced=count["bounced"], failed=count["failed"] + batch.failed,
        unaddressed=batch.unaddressed, waiting=batch.waiting, kept=batch.kept,
    )  # fmt: skip
