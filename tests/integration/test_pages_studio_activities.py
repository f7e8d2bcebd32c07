"""Activities by page: planned, leave asked for before, attendance with its exceptions, filed with what proves it."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from xlsxwriter import Workbook

from models import Attendance, Credit, Leave, Record
from models.columns import table_of
from models.settings import settings
from tests.browsing import client_of, form
from tests.life import Life
from web.views.studio_plan import COLUMNS

RECORDS, MARKS, LEAVES, CREDITS = table_of(Record), table_of(Attendance), table_of(Leave), table_of(Credit)
DAY = date(2025, 6, 10)
PDF = b"%PDF-1.7 minutes"


@pytest.fixture
def life(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A studio of 赤峰 with three members, four weeks after its plaque."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"A": "member", "B": "member", "C": "member"})
    life.on("2025-06-05")
    return life


def plan(life: Life, **more: object) -> int:
    """The host plans a visit to a school for the tenth of June."""
    fields = {"title": "下校诊断", "held_on": DAY.isoformat(), "starts_at": "09:00", "agenda": "outreach", **more}
    answer = client_of(life, "H").post(f"/studios/{life.studio_id}/activities/new", data=form(**fields))
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].split("/")[2].split("?")[0])


def all_marks(life: Life) -> dict[str, str]:
    named = {value: key for key, value in life.ids.items()}
    return {named[row.person_id]: row.mark for row in life.rows(select(MARKS))}


def test_host_plans_an_activity_and_everybody_finds_it_on_the_calendar(life: Life) -> None:
    record = plan(life, place="翁牛特旗第五小学")
    assert "下校诊断" in client_of(life, "A").get(f"/studios/{life.studio_id}/calendar?month=2025-06").text
    page = client_of(life, "A").get(f"/activities/{record}").text
    assert "翁牛特旗第五小学" in page
    assert "提出请假" in page
    assert client_of(life, "county_b").get(f"/activities/{record}").status_code == 404
    assert client_of(life, "A").get(f"/studios/{life.studio_id}/activities/new").status_code == 404


def test_plan_that_is_refused_says_what_to_do_and_comes_back_as_it_was_written(life: Life) -> None:
    address = f"/studios/{life.studio_id}/activities/new"
    answer = client_of(life, "H").post(
        address, data=form(title="研讨", held_on="", place="翁牛特旗", agenda="outreach")
    )
    assert answer.status_code == 422
    for words in ("请写明活动名称和日期", 'value="研讨"', 'value="翁牛特旗"', 'value="outreach" form="plan" checked'):
        assert words in answer.text, words
    wrong = form(title="研讨", held_on="2025-06-10", ends_on="2025-06-09")
    assert "结束日期不能早于开始日期" in client_of(life, "H").post(address, data=wrong).text
    assert client_of(life, "A").post(address, data=form(title="研讨", held_on="")).status_code == 404


def test_approved_leave_is_filled_in_and_locked(life: Life) -> None:
    record = plan(life)
    client_of(life, "A").post(f"/activities/{record}/leave", data=form(reason="开会"))
    (leave,) = life.rows(select(LEAVES))
    page = client_of(life, "H").get(f"/activities/{record}").text
    assert "申请请假：开会" in page
    client_of(life, "H").post(f"/activities/{record}/leave", data=form(leave=str(leave.id), answer="granted"))
    life.on(DAY + timedelta(days=1))
    page = client_of(life, "H").get(f"/activities/{record}").text
    assert "准假，不算缺勤" in page
    own = f'name="mark.{life.ids["A"]}" value="leave" form="sheet" checked disabled'
    assert own in page


def test_member_cannot_answer_leave_nor_ask_after_the_start(life: Life) -> None:
    record = plan(life)
    client_of(life, "A").post(f"/activities/{record}/leave", data=form(reason="开会"))
    (leave,) = life.rows(select(LEAVES))
    answer = client_of(life, "A").post(f"/activities/{record}/leave", data=form(leave=str(leave.id), answer="granted"))
    assert answer.status_code == 409
    life.on(DAY, hour=10)
    late = client_of(life, "B").post(f"/activities/{record}/leave", data=form(reason="忘了"))
    assert late.status_code == 409
    assert "已经过了时间" in late.text


def test_all_present_first_then_the_exceptions(life: Life) -> None:
    record = plan(life)
    life.on(DAY + timedelta(days=1))
    host = client_of(life, "H")
    host.post(f"/activities/{record}", data=form(act="all", **{f"mark.{life.ids['B']}": "absent"}))
    page = host.get(f"/activities/{record}").text
    assert "到 3" in page
    assert "缺 1" in page
    assert all_marks(life) == {}
    assert "已暂存" in page


def test_filing_with_somebody_unmarked_asks_on_a_page_of_its_own(life: Life) -> None:
    record = plan(life)
    life.on(DAY + timedelta(days=1))
    host = client_of(life, "H")
    some = {f"mark.{life.ids[name]}": "present" for name in ("H", "A", "B")}
    answer = host.post(f"/activities/{record}", data=form(act="file", record="听课 6 节", **some))
    assert answer.headers["location"] == f"/activities/{record}/unmarked"
    asked = host.get(answer.headers["location"]).text
    assert "C还没点，按缺勤报送吗？" in asked
    assert all_marks(life) == {}
    host.post(f"/activities/{record}", data=form(act="file", unmarked="absent"))
    assert all_marks(life) == {"H": "present", "A": "present", "B": "present", "C": "absent"}
    (credit,) = life.rows(select(CREDITS))
    assert credit.standing == "accepted"
    assert "已计入" in host.get(f"/activities/{record}").text


def test_record_that_lacks_proof_is_filed_and_says_what_is_lacking(life: Life) -> None:
    record = plan(life)
    life.on(DAY + timedelta(days=1))
    host = client_of(life, "H")
    every = {f"mark.{life.ids[name]}": "present" for name in ("H", "A", "B", "C")}
    host.post(f"/activities/{record}", data=form(act="file", **every))
    page = host.get(f"/activities/{record}").text
    assert "缺：活动记录" in page
    assert "补充并重新计入" in page
    host.post(f"/activities/{record}", data=form(act="file", record="听课 6 节", **every))
    assert "已计入" in host.get(f"/activities/{record}").text


def test_pressing_twice_files_once(life: Life) -> None:
    record = plan(life)
    life.on(DAY + timedelta(days=1))
    host = client_of(life, "H")
    sent = form(act="file", record="听课", **{f"mark.{life.ids[name]}": "present" for name in ("H", "A", "B", "C")})
    first = host.post(f"/activities/{record}", data=sent)
    assert host.post(f"/activities/{record}", data=sent).headers["location"] == first.headers["location"]
    assert len(life.rows(select(CREDITS))) == 1


def test_files_are_kept_shown_and_taken_away_before_filing(life: Life) -> None:
    record = plan(life)
    life.on(DAY + timedelta(days=1))
    host = client_of(life, "H")
    host.post(
        f"/activities/{record}", data=form(act="note"), files={"file.photos": ("签到表.pdf", PDF, "application/pdf")}
    )
    page = host.get(f"/activities/{record}").text
    assert "签到表.pdf" in page
    place = page.split(f"/activities/{record}/files/", 1)[1].split('"', 1)[0]
    assert client_of(life, "A").get(f"/activities/{record}/files/{place}").content == PDF
    assert client_of(life, "county_b").get(f"/activities/{record}/files/{place}").status_code == 404
    host.post(f"/activities/{record}", data=form(act=f"drop:{place}"))
    assert "签到表.pdf" not in host.get(f"/activities/{record}").text


def test_cancelled_activity_says_why_and_takes_no_record(life: Life) -> None:
    record = plan(life)
    host = client_of(life, "H")
    host.post(f"/activities/{record}", data=form(act="cancel", reason="停电"))
    page = host.get(f"/activities/{record}").text
    assert "停电" in page
    assert "报送记录" not in page
    assert host.post(f"/activities/{record}", data=form(act="note")).status_code == 409


def test_draft_is_saved_for_the_script(life: Life) -> None:
    record = plan(life)
    life.on(DAY, hour=12)
    said = client_of(life, "H").post(f"/activities/{record}/draft", data=form(record="正在写"))
    assert said.json()["words"].endswith("已暂存")
    assert "正在写" in client_of(life, "H").get(f"/activities/{record}").text


def workbook(*rows: tuple[str, ...]) -> bytes:
    output = BytesIO()
    with Workbook(output) as book:
        sheet = book.add_worksheet("年度计划")
        for n, row in enumerate([COLUMNS, *rows]):
            sheet.write_row(n, 0, row)
    return output.getvalue()


def checked(life: Life, content: bytes) -> tuple[str, str]:
    """The address of the check of a workbook, and what it says."""
    host = client_of(life, "H")
    sent = {"plan": ("计划.xlsx", content, "application/vnd.ms-excel")}
    answer = host.post(f"/studios/{life.studio_id}/plan", data=form(), files=sent)
    address = answer.headers["location"]
    return address, host.get(address).text


def test_plan_of_a_year_is_checked_first_and_imported_whole(life: Life) -> None:
    outreach = life.programme.obligations["outreach"].title
    address, page = checked(
        life,
        workbook(
            ("读书会", "2025-07-01", "09:00", "本校", "", "阅读", ""), ("送教", "2025-09-10", "", "", "", "", outreach)
        ),
    )
    assert "列入计划 2 次活动" in page
    assert life.rows(select(RECORDS)) == []
    client_of(life, "H").post(f"/studios/{life.studio_id}/plan", data=form(file=address.split("file=")[1]))
    assert [row.title for row in life.rows(select(RECORDS).order_by(RECORDS.c.id))] == ["读书会", "送教"]


def test_plan_with_a_faulty_row_names_it_and_stores_nothing(life: Life) -> None:
    address, page = checked(
        life, workbook(("读书会", "明天", "", "", "", "", ""), ("送教", "2025-09-10", "", "", "", "", "没有的事项"))
    )
    assert "日期看不懂" in page
    assert "没有这个事项：没有的事项" in page
    refused = client_of(life, "H").post(f"/studios/{life.studio_id}/plan", data=form(file=address.split("file=")[1]))
    assert refused.status_code == 409
    assert life.rows(select(RECORDS)) == []
    assert client_of(life, "A").get(address).status_code == 404


def test_leave_that_was_asked_for_waits_in_the_inbox_of_the_host_until_the_activity_begins(life: Life) -> None:
    record = plan(life)
    before = client_of(life, "H").get("/inbox").text
    assert "请假 · " not in before
    client_of(life, "A").post(f"/activities/{record}/leave", data=form(reason="上公开课"))
    page = client_of(life, "H").get("/inbox").text
    assert "上公开课" in page
    assert "6月10日" in page.split("请假 · ", 1)[1].split("</li>", 1)[0]
    assert counted(page) == counted(before) + 1
    assert "上公开课" not in client_of(life, "A").get("/inbox").text
    assert "上公开课" in client_of(life, "H").get("/inbox?stage=leave").text
    life.on(DAY, hour=23)
    assert "上公开课" in client_of(life, "H").get("/inbox?box=overdue").text


def counted(page: str) -> int:
    """How many the first box of the inbox says there are; the rail says the same."""
    number = page.split('class="tab-count">', 1)[1].split("<", 1)[0]
    assert f"</span>{number}</span>" in page.split('class="rail"', 1)[1].split("</aside>", 1)[0]
    return int(number)


def test_leave_is_answered_beside_the_list_of_the_inbox(life: Life) -> None:
    record = plan(life)
    client_of(life, "A").post(f"/activities/{record}/leave", data=form(reason="上公开课"))
    (leave,) = life.rows(select(LEAVES))
    host = client_of(life, "H")
    page = host.get(f"/inbox?leave={leave.id}").text
    assert "准假，不算缺勤" in page
    assert "本周期出勤" in page
    answer = host.post(f"/activities/{record}/leave", data=form(leave=str(leave.id), answer="granted", back="inbox"))
    assert answer.headers["location"].startswith("/inbox?note=")
    assert "上公开课" not in host.get("/inbox").text
    assert "上公开课" not in client_of(life, "B").get(f"/inbox?leave={leave.id}").text


def test_home_says_that_leave_waits_and_that_the_record_of_an_activity_is_not_filed(life: Life) -> None:
    record = plan(life)
    client_of(life, "A").post(f"/activities/{record}/leave", data=form(reason="上公开课"))
    home = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    assert "的请假" in home
    assert f'href="/activities/{record}#leave"' in home
    assert "的活动记录" not in home
    plan(life, held_on="2025-06-03")
    home = client_of(life, "H").get(f"/studios/{life.studio_id}").text
    assert "报送6月3日" in home
    assert "还没有点考勤和报送" in home
    assert "的活动记录" not in client_of(life, "A").get(f"/studios/{life.studio_id}").text
