"""Calendars (日历): which days are worked, and when terms begin and end."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import one_of, reference


class CalendarDay(SQLModel, table=True):
    """One day of the bureau's calendar; provisional until the year's 调休 is published."""

    __tablename__ = "calendar_day"
    __table_args__ = (one_of("kind", "weekday", "weekend", "holiday", "makeup"),)

    day: date = Field(primary_key=True)
    kind: str
    working: bool
    name: str = ""
    source: str
    provisional: bool = False


class Term(SQLModel, table=True):
    """A semester (学期) of one bureau."""

    __table_args__ = (UniqueConstraint("body_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    body_id: int = reference("body.id")
    key: str
    kind: str
    begins_on: date
    ends_on: date


class CalendarEdition(SQLModel, table=True):
    """The number of the calendar's edition; it grows with every edit, so that processes know when to read it again."""

    __tablename__ = "calendar_edition"

    id: int = Field(default=1, primary_key=True)
    number: int = 0
