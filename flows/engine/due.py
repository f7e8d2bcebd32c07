"""Due rules that several stages share: from a span of their policy, a fixed day of the round, or a person's extension."""

from dataclasses import replace
from datetime import date

from flows.engine.calendar import Due, Roll, Step, due_after, end_of_day, last_day, local_day, start_of_day
from flows.engine.date_words import short_date
from flows.engine.declare import Ask, DueRule


def fixed(on: date, label: str, text: str, *, at_start: bool = False) -> Due:
    """A due day that was set, not counted; `label` and `text` say by what. `at_start`: the moment that day begins."""
    at, when = (start_of_day(on), "0:00 起") if at_start else (end_of_day(on), "24:00 截止")
    return Due(on, at, (Step(label, text), Step("结果", f"{short_date(on, on)} {when}")), False)


def counted(due: Due | None, stored: Due, ask: Ask) -> Due:
    """The stored day, explained by how it was counted where that gives it; counted anew when the calendar is corrected.

    What a person has set stays as it was set.
    """
    anew = due is not None and (due.on == stored.on or ask.event == "recount")
    return due if due is not None and anew else stored


def within(key: str, *, roll: Roll = "none", label: str = "收到日") -> DueRule:
    """A reaction: the span `policy.<key>` from the day the work arrived, or the day the round's timetable fixes for the step."""

    def due(ask: Ask) -> Due | None:
        today = local_day(ask.now)
        fixed_on = ask.facts.fixed_on
        if fixed_on is not None and fixed_on >= today:
            return fixed(fixed_on, "批次时间表", f"本批次统一定为 {short_date(fixed_on, today)}")
        span = getattr(ask.policy, key)
        return None if span is None else due_after(today, span, ask.calendar, roll=roll, start_label=label)

    return due


def unmoved_by(rule: DueRule, *events: str) -> DueRule:
    """The rule, but for these acts: they leave the deadline as it is, also one that was extended."""

    def due(ask: Ask) -> Due | None:
        if ask.event not in events or ask.run.due_at is None:
            return rule(ask)
        found = rule(replace(ask, now=ask.run.entered_at))
        if found is not None and found.at == ask.run.due_at:
            return found
        return fixed(last_day(ask.run.due_at), "原期限", "这次办理不改变期限")

    return due


def within_person(key: str, label: str) -> DueRule:
    """A span that burdens a person: a free last day moves to the next working day (民法典 203)."""

    def due(ask: Ask) -> Due | None:
        span = getattr(ask.policy, key)
        if span is None:
            return None
        return due_after(local_day(ask.now), span, ask.calendar, roll="next_working_day", start_label=label)

    return due
