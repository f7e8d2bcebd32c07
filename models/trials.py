"""Trials (发布前演练): a drafted round played through before its launch, and what was found."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import document, one_of, reference


class Trial(SQLModel, table=True):
    """One trial of one drafted round. `plan` and `roster` say on what it was run; `beat_at` that somebody still works at it."""

    __table_args__ = (one_of("state", "asked", "running", "done", "refused", "failed"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id")
    plan: str
    roster: str
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
