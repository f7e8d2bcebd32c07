"""Pages of membership: ranked wishes, central placement, named roles, seats in doubt, levels and successors."""

import re
from datetime import date
from itertools import cycle, islice
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from models import Application, Duty, ListingEntry, Seat
from models.columns import table_of
from models.session import transaction
from tests.browsing import client_of, form
from tests.world import World

APPLICATIONS, DUTIES, SEATS, ENTRIES = table_of(Application), table_of(Duty), table_of(Seat), table_of(ListingEntry)
SCHOOLS = ("county_a_school1", "county_a_school2", "county_b_school1", "county_b_school2", "direct_school")
CENTRE = "training_centre"


def province(engine: Engine, studios: int = 3) -> World:
    """海南: so many studios in turn at five schools, a training centre that allocates, and an open round for members."""
    world = World(engine, "hainan", start=date(2025, 9, 1))
    for n, school in enumerate(islice(cycle(SCHOOLS), studios)):
        world.applicant(f"H{n}", school, school_stage="高中" if n % 2 else "初中")
        world.running_studio(f"H{n}", school, "province")
    world.cast("center", CENTRE)
    world.round(date(2025, 9, 30), path="join")
    return world


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    return province(sqlite_database)


def begun(world: World, name: str, school: str = "county_a_school1", stage: str = "初中") -> str:
    """Somebody begins an application in the open round; the address of the form."""
    world.applicant(name, school, school_stage=stage)
    answer = client_of(world, name).post(f"/rounds/{world.round_id}/apply", data=form())
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    world.ids[f"application/{name}"] = int(re.findall(r"/applications/(\d+)/", address)[0])
    return address


def wishes_kept(world: World, name: str) -> Any:
    with transaction(world.engine) as session:
        mine = select(APPLICATIONS.c.answers).where(APPLICATIONS.c.id == world.ids[f"application/{name}"])
        return session.execute(mine).scalar_one().get("wishes")


def ids(world: World, *hosts: str) -> list[int]:
    return [world.studio(host).id or 0 for host in hosts]


def test_wishes_are_chosen_in_order_among_studios_with_their_host_stage_and_places(world: World) -> None:
    world.seat("m", "H0", body="county_b_school1")
    address = begun(world, "p")
    page = client_of(world, "p").get(address).text
    for words in (
        "工作室志愿",
        "最多 3 个",
        "第 3 志愿",
        "H0工作室（H0，初中，还有 11 个）",
        "还有 12 个",
        "county_a_school2",
    ):
        assert words in page, words
    assert "工作室名称" not in page
    assert "意向成员" not in page


def test_wishes_are_submitted_and_read_by_name(world: World) -> None:
    address = begun(world, "p")
    first, second = ids(world, "H2", "H0")
    client = client_of(world, "p")
    said = {"wish.1": str(first), "wish.2": str(second), "wish.3": "", "school_stage": "初中"}
    assert client.post(address, data=form(**said)).status_code == 303
    assert wishes_kept(world, "p") == [first, second]
    assert f'<option value="{first}" selected>' in client.get(address).text
    version = re.findall(r'name="version" value="(\d+)"', client.get(address).text)[0]
    answer = client.post(address.replace("/form", "/submit"), data=form(version=version, **said))
    assert answer.status_code == 303, answer.text
    page = client.get(f"/applications/{world.ids['application/p']}").text
    assert "1. H2工作室；2. H0工作室" in page


def test_wishes_that_cannot_stand_are_named_at_their_field(world: World) -> None:
    world.owe("H1", "conditions")
    with world.at_work() as work:
        work.session.execute(update(DUTIES).values(blocks=["join"]))
    address = begun(world, "p")
    one, blocked = ids(world, "H0", "H1")
    client = client_of(world, "p")
    send = address.replace("/form", "/submit")
    page = client.get(address).text
    assert "尚未公布条件" in page
    assert f'<option value="{blocked}" disabled>' in page
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    for said, place, words in (
        ({}, "wish.1", "请至少选一个工作室"),
        ({"wish.1": str(one), "wish.2": str(one)}, "wish.2", "只能填报一次，请改选"),
        ({"wish.1": str(one), "wish.2": str(blocked)}, "wish.2", "请改选，或等它办完"),
    ):
        answer = client.post(send, data=form(version=version, school_stage="初中", **said))
        assert answer.status_code == 422, answer.text
        assert f'href="#{place}"' in answer.text
        assert f'id="{place}-error"' in answer.text
        assert words in answer.text
