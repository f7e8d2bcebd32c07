"""The rulebook: what the engine asks of the programmes, so that it knows no programme and no stage by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from sqlmodel import Session

from flows.engine.calendar import Roll, Span
from flows.engine.declare import Policy, RunState, Stage
from models.columns import Document
from models.facts import Facts, SeatFact


@dataclass(frozen=True, slots=True)
class Cast:
    """Which real bodies play the deciding and the executing part, and others the programme names, under one version."""

    programme_id: int
    authority_id: int
    office_id: int
    bodies: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepRule:
    """One step of one path: its stage, its numbers, who acts, where its exits lead.

    `off`: how a round switched it off, with reason and name; then no run of it is opened. `skipped`: the steps right before
    it that are off, as its first history row says.
    """

    path: str
    name: str
    title: str
    stage: Stage
    policy: Policy
    by: tuple[str, ...] = ()
    go: Mapping[str, str] = field(default_factory=dict)
    next: str | None = None
    if_any: bool = False
    gives: str = ""
    optional: bool = False
    off: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def origin(self) -> Document:
        """Where the whole step comes from, as every history row of it says."""
        return Document(self.policy.origin(""))

    @cached_property
    def ranks(self) -> bool:
        """Whether who acts here gives places."""
        return bool(getattr(self.policy, "ranks", False))

    @cached_property
    def hides_names(self) -> bool:
        """Whether who is told of it may not know whose case it is."""
        return bool(getattr(self.policy, "hides_names", False))

    @property
    def branches(self) -> bool:
        """Whether each who acts gets a run of their own."""
        return self.stage.branches and bool(self.by)

    def route(self, exit_state: str) -> str:
        """Where an exit leads: `next`, `end`, or the name of a step."""
        return self.go.get(exit_state) or self.stage.exits.get(exit_state, "end")


@dataclass(frozen=True, slots=True)
class SetupRule:
    """An obligation owed before the plaque, or for a record of another: of the studio, or of each person of a role.

    `before`: it is due before that record's day, so it opens when the activity is planned, and not when it has been held.
    """

    key: str
    title: str
    each: str
    to: str
    times: int
    signed_by: tuple[str, ...]
    blocks: tuple[str, ...]
    within: Span | None = None
    roll: Roll = "next_working_day"
    who: str = "host"
    before: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class FundRule:
    """One fund: what it pays each period by level (fen; None: the payer sets it), times which heads, and for which results it waits."""

    key: str
    title: str
    amounts: Mapping[str, int | None]
    per_head: tuple[str, ...]
    payer: str
    payee: str
    waits_for: tuple[str, ...]
    origin: Mapping[str, Any] = field(default_factory=dict)

    def pays(self, level: str) -> bool:
        """Whether the text gives a studio of that level anything."""
        return "" in self.amounts or level in self.amounts

    def amount(self, level: str) -> int | None:
        """What a studio of that level gets each period, in fen; None where the payer sets it."""
        return self.amounts.get(level, self.amounts.get(""))


@dataclass(frozen=True, slots=True)
class RenewalPath:
    """A path to a next cycle: how it begins, which grades suffice, and, where it stays open after the result, for how long."""

    name: str
    first_step: str
    call: str
    needs: Mapping[str, tuple[str, ...]]
    closes_after_delivery: Span | None = None
    roll: Roll = "none"


Reader = Callable[[Session, Sequence[RunState], Mapping[int, Cast], datetime], Mapping[int, Facts]]
"""Fills the facts of many runs of one stage with a fixed number of queries."""


class Rulebook(Protocol):
    """Stages, steps, casts and reminder ladders, looked up by version."""

    def stage(self, name: str) -> Stage:
        """The stage of that name."""
        ...

    def rule(self, session: Session, version_id: int, path: str, step: str, round_id: int | None) -> StepRule:
        """One step of one path, with what the round changed of it."""
        ...

    def cast(self, session: Session, version_id: int) -> Cast:
        """Who plays the programme's bodies."""
        ...

    def prefix(self, session: Session, version_id: int) -> str:
        """What numbers of applications begin with where no round says otherwise."""
        ...

    def ladder(self, session: Session, version_id: int) -> tuple[int, ...]:
        """Days from the due day on which reminders go out."""
        ...

    def own_word(self, session: Session, version_id: int, verb: str) -> str:
        """What a text itself calls a verb (县 八(二) 撤消工作室建制, 系部 四2 停止运行); empty where it has no word of its own."""
        ...

    def escalates_from(self, session: Session, version_id: int) -> int:
        """From this rung on the tier above is told too."""
        ...

    def reader(self, stage: str) -> Reader:
        """The reader of a stage's facts."""
        ...

    def roster_faults(
        self, session: Session, version_id: int, seats: Sequence[SeatFact], before: Sequence[SeatFact] | None = None
    ) -> Sequence[str]:
        """What these seats do not keep of the numbers and shares, in words; with `before`, what the change has brought about."""
        ...

    def exit_path(self, session: Session, version_id: int) -> tuple[str, str] | None:
        """The path by which somebody leaves, and its first step."""
        ...

    def fund(self, session: Session, version_id: int, key: str) -> FundRule:
        """What a fund pays, to whom, and which results it waits for."""
        ...

    def renewals(self, session: Session, version_id: int) -> Sequence[RenewalPath]:
        """The paths to a next cycle."""
        ...

    def version_on(self, session: Session, programme_id: int, on: date) -> int | None:
        """The version of a programme in force on a day."""
        ...

    def setup_rules(self, session: Session, version_id: int) -> Sequence[SetupRule]:
        """What is owed before the plaque."""
        ...

    def owed_for(self, session: Session, version_id: int, key: str) -> Sequence[SetupRule]:
        """What is owed for each record of an obligation."""
        ...
