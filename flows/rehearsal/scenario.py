"""A scenario (情景): a programme, what is given, and dated steps that act or look; plain values with their lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

# What a scenario may do beside the events of the stages.
COMPLETE, WISH, CALL, NAME, UNNAME = "complete", "wish", "call", "name", "take_back"
DESK_ACTS = ("appeal", "spend", "note_loss", "order_rectification", "plan", "ask_leave")
OWN_ACTS = frozenset({COMPLETE, WISH, CALL, NAME, UNNAME, *DESK_ACTS})


@dataclass(frozen=True, slots=True)
class Refusing:
    """What must refuse an act: the guard, the clause it cites, words of its answer; what is empty is not looked at."""

    because: str = ""
    clause: str = ""
    says: str = ""

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause that must be cited; several are written as a list."""
        return tuple(part for part in self.clause.split("、") if part)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing looked for: its kind, and what is said of it."""

    kind: str
    of: Any
    line: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step: an act (`do`), or a look (`expect`). `hour` is None for a day without a time."""

    line: int
    on: date
    at: datetime | None = None
    by: str = ""
    do: str = ""
    to: tuple[str, ...] = ()
    on_list: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)
    refused: Refusing | None = None
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a scenario: its givens, calendar and steps; `title` says what is particular about it."""

    line: int
    title: str
    given: Mapping[str, Any]
    steps: tuple[Step, ...]
    calendar: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as read: its name, what it shows, the programme's code or file, and one case or several."""

    file: str
    line: int
    name: str
    title: str
    programme: str
    cases: tuple[Case, ...]
