"""Accounts: the session behind a token, the appointments of a person, failed logins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, literal, null, or_, select
from sqlmodel import Session

from models import ApiToken, Appointment, Body, LoginAttempt, LoginSession, Person, Post, User
from models.columns import table_of

SESSIONS, USERS, PEOPLE, TOKENS = table_of(LoginSession), table_of(User), table_of(Person), table_of(ApiToken)
APPOINTMENTS, BODIES, ATTEMPTS, POSTS = table_of(Appointment), table_of(Body), table_of(LoginAttempt), table_of(Post)


@dataclass(frozen=True, slots=True)
class Office:
    """An appointment that is live: the role, and the body it is in."""

    role: str
    body_id: int
    body_name: str
    body_level: str
    body_kind: str = ""


def open_session(session: Session, token_hash: str) -> Row[Any] | None:
    """The open session of a token with its account and person, if the account is not disabled."""
    return session.execute(
        select(
            SESSIONS,
            USERS.c.person_id,
            USERS.c.login,
            USERS.c.locale,
            USERS.c.large_type,
            USERS.c.single_keys,
            PEOPLE.c.name,
        )
        .join(USERS, USERS.c.id == SESSIONS.c.user_id)
        .join(PEOPLE, PEOPLE.c.id == USERS.c.person_id)
        .where(SESSIONS.c.token_hash == token_hash, SESSIONS.c.ended_at.is_(None), USERS.c.disabled_at.is_(None))
    ).first()


def open_token(session: Session, token_hash: str) -> Row[Any] | None:
    """The account and person behind a live API token, shaped as `open_session` shapes one that acts for nobody."""
    return session.execute(
        select(
            null().label("id"),
            null().label("acting_for_id"),
            literal("").label("csrf"),
            USERS.c.person_id,
            USERS.c.locale,
            USERS.c.large_type,
            USERS.c.single_keys,
            PEOPLE.c.name,
        )
        .join(USERS, USERS.c.id == TOKENS.c.user_id)
        .join(PEOPLE, PEOPLE.c.id == USERS.c.person_id)
        .where(TOKENS.c.token_hash == token_hash, TOKENS.c.ended_at.is_(None), USERS.c.disabled_at.is_(None))
    ).first()


def last_seen(session: Session, person_id: int) -> datetime | None:
    """When a person's account was last used; None when it never was."""
    found: datetime | None = session.execute(
        select(func.max(SESSIONS.c.seen_at))
        .join(USERS, USERS.c.id == SESSIONS.c.user_id)
        .where(USERS.c.person_id == person_id)
    ).scalar()
    return found


def offices_of(session: Session, person_id: int, today: date) -> Sequence[Office]:
    """The live appointments of a person, administrators first."""
    rows = session.execute(
        select(APPOINTMENTS.c.role, BODIES.c.id, BODIES.c.name, BODIES.c.level, BODIES.c.kind)
        .join(BODIES, BODIES.c.id == APPOINTMENTS.c.body_id)
        .where(APPOINTMENTS.c.person_id == person_id, APPOINTMENTS.c.from_on <= today)
        .where(or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today))
        .order_by(APPOINTMENTS.c.role, BODIES.c.id)
    )
    return [Office(row.role, row.id, row.name, row.level, row.kind) for row in rows]


def workplace(session: Session, person_id: int, today: date) -> str:
    """The name of the body in which a person holds a post, or where an outside expert works."""
    found = session.execute(
        select(BODIES.c.name)
        .join(POSTS, POSTS.c.body_id == BODIES.c.id)
        .where(POSTS.c.person_id == person_id, or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= today))
        .limit(1)
    ).scalar()
    return found or session.execute(select(PEOPLE.c.works_at).where(PEOPLE.c.id == person_id)).scalar() or ""


def failures_since(session: Session, column: str, digest: str, since: datetime) -> int:
    """Failed logins of a name or an address since a moment; `column` is login_hash or address_hash."""
    found: int = session.execute(
        select(func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c[column] == digest, ATTEMPTS.c.at > since)
    ).scalar_one()
    return found


def live_tokens(session: Session, person_id: int | None = None, token_id: int | None = None) -> Sequence[Row[Any]]:
    """The tokens of a person, or the one of that id, that are not ended and whose account is open; with whose they are."""
    mine = TOKENS.c.id == token_id if token_id is not None else USERS.c.person_id == person_id
    return session.execute(
        select(TOKENS.c.id, TOKENS.c.name, TOKENS.c.token_hash, USERS.c.person_id)
        .join(USERS, USERS.c.id == TOKENS.c.user_id)
        .where(mine, TOKENS.c.ended_at.is_(None), USERS.c.disabled_at.is_(None))
        .order_by(TOKENS.c.id)
    ).all()
