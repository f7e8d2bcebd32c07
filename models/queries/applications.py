"""Applications (申报): the list a person may see, and everything one case page shows; each a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, func, literal, or_, select
from sqlmodel import Session

from models import (
    Application,
    Appointment,
    Attachment,
    Body,
    CriterionCheck,
    File,
    Message,
    Person,
    Post,
    Programme,
    ProgrammeVersion,
    Revision,
    Round,
    StageRun,
    Transition,
)
from models.columns import table_of

APPLICATIONS, PEOPLE, BODIES = table_of(Application), table_of(Person), table_of(Body)
ROUNDS, RUNS, TRANSITIONS = table_of(Round), table_of(StageRun), table_of(Transition)
CHECKS, REVISIONS, ATTACHMENTS = table_of(CriterionCheck), table_of(Revision), table_of(Attachment)
FILES, MESSAGES, APPOINTMENTS = table_of(File), table_of(Message), table_of(Appointment)
VERSIONS, PROGRAMMES, POSTS = table_of(ProgrammeVersion), table_of(Programme), table_of(Post)
PAGE = 50
REMINDERS = ("reminder", "overdue", "escalated", "draft_lapsing")


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """What of the applications is wanted: a round, a step, an outcome (`open` for none), a school stage, words, a page."""

    round_id: int | None = None
    step: str = ""
    state: str = ""
    school_stage: str = ""
    words: str = ""
    page: int = 1


def applications(
    session: Session, scope: ColumnElement[bool], wanted: ApplicationFilter
) -> tuple[Sequence[Row[Any]], int]:
    """One page of the applications in scope, newest number first, with the number of all; two queries."""
    condition = and_(scope, *_narrowing(wanted))
    total = session.execute(select(func.count()).select_from(_listed()).where(condition)).scalar_one()
    rows = session.execute(
        select(
            APPLICATIONS.c.id, APPLICATIONS.c.number, APPLICATIONS.c.school_stage, APPLICATIONS.c.studio_name,
            APPLICATIONS.c.submitted_at, APPLICATIONS.c.outcome, APPLICATIONS.c.gives, APPLICATIONS.c.role, APPLICATIONS.c.path.label("asked_by"), APPLICATIONS.c.version_id,
            PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), ROUNDS.c.title.label("round_title"),
            RUNS.c.id.label("run_id"), RUNS.c.stage, RUNS.c.path, RUNS.c.step, RUNS.c.state, RUNS.c.round_id, RUNS.c.due_at,
            RUNS.c.entered_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.desk,
        )
        .select_from(_listed())
        .where(condition)
        .order_by(APPLICATIONS.c.submitted_at.is_(None).desc(), APPLICATIONS.c.number.desc(), APPLICATIONS.c.id.desc())
        .limit(PAGE)
        .offset(PAGE * (wanted.page - 1))
    )  # fmt: skip
    return rows.all(), int(total)


def application_choices(session: Session, scope: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Every (round, title, school stage) that occurs among the applications in scope; one query."""
    return session.execute(
        select(APPLICATIONS.c.round_id, ROUNDS.c.title, APPLICATIONS.c.school_stage)
        .select_from(APPLICATIONS.outerjoin(ROUNDS, ROUNDS.c.id == APPLICATIONS.c.round_id))
        .where(scope)
        .distinct()
    ).all()


def _listed() -> Any:
    """Applications with their people and the first of their open runs (a step may have several branches)."""
    current = (
        select(RUNS.c.application_id, func.min(RUNS.c.id).label("run_id"))
        .where(RUNS.c.ended_at.is_(None), RUNS.c.parent_id.is_(None), RUNS.c.application_id.is_not(None))
        .group_by(RUNS.c.application_id)
        .subquery()
    )
    return (
        APPLICATIONS.join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == APPLICATIONS.c.round_id)
        .outerjoin(current, current.c.application_id == APPLICATIONS.c.id)
        .outerjoin(RUNS, RUNS.c.id == current.c.run_id)
    )


def _narrowing(wanted: ApplicationFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.round_id is not None:
        found.append(APPLICATIONS.c.round_id == wanted.round_id)
    if wanted.step:
        found.append(RUNS.c.stage == wanted.step)
    if wanted.state == "open":
        found.append(APPLICATIONS.c.outcome.is_(None))
    elif wanted.state == "over":
        found.append(APPLICATIONS.c.outcome.is_not(None))
    if wanted.school_stage:
        found.append(APPLICATIONS.c.school_stage == wanted.school_stage)
    if wanted.words:
        like = f"%{wanted.words}%"
        found.append(or_(PEOPLE.c.name.like(like), BODIES.c.name.like(like), APPLICATIONS.c.number.like(like)))
    return found


def application_of(session: Session, application_id: int, scope: ColumnElement[bool]) -> Row[Any] | None:
    """One application with its people, school, round and programme, if it is in scope; one query."""
    counties = BODIES.alias("counties")
    return session.execute(
        select(
            APPLICATIONS, PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), counties.c.name.label("county"),
            ROUNDS.c.title.label("round_title"), ROUNDS.c.closes_on.label("round_closes_on"), PROGRAMMES.c.code,
            PROGRAMMES.c.authority_body_id, VERSIONS.c.number.label("version_number"),
        )
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .join(VERSIONS, VERSIONS.c.id == APPLICATIONS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .outerjoin(counties, counties.c.id == APPLICATIONS.c.county_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == APPLICATIONS.c.round_id)
        .where(APPLICATIONS.c.id == application_id, scope)
    ).first()  # fmt: skip


def runs_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """Every run of an application but the answers of its experts, oldest first; one query."""
    return session.execute(
        select(RUNS).where(RUNS.c.application_id == application_id, RUNS.c.parent_id.is_(None)).order_by(RUNS.c.id)
    ).all()


def history_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """Every transition of these runs with who acted and for whom, oldest first; experts' answers are not in it. One query."""
    stood_for = PEOPLE.alias("stood_for")
    return session.execute(
        select(
            TRANSITIONS, RUNS.c.stage, RUNS.c.path, RUNS.c.step, RUNS.c.held_by, RUNS.c.round_id, RUNS.c.version_id,
            PEOPLE.c.name.label("actor"), stood_for.c.name.label("acted_for"), BODIES.c.name.label("actor_body"),
        )
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == TRANSITIONS.c.actor_id)
        .outerjoin(stood_for, stood_for.c.id == TRANSITIONS.c.for_person_id)
        .outerjoin(BODIES, RUNS.c.held_by == literal("body:") + cast(BODIES.c.id, String))
        .where(RUNS.c.application_id == application_id, RUNS.c.parent_id.is_(None))
        .order_by(TRANSITIONS.c.id)
    ).all()  # fmt: skip


def checks_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """Every criterion as it was found, with who judged it; one query."""
    return session.execute(
        select(CHECKS, PEOPLE.c.name.label("judge"))
        .outerjoin(PEOPLE, PEOPLE.c.id == CHECKS.c.by_person_id)
        .where(CHECKS.c.application_id == application_id)
        .order_by(CHECKS.c.id)
    ).all()


def papers_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """The papers that are attached now, with their size and type; one query."""
    return session.execute(
        select(ATTACHMENTS, FILES.c.size, FILES.c.type)
        .join(FILES, FILES.c.sha256 == ATTACHMENTS.c.file_sha256)
        .where(ATTACHMENTS.c.application_id == application_id, ATTACHMENTS.c.removed_at.is_(None))
        .order_by(ATTACHMENTS.c.slot, ATTACHMENTS.c.id)
    ).all()


def reminders_of(session: Session, run_ids: Iterable[int]) -> Mapping[int, Sequence[datetime]]:
    """When each of these runs was reminded of, one moment a rung, oldest first; one query."""
    rows = session.execute(
        select(MESSAGES.c.run_id, MESSAGES.c.created_at)
        .where(MESSAGES.c.run_id.in_(list(run_ids)), MESSAGES.c.notice.in_(REMINDERS))
        .distinct()
        .order_by(MESSAGES.c.created_at)
    )
    found: dict[int, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.run_id, []).append(row.created_at)
    return found


def revisions_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """What was submitted each time and what changed; one query."""
    return session.execute(
        select(REVISIONS).where(REVISIONS.c.application_id == application_id).order_by(REVISIONS.c.n)
    ).all()


def holders_of(session: Session, desks: Collection[str], today: date) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Who holds these desks: the name of the body or person, and the officers behind a body; at most two queries."""
    people = [int(desk.removeprefix("person:")) for desk in desks if desk.startswith("person:")]
    bodies = [int(desk.removeprefix("body:")) for desk in desks if desk.startswith("body:")]
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    if people:
        named = session.execute(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(people)))
        found |= {f"person:{row.id}": (row.name, ()) for row in named}
    if bodies:
        found |= _officers(session, bodies, today)
    return found


def _officers(session: Session, bodies: Sequence[int], today: date) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    live = and_(
        APPOINTMENTS.c.body_id == BODIES.c.id, APPOINTMENTS.c.role.in_(("officer", "administrator")),
        APPOINTMENTS.c.from_on <= today, or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today),
    )  # fmt: skip
    rows = session.execute(
        select(BODIES.c.id, BODIES.c.name, PEOPLE.c.name.label("person"))
        .select_from(BODIES.outerjoin(APPOINTMENTS, live).outerjoin(PEOPLE, PEOPLE.c.id == APPOINTMENTS.c.person_id))
        .where(BODIES.c.id.in_(bodies))
        .order_by(APPOINTMENTS.c.id)
    )
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in rows:
        body, names = found.get(f"body:{row.id}", (row.name, ()))
        found[f"body:{row.id}"] = (body, (*names, row.person) if row.person else names)
    return found


def post_title(session: Session, person_id: int, today: date) -> str:
    """What a person is called at work, such as 校长; empty when the roster does not say. One query."""
    return (
        session.execute(
            select(POSTS.c.title)
            .where(POSTS.c.person_id == person_id, or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= today))
            .order_by(POSTS.c.from_on.desc())
            .limit(1)
        ).scalar()
        or ""
    )


def last_transition(session: Session, run_id: int, scope: ColumnElement[bool]) -> Row[Any] | None:
    """The last thing that happened to a run of an application in scope, and who did it; one query."""
    stood_for = PEOPLE.alias("stood_for")
    return session.execute(
        select(
            TRANSITIONS.c.event, TRANSITIONS.c.at, RUNS.c.application_id, PEOPLE.c.name.label("actor"),
            stood_for.c.name.label("acted_for"),
        )
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == TRANSITIONS.c.actor_id)
        .outerjoin(stood_for, stood_for.c.id == TRANSITIONS.c.for_person_id)
        .where(TRANSITIONS.c.run_id == run_id, RUNS.c.parent_id.is_(None), scope)
        .order_by(TRANSITIONS.c.version.desc())
        .limit(1)
    ).first()  # fmt: skip


def launched_round(session: Session, round_id: int) -> Row[Any] | None:
    """A launched round with its programme's code and version number; one query."""
    return session.execute(
        select(ROUNDS, PROGRAMMES.c.code, VERSIONS.c.number.label("version_number"))
        .join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(ROUNDS.c.id == round_id, ROUNDS.c.launched_at.is_not(None))
    ).first()


def own_live(session: Session, person_id: int, round_id: int) -> int | None:
    """The application a person has going in a round."""
    return session.execute(
        select(APPLICATIONS.c.id).where(
            APPLICATIONS.c.person_id == person_id, APPLICATIONS.c.round_id == round_id, APPLICATIONS.c.outcome.is_(None)
        )
    ).scalar()


def defects_of(session: Session, run_id: int) -> Sequence[Mapping[str, Any]]:
    """What a review sent back last: place and what is lacking, as it was written."""
    payload = session.execute(
        select(TRANSITIONS.c.payload)
        .where(TRANSITIONS.c.run_id == run_id, TRANSITIONS.c.event == "send_back")
        .order_by(TRANSITIONS.c.version.desc())
        .limit(1)
    ).scalar()
    return list((payload or {}).get("defects", []))
