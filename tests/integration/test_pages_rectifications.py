"""Pages of a rectification and of a question put to a body: time left, measures, report, looking again; choices and the answer."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine

from models import Rectification, Term
from models.columns import table_of
from models.settings import settings
from tests.browsing import client_of, form
from tests.life import DECISIONS, Life

RECTIFICATIONS = table_of(Rectification)


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A studio of 北海 that failed its autumn of 2025 and is given three months to mend."""
    life = Life(
        sqlite_database, "beihai", date(2025, 4, 15), {"L1": "learner", "L2": "learner"}, since=date(2026, 1, 2)
    )
    life.on("2026-01-20")
    life.assess(
        "bureau", "propose", "semester", "2025秋", grade="unqualified", reason="学员培训没有开展", marks={"培训": "51"}
    )
    life.assess("bureau", "confirm", "semester", "2025秋")
    life.on("2026-01-26")
    life.assess("bureau", "release", "semester", "2025秋")
    return life


def place(life: Life) -> str:
    return f"/rectifications/{life.mending().subject_id}"


def send(life: Life, who: str, act: str, **fields: Any) -> Any:
    return client_of(life, who).post(place(life), data=form(act=act, version=str(life.mending().version), **fields))


def test_page_shows_the_time_left_the_findings_and_both_endings(life: Life) -> None:
    life.on("2026-02-25")
    page = client_of(life, "H").get(place(life)).text
    for words in (
        "先为每个问题写一项措施",
        "4月27日 周一 24:00",
        "学员培训没有开展",
        "51 分",
        "整改有效",
        "整改不力",
        "通报",
        "圆点为提醒",
        ">寒假</text>",
        "假期中的工作日照常计算",
        "已用 17 个工作日",
    ):
        assert words in page, words
    assert client_of(life, "county_b").get(place(life)).status_code == 404


def test_holidays_on_the_line_are_those_between_the_terms_of_the_bureau(life: Life) -> None:
    with life.at_work() as work:
        for key, kind, first, last in (
            ("2025秋", "autumn", date(2025, 9, 1), date(2026, 2, 6)), ("2026春", "spring", date(2026, 3, 9), date(2026, 7, 10)),
        ):  # fmt: skip
            work.session.add(Term(body_id=life.ids["bureau"], key=key, kind=kind, begins_on=first, ends_on=last))
    assert (
        ">寒假 2月7日起</text>" in client_of(life, "H").get(place(life)).text
    )  # by the usual terms it was on since 21 January


def test_only_the_host_keeps_measures_and_only_until_the_report(life: Life) -> None:
    line = {
        "finding": "0",
        "what": "每月集中培训",
        "who": "L1",
        "until": "2026-03-31",
        "state": "doing",
        "proof": "纪要",
    }
    assert client_of(life, "bureau").post(f"{place(life)}/measures", data=form(**line)).status_code == 404
    bad = client_of(life, "H").post(f"{place(life)}/measures", data=form(**{**line, "until": "31.3."}))
    assert bad.status_code == 409
    late = client_of(life, "H").post(f"{place(life)}/measures", data=form(**{**line, "until": "2026-04-28"}))
    assert "整改期限 2026年4月27日 周一 以前" in late.text
    assert client_of(life, "H").post(f"{place(life)}/measures", data=form(**line)).status_code == 303
    page = client_of(life, "bureau").get(place(life)).text
    for words in ("每月集中培训", "3月31日 周二", "办理中", "纪要"):
        assert words in page, words
    assert send(life, "H", "report").status_code == 409
    assert send(life, "H", "report", reason="已补训三次").status_code == 303
    (row,) = life.rows(RECTIFICATIONS.select())
    assert row.measures[0]["what"] == "每月集中培训"
    assert "已补训三次" in client_of(life, "bureau").get(place(life)).text
    assert client_of(life, "H").post(f"{place(life)}/measures", data=form(**line)).status_code == 409


def test_measure_is_proved_by_files_that_whoever_sees_it_can_open(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    address = f"{place(life)}/measures"
    line = {"line": "1.1", "finding": "0", "what": "补训", "who": "", "until": "", "state": "done", "proof": ""}
    sent = {"file.1.1": ("纪要.pdf", BytesIO(b"%PDF-1.7 minutes"), "application/pdf")}
    host = client_of(life, "H")
    assert host.post(address, data=form(**line), files=sent).status_code == 303
    (kept,) = life.rows(RECTIFICATIONS.select())[0].measures[0]["files"]
    paper = f"{place(life)}/files/{kept['sha256']}"
    assert "纪要.pdf" in client_of(life, "bureau").get(place(life)).text
    assert client_of(life, "bureau").get(paper).content == b"%PDF-1.7 minutes"
    assert client_of(life, "county_b").get(paper).status_code == 404
    assert host.get(f"{place(life)}/files/{'0' * 64}").status_code == 404
    archive = ZipFile(BytesIO(host.get(f"/studios/{life.studio_id}/archive/package.zip").content))
    held = {name: archive.read(name) for name in archive.namelist()}
    assert b"%PDF-1.7 minutes" in held.values()
    (told,) = [text.decode("utf-8-sig") for name, text in held.items() if name.endswith("整改.txt")]
    assert "措施：补训 · 已完成" in told
    host.post(address, data=form(**line, **{"keep.1.1": kept["sha256"]}))
    assert life.rows(RECTIFICATIONS.select())[0].measures[0]["files"] == [kept]
    host.post(address, data=form(**line))
    assert life.rows(RECTIFICATIONS.select())[0].measures[0]["files"] == []


def test_file_that_is_none_of_ours_is_refused_and_nothing_is_kept(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    line = {"line": "1.1", "finding": "0", "what": "补训", "who": "", "until": "", "state": "done", "proof": ""}
    sent = {"file.1.1": ("纪要.exe", BytesIO(b"MZ"), "application/octet-stream")}
    answer = client_of(life, "H").post(f"{place(life)}/measures", data=form(**line), files=sent)
    assert answer.status_code == 409
    assert "只收 PDF" in answer.text
    assert life.rows(RECTIFICATIONS.select())[0].measures == []


def test_it_is_looked_at_again_only_when_reported_or_due_and_by_the_assessor(life: Life) -> None:
    assert "还没到复核的时候" in client_of(life, "bureau").get(place(life)).text
    assert send(life, "bureau", "reassess", grade="qualified", reason="已改").status_code == 409
    life.act("H", "report", life.mending(), report="已补训")
    assert send(life, "H", "reassess", grade="qualified", reason="已改").status_code == 409
    page = client_of(life, "bureau").get(place(life)).text
    assert 'value="excellent"' not in page
    assert send(life, "bureau", "reassess", grade="qualified").status_code == 409
    answer = send(life, "bureau", "reassess", grade="qualified", reason="补训三次，效果好")
    assert answer.status_code == 303
    page = client_of(life, "H").get(place(life)).text
    life.on("2026-06-10")
    page = client_of(life, "H").get(place(life)).text
    assert "今天" not in page.split('class="panel mend-time"', 1)[1].split("</section>", 1)[0]
    for words in ("整改有效", "补训三次，效果好", "办结时距整改期限还有"):
        assert words in page, words
    assert life.mending().outcome == "effective"


def test_limit_of_the_text_is_extended_only_with_a_reason(life: Life) -> None:
    assert 'value="set_limit"' not in client_of(life, "bureau").get(place(life)).text
    assert send(life, "bureau", "extend", due_on="2026-05-29").status_code == 409
    assert send(life, "bureau", "extend", due_on="2026-05-29", reason="校舍维修").status_code == 303
    page = client_of(life, "H").get(place(life)).text
    assert "5月29日 周五 24:00" in page
    assert "期限由bureau bureau_officer" in page


def test_failed_rectification_brings_what_the_text_says(life: Life) -> None:
    life.on("2026-04-27")
    assert send(life, "bureau", "reassess", grade="unqualified", reason="没有开展").status_code == 303
    page = client_of(life, "bureau").get(place(life)).text
    for words in ("整改不力", "撤销", "通报"):
        assert words in page, words
    assert life.standing() == "revoked"


@pytest.fixture
def asked(sqlite_database: Engine) -> Life:
    """A studio whose failed year is the authority's to decide."""
    members = {"M1": "member", "M2": "member"}
    life = Life(
        sqlite_database, "district-class-teacher", date(2025, 9, 1), members, body="school1", since=date(2026, 8, 20)
    )
    life.on("2026-09-02")
    life.grade("annual", "y1", "unqualified")
    return life


def decide(life: Life, who: str, **fields: Any) -> Any:
    run = life.asked_of_body()
    return client_of(life, who).post(f"/decisions/{run.subject_id}", data=form(version=str(run.version), **fields))


def test_question_shows_what_each_choice_brings_and_who_may_answer(asked: Life) -> None:
    address = f"/decisions/{asked.asked_of_body().subject_id}"
    page = client_of(asked, "bureau").get(address).text
    for words in ("没有决定以前什么也不会发生", "调整成员", "调整出", "要选定成员", 'role="radiogroup"', "M1"):
        assert words in page, words
    assert 'name="reason"' not in client_of(asked, "H").get(address).text
    assert client_of(asked, "M1").get(address).status_code == 404


def test_answer_needs_a_reason_and_names_the_members_it_moves_out(asked: Life) -> None:
    assert decide(asked, "bureau", choice="调整成员").status_code == 422
    back = decide(asked, "bureau", choice="调整成员", reason="长期缺席")
    assert back.status_code == 422
    assert "填写的内容都在" in back.text
    assert "长期缺席</textarea>" in back.text
    assert 'value="调整成员" required checked' in back.text
    assert decide(asked, "H", choice="调整成员", reason="x").status_code == 409
    answer = decide(asked, "bureau", choice="调整成员", reason="长期缺席", seat=str(asked.seat_of("M2").id))
    assert answer.status_code == 303
    assert asked.seated() == {"H", "M1"}
    page = client_of(asked, "bureau").get(answer.headers["location"]).text
    assert "长期缺席" in page
    assert "调整出" in page


def test_share_of_a_fund_is_a_whole_percent_of_the_range(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 20), {"M1": "member"}, since=date(2026, 5, 1))
    life.cast("third_party", "评价中心")
    life.on("2026-05-20")
    for run in life.duties("H", "summary"):
        if run.ended_at is None:
            life.act("H", "submit", run, proofs=["summary"])
    life.grade("annual", "y1", "unqualified", by="评价中心")
    question = next(row for row in life.rows(DECISIONS.select()) if row.span)
    address = f"/decisions/{question.id}"
    assert "0% 到 99%" in client_of(life, "bureau").get(address).text
    for share, status in (("150", 422), ("", 422), ("60", 303)):
        version = str(next(run for run in life.runs_of("decision", question.id)).version)
        answer = client_of(life, "bureau").post(address, data=form(share=share, reason="减拨四成", version=version))
        assert answer.status_code == status, share
    assert "拨付 60%" in client_of(life, "H").get(address).text
