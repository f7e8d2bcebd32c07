"""Pages of an assessment: facts, opinions, the grade with its consequences, nothing told before delivery, appeals."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from models import StageRun
from models.columns import table_of
from tests.browsing import client_of, counting, form
from tests.life import RESULTS, Life

RUNS = table_of(StageRun)
OUT = "赤峰市教育评价中心"


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A studio of 赤峰 whose first year is judged by a third party; its own evaluation is in."""
    members = {"M1": "member", "M2": "member"}
    life = Life(sqlite_database, "chifeng", date(2025, 5, 20), members, since=date(2026, 3, 1))
    life.cast("third_party", OUT)
    life.activity(date(2026, 3, 11), absent=["M1"], present=["M2"])
    life.on("2026-05-20")
    return life


def report(life: Life) -> None:
    """The host hands in the own evaluation that stands before the assessment."""
    run = next(run for run in life.duties("H", "summary") if run.ended_at is None)
    life.act("H", "submit", run, proofs=["summary"])


def place(life: Life, key: str = "annual") -> str:
    return f"/assessments/{life.assessment(key, 'y1').id}"


def send(life: Life, who: str, act: str, **fields: Any) -> Any:
    version = life.judging("annual", "y1").version
    return client_of(life, who).post(place(life), data=form(act=act, version=str(version), **fields))


def test_sheet_shows_what_is_known_and_what_is_still_owed(life: Life) -> None:
    page = client_of(life, OUT).get(place(life)).text
    for words in (
        "年度总结与自评还没交",
        "工作经费预算",
        "0 / 1，1 项未完成",
        "活动平均出勤",
        "50%",
        "还不能考核，有 1 项没有办完",
        'role="radiogroup"',
        "打印考核表",
    ):
        assert words in page, words
    assert "基本合格" not in page


def test_own_evaluation_that_is_missing_is_urged_once_a_day(life: Life) -> None:
    client = client_of(life, OUT)
    before = len(life.mail("overdue", "H"))
    for _ in range(2):
        assert client.post(f"{place(life)}/urge", data=form()).status_code == 303
    assert len(life.mail("overdue", "H")) == before + 1
    assert client_of(life, "H").post(f"{place(life)}/urge", data=form()).status_code == 404


def test_choosing_a_grade_shows_its_consequences_and_writes_nothing(life: Life) -> None:
    report(life)
    page = send(life, OUT, "look", **{"grade.0": "unqualified", "reason": "帮扶没有开展", "mark.0": "14"}).text
    for words in (
        "“不合格”送达后",
        "限期整改",
        "8月20日",
        "待决定",
        "减拨或停拨下一年度活动经费",
        "不发生",
        "只有整改不力才进入",
        "帮扶没有开展",
        'value="14"',
    ):
        assert words in page, words
    assert 'class="btn btn-danger btn-wide" name="act" value="propose">提出“不合格”' in page
    assert life.judging("annual", "y1").state == "open"


def test_grade_is_proposed_only_after_its_consequences_were_seen(life: Life) -> None:
    report(life)
    answer = send(life, OUT, "propose", **{"grade.0": "unqualified", "reason": "帮扶没有开展", "seen": ""})
    assert answer.status_code == 422
    assert "下面是它的后果" in answer.text
    assert send(life, OUT, "propose", **{"grade.0": "unqualified", "seen": "0:unqualified"}).status_code == 422
    assert (
        send(life, OUT, "propose", **{"grade.0": "qualified", "seen": "0:qualified", "mark.0": "140"}).status_code
        == 422
    )
    assert send(life, OUT, "propose", **{"grade.0": "excellent", "seen": "0:excellent"}).status_code == 409
    answer = send(
        life,
        OUT,
        "propose",
        **{"grade.0": "unqualified", "seen": "0:unqualified", "reason": "帮扶没有开展", "mark.0": "14"},
    )
    assert answer.status_code == 303
    assert life.judging("annual", "y1").state == "proposed"


def proposed(life: Life) -> None:
    report(life)
    life.assess(OUT, "propose", "annual", "y1", grade="unqualified", reason="帮扶没有开展")


def test_nobody_is_told_before_delivery(life: Life) -> None:
    proposed(life)
    assert "帮扶没有开展" in client_of(life, "bureau").get(place(life)).text
    for who in ("H", "M1", "county_a"):
        page = client_of(life, who).get(place(life)).text
        assert "结果送达以后显示在这里" in page, who
        assert "帮扶没有开展" not in page, who
    assert "工作经费预算" not in client_of(life, "M1").get(place(life)).text
    assert client_of(life, "county_b").get(place(life)).status_code == 404


def test_what_was_returned_comes_back_to_the_assessor_as_it_was_written(life: Life) -> None:
    proposed(life)
    written = str(life.rows(RESULTS.select())[-1].reason)
    assert written
    assert send(life, "bureau", "return", reason="请补充依据").status_code == 303
    assert f">{written}</textarea>" in client_of(life, OUT).get(place(life)).text


def test_confirmer_returns_with_a_reason_or_confirms_and_delivers_with_a_limit(life: Life) -> None:
    proposed(life)
    assert send(life, "bureau", "return").status_code == 422
    assert send(life, OUT, "confirm").status_code == 409
    assert "确认“不合格”，开出整改" in client_of(life, "bureau").get(place(life)).text
    assert send(life, "bureau", "confirm").status_code == 303
    assert life.followed() == []
    page = client_of(life, "bureau").get(place(life)).text
    assert 'name="limit_on" value="2026-08-20"' in page
    assert "送达“不合格”，开出整改" in page
    assert send(life, "bureau", "release", limit_on="31.8.").status_code == 409
    assert send(life, "bureau", "release", limit_on="2026-08-31").status_code == 303
    assert life.due_on(life.mending()) == date(2026, 8, 31)
    page = client_of(life, "H").get(place(life)).text
    for words in ("已经发生的", "限期整改", "/rectifications/", "/decisions/", "申请复核"):
        assert words in page, words


def test_stale_page_is_refused(life: Life) -> None:
    report(life)
    client = client_of(life, OUT)
    fields = {"grade.0": "qualified", "seen": "0:qualified", "act": "propose", "version": "77"}
    assert client.post(place(life), data=form(**fields)).status_code == 409


def test_host_appeals_once_and_a_member_may_not(life: Life) -> None:
    proposed(life)
    life.assess("bureau", "confirm", "annual", "y1")
    life.assess("bureau", "release", "annual", "y1")
    assert client_of(life, "M1").post(f"{place(life)}/appeal", data=form(facts="不服")).status_code == 409
    assert client_of(life, "H").post(f"{place(life)}/appeal", data=form(facts="帮扶协议已签")).status_code == 303
    assert "申请复核" not in client_of(life, "H").get(place(life)).text.split("已经发生的")[1]
    assert client_of(life, "H").post(f"{place(life)}/appeal", data=form(facts="再次")).status_code == 409


def test_upheld_appeal_shows_what_is_withdrawn_and_what_is_left_to_people(life: Life) -> None:
    proposed(life)
    life.assess("bureau", "confirm", "annual", "y1")
    life.assess("bureau", "release", "annual", "y1")
    client_of(life, "H").post(f"{place(life)}/appeal", data=form(facts="帮扶协议已签"))
    asked, bureau = life.asked_of_body(), client_of(life, "bureau")
    page = bureau.get(f"/decisions/{asked.subject_id}").text
    assert "更正为“合格”" in page
    assert "原等次的后果没有执行的撤回" in page
    said = form(choice="更正为“合格”", reason="协议属实", version=str(asked.version))
    assert bureau.post(f"/decisions/{asked.subject_id}", data=said).status_code == 303
    page = bureau.get(f"/decisions/{asked.subject_id}").text
    for words in ("结果更正为合格", "原等次的后果", "已撤回", "协议属实"):
        assert words in page, words
    for who in ("H", "bureau"):
        page = client_of(life, who).get(place(life)).text
        assert "已撤回" in page
        assert "合格" in page


def test_host_grades_members_and_each_sees_only_their_own(sqlite_database: Engine) -> None:
    members = {"L1": "learner", "L2": "learner", "A1": "assistant"}
    life = Life(sqlite_database, "beihai", date(2025, 4, 15), members, since=date(2026, 1, 2))
    life.on("2026-01-20")
    address = f"/assessments/{life.assessment('members', '2025秋').id}"
    seats = {name: life.seat_of(name).id for name in members}
    given = {
        f"grade.{seats[name]}": grade
        for name, grade in (("L1", "excellent"), ("L2", "unqualified"), ("A1", "qualified"))
    }
    host = client_of(life, "H")
    page = host.post(address, data=form(act="look", **given)).text
    assert "“不合格” 1 人之后" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    fields = {**given, f"reason.{seats['L2']}": "缺勤", "seen": seen[1], "act": "propose"}
    assert host.post(address, data=form(**fields)).status_code == 303
    assert life.seated() == {"H", "L1", "A1"}
    own = client_of(life, "L1").get(address).text
    assert "L1" in own
    assert "缺勤" not in own
    assert "A1" not in own


def test_party_answers_on_its_own_page_and_the_judge_reads_it(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "beihai", date(2025, 4, 15), {"L1": "learner"}, since=date(2026, 1, 4))
    life.on("2026-01-06")
    asked = life.rows(select(RUNS).where(RUNS.c.step == "semester/opinion", RUNS.c.desk == f"person:{life.ids['L1']}"))[
        -1
    ]
    client = client_of(life, "L1")
    assert "请谈谈这个工作室" in client.get(f"/opinions/{asked.id}").text
    assert client_of(life, "H").get(f"/opinions/{asked.id}").status_code == 404
    assert client.post(f"/opinions/{asked.id}", data=form(act="give", comment="")).status_code == 409
    assert (
        client.post(
            f"/opinions/{asked.id}", data=form(act="give", comment="活动扎实", version=str(asked.version))
        ).status_code
        == 303
    )
    assert "活动扎实" in client.get(f"/opinions/{asked.id}").text
    address = f"/assessments/{life.assessment('semester', '2025秋').id}"
    page = client_of(life, "bureau").get(address).text
    assert "活动扎实" in page
    assert "待答复" in page
    assert "活动扎实" not in client_of(life, "H").get(address).text


def test_page_takes_as_many_queries_for_many_members_as_for_few(life: Life) -> None:
    def queries(n: int) -> int:
        for one in range(n):
            life.seat(f"X{n}-{one}", "H", "member", "county_a_school1")
        client = client_of(life, OUT)
        client.get(place(life))
        with counting(life.engine) as seen:
            assert client.get(place(life)).status_code == 200
        return len(seen)

    assert queries(1) == queries(30)


def test_inbox_leads_to_the_page_of_each_subject(life: Life) -> None:
    run = life.judging("annual", "y1")
    page = client_of(life, OUT).get("/inbox", params={"run": str(run.id)}).text
    assert place(life) in page
    assert "年度考核" in page
    assert "H工作室" in page
    proposed(life)
    life.assess("bureau", "confirm", "annual", "y1")
    life.assess("bureau", "release", "annual", "y1")
    asked = life.asked_of_body()
    page = client_of(life, "bureau").get("/inbox", params={"run": str(asked.id)}).text
    assert f"/decisions/{asked.subject_id}" in page
    assert "减拨或停拨下一年度活动经费" in page
    assert (
        f"/rectifications/{life.mending().subject_id}"
        in client_of(life, "H").get("/inbox", params={"run": str(life.mending().id)}).text
    )
