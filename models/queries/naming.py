"""Named roles and levels (指定、升级): who was named or taken back by whom, and what a studio has under way; one query each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlmodel import Session

from models import Application, Cycle, Decision, Duty, Person, Seat, StageRun, Studio, Transition
from models.columns import table_of

APPLICATIONS, RUNS, TRANSITIONS, PEOPLE = (
    table_of(Application),
    table_of(StageRun),
    table_of(Transition),
    table_of(Person),
)
STUDIOS, DUTIES, CYCLES, SEATS = table_of(Studio), table_of(Duty), table_of(Cycle), table_of(Seat)
DECISIONS = table_of(Decision)
OPEN = ("forming", "active", "suspended")
MOST = 50


def namings(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Who was named to a role of a studio or had it taken back, by whom and why, the latest first."""
    actors = PEOPLE.alias("actors")
    return session.execute(
        select(APPLICATIONS.c.gives, APPLICATIONS.c.role, PEOPLE.c.name, actors.c.name.label("by"), TRANSITIONS.c.at, TRANSITIONS.c.reason)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
        .join(TRANSITIONS, and_(TRANSITIONS.c.run_id == RUNS.c.id, TRANSITIONS.c.event.in_(("seat", "leave"))))
        .outerjoin(actors, actors.c.id == TRANSITIONS.c.actor_id)
        .where(
            APPLICATIONS.c.studio_id == studio_id,
            or_(APPLICATIONS.c.path.like("named/%"), APPLICATIONS.c.path.like("unnamed/%")),
        )
        .order_by(TRANSITIONS.c.at.desc(), TRANSITIONS.c.id.desc())
        .limit(MOST)
    ).all()  # fmt: skip


def rising(session: Session, studio_id: int) -> Mapping[str, Row[Any]]:
    """The applications for another level that a studio has under way, by path."""
    rows = session.execute(
        select(APPLICATIONS.c.id, APPLICATIONS.c.path, APPLICATIONS.c.submitted_at, APPLICATIONS.c.made_by).where(
            APPLICATIONS.c.studio_id == studio_id, APPLICATIONS.c.gives == "level", APPLICATIONS.c.outcome.is_(None)
        )
    )
    return {row.path: row for row in rows}


def vacant_studios(session: Session, programme_id: int) -> Sequence[Row[Any]]:
    """The studios of a programme whose next host is sought (另选主持人), with the host who left."""
    owed = and_(RUNS.c.subject_kind == "duty", RUNS.c.subject_id == DUTIES.c.id, RUNS.c.ended_at.is_(None))
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.kind, PEOPLE.c.name.label("host"), RUNS.c.due_at)
        .join(DUTIES, DUTIES.c.studio_id == STUDIOS.c.id)
        .join(RUNS, owed)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .where(STUDIOS.c.programme_id == programme_id, DUTIES.c.key == "succession")
        .order_by(STUDIOS.c.name)
    ).all()


def running_versions(session: Session, today: date) -> Sequence[int]:
    """The versions of programmes under which cycles run today."""
    running = (CYCLES.c.begins_on <= today) & (CYCLES.c.ends_on >= today)
    return list(session.execute(select(CYCLES.c.version_id).where(running).distinct()).scalars())


def running_studios(session: Session, versions: Collection[int], today: date) -> Sequence[int]:
    """The studios whose running cycle is under one of these versions."""
    running = (CYCLES.c.begins_on <= today) & (CYCLES.c.ends_on >= today) & CYCLES.c.version_id.in_(list(versions))
    kept = select(STUDIOS.c.id).join(CYCLES, CYCLES.c.studio_id == STUDIOS.c.id)
    return list(session.execute(kept.where(running, STUDIOS.c.standing.in_(OPEN)).order_by(STUDIOS.c.id)).scalars())


def losses_noted(session: Session, seat_ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """The newest decision about each of these seats, with whether it has been answered."""
    rows = session.execute(
        select(DECISIONS.c.id, DECISIONS.c.seat_id, DECISIONS.c.question, DECISIONS.c.answer, DECISIONS.c.reason)
        .where(DECISIONS.c.seat_id.in_(list(seat_ids)))
        .order_by(DECISIONS.c.id)
    )
    return {row.seat_id: row for row in rows}


def losses_under_way(session: Session, seat_ids: Collection[int]) -> frozenset[int]:
    """Those of these seats whose loss is being dealt with: a question about them is open, their holder leaves, another host is sought."""
    asked = (
        select(RUNS.c.id)
        .join(DECISIONS, (RUNS.c.subject_kind == "decision") & (RUNS.c.subject_id == DECISIONS.c.id))
        .where(DECISIONS.c.seat_id == SEATS.c.id, RUNS.c.ended_at.is_(None))
    )
    leaving = (
        select(RUNS.c.id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(APPLICATIONS.c.studio_id == SEATS.c.studio_id, APPLICATIONS.c.person_id == SEATS.c.person_id)
        .where(APPLICATIONS.c.gives == "exit", RUNS.c.ended_at.is_(None))
    )
    succeeded = (
        select(RUNS.c.id)
        .join(DUTIES, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id == SEATS.c.studio_id, DUTIES.c.key == "succession", RUNS.c.ended_at.is_(None))
        .where(SEATS.c.role == "host")
    )
    noted = select(DECISIONS.c.id).where(DECISIONS.c.seat_id == SEATS.c.id)
    found = select(SEATS.c.id).where(
        SEATS.c.id.in_(list(seat_ids)), noted.exists(), or_(asked.exists(), leaving.exists(), succeeded.exists())
    )
    return frozenset(session.execute(found).scalars())


def seat_studio(session: Session, seat_id: int) -> int | None:
    """The studio of a seat that has not ended."""
    return session.execute(select(SEATS.c.studio_id).where(SEATS.c.id == seat_id, SEATS.c.to_on.is_(None))).scalar()
