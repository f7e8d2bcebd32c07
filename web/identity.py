"""Identity (登录): passwords, sessions, and who the visitor of a request is; a session's token is stored only as its hash."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import insert, select, update
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.office.accounts import hasher
from models import LoginAttempt, LoginSession, Person, User
from models.columns import table_of
from models.queries.accounts import Office, failures_since, offices_of, open_session, open_token, workplace
from models.queries.bodies import keys_of, substituted

SESSIONS, USERS, ATTEMPTS = table_of(LoginSession), table_of(User), table_of(LoginAttempt)
IDLE, ABSOLUTE, NOTED = timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=1)
WINDOW, TRIES_A_NAME, TRIES_AN_ADDRESS = timedelta(minutes=5), 10, 50


@dataclass(frozen=True)
class Visitor:
    """Who makes a request: a person with their offices and desks, or nobody (the public)."""

    person_id: int | None = None
    name: str = ""
    body_name: str = ""
    offices: tuple[Office, ...] = ()
    keys: frozenset[str] = frozenset()
    csrf: str = ""
    session_id: int | None = None
    acting_for: int | None = None
    acting_name: str = ""
    locale: str = ""
    large_type: bool = False
    single_keys: bool = True
    lately_seen: bool = False

    @property
    def known(self) -> bool:
        """Whether somebody is logged in."""
        return self.person_id is not None

    @property
    def roles(self) -> frozenset[str]:
        """What the visitor is: public, or person with the roles of their offices."""
        if not self.known:
            return frozenset({"public"})
        return frozenset({"person", *(office.role for office in self.offices)})

    @property
    def body_ids(self) -> tuple[int, ...]:
        """The bodies for which the visitor reads: those of which they are officer, administrator or viewer."""
        return tuple(office.body_id for office in self.offices if office.role in {"administrator", "officer", "viewer"})

    @property
    def actor(self) -> Actor:
        """The visitor as the engine sees one; acting for another, both names are recorded."""
        shown = f"{self.name}（{self.body_name}）" if self.body_name else self.name
        return Actor("person", self.person_id, self.acting_for, self.keys, shown)


NOBODY = Visitor()


@dataclass(frozen=True, slots=True)
class LoginResult:
    """What became of a login: a token, or how many tries are left and until when one has to wait."""

    token: str = ""
    tries_left: int = 0
    wait_until: datetime | None = None
    faults: Sequence[str] = field(default_factory=tuple)


def digest(text: str) -> str:
    """SHA-256 of a token, a login name or an address, as it is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def log_in(session: Session, login: str, password: str, address: str, now: datetime) -> LoginResult:
    """Open a session for a name and password; never says which of the two was wrong, and takes as long for an unknown name."""
    name_hash, address_hash = digest(login.strip().lower()), digest(address)
    since = now - WINDOW
    failed = failures_since(session, "login_hash", name_hash, since)
    if failed >= TRIES_A_NAME or failures_since(session, "address_hash", address_hash, since) >= TRIES_AN_ADDRESS:
        return LoginResult(wait_until=now + WINDOW)
    account = session.execute(select(USERS).where(USERS.c.login == login.strip().lower())).first()
    if not _matches(account.password_hash if account else _decoy(), password) or account is None or account.disabled_at:
        session.execute(insert(ATTEMPTS).values(login_hash=name_hash, address_hash=address_hash, at=now))
        return LoginResult(tries_left=TRIES_A_NAME - failed - 1)
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SESSIONS).values(
            token_hash=digest(token), user_id=account.id, csrf=secrets.token_urlsafe(24), opened_at=now, seen_at=now
        )
    )
    return LoginResult(token=token)


def log_out(session: Session, session_id: int, now: datetime) -> None:
    """End a session at once."""
    session.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(ended_at=now))


def visitor_of(session: Session, token: str | None, now: datetime) -> Visitor:
    """Who a session token belongs to; nobody when it is unknown, ended, idle too long or too old."""
    row = open_session(session, digest(token)) if token else None
    if row is None or now - row.seen_at > IDLE or now - row.opened_at > ABSOLUTE:
        return NOBODY
    return replace(_visitor(session, row, now), lately_seen=now - row.seen_at <= NOTED)


def bearer_of(session: Session, token: str, now: datetime) -> Visitor:
    """Who an API token belongs to; nobody when it is unknown, ended, or its account is closed."""
    row = open_token(session, digest(token))
    return _visitor(session, row, now) if row is not None else NOBODY


def _visitor(session: Session, row: Any, now: datetime) -> Visitor:
    today = local_day(now)
    offices = tuple(sorted(offices_of(session, row.person_id, today), key=lambda one: one.role != "administrator"))
    keys = keys_of(session, row.person_id, today)
    acting = _acting(session, row, now)
    body = offices[0].body_name if offices and offices[0].role != "expert" else workplace(session, row.person_id, today)
    return Visitor(
        row.person_id, row.name, body, offices, keys | acting.keys, row.csrf, row.id, acting.person_id, acting.name,
        row.locale, row.large_type, row.single_keys,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Acting:
    person_id: int | None = None
    name: str = ""
    keys: frozenset[str] = frozenset()


def _acting(session: Session, row: Any, now: datetime) -> _Acting:
    """The desks of the one for whom the visitor acts, while the substitution lasts."""
    if row.acting_for_id is None:
        return _Acting()
    today = local_day(now)
    bodies = [body for person, body in substituted(session, row.person_id, today) if person == row.acting_for_id]
    if not bodies:
        return _Acting()
    person = session.get(Person, row.acting_for_id)
    return _Acting(row.acting_for_id, person.name if person else "", frozenset(f"body:{body}" for body in bodies))


def seen(session: Session, session_id: int, now: datetime) -> None:
    """Remember that a session was used, at most once a minute."""
    session.execute(
        update(SESSIONS).where(SESSIONS.c.id == session_id, SESSIONS.c.seen_at < now - NOTED).values(seen_at=now)
    )


@cache
def _decoy() -> str:
    return hasher().hash(secrets.token_hex(16))


def _matches(stored: str, password: str) -> bool:
    try:
        return hasher().verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
