"""Files of a studio and its people (档案): records, results, titles and papers as the work left them; a fixed number of queries."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlmodel import Session

from models import (
    Assessment,
    Attendance,
    Consequence,
    Credit,
    Document,
    Duty,
    Person,
    Record,
    RecordStudio,
    Rectification,
    Result,
    Seat,
)
from models.columns import table_of

RECORDS, CREDITS, DUTIES, SHARED = table_of(Record), table_of(Credit), table_of(Duty), table_of(RecordStudio)
ASSESSMENTS, RESULTS, SEATS, PEOPLE = table_of(Assessment), table_of(Result), table_of(Seat), table_of(Person)
CONSEQUENCES, DOCUMENTS, ATTENDANCES = table_of(Consequence), table_of(Document), table_of(Attendance)
RECTIFICATIONS = table_of(Rectification)
HONOURS = ("title", "award", "certificate", "credits", "commend", "reward", "priority")


def records_of_studio(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """What was held and handed in, the latest first: each with the obligation it was first counted for, and how."""
    counted = (
        select(CREDITS.c.record_id, func.min(DUTIES.c.key).label("key"), func.min(CREDITS.c.standing).label("credit"), func.max(DUTIES.c.unit_kind).label("unit_kind"),
               func.max(DUTIES.c.unit_id).label("unit_id"))
        .join(DUTIES, DUTIES.c.id == CREDITS.c.duty_id)
        .where(DUTIES.c.studio_id == studio_id)
        .group_by(CREDITS.c.record_id)
        .subquery()
    )  # fmt: skip
    shared = select(SHARED.c.record_id).where(SHARED.c.studio_id == studio_id)
    joined = RECORDS.join(PEOPLE, PEOPLE.c.id == RECORDS.c.filed_by).outerjoin(
        counted, counted.c.record_id == RECORDS.c.id
    )
    return session.execute(
        select(
            RECORDS, PEOPLE.c.name.label("by"), counted.c.key, counted.c.credit, counted.c.unit_kind, counted.c.unit_id
        )
        .select_from(joined)
        .where(or_(RECORDS.c.studio_id == studio_id, RECORDS.c.id.in_(shared)), RECORDS.c.standing == "held")
        .order_by(RECORDS.c.held_on.desc(), RECORDS.c.id.desc())
    ).all()


def results_of_studio(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Results that were delivered, of the studio and of its people: the assessment, the grade, whose."""
    joined = (
        RESULTS.join(ASSESSMENTS, ASSESSMENTS.c.id == RESULTS.c.assessment_id)
        .outerjoin(SEATS, SEATS.c.id == RESULTS.c.seat_id)
        .outerjoin(RECTIFICATIONS, RECTIFICATIONS.c.assessment_id == ASSESSMENTS.c.id)
    )
    return session.execute(
        select(
            RESULTS,
            ASSESSMENTS.c.title,
            ASSESSMENTS.c.period,
            ASSESSMENTS.c.released_at,
            SEATS.c.person_id,
            RECTIFICATIONS.c.verdict,
        )
        .select_from(joined)
        .where(ASSESSMENTS.c.studio_id == studio_id, ASSESSMENTS.c.released_at.is_not(None))
        .order_by(ASSESSMENTS.c.released_at.desc(), RESULTS.c.id)
    ).all()


def mended_in(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """What a studio had to mend, with the assessment that found it, the latest first."""
    return session.execute(
        select(RECTIFICATIONS, ASSESSMENTS.c.title, ASSESSMENTS.c.period, ASSESSMENTS.c.released_at)
        .join(ASSESSMENTS, ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id)
        .where(RECTIFICATIONS.c.studio_id == studio_id)
        .order_by(RECTIFICATIONS.c.id.desc())
    ).all()


def honours_of(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Titles, awards, certificates and credits that followed from results: for the studio, or for a person."""
    return session.execute(
        select(CONSEQUENCES)
        .where(CONSEQUENCES.c.studio_id == studio_id, CONSEQUENCES.c.kind.in_(HONOURS))
        .order_by(CONSEQUENCES.c.at.desc(), CONSEQUENCES.c.id)
    ).all()


def papers_of_studio(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Official papers about a studio, with their numbers."""
    return session.execute(
        select(DOCUMENTS.c.id, DOCUMENTS.c.kind, DOCUMENTS.c.number, DOCUMENTS.c.requested_at)
        .where(
            DOCUMENTS.c.subject_kind == "studio", DOCUMENTS.c.subject_id == studio_id, DOCUMENTS.c.revoked_at.is_(None)
        )
        .order_by(DOCUMENTS.c.id.desc())
    ).all()


def marks_in(session: Session, record_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Who was marked how at these activities, in the order they were marked."""
    if not record_ids:
        return ()
    return session.execute(
        select(ATTENDANCES.c.record_id, ATTENDANCES.c.person_id, ATTENDANCES.c.mark, PEOPLE.c.name)
        .join(PEOPLE, PEOPLE.c.id == ATTENDANCES.c.person_id)
        .where(ATTENDANCES.c.record_id.in_(list(record_ids)))
        .order_by(ATTENDANCES.c.id)
    ).all()


def record_in_studio(session: Session, studio_id: int, record_id: int) -> Row[Any] | None:
    """One record of a studio."""
    return session.execute(
        select(RECORDS).where(and_(RECORDS.c.id == record_id, RECORDS.c.studio_id == studio_id))
    ).first()
