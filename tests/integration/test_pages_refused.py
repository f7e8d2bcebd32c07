"""What a bureau typed is never lost: a refused form comes back filled, a lost session and a foreign form show what was written."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.web_world import Visitor, accounts, web_of
from tests.world import World

REASON = "因暴雪停课，顺延一周"
DRAFT = {"path": "apply", "year": "2025", "title": "二〇二五年第二批", "prefix": "ZZ"}


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database, start=date(2025, 2, 24))
    world.round(date(2025, 3, 31))
    accounts(world, "bureau_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"opens_on": "2025-06-30", "closes_on": "2025-06-01"}, "截止日早于开始日"),
        ({"opens_on": "2025-06-01", "closes_on": "2025-06-31"}, "请填日期"),
        ({"opens_on": "2025-06-01", "closes_on": "2025-06-30", "whole": "-3"}, "名额请写 0 以上的整数"),
        ({"opens_on": "2025-06-01", "closes_on": "2025-06-30", "title": "长" * 101}, "批次名称最多 100 个字"),
    ],
)
def test_refused_draft_of_a_round_keeps_what_was_typed(
    bureau: Visitor, world: World, wrong: dict[str, str], says: str
) -> None:
    said = {**DRAFT, "version_id": str(world.version_id), **wrong}
    answer = bureau.post("/rounds", **said)
    assert answer.status_code == 409
    assert says in answer.text
    for key in ("title", "opens_on", "closes_on", "prefix"):
        assert f'value="{said[key]}"' in answer.text, key


def test_refused_extension_and_cancellation_keep_the_reason(bureau: Visitor, world: World) -> None:
    address = f"/rounds/{world.round_id}"
    early = bureau.get(f"{address}/extend?due_on=2025-03-01").text
    assert "要晚于现在的截止日" in early
    assert "全部延期到" not in early
    silent = bureau.post(f"{address}/extend", due_on="2025-04-07", reason="")
    assert silent.status_code == 409
    assert "请先写明理由" in silent.text
    assert "全部延期到 4月7日 周一" in silent.text
    cancelled = bureau.post(f"{address}/cancel", reason="")
    assert cancelled.status_code == 409
    assert "取消以后不能恢复" in cancelled.text


def test_lost_session_and_foreign_form_show_what_was_written(bureau: Visitor, world: World) -> None:
    address = f"/rounds/{world.round_id}/extend"
    foreign = bureau.post(address, due_on="2025-04-07", reason=REASON, csrf="elsewhere")
    assert foreign.status_code == 403
    assert REASON in foreign.text
    bureau.client.cookies.clear()
    lost = bureau.post(address, due_on="2025-04-07", reason=REASON)
    assert lost.status_code == 401
    assert "登录已过期" in lost.text
    assert REASON in lost.text
    assert "/login?next=" in lost.text
    assert bureau.post(address).status_code == 303


def test_refused_calendar_keeps_days_and_basis(bureau: Visitor) -> None:
    days = "2027-02-05 放假 春节"
    answer = bureau.post("/calendar/edit", changes=days, reason="", year="2027")
    assert answer.status_code == 409
    assert "没有保存：" in answer.text
    assert f">{days}</textarea>" in answer.text  # to be changed
    assert f'name="changes" value="{days}"' in answer.text  # to be saved once the basis is written
    garbled = bureau.post("/calendar/edit", changes="二月五日放假", reason=REASON, year="2027")
    assert garbled.status_code == 409
    assert "二月五日放假" in garbled.text


def test_refused_appointment_and_substitution_keep_what_was_typed(bureau: Visitor, world: World) -> None:
    address = f"/people/{world.ids['county_a_officer']}"
    body = str(world.ids["county_a"])
    reversed_ = {"role": "viewer", "body_id": body, "from_on": "2025-06-30", "to_on": "2025-06-01"}
    answer = bureau.post(f"{address}/appointments", form="appoint", **reversed_)
    assert answer.status_code == 409
    assert "结束日早于开始日" in answer.text
    for kept in ('value="2025-06-30"', 'value="2025-06-01"', '<option value="viewer" selected>'):
        assert kept in answer.text
    undated = bureau.post(f"{address}/appointments", form="appoint", **{**reversed_, "from_on": ""})
    assert "请填日期" in undated.text
    lent = bureau.post(
        f"{address}/substitutions", form="lend", by="没有的工号", body_id=body, from_on="2025-06-01", to_on="2025-06-30"
    )
    assert lent.status_code == 409
    assert 'value="没有的工号"' in lent.text
    assert 'value="2025-06-30"' in lent.text
