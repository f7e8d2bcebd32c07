"""Activities (活动) as pages read them: one with who should be there, who asked for leave, what proves it and what it counts for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlmodel import Session

from models import (
    Attendance,
    Body,
    Credit,
    Duty,
    File,
    Leave,
    Person,
    Record,
    RecordFile,
    RecordStudio,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of

RECORDS, SHARED, FILES = table_of(Record), table_of(RecordStudio), table_of(RecordFile)
ATTENDANCES, LEAVES, CREDITS, DUTIES = table_of(Attendance), table_of(Leave), table_of(Credit), table_of(Duty)
SEATS, PEOPLE, BODIES, RUNS = table_of(Seat), table_of(Person), table_of(Body), table_of(StageRun)
STUDIOS, STORED = table_of(Studio), table_of(File)


def activity_of(session: Session, record_id: int) -> Row[Any] | None:
    """One activity of a studio, with whoever filed it last; None for what is none."""
    return session.execute(
        select(RECORDS, PEOPLE.c.name.label("filed_by_name"))
        .join(PEOPLE, PEOPLE.c.id == RECORDS.c.filed_by)
        .where(RECORDS.c.id == record_id, RECORDS.c.kind == "activity", RECORDS.c.studio_id.is_not(None))
    ).first()


def expected(session: Session, studio_id: int, on: date) -> Sequence[Row[Any]]:
    """Who had a seat in a studio on a day, the host first."""
    return session.execute(
        select(SEATS.c.id, SEATS.c.person_id, SEATS.c.role, PEOPLE.c.name, BODIES.c.name.label("body"))
        .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
        .join(BODIES, BODIES.c.id == SEATS.c.body_id)
        .where(SEATS.c.studio_id == studio_id, SEATS.c.from_on <= on, or_(SEATS.c.to_on.is_(None), SEATS.c.to_on >= on))
        .order_by(SEATS.c.role != "host", SEATS.c.id)
    ).all()


def marks_of(session: Session, record_id: int) -> Mapping[int, str]:
    """Who was marked how at an activity, by person."""
    found = session.execute(
        select(ATTENDANCES.c.person_id, ATTENDANCES.c.mark).where(ATTENDANCES.c.record_id == record_id)
    )
    return {row.person_id: row.mark for row in found}


def leaves_of(session: Session, record_id: int) -> Mapping[int, Row[Any]]:
    """Who asked for leave from an activity, with the answer, by person."""
    found = session.execute(
        select(LEAVES, PEOPLE.c.name)
        .join(PEOPLE, PEOPLE.c.id == LEAVES.c.person_id)
        .where(LEAVES.c.record_id == record_id)
    )
    return {row.person_id: row for row in found}


def files_of(session: Session, record_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The files that prove these records, oldest first."""
    return session.execute(
        select(FILES, STORED.c.size, STORED.c.type)
        .join(STORED, STORED.c.sha256 == FILES.c.file_sha256)
        .where(FILES.c.record_id.in_(list(record_ids)))
        .order_by(FILES.c.id)
    ).all()


def file_of_record(session: Session, record_id: int, file_id: int) -> Row[Any] | None:
    """One file of a record, as it is served."""
    return session.execute(
        select(FILES.c.file_sha256, FILES.c.filename, FILES.c.proof, STORED.c.type)
        .join(STORED, STORED.c.sha256 == FILES.c.file_sha256)
        .where(FILES.c.id == file_id, FILES.c.record_id == record_id)
    ).first()


def duties_named(session: Session, studio_id: int, keys: Collection[str], on: date) -> Sequence[Row[Any]]:
    """The duties of these obligations whose period holds a day, with the run of each."""
    return session.execute(
        select(DUTIES, RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.state, RUNS.c.ended_at, RUNS.c.version_id)
        .join(RUNS, and_(RUNS.c.subject_kind == "duty", RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id == studio_id, DUTIES.c.key.in_(list(keys)), DUTIES.c.begins_on <= on, DUTIES.c.ends_on >= on)
        .order_by(DUTIES.c.due_on, DUTIES.c.id)
    ).all()  # fmt: skip


def credits_of_record(session: Session, record_id: int) -> Sequence[Row[Any]]:
    """What a record was counted for: the duty, how it stands, why not."""
    return session.execute(
        select(CREDITS, DUTIES.c.title, DUTIES.c.key, DUTIES.c.studio_id, STUDIOS.c.name.label("studio"))
        .join(DUTIES, DUTIES.c.id == CREDITS.c.duty_id)
        .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
        .where(CREDITS.c.record_id == record_id)
        .order_by(CREDITS.c.id)
    ).all()


def records_of_duty(session: Session, duty_id: int) -> Sequence[Row[Any]]:
    """What was handed in for a duty, the newest first: the record, how it was counted, by whom it was handed in."""
    return session.execute(
        select(
            RECORDS,
            CREDITS.c.standing.label("credit"),
            CREDITS.c.reason.label("credit_reason"),
            CREDITS.c.late,
            PEOPLE.c.name,
        )
        .join(CREDITS, CREDITS.c.record_id == RECORDS.c.id)
        .join(PEOPLE, PEOPLE.c.id == RECORDS.c.filed_by)
        .where(CREDITS.c.duty_id == duty_id)
        .order_by(RECORDS.c.id.desc())
    ).all()


def taking_part(session: Session, record_id: int) -> Sequence[Row[Any]]:
    """Other studios that take part in an activity."""
    return session.execute(
        select(STUDIOS.c.id, STUDIOS.c.name)
        .join(SHARED, SHARED.c.studio_id == STUDIOS.c.id)
        .where(SHARED.c.record_id == record_id)
        .order_by(STUDIOS.c.id)
    ).all()


@dataclass(frozen=True, slots=True)
class LeaveToAnswer:
    """Leave that somebody asked for, and one of those who may answer it; due when the activity begins, or its day ends."""

    answers_id: int
    leave_id: int
    person: str
    title: str
    studio: str
    held_on: date
    starts_at: datetime | None


def leaves_to_answer(session: Session) -> Sequence[LeaveToAnswer]:
    """All leave that nobody has answered, once for each who may: the host and whoever assists; the soonest first. One query."""
    assistants = (
        select(SEATS.c.person_id)
        .where(SEATS.c.studio_id == STUDIOS.c.id, SEATS.c.to_on.is_(None))
        .where(or_(SEATS.c.role == "assistant", SEATS.c.duty_role == "assistant"))
    )
    answers = PEOPLE.alias("answers")
    rows = session.execute(
        select(answers.c.id.label("answers_id"), LEAVES.c.id.label("leave_id"), PEOPLE.c.name.label("person"), RECORDS.c.title,
               STUDIOS.c.name.label("studio"), RECORDS.c.held_on, RECORDS.c.starts_at)
        .join(RECORDS, RECORDS.c.id == LEAVES.c.record_id)
        .join(STUDIOS, STUDIOS.c.id == RECORDS.c.studio_id)
        .join(PEOPLE, PEOPLE.c.id == LEAVES.c.person_id)
        .join(answers, or_(answers.c.id == STUDIOS.c.host_id, answers.c.id.in_(assistants)))
        .where(LEAVES.c.answer == "", RECORDS.c.standing != "cancelled")
        .order_by(RECORDS.c.held_on, RECORDS.c.starts_at, LEAVES.c.id)
    )  # fmt: skip
    return [LeaveToAnswer(**row._mapping) for row in rows]  # noqa: SLF001  the columns are the fields


def leaves_waiting(session: Session, person_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Leave that waits for one of these people to answer it, as host of the studio or as whoever assists them; the soonest first."""
    ids = list(person_ids)
    assists = exists().where(
        SEATS.c.studio_id == RECORDS.c.studio_id, SEATS.c.person_id.in_(ids), SEATS.c.to_on.is_(None),
        or_(SEATS.c.role == "assistant", SEATS.c.duty_role == "assistant"),
    )  # fmt: skip
    return session.execute(
        select(LEAVES.c.id, LEAVES.c.record_id, LEAVES.c.person_id, LEAVES.c.reason, LEAVES.c.asked_at, PEOPLE.c.name, RECORDS.c.title, RECORDS.c.held_on,
               RECORDS.c.starts_at, RECORDS.c.place, RECORDS.c.studio_id, STUDIOS.c.name.label("studio"))
        .join(RECORDS, RECORDS.c.id == LEAVES.c.record_id)
        .join(STUDIOS, STUDIOS.c.id == RECORDS.c.studio_id)
        .join(PEOPLE, PEOPLE.c.id == LEAVES.c.person_id)
        .where(LEAVES.c.answer == "", RECORDS.c.standing != "cancelled", or_(STUDIOS.c.host_id.in_(ids), assists))
        .order_by(RECORDS.c.held_on, RECORDS.c.starts_at, LEAVES.c.id)
    ).all()  # fmt: skip


def unfiled(session: Session, studio_id: int, before: date) -> Sequence[Row[Any]]:
    """Planned activities whose day has passed without a record, the oldest first."""
    return session.execute(
        select(RECORDS)
        .where(RECORDS.c.studio_id == studio_id, RECORDS.c.kind == "activity", RECORDS.c.standing == "planned")
        .where(func.coalesce(RECORDS.c.ends_on, RECORDS.c.held_on) < before)
        .order_by(RECORDS.c.held_on, RECORDS.c.id)
    ).all()
