"""Housekeeping (日常整理): what grows and need not stay, and years of the calendar that were published meanwhile."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, delete, or_, select

from flows.engine.calendar import CalendarDay as Day
from flows.engine.calendar import local_day
from flows.engine.calendar_seed import gazetted_days
from flows.engine.days import calendar_of
from flows.engine.declare import THE_CLOCK
from flows.engine.work import Work
from flows.office.recount import correct_calendar
from flows.regulations import Regulations, regulations
from models import CalendarDay, LoginAttempt, LoginSession
from models.columns import table_of
from models.files import sweep_halves
from models.session import reading, transaction

SESSIONS, ATTEMPTS = table_of(LoginSession), table_of(LoginAttempt)
DAYS = table_of(CalendarDay)
ATTEMPTS_KEPT, SESSIONS_KEPT = timedelta(days=1), timedelta(days=90)
HALVES_KEPT = timedelta(days=1)
YEARS_AHEAD = 4
SATURDAY = 5
PUBLISHED = "{year} 年放假调休安排已公布"


def keep_house(engine: Engine, now: datetime) -> None:
    """Forget old login attempts, sessions and halves of uploads, and load years of the calendar that are missing or newly published."""
    with transaction(engine) as session:
        session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < now - ATTEMPTS_KEPT))
        closed = SESSIONS.c.ended_at < now - SESSIONS_KEPT
        silent = and_(SESSIONS.c.ended_at.is_(None), SESSIONS.c.seen_at < now - SESSIONS_KEPT)
        session.execute(delete(SESSIONS).where(or_(closed, silent)))
    sweep_halves(now - HALVES_KEPT)
    load_years(engine, now)


def knows_years(engine: Engine, now: datetime) -> bool:
    """Whether the calendar has days from this year on; the rest can wait for the daily look."""
    with reading(engine) as session:
        later = select(DAYS.c.day).where(DAYS.c.day >= local_day(now).replace(month=1, day=1)).limit(1)
        return session.execute(later).first() is not None


def load_years(engine: Engine, now: datetime, book: Regulations | None = None) -> tuple[int, ...]:
    """Bring the calendar up to date from last year to some years ahead; returns the years that were written.

    Each year is written in one transaction with the open deadlines that it moves, their history and the notices, exactly as
    when people correct the calendar; once written it is not wanted again. A year that people edited, or that is published in
    full already, is left alone.
    """
    today = local_day(now).year
    years = range(today - 2, today + YEARS_AHEAD + 1)
    return tuple(year for year in years if _loaded(engine, now, book or regulations(), year))


def _loaded(engine: Engine, now: datetime, book: Regulations, year: int) -> bool:
    """Write one year if it is wanted; whether it was."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    stored = select(DAYS.c.day, DAYS.c.source, DAYS.c.provisional).where(DAYS.c.day >= first, DAYS.c.day <= last)
    with reading(engine) as session:
        known = session.execute(stored).all()
    if not _open(known):
        return False
    days = gazetted_days([year])
    if known and any(day.provisional for day in days):
        return False
    with transaction(engine) as session:
        known = session.execute(stored).all()
        if not _open(known):  # another has written it meanwhile
            return False
        work = Work(session, book, now, calendar_of(session))
        correct_calendar(
            work, THE_CLOCK, [*days, *_no_longer_free(known, days)], "gazette", PUBLISHED.format(year=year)
        )
    return True


def _open(known: Sequence[Any]) -> bool:
    """Whether a year is missing, or was guessed and never edited by people."""
    return not known or (any(row.provisional for row in known) and all(row.source == "gazette" for row in known))


def _no_longer_free(known: Sequence[Any], days: Sequence[Day]) -> list[Day]:
    """Days that were guessed to be free and are not in what was published: they are what their weekday makes them."""
    said = {day.day for day in days}
    return [
        Day(row.day, row.day.weekday() < SATURDAY, None, "weekday" if row.day.weekday() < SATURDAY else "weekend")
        for row in known
        if row.day not in said
    ]
