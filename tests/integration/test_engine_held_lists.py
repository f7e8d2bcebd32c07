"""Held lists: nothing is applied before its time, taking back and applying exclude each other, and the doctor agrees."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select

from flows.doctor import examine
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import apply_list, make_list, progress, withdraw_list
from flows.office.selection import draft_posting
from flows.orchestration.looks import due_now
from models import Transition
from models.columns import table_of
from models.session import transaction
from tests.crash.crowd import at_once, crowd
from tests.world import World

TRANSITIONS = table_of(Transition)
HOLD = timedelta(minutes=5)


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    return world


def held(world: World, entries: int = 20) -> tuple[int, Actor]:
    """A held list of the bureau, and who made it."""
    crowd(world, entries, "notice")
    bureau = world.actor("bureau")
    with world.at_work() as work:
        listing_id = draft_posting(work, bureau, world.round_id)
        make_list(work, bureau, listing_id, hold=HOLD)
    return listing_id, bureau


def posted(world: World) -> int:
    with transaction(world.engine) as session:
        return int(session.execute(select(func.count()).where(TRANSITIONS.c.event == "post")).scalar_one())


def unhealthy(world: World) -> list[str]:
    found = [one for finding in examine(world.engine, world.clock.now()) for one in finding.broken]
    return [one for one in found if one.startswith("名单")]


def test_held_list_waits_for_its_time(world: World) -> None:
    listing_id, _bureau = held(world)
    last = world.clock.now() + HOLD - timedelta(microseconds=1)
    assert apply_list(world.engine, world.book, listing_id, last) == 0
    assert not due_now(world.engine, last).lists
    assert due_now(world.engine, world.clock.now() + HOLD).lists == (listing_id,)
    assert apply_list(world.engine, world.book, listing_id, world.clock.now() + HOLD) == 20
    assert posted(world) == 20


def test_withdrawn_list_is_never_applied_and_troubles_nobody(world: World) -> None:
    listing_id, bureau = held(world)
    with world.at_work() as work:
        withdraw_list(work, bureau, listing_id)
    with world.at_work() as work:
        withdraw_list(work, bureau, listing_id)  # twice is once
    later = world.clock.now() + timedelta(days=1)
    assert apply_list(world.engine, world.book, listing_id, later) == 0
    assert not due_now(world.engine, later).lists
    assert posted(world) == 0
    assert unhealthy(world) == []


def test_list_is_withdrawn_only_in_time_and_by_its_maker(world: World) -> None:
    listing_id, bureau = held(world)
    other = world.actor("county_a")
    with pytest.raises(NotFound), world.at_work() as work:
        withdraw_list(work, other, listing_id)
    world.clock.advance(world.clock.now() + HOLD)
    with pytest.raises(Refused, match="撤回的时间已过"), world.at_work() as work:
        withdraw_list(work, bureau, listing_id)
    apply_list(world.engine, world.book, listing_id, world.clock.now())
    with pytest.raises(Refused), world.at_work() as work:
        withdraw_list(work, bureau, listing_id)
    assert unhealthy(world) == []


def test_list_that_is_not_held_cannot_be_withdrawn(world: World) -> None:
    crowd(world, 3, "notice")
    bureau = world.actor("bureau")
    with world.at_work() as work:
        listing_id = draft_posting(work, bureau, world.round_id)
        make_list(work, bureau, listing_id)
    with pytest.raises(Refused), world.at_work() as work:
        withdraw_list(work, bureau, listing_id)
    assert apply_list(world.engine, world.book, listing_id, world.clock.now()) == 3


def test_withdrawing_and_applying_at_once_do_one_or_the_other(world: World) -> None:
    listing_id, bureau = held(world)
    answers: list[str] = []

    def take_back() -> None:
        try:
            with world.at_work() as work:
                withdraw_list(work, bureau, listing_id)
            answers.append("withdrawn")
        except Refused:
            answers.append("refused")

    # The clock of another process is five minutes ahead of the one that withdraws.
    ahead = world.clock.now() + HOLD
    at_once([partial(apply_list, world.engine, world.book, listing_id, ahead, chunk=5)] * 2 + [take_back])
    with transaction(world.engine) as session:
        settled, whole = progress(session, listing_id)
    assert (answers, settled, posted(world)) in ((["withdrawn"], 0, 0), (["refused"], whole, whole))
