"""A real SMTP server that answers as it is told: it takes mail, refuses it, or hangs up."""

import socket
from asyncio import Transport
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What arrived, and what to answer. `answers`: for the next commands, in order; empty means that all is well.

    An answer is a pair of command (MAIL, RCPT, DATA) and line; the line `drop` takes the mail and hangs up without a word.
    """

    answers: list[tuple[str, str]] = field(default_factory=list)
    taken: list[tuple[Sequence[str], EmailMessage]] = field(default_factory=list)
    conversations: int = 0
    port: int = 0

    @property
    def ids(self) -> list[str]:
        """Message-IDs in the order of arrival."""
        return [str(mail["Message-ID"]) for _, mail in self.taken]

    def _told(self, command: str) -> str:
        if self.answers and self.answers[0][0] == command:
            return self.answers.pop(0)[1]
        return ""

    async def handle_EHLO(  # noqa: N802  aiosmtpd's names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count conversations."""
        session.host_name = hostname
        self.conversations += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        """The sender."""
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return self._told("MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """A recipient."""
        told = self._told("RCPT")
        if not told or told.startswith("250"):
            envelope.rcpt_tos.append(address)
        return told or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The mail itself."""
        told = self._told("DATA")
        if not told or told == "drop":
            content: Any = envelope.content
            mail = message_from_bytes(content, policy=policy.default)
            self.taken.append((tuple(envelope.rcpt_tos), mail))
        if told == "drop" and isinstance(server.transport, Transport):
            server.transport.abort()
        return told or "250 2.0.0 OK taken"


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def post_office(*answers: tuple[str, str]) -> Iterator[Post]:
    """A server on a free port of this machine, while the block lasts."""
    post = Post(list(answers))
    post.port = free_port()
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
