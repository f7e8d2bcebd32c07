"""Ranges (起止日期): two days written in a line (`2027-04-15…2029-04-14`) or as a list, and a day among them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

DAY = r"\d{4}-\d\d-\d\d"
BETWEEN = re.compile(rf"({DAY})\s*(?:…+|\.{{2,3}}|~|～|—+|–|至|到|/| to )\s*({DAY})")


def range_of(said: object) -> tuple[date, date] | None:
    """The first and the last day that are written; None for what is no range of days."""
    found = BETWEEN.fullmatch(str(said).strip())
    days = [str(one) for one in said] if isinstance(said, list | tuple) else list(found.groups()) if found else []
    if len(days) != 2 or not all(re.fullmatch(DAY, one) for one in days):
        return None
    with suppress(ValueError):  # a day that there is not makes no range
        return date.fromisoformat(days[0]), date.fromisoformat(days[1])
    return None


def each_day(said: object) -> Iterator[date]:
    """Every day of a range, or the only day written. Raises ValueError."""
    first, last = range_of(said) or (date.fromisoformat(str(said)),) * 2
    yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def is_on(wanted: object, day: object) -> bool:
    """Whether a day is the one written, or lies in the range written."""
    span = range_of(wanted)
    return str(wanted) == str(day) if span is None else isinstance(day, date) and span[0] <= day <= span[1]
