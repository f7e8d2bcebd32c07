"""Audit and operations (审计、运行状况): who did what to which case, and whether anything is stuck; fixed query counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, update
from sqlmodel import Session

from models import (
    Application,
    Incident,
    Lease,
    Listing,
    ListingEntry,
    Message,
    Person,
    Programme,
    ProgrammeVersion,
    Round,
    StageRun,
    Transition,
)  # fmt: skip
from models.columns import table_of
from models.queries.messages import about
from models.queries.scope import visible_applications

RUNS, TRANSITIONS, APPLICATIONS, PEOPLE = (
    table_of(StageRun),
    table_of(Transition),
    table_of(Application),
    table_of(Person),
)
ROUNDS, INCIDENTS, LEASES, MESSAGES = table_of(Round), table_of(Incident), table_of(Lease), table_of(Message)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)
LISTINGS, ENTRIES = table_of(Listing), table_of(ListingEntry)
PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which transitions are wanted: a run, the number of a case, part of a person's name, a span of time."""

    run_id: int | None = None
    number: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


@dataclass(frozen=True, slots=True)
class Depths:
    """How much waits: due runs, the oldest moment due, messages by status, lists made but not applied."""

    due: int
    oldest: datetime | None
    open_runs: int
    messages: dict[str, int]
    lists: Sequence[tuple[int, str, int, int]]


def transitions(session: Session, person_id: int, body_ids: Collection[int], wanted: AuditFilter) -> Sequence[Row[Any]]:
    """What was done to cases one may see, newest first, fifty at a time; one query."""
    statement = _listed().where(_visible(person_id, body_ids))
    if wanted.run_id is not None:
        statement = statement.where(TRANSITIONS.c.run_id == wanted.run_id)
    if wanted.number:
        statement = statement.where(APPLICATIONS.c.number == wanted.number)
    if wanted.person:
        like = f"%{_literal(wanted.person)}%"
        statement = statement.where(or_(ACTORS.c.name.like(like, escape="\\"), PEOPLE.c.name.like(like, escape="\\")))
    if wanted.since is not None:
        statement = statement.where(TRANSITIONS.c.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(TRANSITIONS.c.at < wanted.until)
    if wanted.before_id is not None:
        statement = statement.where(TRANSITIONS.c.id < wanted.before_id)
    return session.execute(statement.order_by(TRANSITIONS.c.id.desc()).limit(PAGE)).all()


def chain_of(
    session: Session, run_id: int, person_id: int, body_ids: Collection[int]
) -> tuple[str, Sequence[Row[Any]]]:
    """The head of a run and its history, oldest first; nothing for a run one may not see. Two queries."""
    head = session.execute(
        select(RUNS.c.head)
        .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .where(RUNS.c.id == run_id, _visible(person_id, body_ids))
    ).scalar()
    if head is None:
        return "", ()
    statement = select(TRANSITIONS).where(TRANSITIONS.c.run_id == run_id).order_by(TRANSITIONS.c.version)
    return head, session.execute(statement).all()


ACTORS = PEOPLE.alias("actor")


def _visible(person_id: int, body_ids: Collection[int]) -> ColumnElement[bool]:
    rounds = (RUNS.c.application_id.is_(None)) & ROUNDS.c.authority_body_id.in_(list(body_ids))
    return or_(visible_applications(person_id, body_ids), rounds)


def _listed() -> Select[Any]:
    return (
        select(
            TRANSITIONS.c.id, TRANSITIONS.c.run_id, TRANSITIONS.c.version, TRANSITIONS.c.event, TRANSITIONS.c.from_state,
            TRANSITIONS.c.to_state, TRANSITIONS.c.actor_kind, TRANSITIONS.c.for_person_id, TRANSITIONS.c.at,
            TRANSITIONS.c.reason, TRANSITIONS.c.request_id, TRANSITIONS.c.hash, RUNS.c.stage, RUNS.c.step,
            RUNS.c.application_id, APPLICATIONS.c.number, ACTORS.c.name.label("actor"), PEOPLE.c.name.label("person"),
            ROUNDS.c.title.label("round_title"),
        )
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .outerjoin(ACTORS, ACTORS.c.id == TRANSITIONS.c.actor_id)
    )  # fmt: skip


def _literal(text: str) -> str:
    """A piece of text in which LIKE finds nothing but itself."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


# Operations


def _ruled(body_ids: Collection[int]) -> Select[Any]:
    """The versions of the programmes that these bodies run."""
    return (
        select(VERSIONS.c.id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.authority_body_id.in_(list(body_ids)))
    )


def _to_look_into(body_ids: Collection[int]) -> ColumnElement[bool]:
    """Incidents of cases and messages of these bodies' programmes; all of them where no other authority has a programme."""
    runs = select(RUNS.c.id).where(RUNS.c.version_id.in_(_ruled(body_ids)))
    messages = select(MESSAGES.c.id).where(or_(MESSAGES.c.run_id.in_(runs), MESSAGES.c.body_id.in_(list(body_ids))))
    others = select(PROGRAMMES.c.id).where(PROGRAMMES.c.authority_body_id.not_in(list(body_ids)))
    return or_(~others.exists(), INCIDENTS.c.run_id.in_(runs), INCIDENTS.c.message_id.in_(messages))


def incidents(session: Session, body_ids: Collection[int], *, resolved: bool = False) -> Sequence[Row[Any]]:
    """Open incidents that these bodies' administrators look into, oldest first; or the last fifty resolved ones."""
    statement = (
        select(INCIDENTS, PEOPLE.c.name.label("resolver"))
        .outerjoin(PEOPLE, PEOPLE.c.id == INCIDENTS.c.resolved_by)
        .where(_to_look_into(body_ids))
    )
    if resolved:
        done = INCIDENTS.c.resolved_at.is_not(None)
        return session.execute(statement.where(done).order_by(INCIDENTS.c.resolved_at.desc()).limit(PAGE)).all()
    open_ones = INCIDENTS.c.resolved_at.is_(None)
    return session.execute(statement.where(open_ones).order_by(INCIDENTS.c.raised_at).limit(PAGE)).all()


@dataclass(frozen=True, slots=True)
class Resolution:
    """How an incident was dealt with, by whom and when; `again`: its run is looked at once more."""

    person_id: int
    reason: str
    at: datetime
    again: bool


def resolve_incident(session: Session, incident_id: int, body_ids: Collection[int], done: Resolution) -> bool:
    """Resolve an open incident that these bodies look into. False when it is not open, or not theirs."""
    row = session.execute(
        update(INCIDENTS)
        .where(INCIDENTS.c.id == incident_id, INCIDENTS.c.resolved_at.is_(None), _to_look_into(body_ids))
        .values(resolved_at=done.at, resolved_by=done.person_id, resolution=done.reason)
        .returning(INCIDENTS.c.kind, INCIDENTS.c.run_id)
    ).first()
    if row is None:
        return False
    if done.again and row.kind == "run" and row.run_id is not None:
        live = (RUNS.c.id == row.run_id, RUNS.c.ended_at.is_(None))
        session.execute(update(RUNS).where(*live).values(wake_at=done.at, attempts=0))
    return True


def leases(session: Session) -> Sequence[Row[Any]]:
    """Who leads which job, and until when."""
    return session.execute(select(LEASES).order_by(LEASES.c.name)).all()


def depths(session: Session, body_ids: Collection[int], now: datetime) -> Depths:
    """How much waits under the programmes of these bodies; three queries."""
    due = RUNS.c.wake_at <= now
    row = session.execute(
        select(func.count().filter(due), func.min(RUNS.c.wake_at), func.count()).where(
            RUNS.c.ended_at.is_(None), RUNS.c.version_id.in_(_ruled(body_ids))
        )
    ).one()
    statuses = session.execute(
        select(MESSAGES.c.status, func.count())
        .where(
            MESSAGES.c.status.in_(("queued", "sending", "held", "unaddressed", "bounced", "failed")), *about(body_ids)
        )
        .group_by(MESSAGES.c.status)
    )
    oldest = row[1] if row[1] is not None and row[1] <= now else None
    return Depths(row[0], oldest, row[2], {row[0]: row[1] for row in statuses}, _unapplied(session, body_ids))


def _unapplied(session: Session, body_ids: Collection[int]) -> Sequence[tuple[int, str, int, int]]:
    """Made lists that are not wholly applied: id, act, settled entries, all entries."""
    rows = session.execute(
        select(
            LISTINGS.c.id, LISTINGS.c.act, func.count(ENTRIES.c.applied_at).label("settled"), func.count().label("n")
        )
        .join(ENTRIES, ENTRIES.c.listing_id == LISTINGS.c.id)
        .outerjoin(ROUNDS, ROUNDS.c.id == LISTINGS.c.round_id)
        .where(LISTINGS.c.made_at.is_not(None), LISTINGS.c.applied_at.is_(None))
        .where(or_(ROUNDS.c.authority_body_id.in_(list(body_ids)), LISTINGS.c.body_id.in_(list(body_ids))))
        .group_by(LISTINGS.c.id, LISTINGS.c.act)
        .order_by(LISTINGS.c.id)
    )
    return [(row.id, row.act, row.settled, row.n) for row in rows]
