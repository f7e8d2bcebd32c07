"""Losing what a role asks (不再符合条件): who leaves a post in a running cycle is noted by the authority on the day after."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import at_local
from flows.office.eligibility import seats_in_doubt
from flows.office.findings import note_loss
from flows.rehearsal.bureau import Bureau
from models.queries.naming import losses_under_way

MORNING = 8
A_DAY = timedelta(days=1)
REASON = "不再担任原来的职务"


def await_losses(bureau: Bureau) -> None:
    """From now on whoever leaves a post that their role asks for is noted, the morning after their last day."""
    for name, facts in bureau.people_given.items():
        for last_day in _last_days(facts):
            bureau.at(at_local(last_day + A_DAY, MORNING), lambda name=name: _note(bureau, name))  # type: ignore[misc]


def _last_days(facts: Mapping[str, Any]) -> Iterator[date]:
    said = [facts.get("until"), *(one.get("until") for one in facts.get("posts", ()))]
    yield from (date.fromisoformat(str(one)) for one in said if one is not None)


def _note(bureau: Bureau, name: str) -> None:
    """The authority looks at the seats in doubt, as its page lists them, and notes the one of this person."""
    authority = bureau.acting("authority", None, None, None)
    with bureau.at_work() as work:
        seats = [one for one in seats_in_doubt(work, list(bureau.studios.values())) if one.person == name]
        noted = losses_under_way(work.session, [one.seat_id for one in seats])
        for seat in seats:
            if seat.seat_id not in noted:
                note_loss(work, authority, seat.seat_id, REASON)
