"""Facts of establishing a studio, of its seats, and of going on."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from models.facts.applications import VoteFact
from models.facts.base import Facts, QuotaFact
from models.values import dataclass


@dataclass(frozen=True, slots=True)
class PlaqueFacts(Facts):
    """What stands before the plaque: open duties by name, and the places it counts against."""

    unjudged: tuple[tuple[str, str], ...] = ()
    unmet: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    quotas: tuple[QuotaFact, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatFact:
    """Somebody who has a seat in a studio: the role, the further role held within it, and whether of the host's school."""

    name: str
    role: str
    duty_role: str
    own_school: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """A studio that somebody may join: who has a seat in it, and whether the one who asks is of its host's school or is seated already."""

    title: str
    seats: tuple[SeatFact, ...] = ()
    own_school: bool = False
    has_seat: bool = False


@dataclass(frozen=True, slots=True)
class SeatFacts(Facts):
    """Somebody about to join or leave: the studios that may be joined, which one was asked for, when, and in which cycle.

    `studio_id`: None where seats are given centrally. `cycle`: first and last day of the cycle that runs, None before the plaque.
    """

    rosters: Mapping[int, Roster] = field(default_factory=dict)
    studio_id: int | None = None
    asked_on: date | None = None
    cycle: tuple[date, date] | None = None
    unjudged: tuple[tuple[str, str], ...] = ()
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenewalFacts(Facts):
    """A studio that asks to go on: the results its cycle has, what it waits for, and until when it may ask."""

    results: Mapping[str, str] = field(default_factory=dict)
    cycle_ends_on: date | None = None
    next_exists: bool = False
    standing: str = ""
    votes: VoteFact = field(default_factory=VoteFact)
