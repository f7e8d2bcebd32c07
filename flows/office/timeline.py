"""Timeline (时间预演): what a round will be, from its rules, its dates and the real calendar, and what stands in its way; pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flows.engine.calendar import ONE_DAY, Span, WorkCalendar, due_after, rungs
from flows.engine.date_words import short_date
from flows.engine.due import fixed
from flows.engine.rulebook import StepRule
from flows.office.timeline_checks import (
    collision,
    date_findings,
    expert_findings,
    people_findings,
    rest_findings,
    share_findings,
)
from flows.office.timeline_parts import (
    Circumstances,
    Dates,
    ExpertGroup,
    Finding,
    Share,
    Stretch,
    Timeline,
    Unmanned,
)

__all__ = [
    "Circumstances", "Dates", "ExpertGroup", "Finding", "Share", "Stretch", "Timeline", "Unmanned", "forecast",
]  # fmt: skip
REMINDED = ("application", "tier_review", "expert_review", "plaque")


def forecast(
    steps: Sequence[StepRule], dates: Dates, calendar: WorkCalendar, ladder: Sequence[int], today: date,
    circumstances: Circumstances | None = None,
) -> Timeline:  # fmt: skip
    """The forecast of a round whose path has these steps; the slowest lawful case, each step ending on its last day.

    A step begins when the one before has ended; the day of arrival is not counted, as the engine counts. A public notice is
    posted on the first working day after. Days that `timetable` fixes replace the spans. Never raises for odd dates: they are findings.
    """
    stretches, collisions = _chained(steps, dates, calendar, ladder)
    known = circumstances or Circumstances()
    findings = (
        *date_findings(dates, calendar, today), *collisions, *rest_findings(stretches, dates, calendar),
        *people_findings(known), *expert_findings(steps, known), *share_findings(steps, known),
    )  # fmt: skip
    regular = [one for one in stretches if one.kind != "conditional"]
    last = max(one.ends_on for one in regular)
    worked = calendar.working_days_between(dates.opens_on - ONE_DAY, last) if last >= dates.opens_on else 0
    return Timeline(tuple(stretches), tuple(sorted(findings, key=_severity)), worked)


def _severity(one: Finding) -> int:
    return {"block": 0, "warn": 1, "pass": 2}[one.level]


# Steps, one after the other


def _chained(
    steps: Sequence[StepRule], dates: Dates, calendar: WorkCalendar, ladder: Sequence[int]
) -> tuple[list[Stretch], list[Finding]]:
    stretches: list[Stretch] = []
    findings: list[Finding] = []
    arrived, free = dates.closes_on, dates.closes_on + ONE_DAY
    conditional: list[Stretch] = []
    for rule in steps:
        if rule.stage.name == "application":
            stretches.append(_intake(rule, dates, calendar, ladder))
            continue
        found = _stretch(rule, arrived, free, dates, calendar, ladder)
        if found is None:
            continue
        findings += collision(found, arrived, dates, stretches[-1] if stretches else None)
        stretches.append(found)
        if rule.stage.name == "public_notice":
            conditional.append(_inquiry(rule, found, calendar))
            arrived = free = found.ends_on + ONE_DAY
        else:
            arrived, free = found.ends_on, found.ends_on + ONE_DAY
    return [*stretches, *conditional], findings


def _intake(rule: StepRule, dates: Dates, calendar: WorkCalendar, ladder: Sequence[int]) -> Stretch:
    due = fixed(dates.closes_on, "批次", "受理的最后一天")
    origin = {"kind": "decision", "text": "批次设定"}
    return Stretch(rule.name, rule.title, "application", "work", dates.opens_on, due, None, origin,
                   _reminders(due.on, dates.opens_on, ladder, calendar))  # fmt: skip


def _stretch(
    rule: StepRule, arrived: date, free: date, dates: Dates, calendar: WorkCalendar, ladder: Sequence[int]
) -> Stretch | None:
    """A step that someone has to finish; None for one without a limit, such as the seat that follows by itself."""
    policy: Any = rule.policy
    starts_on = calendar.next_working(free)
    if rule.stage.name == "public_notice":
        due = due_after(
            starts_on, policy.length, calendar, first_day=policy.first_day, roll=policy.roll, start_label="张榜日"
        )
        origin = policy.origin("length")
        return Stretch(rule.name, rule.title, rule.stage.name, "notice", starts_on, due, policy.length, origin)
    fixed_on = dates.timetable.get(rule.name)
    within = getattr(policy, "within", None)
    span = within if isinstance(within, Span) else None  # of a seat it says which role is part of which
    if fixed_on is not None:
        due = fixed(fixed_on, "批次时间表", f"本批次统一定为 {short_date(fixed_on, fixed_on)}")
        origin = {"kind": "decision", "text": "批次设定"}
    elif span is not None:
        due, origin = due_after(arrived, span, calendar), policy.origin("within")
    else:
        return None
    reminders = _reminders(due.on, starts_on, ladder, calendar) if rule.stage.name in REMINDED else ()
    return Stretch(
        rule.name,
        rule.title,
        rule.stage.name,
        "work",
        min(starts_on, due.on),
        due,
        span,
        origin,
        reminders,
        fixed_on is not None,
    )


def _inquiry(rule: StepRule, notice: Stretch, calendar: WorkCalendar) -> Stretch:
    policy: Any = rule.policy
    due = due_after(notice.ends_on, policy.inquiry, calendar, roll="next_working_day", start_label="收到异议")
    starts_on = calendar.next_working(notice.ends_on + ONE_DAY)
    return Stretch(
        f"{rule.name}/inquiry",
        "如有异议：核查",
        "objection",
        "conditional",
        starts_on,
        due,
        policy.inquiry,
        policy.origin("inquiry"),
    )


def _reminders(due_on: date, starts_on: date, ladder: Sequence[int], calendar: WorkCalendar) -> tuple[date, ...]:
    before = [offset for offset in ladder if offset <= 0]
    return tuple(rung.at.date() for rung in rungs(due_on, starts_on, before, calendar))
