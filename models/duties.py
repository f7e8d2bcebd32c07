"""Duties (应办事项), the records (活动记录、材料) that meet them, and what each record was credited to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, one_of, partial, reference


class Duty(SQLModel, table=True):
    """One obligation, one period, one unit; before the first cycle one of its studio.

    `record_id`: the record it is owed for. `soft`: reminded and reported, never overdue. `waived`: why it was never owed; it has no run.
    """

    __table_args__ = (
        UniqueConstraint("cycle_id", "key", "period", "unit_kind", "unit_id"),
        partial(
            "one_duty_before_the_cycle",
            "studio_id",
            "key",
            "period",
            "unit_kind",
            "unit_id",
            where="cycle_id IS NULL",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    cycle_id: int | None = reference("cycle.id", default=None)
    key: str
    period: str
    unit_kind: str
    unit_id: int
    title: str
    need: int = 1
    counted: int = 0
    begins_on: date | None = None
    ends_on: date | None = None
    due_on: date | None = None
    responsible: str
    receiver: str = ""
    blocks: list[Any] = entries()
    soft: bool = False
    waived: str = ""
    record_id: int | None = reference("record.id", default=None)


class Record(SQLModel, table=True):
    """What was planned, done or handed in, by whom and when.

    `agenda`: the keys of the obligations it is held for, or `key/unit` where they are owed for each of several.
    """

    __table_args__ = (
        one_of("standing", "planned", "held", "cancelled"),
        CheckConstraint("minutes IS NULL OR minutes >= 0", name="minutes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    title: str
    studio_id: int | None = reference("studio.id", default=None)
    standing: str = "held"
    held_on: date | None = None
    ends_on: date | None = None
    starts_at: datetime | None = None
    minutes: int | None = None
    place: str = ""
    theme: str = ""
    agenda: list[Any] = entries()
    level: str = ""
    published: bool = False
    link: str = ""
    content: dict[str, Any] = document()
    file_sha256: str | None = reference("file.sha256", index=False, default=None)
    filed_by: int = reference("person.id")
    filed_at: datetime


class RecordStudio(SQLModel, table=True):
    """A studio that took part in an event of another, so that it may count for both."""

    __table_args__ = (UniqueConstraint("record_id", "studio_id"),)

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    studio_id: int = reference("studio.id")


class RecordFile(SQLModel, table=True):
    """A file that proves a record, under the name of the proof it is."""

    __table_args__ = (UniqueConstraint("record_id", "proof", "file_sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    proof: str
    filename: str
    file_sha256: str = reference("file.sha256")
    uploaded_by: int = reference("person.id", index=False)
    uploaded_at: datetime


class Attendance(SQLModel, table=True):
    """Whether somebody was at an activity."""

    __table_args__ = (
        UniqueConstraint("record_id", "person_id"),
        one_of("mark", "present", "late", "absent", "leave"),
    )

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    person_id: int = reference("person.id")
    mark: str
    noted_by: int | None = reference("person.id", index=False, default=None)
    noted_at: datetime


class Leave(SQLModel, table=True):
    """Leave asked for before an activity starts (请假); without an answer it does not count as granted."""

    __table_args__ = (UniqueConstraint("record_id", "person_id"), one_of("answer", "", "granted", "refused"))

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    person_id: int = reference("person.id")
    reason: str
    asked_at: datetime
    answer: str = ""
    answered_by: int | None = reference("person.id", index=False, default=None)
    answered_at: datetime | None = None


class Credit(SQLModel, table=True):
    """A record counted for a duty, accepted or refused by that duty's receiver; `noted`: more than the text counts.

    `late`: it was handed in after the duty's last day.
    """

    __table_args__ = (
        UniqueConstraint("record_id", "duty_id"),
        one_of("standing", "claimed", "accepted", "refused", "noted"),
    )

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    duty_id: int = reference("duty.id")
    amount: int = 1
    standing: str = "claimed"
    by_person_id: int | None = reference("person.id", index=False, default=None)
    reason: str = ""
    late: bool = False
    at: datetime | None = None
