"""Studios (工作室), their cycles (周期) and seats (席位)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import one_of, partial, reference


class Studio(SQLModel, table=True):
    """A studio, named after its host."""

    __table_args__ = (
        one_of("standing", "forming", "active", "suspended", "revoked", "ended", "lapsed"),
        partial(
            "one_active_studio_per_host",
            "programme_id",
            "host_id",
            where="standing IN ('forming', 'active', 'suspended')",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = reference("programme.id")
    name: str
    kind: str = ""
    level: str
    host_id: int = reference("person.id")
    home_body_id: int = reference("body.id")
    base_name: str = ""
    standing: str = "forming"
    made_at: datetime


class Cycle(SQLModel, table=True):
    """One term of a studio under one version of its programme.

    `recombined_by`: the transition that had its roster composed anew. `granted_on`: when it was given, if later than its
    first day. `opened_to`: the last day whose openings are done; `opens_next_on`: the next on which something opens.
    """

    __table_args__ = (UniqueConstraint("studio_id", "number"), CheckConstraint("begins_on <= ends_on", name="in_order"))

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    number: int
    version_id: int = reference("programmeversion.id")
    begins_on: date
    ends_on: date
    recombined_by: int | None = None
    granted_on: date | None = None
    opened_to: date | None = None
    opens_next_on: date | None = Field(default=None, index=True)
    books_closed_on: date | None = None


class Seat(SQLModel, table=True):
    """A person in a studio, from one day to another."""

    __table_args__ = (
        partial("one_seat_each", "studio_id", "person_id", where="to_on IS NULL", unique=True),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    person_id: int = reference("person.id")
    role: str
    duty_role: str = ""
    body_id: int = reference("body.id")
    from_on: date
    to_on: date | None = None
    why_ended: str = ""
    application_id: int | None = reference("application.id", index=False, default=None)
