"""The clock's work: each deadline once, whoever sweeps, whatever the clock or the worker does."""

import multiprocessing
import os
import signal
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.sweep import TRIES, sweep
from flows.regulations import Regulations
from models import Incident, Message, StageRun, Transition
from models.columns import table_of
from models.queries.facts import READERS
from models.session import connect, transaction
from tests.crash.crowd import applicant_of, at_once, crowd, runs_at
from tests.crash.invariants import broken
from tests.world import World

RUNS, TRANSITIONS, MESSAGES, INCIDENTS = table_of(StageRun), table_of(Transition), table_of(Message), table_of(Incident)
THOUSAND = 1000


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    return world


def _fired(world: World, event: str) -> Counter[int]:
    with transaction(world.engine) as session:
        rows = session.execute(select(TRANSITIONS.c.run_id).where(TRANSITIONS.c.event == event)).scalars()
        return Counter(rows)


def _sweep_in_process(url: str, now: Any) -> None:
    engine = connect(url)
    sweep(engine, Regulations(), now, chunk=50)
    engine.dispose()


def test_three_sweepers_fire_each_of_a_thousand_deadlines_once(world: World) -> None:
    runs = crowd(world, THOUSAND, "application")
    world.clock.advance(days=60)
    now = world.clock.now()
    url = world.engine.url.render_as_string(hide_password=False)
    spawning = multiprocessing.get_context("fork")
    world.engine.dispose()
    sweepers = [spawning.Process(target=_sweep_in_process, args=(url, now)) for _ in range(2)]
    for one in sweepers:
        one.start()
    at_once([lambda: sweep(world.engine, world.book, now, chunk=50)] * 2)
    for one in sweepers:
        one.join()
        assert one.exitcode == 0
    assert _fired(world, "lapse") == Counter(runs)
    assert len(world.mail("application_lapsed")) == THOUSAND
    assert broken(world.engine) == []


@pytest.mark.capability(71)
def test_month_of_downtime_writes_one_reminder_a_run_and_person(world: World) -> None:
    crowd(world, 20, "school_review")
    world.clock.advance(days=45)
    world.sweep()
    reminders = [row for notice in ("reminder", "overdue", "escalated") for row in world.mail(notice)]
    told = Counter((row.run_id, row.person_id) for row in reminders)
    assert told
    assert set(told.values()) == {1}
    assert {row.run_id for row in world.mail("reminder")} == set()
    before = len(reminders)
    world.clock.advance(days=45)
    assert world.sweep().reminded == 0
    assert len([row for notice in ("reminder", "overdue", "escalated") for row in world.mail(notice)]) == before


def test_month_of_downtime_fires_each_deadline_once(world: World) -> None:
    runs = crowd(world, 20, "application")
    world.clock.advance(days=70)
    world.sweep()
    world.sweep()
    assert _fired(world, "lapse") == Counter(runs)
    assert not world.mail("draft_lapsing")


def test_clock_set_back_two_hours_neither_loses_nor_doubles(world: World) -> None:
    crowd(world, 10, "school_review")
    drafts = crowd(world, 10, "application", prefix="draft")
    end = world.clock.now() + timedelta(days=60)
    now = world.clock.now()
    while now < end:
        now += timedelta(hours=5)
        sweep(world.engine, world.book, now)
        sweep(world.engine, world.book, now - timedelta(hours=2))
    steady = World.__new__(World)
    del steady
    assert _fired(world, "lapse") == Counter(drafts)
    keys = [row.key for notice in ("reminder", "draft_lapsing", "overdue") for row in world.mail(notice)]
    rungs = Counter(key.split("/")[2] for key in keys if not key.endswith("/escalated"))
    assert {mark: n for mark, n in rungs.items() if mark in {"rung-3", "rung-1", "rung+0", "rung+1", "rung+7"}}
    assert max(Counter(keys).values()) == 1
    assert broken(world.engine) == []


def test_clock_a_year_ahead_and_back_neither_loses_nor_doubles(world: World) -> None:
    reviews = crowd(world, 5, "school_review")
    drafts = crowd(world, 5, "application", prefix="draft")
    now = world.clock.now()
    sweep(world.engine, world.book, now + timedelta(days=365))
    for days in range(1, 60):
        sweep(world.engine, world.book, now + timedelta(days=days))
    assert _fired(world, "lapse") == Counter(drafts)
    overdue = Counter(row.run_id for row in world.mail("overdue"))
    assert overdue == Counter(reviews)


class Broken:
    """A rulebook in which the facts of some applications cannot be read: the step raises, or the worker dies over it."""

    def __init__(self, book: Any, bad: set[int], *, dies: bool = False) -> None:
        self._book, self._bad, self._dies = book, bad, dies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def reader(self, stage: str) -> Any:
        def read(session: Any, runs: Any, casts: Any, now: Any) -> Any:
            if any(run.id in self._bad for run in runs):
                if self._dies:
                    os.kill(os.getpid(), signal.SIGKILL)
                raise ZeroDivisionError("坏了的一件")
            return READERS[stage](session, runs, casts, now)

        return read


def test_run_whose_step_raises_becomes_an_incident_and_nothing_behind_it_waits(world: World) -> None:
    runs = crowd(world, 30, "application")
    poison = runs[3]
    world.clock.advance(days=60)
    book: Any = Broken(world.book, {poison})
    first = sweep(world.engine, book, world.clock.now())
    assert (first.fired, first.put_off) == (29, 1) or first.fired == 30
    waits, now = [], world.clock.now()
    for _ in range(TRIES):
        run = runs_at(world, "application", id=poison)[0]
        if run.wake_at is None:
            break
        waits.append(run.wake_at - now)
        now = run.wake_at
        sweep(world.engine, book, now)
    assert waits == [timedelta(minutes=2**n) for n in range(TRIES - 1)]
    with transaction(world.engine) as session:
        (incident,) = session.execute(select(INCIDENTS)).all()
    assert (incident.run_id, "ZeroDivisionError" in incident.what) == (poison, True)
    assert _fired(world, "lapse").keys() == set(runs) - {poison}
    assert sweep(world.engine, book, now + timedelta(days=30)).total == 0


def test_run_that_kills_its_worker_becomes_an_incident_and_holds_up_nobody(world: World) -> None:
    runs = crowd(world, 30, "application")
    poison = runs[3]
    world.clock.advance(days=60)
    now = world.clock.now()
    book: Any = Broken(world.book, {poison}, dies=True)
    world.engine.dispose()
    deaths = 0
    for _ in range(3 * TRIES):
        child = os.fork()
        if child == 0:
            sweep(world.engine, book, now)
            os._exit(0)
        deaths += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        now += timedelta(seconds=61)
    assert deaths <= TRIES + 1
    assert _fired(world, "lapse") == Counter(set(runs) - {poison})
    with transaction(world.engine) as session:
        assert [row.run_id for row in session.execute(select(INCIDENTS))] == [poison]


def test_claim_of_a_dead_worker_is_taken_again_after_its_lease(world: World) -> None:
    from flows.engine.sweep import LEASE, SweepReport, _claim

    runs = crowd(world, 3, "application")
    world.clock.advance(days=60)
    now = world.clock.now()
    _claim(world.engine, now, 10, None, SweepReport())
    assert sweep(world.engine, world.book, now + LEASE / 2).fired == 0
    assert sweep(world.engine, world.book, now + LEASE).fired >= len(runs)
    assert _fired(world, "lapse") == Counter(runs)


def test_late_failure_of_a_worker_that_lost_its_claim_changes_nothing(world: World) -> None:
    from flows.engine.sweep import SweepReport, _claim, _put_off

    (run_id,) = crowd(world, 1, "application")
    world.clock.advance(days=60)
    now = world.clock.now()
    claimed = [one for one in _claim(world.engine, now, 10, None, SweepReport()) or () if one[0] == run_id]
    assert claimed
    sweep(world.engine, world.book, now + timedelta(minutes=2))
    _put_off(world.engine, now, run_id, TRIES, "来得太晚", SweepReport())
    run = runs_at(world, "application", id=run_id)[0]
    assert (run.outcome, run.wake_at) == ("lapsed", None)
    with transaction(world.engine) as session:
        assert session.execute(select(INCIDENTS)).all() == []
    assert broken(world.engine) == []


def test_person_who_acts_before_the_sweeper_wins_over_the_deadline(world: World) -> None:
    (run_id,) = crowd(world, 1, "application")
    world.clock.advance(days=60)
    now = world.clock.now()
    from flows.engine.sweep import SweepReport, _claim, _treat
    from tests.crash.crowd import pressing

    claimed = _claim(world.engine, now, 10, None, SweepReport()) or []
    pressing(world, applicant_of(world, run_id), run_id, "withdraw", 1)()
    report = SweepReport()
    _treat(world.engine, world.book, now, claimed, report)
    assert _fired(world, "lapse") == Counter()
    assert broken(world.engine) == []
