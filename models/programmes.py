"""Programmes (办法): the regulation of one authority and its immutable versions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, reference


class Programme(SQLModel, table=True):
    """A regulation as one authority runs it."""

    __table_args__ = (UniqueConstraint("code", "authority_body_id"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str
    title: str
    authority_body_id: int = reference("body.id")


class ProgrammeVersion(SQLModel, table=True):
    """One version: the text as written and as expanded; frozen once a round or a cycle uses it."""

    __table_args__ = (UniqueConstraint("programme_id", "number"), UniqueConstraint("programme_id", "sha256"))

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = reference("programme.id")
    number: int
    text: str
    expanded: dict[str, Any] = document()
    sha256: str
    in_force_on: date
    frozen_at: datetime | None = None
