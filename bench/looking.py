"""Looking: finding what is due, and reading an inbox, among many runs."""

import time
from collections.abc import Callable
from datetime import timedelta

from bench.ground import DESKS, NOW, Ground
from models.queries.inbox import InboxFilter, inbox
from models.queries.runs import due_runs
from models.session import reading

DUE = 1000


def sweep_ms(ground: Ground, times: int = 20) -> dict[str, float]:
    """Milliseconds to find a thousand due runs."""

    def look() -> None:
        with reading(ground.engine) as session:
            assert len(due_runs(session, NOW, DUE)) == DUE

    return {"ms": _quantile(look, times, 0.5)}


def inbox_ms(ground: Ground, times: int = 100) -> dict[str, float]:
    """Milliseconds at the 95th percentile to read the first page of an inbox of three desks."""
    number = iter(range(10**9))

    def look() -> None:
        first = next(number) * 3
        desks = [f"body:{1000 + (first + n) % DESKS}" for n in range(3)]
        with reading(ground.engine) as session:
            inbox(session, desks, 1, NOW, InboxFilter("todo", soon_until=NOW + timedelta(days=3)))

    look()
    return {"p95_ms": _quantile(look, times, 0.95)}


def _quantile(act: Callable[[], None], times: int, share: float) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return round(sorted(took)[min(times - 1, int(times * share))], 2)
