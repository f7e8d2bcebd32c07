"""The words a stage is written in: states, events, guards, waits and effects; and the check of what was written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from flows.engine.calendar import Due, WorkCalendar
from models.facts import Facts
from models.values import dataclass

NEXT: Literal["next"] = "next"
END: Literal["end"] = "end"
CANCELLED = "cancelled"
WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """Who may act or is waited for; the programme casts these parts, no stage names a bureau or a county."""

    APPLICANT = "applicant"
    PERSON = "person"
    HOST = "host"
    RESPONSIBLE = "responsible"
    REVIEWER = "reviewer"
    RECEIVER = "receiver"
    ASSESSOR = "assessor"
    CONFIRMER = "confirmer"
    EXPERT = "expert"
    PAYER = "payer"
    AUTHORITY = "authority"
    OFFICE = "office"
    PUBLIC = "public"
    CLOCK = "clock"
    ENGINE = "engine"


BLOCKING = "blocking/"


class Policy(BaseModel):
    """The numbers of one step, as the expanded programme says them; `origins` tells where each comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    origins: Mapping[str, Mapping[str, Any]] = {}

    def origin(self, key: str) -> Mapping[str, Any]:
        """The origin of one key, else of the whole step; of a key that is only read so (`default`), with the clause it is read in."""
        own, whole = self.origins.get(key), self.origins.get("", {})
        if not own:
            return whole
        return own if own.get("text") or not whole.get("text") else {**own, "read_in": whole["text"]}

    def origin_before(self, titles: Sequence[str]) -> Mapping[str, Any]:
        """The origin of the whole step, with those of what stands before it (`blocking`): open things by their titles."""
        named = [
            origin
            for key, origin in self.origins.items()
            if key.startswith(BLOCKING) and any(key.removeprefix(BLOCKING) in title for title in titles)
        ]
        return {**self.origin(""), "blocking": named} if named else self.origin("")

    def sends(self, _event: str) -> bool:
        """Whether a run that opens at this step has any use for an event that its stage sends at once."""
        return True


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the desks they may act at, or the clock, the engine, the public."""

    kind: Literal["person", "clock", "engine", "public"]
    person_id: int | None = None
    for_person_id: int | None = None
    keys: frozenset[str] = frozenset()
    name: str = ""


THE_CLOCK = Actor("clock")
THE_ENGINE = Actor("engine")
THE_PUBLIC = Actor("public")


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as decisions see it."""

    id: int
    stage: str
    path: str
    step: str
    branch: str
    subject_kind: str
    subject_id: int
    version_id: int
    round_id: int | None
    application_id: int | None
    studio_id: int | None
    parent_id: int | None
    state: str
    version: int
    entered_at: datetime
    due_at: datetime | None
    wake_at: datetime | None
    head: str
    desk: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One event asked of one run, with everything a guard may look at. `taken`: places used earlier in the same act, by share."""

    run: RunState
    event: str
    actor: Actor
    payload: Mapping[str, Any]
    policy: Any
    facts: Any
    now: datetime
    calendar: WorkCalendar
    taken: Mapping[str, int] = field(default_factory=dict)

    def place(self, rank: object) -> str:
        """The key under which `taken` counts a place on the ranking of this run's desk."""
        return f"rank/{self.run.round_id}/{self.run.step}/{self.run.held_by}/{rank}"


@dataclass(frozen=True, slots=True)
class Because:
    """Why not: one sentence that says what and by how much, and the origin of the rule that refuses."""

    says: str
    origin: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


Guard = Callable[[Ask], Because | None]
Choose = Callable[[Ask], str]
DueRule = Callable[[Ask], Due | None]
Note = Callable[[Ask], Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that follows from a move and is written in the same transaction."""


@dataclass(frozen=True, slots=True)
class Notify(Effect):
    """Tell a part something."""

    to: Part
    notice: str


@dataclass(frozen=True, slots=True)
class Follow(Effect):
    """An effect of the closed vocabulary in `consequences.py`, by its word."""

    word: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class On:
    """An event: from which states, to which, by whom, unless what, needing what, followed by what.

    `note`: what the move carries for its effects. `counts`: the targets that use a place of each quota.
    """

    event: str
    from_: str | tuple[str, ...]
    to: str | frozenset[str]
    by: Part | tuple[Part, ...]
    unless: tuple[Guard, ...] = ()
    needs: tuple[str, ...] = ()
    do: tuple[Effect, ...] = ()
    on_list: bool = False
    choose: Choose | None = None
    note: Note | None = None
    counts: frozenset[str] = frozenset()

    @property
    def sources(self) -> tuple[str, ...]:
        """The states it may be sent in."""
        return (self.from_,) if isinstance(self.from_, str) else self.from_

    @property
    def targets(self) -> frozenset[str]:
        """The states it may lead to."""
        return self.to if isinstance(self.to, frozenset) else frozenset({self.to})

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that may send it."""
        return self.by if isinstance(self.by, tuple) else (self.by,)


@dataclass(frozen=True, slots=True)
class Wait:
    """Who must act in a state, until when, and what the clock does: send an event, or only remind and escalate.

    `asks`: the notice that tells them when a run opens in this state.
    """

    state: str
    for_: Part | None = None
    due: DueRule | None = None
    then: str | None = None
    asks: str | None = None
    remind: str = "reminder"
    overdue: str = "overdue"
    escalate: Part = Part.OFFICE


class DeclarationError(ValueError):
    """A stage that contradicts itself; found when its module is imported."""


@dataclass(frozen=True)
class Stage:
    """One stage of the lifecycle: its states, the events between them, who is waited for, and where its exits lead.

    `branches`: each `by` of a step has a run of its own. `answered`: what the engine tries when a child has answered,
    in order; `refused`: what it does when a child has refused. `at_once`: the events the engine tries when a run opens.
    `takes`: under which keys a move that `counts` is seen by those that come later in the same act (`Ask.taken`).
    """

    name: str
    title: str
    subject: str
    policy: type[Policy]
    facts: type[Facts]
    states: type[StrEnum]
    initial: str
    exits: Mapping[str, str]
    on: tuple[On, ...]
    waits: tuple[Wait, ...]
    branches: bool = False
    at_once: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    refused: str | None = None
    takes: Callable[[Ask], Iterable[str]] | None = None

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise DeclarationError(f"{self.name}: {fault}")

    def find(self, state: str, event: str) -> On | None:
        """The declaration of an event in a state, or None where it is not taken there."""
        return self._taken.get((state, event))

    def knows(self, event: str) -> bool:
        """Whether the event is declared at all."""
        return any(on.event == event for on in self.on)

    def wait(self, state: str) -> Wait | None:
        """Who is waited for in a state."""
        return self._waiting.get(state)

    @cached_property
    def _taken(self) -> Mapping[tuple[str, str], On]:
        return {(str(state), on.event): on for on in reversed(self.on) for state in on.sources}

    @cached_property
    def _waiting(self) -> Mapping[str, Wait]:
        return {str(wait.state): wait for wait in reversed(self.waits)}

    def events(self, state: str) -> tuple[On, ...]:
        """What can happen in a state."""
        return tuple(on for on in self.on if state in on.sources)

    @property
    def notices(self) -> frozenset[str]:
        """Every notice this stage may send."""
        told = {effect.notice for on in self.on for effect in on.do if isinstance(effect, Notify)}
        reminded = {
            word
            for wait in self.waits
            if wait.for_ not in {None, Part.CLOCK} and wait.due
            for word in (wait.remind, wait.overdue, "escalated")
        }
        asked = {wait.asks for wait in self.waits if wait.asks}
        return frozenset(told | reminded | asked)


def _faults(stage: Stage) -> Sequence[str]:
    states = {str(state) for state in stage.states}
    return [
        *_unknown_states(stage, states),
        *_unreachable(stage, states),
        *_leavable_exits(stage, states),
        *_twice(stage),
        *_deadlines(stage),
    ]


def _unknown_states(stage: Stage, states: set[str]) -> list[str]:
    named = {state for on in stage.on for state in (*on.sources, *on.targets)}
    named |= {wait.state for wait in stage.waits} | set(stage.exits) | {stage.initial}
    return [f"unknown state {state}" for state in sorted(named - states)]


def _unreachable(stage: Stage, states: set[str]) -> list[str]:
    reached, frontier = {stage.initial}, [stage.initial]
    while frontier:
        state = frontier.pop()
        new = {target for on in stage.on if state in on.sources for target in on.targets} - reached
        reached |= new
        frontier.extend(new)
    return [f"unreachable state {state}" for state in sorted(states - reached)]


def _leavable_exits(stage: Stage, states: set[str]) -> list[str]:
    leaving = {state for on in stage.on for state in on.sources}
    faults = [f"exit {state} can be left" for state in sorted(set(stage.exits) & leaving)]
    faults += [f"state {state} has no way out and is no exit" for state in sorted(states - leaving - set(stage.exits))]
    return faults + [
        f"exit {state} leads to {route}" for state, route in stage.exits.items() if route not in {NEXT, END}
    ]


def _twice(stage: Stage) -> list[str]:
    seen: set[tuple[str, str]] = set()
    faults = []
    for on in stage.on:
        for state in on.sources:
            if (state, on.event) in seen:
                faults.append(f"event {on.event} declared twice in {state}")
            seen.add((state, on.event))
        if len(on.targets) > 1 and on.choose is None:
            faults.append(f"event {on.event} has several targets and nothing chooses")
    return faults


def _deadlines(stage: Stage) -> list[str]:
    faults = []
    for wait in stage.waits:
        if wait.then is None:
            continue
        on = stage.find(wait.state, wait.then)
        if on is None or Part.CLOCK not in on.parts:
            faults.append(f"the clock may not send {wait.then} in {wait.state}")
        if wait.for_ in {Part.REVIEWER, Part.ASSESSOR, Part.CONFIRMER, Part.AUTHORITY}:
            faults.append(f"silence of {wait.for_} in {wait.state} decides by {wait.then}")
    return faults
