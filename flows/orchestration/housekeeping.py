"""Housekeeping (日常整理): what grows and need not stay, and years of the calendar that were published meanwhile."""

from datetime import date, datetime, timedelta

from sqlalchemy import Engine, and_, delete, or_, select

from flows.engine.calendar import local_day
from flows.engine.calendar_seed import gazetted_days
from flows.engine.days import put_days
from models import CalendarDay, LoginAttempt, LoginSession
from models.columns import table_of
from models.session import reading, transaction

SESSIONS, ATTEMPTS = table_of(LoginSession), table_of(LoginAttempt)
DAYS = table_of(CalendarDay)
ATTEMPTS_KEPT, SESSIONS_KEPT = timedelta(days=1), timedelta(days=90)
YEARS_AHEAD = 4


def keep_house(engine: Engine, now: datetime) -> None:
    """Forget old login attempts and sessions, and load years of the calendar that are missing or newly published."""
    with transaction(engine) as session:
        session.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < now - ATTEMPTS_KEPT))
        closed = SESSIONS.c.ended_at < now - SESSIONS_KEPT
        silent = and_(SESSIONS.c.ended_at.is_(None), SESSIONS.c.seen_at < now - SESSIONS_KEPT)
        session.execute(delete(SESSIONS).where(or_(closed, silent)))
    load_years(engine, now)


def knows_years(engine: Engine, now: datetime) -> bool:
    """Whether the calendar has days from this year on; the rest can wait for the daily look."""
    with reading(engine) as session:
        later = select(DAYS.c.day).where(DAYS.c.day >= local_day(now).replace(month=1, day=1)).limit(1)
        return session.execute(later).first() is not None


def load_years(engine: Engine, now: datetime) -> tuple[int, ...]:
    """Bring the calendar up to date from last year to some years ahead; returns the years that were written.

    A year that people edited, or that is published in full already, is left alone.
    """
    today = local_day(now).year
    wanted = []
    with reading(engine) as session:
        known = session.execute(
            select(DAYS.c.day, DAYS.c.source, DAYS.c.provisional).where(
                DAYS.c.day >= local_day(now).replace(year=today - 2, month=1, day=1)
            )
        ).all()
    for year in range(today - 2, today + YEARS_AHEAD + 1):
        mine = [row for row in known if row.day.year == year]
        edited = any(row.source != "gazette" for row in mine)
        if mine and (edited or not any(row.provisional for row in mine)):
            continue
        days = gazetted_days([year])
        if not mine or not any(day.provisional for day in days):
            wanted.append((year, days))
    for year, days in wanted:
        with transaction(engine) as session:
            guessed = DAYS.c.provisional & (DAYS.c.day >= date(year, 1, 1)) & (DAYS.c.day <= date(year, 12, 31))
            session.execute(delete(DAYS).where(guessed))
            put_days(session, days, "gazette")
    return tuple(year for year, _ in wanted)
