"""Periods (期间): which weeks, months, semesters and years a cycle has, each under its key; pure, nothing is stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, Protocol

from flows.engine.calendar import ONE_DAY, Term, add_months, default_terms

Kind = Literal[
    "week", "school_week", "fortnight", "month", "semester", "half_year", "school_year", "programme_year", "phase", "cycle",
]  # fmt: skip
WEEK, FORTNIGHT = timedelta(days=7), timedelta(days=14)
# With fewer days of its first instance left, nothing is owed for it (D-PERIOD).
LEAST_LEFT: Mapping[str, int] = {"month": 7, "semester": 30, "school_year": 90}
WHOLE_ONLY = frozenset({"week", "school_week", "fortnight"})


@dataclass(frozen=True, slots=True)
class Period:
    """One instance of a period: its key, first and last day. `waived`: too little of it lies in the cycle for duties (D-PERIOD)."""

    key: str
    begins_on: date
    ends_on: date
    waived: bool = False


@dataclass(frozen=True, slots=True)
class CycleDays:
    """A cycle as periods see it: its days, its phases in order, and the bureau's terms around it."""

    begins_on: date
    ends_on: date
    phases: tuple[Period, ...] = ()
    terms: tuple[Term, ...] = ()


class Picks(Protocol):
    """Some of the periods of a cycle, as `only` and `skip` of a programme name them."""

    @property
    def months(self) -> Sequence[int]:
        """Months by number."""
        ...

    @property
    def semesters(self) -> Sequence[str]:
        """Semesters by kind: autumn, spring."""
        ...

    @property
    def years(self) -> Sequence[int]:
        """Years of the cycle, from 1."""
        ...

    @property
    def phases(self) -> Sequence[str]:
        """Phases by name."""
        ...


def periods(
    kind: str, cycle: CycleDays, *, only: Picks | None = None, skips: Iterable[Picks | None] = ()
) -> list[Period]:
    """The periods of one kind that belong to a cycle, in order: those whose last day falls inside it (D-PERIOD).

    `setup` and `call` have none: they are opened by an announcement or by hand. Raises KeyError for an unknown kind.
    """
    if kind in {"setup", "call"}:
        return []
    named = [skip for skip in skips if skip is not None]
    return [
        _marked(kind, cycle, one)
        for one in _INSTANCES[kind](cycle)
        if cycle.begins_on <= one.ends_on <= cycle.ends_on
        and (only is None or _picked(only, kind, one, cycle, all_of=True))
        and not any(_picked(skip, kind, one, cycle, all_of=False) for skip in named)
    ]


def paid_periods(kind: str, cycle: CycleDays, *, first: str = "plaque_year") -> list[Period]:
    """The periods of one kind that money is due for: those that begin inside the cycle, and with `plaque_year` the one it begins in.

    Money is never waived (D-PERIOD); years counted from the cycle's first day are those that are whole.
    """
    if kind not in {"week", "school_week", "fortnight", "month", "semester", "school_year"}:
        return periods(kind, cycle)
    return [
        one
        for one in _INSTANCES[kind](cycle)
        if cycle.begins_on <= one.begins_on <= cycle.ends_on
        or (first == "plaque_year" and one.begins_on < cycle.begins_on <= one.ends_on)
    ]


def phase_days(begins_on: date, named: Iterable[tuple[str, date]]) -> tuple[Period, ...]:
    """Phases one after the other, each given by its name and last day."""
    phases: list[Period] = []
    for name, ends_on in named:
        phases.append(Period(name, begins_on, ends_on))
        begins_on = ends_on + ONE_DAY
    return tuple(phases)


def terms_around(entered: Iterable[Term], begins_on: date, ends_on: date) -> tuple[Term, ...]:
    """The terms that touch these days, in order: those the bureau has entered, and the default ones for the others (D-CAL)."""
    known = {term.key: term for year in range(begins_on.year - 1, ends_on.year + 1) for term in default_terms(year)}
    known |= {term.key: term for term in entered}
    touching = (term for term in known.values() if term.ends_on >= begins_on and term.begins_on <= ends_on)
    return tuple(sorted(touching, key=lambda term: term.begins_on))


def vacations(entered: Iterable[Term], begins_on: date, ends_on: date) -> tuple[Period, ...]:
    """The holidays between terms (寒假, 暑假) that touch these days, whole, by the terms a bureau has entered (D-CAL)."""
    around = terms_around(entered, add_months(begins_on, -6), add_months(ends_on, 6))
    between = (
        Period("寒假" if one.kind == "autumn" else "暑假", one.ends_on + ONE_DAY, after.begins_on - ONE_DAY)
        for one, after in pairwise(around)
    )
    return tuple(one for one in between if one.begins_on <= min(one.ends_on, ends_on) and one.ends_on >= begins_on)


def school_year_of(day: date) -> Period:
    """The school year (学年) that a day lies in: 1 September to 31 August (D-CAL)."""
    year = day.year if day.month >= 9 else day.year - 1
    return Period(f"{year}/{(year + 1) % 100:02}", date(year, 9, 1), date(year + 1, 8, 31))


# Instances


def _weeks(cycle: CycleDays) -> Iterator[Period]:
    monday = cycle.begins_on - timedelta(days=cycle.begins_on.weekday())
    while monday <= cycle.ends_on:
        year, week, _ = monday.isocalendar()
        yield Period(f"{year}-W{week:02}", monday, monday + WEEK - ONE_DAY)
        monday += WEEK


def _within_terms(cycle: CycleDays, length: timedelta, first: Callable[[Term], date]) -> Iterator[Period]:
    """Windows of one length inside each term, numbered; what is left at its end is none."""
    for term in cycle.terms:
        number, begins_on = 1, first(term)
        while begins_on + length - ONE_DAY <= term.ends_on:
            yield Period(f"{term.key}#{number}", begins_on, begins_on + length - ONE_DAY)
            number, begins_on = number + 1, begins_on + length


def _school_weeks(cycle: CycleDays) -> Iterator[Period]:
    return _within_terms(cycle, WEEK, lambda term: term.begins_on + timedelta(days=-term.begins_on.weekday() % 7))


def _fortnights(cycle: CycleDays) -> Iterator[Period]:
    return _within_terms(cycle, FORTNIGHT, lambda term: term.begins_on)


def _months(cycle: CycleDays) -> Iterator[Period]:
    first = cycle.begins_on.replace(day=1)
    while first <= cycle.ends_on:
        following = add_months(first, 1)
        yield Period(f"{first:%Y-%m}", first, following - ONE_DAY)
        first = following


def _semesters(cycle: CycleDays) -> Iterator[Period]:
    return (Period(term.key, term.begins_on, term.ends_on) for term in cycle.terms)


def _school_years(cycle: CycleDays) -> Iterator[Period]:
    year = school_year_of(cycle.begins_on)
    while year.begins_on <= cycle.ends_on:
        yield year
        year = school_year_of(year.ends_on + ONE_DAY)


def _spans(cycle: CycleDays, months: int, letter: str) -> Iterator[Period]:
    """Spans of so many months counted from the cycle's first day, which keep its day number."""
    number = 0
    while (begins_on := add_months(cycle.begins_on, months * number)) <= cycle.ends_on:
        number += 1
        yield Period(f"{letter}{number}", begins_on, add_months(cycle.begins_on, months * number) - ONE_DAY)


_INSTANCES: Mapping[str, Callable[[CycleDays], Iterable[Period]]] = {
    "week": _weeks,
    "school_week": _school_weeks,
    "fortnight": _fortnights,
    "month": _months,
    "semester": _semesters,
    "half_year": lambda cycle: _spans(cycle, 6, "h"),
    "school_year": _school_years,
    "programme_year": lambda cycle: _spans(cycle, 12, "y"),
    "phase": lambda cycle: cycle.phases,
    "cycle": lambda cycle: (Period("cycle", cycle.begins_on, cycle.ends_on),),
}


# Which of them


def _marked(kind: str, cycle: CycleDays, one: Period) -> Period:
    if one.begins_on >= cycle.begins_on:
        return one
    left = (one.ends_on - cycle.begins_on).days + 1
    waived = kind in WHOLE_ONLY or left < LEAST_LEFT.get(kind, 0)
    return Period(one.key, one.begins_on, one.ends_on, waived)


def _picked(picks: Picks, kind: str, one: Period, cycle: CycleDays, *, all_of: bool) -> bool:
    """Whether a period is among those named. Of `only` it must meet all that is named, of `skip` one is enough.

    A period lies where its last day does; months say nothing of periods longer than a month.
    """
    found = []
    if picks.months and kind in {*WHOLE_ONLY, "month"}:
        found.append(one.ends_on.month in picks.months)
    if picks.semesters:
        found.append(_semester(cycle, one.ends_on) in picks.semesters)
    if picks.years:
        found.append(_year(cycle, one.ends_on) in picks.years)
    if picks.phases:
        found.append(any(phase.key in picks.phases for phase in cycle.phases if _holds(phase, one.ends_on)))
    return bool(found) and all(found) if all_of else any(found)


def _holds(phase: Period, day: date) -> bool:
    return phase.begins_on <= day <= phase.ends_on


def _semester(cycle: CycleDays, day: date) -> str:
    return next((term.kind for term in cycle.terms if term.begins_on <= day <= term.ends_on), "")


def _year(cycle: CycleDays, day: date) -> int:
    """Which year of the cycle a day lies in, from 1."""
    number = 1
    while add_months(cycle.begins_on, 12 * number) <= day:
        number += 1
    return number
