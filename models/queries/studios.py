"""Studios (工作室) as pages read them: one within a scope, its cycles and seats, what is under way and who was there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select
from sqlmodel import Session

from models import (
    Application,
    Assessment,
    Attendance,
    Body,
    Cycle,
    Decision,
    Document,
    Duty,
    Entitlement,
    Opinion,
    Person,
    Programme,
    ProgrammeVersion,
    Record,
    RecordStudio,
    Rectification,
    Seat,
    StageRun,
    Studio,
    Transition,
)
from models.columns import table_of

STUDIOS, CYCLES, SEATS = table_of(Studio), table_of(Cycle), table_of(Seat)
PEOPLE, BODIES, RUNS = table_of(Person), table_of(Body), table_of(StageRun)
PROGRAMMES, VERSIONS, TRANSITIONS = table_of(Programme), table_of(ProgrammeVersion), table_of(Transition)
DUTIES, ASSESSMENTS, RECTIFICATIONS = table_of(Duty), table_of(Assessment), table_of(Rectification)
DECISIONS, ENTITLEMENTS, APPLICATIONS = table_of(Decision), table_of(Entitlement), table_of(Application)
OPINIONS, DOCUMENTS = table_of(Opinion), table_of(Document)
RECORDS, ATTENDANCE = table_of(Record), table_of(Attendance)
SHARED = table_of(RecordStudio)
OTHERS = RUNS.alias("others")
# Runs with what each is about.
SUBJECTS = (
    RUNS.outerjoin(DUTIES, and_(RUNS.c.subject_kind == "duty", DUTIES.c.id == RUNS.c.subject_id))
    .outerjoin(RECTIFICATIONS, and_(RUNS.c.subject_kind == "rectification", RECTIFICATIONS.c.id == RUNS.c.subject_id))
    .outerjoin(
        ASSESSMENTS,
        or_(
            and_(RUNS.c.subject_kind == "assessment", ASSESSMENTS.c.id == RUNS.c.subject_id),
            ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id,
        ),
    )
    .outerjoin(DECISIONS, and_(RUNS.c.subject_kind == "decision", DECISIONS.c.id == RUNS.c.subject_id))
    .outerjoin(ENTITLEMENTS, and_(RUNS.c.subject_kind == "entitlement", ENTITLEMENTS.c.id == RUNS.c.subject_id))
    .outerjoin(OPINIONS, and_(RUNS.c.subject_kind == "opinion", OPINIONS.c.id == RUNS.c.subject_id))
    .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
    .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
)
OPEN = ("forming", "active", "suspended")


def studio_seen(session: Session, studio_id: int, scope: ColumnElement[bool]) -> Row[Any] | None:
    """A studio within a scope: its host, home, programme, and the number of its plaque; one query."""
    plaque = (
        select(DOCUMENTS.c.number)
        .where(
            DOCUMENTS.c.kind == "plaque", DOCUMENTS.c.subject_kind == "studio", DOCUMENTS.c.subject_id == STUDIOS.c.id
        )
        .order_by(DOCUMENTS.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.execute(
        select(
            STUDIOS, PEOPLE.c.name.label("host"), BODIES.c.name.label("home"), PROGRAMMES.c.code, PROGRAMMES.c.title.label("programme"),
            PROGRAMMES.c.authority_body_id, plaque.label("plaque_number"),
        )
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == STUDIOS.c.programme_id)
        .where(STUDIOS.c.id == studio_id, scope)
    ).first()  # fmt: skip


def studios_seen(session: Session, scope: ColumnElement[bool], most: int = 200) -> Sequence[Row[Any]]:
    """The studios within a scope, those that run first; at most `most`."""
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.standing, STUDIOS.c.host_id, PEOPLE.c.name.label("host"), BODIES.c.name.label("home"),
               PROGRAMMES.c.title.label("programme"), func.max(CYCLES.c.ends_on).label("ends_on"))
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == STUDIOS.c.programme_id)
        .outerjoin(CYCLES, CYCLES.c.studio_id == STUDIOS.c.id)
        .where(scope)
        .group_by(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.standing, STUDIOS.c.host_id, PEOPLE.c.name, BODIES.c.name, PROGRAMMES.c.title)
        .order_by(STUDIOS.c.standing.not_in(OPEN), BODIES.c.name, STUDIOS.c.id)
        .limit(most)
    ).all()  # fmt: skip


def seen_among(session: Session, studio_ids: Collection[int], scope: ColumnElement[bool]) -> set[int]:
    """Which of these studios are within a scope; one query."""
    return set(session.execute(select(STUDIOS.c.id).where(STUDIOS.c.id.in_(studio_ids), scope)).scalars())


def studios_of_person(session: Session, person_id: int) -> Sequence[Row[Any]]:
    """Studios that a person hosts or has a seat in now, those they host first; one query."""
    seated = exists().where(SEATS.c.studio_id == STUDIOS.c.id, SEATS.c.person_id == person_id, SEATS.c.to_on.is_(None))
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name, STUDIOS.c.host_id, STUDIOS.c.standing)
        .where(or_(STUDIOS.c.host_id == person_id, seated), STUDIOS.c.standing.in_(OPEN))
        .order_by(STUDIOS.c.host_id != person_id, STUDIOS.c.id)
    ).all()


def cycles_of(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """The cycles of a studio, the newest first, with the number of the version each runs under."""
    return session.execute(
        select(CYCLES, VERSIONS.c.number.label("version_number"))
        .join(VERSIONS, VERSIONS.c.id == CYCLES.c.version_id)
        .where(CYCLES.c.studio_id == studio_id)
        .order_by(CYCLES.c.number.desc())
    ).all()


def seats_of_studio(session: Session, studio_id: int, *, past: bool = False) -> Sequence[Row[Any]]:
    """Who has a seat now (or, with `past`, who had one), with the body each is of; the host first, then as they came."""
    when = SEATS.c.to_on.is_not(None) if past else SEATS.c.to_on.is_(None)
    return session.execute(
        select(SEATS, PEOPLE.c.name, PEOPLE.c.staff_no, BODIES.c.name.label("body"))
        .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
        .join(BODIES, BODIES.c.id == SEATS.c.body_id)
        .where(SEATS.c.studio_id == studio_id, when)
        .order_by(SEATS.c.role != "host", SEATS.c.to_on.desc(), SEATS.c.from_on, SEATS.c.id)
    ).all()


def under_way(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Every live run of a studio with what it is about; the latest deadline last, those without any at the end."""
    title = func.coalesce(
        DUTIES.c.title, ASSESSMENTS.c.title, DECISIONS.c.question, ENTITLEMENTS.c.title, PEOPLE.c.name, ""
    )
    return session.execute(
        select(RUNS, title.label("title"), APPLICATIONS.c.gives, APPLICATIONS.c.person_id, DUTIES.c.key.label("duty_key"), DUTIES.c.due_on,
               DUTIES.c.need, DUTIES.c.counted, DUTIES.c.soft, DUTIES.c.begins_on, OPINIONS.c.kind.label("opinion_kind"), ENTITLEMENTS.c.amount_fen,
               ENTITLEMENTS.c.share)
        .select_from(SUBJECTS)
        .where(RUNS.c.studio_id == studio_id, RUNS.c.ended_at.is_(None))
        .order_by(RUNS.c.due_at.is_(None), RUNS.c.due_at, RUNS.c.id)
    ).all()  # fmt: skip


def returned(session: Session, run_ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """Which of these runs were returned and not handed in again since: the return, with its reason and who returned it; one query."""
    if not run_ids:
        return {}
    found = session.execute(
        select(TRANSITIONS.c.run_id, TRANSITIONS.c.event, TRANSITIONS.c.reason, TRANSITIONS.c.at, PEOPLE.c.name)
        .outerjoin(PEOPLE, PEOPLE.c.id == TRANSITIONS.c.actor_id)
        .where(TRANSITIONS.c.run_id.in_(list(run_ids)), TRANSITIONS.c.event.in_(("return", "submit", "accept")))
        .order_by(TRANSITIONS.c.version)
    )
    last = {row.run_id: row for row in found}
    return {run_id: row for run_id, row in last.items() if row.event == "return"}


def duties_of_studio(session: Session, studio_id: int, first: date, last: date) -> Sequence[Row[Any]]:
    """Duties whose period or deadline has a day from `first` to `last`, with where each stands; by deadline.

    What is owed once a cycle and due in its first weeks belongs to every year of the cycle, done or not.
    """
    begins = func.coalesce(DUTIES.c.begins_on, DUTIES.c.due_on)
    lasts = or_(
        DUTIES.c.ends_on >= first, DUTIES.c.due_on >= first, and_(DUTIES.c.ends_on.is_(None), DUTIES.c.due_on.is_(None))
    )
    newest = (
        select(func.max(OTHERS.c.id))
        .where(OTHERS.c.subject_kind == "duty", OTHERS.c.subject_id == DUTIES.c.id)
        .scalar_subquery()
    )
    return session.execute(
        select(DUTIES, RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.state, RUNS.c.desk, RUNS.c.ended_at)
        .select_from(DUTIES.outerjoin(RUNS, RUNS.c.id == newest))
        .where(DUTIES.c.studio_id == studio_id, or_(begins.is_(None), begins <= last), lasts)
        .order_by(DUTIES.c.due_on.is_(None), DUTIES.c.due_on, DUTIES.c.id)
    ).all()


def assessments_of_studio(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """The assessments of a studio with where each stands, the newest first; one that was dropped and is held after all, as it stands now."""
    newest = (
        select(func.max(OTHERS.c.id))
        .where(OTHERS.c.subject_kind == "assessment", OTHERS.c.subject_id == ASSESSMENTS.c.id)
        .scalar_subquery()
    )
    return session.execute(
        select(ASSESSMENTS, RUNS.c.id.label("run_id"), RUNS.c.state, RUNS.c.ended_at, RUNS.c.due_at)
        .select_from(ASSESSMENTS)
        .join(RUNS, RUNS.c.id == newest)
        .where(ASSESSMENTS.c.studio_id == studio_id)
        .order_by(ASSESSMENTS.c.opens_on.desc(), ASSESSMENTS.c.id)
    ).all()


def activities_of(session: Session, studio_id: int, first: date, last: date) -> Sequence[Row[Any]]:
    """Activities planned and held from `first` to `last`, of the studio itself or shared with it, with how many were marked."""
    shared = select(SHARED.c.record_id).where(SHARED.c.studio_id == studio_id)
    marked = select(func.count()).where(ATTENDANCE.c.record_id == RECORDS.c.id).scalar_subquery()
    return session.execute(
        select(RECORDS, marked.label("marked"))
        .where(or_(RECORDS.c.studio_id == studio_id, RECORDS.c.id.in_(shared)), RECORDS.c.kind == "activity")
        .where(RECORDS.c.held_on >= first, RECORDS.c.held_on <= last)
        .order_by(RECORDS.c.held_on, RECORDS.c.id)
    ).all()
