"""Rounds as pages show them: the Gantt over the real calendar, the load of experts, the funnel, and what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import ONE_DAY, Span, WorkCalendar
from flows.engine.rulebook import StepRule
from flows.office.timeline import Circumstances, ExpertGroup, Share, Stretch, Timeline, Unmanned
from models.queries.rounds import County, Manning, Pool
from web.display import (
    DueMark,
    Ground,
    Provenance,
    Why,
    WhyStep,
    day,
    month,
    percent,
    plain_day,
    span,
)
from web.display import Span as Bar
from web.i18n import _, word
from web.views.cases import provenance_of

LEVEL_TITLES = {"county": word("旗县区"), "school": word("学校"), "township": word("乡镇"), "department": word("部门")}
SHORT_NAMES = {
    "国庆节": "国庆",
    "中秋节": "中秋",
    "劳动节": "劳动节",
    "端午节": "端午",
    "清明节": "清明",
    "春节": "春节",
    "元旦": "元旦",
}
LETTER = 3.6  # a character's part of a Gantt's width, in per cent


@dataclass(frozen=True)
class GanttRow:
    """One step of the preview: its bar and reminders, its days in words, why the last one, and from where it comes."""

    key: str
    title: str
    bars: tuple[Bar, ...]
    dots: tuple[str, ...]
    starts: str
    ends: str
    provisional: DueMark | None
    length: str
    detail: str
    note: str
    origin: Provenance | None
    why: Why
    moved: str = ""
    changes: bool = False


@dataclass(frozen=True)
class Scale:
    """The days a Gantt shows, as per cents of its width."""

    first: date
    last: date

    def at(self, on: date) -> str:
        """Where a day begins."""
        return percent((on - self.first).days, (self.last - self.first).days + 1)

    def width(self, days: int) -> str:
        """How wide so many days are."""
        return percent(days, (self.last - self.first).days + 1)


def scale_of(found: Timeline) -> Scale:
    """From a week before the first day to a week after the last one."""
    last = max(one.ends_on for one in found.stretches)
    first = min(one.starts_on for one in found.stretches)
    return Scale(first - timedelta(days=7), max(last, first) + timedelta(days=10))


def ground_of(calendar: WorkCalendar, scale: Scale) -> tuple[Ground, ...]:
    """Weekends, named holidays, make-up days, months, and years whose 调休 is not gazetted."""
    days = [scale.first + timedelta(days=n) for n in range((scale.last - scale.first).days + 1)]
    grounds: list[Ground] = []
    for kind in ("weekend", "holiday", "makeup"):
        for run in _runs([one for one in days if calendar.on(one).kind == kind and not calendar.on(one).provisional]):
            name = calendar.on(run[0]).name or ""
            label = {"holiday": _(SHORT_NAMES.get(name, name)), "makeup": _("班")}.get(kind, "")
            grounds.append(Ground(scale.at(run[0]), scale.width(len(run)), kind, label))
    unsettled = _runs([one for one in days if calendar.provisional_year(one.year)])
    grounds += [Ground(scale.at(run[0]), scale.width(len(run)), "provisional", _("暂定")) for run in unsettled]
    firsts = [one for one in days if one.day == 1 or one == scale.first]
    # The month of a few days at the very left has no room for its name.
    grounds += [Ground(scale.at(one), "", "month", _month_label(one, scale.first)) for one in firsts if one.day <= 22]
    return _without_crowding(grounds)


def _without_crowding(grounds: Sequence[Ground]) -> tuple[Ground, ...]:
    """Leave out names that would lie over others; a holiday's comes before that of a make-up day."""
    taken: list[tuple[float, float]] = []
    kept: dict[int, Ground] = {}
    order = sorted(
        range(len(grounds)),
        key=lambda n: (grounds[n].kind == "makeup", grounds[n].kind != "holiday", -_per_cent(grounds[n].width), n),
    )
    for n in order:
        one = grounds[n]
        if one.kind != "month" and one.label:
            middle, half = _per_cent(one.start) + _per_cent(one.width) / 2, LETTER * len(one.label) / 2
            if any(middle - half < right and left < middle + half for left, right in taken):
                one = Ground(one.start, one.width, one.kind)
            else:
                taken.append((middle - half, middle + half))
        kept[n] = one
    return tuple(kept[n] for n in range(len(grounds)))


def _per_cent(text: str) -> float:
    return float(text.rstrip("%") or 0)


def _month_label(on: date, first: date) -> str:
    return month(on.month) if on.year == first.year else _("{year}年{month}", year=on.year, month=month(on.month))


def _runs(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for one in days:
        if runs and one - runs[-1][-1] == ONE_DAY:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def gantt_rows(
    found: Timeline,
    saved: Timeline,
    plain: Sequence[StepRule],
    scale: Scale,
    calendar: WorkCalendar,
    today: date,
    address: str,
) -> list[GanttRow]:
    """The rows of the preview; a row whose last day differs from the saved plan says what it was."""
    before = {one.key: one for one in saved.stretches}
    usual = {rule.name: _usual(rule) for rule in plain}
    return [
        _row(one, before.get(one.key), usual.get(one.key), scale, calendar, today, address) for one in found.stretches
    ]


def _usual(rule: StepRule) -> Span | None:
    policy: Any = rule.policy
    found = getattr(policy, "within", None) or getattr(policy, "length", None)
    return found if isinstance(found, Span) else None


def _row(
    one: Stretch,
    before: Stretch | None,
    usual: Span | None,
    scale: Scale,
    calendar: WorkCalendar,
    today: date,
    address: str,
) -> GanttRow:
    kind = "provisional" if one.due.provisional and one.kind == "work" else one.kind
    words = _(
        "{step}：{first} 至 {last}", step=one.title, first=day(one.starts_on, today), last=day(one.ends_on, today)
    )
    bar = Bar(scale.at(one.starts_on), scale.width(one.days), kind, words)
    moved = before is not None and (before.ends_on, before.starts_on) != (one.ends_on, one.starts_on)
    changed = usual is not None and one.span is not None and (one.span != usual or one.fixed)
    origin = provenance_of(dict(one.origin), address)
    provisional = DueMark("provisional", day(one.ends_on, today)) if one.due.provisional else None
    length, detail = _length(one, calendar)
    return GanttRow(
        one.key, one.title, (bar,), tuple(scale.at(on) for on in one.reminders), day(one.starts_on, today), day(one.ends_on, today),
        provisional, length, _note(one, usual) if changed else detail, "", origin, why_of(one, origin),
        _("原 {day}", day=plain_day(before.ends_on)) if moved and before else "", changed,
    )  # fmt: skip


def _note(one: Stretch, usual: Span | None) -> str:
    if one.fixed:
        return _("批次统一定到这一天")
    return _("缺省 {n}，已改", n=usual.n) if usual else ""


def _length(one: Stretch, calendar: WorkCalendar) -> tuple[str, str]:
    worked = calendar.working_days_between(one.starts_on - ONE_DAY, one.ends_on)
    if one.kind == "conditional":
        return _chinese(one.span, worked), _("只冻结该申报人")
    if one.stage == "application":
        return span(one.days, "calendar"), span(worked)
    if one.span is not None and not one.fixed:
        return _chinese(one.span, worked), ""
    return span(worked), ""


def _chinese(length: Span | None, worked: int) -> str:
    if length is None:
        return span(worked)
    return {"working_day": span(length.n), "day": span(length.n, "calendar")}.get(length.unit, length.chinese)


def why_of(one: Stretch, origin: Provenance | None) -> Why:
    """Why a step ends on its day, fact by fact."""
    steps = tuple(
        WhyStep(f"{step.label}{_('：')}{step.text}", origin if step.label == "时限" else None) for step in one.due.steps
    )
    return Why(_("为什么是 {day}？", day=plain_day(one.ends_on)), steps)


# What the preview has to know


def circumstances_of(
    rules: Sequence[StepRule], staffed: Sequence[Manning], pool: Pool, groups: Sequence[ExpertGroup], places: Sequence[Any],
    counties: Sequence[County], told: tuple[int, int, int],
) -> Circumstances:  # fmt: skip
    """What was read of the database, as the forecast takes it."""
    asked = {who for rule in rules if rule.stage.name == "tier_review" for who in rule.by}
    unmanned = [
        Unmanned(one.level, _(LEVEL_TITLES[one.level]), one.unmanned, one.of) for one in staffed if one.level in asked
    ]
    shares = [
        Share(one.scope, one.body or _("各旗县区"), one.at_least, one.at_most, one.body_id)
        for one in places
        if not one.kind
    ]
    return Circumstances(
        unmanned, groups, pool.total, pool.available, shares, [one.name for one in counties], told[0], told[2]
    )  # fmt: skip


def groups_of(stages: Mapping[str, int], expected: int | None, pool: Pool) -> list[ExpertGroup]:
    """How many applications are expected in each school stage, and how many experts know it; one group where no expert names a stage."""
    total = sum(stages.values())
    wanted = min(expected, total) if expected is not None and total else total
    if not any(pool.stages):
        return [ExpertGroup(_("全部"), wanted, pool.total)] if wanted else []
    shares = spread_over(wanted, stages)
    return [
        ExpertGroup(name or _("其他"), n, sum(name in stage for stage in pool.stages) if name else pool.total)
        for name, n in sorted(shares.items(), key=lambda one: -one[1])
        if n
    ]


def spread_over(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A whole number in shares as near as possible to the weights; the largest remainders get what is left."""
    whole = sum(weights.values())
    if not whole:
        return {}
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: int(value) for name, value in exact.items()}
    for name in sorted(exact, key=lambda one: shares[one] - exact[one])[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


@dataclass(frozen=True)
class PlaceRow:
    """One county in the table of places."""

    id: int
    name: str
    studios: int
    before: int
    at_least: int | None
    at_most: int | None


@dataclass(frozen=True)
class PlaceTable:
    """The places of a round: by county, the same for each, and of the whole round; those of the regulation cannot be changed."""

    rows: tuple[PlaceRow, ...]
    whole: int | None
    fixed: tuple[str, ...]

    @property
    def sent(self) -> int:
        """How many may be recommended in all."""
        return sum(row.at_most or 0 for row in self.rows)

    @property
    def least(self) -> int:
        """How many are to be recommended at least."""
        return sum(row.at_least or 0 for row in self.rows)


def place_table(counties: Sequence[County], places: Sequence[Any]) -> PlaceTable:
    """What the table of places shows: own places first, else those set for every county."""
    own = {one.body_id: one for one in places if one.scope == "county" and one.body_id}
    every = next((one for one in places if one.scope == "county" and not one.body_id), None)
    rows = []
    for one in counties:
        quota = own.get(one.id, every)
        rows.append(
            PlaceRow(
                one.id,
                one.name,
                one.studios,
                one.before,
                quota.at_least if quota else None,
                quota.at_most if quota else None,
            )
        )
    decided = [one for one in places if one.origin.get("kind") == "decision"]
    whole = next((one.at_most for one in decided if one.scope == "round"), None)
    fixed = tuple(
        _("{scope}最多 {n} 个（办法规定）", scope=one.body or SCOPES.get(one.scope, one.scope), n=one.at_most)
        for one in places
        if one.origin.get("kind") != "decision" and one.at_most is not None
    )
    return PlaceTable(tuple(rows), whole, fixed)


SCOPES = {"round": word("全市"), "county": word("每个旗县区"), "direct_school": word("每所直属学校"), "school": word("每所学校"),
          "township": word("每个乡镇"), "kind": word("每一类别"), "subject": word("每一学科")}  # fmt: skip
