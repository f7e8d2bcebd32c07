"""The page of a round's score sheet: the sum shown, what is wrong said above what was typed, closed once drawn."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.web_world import Visitor, accounts, web_of
from tests.world import World

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
FIGURES = {"pass_mark": "60", "runners_up": "3", "sheets": "12"}


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    accounts(world, "bureau_officer", "county_a_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def typed(*lines: tuple[str, str], reason: str = "当批通知", **figures: str) -> dict[str, object]:
    return {
        "title": [one for one, _ in lines],
        "marks": [most for _, most in lines],
        "reason": reason,
        **FIGURES,
        **figures,
    }


def test_sheet_shows_the_equal_shares_and_their_sum(bureau: Visitor, world: World) -> None:
    page = bureau.get(f"/rounds/{world.round_id}/rubric").text
    assert "合计 100 分" in page
    assert 'value="34"' in page
    assert f"/rounds/{world.round_id}/rubric" in bureau.get(f"/rounds/{world.round_id}").text


def test_sheet_that_does_not_sum_up_is_refused_and_what_was_typed_stays(bureau: Visitor, world: World) -> None:
    answer = bureau.post(f"/rounds/{world.round_id}/rubric", **typed(("办学成效", "60"), ("引领能力", "30")))
    assert answer.status_code == 409
    assert "合计 90 分，要正好 100 分，还差 10 分" in answer.text
    assert 'value="引领能力"' in answer.text


def test_sheet_is_kept_with_its_reason_and_an_empty_line_is_none(bureau: Visitor, world: World) -> None:
    answer = bureau.post(
        f"/rounds/{world.round_id}/rubric", **typed(("办学成效", "60"), ("", ""), ("引领能力", "40"), pass_mark="70")
    )
    assert answer.status_code == 303
    page = bureau.get(f"/rounds/{world.round_id}/rubric").text
    assert "本批次自定：当批通知" in page
    assert 'name="pass_mark" type="number" value="70"' in page


def test_sheet_is_read_only_once_experts_are_drawn(bureau: Visitor, world: World) -> None:
    world.apply_for("A", credentials=MASTER)
    world.endorse_tiers("A")
    world.draw()
    page = bureau.get(f"/rounds/{world.round_id}/rubric").text
    assert "已为 1 件抽取了专家" in page
    assert "保存评分表" not in page
    assert bureau.post(f"/rounds/{world.round_id}/rubric", **typed(("办学成效", "100"))).status_code == 409


def test_sheet_is_for_the_authority_alone(world: World) -> None:
    county = Visitor(web_of(world), "county_a_officer")
    assert county.get(f"/rounds/{world.round_id}/rubric").status_code in {403, 404}
