"""An act of the API carries what its page could send, and nothing that only a list or a page makes."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.engine.declare import Part
from flows.lifecycle import STAGES
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web.api.acts import CARRIES, ELSEWHERE

ITSELF = {Part.CLOCK, Part.ENGINE}


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲")
    accounts(world, "bureau_officer", "county_a_school1_officer")
    return world


def test_every_act_of_a_person_is_taken_or_said_to_be_done_elsewhere() -> None:
    acts = {on.event for stage in STAGES.values() for on in stage.on if set(on.parts) - ITSELF} | {"extend", "withdraw"}
    assert acts == set(CARRIES) | set(ELSEWHERE)
    assert not set(CARRIES) & set(ELSEWHERE)


@pytest.mark.parametrize(
    ("event", "payload", "place"),
    [
        ("endorse", {"judged": {"criteria.1": "maybe"}}, "payload.judged.criteria.1"),
        ("endorse", {"judged": ["criteria.1"]}, "payload.judged"),
        ("endorse", {"rank": "first"}, "payload.rank"),
        ("decline", {"reason": {"why": "x"}}, "payload.reason"),
        ("extend", {"due_on": "soon", "reason": "x"}, "payload.due_on"),
        ("send_back", {"defects": "all"}, "payload.defects"),
        ("submit", {"record_id": 1}, "payload.record_id"),
        ("submit", {"proofs": ["attendance"]}, "payload.proofs"),
        ("cancel", {"quiet": True}, "payload.quiet"),
        ("launch", {"warnings": []}, "payload.warnings"),
        ("give", {"marks": {"r1": "90"}}, "payload.marks.r1"),
    ],
)
def test_what_an_act_may_not_carry_is_named(world: World, event: str, payload: dict[str, Any], place: str) -> None:
    school = Visitor(web_of(world), "county_a_school1_officer")
    answer = school.api(f"/api/runs/{world.run_of('甲').id}/{event}", {"payload": payload})
    assert answer.status_code == 422
    assert any(one.startswith(place) for one in answer.json()["missing"]), answer.text
    assert world.state("甲") == "school_review.reviewing"


@pytest.mark.parametrize("event", sorted(ELSEWHERE))
def test_what_is_done_elsewhere_is_said_to_be(world: World, event: str) -> None:
    world.endorse_tiers("甲")
    bureau = Visitor(web_of(world), "bureau_officer")
    answer = bureau.api(f"/api/runs/{world.run_of('甲').id}/{event}", {"payload": {"panel": [1], "facts": "不实"}})
    assert (answer.status_code, answer.json()["error"]) == (409, "elsewhere")
    assert world.state("甲") == "expert_review.unassigned"


def test_keys_of_each_act_are_described_where_programs_look(world: World) -> None:
    described = web_of(world).openapi()["paths"]["/api/runs/{run_id}/{event}"]["post"]["description"]
    assert "`endorse`: reason, judged, rank" in described
