"""Facts of a cycle's life: what is owed, judged, mended, decided and paid."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Any

from models.facts.base import Facts
from models.facts.studios import SeatFact
from models.values import dataclass


@dataclass(frozen=True, slots=True)
class Anchors:
    """The days from which a due day may be told; None where there is none.

    `starts_on`: the first day of the cycle. `event_on`: the day of the record it is owed for. `announced_on`: when it was asked.
    """

    begins_on: date | None = None
    ends_on: date | None = None
    starts_on: date | None = None
    event_on: date | None = None
    announced_on: date | None = None


@dataclass(frozen=True, slots=True)
class DutyFacts(Facts):
    """A duty: when it begins and is due and from which days that is told, how many records it needs and has, and which wait.

    `records`: those that were handed in for it. `themes`: those that count for its obligation in this cycle. `blocking`: open
    duties that stand in its way. Which signatures are out, and who has a seat in its studio.
    """

    seats: tuple[SeatFact, ...] = ()
    unsigned: tuple[str, ...] = ()
    begins_on: date | None = None
    due_on: date | None = None
    days: Anchors = Anchors()
    need: int = 1
    counted: int = 0
    claimed: int = 0
    records: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GradedSeat:
    """Somebody with a seat whom an assessment may be about."""

    seat_id: int
    person_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class AbsenceFact:
    """Of the activities at which somebody's attendance was taken, how many there were and how many were missed without leave."""

    seat_id: int
    name: str
    role: str
    held: int
    missed: int


@dataclass(frozen=True, slots=True)
class AssessmentFacts(Facts):
    """An assessment: when it opens and is due, whom it may grade, what stands in its way, whom it must hear, what is out already.

    `results`: the released grades of the same cycle by assessment, after rectification. `days`: what the due day is told from,
    of the assessment named `beside` where it is held in step with one.
    """

    opens_on: date | None = None
    due_on: date | None = None
    days: Anchors = Anchors()
    beside: str = ""
    seats: tuple[GradedSeat, ...] = ()
    blocking: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    results: Mapping[str, str] = field(default_factory=dict)
    absences: tuple[AbsenceFact, ...] = ()


@dataclass(frozen=True, slots=True)
class RectificationFacts(Facts):
    """A rectification: its limit as it was fixed at delivery."""

    limit_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts(Facts):
    """A question put to a body: its choices or the range of a share, those choices for which members are named, the members.

    `corrects`: the choices that put another grade in the place of a result.
    """

    choices: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    names_seats: frozenset[str] = frozenset()
    corrects: frozenset[str] = frozenset()
    seats: tuple[int, ...] = ()
    due_on: date | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantFacts(Facts):
    """An entitlement: what is due of it in fen (None: the payer sets it), the result it waits for, and whether that is out."""

    amount_fen: int | None = None
    share: int = 100
    waits_for: str = ""
    result_out: bool = True
    due_on: date | None = None
