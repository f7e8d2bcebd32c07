"""Applications (申报): somebody asks for one thing by one path; what was written, checked and attached."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, one_of, partial, reference


class Application(SQLModel, table=True):
    """One application; live until it has an outcome."""

    __table_args__ = (
        one_of("gives", "studio", "level", "seat", "exit", "cycle"),
        partial(
            "one_live_in_round",
            "person_id",
            "path",
            "round_id",
            where="outcome IS NULL AND round_id IS NOT NULL",
            unique=True,
        ),
        partial(
            "one_live_in_studio",
            "person_id",
            "path",
            "studio_id",
            where="outcome IS NULL AND studio_id IS NOT NULL",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = reference("programmeversion.id")
    path: str
    gives: str
    person_id: int = reference("person.id")
    body_id: int = reference("body.id")
    county_id: int | None = reference("body.id", default=None)
    direct: bool = False
    role: str = "host"
    kind: str = ""
    subject: str = ""
    school_stage: str = ""
    studio_name: str = ""
    round_id: int | None = reference("round.id", default=None)
    studio_id: int | None = reference("studio.id", default=None)
    cycle_id: int | None = reference("cycle.id", default=None)
    made_by: int | None = reference("person.id", index=False, default=None)
    number: str | None = Field(default=None, unique=True)
    answers: dict[str, Any] = document()
    closes_on: date | None = None
    submitted_at: datetime | None = None
    outcome: str | None = None


class Revision(SQLModel, table=True):
    """What an application said each time it was submitted, and what changed since the time before."""

    __table_args__ = (UniqueConstraint("application_id", "n"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = reference("application.id")
    n: int
    at: datetime
    answers: dict[str, Any] = document()
    changed: list[Any] = entries()


class CriterionCheck(SQLModel, table=True):
    """One criterion of one application: what was found, by whom, and by which clause it is asked."""

    __table_args__ = (
        one_of("result", "passed", "failed", "judge", "waived", "warned"),
        UniqueConstraint("application_id", "place"),
    )

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = reference("application.id")
    place: str
    title: str
    result: str
    value: str = ""
    reason: str = ""
    asks: str = ""
    by_person_id: int | None = reference("person.id", index=False, default=None)
    at: datetime
    origin: dict[str, Any] = document()


class Attachment(SQLModel, table=True):
    """A file that belongs to an application, under the name of the paper it is."""

    __table_args__ = (UniqueConstraint("application_id", "slot", "file_sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = reference("application.id")
    slot: str
    filename: str
    file_sha256: str = reference("file.sha256")
    uploaded_by: int = reference("person.id", index=False)
    uploaded_at: datetime
    removed_at: datetime | None = None
