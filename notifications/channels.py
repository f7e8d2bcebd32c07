"""Channels (渠道): mail over SMTP with one connection a batch, or the mailbox that pages show."""

import hashlib
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from emails.backend.smtp.backend import SMTPBackend
from emails.message import Message as Letter

from models.settings import Settings
from notifications.addresses import safe_name, sender_of
from notifications.render import Rendered
from notifications.words import plain

SECONDS_TO_ANSWER = 15
MAILS_A_CONNECTION = 50
UNAVAILABLE = 421

Outcome = Literal["sent", "bounced", "refused", "deferred", "silent", "unreachable"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one try. `answer`: what the other server said.

    sent: taken over; bounced: this recipient is refused for good; refused: this mail is refused for good;
    deferred: try this one again later; silent: the connection broke and nobody knows whether it was taken;
    unreachable: no conversation is possible now, with any recipient.
    """

    outcome: Outcome
    channel: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address; `key` is that of its message, so that every try carries the same Message-ID."""

    key: str
    address: str
    recipient: str
    rendered: Rendered
    at: datetime


class Channel(Protocol):
    """A way out for mail, open while a batch is sent."""

    def __enter__(self) -> Self:
        """Opens at the first mail, not before."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes what was opened."""
        ...

    def deliver(self, mail: Mail) -> Delivery:
        """Hand over one mail; failures are answers, not exceptions."""
        ...


class Mailbox:
    """The local mailbox (站内信箱): nothing leaves the machine, pages show the mail."""

    def __enter__(self) -> Self:
        """Opens nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes nothing."""

    def deliver(self, mail: Mail) -> Delivery:
        """The message row is the mail; it is there already."""
        return Delivery("sent", "mailbox", f"已放入站内信箱 {mail.address}")


class _OneTry(SMTPBackend):
    """A connection that does not send again by itself: a server gone after DATA may have taken the mail."""

    def retry_on_disconnect(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class Smtp:
    """Mail over SMTP: one connection for a batch, opened anew after fifty mails or a failure."""

    def __init__(self, site: Settings) -> None:
        self._site = site
        self._sender = sender_of(site.mail_from)
        self._backend: SMTPBackend | None = None
        self._carried = 0

    def __enter__(self) -> Self:
        """Connects at the first mail."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye to the server."""
        self._hang_up()

    def deliver(self, mail: Mail) -> Delivery:
        """Hand over one mail and read what the server answered."""
        try:
            response = _message(mail, self._sender).send(smtp=self._connection())
        except (smtplib.SMTPException, OSError) as failure:
            self._hang_up()
            return Delivery("silent", "mail", _worded(failure))
        delivery = _judged(response)
        self._carried += 1
        if delivery.outcome in {"deferred", "unreachable"} or self._carried >= MAILS_A_CONNECTION:
            self._hang_up()
        return delivery

    def _connection(self) -> SMTPBackend:
        if self._backend is None:
            site, secret = self._site, self._site.smtp_password.get_secret_value()
            login: dict[str, Any] = {"user": site.smtp_user, "password": secret} if site.smtp_user else {}
            self._backend = _OneTry(
                host=site.smtp_host,
                port=site.smtp_port,
                tls=site.smtp_tls,
                timeout=SECONDS_TO_ANSWER,
                fail_silently=True,
                **login,
            )
        return self._backend

    def _hang_up(self) -> None:
        if self._backend is not None:
            self._backend.close()
        self._backend, self._carried = None, 0


def channel_for(site: Settings) -> Channel:
    """SMTP where a server is set, else the local mailbox."""
    return Smtp(site) if site.smtp_host else Mailbox()


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a message: the same at every try, so that a recipient's server can tell a repeat."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"


def headers() -> Mapping[str, str]:
    """What every mail says about itself: a machine wrote it, and no machine need answer."""
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def _message(mail: Mail, sender: tuple[str, str]) -> Letter:
    return Letter(
        subject=mail.rendered.subject,
        text=mail.rendered.text,
        html=mail.rendered.html,
        mail_from=sender,
        mail_to=(safe_name(mail.recipient), mail.address),
        message_id=message_id(mail.key, sender[1]),
        date=format_datetime(mail.at),
        headers=dict(headers()),
    )


def _judged(response: Any) -> Delivery:
    """`emails` reports failure only in what it returns: no status means that no conversation took place."""
    if response is None or response.status_code is None:
        return Delivery("unreachable", "mail", _worded(getattr(response, "error", None)))
    code, said = int(response.status_code), _decoded(response.status_text)
    answer = f"{code} {said}".strip()
    if response.success:
        return Delivery("sent", "mail", answer)
    if code == UNAVAILABLE:
        return Delivery("unreachable", "mail", answer)
    if code < 500 or response.last_command == "mail":
        return Delivery("deferred", "mail", answer)
    return Delivery("bounced" if response.last_command == "rcpt" else "refused", "mail", answer)


def _decoded(said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said or "")
    return plain(text)


def _worded(failure: BaseException | None) -> str:
    return f"邮件服务器没有应答：{_decoded(str(failure) if failure else '')}"
