"""Facts of selecting: rounds, expert reviews, public notices."""

from datetime import date

from models.facts.base import Facts, QuotaFact
from models.values import dataclass


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """An answer to a parent run: whose, which mark, whether it is out, given or refused, and whether it was asked further."""

    run_id: int
    party: str
    mark: float | None
    outcome: str | None
    further: bool


@dataclass(frozen=True, slots=True)
class ExpertFacts(Facts):
    """An application before its experts: their answers, the reserves left, how many of the round are not scored, the places.

    `unjudged`, `unmet`: where no tier judged, criteria that a person has still to judge, and those judged not to be met.
    """

    answers: tuple[AnswerFact, ...] = ()
    unjudged: tuple[tuple[str, str], ...] = ()
    unmet: tuple[str, ...] = ()
    reserves: tuple[int, ...] = ()
    outstanding: int = 0
    quotas: tuple[QuotaFact, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeFacts(Facts):
    """A posted entry: when it was posted and when it was first objected to."""

    posted_on: date | None = None
    objected_on: date | None = None


@dataclass(frozen=True, slots=True)
class RoundFacts(Facts):
    """A round: when it opens, how many of its applications have no outcome, and who has fewer than the text aims at.

    `short`: the desk that fell short, and by how much in words.
    """

    opens_on: date | None = None
    undecided: int = 0
    short: tuple[tuple[str, str], ...] = ()
