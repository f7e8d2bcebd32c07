"""The dashboard as a page shows it: tiles, who holds how much, what falls due, how long steps take."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from flows.engine.calendar import ONE_DAY, WorkCalendar, local_day
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from web.display import CALENDAR, WORKING, due_day, plain_day, relative_day, weekday
from web.i18n import _
from web.views.cases import span_of

TWO_DAYS = 2


@dataclass(frozen=True)
class Tiles:
    """The five figures on top, each with one line of detail."""

    pending: int
    pending_by: str
    late: int
    late_detail: str
    soon: int
    soon_detail: str
    returned: int
    returned_detail: str
    passed: int
    submitted: int
    passed_detail: str


@dataclass
class HolderRow:
    """One county, person or school: how much waits, how much of it is overdue, and its oldest case."""

    key: str
    name: str
    steps: dict[str, int] = field(default_factory=dict)
    all: int = 0
    late: int = 0
    used: int = 0
    allowed: int = 0
    unit: str = WORKING
    over: bool = False
    desk: str = ""
    holder: str = ""
    passed: int = 0
    places: int | None = None

    @property
    def tone(self) -> str:
        """Red past the limit, also before the first worked day after it; amber within two days of it."""
        if self.over or (self.allowed and self.used > self.allowed):
            return "red"
        return "amber" if self.allowed and self.used > self.allowed - 1 - TWO_DAYS else "blue"


def holder_rows(
    work: Work,
    rows: Sequence[Any],
    rules: Mapping[str, StepRule],
    by: str,
    names: Mapping[str, tuple[str, tuple[str, ...]]],
) -> list[HolderRow]:
    """Rows by county, person or school; most overdue first, then the one whose oldest case is nearest to or furthest past its limit."""
    found: dict[str, HolderRow] = {}
    for row in rows:
        key, name = _whose(row, by, names)
        one = found.setdefault(key, HolderRow(key, name))
        one.steps[row.step] = one.steps.get(row.step, 0) + row.n
        one.all, one.late = one.all + row.n, one.late + row.late
        used, allowed, unit = _age(work, row, rules.get(row.step))
        if (used - allowed, used) > (one.used - one.allowed, one.used) or not one.desk:
            one.used, one.allowed, one.unit, one.over, one.desk, one.holder = (
                used,
                allowed,
                unit,
                row.late > 0,
                row.desk,
                holder_words(names, row.desk),
            )
    return sorted(found.values(), key=lambda one: (-one.late, one.allowed - one.used, -one.used, one.name))


def _whose(row: Any, by: str, names: Mapping[str, tuple[str, tuple[str, ...]]]) -> tuple[str, str]:
    if by == "person":
        return row.desk, holder_words(names, row.desk)
    if by == "school":
        return f"{row.body_id}", row.body
    return f"{row.county_id or ''}", short_body(row.county or _("市直"))


def short_body(name: str) -> str:
    """A county by its own name: 松山区 for 松山区教育局."""
    return name.removesuffix("教育局") or name


def holder_words(names: Mapping[str, tuple[str, tuple[str, ...]]], desk: str, beside: str = "") -> str:
    """Who holds a desk: the officer with the body (not said again `beside` its own name), or the person."""
    body, people = names.get(desk, ("", ()))
    if not desk.startswith("body:"):
        return body
    if not people:
        return _("{body}（没有经办人）", body=body)
    return people[0] if short_body(body) == beside else f"{body} {people[0]}"


def _age(work: Work, row: Any, rule: StepRule | None) -> tuple[int, int, str]:
    """Days the oldest case has been there, days allowed, and the unit of both; nothing allowed where there is no limit."""
    if row.due_at is None:
        return work.calendar.working_days_between(local_day(row.since), local_day(work.now)), 0, WORKING
    span = span_of(rule, row.state) if rule else None
    since, today, due = local_day(row.since), local_day(work.now), due_day(row.due_at)
    if span is not None and span.unit != "working_day":
        return (today - since).days, (due - since).days, CALENDAR
    between = work.calendar.working_days_between
    return between(since, today), between(since, due), WORKING


def tiles_of(
    rows: Sequence[Any], rules: Mapping[str, StepRule], work: Work, submitted: int, passed: int, places: int | None
) -> Tiles:  # fmt: skip
    """The five figures, counted from the rows that the table is made of."""
    reviewing = [row for row in rows if row.state == "reviewing"]
    returned = [row for row in rows if row.state == "returned"]
    by_step: dict[str, int] = defaultdict(int)
    for row in reviewing:
        by_step[row.step] += row.n
    worst = min((row for row in rows if row.late), key=lambda row: row.due_at, default=None)
    longest = ""
    if worst is not None:
        over = max(work.calendar.working_days_between(due_day(worst.due_at), local_day(work.now)), 1)
        longest = _("最久逾期 {n} 个工作日（{name}）", n=over, name=short_body(worst.county or worst.body))
    today, tomorrow = sum(row.today for row in rows), sum(row.tomorrow for row in rows)
    late_returned = sum(row.today + row.tomorrow for row in returned)
    left = _("推荐名额共 {n}，余 {left}", n=places, left=max(places - passed, 0)) if places else ""
    return Tiles(
        sum(row.n for row in reviewing), " · ".join(f"{short_step(rules[step])} {n}" for step, n in by_step.items() if step in rules),
        sum(row.late for row in rows), longest, today + tomorrow, _("今天 {today} · 明天 {tomorrow}", today=today, tomorrow=tomorrow),
        sum(row.n for row in returned), _("{n} 件两天内到期", n=late_returned) if late_returned else "", passed, submitted, left,
    )  # fmt: skip


SHORT = {"school": "学校", "county": "旗县区", "department": "系部", "township": "乡镇", "person": "本人"}


def short_step(rule: StepRule) -> str:
    """A step in a few characters, for heads of columns."""
    if rule.stage.name == "tier_review" and len(rule.by) == 1 and rule.by[0] in SHORT:
        return _("{who}审核", who=_(SHORT[rule.by[0]]))
    return rule.title


@dataclass(frozen=True)
class DueDay:
    """One day of this week and next: what falls due on it."""

    day: str
    week: str
    near: str
    lines: tuple[tuple[str, int, str], ...]
    rest: bool = False


def due_days(
    calendar: WorkCalendar, rows: Sequence[Any], rules: Mapping[str, StepRule], today: date, until: date
) -> list[DueDay]:
    """Every worked day up to the end of next week, free days between them in one line; today and tomorrow are said."""
    by_day: dict[date, dict[str, tuple[int, str]]] = defaultdict(dict)
    for row in rows:
        words = (
            _("申报人补正")
            if row.state == "returned"
            else short_step(rules[row.step])
            if row.step in rules
            else row.step
        )
        before = by_day[due_day(row.due_at)].get(words, (0, ""))[0]
        by_day[due_day(row.due_at)][words] = (before + row.n, row.stage)
    found: list[DueDay] = []
    one = today
    while one <= until:
        last = one
        if not calendar.is_working(one) and one not in by_day:
            while last + ONE_DAY <= until and not calendar.is_working(last + ONE_DAY) and last + ONE_DAY not in by_day:
                last += ONE_DAY
            name = next(
                (named for n in range((last - one).days + 1) if (named := calendar.on(one + timedelta(days=n)).name)),
                "",
            )
            when = (
                plain_day(one)
                if one == last
                else f"{plain_day(one)}–{last.day}日"
                if one.month == last.month
                else f"{plain_day(one)}–{plain_day(last)}"
            )
            found.append(DueDay(when, name or _("休"), "", (), rest=True))
        else:
            near = relative_day(one, today) if (one - today).days < TWO_DAYS else ""
            found.append(
                DueDay(
                    plain_day(one),
                    weekday(one),
                    near,
                    tuple((words, n, stage) for words, (n, stage) in by_day.get(one, {}).items()),
                )
            )
        one = last + ONE_DAY
    return found


@dataclass(frozen=True)
class Duration:
    """How long a step takes: median and nine in ten of its finished cases, against its limit; `last_year` where this round has none."""

    title: str
    middle: float
    ninth: int
    limit: int
    unit: str
    finished: int
    last_year: bool = False

    @property
    def over(self) -> int:
        """By how much nine in ten pass the limit."""
        return self.ninth - self.limit if self.limit else 0


def durations_of(
    calendar: WorkCalendar,
    rules: Sequence[StepRule],
    rows: Sequence[Any],
    mended: Sequence[Any],
    round_id: int,
    before: int | None,
) -> list[Duration]:
    """Every step with a limit; those with nothing finished yet take the figures of the round before, if there are any."""
    measured: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    by_name = {rule.name: rule for rule in rules}
    for row in rows:
        rule = by_name.get(row.step)
        if rule is not None:
            measured[row.round_id, row.step, ""].append(_days(calendar, rule, "", row.opened, row.ended_at))
    sent: dict[int, datetime] = {}
    for row in mended:
        if row.event == "send_back":
            sent[row.run_id] = row.at
        elif row.run_id in sent:
            back = sent.pop(row.run_id)
            measured[row.round_id, "", "returned"].append(
                calendar.working_days_between(local_day(back), local_day(row.at))
            )
    found: list[Duration] = []
    for rule in rules:
        span = span_of(rule, "posted" if rule.stage.name == "public_notice" else "")
        if rule.stage.name in {"application", "public_notice"} or span is None:
            continue
        found += _duration(short_step(rule), measured, rule.name, "", span.n, span.unit, round_id, before)
        if rule.stage.name == "tier_review" and not any(one.title == _("申报人补正") for one in found):
            mend = span_of(rule, "returned")
            if mend is not None:
                found += _duration(_("申报人补正"), measured, "", "returned", mend.n, mend.unit, round_id, before)
    return found


def _days(calendar: WorkCalendar, rule: StepRule, state: str, opened: datetime, ended: datetime) -> int:
    span = span_of(rule, state)
    first, last = local_day(opened), local_day(ended)
    return (
        (last - first).days
        if span is not None and span.unit != "working_day"
        else calendar.working_days_between(first, last)
    )


def _duration(
    title: str,
    measured: Mapping[tuple[int, str, str], list[int]],
    step: str,
    state: str,
    limit: int,
    unit: str,
    round_id: int,
    before: int | None,
) -> list[Duration]:
    own = measured.get((round_id, step, state), [])
    days = own or (measured.get((before, step, state), []) if before is not None else [])
    if not days:
        return []
    ordered = sorted(days)
    ninth = ordered[min(-(-len(ordered) * 9 // 10), len(ordered)) - 1]
    return [
        Duration(
            title, median(ordered), ninth, limit, WORKING if unit == "working_day" else CALENDAR, len(days), not own
        )
    ]


def bottleneck(found: Sequence[Duration]) -> Duration | None:
    """The step of this round whose nine in ten pass the limit by most."""
    return max((one for one in found if one.over > 0 and not one.last_year), key=lambda one: one.over, default=None)
