"""Duties (应办事项), the records (活动记录、材料) that meet them, and what each record was credited to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, one_of, reference


class Duty(SQLModel, table=True):
    """One obligation, one period, one unit."""

    __table_args__ = (UniqueConstraint("studio_id", "key", "period", "unit_kind", "unit_id"),)

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


class Record(SQLModel, table=True):
    """What was done or handed in, by whom and when."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    title: str
    held_on: date | None = None
    place: str = ""
    content: dict[str, Any] = document()
    file_sha256: str | None = reference("file.sha256", index=False, default=None)
    duty_id: int | None = reference("duty.id", default=None)
    filed_by: int = reference("person.id")
    filed_at: datetime


class Credit(SQLModel, table=True):
    """A record counted for a duty, accepted or refused by that duty's receiver."""

    __table_args__ = (UniqueConstraint("record_id", "duty_id"), one_of("standing", "claimed", "accepted", "refused"))

    id: int | None = Field(default=None, primary_key=True)
    record_id: int = reference("record.id", index=False)
    duty_id: int = reference("duty.id")
    amount: int = 1
    standing: str = "claimed"
    by_person_id: int | None = reference("person.id", index=False, default=None)
    reason: str = ""
