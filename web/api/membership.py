"""What the API takes and gives where people join, leave, are placed and named."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from web.api.bodies import Taken


class ApplicationIn(Taken):
    """An application of oneself in an open round; `studio_id`: to follow the host of a studio that seeks its next one."""

    round_id: int
    studio_id: int | None = None
    answers: dict[str, Any] = Field(default={}, max_length=30)


class AnswersIn(Taken):
    """Fields of a draft, by the names that the form has; `wishes`: studio ids in their order."""

    answers: dict[str, Any] = Field(max_length=30)


class SeatIn(Taken):
    """An application to join a studio, or on an exit path to leave it: of oneself, or of the person with this staff number and name."""

    studio_id: int
    path: str = Field(max_length=80)
    role: str = Field(default="", max_length=80)
    staff_no: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=40)
    answers: dict[str, Any] = Field(default={}, max_length=30)


class LevelIn(Taken):
    """A studio asks to rise, on a path that is open at any time."""

    studio_id: int
    path: str = Field(max_length=80)


class BegunOut(BaseModel):
    """A draft and its run, to be submitted by `POST /api/runs/{run_id}/submit`."""

    application_id: int
    run_id: int


class WrittenOut(BaseModel):
    """A draft as it was written, with the names of the fields that were written."""

    application_id: int
    written: list[str]


class RoleIn(Taken):
    """Somebody is named to a role (by staff number and name), or it is taken back with a reason."""

    role: str = Field(max_length=80)
    staff_no: str = Field(max_length=40)
    name: str = Field(max_length=40)
    take_back: bool = False
    reason: str = Field(default="", max_length=200)


class NamedOut(BaseModel):
    """The run that records who was named or taken back."""

    run_id: int


class PlacementIn(Taken):
    """The round in which places are to be proposed."""

    round_id: int


class EntryIn(Taken):
    """Another place for one person on a drafted placement; no studio: no place."""

    run_id: int
    studio_id: int | None = None
    reason: str = Field(min_length=1, max_length=500)


class EntryOut(BaseModel):
    """One person on a placement: where to, and why."""

    run_id: int
    studio_id: int | None
    studio: str
    decided_by: str
    reason: str
    changed: bool
    refused: str = ""


class PlacementOut(BaseModel):
    """A drafted placement, to be made by `POST /api/placements/{listing_id}/make`."""

    listing_id: int
    entries: list[EntryOut]


class OnCallOut(BaseModel):
    """What may be called for: an obligation (`duty`) or a fund, by its key."""

    kind: str
    key: str
    title: str


class CallIn(Taken):
    """A call for what a text leaves to a call: in which studios, by its key, due on a day to come."""

    studio_ids: list[int] = Field(min_length=1, max_length=2000)
    key: str = Field(max_length=80)
    due_on: date
    reason: str = Field(default="", max_length=200)


class CalledOut(BaseModel):
    """How many were opened; what was called for already on this day is not opened again."""

    opened: int


class LossIn(Taken):
    """What an officer found about a seat."""

    reason: str = Field(min_length=1, max_length=500)


class LossOut(BaseModel):
    """The decision that records it."""

    decision_id: int
