"""What is owed only when somebody calls for it: opened by hand, for one studio or many, by whom the text lets call."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import NotFound, Refused
from flows.office.calling import call_for, callable_by
from models import Entitlement, Transition
from models.columns import table_of
from models.session import reading
from tests.browsing import CSRF, client_of, form
from tests.world import World

ENTITLEMENTS, TRANSITIONS = table_of(Entitlement), table_of(Transition)
DAY = date(2025, 10, 20)


def beihai(engine: Engine) -> World:
    world = World(engine, "beihai", start=date(2025, 10, 8))
    for host in ("H", "K"):
        world.running_studio(host, "county_a_school1", "city")
        world.cycle(host, date(2025, 4, 15), opens_next_on=date(2025, 12, 1))
    return world


def call(world: World, by: str, hosts: str, key: str, due_on: date = DAY) -> int:
    actor, studios = world.actor(by), [world.studio(host).id or 0 for host in hosts]
    with world.at_work() as work:
        return call_for(work, actor, studios, key, due_on, "市里调研")


def test_inspection_is_called_for_in_many_studios_at_once(any_database: Engine) -> None:
    world = beihai(any_database)
    assert call(world, "bureau", "HK", "inspection") == 2
    (owed,) = world.owed("H", "inspection")
    assert (owed.state, owed.due_on) == ("open", DAY)
    assert world.mail("filing_asked", "K")[0].context["reason"] == "市里调研"
    with reading(world.engine) as session:
        opened = session.execute(select(TRANSITIONS).where(TRANSITIONS.c.reason == "市里调研")).all()
    assert {row.actor_id for row in opened} == {world.ids["bureau_officer"]}
    assert call(world, "bureau", "HK", "inspection") == 0  # twice on a day is once


def test_only_what_the_text_leaves_to_a_call_is_called_for_by_whom_it_lets(sqlite_database: Engine) -> None:
    world = beihai(sqlite_database)
    for by, key, due_on, because in (
        ("bureau", "discussion", DAY, "not_called"),
        ("H", "inspection", DAY, "not_yours"),
        ("bureau", "inspection", date(2025, 10, 8), "too_early"),
    ):
        with pytest.raises(Refused) as refused:
            call(world, by, "H", key, due_on)
        assert refused.value.because == because
    bureau, host, studio_id = world.actor("bureau"), world.actor("H"), world.studio("H").id or 0
    with world.at_work() as work:
        assert [one.key for one in callable_by(work, bureau, studio_id)] == ["inspection"]
        assert not callable_by(work, host, studio_id)
        with pytest.raises(NotFound):
            call_for(work, bureau, [9999], "inspection", DAY)


def test_fund_on_call_is_opened_for_its_payer_to_set(any_database: Engine) -> None:
    world = World(any_database, "township-subject-master", start=date(2025, 10, 8))
    world.running_studio("H", "department1", "school")
    world.cycle("H", date(2025, 9, 1), opens_next_on=date(2025, 12, 1))
    assert call(world, "bureau", "H", "large") == 1
    with reading(world.engine) as session:
        (paid,) = session.execute(select(ENTITLEMENTS)).all()
    assert (paid.fund, paid.amount_fen, paid.due_on) == ("large", None, DAY)


def test_bureau_calls_on_the_studio_s_page_and_the_host_cannot(sqlite_database: Engine) -> None:
    world = beihai(sqlite_database)
    page = f"/studios/{world.studio('H').id}"
    bureau, host = client_of(world, "bureau"), client_of(world, "H")
    assert "提出临时要求" in bureau.get(page).text
    assert "提出临时要求" not in host.get(page).text
    sent = form(key="inspection", due_on="2025-10-20", reason="市里调研")
    assert bureau.post(f"{page}/calls", data=sent).status_code == 303
    assert [one.due_on for one in world.owed("H", "inspection")] == [DAY]


def ask(world: World, who: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"X-CSRF": CSRF, "Idempotency-Key": key or form()["request_id"]}
    return client_of(world, who).post("/api/calls", json=body, headers=headers)


def test_api_calls_once_under_its_key_for_whom_the_text_lets_call(sqlite_database: Engine) -> None:
    world = beihai(sqlite_database)
    studios = [world.studio(host).id for host in "HK"]
    body = {"studio_ids": studios, "key": "inspection", "due_on": "2025-10-20", "reason": "市里调研"}
    listed = client_of(world, "bureau").get(f"/api/studios/{studios[0]}/calls").json()
    assert listed == [{"kind": "duty", "key": "inspection", "title": listed[0]["title"]}]
    assert ask(world, "H", body).status_code == 403
    first = ask(world, "bureau", body, "call-0001")
    assert (first.status_code, first.json()) == (201, {"opened": 2})
    assert ask(world, "bureau", body, "call-0001").json() == {"opened": 2}
    assert ask(world, "bureau", {**body, "key": "discussion"}, "call-0001").json()["error"] == "conflict"
    assert [one.due_on for one in world.owed("K", "inspection")] == [DAY]
    assert ask(world, "bureau", {**body, "key": "discussion"}).json()["error"] == "not_called"
    assert ask(world, "bureau", {**body, "studio_ids": [*studios, 9999]}).status_code == 404
    assert ask(world, "county_b", body).status_code == 404
    assert ask(world, "bureau", {**body, "studio_ids": []}).status_code == 422
