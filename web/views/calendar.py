"""The calendar page (日历): months as grids with holidays, make-up days, what is provisional and what falls due."""

import calendar as gregorian
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.engine.calendar import CalendarDay, DayKind, WorkCalendar
from flows.engine.calendar_seed import gazetted_days
from flows.engine.errors import Refused
from flows.office.recount import Recounted
from models.queries.calendars import Falling
from web.display import day, due_day, month, plain_day
from web.i18n import _

SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_LINES = 120
KINDS: Mapping[str, DayKind] = {"放假": "holiday", "补班": "makeup", "工作日": "weekday", "周末": "weekend"}
_LINE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})\s+(\S+)(?:\s+(\S.*))?")


@dataclass(frozen=True)
class Cell:
    """One day of a month grid; `day` none outside the month. `look`: work, rest, holiday or makeup."""

    day: date | None = None
    look: str = "rest"
    name: str = ""
    provisional: bool = False
    today: bool = False
    due: tuple[Falling, ...] = ()

    @property
    def words(self) -> str:
        """What a reader hears of the day."""
        if self.day is None:
            return ""
        kinds = {"work": _("工作日"), "rest": _("休息日"), "holiday": _("放假"), "makeup": _("补班")}
        said = [plain_day(self.day), self.name or kinds[self.look]]
        return "，".join([*said, *([_("到期 {n} 件", n=len(self.due))] if self.due else [])])


@dataclass(frozen=True)
class Month:
    """A month of a year: its weeks from Monday on, how many days are worked, and its holidays in words."""

    title: str
    weeks: tuple[tuple[Cell, ...], ...]
    worked: int
    due: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shift:
    """A deadline that the correction would move."""

    run_id: int
    what: str
    old: str
    new: str
    moves: bool


def year_bounds(year: int) -> tuple[date, date]:
    """First and last day of a year. Raises Refused outside 2000–2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("no_year", _("日历只到 2000 至 2100 年。"))
    return date(year, 1, 1), date(year, 12, 31)


def months_of(calendar: WorkCalendar, year: int, today: date, falling: Sequence[Falling]) -> tuple[Month, ...]:
    """The twelve months of a year with what falls due on each day."""
    by_day: dict[date, list[Falling]] = defaultdict(list)
    for one in falling:
        by_day[due_day(one.due_at)].append(one)
    return tuple(_month(calendar, year, number, today, by_day) for number in range(1, 13))


def _month(calendar: WorkCalendar, year: int, number: int, today: date, by_day: Mapping[date, list[Falling]]) -> Month:
    weeks = tuple(
        tuple(_cell(calendar, one, number, today, by_day) for one in week)
        for week in gregorian.Calendar().monthdatescalendar(year, number)
    )
    cells = [cell for week in weeks for cell in week if cell.day]
    worked = sum(cell.look in {"work", "makeup"} for cell in cells)
    return Month(month(number), weeks, worked, sum(len(cell.due) for cell in cells), _notes(cells))


def _notes(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The holidays of a month in words, and which rest days are worked: what colour shows."""
    named: dict[str, list[int]] = {}
    for cell in cells:
        if cell.day and cell.look in {"holiday", "makeup"}:
            name = cell.name or _("放假") if cell.look == "holiday" else _("补班")
            named.setdefault(name, []).append(cell.day.day)
    return tuple(_("{name} {days}日", name=name, days=_spans(days)) for name, days in named.items())


def _spans(days: Sequence[int]) -> str:
    """1–3、8 for 1, 2, 3 and 8."""
    runs: list[list[int]] = []
    for one in days:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _cell(calendar: WorkCalendar, one: date, number: int, today: date, by_day: Mapping[date, list[Falling]]) -> Cell:
    if one.month != number:
        return Cell()
    listed = calendar.on(one)
    looks = {"weekday": "work", "weekend": "rest", "holiday": "holiday", "makeup": "makeup"}
    due = tuple(by_day.get(one, ()))
    return Cell(one, looks[listed.kind], listed.name or "", listed.provisional, one == today, due)


def agenda(months: Sequence[Month]) -> list[Cell]:
    """The days on which something falls due, in order: what a phone shows."""
    return [cell for one in months for week in one.weeks for cell in week if cell.due]


def read_changes(text: str) -> list[CalendarDay]:
    """Days as an administrator writes them, one a line: `2027-02-05 放假 春节`. Raises Refused that names the line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused("too_many", _("一次最多改 {n} 天，请分几次保存。没有改动任何内容。", n=MOST_LINES))
    return [_read(number, line) for number, line in enumerate(lines, start=1)]


def _read(number: int, line: str) -> CalendarDay:
    match = _LINE.fullmatch(line)
    if match is None or match[2] not in KINDS:
        raise Refused("unreadable", _(
            "第 {n} 行看不懂：{line}。请写成“日期 类别 名称”，类别是放假、补班、工作日或周末，例如 2027-02-05 放假 春节。",
            n=number, line=line[:40],
        ))  # fmt: skip
    try:
        year, month_, day_ = map(int, match[1].split("-"))
        on = date(year, month_, day_)
    except ValueError as error:
        raise Refused("no_such_day", _("第 {n} 行没有这一天：{day}。请核对日期。", n=number, day=match[1])) from error
    year_bounds(on.year)
    kind = KINDS[match[2]]
    return CalendarDay(on, kind in {"weekday", "makeup"}, match[3] or None, kind)


def written(days: Sequence[CalendarDay]) -> str:
    """Days in the form that `read_changes` reads."""
    words = {kind: word for word, kind in KINDS.items()}
    return "\n".join(f"{one.day.isoformat()} {words[one.kind]} {one.name or ''}".rstrip() for one in days)


def published(year: int, calendar: WorkCalendar) -> list[CalendarDay]:
    """Days of a year as gazetted that the calendar does not have so yet; none while the notice is not published."""
    try:
        days = gazetted_days([year])
    except ValueError:
        return []
    return [one for one in days if not one.provisional and calendar.days.get(one.day) != one]


def as_published(one: CalendarDay) -> bool:
    """Whether a day is worked or free as the notice of its year says, or that year has no notice yet."""
    try:
        listed = gazetted_days([one.day.year])
    except ValueError:
        return True
    free = next((known.working for known in listed if known.day == one.day), one.day.weekday() < SATURDAY)
    return any(known.provisional for known in listed) or one.working == free


def settles(days: Sequence[CalendarDay], calendar: WorkCalendar) -> list[CalendarDay]:
    """Provisional days of the years named that the new list does not repeat: they fall back to what the weekday says."""
    named, years = {one.day for one in days}, {one.day.year for one in days if one.kind == "holiday"}
    stale = [
        one for one in calendar.days.values() if one.provisional and one.day.year in years and one.day not in named
    ]
    return [_plain(one.day) for one in stale]


def _plain(on: date) -> CalendarDay:
    free = on.weekday() >= 5
    return CalendarDay(on, not free, None, "weekend" if free else "weekday")


def shifts(found: Sequence[Recounted], today: date) -> list[Shift]:
    """What would move, and what stays because it would fall into the past."""
    shown = []
    for one in found:
        if one.due.at == one.run.due_at:
            continue
        facts = one.ask.facts
        what = "，".join(part for part in (facts.person_name or facts.title, one.rule.title) if part)
        old = one.old_on
        shown.append(Shift(one.run.id, what, day(old, today) if old else "", day(one.due.on, today), one.moves))
    return shown
