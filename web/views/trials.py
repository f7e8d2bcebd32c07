"""Trials as pages show them: the days reached beside those planned, and the work of people by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flows.engine.calendar import WorkCalendar
from flows.trial.report import Load, Report, StepTaken
from web.display import Ground, day, plain_day
from web.display import Span as Bar
from web.i18n import _, word
from web.views.rounds import Scale, ground_of

SHOWN = 8
KINDS = {"review": word("审核"), "sheet": word("评分")}


@dataclass(frozen=True)
class StepRow:
    """One step: its planned and its reached days as bars and in words, and by how many days it is late."""

    step: StepTaken
    plan: Bar | None
    bar: Bar
    planned: str
    reached: str
    days_late: int


@dataclass(frozen=True)
class LoadGroup:
    """The people of one kind of work, busiest first; `most`: the longest bar."""

    kind: str
    title: str
    unit: str
    rows: tuple[Load, ...]
    of: int
    most: int


def _scale(report: Report) -> Scale:
    """From a week before the first day to a week after the last one, planned or reached."""
    first = min([one.from_on for one in report.steps], default=report.began_on)
    last = max(report.ended_on, report.planned_to)
    return Scale(first - timedelta(days=7), last + timedelta(days=10))


def steps_shown(report: Report, calendar: WorkCalendar, today: date) -> tuple[tuple[StepRow, ...], tuple[Ground, ...]]:
    """The steps as rows of a Gantt, and the ground under it."""
    scale = _scale(report)
    return tuple(_row(one, scale, today) for one in report.steps), ground_of(calendar, scale)


def _row(one: StepTaken, scale: Scale, today: date) -> StepRow:
    reached = _bar(one.title, one.from_on, one.to_on, scale, "late" if one.late or one.left else "work", today)
    words = f"{day(one.from_on, today)} – {day(one.to_on, today)}"
    if one.planned_from is None or one.planned_to is None:
        return StepRow(one, None, reached, "", words, 0)
    plan = _bar(_("计划"), one.planned_from, one.planned_to, scale, "planned", today)
    planned = f"{plain_day(one.planned_from)} – {plain_day(one.planned_to)}"
    return StepRow(one, plan, reached, planned, words, max((one.to_on - one.planned_to).days, 0))


def _bar(title: str, first: date, last: date, scale: Scale, kind: str, today: date) -> Bar:
    words = _("{step}：{first} 至 {last}", step=title, first=day(first, today), last=day(last, today))
    return Bar(scale.at(first), scale.width((last - first).days + 1), kind, words)


def loads_shown(report: Report) -> tuple[LoadGroup, ...]:
    """Reviewers and experts, each with their busiest week."""
    groups = []
    for kind, title in KINDS.items():
        found: Sequence[Load] = [one for one in report.loads if one.kind == kind]
        if found:
            unit = _("份") if kind == "sheet" else _("件")
            groups.append(LoadGroup(kind, _(title), unit, tuple(found[:SHOWN]), len(found), found[0].in_week))
    return tuple(groups)
