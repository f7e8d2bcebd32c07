"""Notices: posted lists as the public sees them, objections as the bureau and the objector see them; fixed query counts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlmodel import Session

from models import Application, Body, Document, Listing, ListingEntry, LoginAttempt, Objection, Person, Round, StageRun
from models.columns import table_of

LISTINGS, ENTRIES, ROUNDS = table_of(Listing), table_of(ListingEntry), table_of(Round)
BODIES, RUNS, OBJECTIONS = table_of(Body), table_of(StageRun), table_of(Objection)
APPLICATIONS, PEOPLE, ATTEMPTS = table_of(Application), table_of(Person), table_of(LoginAttempt)
DOCUMENTS = table_of(Document)
NEWEST = 50


def posted_lists(session: Session) -> Sequence[Row[Any]]:
    """The newest posted lists with their rounds and how many they name."""
    named = select(func.count()).where(ENTRIES.c.listing_id == LISTINGS.c.id).scalar_subquery()
    return session.execute(
        _posted()
        .add_columns(named.label("named"))
        .order_by(LISTINGS.c.made_at.desc(), LISTINGS.c.id.desc())
        .limit(NEWEST)
    ).all()


def posted_list(session: Session, code: str) -> Row[Any] | None:
    """A posted list by its code or its number."""
    return session.execute(_posted().where(or_(LISTINGS.c.code == code, LISTINGS.c.number == code))).first()


def _posted() -> Select[Any]:
    return (
        select(
            LISTINGS.c.id, LISTINGS.c.code, LISTINGS.c.number, LISTINGS.c.sha256, LISTINGS.c.made_at, LISTINGS.c.step, LISTINGS.c.round_id,
            ROUNDS.c.title.label("round_title"), ROUNDS.c.year, ROUNDS.c.version_id, ROUNDS.c.path,
            BODIES.c.name.label("authority"), BODIES.c.phone, BODIES.c.email,
        )
        .join(ROUNDS, ROUNDS.c.id == LISTINGS.c.round_id)
        .join(BODIES, BODIES.c.id == LISTINGS.c.body_id)
        .where(LISTINGS.c.act == "post", LISTINGS.c.made_at.is_not(None))
    )  # fmt: skip


def entries_shown(session: Session, listing_id: int) -> Sequence[Row[Any]]:
    """What a list shows, in its order, with the run behind each entry; nothing of the state of any."""
    return session.execute(
        select(ENTRIES.c.position, ENTRIES.c.shown, ENTRIES.c.run_id)
        .where(ENTRIES.c.listing_id == listing_id)
        .order_by(ENTRIES.c.position)
    ).all()


def filings_since(session: Session, address_hash: str, since: datetime) -> int:
    """How many objections came from an address since a moment."""
    found: int = session.execute(
        select(func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c.address_hash == address_hash, ATTEMPTS.c.at > since)
    ).scalar_one()
    return found


def _objections() -> Select[Any]:
    return (
        select(
            OBJECTIONS, RUNS.c.state, RUNS.c.version, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id, RUNS.c.due_at,
            RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.ended_at, RUNS.c.application_id, RUNS.c.entered_at,
            APPLICATIONS.c.studio_name, PEOPLE.c.name.label("person"), BODIES.c.name.label("body"),
            ROUNDS.c.title.label("round_title"), ROUNDS.c.authority_body_id,
        )
        .join(RUNS, RUNS.c.id == OBJECTIONS.c.run_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .join(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
    )  # fmt: skip


def objections_for(session: Session, body_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Objections under these authorities, open ones first, then the newest."""
    order = (OBJECTIONS.c.ruled_at.is_not(None), OBJECTIONS.c.id.desc())
    return session.execute(
        _objections().where(ROUNDS.c.authority_body_id.in_(list(body_ids))).order_by(*order).limit(200)
    ).all()


def objection_for(session: Session, objection_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """One objection under these authorities."""
    under = ROUNDS.c.authority_body_id.in_(list(body_ids))
    return session.execute(_objections().where(OBJECTIONS.c.id == objection_id, under)).first()


def objections_beside(session: Session, run_id: int) -> Sequence[Row[Any]]:
    """All objections to one entry, in the order they came."""
    return session.execute(select(OBJECTIONS).where(OBJECTIONS.c.run_id == run_id).order_by(OBJECTIONS.c.id)).all()


def objection_by_code(session: Session, code: str) -> Row[Any] | None:
    """An objection by the code its objector was given, with who looks into it; without anybody's name."""
    return session.execute(
        select(
            OBJECTIONS.c.code, OBJECTIONS.c.filed_at, OBJECTIONS.c.ruling, OBJECTIONS.c.reason, OBJECTIONS.c.ruled_at, OBJECTIONS.c.anonymous,
            RUNS.c.state, RUNS.c.due_at, BODIES.c.name.label("authority"), BODIES.c.phone, ROUNDS.c.title.label("round_title"),
        )
        .join(RUNS, RUNS.c.id == OBJECTIONS.c.run_id)
        .join(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .join(BODIES, BODIES.c.id == ROUNDS.c.authority_body_id)
        .where(OBJECTIONS.c.code == code)
    ).first()  # fmt: skip


def made_list(session: Session, code: str) -> Row[Any] | None:
    """Any made list of a round by its code or number, for whoever verifies it."""
    return session.execute(
        select(LISTINGS.c.id, LISTINGS.c.act, LISTINGS.c.code, LISTINGS.c.number, LISTINGS.c.sha256, LISTINGS.c.made_at,
               ROUNDS.c.title.label("round_title"), BODIES.c.name.label("authority"))
        .join(ROUNDS, ROUNDS.c.id == LISTINGS.c.round_id)
        .join(BODIES, BODIES.c.id == LISTINGS.c.body_id)
        .where(or_(LISTINGS.c.code == code, LISTINGS.c.number == code), LISTINGS.c.made_at.is_not(None))
        .order_by(LISTINGS.c.id)
        .limit(1)
    ).first()  # fmt: skip


def issued_document(session: Session, number: str) -> Row[Any] | None:
    """A document by its number."""
    return session.execute(
        select(DOCUMENTS.c.kind, DOCUMENTS.c.number, DOCUMENTS.c.sha256, DOCUMENTS.c.requested_at, DOCUMENTS.c.issued_at,
               DOCUMENTS.c.revoked_at, DOCUMENTS.c.context, BODIES.c.name.label("authority"))
        .join(BODIES, BODIES.c.id == DOCUMENTS.c.body_id)
        .where(DOCUMENTS.c.number == number)
        .order_by(DOCUMENTS.c.id)
        .limit(1)
    ).first()  # fmt: skip


def open_rounds(session: Session) -> Sequence[Row[Any]]:
    """Rounds that take applications now, or are announced, by closing day."""
    return session.execute(
        select(ROUNDS.c.id, ROUNDS.c.title, ROUNDS.c.opens_on, ROUNDS.c.closes_on, ROUNDS.c.version_id, ROUNDS.c.path, RUNS.c.state,
               BODIES.c.name.label("authority"), BODIES.c.phone)
        .join(RUNS, (RUNS.c.subject_kind == "round") & (RUNS.c.subject_id == ROUNDS.c.id))
        .join(BODIES, BODIES.c.id == ROUNDS.c.authority_body_id)
        .where(RUNS.c.state.in_(("announced", "open")), RUNS.c.ended_at.is_(None))
        .order_by(ROUNDS.c.closes_on, ROUNDS.c.id)
    ).all()  # fmt: skip
