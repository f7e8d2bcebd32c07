"""Facts: what guards may know beyond the run itself; plain values that readers in `models.queries` fill for many runs at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What every stage may know: whose case it is, who plays which part, and whether a list has named it."""

    title: str = ""
    number: str = ""
    round_title: str = ""
    prefix: str = ""
    year: int | None = None
    person_id: int | None = None
    person_name: str = ""
    body_id: int | None = None
    body_name: str = ""
    kind: str = ""
    role: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    fixed_on: date | None = None
    closes_on: date | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PostFact:
    """A post held: its kind, body, subject, whether established (在编), from when to when."""

    kind: str
    body_id: int
    subject: str
    established: bool
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True)
class CredentialFact:
    """Something earned: kind, name, level, date, until when, published or not, key project or not, confirmed or not."""

    kind: str
    name: str
    level: str
    on: date | None
    until: date | None
    published: bool
    key: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as the criteria see one."""

    born_on: date | None = None
    body_id: int | None = None
    school_id: int | None = None
    school_stage: str = ""
    lineage: tuple[int, ...] = ()
    posts: tuple[PostFact, ...] = ()
    credentials: tuple[CredentialFact, ...] = ()
    serves_in: tuple[str, ...] = ()
    studio_levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotaFact:
    """A quota that this case counts against: its scope in words, how many it allows and how many are taken.

    `share` tells apart whose share of the quota it is: one quota `per county` is a share for each county. `warns`: more are
    granted, and told of.
    """

    share: str
    scope: str
    at_most: int
    taken: int
    origin: Mapping[str, Any] = field(default_factory=dict)
    warns: bool = False


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
    `hosts`: how many studios there are that could be joined.
    """

    asks: str = ""
    person: PersonFacts = PersonFacts()
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
class RoundFacts(Facts):
    """A round: when it opens, how many of its applications have no outcome, and who has fewer than the text aims at.

    `short`: the desk that fell short, and by how much in words.
    """

    opens_on: date | None = None
    undecided: int = 0
    short: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GrantFacts(Facts):
    """An entitlement: what is due of it in fen (None: the payer sets it), the result it waits for, and whether that is out."""

    amount_fen: int | None = None
    share: int = 100
    waits_for: str = ""
    result_out: bool = True
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class RenewalFacts(Facts):
    """A studio that asks to go on: the results its cycle has, what it waits for, and until when it may ask."""

    results: Mapping[str, str] = field(default_factory=dict)
    cycle_ends_on: date | None = None
    next_exists: bool = False
    standing: str = ""
    votes: VoteFact = VoteFact()


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
    """A question put to a body: its choices or the range of a share, those choices for which members are named, the members."""

    choices: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    names_seats: frozenset[str] = frozenset()
    seats: tuple[int, ...] = ()
    due_on: date | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)
