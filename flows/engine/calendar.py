"""Days, working days and due dates (期限): every date the law of counting gives, and why it is that date."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, Self, cast

from flows.engine.date_words import consecutive_runs, date_range, full_date, short_date
from models import local_time

# Which day a moment belongs to is said in one place for everybody; whoever counts days finds it here.
CHINA, MORNING = local_time.CHINA, local_time.MORNING
at_local, local_day, last_day = local_time.at_local, local_time.local_day, local_time.last_day
start_of_day, end_of_day = local_time.start_of_day, local_time.end_of_day
ONE_DAY = timedelta(days=1)
RUNS_SPELLED_OUT = 3
# 元旦调休 has reached back into December: from this day on the notice of the next year decides too.
NEW_YEAR_SHIFTS_FROM = 25

DayKind = Literal["weekday", "weekend", "holiday", "makeup"]
Unit = Literal["day", "working_day", "week", "month", "year", "school_year", "class_hour"]
FirstDay = Literal["not_counted", "counted"]
Roll = Literal["none", "next_working_day"]

UNIT_WORDS: Mapping[Unit, str] = {
    "day": "天",
    "working_day": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
    "school_year": "个学年",
    "class_hour": "个课时",
}
SPAN = re.compile(r"(\d{1,4}) (day|working day|week|month|year|school year|class hour)s?")


# Days


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the bureau's calendar. `provisional`: the notice on 放假调休 for it is not published yet."""

    day: date
    working: bool
    name: str | None
    kind: DayKind
    provisional: bool = False

    def __post_init__(self) -> None:
        if self.working != (self.kind in {"weekday", "makeup"}):
            raise ValueError(f"{self.day} 的类别是 {self.kind}，与是否上班不符：请改类别，或改是否上班")


@dataclass(frozen=True, eq=False)  # the same one or another: it is a key of what was counted with it
class WorkCalendar:
    """The bureau's calendar: the days it lists; any other day is a working weekday or a free weekend.

    A year is gazetted when the calendar lists a holiday in it and none of its days is provisional.
    """

    days: Mapping[date, CalendarDay] = field(default_factory=dict)
    _gazetted: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for key, listed in self.days.items():
            if key != listed.day:
                raise ValueError(f"日历中 {key} 一行写的是 {listed.day}：请改成同一天")
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))
        settled = {listed.day.year for listed in self.days.values() if listed.kind == "holiday"}
        estimated = {listed.day.year for listed in self.days.values() if listed.provisional}
        object.__setattr__(self, "_gazetted", frozenset(settled - estimated))

    @classmethod
    def of(cls, days: Iterable[CalendarDay]) -> Self:
        """Calendar of these days; a day given twice takes the later one."""
        return cls({listed.day: listed for listed in days})

    def on(self, day: date) -> CalendarDay:
        """What this day is, listed or not."""
        listed = self.days.get(day)
        if listed is not None:
            return listed
        free = day.weekday() >= 5
        return CalendarDay(day, not free, None, "weekend" if free else "weekday", self._unsettled(day))

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        listed = self.days.get(day)
        return listed.working if listed is not None else day.weekday() < 5

    def provisional_year(self, year: int) -> bool:
        """Whether the 调休 of this year is not known yet, so that its working days are an estimate."""
        return year not in self._gazetted

    def next_working(self, day: date) -> date:
        """First working day on or after `day`."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def previous_working(self, day: date) -> date:
        """Last working day on or before `day`."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, start: date, n: int, *, first_day_counted: bool = False) -> date:
        """The n-th working day after `start` (before it when `n` is negative; `start` itself when 0).

        With `first_day_counted`, `start` is the first one counted if it is a working day.
        """
        step, left, day = (ONE_DAY if n > 0 else -ONE_DAY), abs(n), start
        if left and first_day_counted and self.is_working(start):
            left -= 1
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; when `b` is earlier, minus those after `b` up to `a`."""
        if b < a:
            return -self.working_days_between(b, a)
        return sum(self.is_working(day) for day in _each_day(a + ONE_DAY, b))

    def _unsettled(self, day: date) -> bool:
        reaches_new_year = day.month == 12 and day.day >= NEW_YEAR_SHIFTS_FROM
        return self.provisional_year(day.year) or (reaches_new_year and self.provisional_year(day.year + 1))


def _each_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


# Spans and ages


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a regulation writes it: `10 working days`, `3 months`."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"时限至少是 1，而这里是 {self.n}：请改成 1 以上的整数")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `N unit`, plural allowed. Raises ValueError saying what is expected."""
        match = SPAN.fullmatch(" ".join(text.split()))
        if match is None:
            units = "day、working day、week、month、year、school year、class hour"
            raise ValueError(f"“{text}”不是时限：请写成数字加单位，如 10 working days；单位可用 {units}")
        return cls(int(match[1]), cast(Unit, match[2].replace(" ", "_")))

    def __str__(self) -> str:
        return f"{self.n} {self.unit.replace('_', ' ')}{'s' if self.n > 1 else ''}"

    @property
    def chinese(self) -> str:
        """As people read it: 10 个工作日, 3 个月, 7 天."""
        return f"{self.n} {UNIT_WORDS[self.unit]}"


def add_months(day: date, n: int) -> date:
    """The same day number n months on (back when negative), or the last day of a shorter month (民法典 202)."""
    months = day.year * 12 + day.month - 1 + n
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_before(on: date, n: int) -> date:
    """The same day n years earlier: 近 n 年 means on or after it."""
    return add_months(on, -12 * n)


def completed_years(born: date, on: date) -> int:
    """Age or years of service (周岁): whole years completed on this day. Raises ValueError if it lies before `born`."""
    if on < born:
        raise ValueError(f"{on} 早于起算日 {born}：请核对出生日期或任职日期")
    years = on.year - born.year
    return years if add_months(born, 12 * years) <= on else years - 1


# Due dates


@dataclass(frozen=True, slots=True)
class Step:
    """One fact in the explanation of a due date."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Due:
    """A due day, the moment it ends, and at most six facts that explain it."""

    on: date
    at: datetime
    steps: tuple[Step, ...]
    provisional: bool


@lru_cache(maxsize=4096)
def due_after(
    start: date,
    span: Span,
    calendar: WorkCalendar,
    *,
    first_day: FirstDay = "not_counted",
    roll: Roll = "none",
    start_label: str = "收到日",
) -> Due:
    """The last day of a span that runs from `start`; a day ends at 24:00 in China.

    Months keep the day number, a school year counts as twelve months. With `first_day` counted the span ends a day
    earlier. `roll` moves a last day that is no working day (民法典 203). Raises ValueError for class hours.
    """
    counted = first_day == "counted"
    last = _shift(start, span, calendar, forward=True, counted=counted)
    on = calendar.next_working(last) if roll == "next_working_day" else last
    rule = "当日计入" if counted else "当日不计入"
    from_day = start if counted else start + ONE_DAY
    from_words = f"{span.chinese}，从{short_date(from_day, start)}起算"
    steps = [Step(start_label, f"{full_date(start)}，{rule}"), Step("时限", from_words)]
    provisional = False
    if span.unit == "working_day":
        provisional = _estimated(calendar, from_day, on)
        steps += _rest_step(calendar, from_day, on)
    elif roll == "next_working_day":
        provisional = _estimated(calendar, last, on)
        steps += _roll_step(calendar, last, on)
    return _due(on, steps, provisional=provisional, beside=start)


def due_before(anchor: date, span: Span, calendar: WorkCalendar, *, anchor_label: str = "基准日") -> Due:
    """The day that lies a span before `anchor`, `anchor` not counted; it never moves for a free day.

    Raises ValueError for class hours.
    """
    on = _shift(anchor, span, calendar, forward=False, counted=False)
    steps = [Step(anchor_label, f"{full_date(anchor)}，当日不计入"), Step("时限", f"之前 {span.chinese}，往前计算")]
    provisional = False
    if span.unit == "working_day":
        provisional = _estimated(calendar, on, anchor - ONE_DAY)
        steps += _rest_step(calendar, on, anchor - ONE_DAY)
    return _due(on, steps, provisional=provisional, beside=anchor)


def _shift(day: date, span: Span, calendar: WorkCalendar, *, forward: bool, counted: bool) -> date:
    n = span.n if forward else -span.n
    match span.unit:
        case "working_day":
            return calendar.add_working_days(day, n, first_day_counted=counted)
        case "day":
            moved = day + timedelta(days=n)
        case "week":
            moved = day + timedelta(weeks=n)
        case "month":
            moved = add_months(day, n)
        case "year" | "school_year":
            moved = add_months(day, 12 * n)
        case "class_hour":
            raise ValueError("课时不能用来推算日期：请改用天、工作日、周、月或年")
    return moved - ONE_DAY if counted else moved


def _due(on: date, steps: list[Step], *, provisional: bool, beside: date) -> Due:
    if provisional:
        steps.append(Step("暂定", "所涉年份的放假调休安排尚未公布，公布后重新计算并通知"))
    steps.append(Step("结果", f"{short_date(on, beside)} 24:00 截止"))
    return Due(on, end_of_day(on), tuple(steps), provisional)


def _estimated(calendar: WorkCalendar, first: date, last: date) -> bool:
    return any(calendar.on(day).provisional for day in _each_day(first, last))


def _rest_step(calendar: WorkCalendar, first: date, last: date) -> list[Step]:
    met = [calendar.on(day) for day in _each_day(first, last)]
    holidays = consecutive_runs([day.day for day in met if day.kind == "holiday"])
    makeup = [short_date(day.day, first) for day in met if day.kind == "makeup"]
    facts = ["周末不计"] if any(day.kind == "weekend" for day in met) else []
    if len(holidays) > RUNS_SPELLED_OUT:
        facts.append(f"节假日放假共 {sum(map(len, holidays))} 天，不计")
    else:
        facts += [f"{_names(calendar, run)} {date_range(run, first)}放假，不计" for run in holidays]
    if makeup:
        spelled = "、".join(makeup) if len(makeup) <= RUNS_SPELLED_OUT else f"共 {len(makeup)} 天"
        facts.append(f"{spelled}补班，计入")
    return [Step("放假与补班", "；".join(facts))] if facts else []


def _roll_step(calendar: WorkCalendar, last: date, on: date) -> list[Step]:
    if on == last:
        return []
    name = calendar.on(last).name
    why = f"{name}放假" if name else "休息"
    return [Step("顺延", f"{short_date(last, last)} {why}，顺延到{short_date(on, last)}")]


def _names(calendar: WorkCalendar, run: Sequence[date]) -> str:
    return "、".join(dict.fromkeys(calendar.on(day).name or "节假日" for day in run))


# Reminders


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """One reminder of a ladder: at this moment, so many days from the due day (negative before it)."""

    at: datetime
    offset: int


def rungs(due_on: date, arrived: date, ladder: Sequence[int], calendar: WorkCalendar) -> list[Rung]:
    """The reminders of a ladder in order of time, each at 08:00 in China and no two at the same moment.

    Those before the day the work arrived fall out. On a free day an early one is sent on the working day before
    (not before arrival), an overdue one on the next; the one of the due day stays. Of two that meet, the later counts.
    """
    by_day: dict[date, int] = {}
    for offset in sorted(ladder):
        day = due_on + timedelta(days=offset)
        if day < arrived:
            continue
        if offset < 0:
            day = max(calendar.previous_working(day), arrived)
        elif offset > 0:
            day = calendar.next_working(day)
        by_day[day] = offset
    return [Rung(at_local(day, MORNING), offset) for day, offset in sorted(by_day.items())]


def next_rung(ladder: Sequence[Rung], after: datetime) -> Rung | None:
    """The first reminder later than this moment, if any."""
    return min((rung for rung in ladder if rung.at > after), default=None)


def latest_rung(ladder: Sequence[Rung], upto: datetime) -> Rung | None:
    """The last reminder whose moment has come: after an outage the only one still worth sending."""
    return max((rung for rung in ladder if rung.at <= upto), default=None)


# Terms


@dataclass(frozen=True, slots=True)
class Term:
    """A semester (学期) of a bureau: `2025秋`, first and last day."""

    key: str
    kind: Literal["autumn", "spring"]
    begins_on: date
    ends_on: date


def default_terms(school_year: int) -> tuple[Term, Term]:
    """Terms of the school year that begins in September of this year, where the bureau has entered none (D-CAL)."""
    spring = school_year + 1
    return (
        Term(f"{school_year}秋", "autumn", date(school_year, 9, 1), date(spring, 1, 20)),
        Term(f"{spring}春", "spring", date(spring, 3, 1), date(spring, 7, 10)),
    )
