"""Lists of a thousand: made at once, applied in chunks, each entry once, whoever falls out or dies on the way."""

import os
import signal
from collections import Counter
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from flows.engine.lists import apply_list, make_list, preview_list, progress, unapplied_lists
from flows.office.selection import draft_posting
from models import Incident, StageRun, Transition
from models.columns import table_of
from models.queries.facts import READERS
from models.session import transaction
from tests.crash.crowd import applicant_of, at_once, crowd, pressing, runs_at
from tests.crash.invariants import broken
from tests.world import World

RUNS, TRANSITIONS, INCIDENTS = table_of(StageRun), table_of(Transition), table_of(Incident)


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    return world


def _drafted(world: World, *, made: bool = True) -> int:
    bureau = world.actor("bureau")
    with world.at_work() as work:
        listing_id = draft_posting(work, bureau, world.round_id)
    if made:
        with world.at_work() as work:
            make_list(work, bureau, listing_id)
    return listing_id


def _posted(world: World) -> Counter[int]:
    with transaction(world.engine) as session:
        return Counter(session.execute(select(TRANSITIONS.c.run_id).where(TRANSITIONS.c.event == "post")).scalars())


def test_list_of_a_thousand_drops_the_one_that_withdrew_and_says_why(world: World) -> None:
    runs = crowd(world, 1000, "notice")
    listing_id = _drafted(world, made=False)
    pressing(world, applicant_of(world, runs[500]), runs[500], "withdraw", 1)()
    bureau = world.actor("bureau")
    with world.at_work() as work:
        shown = preview_list(work, bureau, listing_id)
    assert [one.intent.run_id for one in shown if one.refused] == [runs[500]]
    with world.at_work() as work:
        make_list(work, bureau, listing_id)
    assert apply_list(world.engine, world.book, listing_id, world.clock.now()) == 1000
    fallen = [one for one in world.entries(listing_id) if one.outcome == "fell_out"]
    assert [(one.run_id, bool(one.reason)) for one in fallen] == [(runs[500], True)]
    assert _posted(world) == Counter(set(runs) - {runs[500]})
    assert len(world.mail("notice_posted")) == 999
    assert broken(world.engine) == []


def test_worker_killed_in_the_middle_of_a_list_leaves_due_work_that_another_finishes(world: World) -> None:
    runs = crowd(world, 300, "notice")
    listing_id = _drafted(world)
    for at in (3, 30, 41, 50):
        world.engine.dispose()
        child = os.fork()
        if child == 0:
            _die_at_statement(world.engine, at)
            apply_list(world.engine, world.book, listing_id, world.clock.now(), chunk=20)
            os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        with transaction(world.engine) as session:
            assert unapplied_lists(session) == [listing_id]
            settled, of_all = progress(session, listing_id)
            assert (settled % 20, of_all) == (0, 300)
        assert broken(world.engine) == []
    apply_list(world.engine, world.book, listing_id, world.clock.now(), chunk=20)
    assert _posted(world) == Counter(runs)
    with transaction(world.engine) as session:
        assert unapplied_lists(session) == []


def _die_at_statement(engine: Engine, at: int) -> None:
    seen = [0]

    def count(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)


class BadEntry:
    """A rulebook in which one case cannot be read."""

    def __init__(self, book: Any, bad: int) -> None:
        self._book, self._bad = book, bad

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def reader(self, stage: str) -> Any:
        def read(session: Any, runs: Any, casts: Any, now: Any) -> Any:
            if any(run.id == self._bad for run in runs):
                raise ZeroDivisionError("坏了的一件")
            return READERS[stage](session, runs, casts, now)

        return read


def test_bad_entry_falls_out_of_its_chunk_and_the_others_go_on(world: World) -> None:
    runs = crowd(world, 120, "notice")
    listing_id = _drafted(world)
    book: Any = BadEntry(world.book, runs[60])
    apply_list(world.engine, book, listing_id, world.clock.now(), chunk=50)
    fallen = [one.run_id for one in world.entries(listing_id) if one.outcome == "fell_out"]
    assert fallen == [runs[60]]
    assert _posted(world) == Counter(set(runs) - {runs[60]})
    with transaction(world.engine) as session:
        assert [row.run_id for row in session.execute(select(INCIDENTS))] == [runs[60]]


def test_two_workers_on_one_list_with_a_bad_entry_lose_no_good_one(world: World) -> None:
    runs = crowd(world, 60, "notice")
    listing_id = _drafted(world)
    book: Any = BadEntry(world.book, runs[7])
    at_once([lambda: apply_list(world.engine, book, listing_id, world.clock.now(), chunk=20)] * 3)
    assert [one.run_id for one in world.entries(listing_id) if one.outcome == "fell_out"] == [runs[7]]
    assert _posted(world) == Counter(set(runs) - {runs[7]})
    assert broken(world.engine) == []


def test_two_lists_naming_one_run_take_it_once(world: World) -> None:
    runs = crowd(world, 5, "notice")
    first, second = _drafted(world, made=False), _drafted(world, made=False)
    bureau = world.actor("bureau")
    for listing_id in (first, second):
        with world.at_work() as work:
            make_list(work, bureau, listing_id)
    at_once([partial(apply_list, world.engine, world.book, one, world.clock.now()) for one in (first, second)])
    assert _posted(world) == Counter(runs)
    outcomes = Counter(one.outcome for listing in (first, second) for one in world.entries(listing))
    assert outcomes == {"posted": 5, "fell_out": 5}
    assert len(runs_at(world, "notice", state="posted")) == 5
