"""Due days (期限) told from a period, a cycle or an event: which day it is and, step by step, why; pure."""

from dataclasses import dataclass
from datetime import date

from flows.engine.calendar import Due, Roll, Step, WorkCalendar, due_after, due_before, end_of_day
from flows.engine.date_words import full_date, short_date
from flows.programme.phrases import ANCHORS_ZH, Moment
from models.facts import Anchors

ANCHORED = {
    "start": "begins_on",
    "end": "ends_on",
    "plaque": "starts_on",
    "event": "event_on",
    "announcement": "announced_on",
}


@dataclass(frozen=True, slots=True)
class DueDay:
    """When something of a period is due. `first`: in the period in which the cycle begins, if that is later."""

    moment: Moment
    roll: Roll = "none"
    first: Moment | None = None

    def of(self, days: Anchors, calendar: WorkCalendar) -> Due | None:
        """The due day and why; None when it hangs on something that has not happened yet."""
        due = due_at(self.moment, days, calendar, self.roll)
        if self.first is None or not _begins_within(days):
            return due
        first = due_at(self.first, days, calendar, self.roll)
        return max(filter(None, (due, first)), key=lambda one: one.on, default=None)


def due_at(moment: Moment, days: Anchors, calendar: WorkCalendar, roll: Roll = "none") -> Due | None:
    """The day of one moment and why; None when its anchor has no day.

    What is counted after the start of a period counts from the cycle's first day where that is later.
    """
    base: date | None = getattr(days, ANCHORED.get(moment.anchor, ""), None)
    if base is None:
        return None
    label = ANCHORS_ZH[moment.anchor]
    if moment.span is None:
        steps = (
            Step(label, full_date(base)),
            Step("期限", "当天"),
            Step("结果", f"{short_date(base, base)} 24:00 截止"),
        )
        return Due(base, end_of_day(base), steps, False)
    if moment.side == "before":
        return due_before(base, moment.span, calendar, anchor_label=label)
    later = days.starts_on is not None and days.starts_on > base
    start = days.starts_on if later and days.starts_on else base
    return due_after(start, moment.span, calendar, roll=roll, start_label="周期首日" if later else label)


def _begins_within(days: Anchors) -> bool:
    if days.begins_on is None or days.ends_on is None or days.starts_on is None:
        return False
    return days.begins_on <= days.starts_on <= days.ends_on
