"""Papers (文书): number series, requested documents and stored files."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, one_of, reference


class Series(SQLModel, table=True):
    """The last number given in a series of one authority and year; numbers never repeat and leave no gap."""

    __table_args__ = (UniqueConstraint("body_id", "kind", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    body_id: int = reference("body.id")
    kind: str
    year: int
    last: int = 0


class Document(SQLModel, table=True):
    """A document asked for by a transition; it is rendered later, its number and contents are fixed here."""

    __table_args__ = (
        one_of(
            "kind", "announcement", "plaque", "certificate", "circular", "notice", "minutes", "rectification_notice"
        ),
        UniqueConstraint("kind", "body_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    body_id: int = reference("body.id")
    number: str
    subject_kind: str
    subject_id: int
    template: str = ""
    context: dict[str, Any] = document()
    sha256: str | None = None
    requested_at: datetime
    issued_at: datetime | None = None
    revoked_at: datetime | None = None


class File(SQLModel, table=True):
    """A stored file, by its SHA-256; its bytes lie outside the web root."""

    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    sha256: str = Field(primary_key=True)
    size: int
    type: str
    stored_at: datetime
