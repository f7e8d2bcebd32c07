"""Many at once: held for five minutes, taken back whole, then applied by the clock as of the moment it was confirmed."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from flows.office.rounds import Places
from flows.orchestration.looks import due_now, look
from models import Message, Substitution, Transition
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.browsing import client_of, form
from tests.integration.test_pages_inbox import MASTER, chosen
from tests.world import World

MESSAGES, TRANSITIONS = table_of(Message), table_of(Transition)
THREE = ("宋海燕", "何静远", "包志刚")


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    """Three applications before their county, which has two places."""
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), quotas=[Places("county", at_most=2)])
    world.on("2025-03-03")
    world.apply_for(*THREE, credentials=MASTER)
    world.on("2025-03-05")
    for name in THREE:
        world.do("county_a_school1", "endorse", name, reason="同意推荐，材料属实。")
    return world


def later(world: World, **more: float) -> None:
    world.clock.advance(world.clock.now() + timedelta(**more))


def endorsing(world: World, *names: str) -> dict[str, Any]:
    runs = chosen(world, *names)
    return form(act="endorse", run=runs, reason="同意") | {
        f"rank.{one.split('.')[0]}": str(n) for n, one in enumerate(runs, 1)
    }


def told(world: World) -> int:
    with transaction(world.engine) as session:
        return int(session.execute(select(func.count()).select_from(MESSAGES)).scalar_one())


def states(world: World) -> list[str]:
    return [world.state(name) for name in THREE]


def test_bulk_act_is_held_and_changes_nothing_for_five_minutes(world: World) -> None:
    client, before = client_of(world, "county_a"), told(world)
    sent = endorsing(world, *THREE)
    answer = client.post("/inbox/bulk/apply", data=sent)
    assert answer.headers["location"] == client.post("/inbox/bulk/apply", data=sent).headers["location"]
    sheet = client.get(answer.headers["location"]).text
    assert "同意并推荐 2 件，10:05 生效" in sheet
    assert "整批撤回 2 件" in sheet
    assert "没有办" in sheet
    assert "2 个名额已用完" in sheet
    later(world, minutes=4, seconds=59)
    assert not due_now(world.engine, world.clock.now()).lists
    look(world.engine, world.book, world.clock.now())
    assert states(world) == ["county_review.reviewing"] * 3
    assert told(world) == before
    assert client_of(world, "county_b").get(answer.headers["location"]).status_code == 404


def test_held_act_is_applied_as_of_the_moment_it_was_confirmed(world: World) -> None:
    client, confirmed = client_of(world, "county_a"), world.clock.now()
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕", "何静远")).headers["location"]
    later(world, minutes=5)
    look(world.engine, world.book, world.clock.now())
    assert states(world)[:2] == ["expert_review.unassigned"] * 2
    assert "同意并推荐 2 件。" in client.get(place).text
    assert "整批撤回" not in client.get(place).text
    with transaction(world.engine) as session:
        row = session.execute(
            select(TRANSITIONS).where(TRANSITIONS.c.event == "endorse").order_by(TRANSITIONS.c.id.desc())
        ).first()
    assert row is not None
    assert (row.at, row.actor_id) == (confirmed, world.ids["county_a_officer"])
    assert "county_a_officer" in client.get(f"/applications/{world.ids['application/宋海燕']}").text


def test_whole_act_can_be_taken_back_and_done_otherwise(world: World) -> None:
    client, before = client_of(world, "county_a"), told(world)
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕", "何静远")).headers["location"]
    later(world, minutes=3)
    taken = form()
    assert client.post(f"{place}/withdraw", data=taken).status_code == 303
    assert client.post(f"{place}/withdraw", data=taken).status_code == 303
    assert "这一批已经整批撤回" in client.get(place).text
    later(world, minutes=30)
    look(world.engine, world.book, world.clock.now())
    assert states(world) == ["county_review.reviewing"] * 3
    assert told(world) == before
    client.post("/inbox/bulk/apply", data=endorsing(world, "何静远", "包志刚"))
    later(world, minutes=5)
    look(world.engine, world.book, world.clock.now())
    assert states(world)[1:] == ["expert_review.unassigned"] * 2


def test_act_that_took_effect_is_not_taken_back(world: World) -> None:
    client = client_of(world, "county_a")
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕")).headers["location"]
    later(world, minutes=5)
    late = client.post(f"{place}/withdraw", data=form())
    assert late.status_code == 409
    assert "撤回的时间已过" in late.text
    look(world.engine, world.book, world.clock.now())
    assert client.post(f"{place}/withdraw", data=form()).status_code == 409
    assert world.state("宋海燕") == "expert_review.unassigned"


def test_only_who_did_it_takes_it_back(world: World) -> None:
    place = client_of(world, "county_a").post("/inbox/bulk/apply", data=endorsing(world, "宋海燕")).headers["location"]
    for other in ("county_b", "bureau", "宋海燕"):
        assert client_of(world, other).post(f"{place}/withdraw", data=form()).status_code == 404
    later(world, minutes=5)
    look(world.engine, world.book, world.clock.now())
    assert world.state("宋海燕") == "expert_review.unassigned"


def test_inbox_marks_what_is_held_and_offers_to_take_it_back(world: World) -> None:
    client = client_of(world, "county_a")
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕")).headers["location"]
    page = client.get("/inbox").text
    assert "已批量同意并推荐，10:05 生效" in page
    assert f'href="{place}"' in page
    again = client.post("/inbox/bulk", data=form(act="decline", run=chosen(world, "宋海燕"))).text
    assert "已在一次批量办理中" in again
    assert (
        "已在一次批量办理中"
        in client.get(client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕")).headers["location"]).text
    )


def test_case_decided_alone_meanwhile_falls_out_and_says_so(world: World) -> None:
    client = client_of(world, "county_a")
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕", "何静远")).headers["location"]
    world.do("county_a", "send_back", "宋海燕", defects=[{"place": "学段", "what": "请补"}])
    later(world, minutes=5)
    look(world.engine, world.book, world.clock.now())
    assert states(world)[:2] == ["county_review.returned", "expert_review.unassigned"]
    assert "这一件刚被办理过" in client.get(place).text


def test_substitute_is_recorded_with_the_one_acted_for(world: World) -> None:
    with world.at_work() as work:
        person = world.person(work.session, "代办人", "county_a")
        work.session.add(
            Substitution(
                for_person_id=world.ids["county_a_officer"], by_person_id=person, body_id=world.ids["county_a"],
                from_on=date(2025, 3, 1), to_on=date(2025, 3, 31), made_at=world.clock.now(),
            )
        )  # fmt: skip
        work.session.flush()
    client = client_of(world, "代办人")
    assert client.post("/acting", data=form(person=world.ids["county_a_officer"])).status_code == 303
    client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕"))
    later(world, minutes=5)
    look(world.engine, world.book, world.clock.now())
    with transaction(world.engine) as session:
        row = session.execute(
            select(TRANSITIONS).where(TRANSITIONS.c.event == "endorse").order_by(TRANSITIONS.c.id.desc())
        ).first()
    assert row is not None
    assert (row.actor_id, row.for_person_id) == (world.ids["代办人"], world.ids["county_a_officer"])


def test_sending_back_is_done_at_once(world: World) -> None:
    client = client_of(world, "county_a")
    sent = form(act="send_back", run=chosen(world, "宋海燕", "何静远"), reason="附件 2 请补学校公章")
    page = client.get(client.post("/inbox/bulk/apply", data=sent).headers["location"]).text
    assert "退回补正 2 件。" in page
    assert states(world)[:2] == ["county_review.returned"] * 2


def test_nothing_is_held_where_the_site_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "undo_minutes", 0)
    client = client_of(world, "county_a")
    place = client.post("/inbox/bulk/apply", data=endorsing(world, "宋海燕")).headers["location"]
    assert "系统正在逐件办理" in client.get(place).text
    look(world.engine, world.book, world.clock.now())
    assert world.state("宋海燕") == "expert_review.unassigned"


def test_hundreds_can_be_taken_back_as_one(world: World) -> None:
    names = tuple(f"第{n}位" for n in range(220))
    world.on("2025-03-06")
    world.apply_for(*names, credentials=MASTER)
    client = client_of(world, "county_a_school1")
    place = client.post("/inbox/bulk/apply", data=endorsing(world, *names)).headers["location"]
    assert "整批撤回 220 件" in client.get(place).text
    assert client.post(f"{place}/withdraw", data=form()).status_code == 303
    assert client.get(place).text.count("已撤回") >= 220
