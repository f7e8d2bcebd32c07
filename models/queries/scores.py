"""Scores: the sheets of one expert, the material without names, what the others of a panel gave; fixed query counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, String, literal, select
from sqlmodel import Session

from models import Application, Attachment, Body, File, Opinion, Person, Post, Round, StageRun
from models.columns import table_of

RUNS, OPINIONS, APPLICATIONS = table_of(StageRun), table_of(Opinion), table_of(Application)
ROUNDS, PEOPLE, BODIES, POSTS = table_of(Round), table_of(Person), table_of(Body), table_of(Post)
ATTACHMENTS, FILES = table_of(Attachment), table_of(File)


def sheets_of(session: Session, person_id: int) -> Sequence[Row[Any]]:
    """Every score sheet ever asked of an expert, the newest round first, then as they were asked; one query."""
    order = (RUNS.c.round_id.desc(), RUNS.c.id)
    return session.execute(_sheets().where(OPINIONS.c.party == f"person:{person_id}").order_by(*order)).all()


def sheet_of(session: Session, run_id: int, person_id: int) -> Row[Any] | None:
    """One sheet, if it is this expert's own."""
    mine = OPINIONS.c.party == f"person:{person_id}"
    return session.execute(_sheets().where(RUNS.c.id == run_id, mine)).first()


def _sheets() -> Select[Any]:
    return (
        select(
            RUNS.c.id, RUNS.c.version, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id, RUNS.c.application_id, RUNS.c.parent_id,
            RUNS.c.state, RUNS.c.due_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.entered_at, RUNS.c.ended_at, RUNS.c.outcome,
            OPINIONS.c.id.label("opinion_id"), OPINIONS.c.party, OPINIONS.c.place, OPINIONS.c.further, OPINIONS.c.draft, OPINIONS.c.answer,
            OPINIONS.c.mark, OPINIONS.c.given_at, OPINIONS.c.refused_at, OPINIONS.c.reason,
            APPLICATIONS.c.number, APPLICATIONS.c.school_stage, APPLICATIONS.c.studio_name, APPLICATIONS.c.answers,
            PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), ROUNDS.c.title.label("round_title"),
        )
        .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .where(RUNS.c.subject_kind == "opinion", OPINIONS.c.kind == "score")
    )  # fmt: skip


def papers_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """The papers attached to an application, in the order in which every expert counts them."""
    return session.execute(
        select(ATTACHMENTS.c.slot, ATTACHMENTS.c.filename, ATTACHMENTS.c.file_sha256, FILES.c.size, FILES.c.type)
        .join(FILES, FILES.c.sha256 == ATTACHMENTS.c.file_sha256)
        .where(ATTACHMENTS.c.application_id == application_id, ATTACHMENTS.c.removed_at.is_(None))
        .order_by(ATTACHMENTS.c.slot, ATTACHMENTS.c.id)
    ).all()


def given_beside(session: Session, parent_id: int | None, party: str) -> Sequence[Row[Any]]:
    """What the others of the same panel gave: place, further or not, mark, answer; never who they are."""
    return session.execute(
        select(OPINIONS.c.place, OPINIONS.c.further, OPINIONS.c.mark, OPINIONS.c.answer)
        .where(OPINIONS.c.run_id == parent_id, OPINIONS.c.kind == "score", OPINIONS.c.party != party)
        .where(OPINIONS.c.given_at.is_not(None))
        .order_by(OPINIONS.c.place)
    ).all()


def applicant_of(session: Session, application_id: int) -> Row[Any]:
    """Whose application it is: everything by which the person could be known."""
    return session.execute(
        select(
            PEOPLE.c.name, PEOPLE.c.staff_no, PEOPLE.c.phone, PEOPLE.c.email, APPLICATIONS.c.body_id,
            APPLICATIONS.c.studio_name, BODIES.c.name.label("body"),
        )
        .join(APPLICATIONS, APPLICATIONS.c.person_id == PEOPLE.c.id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .where(APPLICATIONS.c.id == application_id)
    ).one()  # fmt: skip


def schools_named_in(session: Session, text: str) -> Sequence[str]:
    """Names of schools and departments that a text contains, longest first."""
    holds = literal(text, String).contains(BODIES.c.name)
    rows = session.execute(
        select(BODIES.c.name).where(BODIES.c.level.in_(("school", "department")), BODIES.c.name != "", holds)
    )
    return sorted(rows.scalars(), key=len, reverse=True)


def colleagues_named_in(session: Session, body_id: int, text: str) -> Sequence[str]:
    """Names of people of a school that a text contains, longest first."""
    holds = literal(text, String).contains(PEOPLE.c.name)
    rows = session.execute(
        select(PEOPLE.c.name)
        .join(POSTS, POSTS.c.person_id == PEOPLE.c.id)
        .where(POSTS.c.body_id == body_id, PEOPLE.c.name != "", holds)
        .distinct()
    )
    return sorted(rows.scalars(), key=len, reverse=True)
