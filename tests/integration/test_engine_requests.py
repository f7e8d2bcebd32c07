"""One request id, one act: a replay gets the first answer, whatever happened in between."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from flows.engine.apply import apply
from flows.engine.errors import Conflict, Refused
from flows.engine.requests import once
from flows.engine.work import Intent
from models import Request, Transition
from models.columns import table_of
from models.session import transaction
from tests.crash.crowd import at_once, crowd
from tests.crash.invariants import broken
from tests.world import World

REQUESTS, TRANSITIONS = table_of(Request), table_of(Transition)


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    return world


def _endorsing(world: World, run_id: int, request_id: str, reason: str = "同意") -> Callable[[], Mapping[str, Any]]:
    officer = world.actor("county_a_school1")

    def press() -> Mapping[str, Any]:
        with world.at_work(request_id) as work:

            def do() -> Mapping[str, Any]:
                happening = apply(work, Intent(run_id, "endorse", {"reason": reason}, 1), officer)
                return {"state": happening.move.to, "at": work.now, "version": happening.version, "places": (1, 2)}

            return once(
                work.session, request_id, "person:1", "endorse", {"run": run_id, "reason": reason}, work.now, do
            )

    return press


def _count(world: World, table: Any) -> int:
    with transaction(world.engine) as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_replayed_request_gets_the_same_answer_and_no_second_row(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    first = _endorsing(world, run_id, "r1")()
    rows = _count(world, TRANSITIONS)
    world.clock.advance(days=1)
    assert [_endorsing(world, run_id, "r1")() for _ in range(3)] == [first] * 3
    assert (_count(world, TRANSITIONS), _count(world, REQUESTS)) == (rows, 1)
    assert broken(world.engine) == []


def test_another_payload_under_the_same_request_is_a_conflict(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    _endorsing(world, run_id, "r1")()
    with pytest.raises(Conflict):
        _endorsing(world, run_id, "r1", "另一个理由")()


def test_refused_request_leaves_nothing_and_may_be_tried_again(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    _endorsing(world, run_id, "r1")()
    with pytest.raises(Refused):
        _endorsing(world, run_id, "r2")()
    assert _count(world, REQUESTS) == 1


def test_fifty_replays_at_once_are_one_act_and_one_answer(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    answers = at_once([_endorsing(world, run_id, "r1")] * 50)
    assert all(answer == answers[0] for answer in answers), answers[:3]
    assert _count(world, REQUESTS) == 1
    assert broken(world.engine) == []
