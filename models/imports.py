"""Imports (导入): long checks and imports of a roster that go on while their page waits."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import document, one_of, reference


class ImportJob(SQLModel, table=True):
    """One check or import of one workbook: of a roster, or of the established studios of a programme.

    `beat_at` says that somebody still works at it; `result` what came of it.
    """

    __table_args__ = (
        one_of("kind", "check", "store"),
        one_of("state", "asked", "running", "done", "refused", "failed"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(index=True)
    kind: str
    body_id: int | None = reference("body.id", default=None)
    round_id: int | None = reference("round.id", default=None)
    programme_id: int | None = reference("programme.id", default=None)
    only_good: bool = False
    asked_by: int = reference("person.id", index=False)
    asked_at: datetime
    state: str = "asked"
    phase: str = ""
    done: int = 0
    whole: int = 0
    beat_at: datetime | None = None
    ended_at: datetime | None = None
    result: dict[str, Any] = document()
    says: str = ""
