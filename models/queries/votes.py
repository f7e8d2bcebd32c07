"""Votes: the seats of a body, who of them was asked about a case, and how they voted; one query each for any number of runs."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlmodel import Session

from models import Application, Appointment, Body, Opinion, Person, Round, StageRun
from models.columns import table_of
from models.facts import VoteFact
from models.statements import among, rows

OPINIONS, APPOINTMENTS, RUNS = table_of(Opinion), table_of(Appointment), table_of(StageRun)
APPLICATIONS, PEOPLE, BODIES, ROUNDS = table_of(Application), table_of(Person), table_of(Body), table_of(Round)
TODAY = bindparam("today", type_=APPOINTMENTS.c.from_on.type)
# Whoever may act at the desk of a body has a seat in it.
SEATS = (
    select(APPOINTMENTS.c.body_id, APPOINTMENTS.c.person_id)
    .where(among(APPOINTMENTS.c.body_id, "bodies"), APPOINTMENTS.c.role.in_(("administrator", "officer", "assessor")))
    .where(APPOINTMENTS.c.from_on <= TODAY, or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= TODAY))
    .distinct()
    .order_by(APPOINTMENTS.c.body_id, APPOINTMENTS.c.person_id)
)
VOTES = (
    select(OPINIONS.c.run_id, OPINIONS.c.party, OPINIONS.c.answer, OPINIONS.c.given_at, OPINIONS.c.refused_at)
    .where(among(OPINIONS.c.run_id, "runs"), OPINIONS.c.kind == "vote")
    .order_by(OPINIONS.c.id)
)


def seats_of(session: Session, body_ids: Collection[int], today: date) -> Mapping[int, tuple[int, ...]]:
    """The people who have a seat in each of these bodies today, by id."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows(session, SEATS, bodies=set(body_ids), today=today):
        found[row.body_id].append(row.person_id)
    return {body_id: tuple(people) for body_id, people in found.items()}


def votes_of(session: Session, run_ids: Collection[int]) -> Mapping[int, VoteFact]:
    """How the seats asked about each of these runs voted; who stood back is not counted among the seats."""
    if not run_ids:
        return {}
    asked: dict[int, list[Any]] = defaultdict(list)
    for row in rows(session, VOTES, runs=set(run_ids)):
        asked[row.run_id].append(row)
    return {run_id: _counted(asked[run_id]) for run_id in run_ids}


def ballot_of(session: Session, run_id: int, person_id: int) -> Row[Any] | None:
    """One vote with the case it is about, if it is this person's own."""
    return session.execute(
        select(
            RUNS.c.id, RUNS.c.version, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id, RUNS.c.application_id,
            RUNS.c.parent_id, RUNS.c.state, RUNS.c.stage, RUNS.c.due_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.entered_at,
            RUNS.c.ended_at, RUNS.c.outcome, OPINIONS.c.answer, OPINIONS.c.given_at, OPINIONS.c.refused_at, OPINIONS.c.reason,
            APPLICATIONS.c.number, APPLICATIONS.c.school_stage, APPLICATIONS.c.studio_name, PEOPLE.c.name.label("person"),
            BODIES.c.name.label("body"), ROUNDS.c.title.label("round_title"),
        )
        .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .where(RUNS.c.id == run_id, RUNS.c.subject_kind == "opinion", OPINIONS.c.kind == "vote")
        .where(OPINIONS.c.party == f"person:{person_id}")
    ).first()  # fmt: skip


def _counted(ballots: Collection[Any]) -> VoteFact:
    given = [row for row in ballots if row.given_at is not None]
    return VoteFact(
        seats=sum(row.refused_at is None for row in ballots),
        cast=len(given),
        agreed=sum(row.answer.get("choice") == "agree" for row in given),
        parties=frozenset(row.party for row in ballots),
    )
