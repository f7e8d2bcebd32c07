"""One draft in two windows: what each changed is kept, what both changed is asked about, and nothing typed is lost."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from models import Application
from models.session import transaction
from tests.browsing import client_of, form
from tests.world import World


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """A draft with a plan and a studio name."""
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.applicant("宋海燕")
    world.begin("宋海燕")
    client = client_of(world, "宋海燕")
    client.post(place(world), data=form(studio_name="原名", plan="原来的设想\n第二行", team="原成员"))
    return world


def place(world: World) -> str:
    return f"/applications/{world.ids['application/宋海燕']}/form"


def drawn(client: TestClient, world: World) -> dict[str, Any]:
    """The form as a window shows it: from what it was drawn, and its fields."""
    page = client.get(place(world)).text
    mark = page.split('name="drawn" value="', 1)[1].split('"', 1)[0]
    return {"drawn": unescape(mark), "studio_name": "原名", "plan": "原来的设想\r\n第二行", "team": "原成员"}


def stored(world: World) -> tuple[str, str, str]:
    with transaction(world.engine) as session:
        row = session.get(Application, world.ids["application/宋海燕"])
        assert row is not None
        return row.studio_name, row.answers["plan"].replace("\r\n", "\n"), row.answers["team"]


def test_two_windows_that_change_different_fields_both_stand(world: World) -> None:
    client = client_of(world, "宋海燕")
    first, second = drawn(client, world), drawn(client, world)
    assert client.post(place(world), data=form(**first | {"plan": "新设想"})).status_code == 303
    answer = client.post(place(world), data=form(**second | {"team": "新成员"}))
    assert answer.status_code == 303
    assert stored(world) == ("原名", "新设想", "新成员")
    assert "也保留了" in client.get(answer.headers["location"]).text


def test_same_field_changed_twice_is_asked_about_and_nothing_is_written(world: World) -> None:
    client = client_of(world, "宋海燕")
    first, second = drawn(client, world), drawn(client, world)
    client.post(place(world), data=form(**first | {"plan": "第一份"}))
    for address in (place(world), place(world).replace("/form", "/submit")):
        answer = client.post(address, data=form(**second | {"plan": "第二份<b>", "team": "新成员"}))
        assert answer.status_code == 409
        assert "这份草稿在另一处改过" in answer.text
        assert "第一份" in answer.text
        assert "第二份&lt;b&gt;" in answer.text
        assert 'name="team" value="新成员"' in answer.text
        assert stored(world) == ("原名", "第一份", "原成员")


@pytest.mark.parametrize(
    ("use", "pick", "plan"),
    [
        ("mine", "theirs", "第二份"),
        ("theirs", "mine", "第一份"),
        ("each", "mine", "第二份"),
        ("each", "theirs", "第一份"),
    ],
)
def test_chosen_version_stands_with_what_was_changed_besides(world: World, use: str, pick: str, plan: str) -> None:
    client = client_of(world, "宋海燕")
    first, second = drawn(client, world), drawn(client, world)
    client.post(place(world), data=form(**first | {"plan": "第一份"}))
    page = client.post(place(world), data=form(**second | {"plan": "第二份", "team": "新成员"})).text
    mark = unescape(page.split('name="drawn" value="', 1)[1].split('"', 1)[0])
    sent = {"drawn": mark, "team": "新成员", "mine.plan": "第二份", "pick.plan": pick, "use": use}
    assert client.post(place(world), data=form(**sent)).status_code == 303
    assert stored(world) == ("原名", plan, "新成员")


def test_same_change_in_both_windows_is_no_conflict(world: World) -> None:
    client = client_of(world, "宋海燕")
    first, second = drawn(client, world), drawn(client, world)
    for one in (first, second):
        assert client.post(place(world), data=form(**one | {"plan": "一样"})).status_code == 303
    assert stored(world)[1] == "一样"


def test_window_that_saves_by_itself_goes_on_without_conflict(world: World) -> None:
    client = client_of(world, "宋海燕")
    mine, draft = drawn(client, world), place(world).replace("/form", "/draft")
    for text in ("写一", "写一点", "写一点儿"):
        said = client.post(draft, data=form(**mine | {"plan": text})).json()
        assert "已暂存" in said["words"]
        mine["drawn"] = said["drawn"]
    assert stored(world)[1] == "写一点儿"


def test_window_that_saves_by_itself_keeps_what_others_changed(world: World) -> None:
    client = client_of(world, "宋海燕")
    mine, other, draft = drawn(client, world), drawn(client, world), place(world).replace("/form", "/draft")
    client.post(place(world), data=form(**other | {"team": "别处的成员"}))
    for text in ("写一", "写一点"):
        said = client.post(draft, data=form(**mine | {"plan": text})).json()
        mine["drawn"] = said["drawn"]
    assert stored(world) == ("原名", "写一点", "别处的成员")
    clash = client.post(draft, data=form(**mine | {"plan": "写一点", "team": "我的成员"})).json()
    assert "逐处比较" in clash["words"]
    assert "drawn" not in clash
    assert stored(world)[2] == "别处的成员"
