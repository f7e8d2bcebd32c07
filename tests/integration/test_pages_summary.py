"""The summary of a round: who may see what is in the query, what people wrote stays text, and a blind review stays blind."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from models import Appointment
from tests.browsing import client_of, counting
from tests.integration.test_pages_scores import BLIND, MASTER
from tests.world import World


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """A blind round: two applications of one county, one of the other, one still a draft."""
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), changes=BLIND)
    world.on("2025-03-03")
    world.apply_for("宋海燕", "何静远", credentials=MASTER)
    world.apply_for("刘志强", body="county_b_school1", credentials=MASTER)
    world.applicant("写一半", "county_a_school1", credentials=MASTER)
    world.begin("写一半")
    return world


def sheet_of(world: World, name: str) -> list[list[Any]]:
    answer = client_of(world, name).get(f"/rounds/{world.round_id}/summary.xlsx")
    assert answer.status_code == 200, answer.text[-500:]
    assert "spreadsheetml" in answer.headers["content-type"]
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return rows


def lines(world: World, name: str) -> list[dict[str, Any]]:
    rows = sheet_of(world, name)
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]


def test_each_gets_what_they_may_see(world: World) -> None:
    assert {one["姓名"] for one in lines(world, "county_a")} == {"宋海燕", "何静远"}
    assert {one["姓名"] for one in lines(world, "county_b")} == {"刘志强"}
    assert {one["姓名"] for one in lines(world, "bureau")} == {"宋海燕", "何静远", "刘志强"}
    assert {one["姓名"] for one in lines(world, "county_a_school1")} == {"宋海燕", "何静远"}


def test_others_get_none(world: World) -> None:
    place = f"/rounds/{world.round_id}/summary.xlsx"
    assert client_of(world, "宋海燕").get(place).status_code == 403
    assert client_of(world, "expert0").get(place).status_code == 403
    assert client_of(world).get(place).status_code == 303
    assert client_of(world, "county_a").get("/rounds/99/summary.xlsx").status_code == 404
    empty = client_of(world, "county_b_school2").get(place)
    assert empty.status_code == 409
    assert "没有可以导出的内容" in empty.text


def test_line_says_post_years_rank_and_opinion(world: World) -> None:
    world.on("2025-03-05")
    world.do("county_a_school1", "endorse", "宋海燕", reason="学校同意")
    assert lines(world, "county_a")[0]["推荐意见"] == "学校同意"
    world.do("county_a", "endorse", "宋海燕", reason="=cmd|'/c calc'!A1", rank=1)
    mine = {one["姓名"]: one for one in lines(world, "county_a")}["宋海燕"]
    assert mine["推荐单位"] == "county_a"
    assert mine["推荐序位"] == 1
    assert mine["推荐意见"] == "=cmd|'/c calc'!A1"
    assert mine["学校"] == "county_a_school1"
    assert mine["职务"] == "正职校长"
    assert mine["任职年限"] == 9
    assert mine["编号"] == "CH-2025-001"
    of_school = {one["姓名"]: one for one in lines(world, "county_a_school1")}["宋海燕"]
    assert (of_school["推荐意见"], of_school["推荐序位"]) == ("学校同意", "")


def test_what_people_wrote_is_never_a_formula(world: World) -> None:
    world.on("2025-03-05")
    world.do("county_a_school1", "endorse", "宋海燕", reason="=1+1")
    content = client_of(world, "county_a").get(f"/rounds/{world.round_id}/summary.xlsx").content
    from zipfile import ZipFile

    with ZipFile(BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_officer_who_marks_blind_reads_numbers_only(world: World) -> None:
    with world.at_work() as work:
        for n in range(9):
            work.session.add(
                Appointment(
                    person_id=world.ids[f"expert{n}"],
                    body_id=world.ids["bureau"],
                    role="viewer",
                    from_on=date(2020, 1, 1),
                )
            )
        work.session.flush()
    world.on("2025-03-07")
    world.endorse_tiers("宋海燕", "何静远", "刘志强")
    world.on("2025-03-20")
    world.draw()
    judge = int(world.asked("宋海燕")[0].held_by.removeprefix("person:"))
    name = next(key for key, value in world.ids.items() if value == judge and key.startswith("expert"))
    found = lines(world, name)
    assert len(found) == 3
    hidden = next(one for one in found if one["编号"] == "CH-2025-001")
    assert hidden["姓名"] == "匿名评审中"
    assert hidden["学校"] == hidden["推荐意见"] == hidden["旗县区"] == ""
    assert "宋海燕" not in str(found)


def test_summary_asks_as_many_queries_for_one_as_for_many(world: World) -> None:
    place, asked = f"/rounds/{world.round_id}/summary.xlsx", []
    for more in ((), tuple(f"第{n}位" for n in range(40))):
        world.apply_for(*more, credentials=MASTER)
        client = client_of(world, "county_a")
        client.get(place)
        with counting(world.engine) as seen:
            assert client.get(place).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1]
