"""Work: what the acts of one transaction share, and the values they pass on."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from hashlib import sha256
from operator import attrgetter, itemgetter
from typing import Any

from sqlmodel import Session

from flows.engine.calendar import Due, WorkCalendar
from flows.engine.decide import Move, Refusal
from flows.engine.declare import Actor, Ask, RunState
from flows.engine.rulebook import Rulebook, StepRule
from models import Transition
from models.columns import json_bytes, table_of
from models.facts import Facts
from models.queries.facts.owing import themes_of, unsigned_by
from models.queries.facts.seating import seats_of
from models.queries.judgements import judgements_of
from models.queries.rankings import ranks_taken
from models.queries.votes import votes_of
from models.statements import insert_rows
from models.values import dataclass

TRANSITIONS = table_of(Transition)
RUN_VALUES = attrgetter(*RunState.__dataclass_fields__)
HASHED = ("actor_id", "actor_kind", "at", "event", "for_person_id", "from_state", "origin", "payload", "reason", "to_state",
          "version")  # fmt: skip
PICKED = itemgetter(*HASHED)


@dataclass()
class Work:
    """What every act of one transaction shares: the session, the rules, the moment, the calendar and the request."""

    session: Session
    book: Rulebook
    now: datetime
    calendar: WorkCalendar
    request_id: str | None = None
    _at_once: list["Intent"] = field(default_factory=list)

    def send_at_once(self, run_id: int, event: str) -> None:
        """Remember an event that the engine sends as soon as what is being written is written."""
        self.ask(Intent(run_id, event))

    def ask(self, intent: "Intent") -> None:
        """Remember an intent that the engine carries out as soon as what is being written is written.

        Who writes outside an act (an opening) calls `apply.carry_on` in the end.
        """
        self._at_once.append(intent)

    def at_once(self) -> list["Intent"]:
        """What to carry out now; each is handed out once."""
        waiting, self._at_once = self._at_once, []
        return waiting


@dataclass(frozen=True, slots=True)
class Intent:
    """One event to send to one run. `expect`: the version the person saw; None where no person saw one."""

    run_id: int
    event: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    expect: int | None = None
    cause_id: int | None = None
    listing_id: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """A move that was written: everything that what follows from it may need."""

    run: RunState
    rule: StepRule
    facts: Any
    actor: Actor
    intent: Intent
    move: Move
    transition_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one intent."""

    intent: Intent
    outcome: Happening | Refusal

    @property
    def refused(self) -> bool:
        """Whether nothing was written for it."""
        return isinstance(self.outcome, Refusal)


def read_facts(work: Work, runs: Sequence[RunState]) -> Mapping[int, Facts]:
    """Facts of these runs, one reader a stage."""
    by_stage: dict[str, list[RunState]] = defaultdict(list)
    for run in runs:
        by_stage[run.stage].append(run)
    casts = {version: work.book.cast(work.session, version) for version in {run.version_id for run in runs}}
    found: dict[int, Facts] = {}
    for stage, members in by_stage.items():
        found |= work.book.reader(stage)(work.session, members, casts, work.now)
    ruled = _by_rule(work, runs)
    for add in (_ranked, _voted, _owing, _judged):
        found |= add(work, ruled, found)
    return found


Ruled = Sequence[tuple[StepRule, Sequence[RunState]]]


def _by_rule(work: Work, runs: Sequence[RunState]) -> Ruled:
    """Runs that stand somewhere, by the rule of their step: a rule says what its facts must tell, and many runs share one."""
    members: dict[tuple[int, str, str, int | None], list[RunState]] = defaultdict(list)
    for run in runs:
        if run.id > 0:
            members[run.version_id, run.path, run.step, run.round_id].append(run)
    return [(rule_of(work, some[0]), some) for some in members.values()]


def _where(ruled: Ruled, asks: Callable[[StepRule], object]) -> list[RunState]:
    """The runs whose rule asks for it."""
    return [run for rule, some in ruled if asks(rule) for run in some]


def _ranked(work: Work, ruled: Ruled, found: Mapping[int, Facts]) -> dict[int, Facts]:
    """Where a step ranks, its facts say which places are taken; elsewhere nobody asks."""
    taken = ranks_taken(work.session, _where(ruled, lambda rule: rule.ranks))
    return {run_id: replace(found[run_id], ranks_taken=ranks) for run_id, ranks in taken.items()}  # type: ignore[call-arg]


def _voted(work: Work, ruled: Ruled, found: Mapping[int, Facts]) -> dict[int, Facts]:
    """Where a step decides by vote, its facts say how its seats have voted; elsewhere nobody asks."""
    voting = _where(ruled, lambda rule: getattr(rule.policy, "vote", None) is not None)
    votes = votes_of(work.session, [run.id for run in voting])
    return {run_id: replace(found[run_id], votes=counted) for run_id, counted in votes.items()}  # type: ignore[call-arg]


def _owing(work: Work, ruled: Ruled, found: Mapping[int, Facts]) -> dict[int, Facts]:
    """Where a duty asks for signatures, themes of its own or a roster, its facts have them; elsewhere nobody asks."""
    duties = [(rule, some) for rule, some in ruled if rule.stage.name == "activities"]
    asking = {name: _where(duties, partial(_policy_says, name)) for name in ("signed_by", "distinct", "roster")}
    unsigned = unsigned_by(work.session, [run.id for run in asking["signed_by"]])
    themes = themes_of(work.session, [run.subject_id for run in asking["distinct"]])
    seats = seats_of(work.session, {run.studio_id for run in asking["roster"] if run.studio_id is not None})
    return {
        run.id: replace(
            found[run.id], unsigned=unsigned.get(run.id, ()), themes=themes.get(run.subject_id, ()),  # type: ignore[call-arg]
            seats=tuple(seats.get(run.studio_id or 0, ())),
        )
        for run in {run.id: run for members in asking.values() for run in members}.values()
    }  # fmt: skip


def _policy_says(name: str, rule: StepRule) -> object:
    return getattr(rule.policy, name, None)


def _judged(work: Work, ruled: Ruled, found: Mapping[int, Facts]) -> dict[int, Facts]:
    """Where no tier judges, the facts of the step that does say what a person has still to judge; elsewhere nobody asks."""
    asked = _where(ruled, lambda rule: rule.stage.name != "tier_review" and _policy_says("judges", rule))
    judging = {run.id: run.application_id for run in asked if run.application_id is not None}
    judged = judgements_of(work.session, set(judging.values()))
    return {
        run_id: replace(found[run_id], unjudged=judged[case][0], unmet=judged[case][1])  # type: ignore[call-arg]
        for run_id, case in judging.items()
    }


def rule_of(work: Work, run: RunState) -> StepRule:
    """The rule of the step where a run stands."""
    return work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)


def ask_of(
    work: Work,
    run: RunState,
    facts: Facts,
    event: str,
    actor: Actor,
    payload: Mapping[str, Any],
    taken: Mapping[str, int] | None = None,
) -> tuple[StepRule, Ask]:
    """The rule of a run and the question that an event puts to it."""
    rule = rule_of(work, run)
    return rule, Ask(run, event, actor, payload, rule.policy, facts, work.now, work.calendar, taken or {})


def insert_transitions(work: Work, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Write history rows and return their ids in the same order."""
    return insert_rows(work.session, TRANSITIONS, rows)


def chain(before: str, row: Mapping[str, Any]) -> str:
    """Hash of a history row over the hash of the run's one before."""
    return link(before, said(row))


def said(row: Mapping[str, Any]) -> bytes:
    """What a history row says, as it is hashed: as the JSON columns store it, so that the hash can be computed again from the row."""
    told = dict(zip(HASHED, PICKED(row), strict=True))
    told["at"] = _moment(told["at"])
    return json_bytes(told)


def link(before: str, text: bytes) -> str:
    """Hash of what a history row says over the hash of the run's one before."""
    return sha256(before.encode() + b"\n" + text).hexdigest()


@lru_cache(maxsize=256)
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def explained(due: Due | None) -> list[list[str]]:
    """Why a due date is that date, as it is stored."""
    return [[step.label, step.text] for step in due.steps] if due else []


def run_state(row: Any) -> RunState:
    """A run as decisions see it, from a row of the table."""
    return RunState(*RUN_VALUES(row))
