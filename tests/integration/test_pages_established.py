"""Importing established studios from the pages: a dry run that names every fault, then all or the good ones, once."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, func, select

from flows.roster.established_rows import MEMBERS, PAYMENTS, RESULTS, STUDIOS, established_workbook
from flows.roster.opening import open_workbook
from models import Result, Seat, Studio
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web import long_imports

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheets = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    world = World(sqlite_database, start=date(2025, 10, 15))
    with world.at_work() as work:
        for name in ("h1", "h2", "m1", "m2"):
            world.person(work.session, name, "county_a_school1")
    accounts(world, "bureau_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def two_studios() -> Sheets:
    return {
        STUDIOS: [
            (name, host, "", "", "", date(2024, 5, 8), None, None) for name, host in (("甲", "h1"), ("乙", "h2"))
        ],
        MEMBERS: [("甲", "m1", "成员", "", None), ("乙", "m2", "成员", "", None)],
        RESULTS: [("甲", "年度考核", "y1", "合格", "", date(2025, 6, 1))],
        PAYMENTS: [],
    }


def sent(bureau: Visitor, content: bytes, name: str = "工作室.xlsx") -> Any:
    return bureau.client.post(
        "/imports/studios",
        data={"csrf": bureau.csrf, "request_id": f"upload-{len(content)}", "programme": "chifeng"},
        files={"studios": (name, content, XLSX)},
    )


def finished() -> None:
    """Wait until the jobs that were begun are over."""
    long_imports.WORKERS.submit(lambda: None).result()


def count(world: World, table: Any) -> int:
    with transaction(world.engine) as session:
        return int(session.execute(select(func.count()).select_from(table_of(table))).scalar_one())


def test_studios_are_looked_over_then_taken_over_once(bureau: Visitor, world: World) -> None:
    address = sent(bureau, established_workbook(two_studios())).headers["location"]
    page = bureau.get(address).text
    assert "还没有写入任何数据" in page
    assert "接入 2 个工作室，共 5 行" in page
    assert count(world, Studio) == 0
    stored = bureau.post(address.split("?")[0], programme="chifeng")
    finished()
    done = bureau.get(stored.headers["location"])
    assert done.status_code == 303
    assert done.headers["location"].startswith("/dashboard/studios/list?note=")
    assert "已接入工作室 2 个" in bureau.get(done.headers["location"]).text
    assert (count(world, Studio), count(world, Seat), count(world, Result)) == (2, 4, 1)
    again = bureau.get(address).text
    assert "表里的都已接入" in again


def test_faults_are_named_and_one_fault_keeps_its_whole_studio_out(bureau: Visitor, world: World) -> None:
    sheets = two_studios()
    sheets[RESULTS].append(("乙", "年度考核", "y1", "超群", "", date(2025, 6, 1)))
    content = established_workbook(sheets)
    address = sent(bureau, content).headers["location"]
    page = bureau.get(address).text
    assert "超群" in page
    assert "这项考核没有这个等次" in page
    assert "有错 1 个" in page
    assert "只接入没有错的 1 个工作室，3 行" in page
    marked = bureau.get(address.replace("?", "/marked.xlsx?"))
    told = [str(cell) for line in open_workbook(marked.content)[RESULTS] for cell in line if cell]
    assert any("这项考核没有这个等次" in one for one in told)
    refused = bureau.post(address.split("?")[0], programme="chifeng")
    finished()
    assert "没有接入任何工作室" in bureau.get(refused.headers["location"]).text
    assert count(world, Studio) == 0
    bureau.post(address.split("?")[0], programme="chifeng", only_good="1")
    finished()
    with transaction(world.engine) as session:
        assert [one.name for one in session.execute(select(table_of(Studio)))] == ["甲"]


def test_long_workbook_is_checked_beside_its_page(bureau: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_imports, "LONG", 0)
    address = sent(bureau, established_workbook(two_studios())).headers["location"]
    assert "开始核对" in bureau.get(address).text
    bureau.post(f"{address.split('?')[0]}/check", programme="chifeng")
    finished()
    assert "接入 2 个工作室" in bureau.get(address).text


def test_file_of_another_kind_is_refused_beside_its_field(bureau: Visitor) -> None:
    answer = sent(bureau, b"%PDF-1.7", "工作室.pdf")
    assert answer.status_code == 409
    assert "请选一个 Excel 工作簿" in answer.text
    assert 'id="studios-error"' in answer.text
    unreadable = bureau.get(
        sent(bureau, established_workbook({STUDIOS: []})[:400] + b"x" * 4000).headers.get(
            "location", "/imports/studios"
        )
    )
    assert unreadable.status_code == 200


def test_template_offers_the_words_of_the_programme(bureau: Visitor) -> None:
    content = bureau.get("/imports/studios/template.xlsx?programme=chifeng").content
    assert {STUDIOS, MEMBERS, RESULTS, PAYMENTS} <= set(open_workbook(content))
    with ZipFile(BytesIO(content)) as book:
        assert "年度考核" in book.read("xl/worksheets/sheet3.xml").decode()


def test_programme_of_another_bureau_is_not_found(bureau: Visitor) -> None:
    address = sent(bureau, established_workbook(two_studios())).headers["location"]
    assert bureau.get(address.replace("chifeng", "elsewhere")).status_code == 404
