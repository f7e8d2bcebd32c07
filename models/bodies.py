"""Bodies (机构): the tree of bureaus, schools and departments, and which of them plays which part in a programme."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import one_of, reference

LEVELS = ("department", "school", "township", "county", "city", "province")


class Body(SQLModel, table=True):
    """One body; its parent is the body that supervises it."""

    __table_args__ = (
        one_of("level", *LEVELS),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    level: str
    name: str
    parent_id: int | None = reference("body.id", default=None)
    school_stage: str = ""
    phone: str = ""
    email: str = ""
    until: date | None = None


class Casting(SQLModel, table=True):
    """Which real body plays a programme's body, from a day on; `under_body` narrows it to one county or school."""

    __table_args__ = (UniqueConstraint("programme_id", "key", "under_body_id", "from_on"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = reference("programme.id")
    key: str
    under_body_id: int | None = reference("body.id", default=None)
    body_id: int = reference("body.id")
    from_on: date
    to_on: date | None = None
