"""Local time (北京时间): which day a moment belongs to and when a day ends; everything is stored in UTC, and this is the one way back."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import overload
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
MORNING = 8  # the hour at which people are reminded and the morning letter goes out


@lru_cache(maxsize=4096)
def local_day(now_utc: datetime) -> date:
    """The day it is in China at this moment. Raises ValueError for a moment without a time zone."""
    if now_utc.tzinfo is None:
        raise ValueError("时刻没有时区：请传入 UTC 时刻")
    return now_utc.astimezone(CHINA).date()


def at_local(day: date, hour: int, minute: int = 0) -> datetime:
    """This hour of the clock in China on this day, as a UTC moment."""
    return datetime.combine(day, time(hour, minute), CHINA).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """00:00 in China, as a UTC moment."""
    return at_local(day, 0)


def end_of_day(day: date) -> datetime:
    """24:00 in China, which is the next midnight, as a UTC moment: the first one that is too late."""
    return start_of_day(day + timedelta(days=1))


@overload
def last_day(due_at: datetime) -> date: ...
@overload
def last_day(due_at: None) -> None: ...
def last_day(due_at: datetime | None) -> date | None:
    """The local day on which a deadline falls: at midnight it belongs to the day that ends with it (24:00)."""
    return None if due_at is None else local_day(due_at - timedelta(microseconds=1))
