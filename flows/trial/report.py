"""The report (演练报告): what a trial found, as plain values that are stored as JSON and read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from flows.office.timeline import Finding


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step: the days planned and the days it really took, how many cases passed it, were late there or are still there."""

    key: str
    title: str
    kind: str
    planned_from: date | None
    planned_to: date | None
    from_on: date
    to_on: date
    cases: int
    sheets: int
    late: int
    left: int


@dataclass(frozen=True, slots=True)
class Load:
    """The work of one person: for whom they act, how much in all, the busiest week (its Monday) and how much in it."""

    name: str
    part: str
    kind: str
    total: int
    week: date
    in_week: int
    late: int


@dataclass(frozen=True, slots=True)
class Told:
    """The messages one person or body would get: in all, and on the day of most."""

    name: str
    total: int
    on: date
    on_day: int


@dataclass(frozen=True, slots=True)
class Money:
    """One fund: how often a studio gets it in a cycle, each time in fen (None: the payer sets it), and for all who were named."""

    title: str
    times: int
    fen: int | None
    whole: int | None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole trial. `expected`: applications expected; `tried`: those played; `roster`: those of people in the roster who meet the criteria."""

    began_on: date
    ended_on: date
    planned_to: date
    expected: int
    tried: int
    roster: int
    basis: str
    named: int
    declined: int
    unfinished: int
    messages: int
    acts: int
    steps: tuple[StepTaken, ...]
    loads: tuple[Load, ...]
    told: tuple[Told, ...]
    money: tuple[Money, ...]
    findings: tuple[Finding, ...]
    incidents: tuple[str, ...] = ()

    @property
    def sampled(self) -> bool:
        """Whether only a part of what is expected was played, in proportion."""
        return self.tried < self.expected


_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def as_row(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    row: dict[str, Any] = _REPORT.dump_python(report, mode="json")
    return row


def from_row(row: Mapping[str, Any]) -> Report:
    """The report that was stored."""
    return _REPORT.validate_python(dict(row))
