"""Facts of applications and of the tiers that review them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Any

from models.facts.base import Facts, PersonFacts, QuotaFact
from models.values import dataclass


@dataclass(frozen=True, slots=True)
class WishFact:
    """A studio that somebody wishes to join: whether it takes members now, and what it has still to do before (by name)."""

    studio_id: int
    title: str
    takes: bool
    blocking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplicationFacts(Facts):
    """An application at its desk: the person, the papers that are there, judgements given before, and what blocks it.

    `asks`: the notice that tells whoever did not begin it themselves.

    Of the studio to be joined: its host's school and subject, and where it is. `wishes`: the studios wished for, in order;
    `hosts`: how many studios there are that could be joined. `kind_exists`: whether a studio of the kind asked for runs.
    """

    asks: str = ""
    person: PersonFacts = field(default_factory=PersonFacts)
    attached: frozenset[str] = frozenset()
    waived: Mapping[str, str] = field(default_factory=dict)
    authority_body_id: int | None = None
    quotas: tuple[QuotaFact, ...] = ()
    blocking: tuple[str, ...] = ()
    seat_taken: bool = False
    results: Mapping[str, str] = field(default_factory=dict)
    opens_on: date | None = None
    host_school_id: int | None = None
    host_subject: str = ""
    home_body_id: int | None = None
    studio_id: int | None = None
    wishes: tuple[WishFact, ...] = ()
    hosts: int = 0
    cycle: tuple[date, date] | None = None
    barred: str = ""
    kind_exists: bool = True


@dataclass(frozen=True, slots=True)
class VoteFact:
    """How the seats of a body voted: how many count, how many have voted, how many of these agreed, and who was asked."""

    seats: int = 0
    cast: int = 0
    agreed: int = 0
    parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TierFacts(Facts):
    """A review at a tier: quotas, criteria still to be judged, the sealed scan, the ranks in use, and votes where there is one."""

    quotas: tuple[QuotaFact, ...] = ()
    unjudged: tuple[tuple[str, str], ...] = ()
    attached: frozenset[str] = frozenset()
    ranks_taken: frozenset[int] = frozenset()
    blocking: tuple[str, ...] = ()
    votes: VoteFact = VoteFact()
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpinionFacts(Facts):
    """One answer asked: which kind, of which party, what is drafted, and what the sheet asks for."""

    opinion_kind: str = ""
    asks: str = ""
    draft: Mapping[str, Any] = field(default_factory=dict)
