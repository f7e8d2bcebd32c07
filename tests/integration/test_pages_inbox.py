"""The inbox: counts are those of the rows, what waits comes by urgency, an act happens once, a refusal keeps the words."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine, update

from flows.office.rounds import Places
from models import CriterionCheck
from models.columns import table_of
from tests.browsing import client_of, counting, form
from tests.world import World

CHECKS = table_of(CriterionCheck)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]


def three(engine: Engine) -> World:
    """Three applications before their county, which has two places."""
    world = World(engine)
    world.round(date(2025, 3, 31), quotas=[Places("county", at_most=2)])
    world.on("2025-03-03")
    world.apply_for("宋海燕", "何静远", "包志刚", credentials=MASTER)
    world.on("2025-03-05")
    for name in ("宋海燕", "何静远", "包志刚"):
        world.do("county_a_school1", "endorse", name, reason="同意推荐，材料属实。")
    return world


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    return three(sqlite_database)


def chosen(world: World, *names: str) -> list[str]:
    runs = [world.run_of(name) for name in names]
    return [f"{run.id}.{run.version}" for run in runs]


def test_tabs_count_what_the_boxes_list(world: World) -> None:
    client = client_of(world, "county_a")
    for box in ("todo", "overdue", "soon", "done", "started", "cc"):
        page = client.get(f"/inbox?box={box}").text
        tab = re.search(r'aria-current="page">[^<]+<span class="tab-(?:count|urgent)">(\d+)</span>', page)
        assert tab is not None, box
        assert int(tab.group(1)) == page.count("data-row"), box


def test_case_is_open_beside_the_list_with_what_follows(world: World) -> None:
    page = client_of(world, "county_a").get("/inbox").text
    assert "同意推荐，材料属实。" in page
    assert "转专家评审" in page
    assert "为什么是" in page
    assert "名额 2，已用 0，本件后 1" in page
    assert "资格 2 项符合，3 项由专家评" in page


def test_overdue_case_comes_first_under_its_heading(world: World) -> None:
    world.on("2025-03-25")
    page = client_of(world, "county_a").get("/inbox").text
    assert page.index("<h2>逾期</h2>") < page.index("宋海燕")
    assert 'class="tab-urgent">3</span>' in page


def test_endorsement_happens_once_and_comes_back_to_the_list(world: World) -> None:
    client, run = client_of(world, "county_a"), world.run_of("宋海燕")
    sent = form(choice="endorse", version=str(run.version), reason="同意", rank="1", back="/inbox")
    first = client.post(f"/runs/{run.id}/act", data=sent)
    again = client.post(f"/runs/{run.id}/act", data=sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"].startswith("/inbox?note=")
    assert world.history("宋海燕").count("county_review.endorse") == 1


def test_stale_page_says_who_did_what_and_keeps_the_words(world: World) -> None:
    client, run = client_of(world, "county_a"), world.run_of("宋海燕")
    world.do("county_a", "endorse", "宋海燕")
    answer = client.post(
        f"/runs/{run.id}/act",
        data=form(choice="send_back", version=str(run.version), defect_place="学段", defect_what="请补校务会日期"),
    )
    assert answer.status_code == 409
    assert "这一件刚被county_a_officer办理了" in answer.text
    assert "同意并推荐" in answer.text
    assert "请补校务会日期" in answer.text
    assert 'class="rail"' in answer.text


def test_act_of_a_stranger_finds_nothing_changed(world: World) -> None:
    run = world.run_of("宋海燕")
    answer = client_of(world, "county_b").post(f"/runs/{run.id}/endorse", data=form(version=str(run.version)))
    assert answer.status_code == 404
    assert "找不到这一件" in answer.text
    assert world.state("宋海燕") == "county_review.reviewing"


def test_defect_is_named_by_the_parts_of_the_form_that_was_filled(world: World) -> None:
    page = client_of(world, "county_a").get("/inbox").text
    places = re.findall(r'<option value="([^"]+)"', page.partition('name="defect_place"')[2].partition("</select>")[0])
    assert {"工作室名称", "其他材料"} <= set(places)
    assert not {"类别", "工作室志愿", "退出原因"} & set(places)
    assert page.count('name="defect_what"') == 8


def test_event_that_is_not_offered_is_not_found(world: World) -> None:
    run = world.run_of("宋海燕")
    for event in ("cancel", "lapse", "draw", "nonsense"):
        assert client_of(world, "county_a").post(f"/runs/{run.id}/{event}", data=form()).status_code == 404


def test_criterion_that_a_person_must_judge_is_asked_for_and_kept_with_the_name(world: World) -> None:
    world.apply_for("许平", credentials=MASTER)
    with world.at_work() as work:
        mine = CHECKS.c.application_id == world.ids["application/许平"]
        work.session.execute(update(CHECKS).where(mine, CHECKS.c.place == "criteria.4").values(asks="tier"))
    client, run = client_of(world, "county_a_school1"), world.run_of("许平")
    page = client.get("/inbox").text
    assert "1 项待您判断" in page
    assert 'name="judged.criteria.4" value="passed"' in page
    unsaid = client.post(f"/runs/{run.id}/endorse", data=form(version=str(run.version)))
    assert "还不能同意，先要判断是否符合" in unsaid.text
    said = form(version=str(run.version), **{"judged.criteria.4": "passed"})
    assert client.post(f"/runs/{run.id}/endorse", data=said).status_code == 303
    assert "county_a_school1_officer" in client.get(f"/applications/{world.ids['application/许平']}").text


def test_decline_without_a_reason_is_refused(world: World) -> None:
    run = world.run_of("宋海燕")
    answer = client_of(world, "county_a").post(
        f"/runs/{run.id}/act", data=form(choice="decline", version=str(run.version))
    )
    assert answer.status_code == 409
    assert "请先写明理由" in answer.text


def test_bulk_preview_names_refusals_first_and_writes_nothing(world: World) -> None:
    client = client_of(world, "county_a")
    page = client.post("/inbox/bulk", data=form(act="endorse", run=chosen(world, "宋海燕", "何静远", "包志刚"))).text
    assert page.index('<tr class="refused">') < page.index("转专家评审")
    assert "2 个名额已用完" in page
    assert "办理可以通过的 2 件" in page
    assert [world.state(name) for name in ("宋海燕", "何静远", "包志刚")] == ["county_review.reviewing"] * 3


def test_bulk_names_nobody_from_another_desk(world: World) -> None:
    page = client_of(world, "county_b").post("/inbox/bulk", data=form(act="endorse", run=chosen(world, "宋海燕"))).text
    assert "宋海燕" not in page


def test_whole_filter_can_be_chosen(world: World) -> None:
    page = client_of(world, "county_a").post("/inbox/bulk", data=form(everything="1", box="todo")).text
    assert "办理可以通过的 2 件" in page


def test_empty_box_says_good_news_and_the_way_on(world: World) -> None:
    assert "待办都办完了" in client_of(world, "county_b").get("/inbox").text
    assert "没有符合筛选的事项" in client_of(world, "county_a").get("/inbox?stage=plaque").text


def test_inbox_speaks_the_language_that_was_chosen(world: World) -> None:
    client = client_of(world, "county_a")
    client.cookies.set("locale", "en")
    page = client.get("/inbox").text
    assert "To do <span" in page
    assert "<b>Endorse</b>" in page
    assert "待办" not in page.partition('<div class="tabs-line')[2]


def test_case_of_others_is_not_found_beside_the_list(world: World) -> None:
    page = client_of(world, "county_b_school1").get(f"/inbox?run={world.run_of('宋海燕').id}").text
    assert "宋海燕" not in page


def test_inbox_asks_as_many_queries_for_one_row_as_for_many(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.apply_for("第一人", credentials=MASTER)
    asked = []
    for more in ((), tuple(f"第{n}位" for n in range(2, 51))):
        world.apply_for(*more, credentials=MASTER)
        client = client_of(world, "county_a_school1")
        client.get("/inbox")
        with counting(world.engine) as seen:
            page = client.get("/inbox").text
        asked.append(len(seen))
    assert page.count("data-row") == 50
    assert asked[0] == asked[1]


def test_who_may_apply_is_told_of_the_round_that_takes_applications(world: World) -> None:
    world.applicant("新校长", "county_a_school1")
    page = client_of(world, "新校长").get("/inbox").text
    assert "正在受理" in page
    assert 'href="/open"' in page


def bureau_counts(world: World) -> tuple[int, int]:
    """What the bureau's inbox counts: to do, and waiting for others."""
    page = client_of(world, "bureau").get("/inbox").text
    found = dict(re.findall(r'>([^<>]+?) <span class="tab-(?:count|urgent)">(\d+)</span>', page))
    return int(found["待办"]), int(found.get("等别的事", 0))


def test_what_nobody_can_go_on_with_is_listed_apart_and_counts_as_no_work(any_database: Engine) -> None:
    world = three(any_database)
    world.endorse_tiers("宋海燕", "何静远")
    world.judge("宋海燕", "何静远")
    world.draw()
    world.on("2025-04-01")
    before = bureau_counts(world)
    world.score("宋海燕", *[90] * 5)
    todo, waiting = bureau_counts(world)
    assert (todo, waiting) == (before[0], before[1] + 1)  # scored, but the other is not: nothing to rank yet
    page = client_of(world, "bureau").get("/inbox?box=waiting").text
    assert "等其余申报都评完，才能一起排序" in page
    assert "等本批次的申报都有结果，才能办结" in page
    assert "现在还不能办。" in page
    world.score("何静远", *[85] * 5)
    assert bureau_counts(world) == (todo + 2, waiting - 1)
