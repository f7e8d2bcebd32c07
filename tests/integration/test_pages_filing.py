"""Filing for others: a body begins for its own people only, a host nominates whom it can name, the text decides who may."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from models import Application, Cycle, Programme, ProgrammeVersion, Studio
from models.columns import table_of
from models.session import transaction
from tests.browsing import client_of, form
from tests.world import World

APPLICATIONS = table_of(Application)


def applications(world: World) -> list[tuple[int, int | None]]:
    with transaction(world.engine) as session:
        rows = session.execute(select(APPLICATIONS.c.person_id, APPLICATIONS.c.made_by).order_by(APPLICATIONS.c.id))
        return [(row.person_id, row.made_by) for row in rows]


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """石家庄: counties and schools create studios for people of theirs."""
    world = World(sqlite_database, "shijiazhuang")
    world.round(date(2025, 3, 31), path="create")
    world.on("2025-03-03")
    world.applicant("宋海燕", "county_a_school1")
    world.applicant("别县教师", "county_b_school1")
    return world


def place(world: World) -> str:
    return f"/rounds/{world.round_id}/apply/for"


def test_body_begins_for_a_person_of_its_own_and_writes_on(world: World) -> None:
    client = client_of(world, "county_a")
    page = client.get(place(world)).text
    assert "为宋海燕填写" in page
    assert "别县教师" not in page
    assert f'href="/rounds/{world.round_id}/apply"' in client.get(f"/rounds/{world.round_id}").text
    sent = form(person=world.ids["宋海燕"])
    begun = client.post(place(world), data=sent)
    assert begun.headers["location"] == client.post(place(world), data=sent).headers["location"]
    assert "/form" in begun.headers["location"]
    assert "申报表" in client.get(begun.headers["location"]).text
    assert applications(world) == [(world.ids["宋海燕"], world.ids["county_a_officer"])]
    assert "接着填写" in client.get(place(world)).text
    again = client.post(place(world), data=form(person=world.ids["宋海燕"]))
    assert again.headers["location"].split("?")[0] == begun.headers["location"].split("?")[0]
    other = client_of(world, "county_a_school1")
    assert "已在申报" in other.get(place(world)).text
    refused = other.post(place(world), data=form(person=world.ids["宋海燕"]))
    assert refused.status_code == 409
    assert "已经有一份正在办理的申报" in refused.text
    assert len(applications(world)) == 1


def test_body_does_not_begin_for_people_of_others(world: World) -> None:
    client = client_of(world, "county_a")
    for whom in (world.ids["别县教师"], 99_999, 0):
        assert client.post(place(world), data=form(person=whom)).status_code == 404
    assert client_of(world, "宋海燕").get(place(world)).status_code == 404
    assert client_of(world, "宋海燕").post(place(world), data=form(person=world.ids["宋海燕"])).status_code == 404
    assert applications(world) == []


def test_person_is_told_that_the_body_files(world: World) -> None:
    page = client_of(world, "宋海燕").get(f"/rounds/{world.round_id}/apply").text
    assert "这一批不由本人申报" in page
    assert "开始填写申报表" not in page
    officer = client_of(world, "county_a").get(f"/rounds/{world.round_id}/apply")
    assert officer.headers["location"] == place(world)


def test_round_for_oneself_is_not_filed_by_a_body(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.applicant("宋海燕")
    assert client_of(world, "county_a_school1").get(place(world)).status_code == 404
    assert "开始填写申报表" in client_of(world, "宋海燕").get(f"/rounds/{world.round_id}/apply").text


@pytest.fixture
def studio(sqlite_database: Engine) -> tuple[World, str]:
    """赤峰: the studio of 宋海燕, who nominates members; and a teacher of another school."""
    world = World(sqlite_database)
    world.applicant("宋海燕", "county_a_school1")
    world.applicant("吴敏", "county_a_school2", post="teacher")
    with world.at_work() as work:
        programme = work.session.execute(
            select(table_of(ProgrammeVersion).c.programme_id).where(table_of(ProgrammeVersion).c.id == world.version_id)
        ).scalar_one()
        assert work.session.get(Programme, programme) is not None
        made = Studio(
            programme_id=programme, name="宋海燕工作室", level="city", host_id=world.ids["宋海燕"],
            home_body_id=world.ids["county_a_school1"], standing="active", made_at=world.clock.now(),
        )  # fmt: skip
        work.session.add(made)
        work.session.flush()
        work.session.add(
            Cycle(
                studio_id=made.id or 0,
                number=1,
                version_id=world.version_id,
                begins_on=date(2025, 1, 1),
                ends_on=date(2027, 12, 31),
            )
        )
        work.session.flush()
        return world, f"/studios/{made.id}/nominate"


def test_host_nominates_whom_it_can_name(studio: tuple[World, str]) -> None:
    world, address = studio
    client = client_of(world, "宋海燕")
    page = client.get(address).text
    assert "提名成员" in page
    role = page.split('<option value="', 1)[1].split('"', 1)[0]
    wrong = client.post(address, data=form(path="join", role=role, staff_no="吴敏", name="吴民"))
    assert wrong.status_code == 422
    assert "工号和姓名都相符" in wrong.text
    assert 'value="吴民"' in wrong.text
    sent = form(path="join", role=role, staff_no="吴敏", name="吴敏")
    begun = client.post(address, data=sent)
    assert begun.status_code == 303, begun.text[-600:]
    assert client.post(address, data=sent).headers["location"] == begun.headers["location"]
    assert applications(world) == [(world.ids["吴敏"], world.ids["宋海燕"])]
    assert client.get(begun.headers["location"]).status_code == 200


def test_only_the_host_nominates_where_the_text_says_so(studio: tuple[World, str]) -> None:
    world, address = studio
    assert client_of(world, "吴敏").get(address).status_code == 404
    assert client_of(world, "吴敏").post(address, data=form(path="join", role="member")).status_code == 404
    assert client_of(world, "county_a").get(address).status_code == 404
    unknown = client_of(world, "宋海燕").post(
        address, data=form(path="leave", role="member", staff_no="吴敏", name="吴敏")
    )
    assert unknown.status_code == 404
    assert applications(world) == []


def test_applications_page_leads_a_host_to_nominating(studio: tuple[World, str]) -> None:
    world, address = studio
    assert f'href="{address}"' in client_of(world, "宋海燕").get("/applications").text
    assert "/nominate" not in client_of(world, "吴敏").get("/applications").text
