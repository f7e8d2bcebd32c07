"""Accounts by page: the administrator makes them, sets passwords, closes them; only of people in their own scope."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from models import Appointment, LoginSession, Request, User
from models.columns import table_of
from models.session import transaction
from tests.browsing import browser, client_of, form
from tests.web_world import PASSWORD
from tests.world import World
from web.app import create_app

USERS, SESSIONS, REQUESTS = table_of(User), table_of(LoginSession), table_of(Request)
FIRST = "lake-lantern-57"


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """A bureau with one person of a school who cannot log in yet."""
    world = World(sqlite_database)
    with world.at_work() as work:
        world.person(work.session, "宋海燕", "county_a_school1")
    return world


def place(world: World, name: str = "宋海燕") -> str:
    return f"/people/{world.ids[name]}/account"


def account(world: World, name: str = "宋海燕") -> User | None:
    with transaction(world.engine) as session:
        return session.execute(select(User).where(USERS.c.person_id == world.ids[name])).scalar()


def logs_in(world: World, login: str, password: str) -> bool:
    client = browser(create_app(world.engine, world.clock))
    return client.post("/login", data={"login": login, "password": password}).status_code == 303


def test_account_is_made_once_and_logs_in(world: World) -> None:
    client = client_of(world, "bureau")
    page = client.get(place(world)).text
    assert "没有账号" in page
    assert "给宋海燕建账号" in page
    sent = form(act="make", login="Song.HY", password=FIRST)
    assert client.post(place(world), data=sent).status_code == 303
    assert client.post(place(world), data=sent).status_code == 303
    assert logs_in(world, "song.hy", FIRST)
    assert not logs_in(world, "song.hy", "some other words")
    assert "可以登录" in client.get(place(world)).text


@pytest.mark.parametrize(
    ("login", "password", "says"),
    [
        ("宋 海燕", FIRST, "登录名要 2 到 40 位"),
        ("song", "tiny7", "密码要 10 到 128 位"),
        ("song", "password123", "太常见"),
        ("songhaiyan", "songhaiyan-2025", "不要用自己的登录名"),
    ],
)
def test_account_is_not_made_with_a_bad_name_or_password(world: World, login: str, password: str, says: str) -> None:
    answer = client_of(world, "bureau").post(place(world), data=form(act="make", login=login, password=password))
    assert answer.status_code == 422
    assert says in answer.text
    assert password not in answer.text
    assert account(world) is None


def test_login_of_another_is_refused(world: World) -> None:
    with transaction(world.engine) as session:
        session.add(User(person_id=world.ids["expert0"], login="taken", password_hash="-"))
        session.flush()
    answer = client_of(world, "bureau").post(place(world), data=form(act="make", login="taken", password=FIRST))
    assert "已有人用" in answer.text


def test_new_password_ends_what_is_open(world: World) -> None:
    held = client_of(world, "宋海燕")
    assert held.get("/me").status_code == 200
    sent = form(act="password", password=FIRST)
    assert client_of(world, "bureau").post(place(world), data=sent).status_code == 303
    assert held.get("/me").status_code == 303
    assert logs_in(world, "宋海燕", FIRST)


def test_closed_account_cannot_log_in_until_it_is_opened(world: World) -> None:
    bureau = client_of(world, "bureau")
    bureau.post(place(world), data=form(act="make", login="song", password=FIRST))
    assert bureau.post(place(world), data=form(act="disable")).status_code == 303
    assert not logs_in(world, "song", FIRST)
    assert "已停用" in bureau.get(place(world)).text
    assert bureau.post(place(world), data=form(act="enable")).status_code == 303
    assert logs_in(world, "song", FIRST)


def test_own_account_is_left_to_another_administrator(world: World) -> None:
    client = client_of(world, "bureau")
    assert "这是您自己的账号" in client.get(place(world, "bureau_officer")).text
    answer = client.post(place(world, "bureau_officer"), data=form(act="disable"))
    assert answer.status_code == 409
    assert "另一位管理员" in answer.text
    assert client.get("/me").status_code == 200


def test_administrator_of_a_county_reaches_only_its_own_people(world: World) -> None:
    with world.at_work() as work:
        person = world.person(work.session, "县管理员", "county_a")
        work.session.add(
            Appointment(person_id=person, body_id=world.ids["county_a"], role="administrator", from_on=date(2020, 1, 1))
        )
        world.person(work.session, "别县教师", "county_b_school1")
        shared = world.person(work.session, "兼职人员", "county_a_school1")
        work.session.add(
            Appointment(person_id=shared, body_id=world.ids["bureau"], role="officer", from_on=date(2020, 1, 1))
        )
        work.session.flush()
    client = client_of(world, "县管理员")
    assert client.get(place(world)).status_code == 200
    assert client.get(place(world, "别县教师")).status_code == 404
    assert client.post(place(world, "别县教师"), data=form(act="make", login="xxx", password=FIRST)).status_code == 404
    assert "这个账号不由您办理" in client.get(place(world, "兼职人员")).text
    refused = client.post(place(world, "兼职人员"), data=form(act="make", login="xxx", password=FIRST))
    assert refused.status_code == 409
    assert account(world, "兼职人员") is None
    assert client_of(world, "county_a").get(place(world)).status_code == 403


def test_nothing_remembered_of_a_request_depends_on_the_password(world: World) -> None:
    bureau = client_of(world, "bureau")
    hashes = []
    for password in (FIRST, PASSWORD):
        sent = form(act="password", password=password)
        if account(world) is None:
            client_of(world, "宋海燕")
        bureau.post(place(world), data=sent)
        with transaction(world.engine) as session:
            found = session.execute(select(REQUESTS.c.payload_hash).where(REQUESTS.c.id == sent["request_id"]))
            hashes.append(found.scalar_one())
    assert hashes[0] == hashes[1]
