"""Days of the digest (工作日): which mornings it goes out, and which day is the third from now."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.local_time import MORNING, at_local, local_day
from models.queries.waiting import listed_days

SOON_DAYS = 3
LONGEST_REST = 40


def working_days_after(session: Session, day: date, count: int) -> list[date]:
    """The next working days: as the calendar lists them, else Monday to Friday."""
    ahead = [day + timedelta(days=step) for step in range(1, LONGEST_REST + 1)]
    listed = listed_days(session, ahead[0], ahead[-1])
    return [one for one in ahead if listed.get(one, one.weekday() < 5)][:count]


def is_working(session: Session, day: date) -> bool:
    """Whether a day is worked."""
    return listed_days(session, day, day).get(day, day.weekday() < 5)


def next_morning(session: Session, now: datetime) -> datetime:
    """The next moment a digest goes out after now: 8:00 on a working day."""
    today = local_day(now)
    this_morning = at_local(today, MORNING)
    if now < this_morning and is_working(session, today):
        return this_morning
    following = working_days_after(session, today, 1) or [today + timedelta(days=1)]
    return at_local(following[0], MORNING)
