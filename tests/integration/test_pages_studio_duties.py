"""Duties by page: what counts is asked for, what came back says why, and only who has a part in it acts."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from models import Record
from models.columns import table_of
from tests.browsing import client_of, form
from tests.life import Life

RECORDS = table_of(Record)


def living(engine: Engine, programme: str, start: date, members: dict[str, str]) -> Life:
    life = Life(engine, programme, start, members)
    life.on(start.replace(day=start.day + 4))
    return life


def address(life: Life, key: str) -> str:
    return f"/duties/{life.owed('H', key)[0].id}"


def sent(life: Life, key: str, **fields: str) -> dict[str, str]:
    return form(version=str(life.run_of_duty(life.owed("H", key)[0].id).version), **fields)


@pytest.fixture
def beihai(sqlite_database: Engine) -> Life:
    """A studio of 北海, whose year plan the bureau receives and whose papers count by their level."""
    return living(sqlite_database, "beihai", date(2025, 4, 15), {"L1": "learner", "A1": "assistant"})


def test_paper_is_asked_for_with_the_level_that_counts(beihai: Life) -> None:
    page = client_of(beihai, "H").get(address(beihai, "host_paper")).text
    assert "省级以上论文" in page
    assert 'name="level"' in page
    host = client_of(beihai, "H")
    low = host.post(
        address(beihai, "host_paper"),
        data=sent(beihai, "host_paper", act="submit", kind="paper", level="city", text="一篇"),
    )
    assert low.status_code == 409
    assert "省级以上论文" in low.text
    host.post(
        address(beihai, "host_paper"),
        data=sent(beihai, "host_paper", act="submit", kind="paper", level="province", text="一篇"),
    )
    (kept,) = beihai.rows(select(RECORDS).where(RECORDS.c.kind == "paper"))
    assert kept.level == "province"
    assert "已计入" in host.get(address(beihai, "host_paper")).text


def test_what_the_receiver_returned_says_why_on_the_duty_and_at_home(beihai: Life) -> None:
    host, bureau, duty = client_of(beihai, "H"), client_of(beihai, "bureau"), address(beihai, "year_plan")
    host.post(duty, data=sent(beihai, "year_plan", act="submit", text="计划"))
    assert bureau.post(duty, data=sent(beihai, "year_plan", act="return", reason="缺经费安排")).status_code == 303
    page = host.get(duty).text
    assert "退回补正" in page
    assert "缺经费安排" in page
    home = host.get(f"/studios/{beihai.studio_id}").text
    first = home.split('class="todo"', 1)[1]
    assert "缺经费安排" in first
    assert "去补正" in first


def test_authority_excuses_with_a_reason_and_the_host_cannot(beihai: Life) -> None:
    duty = address(beihai, "year_plan")
    assert "免除这一项" not in client_of(beihai, "H").get(duty).text
    refused = client_of(beihai, "H").post(duty, data=sent(beihai, "year_plan", act="excuse", reason="忙"))
    assert refused.status_code == 409
    client_of(beihai, "bureau").post(duty, data=sent(beihai, "year_plan", act="excuse", reason="全市统一计划"))
    assert "已免除" in client_of(beihai, "H").get(duty).text


def test_what_only_an_event_proves_leads_to_planning_one(beihai: Life) -> None:
    page = client_of(beihai, "H").get(address(beihai, "discussion")).text
    assert f"/studios/{beihai.studio_id}/activities/new" in page


def test_duty_is_read_by_those_above_and_by_nobody_else(beihai: Life) -> None:
    duty = address(beihai, "year_plan")
    assert client_of(beihai, "county_a").get(duty).status_code == 200
    assert "报送年度工作计划" not in client_of(beihai, "county_a").get(duty).text
    assert client_of(beihai, "county_b").get(duty).status_code == 404
    assert client_of(beihai, "L1").get(duty).status_code == 404
