"""Runs (办理事项) and transitions (办理记录): where every case stands, and every step that brought it there."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, entries, partial, reference


class StageRun(SQLModel, table=True):
    """One stage of one subject. `desk` says who must act now; `held_by` who answers for the branch."""

    __table_args__ = (
        partial(
            "one_live_run",
            "subject_kind",
            "subject_id",
            "stage",
            "step",
            "branch",
            where="ended_at IS NULL",
            unique=True,
        ),
        partial("on_desk", "desk", "due_at", where="desk <> '' AND ended_at IS NULL"),
        partial("to_wake", "wake_at", where="wake_at IS NOT NULL"),
        partial("live_in_round", "round_id", "stage", "state", where="ended_at IS NULL"),
        partial("ended_in_round", "round_id", "outcome", "held_by", where="outcome IS NOT NULL"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_with_outcome"),
        partial("live_in_studio", "studio_id", "subject_kind", where="ended_at IS NULL"),
        Index("run_of_subject", "subject_kind", "subject_id"),
        Index("run_of_application", "application_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    stage: str
    path: str = ""
    step: str = ""
    branch: str = ""
    subject_kind: str
    subject_id: int
    version_id: int = reference("programmeversion.id", index=False)
    round_id: int | None = reference("round.id", index=False, default=None)
    application_id: int | None = reference("application.id", index=False, default=None)
    studio_id: int | None = reference("studio.id", default=None)
    parent_id: int | None = reference("stagerun.id", default=None)
    state: str
    version: int = 0
    entered_at: datetime
    due_at: datetime | None = None
    due_steps: list[Any] = entries()
    due_provisional: bool = False
    wake_at: datetime | None = None
    attempts: int = 0
    head: str = ""
    desk: str = ""
    held_by: str = ""
    ended_at: datetime | None = None
    outcome: str | None = None


class Transition(SQLModel, table=True):
    """One step of one run: who, for whom, when, from where to where, why, by which rule; chained by hash."""

    __table_args__ = (UniqueConstraint("run_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = reference("stagerun.id", index=False)
    version: int
    event: str
    from_state: str
    to_state: str
    actor_id: int | None = reference("person.id", default=None)
    actor_kind: str
    for_person_id: int | None = reference("person.id", index=False, default=None)
    at: datetime
    payload: dict[str, Any] = document()
    reason: str = ""
    origin: dict[str, Any] = document()
    request_id: str | None = Field(default=None, index=True)
    cause_id: int | None = Field(default=None, index=True)
    listing_id: int | None = reference("listing.id", default=None)
    before: str
    hash: str


class Request(SQLModel, table=True):
    """An act asked for once: its row comes first, so that a replay finds it and gets the same answer."""

    id: str = Field(primary_key=True)
    actor: str
    act: str
    payload_hash: str
    answer: dict[str, Any] = document()
    at: datetime


class Incident(SQLModel, table=True):
    """Work that failed too often for the clock to go on by itself; a person resolves it."""

    __table_args__ = (partial("open_incidents", "raised_at", where="resolved_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    run_id: int | None = reference("stagerun.id", default=None)
    message_id: int | None = reference("message.id", default=None)
    what: str
    raised_at: datetime
    resolved_at: datetime | None = None
    resolved_by: int | None = reference("person.id", index=False, default=None)
    resolution: str = ""


class Lease(SQLModel, table=True):
    """Who leads: one row a job, with a term that only grows (the fencing token)."""

    name: str = Field(primary_key=True)
    holder: str
    term: int
    until: datetime
