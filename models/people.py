"""People (人员): who they are, the posts they hold, what they have earned, and for whom they may act."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import one_of, reference

ROLES = ("administrator", "officer", "viewer", "expert", "assessor")


class Person(SQLModel, table=True):
    """One person of the roster; `works_at` is set for people from outside the tree (experts)."""

    id: int | None = Field(default=None, primary_key=True)
    staff_no: str = Field(unique=True)
    name: str = Field(index=True)
    gender: str = ""
    born_on: date | None = None
    phone: str = ""
    email: str = ""
    works_at: str = ""
    rank_title: str = ""
    school_stage: str = ""


class Post(SQLModel, table=True):
    """A post (职务) a person holds in a body over a time; the fact behind 'in post as principal since'."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    body_id: int = reference("body.id")
    kind: str
    title: str = ""
    subject: str = ""
    established: bool = True
    from_on: date | None = None
    to_on: date | None = None


class Credential(SQLModel, table=True):
    """A title, honour, training, paper, project or commitment, with its level and date; the evidence of a criterion."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    kind: str
    name: str
    level: str = ""
    on: date | None = None
    until: date | None = None
    published: bool = False
    key: bool = False
    file_sha256: str | None = Field(default=None, foreign_key="file.sha256")
    confirmed_by: int | None = reference("person.id", index=False, default=None)


class Appointment(SQLModel, table=True):
    """A role in a body: an officer decides for it, a viewer reads, an expert reviews for it."""

    __table_args__ = (one_of("role", *ROLES), UniqueConstraint("person_id", "body_id", "role", "from_on"))

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    body_id: int = reference("body.id")
    role: str
    from_on: date
    to_on: date | None = None


class Substitution(SQLModel, table=True):
    """A person (`by`) acts for another (`for`) in one body between two days; both names are recorded."""

    __table_args__ = (CheckConstraint("for_person_id <> by_person_id", name="not_oneself"),)

    id: int | None = Field(default=None, primary_key=True)
    for_person_id: int = reference("person.id")
    by_person_id: int = reference("person.id")
    body_id: int = reference("body.id")
    from_on: date
    to_on: date
    made_at: datetime


class Tie(SQLModel, table=True):
    """A tie that asks for recusal (回避): to a body or to a person, declared or found."""

    __table_args__ = (CheckConstraint("(body_id IS NULL) <> (other_person_id IS NULL)", name="one_end"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    body_id: int | None = reference("body.id", default=None)
    other_person_id: int | None = reference("person.id", default=None)
    kind: str
    source: str
