"""Promised (承诺): what a round commits the bureau to once its studios run: money by year, and what each studio will owe; pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.engine.calendar import WorkCalendar
from flows.engine.consequences.cycles import cycle_end, first_day
from flows.programme import Programme, origin_of
from flows.programme.agenda import agenda, cycle_days
from flows.programme.steps import Path


@dataclass(frozen=True, slots=True)
class Promise:
    """One fund: how often a studio gets it in a cycle, in which years, and how much each time in fen (None: the payer sets it)."""

    title: str
    times: int
    fen: int | None
    origin: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> int | None:
        """What one studio gets in a cycle, in fen; None where the payer sets it."""
        return None if self.fen is None else self.fen * self.times


@dataclass(frozen=True, slots=True)
class Promised:
    """What a round's studios will be given and will owe. `busiest`: the month in which most falls due, and how many a studio."""

    begins_on: date
    ends_on: date
    funds: tuple[Promise, ...]
    duties: int
    assessments: int
    busiest: tuple[str, int] | None


def promised(programme: Programme, path: Path, plaque_on: date, calendar: WorkCalendar) -> Promised | None:
    """What follows for each studio named in a round whose plaques hang on this day; None for a path that gives no cycle."""
    if path.gives not in {"studio", "cycle"} or not getattr(path.steps[-1], "plaque", True):
        return None
    begins_on = first_day(programme.cycle.starts, plaque_on)
    ends_on = cycle_end(begins_on, programme.cycle_length(), calendar)
    items = agenda(programme, cycle_days(programme, begins_on, ends_on), calendar).items
    level = path.to or programme.level
    funds = []
    for key, fund in programme.funds.items():
        amount = fund.amount(level)
        times = sum(1 for one in items if one.kind == "fund" and one.key == key)
        if amount is not None and times:
            fen = None if fund.per_head else amount.fen
            funds.append(Promise(fund.title, times, fen, origin_of(programme, f"funds.{key}").as_row()))
    due = Counter(one.due_on.strftime("%Y-%m") for one in items if one.kind == "duty" and one.due_on is not None)
    busiest = max(sorted(due.items()), key=lambda one: one[1], default=None)
    counted = Counter(one.kind for one in items)
    return Promised(begins_on, ends_on, tuple(funds), counted["duty"], counted["assessment"], busiest)
