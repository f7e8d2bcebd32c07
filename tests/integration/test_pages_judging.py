"""The page of a case where no tier judges: the authority judges, and turns away who does not meet a criterion."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from models import CriterionCheck
from models.columns import table_of
from models.session import reading
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

CHECKS = table_of(CriterionCheck)
PROOF = "遵纪守法、廉洁自律，无违法违规违纪行为的证明"


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database, "hainan", start=date(2025, 5, 6))
    world.round(date(2025, 5, 30))
    world.apply_for("mei", school_stage="高中", papers=[PROOF])
    accounts(world, "bureau_officer", "mei")
    return world


def test_authority_judges_on_the_page_of_the_case(world: World) -> None:
    bureau, address = Visitor(web_of(world), "bureau_officer"), f"/applications/{world.ids['application/mei']}"
    assert "资格判断" in bureau.get(address).text
    assert "资格判断" not in Visitor(web_of(world), "mei").get(address).text
    run, (place,) = world.run_of("mei"), world.unjudged("mei")
    said = {"version": str(run.version), "back": address}
    assert bureau.post(f"/runs/{run.id}/judge", **said).status_code == 409
    assert bureau.post(f"/runs/{run.id}/judge", **said, **{f"judged.{place}": "passed"}).status_code == 303
    page = bureau.get(address).text
    assert "保存判断" not in page
    assert "判断资格" in page


def test_authority_turns_away_who_was_judged_not_to_meet_a_criterion(world: World) -> None:
    bureau, address = Visitor(web_of(world), "bureau_officer"), f"/applications/{world.ids['application/mei']}"
    world.do("bureau", "judge", "mei", judged=dict.fromkeys(world.unjudged("mei"), "failed"), reason="已过期")
    assert "资格不符合" in bureau.get(address).text
    run = world.run_of("mei")
    answer = bureau.post(f"/runs/{run.id}/decline", version=str(run.version), back=address, reason="证明已过期")
    assert answer.status_code == 303
    assert world.outcome("mei") == "rejected"


def test_word_that_judges_nothing_leaves_the_criterion_to_be_judged(world: World) -> None:
    (place,) = world.unjudged("mei")
    for judged in ({place: "maybe"}, {"criteria.99": "passed"}, [place]):
        with pytest.raises(Refused) as refused:
            world.do("bureau", "judge", "mei", judged=judged)
        assert refused.value.because == "unjudged"
    world.do("bureau", "judge", "mei", judged={place: "passed", "criteria.0": "failed"})
    with reading(world.engine) as session:
        results = dict(session.execute(select(CHECKS.c.place, CHECKS.c.result)).all())
    assert results[place] == "passed"
    assert results["criteria.0"] != "failed"
