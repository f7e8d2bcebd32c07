"""The dashboard: its figures are those of plain SQL, everybody sees their own part, nobody is urged twice a day."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine, event, func, select, text

from models import Message, StageRun
from models.columns import table_of
from models.session import transaction
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

RUNS, MESSAGES = table_of(StageRun), table_of(Message)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """Six applications: two returned or waiting in each county, some of them overdue on 16 April."""
    world = World(sqlite_database, start=date(2026, 3, 2))
    accounts(world, "bureau_officer", "county_a_officer", "county_b_school1_officer")
    world.round(date(2026, 3, 31))
    world.apply_for("甲", "乙", "丙", body="county_a_school1", credentials=MASTER)
    world.apply_for("丁", "戊", body="county_b_school1", credentials=MASTER)
    world.do("county_a_school1", "endorse", "甲", judged=dict.fromkeys(world.unjudged("甲"), "passed"))
    world.do("county_a_school1", "send_back", "乙", defects=[{"place": "表", "what": "缺章"}])
    return world


def bureau(world: World) -> Visitor:
    """The bureau, logged in just now."""
    return Visitor(web_of(world), "bureau_officer")


def tile(page: str, label: str) -> int:
    """The figure of a tile."""
    found = re.search(rf"{label}</span>\s*<span class=\"tile-figure\"><b>(\d+)</b>", page)
    assert found, label
    return int(found[1])


def count(world: World, where: str) -> int:
    """An oracle in plain SQL."""
    with transaction(world.engine) as session:
        sql = f"SELECT count(*) FROM stagerun WHERE ended_at IS NULL AND stage = 'tier_review' AND parent_id IS NULL AND {where}"
        return int(session.execute(text(sql), {"now": world.clock.now().replace(tzinfo=None)}).scalar_one())


@pytest.mark.capability(71)
def test_tiles_are_the_figures_of_plain_sql(world: World) -> None:
    world.clock.advance(days=8)
    page = bureau(world).get("/dashboard").text
    assert tile(page, "待审核") == count(world, "state = 'reviewing'") == 4
    assert tile(page, "逾期") == count(world, "due_at <= :now") > 0
    assert tile(page, "申报人补正中") == count(world, "state = 'returned'") == 1
    assert f"催办逾期 {tile(page, '逾期')} 件" in page


def test_rows_are_sorted_by_overdue_then_by_the_oldest(world: World) -> None:
    world.clock.advance(days=8)
    page = bureau(world).get("/dashboard").text
    table = page[page.index('id="holders"') : page.index("批次漏斗")]
    late = [int(one) for one in re.findall(r"circle-exclamation[^>]*></i> <b>(\d+)</b>", table)]
    assert late == sorted(late, reverse=True)
    assert late


@pytest.mark.parametrize("by", ["county", "person", "school"])
def test_every_switch_shows_the_same_sum(world: World, by: str) -> None:
    world.clock.advance(days=8)
    page = bureau(world).get(f"/dashboard?by={by}").text
    table = page[page.index('id="holders"') : page.index("批次漏斗")]
    late = sum(int(one) for one in re.findall(r"circle-exclamation[^>]*></i> <b>(\d+)</b>", table))
    assert late == tile(page, "逾期")


def test_county_and_school_see_only_their_own(world: World) -> None:
    page = Visitor(web_of(world), "county_a_officer").get("/dashboard").text
    assert tile(page, "待审核") == 2
    assert "county_b" not in page
    school = Visitor(web_of(world), "county_b_school1_officer").get("/dashboard").text
    assert tile(school, "待审核") == 2
    assert "county_a" not in school


def test_urging_writes_once_a_day_for_everybody(world: World) -> None:
    world.clock.advance(days=8)
    preview = bureau(world).get(f"/dashboard/urge?round={world.round_id}").text
    assert "发出催办，共 " in preview
    wanted = int(re.findall(r"发出催办，共 (\d+) 件", preview)[0])
    assert bureau(world).post("/dashboard/urge", round=str(world.round_id)).status_code == 303
    assert urged(world) == wanted
    again = bureau(world).get(f"/dashboard/urge?round={world.round_id}").text
    assert "发出催办，共" not in again
    assert f"{wanted} 件今天已经提醒过" in again
    bureau(world).post("/dashboard/urge", round=str(world.round_id))
    assert urged(world) == wanted
    world.clock.advance(days=1)
    bureau(world).post("/dashboard/urge", round=str(world.round_id))
    assert urged(world) == wanted * 2


def urged(world: World) -> int:
    with transaction(world.engine) as session:
        return int(
            session.execute(
                select(func.count()).select_from(MESSAGES).where(MESSAGES.c.key.like("%/urged-%"))
            ).scalar_one()
        )


def test_what_the_ladder_reminded_of_today_is_left_out(world: World) -> None:
    world.on("2026-03-10", hour=10)  # the day after the due day: the ladder has just spoken
    assert len(world.mail("overdue")) > 0
    page = bureau(world).get(f"/dashboard/urge?round={world.round_id}").text
    assert "今天已经提醒过" in page
    assert "发出催办，共" not in page


def test_dashboard_before_any_round_says_what_to_do(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    accounts(world, "bureau_officer")
    assert "还没有批次" in Visitor(web_of(world), "bureau_officer").get("/dashboard").text


def test_dashboard_asks_the_same_number_of_queries_for_one_as_for_fifty(world: World) -> None:
    few = queries(world, bureau(world))
    world.apply_for(*(f"庚{n}" for n in range(45)), body="county_b_school2", credentials=MASTER)
    assert queries(world, bureau(world)) == few


def queries(world: World, visitor: Visitor) -> int:
    """How many statements the page sends."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    visitor.get("/dashboard")
    event.listen(world.engine, "before_cursor_execute", note)
    try:
        assert visitor.get("/dashboard").status_code == 200
    finally:
        event.remove(world.engine, "before_cursor_execute", note)
    return len(seen)


def test_county_opens_at_the_newest_round_that_takes_applications(world: World) -> None:
    first = world.round_id
    world.on("2026-04-08")  # the first round is closed, with work in it
    second = world.round(date(2026, 5, 8))
    assert f'href="/rounds/{second}"' in Visitor(web_of(world), "county_a_officer").get("/dashboard").text
    assert f'href="/rounds/{first}"' in bureau(world).get("/dashboard").text  # there it is stuck
