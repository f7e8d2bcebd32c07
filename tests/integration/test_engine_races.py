"""Many people at one button: one winner, clear refusals, nothing twice; on both databases."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from flows.engine.errors import Refused
from flows.engine.lists import make_list
from flows.office.rounds import Places
from flows.office.selection import draft_posting
from models import StageRun, Transition
from models.columns import table_of
from models.session import transaction
from tests.crash.crowd import applicant_of, at_once, crowd, pressing, runs_at, sorted_out, studio_of
from tests.crash.invariants import broken
from tests.world import World

RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31), quotas=[Places("county", at_most=8)])
    return world


def _events(world: World, event: str) -> int:
    with transaction(world.engine) as session:
        found = session.execute(select(func.count()).select_from(TRANSITIONS).where(TRANSITIONS.c.event == event))
        return int(found.scalar_one())


def test_fifty_people_endorse_one_case_and_one_wins(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    officer = world.actor("county_a_school1")
    winners, reasons = sorted_out(at_once([pressing(world, officer, run_id, "endorse", 1)] * 50))
    assert len(winners) == 1
    assert Counter(reasons) == {"stale": 49}
    assert _events(world, "endorse") == 1
    assert len(runs_at(world, "county_review")) == 1
    assert broken(world.engine) == []


def test_fifty_people_endorse_without_a_version_and_one_wins(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    officer = world.actor("county_a_school1")
    winners, reasons = sorted_out(at_once([pressing(world, officer, run_id, "endorse", None)] * 50))
    assert len(winners) == 1
    assert Counter(reasons) == {"ended": 49}


def test_endorse_against_decline_has_one_winner(world: World) -> None:
    (run_id,) = crowd(world, 1, "school_review")
    officer = world.actor("county_a_school1")
    presses = [
        pressing(world, officer, run_id, "endorse", 1),
        pressing(world, officer, run_id, "decline", 1, reason="材料不实"),
    ] * 25
    winners, reasons = sorted_out(at_once(presses))
    assert len(winners) == 1
    assert Counter(reasons) == {"stale": 49}
    assert len(runs_at(world, "county_review")) == (winners[0].intent.event == "endorse")
    assert broken(world.engine) == []


def test_withdrawal_against_endorsement_leaves_no_open_step_behind(world: World) -> None:
    for n in range(6):
        (run_id,) = crowd(world, 1, "school_review", prefix=f"one{n}")
        own = applicant_of(world, run_id)
        presses = [
            pressing(world, world.actor("county_a_school1"), run_id, "endorse", 1),
            pressing(world, own, run_id, "withdraw", 1),
        ]
        winners, _ = sorted_out(at_once(presses))
        assert len(winners) == 1
    assert broken(world.engine) == []


def test_parallel_branches_endorsing_at_once_open_the_next_step_once(any_database: Engine) -> None:
    world = World(any_database, "shijiazhuang")
    world.round(date(2025, 3, 31))
    studio = studio_of(world)
    for n in range(5):
        runs = crowd(world, 1, "support", path="join", prefix=f"pair{n}", gives="seat", role="member", studio_id=studio)
        assert len(runs) == 2
        school, county = (
            pressing(world, world.actor(by), run, "endorse", 1)
            for by, run in zip(("county_a_school1", "county_a"), runs, strict=True)
        )
        winners, reasons = sorted_out(at_once([school, county]))
        assert (len(winners), reasons) == (2, [])
        seats = runs_at(world, "seat", subject_id=winners[0].run.subject_id)
        assert [one.outcome for one in seats] == ["seated"]
    assert broken(world.engine) == []


def test_quota_of_eight_is_never_exceeded_by_twenty_at_once(world: World) -> None:
    runs = crowd(world, 20, "county_review")
    officer = world.actor("county_a")
    winners, reasons = sorted_out(at_once([pressing(world, officer, run, "endorse", 1) for run in runs]))
    assert len(winners) == 8
    assert Counter(reasons) == {"over_limit": 12}
    assert len(runs_at(world, "county_review", outcome="endorsed")) == 8
    assert broken(world.engine) == []


def test_one_place_of_a_ranking_is_given_once(any_database: Engine) -> None:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    runs = crowd(world, 10, "county_review")
    officer = world.actor("county_a")
    winners, reasons = sorted_out(at_once([pressing(world, officer, run, "endorse", 1, rank=1) for run in runs]))
    assert len(winners) == 1
    assert Counter(reasons) == {"unranked": 9}


def test_two_people_making_one_list_make_it_once(world: World) -> None:
    crowd(world, 5, "notice")
    bureau = world.actor("bureau")
    with world.at_work() as work:
        listing_id = draft_posting(work, bureau, world.round_id)

    def make() -> str:
        with world.at_work() as work:
            return make_list(work, bureau, listing_id)

    results = at_once([make] * 10)
    assert sum(isinstance(one, str) for one in results) == 1
    assert Counter(one.because for one in results if isinstance(one, Refused)) == {"made_before": 9}


def test_two_upheld_objections_promote_two_reserves(any_database: Engine) -> None:
    world = World(any_database)
    world.round(date(2025, 3, 31), quotas=[Places("round", at_most=2)])
    names = ("A", "B", "C", "D")
    world.apply_for(*names, credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    world.endorse_tiers(*names)
    world.draw()
    for n, name in enumerate(names):
        world.score(name, *[90 - n] * 5)
    world.rank()
    world.post("A", "B")
    for name in ("A", "B"):
        world.do("public", "object", name, facts="称号与证书不符")
    bureau = world.actor("bureau")
    presses = [pressing(world, bureau, world.run_of(name).id, "uphold", None, reason="核实属实") for name in ("A", "B")]
    winners, reasons = sorted_out(at_once(presses))
    assert (len(winners), reasons) == (2, [])
    assert [world.state(name) for name in ("C", "D")] == ["notice.unposted"] * 2
    assert broken(any_database) == []
