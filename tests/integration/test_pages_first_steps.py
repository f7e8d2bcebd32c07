"""First steps, the roll and imports: a bureau fills its roster, appoints its officers, and nothing is stored by half."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select

from flows.roster.columns import APPLICATIONS, PEOPLE
from flows.roster.marking import write_workbook
from models import Application, Appointment, Body, Person, StageRun, Substitution
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

BODIES = table_of(Body)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERSON = (
    "T1",
    "宋海燕",
    "女",
    "1976-05-01",
    "county_a_school1",
    "正职校长",
    "2018-09-01",
    "",
    "否",
    "13900000001",
    "s@x.example",
)
WRONG = (
    "T2",
    "何静远",
    "男",
    "2031-01-01",
    "county_a_school1",
    "正职校长",
    "2018-09-01",
    "",
    "否",
    "13900000002",
    "h@x.example",
)


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    world = World(sqlite_database, start=date(2026, 3, 2))
    accounts(world, "bureau_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def send(bureau: Visitor, content: bytes) -> str:
    """Upload a workbook; returns the address of its dry run."""
    answer = bureau.client.post(
        "/imports",
        data={"csrf": bureau.csrf, "request_id": f"upload-{len(content)}"},
        files={"roster": ("名册.xlsx", content, XLSX)},
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def people(world: World, *staff_numbers: str) -> int:
    with transaction(world.engine) as session:
        rows = select(func.count()).select_from(table_of(Person)).where(table_of(Person).c.staff_no.in_(staff_numbers))
        return int(session.execute(rows).scalar_one())


def test_first_steps_say_what_is_next_and_leave_after_the_first_launch(bureau: Visitor, world: World) -> None:
    page = bureau.get("/start").text
    assert page.count("first-step-now") == 1
    assert "新建批次并预演" in page
    assert "先完成第 6 步" in page
    world.round(date(2026, 3, 31))
    assert bureau.get("/start").headers["location"] == "/dashboard"
    assert bureau.get("/start?again=1").status_code == 200


def test_dry_run_names_faults_and_stores_nothing(bureau: Visitor, world: World) -> None:
    address = send(bureau, write_workbook({PEOPLE: [PERSON, WRONG]}))
    page = bureau.get(address).text
    for words in ("还没有写入任何数据", "2031-01-01", "出生日期", "只导入没有错的 1 行"):
        assert words in page, words
    assert people(world, "T1", "T2") == 0
    assert bureau.get(f"{address}/marked.xlsx").content[:2] == b"PK"


def test_faulty_roster_is_refused_whole_and_taken_in_its_good_rows(bureau: Visitor, world: World) -> None:
    address = send(bureau, write_workbook({PEOPLE: [PERSON, WRONG]}))
    assert bureau.post(address).status_code == 409
    assert people(world, "T1", "T2") == 0
    assert bureau.post(address, only_good="1").status_code == 303
    assert people(world, "T1", "T2") == 1


def test_imported_applications_are_drafts_of_their_people(bureau: Visitor, world: World) -> None:
    world.round(date(2026, 3, 31))
    row = ("T1", "小学", "宋海燕名校长工作室", "以文化人", "3", "5", "")
    address = send(bureau, write_workbook({PEOPLE: [PERSON], APPLICATIONS: [row]}))
    assert bureau.post(address, round_id=str(world.round_id)).status_code == 303
    with transaction(world.engine) as session:
        one = session.execute(select(table_of(Application))).one()
        run = session.execute(select(table_of(StageRun)).where(table_of(StageRun).c.application_id == one.id)).one()
        person = session.execute(select(table_of(Person).c.id).where(table_of(Person).c.staff_no == "T1")).scalar_one()
    assert (one.person_id, one.made_by, one.submitted_at) == (person, person, None)
    assert (run.state, run.desk) == ("drafting", f"person:{person}")


def test_something_that_is_no_workbook_is_refused(bureau: Visitor) -> None:
    answer = bureau.client.post(
        "/imports",
        data={"csrf": bureau.csrf, "request_id": "upload-text"},
        files={"roster": ("a.txt", b"x", "text/plain")},
    )
    assert answer.status_code == 409
    assert bureau.get("/imports/" + "0" * 64).status_code == 404


def test_appointment_begins_and_ends_on_its_days(bureau: Visitor, world: World) -> None:
    with world.at_work() as work:
        person = world.person(work.session, "新来的", "county_a_school1")
    body = str(world.ids["county_a_school1"])
    given = {"role": "officer", "body_id": body, "from_on": "2026-03-02", "to_on": "2026-12-31"}
    assert bureau.post(f"/people/{person}/appointments", **given).status_code == 303
    assert bureau.post(f"/people/{person}/appointments", **given).status_code == 409
    assert "新来的" in bureau.get("/people?role=officer").text
    table = table_of(Appointment)
    with transaction(world.engine) as session:
        one = session.execute(select(table.c.id).where(table.c.person_id == person)).scalar_one()
    assert bureau.post(f"/people/{person}/appointments/{one}/end", to_on="2026-03-10").status_code == 303
    with transaction(world.engine) as session:
        assert session.execute(select(table.c.to_on).where(table.c.id == one)).scalar_one() == date(2026, 3, 10)


def test_administrator_cannot_lock_the_bureau_out(bureau: Visitor, world: World) -> None:
    table, me = table_of(Appointment), world.ids["bureau_officer"]
    with transaction(world.engine) as session:
        one = session.execute(select(table.c.id).where(table.c.person_id == me)).scalar_one()
    assert bureau.post(f"/people/{me}/appointments/{one}/end", to_on="2026-03-10").status_code == 409


def test_substitution_is_given_only_for_what_somebody_holds(bureau: Visitor, world: World) -> None:
    officer = world.ids["county_a_officer"]
    days = {"from_on": "2026-03-02", "to_on": "2026-03-20", "by": "county_b_officer"}
    assert (
        bureau.post(f"/people/{officer}/substitutions", body_id=str(world.ids["county_b"]), **days).status_code == 409
    )
    assert (
        bureau.post(f"/people/{officer}/substitutions", body_id=str(world.ids["county_a"]), **days).status_code == 303
    )
    with transaction(world.engine) as session:
        assert (
            session.execute(select(table_of(Substitution).c.by_person_id)).scalar_one() == world.ids["county_b_officer"]
        )


def test_login_shows_what_can_be_read_without_it(world: World) -> None:
    world.round(date(2026, 3, 31))
    page = Visitor(web_of(world)).get("/login").text
    assert "不登录也能看" in page
    assert "受理到 3月31日 周二 24:00" in page


def test_administrator_begins_with_the_first_steps_until_the_first_launch(bureau: Visitor, world: World) -> None:
    assert bureau.get("/").headers["location"] == "/start"
    world.round(date(2026, 3, 31))
    assert bureau.get("/").headers["location"] == "/dashboard"


def test_roll_names_bodies_without_an_officer_and_finds_people_by_body(bureau: Visitor, world: World) -> None:
    assert "还没有经办人" not in bureau.get("/people").text
    offices = table_of(Appointment)
    with transaction(world.engine) as session:
        session.execute(delete(offices).where(offices.c.person_id == world.ids["county_a_officer"]))
        name = session.execute(select(BODIES.c.name).where(BODIES.c.id == world.ids["county_a"])).scalar_one()
        school = session.execute(select(BODIES.c.name).where(BODIES.c.id == world.ids["county_a_school1"])).scalar_one()
    page = bureau.get("/people").text
    assert "1 个旗县区还没有经办人" in page
    assert f">{name}</a>" in page
    world.applicant("宋海燕", "county_a_school1")
    found = bureau.get(f"/people?words={school}").text
    assert "宋海燕" in found
    assert "还没有经办人" not in found
