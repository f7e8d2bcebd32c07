"""The bureau's calendar as the engine uses it: read once an edition, kept by the process."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session

from flows.engine.calendar import CalendarDay as Day
from flows.engine.calendar import WorkCalendar
from models import CalendarDay, CalendarEdition
from models.columns import table_of
from models.session import place_of
from models.statements import rows

DAYS, EDITIONS = table_of(CalendarDay), table_of(CalendarEdition)
EDITION = select(EDITIONS.c.number)
_kept: dict[tuple[str, int], WorkCalendar] = {}


def calendar_of(session: Session) -> WorkCalendar:
    """The calendar in its present edition; reading it again costs one small query."""
    number = next((row.number for row in rows(session, EDITION)), 0)
    key = (place_of(session), number)
    if key not in _kept:
        if len(_kept) > 8:
            _kept.clear()
        days = session.execute(select(DAYS).order_by(DAYS.c.day))
        _kept[key] = WorkCalendar.of(
            Day(row.day, row.working, row.name or None, row.kind, row.provisional) for row in days
        )
    return _kept[key]


def forget_calendars() -> None:
    """Keep nothing that was read: another database stands at an address that was read before."""
    _kept.clear()


def put_days(session: Session, days: Sequence[Day], source: str) -> None:
    """Write days into the calendar, each in the place of what was said of it before, and begin a new edition."""
    written = [
        {"day": one.day, "kind": one.kind, "working": one.working, "name": one.name or "", "source": source,
         "provisional": one.provisional}
        for one in days
    ]  # fmt: skip
    if written:
        session.connection().execute(
            delete(DAYS).where(DAYS.c.day == bindparam("b_day")), [{"b_day": one.day} for one in days]
        )
        session.connection().execute(insert(DAYS), written)
    raised = session.execute(update(EDITIONS).values(number=EDITIONS.c.number + 1))
    if raised.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(EDITIONS).values(id=1, number=1))
