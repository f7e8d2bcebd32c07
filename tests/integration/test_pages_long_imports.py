"""A long roster: its page answers at once and says how far it is, and what was cut short is finished without doubling."""

import time
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from demo.bureau import DemonstrationBureau
from flows.roster.columns import APPLICATIONS, PEOPLE
from flows.roster.marking import write_workbook
from models import Application, ImportJob, Person
from models.columns import table_of
from models.session import transaction
from tests.integration.test_pages_first_steps import PERSON, WRONG, people, send
from tests.integration.test_pages_first_steps import bureau as bureau  # noqa: PLC0414  the fixture
from tests.integration.test_pages_first_steps import world as world  # noqa: PLC0414  the fixture
from tests.web_world import Visitor
from tests.world import World
from web import long_imports

JOBS = table_of(ImportJob)


def finished() -> None:
    """Wait until the jobs that were begun are over."""
    long_imports.WORKERS.submit(lambda: None).result()


def jobs(world: World) -> list[tuple[str, str]]:
    with transaction(world.engine) as session:
        return [(row.kind, row.state) for row in session.execute(select(JOBS).order_by(JOBS.c.id))]


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every roster counts as a long one."""
    monkeypatch.setattr(long_imports, "LONG", 0)


@pytest.fixture
def roster() -> bytes:
    """A person and an application of the same."""
    return write_workbook(
        {PEOPLE: [PERSON], APPLICATIONS: [("T1", "小学", "宋海燕名校长工作室", "以文化人", "3", "5", "")]}
    )


@pytest.mark.usefixtures("long")
def test_long_roster_is_checked_then_stored_then_its_drafts_begun(bureau: Visitor, world: World, roster: bytes) -> None:
    world.round(date(2026, 3, 31))
    address = send(bureau, roster)
    finished()
    assert "名册校验结果" in bureau.get(address).text
    assert people(world, "T1") == 0
    unchecked = bureau.get(f"{address}?round_id={world.round_id}").text
    assert "开始核对" in unchecked
    bureau.post(f"{address}/check", round_id=str(world.round_id))
    finished()
    stored = bureau.post(address, round_id=str(world.round_id))
    assert stored.status_code == 303
    finished()
    done = bureau.get(stored.headers["location"])
    assert done.status_code == 303
    shown = bureau.get(done.headers["location"]).text
    assert "已导入：新增 1 行" in shown or "已导入" in shown
    assert "建立申报草稿 1 份" in shown
    assert people(world, "T1") == 1
    assert jobs(world) == [("check", "done"), ("check", "done"), ("store", "done")]


@pytest.mark.usefixtures("long")
def test_page_says_how_far_it_is_and_reloads_without_a_script(bureau: Visitor, world: World, roster: bytes) -> None:
    address = send(bureau, roster)
    finished()
    with transaction(world.engine) as session:
        now = world.clock.now()
        session.execute(
            update(JOBS).values(state="running", kind="store", phase="beginning", done=40, whole=96, beat_at=now)
        )
    page = bureau.get(address).text
    assert 'http-equiv="refresh" content="5;' in page
    assert "已建立 40 / 96 份" in page
    assert '<progress max="96" value="40">' in page


@pytest.mark.usefixtures("long")
def test_import_that_was_cut_short_is_finished_once(bureau: Visitor, world: World, roster: bytes) -> None:
    world.round(date(2026, 3, 31))
    address = send(bureau, roster)
    where = {"round_id": str(world.round_id)}
    bureau.post(address, **where)
    finished()
    with transaction(world.engine) as session:
        long_ago = world.clock.now() - timedelta(minutes=5)
        session.execute(update(JOBS).where(JOBS.c.kind == "store").values(state="running", beat_at=long_ago))
    page = bureau.get(f"{address}?round_id={world.round_id}").text
    assert "中途停了" in page
    assert "接着导入" in page
    bureau.post(address, **where)
    finished()
    with transaction(world.engine) as session:
        count = select(func.count()).select_from(table_of(Application))
        assert session.execute(count).scalar_one() == 1
    assert people(world, "T1") == 1


@pytest.mark.usefixtures("long")
def test_faulty_long_roster_is_refused_whole(bureau: Visitor, world: World) -> None:
    address = send(bureau, write_workbook({PEOPLE: [PERSON, WRONG]}))
    finished()
    assert "2031-01-01" in bureau.get(address).text
    stored = bureau.post(address)
    finished()
    page = bureau.get(stored.headers["location"]).text
    assert "还有 1 行有错，没有写入任何数据" in page
    assert people(world, "T1", "T2") == 0
    bureau.post(address, only_good="1")
    finished()
    assert people(world, "T1", "T2") == 1


def test_ten_thousand_rows_are_answered_at_once(bureau: Visitor, world: World) -> None:
    content = DemonstrationBureau(schools=3_300, experts=50, applications=100).workbook()
    began = time.perf_counter()
    address = send(bureau, content)
    page = bureau.get(address)
    waited = time.perf_counter() - began
    assert page.status_code == 200
    assert waited < 2, waited
    finished()
    assert time.perf_counter() - began < 60
    assert jobs(world) == [("check", "done")]
    assert "名册校验结果" in bureau.get(address).text


def test_job_of_another_is_not_seen(bureau: Visitor, world: World) -> None:
    with transaction(world.engine) as session:
        assert session.execute(select(func.count()).select_from(JOBS)).scalar_one() == 0
        assert session.execute(select(table_of(Person).c.id).limit(1)).first() is not None
    assert bureau.get("/imports/" + "0" * 64).status_code == 404
    assert bureau.post("/imports/" + "0" * 64 + "/check").status_code == 404
