"""Dates as people read them (日期的写法): 2026年1月6日 周二, and runs of days as one phrase."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

WEEKDAY_NAMES = "一二三四五六日"


def full_date(day: date) -> str:
    """2026年1月6日 周二."""
    return f"{day.year}年{short_date(day, day)}"


def short_date(day: date, beside: date) -> str:
    """1月6日 周二, with the year only where it is not that of `beside`."""
    return f"{_plain(day, beside)} 周{WEEKDAY_NAMES[day.weekday()]}"


def date_range(run: Sequence[date], beside: date) -> str:
    """10月1日至10月8日 for the first and last of consecutive days; one day stands alone."""
    first = _plain(run[0], beside)
    return first if len(run) == 1 else f"{first}至{_plain(run[-1], run[0])}"


def consecutive_runs(days: Sequence[date]) -> list[list[date]]:
    """Ascending days cut wherever one is missing."""
    runs = [[day] for day in days[:1]]
    for earlier, later in pairwise(days):
        if later - earlier == timedelta(days=1):
            runs[-1].append(later)
        else:
            runs.append([later])
    return runs


def _plain(day: date, beside: date) -> str:
    year = "" if day.year == beside.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
