"""The clock (时钟): the one place that asks what time it is; everything else is told."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from flows.engine.calendar import CHINA


class Clock(Protocol):
    """What an entry point reads once and hands down."""

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for leases and pauses; only differences mean anything."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment, untouched by a corrected wall clock."""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still until told: three years of a rehearsal pass in seconds."""

    def __init__(self, start: datetime) -> None:
        """Begins at `start`. Raises ValueError for a moment without a time zone."""
        self._started = self._now = _utc(start)

    def now(self) -> datetime:
        """The moment it was last set to, aware and in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds it has been moved on since its start."""
        return (self._now - self._started).total_seconds()

    def advance(self, to: datetime | None = None, *, days: int = 0) -> datetime:
        """Move on to a moment, or to the same hour so many days later; returns the new moment.

        Raises ValueError when given both or neither, or when asked to go back.
        """
        if (to is None) == (days == 0):
            raise ValueError("请给出要拨到的时刻，或要前进的天数，两者给一个")
        then = _utc(to) if to is not None else _utc(self._now.astimezone(CHINA) + timedelta(days=days))
        if then < self._now:
            raise ValueError(f"时钟不能倒拨：现在是 {self._now.isoformat()}，要拨到 {then.isoformat()}")
        self._now = then
        return then


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("时刻没有时区：请传入带时区的时刻")
    return moment.astimezone(UTC)
