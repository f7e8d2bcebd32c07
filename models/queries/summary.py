"""The summary of a round (汇总表): every submitted application in scope with its post and the last endorsement; five queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlmodel import Session

from models import Application, Body, Person, Post, StageRun, Transition
from models.columns import table_of

APPLICATIONS, PEOPLE, BODIES, POSTS = table_of(Application), table_of(Person), table_of(Body), table_of(Post)
RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)
COUNTIES = BODIES.alias("county")


def summary_rows(session: Session, round_id: int, scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The submitted applications of a round in scope, by county and number, with where each stands; one query."""
    return session.execute(
        select(
            APPLICATIONS.c.id, APPLICATIONS.c.number, APPLICATIONS.c.person_id, APPLICATIONS.c.subject, APPLICATIONS.c.kind,
            APPLICATIONS.c.school_stage, APPLICATIONS.c.studio_name, APPLICATIONS.c.outcome, APPLICATIONS.c.version_id,
            PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), COUNTIES.c.name.label("county"),
        )
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(COUNTIES, COUNTIES.c.id == APPLICATIONS.c.county_id)
        .where(APPLICATIONS.c.round_id == round_id, APPLICATIONS.c.submitted_at.is_not(None), scope)
        .order_by(COUNTIES.c.name, APPLICATIONS.c.number, APPLICATIONS.c.id)
    ).all()  # fmt: skip


def posts_held(session: Session, person_ids: Collection[int], today: date) -> Mapping[int, Sequence[Row[Any]]]:
    """The posts of these people up to today, the latest first; one query."""
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(
        select(POSTS.c.person_id, POSTS.c.kind, POSTS.c.title, POSTS.c.subject, POSTS.c.from_on, POSTS.c.to_on)
        .where(POSTS.c.person_id.in_(list(person_ids)), or_(POSTS.c.from_on.is_(None), POSTS.c.from_on <= today))
        .order_by(POSTS.c.person_id, POSTS.c.to_on.is_not(None), POSTS.c.from_on.desc(), POSTS.c.id)
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def endorsements(session: Session, round_id: int, application_ids: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """Every endorsement of these applications, oldest first, with the desk it was given at; one query."""
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(
        select(RUNS.c.application_id, RUNS.c.held_by, TRANSITIONS.c.payload, TRANSITIONS.c.reason, TRANSITIONS.c.at)
        .join(TRANSITIONS, TRANSITIONS.c.run_id == RUNS.c.id)
        .where(RUNS.c.round_id == round_id, RUNS.c.stage == "tier_review", TRANSITIONS.c.event == "endorse")
        .where(RUNS.c.application_id.in_(list(application_ids)))
        .order_by(TRANSITIONS.c.id)
    ):
        found.setdefault(row.application_id, []).append(row)
    return found


def live_runs(session: Session, round_id: int, application_ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """The first open run of each of these applications, but for the answers of experts; one query."""
    rows = session.execute(
        select(RUNS.c.application_id, RUNS.c.version_id, RUNS.c.path, RUNS.c.stage, RUNS.c.step, RUNS.c.state, RUNS.c.round_id)
        .where(RUNS.c.round_id == round_id, RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None))
        .where(RUNS.c.application_id.in_(list(application_ids)))
        .order_by(RUNS.c.id.desc())
    )  # fmt: skip
    return {row.application_id: row for row in rows}


def marked_by(session: Session, round_id: int, person_id: int) -> frozenset[int]:
    """The applications of a round for whose marks this person was ever asked; one query."""
    asked = (RUNS.c.round_id == round_id, RUNS.c.stage == "opinion", RUNS.c.held_by == f"person:{person_id}")
    return frozenset(session.execute(select(RUNS.c.application_id).where(*asked)).scalars())


def names_of_desks(session: Session, desks: Iterable[str]) -> Mapping[str, str]:
    """The names of the bodies that hold these desks; one query."""
    ids = {int(one.removeprefix("body:")) for one in desks if one.startswith("body:")}
    rows = session.execute(select(BODIES.c.id, BODIES.c.name).where(BODIES.c.id.in_(ids)))
    return {f"body:{row.id}": row.name for row in rows}
