"""One leader (主时钟): whoever holds the lease row works; a stale one is refused at its next commit."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, select, update
from sqlmodel import Session

from flows.engine.clock import Clock
from models import Lease
from models.columns import table_of
from models.session import transaction
from models.statements import unless_there

LEASES = table_of(Lease)
SPAN = 15.0
TRUSTED = 2 / 3  # a leader stops trusting its lease before anybody else may take it


class Deposed(Exception):  # noqa: N818  says what happened
    """Another process leads now; what was being written is rolled back."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What every commit of a leader is checked against: the term only grows, so an old leader never passes."""

    name: str
    holder: str
    term: int


class Leadership:
    """A lease of `span` seconds, kept by beating at least every third of it.

    Only differences of the monotonic clock count: a challenger takes over when the row has not changed for a whole span
    by its own clock, so that a wall clock set back or forward neither deposes a leader nor keeps a dead one in office.
    """

    def __init__(
        self, engine: Engine, clock: Clock, name: str = "clock", *, span: float = SPAN, holder: str = ""
    ) -> None:
        """Belongs to nobody until the first `beat`."""
        self._engine, self._clock, self._span = engine, clock, span
        self._name = name
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._term: int | None = None
        self._trusted_until = 0.0
        self._seen: tuple[Any, ...] = ()
        self._seen_at = 0.0

    @property
    def leads(self) -> bool:
        """Whether this process may work now."""
        return self._term is not None and self._clock.monotonic() < self._trusted_until

    @property
    def term(self) -> int | None:
        """The fencing token while in office."""
        return self._term

    def fenced(self) -> Engine:
        """The same database, on which every commit first proves that the term still stands. Raises Deposed out of office."""
        if self._term is None or not self.leads:
            raise Deposed("本进程现在不是主时钟。")
        return self._engine.execution_options(fence=Fence(self._name, self.holder, self._term))

    def beat(self) -> bool:
        """Renew the lease, or take it when nobody holds it or its holder has been silent for a span; returns `leads`."""
        began = self._clock.monotonic()
        with transaction(self._engine) as session:
            term = self._renew_or_take(session, began)
        self._term = term
        if term is not None:  # counted from before the write: a slow renewal does not lengthen the trust
            self._trusted_until = began + self._span * TRUSTED
        return self.leads

    def release(self) -> None:
        """Give the lease back, so that the next leader need not wait."""
        if self._term is None:
            return
        with transaction(self._engine) as session:
            session.execute(update(LEASES).where(*self._mine(self._term)).values(holder=""))
        self._term = None

    def _renew_or_take(self, session: Session, began: float) -> int | None:
        free = {"name": self._name, "holder": "", "term": 0, "until": self._clock.now()}
        session.execute(unless_there(session, LEASES, "name").values(free))
        row = session.execute(select(LEASES).where(LEASES.c.name == self._name)).one()
        moment = self._clock.now() + timedelta(seconds=self._span)
        until = max(moment, row.until + timedelta(microseconds=1))  # grows even where the wall clock does not
        if self._term is not None and (row.holder, row.term) == (self.holder, self._term):
            kept = session.execute(update(LEASES).where(*self._mine(self._term)).values(until=until))
            return self._term if kept.rowcount else None  # type: ignore[attr-defined]
        seen = (row.holder, row.term, row.until)
        if seen != self._seen:
            self._seen, self._seen_at = seen, began
        if row.holder and began - self._seen_at < self._span:
            return None
        unchanged = (
            LEASES.c.name == self._name,
            LEASES.c.term == row.term,
            LEASES.c.holder == row.holder,
            LEASES.c.until == row.until,
        )
        taken = session.execute(
            update(LEASES).where(*unchanged).values(holder=self.holder, term=row.term + 1, until=until)
        )
        return int(row.term) + 1 if taken.rowcount else None  # type: ignore[attr-defined]

    def _mine(self, term: int) -> tuple[Any, ...]:
        return LEASES.c.name == self._name, LEASES.c.holder == self.holder, LEASES.c.term == term


@event.listens_for(Session, "before_commit")
def _prove_term(session: Session) -> None:
    """Inside the transaction that is about to commit: does the term it was begun under still stand?"""
    fence: Fence | None = session.get_bind().get_execution_options().get("fence")
    if fence is None:
        return
    statement = select(LEASES.c.name).where(
        LEASES.c.name == fence.name, LEASES.c.holder == fence.holder, LEASES.c.term == fence.term
    )
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(read=True)
    if session.execute(statement).first() is None:
        raise Deposed("另一个进程已经接任主时钟，这一批没有写入。")
