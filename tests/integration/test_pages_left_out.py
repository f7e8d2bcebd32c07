"""Pages of a round that leaves out a step: tried, saved with a reason, seen on the round and in the record of each case."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from models import Round
from models.columns import table_of
from models.session import transaction
from tests.web_world import Visitor, accounts, web_of
from tests.world import World, altered

ROUNDS = table_of(Round)
COUNTY = "by: county, ranks: true, like: D-SLA.county"
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
DATES = {"opens_on": "2025-02-24", "closes_on": "2025-03-31"}
OFF = {**DATES, "off.county_review": "1", "off.why.county_review": "本年只有直属学校申报"}


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database, altered("chifeng", COUNTY, f"optional: true, {COUNTY}"))
    accounts(world, "bureau_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def draft(bureau: Visitor, world: World) -> int:
    fields = {
        "version_id": str(world.version_id),
        "path": "apply",
        "year": "2025",
        "title": "春季批次",
        "prefix": "CF",
        **DATES,
    }
    return int(bureau.post("/rounds", **fields).headers["location"].split("/")[2])


def test_preview_offers_to_leave_out_only_what_the_text_leaves_open(bureau: Visitor, world: World) -> None:
    page = bureau.get(f"/rounds/{draft(bureau, world)}/preview").text
    assert page.count("本批次不设") == 1
    assert 'name="off.county_review"' in page


def test_leaving_out_a_step_is_tried_then_saved_with_its_reason(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    tried = bureau.get(f"/rounds/{round_id}/preview", params=OFF).text
    assert 'id="step-county_review"' not in tried
    assert '<input type="hidden" name="off.county_review" value="1">' in tried
    assert bureau.post(f"/rounds/{round_id}/plan", **{**OFF, "off.why.county_review": ""}).status_code == 409
    assert bureau.post(f"/rounds/{round_id}/plan", **OFF).status_code == 303
    with transaction(world.engine) as session:
        kept = session.execute(select(ROUNDS.c.changes).where(ROUNDS.c.id == round_id)).scalar_one()
    assert kept["county_review"]["skipped"]["by_id"] == world.ids["bureau_officer"]
    assert "本年只有直属学校申报" in bureau.get(f"/rounds/{round_id}").text
    bureau.post(f"/rounds/{round_id}/plan", **DATES)
    assert 'id="step-county_review"' in bureau.get(f"/rounds/{round_id}/preview").text


def test_record_of_a_case_names_who_left_out_the_step_and_why(bureau: Visitor, world: World) -> None:
    world.round(
        date(2025, 3, 31), changes={"county_review": {"skipped": {"value": True, "reason": "本年只有直属学校申报"}}}
    )
    world.apply_for("A", credentials=MASTER)
    world.do("county_a_school1", "endorse", "A", judged=dict.fromkeys(world.unjudged("A"), "passed"))
    page = bureau.get(f"/applications/{world.ids['application/A']}").text
    assert page.count("本批次不设旗（县、区）教育行政部门审核") == 1
    assert "本年只有直属学校申报" in page
