"""Due rules that several stages share: from a span of their policy, a fixed day of the round, or a person's extension."""

from collections.abc import Callable
from datetime import date

from flows.engine.calendar import Due, Roll, Step, due_after, end_of_day, local_day
from flows.engine.declare import Ask, DueRule

WEEKDAYS = "一二三四五六日"


def fixed(on: date, label: str, text: str) -> Due:
    """A due day that was set, not counted; `label` and `text` say by what."""
    result = Step("结果", f"{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]} 24:00 截止")
    return Due(on, end_of_day(on), (Step(label, text), result), False)


def within(key: str, *, roll: Roll = "none", label: str = "收到日") -> DueRule:
    """A reaction: the span `policy.<key>` from the day the work arrived, or the day the round's timetable fixes for the step."""

    def due(ask: Ask) -> Due | None:
        if ask.facts.fixed_on is not None and ask.facts.fixed_on >= local_day(ask.now):
            return fixed(ask.facts.fixed_on, "批次时间表", f"本批次统一定为 {ask.facts.fixed_on.isoformat()}")
        span = getattr(ask.policy, key)
        return None if span is None else due_after(local_day(ask.now), span, ask.calendar, roll=roll, start_label=label)

    return due


def returned_within(key: str = "return_within") -> Callable[[Ask], Due | None]:
    """The time to mend what was sent back; it burdens a person, so a free last day moves to the next working day."""

    def due(ask: Ask) -> Due | None:
        span = getattr(ask.policy, key)
        if span is None:
            return None
        return due_after(local_day(ask.now), span, ask.calendar, roll="next_working_day", start_label="退回日")

    return due
