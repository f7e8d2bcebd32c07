"""Running a simulation (运行): shards of studios, each on a database and a seed of its own, day after day until all is settled."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from os import cpu_count
from random import Random

from sqlalchemy import func, select

from flows.engine.calendar import add_months, at_local, local_day
from flows.engine.consequences.cycles import first_day
from flows.rehearsal.bureau import CYCLES, OFFICE_HOUR, Bureau
from flows.rehearsal.ground import gazette, loaded
from flows.simulation.crowd import Crowd
from flows.simulation.invariants import broken_at_last, broken_today
from flows.simulation.leaving import let_members_leave, meet_monthly
from flows.simulation.population import settle
from flows.simulation.rates import Rates
from flows.simulation.report import Report, merged
from flows.simulation.settled import all_settled
from flows.simulation.tally import tally

SHARD = 250
OBJECTS_BEFORE_A_LOOK = 50_000
AFTER_THE_CYCLE = timedelta(days=500)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a simulation: so many studios of a programme, with a seed of their own."""

    programme: str
    studios: int
    years: int | None
    seed: int
    begins_on: date
    rates: Rates


def simulate(
    programme: str, studios: int, years: int | None = None, seed: int = 1, *, begins_on: date = date(2025, 9, 1),
    rates: Rates | None = None, workers: int | None = None, progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Fill a bureau with studios that hang their plaques on one day, and run their whole cycle, or so many years.

    Years that reach the end of the cycle are followed until every studio is settled; fewer leave studios in their first cycle.
    The same seed gives the same report, whatever the number of workers. Raises FaultyProgramme.
    """
    loaded(programme)
    gazette()  # read once, before the workers part
    shards = [
        Shard(programme, min(SHARD, studios - first), years, seed + n, begins_on, rates or Rates())
        for n, first in enumerate(range(0, studios, SHARD))
    ]
    done: list[Report] = []
    for report in _each(shards, workers or cpu_count() or 1):
        done.append(report)
        if progress is not None:
            progress(len(done), len(shards))
    return merged(done)


def _each(shards: list[Shard], workers: int) -> Iterator[Report]:
    if len(shards) == 1 or workers == 1:
        yield from map(run_shard, shards)
        return
    with ProcessPoolExecutor(min(workers, len(shards))) as pool:
        yield from pool.map(run_shard, shards)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """While days pass, rows come and go by the million and nearly none of them lie in circles: the collector looks less often."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BEFORE_A_LOOK, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def run_shard(shard: Shard) -> Report:
    """Run one shard from its first day until every studio is settled or time is up."""
    with _seldom_collecting():
        return _lived(shard)


def _lived(shard: Shard) -> Report:
    programme = loaded(shard.programme)
    first = first_day(programme.cycle.starts, shard.begins_on)
    bureau = settle(programme, shard.studios, first)
    crowd = Crowd(bureau, shard.rates, Random(shard.seed))  # noqa: S311  people, not secrets
    ends_on = _cycle_end(bureau)
    asked = add_months(first, 12 * shard.years) if shard.years else ends_on
    last = asked if asked < ends_on else max(asked, ends_on + AFTER_THE_CYCLE)
    broken: list[str] = []
    month = (0, 0)
    while True:
        if (bureau.today.year, bureau.today.month) != month:
            month = (bureau.today.year, bureau.today.month)
            meet_monthly(bureau, crowd)
            let_members_leave(bureau, crowd)
        _one_day(bureau, crowd)
        broken += [f"{bureau.today}：{one}" for one in broken_today(bureau.engine, bureau.now)]
        following = _next_day(bureau, crowd, last)
        if following > last or (following > asked and bureau.today > ends_on and _settled(bureau)):
            break  # nobody would look at what falls due on the way there
        bureau.clock.advance(at_local(following, OFFICE_HOUR))
    broken += broken_at_last(bureau.engine, bureau.now)
    report = tally(bureau, crowd, programme, first, broken, over=bureau.today > ends_on or asked >= ends_on)
    bureau.engine.dispose()
    return report


def _one_day(bureau: Bureau, crowd: Crowd) -> None:
    bureau.look()
    crowd.act()
    crowd.notice()


def _next_day(bureau: Bureau, crowd: Crowd, last: date) -> date:
    """The next day on which something opens, falls due, or somebody acts; at most a month away."""
    tomorrow = bureau.today + timedelta(days=1)
    due = bureau.next_due()
    days = [crowd.next_day(), local_day(due) if due is not None else None, add_months(bureau.today.replace(day=1), 1)]
    return max(tomorrow, min((day for day in days if day is not None), default=last + timedelta(days=1)))


def _cycle_end(bureau: Bureau) -> date:
    with bureau.at_work() as work:
        ends_on: date = work.session.execute(select(func.max(CYCLES.c.ends_on))).scalar_one()
    return ends_on


def _settled(bureau: Bureau) -> bool:
    with bureau.at_work() as work:
        return all_settled(work)
