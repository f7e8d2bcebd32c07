"""Agenda (日程): what one cycle owes, is judged on and is paid, and the day on which each of it opens; pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flows.engine.calendar import ONE_DAY, Roll, Term, WorkCalendar, due_after
from flows.engine.periods import CycleDays, Period, paid_periods, periods, phase_days, terms_around
from flows.programme.due_days import DueDay, due_at
from flows.programme.phrases import Moment
from flows.programme.schema import Programme
from flows.programme.sections import Assessment, Obligation
from flows.programme.steps import Path, Window
from models.facts import Anchors

# On one day money and duties open before what judges them; books close when all else has opened, and the cycle last of all.
TITLES = {
    "duty": "应办事项", "assessment": "考核", "fund": "经费", "attendance": "考勤统计", "window": "续期窗口", "books": "结账", "expiry": "届满",
}  # fmt: skip
KINDS = tuple(TITLES)
PERSONS: Roll = "next_working_day"  # a day counted after something, by which a person must act, rolls (D-PERIOD)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that opens in a cycle: of which kind and key, for which period, when it opens and when it is due.

    `each`: one for each of these (a role, `member`, `school`). `beside`: the assessment it is held in step with. An attendance
    check counts from `begins_on` to `ends_on`; `books` closes what was due by its `ends_on`.
    """

    kind: str
    key: str
    period: str
    begins_on: date
    ends_on: date
    opens_on: date
    due_on: date | None = None
    each: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything that opens in a cycle, in the order in which it opens."""

    items: tuple[Item, ...]
    days: tuple[date, ...]

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Agenda":
        """These items in order of their day."""
        ordered = tuple(sorted(items, key=lambda one: (one.opens_on, KINDS.index(one.kind))))
        return cls(ordered, tuple(one.opens_on for one in ordered))

    def between(self, after: date | None, upto: date) -> tuple[Item, ...]:
        """What opens later than one day and not later than another."""
        first = bisect_right(self.days, after) if after is not None else 0
        return self.items[first : bisect_right(self.days, upto)]

    def next_day(self, after: date) -> date | None:
        """The next day on which something opens; None when nothing more does."""
        place = bisect_right(self.days, after)
        return self.days[place] if place < len(self.days) else None


def cycle_days(programme: Programme, begins_on: date, ends_on: date, entered: Iterable[Term] = ()) -> CycleDays:
    """A cycle of this programme as periods see it: its phases one after the other, and the terms around it."""
    lasts, first = [], begins_on
    for name, phase in programme.cycle.phases.items():
        last = due_after(first, phase.length, WorkCalendar(), first_day="counted").on
        lasts.append((name, last))
        first = last + ONE_DAY
    return CycleDays(begins_on, ends_on, phase_days(begins_on, lasts), terms_around(entered, begins_on, ends_on))


def agenda(programme: Programme, cycle: CycleDays, calendar: WorkCalendar) -> Agenda:
    """What a cycle of this programme owes and when it opens, from its first day to the closing of its books.

    First instances that are nearly over are left out, but not their money (D-PERIOD).
    """
    plan = _Plan(programme, cycle, calendar)
    items = [*plan.duties(), *plan.assessments(), *plan.attendance(), *plan.funds(), *plan.windows()]
    return Agenda.of([*items, *_books(cycle, items)])


def day_of(
    moment: Moment, period: Period, cycle: CycleDays, calendar: WorkCalendar, roll: Roll = "none"
) -> date | None:
    """The day of a moment of one period; None when it hangs on something that has not happened yet (delivery, event).

    What is counted after the start of a period counts from the cycle's first day where that is later.
    """
    due = due_at(moment, anchors(period, cycle), calendar, roll)
    return due.on if due is not None else None


def anchors(period: Period, cycle: CycleDays) -> Anchors:
    """The days from which moments of a period are told."""
    return Anchors(period.begins_on, period.ends_on, cycle.begins_on)


def duty_due(one: Obligation) -> DueDay:
    """When a duty of an obligation is due."""
    return DueDay(one.due, one.roll or PERSONS, one.first_due)


def assessment_due(one: Assessment) -> DueDay | None:
    """When an assessment with a time of its own is due."""
    return DueDay(one.due, PERSONS) if one.due is not None else None


def within_window(window: Window, day: date, cycle: tuple[date, date], calendar: WorkCalendar) -> bool:
    """Whether a window of a path is open on a day, in a cycle from its first to its last day."""
    days = CycleDays(*cycle, (), terms_around((), *cycle))
    for period in periods(window.per, days):
        opens_on = day_of(window.opens, period, days, calendar)
        closes_on = day_of(window.closes, period, days, calendar, window.roll)
        if opens_on is not None and opens_on <= day and (closes_on is None or day <= closes_on):
            return True
    return False


def opening_day(due_on: date, period: Period, cycle: CycleDays, ladder: Sequence[int]) -> date:
    """When a duty opens: after its period's end, or in time for its first reminder, or as its period begins."""
    if due_on > period.ends_on:
        return period.ends_on + ONE_DAY
    if due_on < period.begins_on:
        return max(due_on + timedelta(days=min((*ladder, 0))), cycle.begins_on)
    return max(period.begins_on, cycle.begins_on)


@dataclass(frozen=True, slots=True)
class _Plan:
    programme: Programme
    cycle: CycleDays
    calendar: WorkCalendar

    def duties(self) -> Iterator[Item]:
        setup = {one.name for one in self.programme.setup_obligations()}
        for one in self.programme.obligations.values():
            if one.per is not None and one.name not in setup and one.each not in self.programme.obligations:
                yield from self._duties_of(one, one.per)

    def _duties_of(self, one: Obligation, per: str) -> Iterator[Item]:
        ladder = self.programme.reminders.ladder
        for period in periods(per, self.cycle, only=one.only, skips=(one.skip, self.programme.cycle.skip)):
            due = duty_due(one).of(anchors(period, self.cycle), self.calendar)
            if period.waived or due is None or due.on < self.cycle.begins_on:
                continue
            opens_on = opening_day(due.on, period, self.cycle, ladder)
            yield Item("duty", one.name, period.key, period.begins_on, period.ends_on, opens_on, due.on, one.each or "")

    def assessments(self) -> Iterator[Item]:
        found: dict[str, list[Item]] = {}
        for name in self.programme.assessments:
            yield from self._assessment(name, found)

    def _assessment(self, name: str, found: dict[str, list[Item]]) -> list[Item]:
        """The items of one assessment; those it is held in step with are found before it."""
        if name not in found:
            one = self.programme.assessments[name]
            if one.with_ is not None:
                found[name] = [_in_step(one.name, item) for item in self._assessment(one.with_, found)]
            else:
                own = list(self._held_alone(one))
                last = self._assessment(one.last_with, found)[-1:] if one.last_with and own else []
                found[name] = own[:-1] + [_together(own[-1], item) for item in last] if last else own
        return found[name]

    def _held_alone(self, one: Assessment) -> Iterator[Item]:
        if one.per is None or one.opens is None or one.due is None:
            return
        for period in periods(one.per, self.cycle, skips=(self.programme.cycle.skip,)):
            opens_on = day_of(one.opens, period, self.cycle, self.calendar)
            if period.waived or opens_on is None:
                continue
            due_on = day_of(one.due, period, self.cycle, self.calendar, PERSONS)
            begins_on = max(period.begins_on, self.cycle.begins_on)
            opens_on = max(opens_on, self.cycle.begins_on)
            yield Item("assessment", one.name, period.key, begins_on, period.ends_on, opens_on, due_on)

    def attendance(self) -> Iterator[Item]:
        rule = self.programme.attendance
        if rule is None:
            return
        spans = periods(rule.over, self.cycle)
        for period in periods(rule.checked, self.cycle, skips=(self.programme.cycle.skip,)):
            over = next((span for span in spans if span.begins_on <= period.ends_on <= span.ends_on), period)
            begins_on = max(over.begins_on, self.cycle.begins_on)
            yield Item("attendance", "check", period.key, begins_on, period.ends_on, period.ends_on + ONE_DAY)

    def funds(self) -> Iterator[Item]:
        for fund in self.programme.funds.values():
            for period in () if fund.per == "award" else paid_periods(fund.per, self.cycle, first=fund.first):
                opens_on = max(period.begins_on, self.cycle.begins_on)
                yield Item("fund", fund.name, period.key, period.begins_on, period.ends_on, opens_on)

    def windows(self) -> Iterator[Item]:
        for path in self.programme.paths.values():
            if path.call == "window" and path.window is not None:
                yield from self._windows_of(path)

    def _windows_of(self, path: Path) -> Iterator[Item]:
        window = path.window
        if window is None:
            return
        for period in periods(window.per, self.cycle):
            opens_on = day_of(window.opens, period, self.cycle, self.calendar)
            closes_on = day_of(window.closes, period, self.cycle, self.calendar, window.roll)
            if opens_on is not None and (closes_on is None or closes_on >= self.cycle.begins_on):
                opens_on = max(opens_on, self.cycle.begins_on)
                yield Item("window", path.name, period.key, period.begins_on, period.ends_on, opens_on, closes_on)


def _in_step(name: str, item: Item) -> Item:
    return Item(
        "assessment", name, item.period, item.begins_on, item.ends_on, item.opens_on, item.due_on, beside=item.key
    )


def _together(own: Item, last: Item) -> Item:
    """The last of a cycle, held when another assessment is: a result of its own for its own period (D-LASTANN)."""
    return Item(
        "assessment", own.key, own.period, own.begins_on, own.ends_on, last.opens_on, last.due_on, beside=last.key
    )


def _books(cycle: CycleDays, items: Sequence[Item]) -> Iterator[Item]:
    """When books close: after each phase, after the cycle, and at last when all that falls due later has fallen due."""
    for phase in cycle.phases[:-1]:
        yield Item("books", "phase", phase.key, phase.begins_on, phase.ends_on, phase.ends_on + ONE_DAY)
    yield Item("expiry", "cycle", "cycle", cycle.begins_on, cycle.ends_on, cycle.ends_on + ONE_DAY)
    late = [
        one.due_on for one in items if one.kind in {"duty", "assessment"} and one.due_on and one.due_on > cycle.ends_on
    ]
    if late:
        yield Item("books", "late", "cycle", cycle.begins_on, max(late), max(late) + ONE_DAY)
