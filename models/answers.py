"""Answers: one thing asked of one party (opinion, 征询) and a question put to an authority (decision, 决定事项)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, one_of, reference


class Opinion(SQLModel, table=True):
    """One answer asked of one person or body for a parent run: a score, vote, hearing, consent or signature."""

    __table_args__ = (
        one_of("kind", "score", "vote", "hearing", "consent", "signature", "survey"),
        UniqueConstraint("run_id", "kind", "party"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = reference("stagerun.id")
    kind: str
    party: str
    place: int = 0
    further: bool = False
    draft: dict[str, Any] = document()
    answer: dict[str, Any] = document()
    mark: float | None = None
    given_at: datetime | None = None
    refused_at: datetime | None = None
    reason: str = ""


class Decision(SQLModel, table=True):
    """A question that the regulation leaves open, with its choices; nothing follows until somebody answers.

    `choices`: each with its `title` and what follows (`then`, as the expanded programme writes consequences).
    `span`: for a share of a fund, the least and most percent.
    """

    id: int | None = Field(default=None, primary_key=True)
    about: str
    studio_id: int | None = reference("studio.id", default=None)
    seat_id: int | None = reference("seat.id", index=False, default=None)
    desk: str = ""
    due_on: date | None = None
    question: str
    choices: list[Any] = entries()
    span: dict[str, Any] = document()
    fund: str = ""
    origin: dict[str, Any] = document()
    answer: dict[str, Any] = document()
    reason: str = ""
    cause_id: int | None = None


class Objection(SQLModel, table=True):
    """An objection (异议) to one entry of a posted list: signed, or anonymous with facts; found again by its code."""

    __table_args__ = (one_of("ruling", "", "dismissed", "upheld"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = reference("stagerun.id")
    code: str = Field(unique=True)
    anonymous: bool
    name: str = ""
    contact: str = ""
    facts: str
    files: list[Any] = entries()
    filed_at: datetime
    ruling: str = ""
    reason: str = ""
    ruled_at: datetime | None = None
