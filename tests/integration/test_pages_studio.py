"""The studio's home, calendar and feed: what is to be done, for whom, and what each may see."""

from datetime import date

import pytest
from sqlalchemy import Engine, update

from tests.browsing import client_of, counting, form
from tests.life import RUNS, STUDIOS, Life


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A studio of 赤峰 in its first year, with three members; what is owed was opened."""
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"A": "member", "B": "member", "C": "member"})
    life.on("2025-05-12")
    return life


def stand(life: Life, standing: str) -> None:
    with life.at_work() as work:
        work.session.execute(update(STUDIOS).where(STUDIOS.c.id == life.studio_id).values(standing=standing))


def test_home_of_a_new_studio_lists_its_first_steps_with_their_clauses(life: Life) -> None:
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    assert "挂牌后 30 天内要做的" in page
    assert "年度工作计划" in page
    assert 'href="/programmes/chifeng/1#c16"' in page
    assert "建设周期第 1 年" in page
    assert "5 / 1096 天" in page
    assert "成员 3 人" in page


def test_only_the_first_thing_to_do_has_a_primary_button(life: Life) -> None:
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    assert page.count("btn btn-primary") == 1


def test_overdue_comes_first_and_says_so(life: Life) -> None:
    life.on("2025-06-12")
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    first = page.split('class="todo"', 1)[1]
    assert "逾期" in first.split("</li>", 1)[0]


def test_home_is_for_its_host_members_and_those_above_and_for_nobody_else(life: Life) -> None:
    address = f"/studios/{life.studio_id}"
    assert client_of(life, "H").get(address).status_code == 200
    assert client_of(life, "A").get(address).status_code == 200
    assert client_of(life, "county_a").get(address).status_code == 200
    assert client_of(life, "bureau").get(address).status_code == 200
    assert client_of(life, "county_b").get(address).status_code == 404
    assert client_of(life, "expert1").get(address).status_code == 404
    assert client_of(life).get(address).status_code == 303


def test_member_sees_own_duties_and_no_money(life: Life) -> None:
    page = client_of(life, "A").get(f"/studios/{life.studio_id}").text
    assert "我负责的事项" in page
    assert "等别人办" not in page
    assert "余额" not in page
    assert page.count("出勤") == 1  # their own, nobody else's


def test_member_sees_where_they_stand(life: Life) -> None:
    page = client_of(life, "A").get(f"/studios/{life.studio_id}").text
    mine = page.split("我的情况", 1)[1].split("</section>", 1)[0]
    assert "还没有活动" in mine
    assert f"/studios/{life.studio_id}/archive/people/{life.ids['A']}" in mine
    assert "我的情况" not in client_of(life, "H").get(f"/studios/{life.studio_id}").text
    assert "我的情况" not in client_of(life, "bureau").get(f"/studios/{life.studio_id}").text


def test_home_offers_to_rise_only_where_a_path_is_open(sqlite_database: Engine) -> None:
    rising = Life(sqlite_database, "county-master-teacher", date(2025, 5, 8), {"A": "member"}, "school1")
    assert "申请升级" in client_of(rising, "H").get(f"/studios/{rising.studio_id}").text
    assert "申请升级" not in client_of(rising, "A").get(f"/studios/{rising.studio_id}").text


def test_home_shows_how_far_the_figures_of_the_text_are_reached(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "hainan", date(2025, 5, 8), {"A": "member"})
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    aims = page.split("目标与进度", 1)[1].split("</section>", 1)[0]
    assert "至少 16" in aims
    assert "未达到" in aims
    assert "目标与进度" not in client_of(life, "A").get(f"/studios/{life.studio_id}").text


def test_host_is_taken_home_and_finds_the_studio_in_the_rail(life: Life) -> None:
    client = client_of(life, "H")
    assert client.get("/").headers["location"] == f"/studios/{life.studio_id}"
    assert client.get("/studios").headers["location"] == f"/studios/{life.studio_id}"
    assert f'href="/studios/{life.studio_id}/calendar"' in client.get("/inbox").text


def test_suspended_and_ended_studios_say_so_above_all(life: Life) -> None:
    client = client_of(life, "H")
    stand(life, "suspended")
    assert "工作室已暂停" in client.get(f"/studios/{life.studio_id}").text
    stand(life, "revoked")
    page = client.get(f"/studios/{life.studio_id}").text
    assert "工作室已撤消" in page  # as 赤峰 writes it
    assert "档案和台账仍可以查看" in page
    assert "去提名" not in page


def test_what_was_cancelled_with_a_studio_is_not_called_done(life: Life) -> None:
    with life.at_work() as work:
        duties = work.session.execute(
            RUNS.select().where(RUNS.c.subject_kind == "duty", RUNS.c.ended_at.is_(None))
        ).all()
        ended = {"state": "cancelled", "outcome": "cancelled", "ended_at": work.now}
        work.session.execute(update(RUNS).where(RUNS.c.id.in_([one.id for one in duties])).values(**ended))
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    row = page.split("年度工作计划</a>", 1)[1].split("</tr>", 1)[0]
    assert "已取消" in row
    assert "已通过" not in row


def test_month_is_a_table_with_holidays_and_links_to_the_months_beside(life: Life) -> None:
    page = client_of(life, "H").get(f"/studios/{life.studio_id}?month=2026-04").text
    assert "<caption" in page
    assert "清明节" in page
    assert "?month=2026-03#month" in page
    assert "?month=2026-05#month" in page
    assert client_of(life, "H").get(f"/studios/{life.studio_id}?month=nonsense").status_code == 200


def test_calendar_lists_the_duties_of_the_year_and_narrows_to_one_obligation(life: Life) -> None:
    client = client_of(life, "H")
    every = client.get(f"/studios/{life.studio_id}/calendar").text
    assert "年度工作计划" in every
    assert "工作经费预算" in every
    one = client.get(f"/studios/{life.studio_id}/calendar?key=budget").text
    assert "工作经费预算" in one
    assert one.count("data-row") == 1


def test_what_is_owed_once_a_cycle_stays_on_the_list_in_every_year(life: Life) -> None:
    life.on("2026-06-12")
    page = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    row = page.split("工作室发展规划</a>", 1)[1].split("</tr>", 1)[0]
    assert "逾期未报" in row
    assert "未开始" not in row
    assert "工作室发展规划" in client_of(life, "H").get(f"/studios/{life.studio_id}/calendar").text


def test_feed_opens_with_its_own_key_and_with_nothing_else(life: Life) -> None:
    client, address = client_of(life, "H"), f"/studios/{life.studio_id}/calendar"
    assert "calendar.ics?key=" not in client.get(address).text
    assert client.post(address, data=form()).status_code == 303
    page = client.get(address).text
    key = page.split("calendar.ics?key=", 1)[1].split("<", 1)[0]
    phone = client_of(life)
    answer = phone.get(f"{address}.ics?key={key}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    assert "年度工作计划截止" in answer.text.replace("\r\n ", "")
    assert phone.get(f"{address}.ics?key={key[:-1]}x").status_code == 404
    assert phone.get(f"{address}.ics").status_code == 404
    assert phone.get("/api/inbox", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_feed_ends_with_its_key_among_the_settings(life: Life) -> None:
    client, address = client_of(life, "H"), f"/studios/{life.studio_id}/calendar"
    client.post(address, data=form())
    key = client.get(address).text.split("calendar.ics?key=", 1)[1].split("<", 1)[0]
    client.post(f"/me/tokens/{key.split('-')[0]}/end", data=form())
    assert client_of(life).get(f"{address}.ics?key={key}").status_code == 404


def test_home_asks_as_many_queries_for_few_members_as_for_many(life: Life) -> None:
    asked = []
    for more in ((), tuple(f"M{n}" for n in range(20))):
        for name in more:
            life.seat(name, "H", "member", "county_a_school1")
        client = client_of(life, "H")
        client.get(f"/studios/{life.studio_id}")
        with counting(life.engine) as seen:
            client.get(f"/studios/{life.studio_id}")
        asked.append(len(seen))
    assert asked[0] == asked[1]
