"""What the API takes and gives: plain models apart from the tables; unknown keys are refused."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Taken(BaseModel):
    """Base of what comes in."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """Base of what goes out; filled from rows."""

    model_config = ConfigDict(from_attributes=True)


class CaseOut(Given):
    """A case in a box."""

    run_id: int
    version: int
    stage: str
    step: str
    state: str
    application_id: int | None
    round_id: int | None
    number: str
    person: str
    body: str
    studio: str
    entered_at: datetime
    due_at: datetime | None
    due_provisional: bool
    ended_at: datetime | None
    outcome: str | None


class LeaveOut(BaseModel):
    """Leave that somebody asked for and that waits for an answer; due when the activity begins, or its day ends."""

    id: int
    record_id: int
    person: str
    reason: str
    title: str
    studio: str
    held_on: date
    due_at: datetime
    asked_at: datetime


class InboxOut(BaseModel):
    """A page of a box; leave to answer stands beside its cases, on every page, and is not in their total."""

    box: str
    page: int
    total: int
    items: list[CaseOut]
    leaves: list[LeaveOut] = []


class ApplicationOut(Given):
    """An application."""

    id: int
    number: str | None
    path: str
    person: str
    body: str
    kind: str
    subject: str
    school_stage: str
    studio_name: str
    round_id: int | None
    submitted_at: datetime | None
    outcome: str | None


class RunOut(Given):
    """One step of an application."""

    id: int
    stage: str
    step: str
    branch: str
    state: str
    version: int
    desk: str
    entered_at: datetime
    due_at: datetime | None
    due_provisional: bool
    ended_at: datetime | None
    outcome: str | None


class ApplicationPageOut(BaseModel):
    """A page of applications."""

    page: int
    total: int
    items: list[ApplicationOut]


class ApplicationDetailOut(ApplicationOut):
    """An application with its steps."""

    runs: list[RunOut] = []


class RoundOut(Given):
    """A round."""

    id: int
    code: str
    path: str
    year: int
    title: str
    opens_on: date
    closes_on: date
    launched_at: datetime | None
    run_id: int
    run_version: int
    state: str


class ListOut(Given):
    """A list of a round."""

    id: int
    act: str
    step: str
    number: str | None
    code: str | None
    sha256: str | None
    seed: str | None
    drafted_at: datetime
    made_at: datetime | None
    applied_at: datetime | None
    settled: int
    entries: int


class MessageOut(Given):
    """A message to oneself."""

    id: int
    notice: str
    subject: str
    status: str
    run_id: int | None
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


class ProgrammeOut(Given):
    """A version of a programme."""

    id: int
    code: str
    title: str
    authority: str
    number: int
    in_force_on: date
    sha256: str
    rounds: int
    cycles: int


class PlaceIn(Taken):
    """A quota that the authority sets."""

    scope: str
    at_most: int | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    body_id: int | None = None
    kind: str = ""


class RoundIn(Taken):
    """A round to be planned."""

    programme: str
    title: str = Field(min_length=1, max_length=120)
    year: int = Field(ge=2000, le=2100)
    opens_on: date
    closes_on: date
    path: str = "apply"
    prefix: str = Field(default="", max_length=12)
    quotas: list[PlaceIn] = Field(default=[], max_length=500)
    timetable: dict[str, date] = {}


class RoundPlannedOut(BaseModel):
    """A planned round and its run, to be launched by `POST /api/runs/{run_id}/launch`."""

    round_id: int
    run_id: int


class ActIn(Taken):
    """An event sent to a run: the version it was seen in, and what the event carries (reason, judged, marks…)."""

    version: int | None = None
    payload: dict[str, Any] = {}


class ActOut(BaseModel):
    """What became of a run."""

    run_id: int
    state: str
    version: int
    ended: bool
    due_at: datetime | None


class DraftIn(Taken):
    """A list to be drafted: the seed of a draw, how many stay in reserve, or only some runs."""

    seed: str = Field(default="", max_length=120)
    limit: int | None = Field(default=None, ge=1)
    reserved: int | None = Field(default=None, ge=0)
    runs: list[int] | None = None


class DraftOut(BaseModel):
    """A drafted list, to be made by `POST /api/listings/{listing_id}/make`."""

    listing_id: int
    entries: int
    refused: Mapping[int, str]


class MadeOut(BaseModel):
    """A made list: its code, its number if it has one, and how far it is applied."""

    listing_id: int
    code: str
    number: str | None
    settled: int
    entries: int


class ErrorOut(BaseModel):
    """Why not: the name of the guard, one sentence, the clause, and what is missing. Nothing was changed."""

    error: str
    message: str
    clause: str = ""
    missing: list[str] = []
