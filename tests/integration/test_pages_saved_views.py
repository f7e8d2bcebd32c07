"""Saved views: filters under a name, of the person who keeps them and of nobody else."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.browsing import client_of, form
from tests.integration.test_pages_inbox import MASTER
from tests.world import World


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """One application before its county."""
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.apply_for("宋海燕", credentials=MASTER)
    world.do("county_a_school1", "endorse", "宋海燕")
    return world


@pytest.mark.parametrize(
    ("page", "query"),
    [("inbox", "box=overdue&stage=tier_review"), ("dashboard", "by=school"), ("applications", "state=open&q=宋")],
)
def test_view_is_kept_shown_and_forgotten(world: World, page: str, query: str) -> None:
    client = client_of(world, "county_a")
    before = client.get(f"/{page}?{query}").text
    assert "把现在的筛选存为" in before
    sent = form(page=page, query=query, name="我的视图")
    kept = client.post("/views", data=sent)
    assert kept.status_code == 303, kept.text[-400:]
    assert client.post("/views", data=sent).headers["location"] == kept.headers["location"]
    shown = client.get(kept.headers["location"]).text
    assert "已存为常用视图“我的视图”" in shown
    assert 'aria-current="true">我的视图</a>' in shown
    assert "把现在的筛选存为" not in shown
    assert "我的视图" in client.get(f"/{page}").text
    assert "我的视图" not in client_of(world, "bureau").get(f"/{page}").text
    number = shown.split('action="/views/')[1].split("/")[0]
    assert client_of(world, "bureau").post(f"/views/{number}/remove", data=form()).status_code == 404
    assert client.post(f"/views/{number}/remove", data=form()).status_code == 303
    assert "我的视图" not in client.get(f"/{page}").text


def test_same_name_again_changes_the_view(world: World) -> None:
    client = client_of(world, "county_a")
    for query in ("box=overdue", "box=done"):
        client.post("/views", data=form(page="inbox", query=query, name="常看"))
    page = client.get("/inbox").text
    assert page.count(">常看</a>") == 1
    assert 'href="/inbox?box=done">常看' in page


@pytest.mark.parametrize(
    ("page", "query", "name", "status"),
    [
        ("inbox", "box=done", "", 409),
        ("inbox", "box=done", "长" * 21, 409),
        ("inbox", "", "空", 409),
        ("inbox", "next=https://evil.example", "外", 409),
        ("operations", "box=done", "别页", 404),
        ("//evil.example", "box=done", "别处", 404),
    ],
)
def test_view_without_a_name_or_filters_is_refused(world: World, page: str, query: str, name: str, status: int) -> None:
    answer = client_of(world, "county_a").post("/views", data=form(page=page, query=query, name=name))
    assert answer.status_code == status
    assert "常用视图“" not in client_of(world, "county_a").get("/inbox").text


def test_views_have_a_limit(world: World) -> None:
    client = client_of(world, "county_a")
    for n in range(12):
        assert client.post("/views", data=form(page="inbox", query=f"school={n}", name=f"第{n}个")).status_code == 303
    answer = client.post("/views", data=form(page="inbox", query="school=x", name="多一个"))
    assert answer.status_code == 409
    assert "最多保存 12 个" in answer.text


def test_name_of_a_view_is_text(world: World) -> None:
    client = client_of(world, "county_a")
    client.post("/views", data=form(page="inbox", query="box=done", name="<b>粗</b>"))
    assert "<b>粗</b>" not in client.get("/inbox").text
