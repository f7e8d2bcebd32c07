"""Members and money of a studio by page: the roster against its rule, the ledger, and what a payer does."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, select

from models import Application, Entitlement, LedgerEntry, StageRun
from models.columns import table_of
from tests.browsing import client_of, form
from tests.life import Life
from web.routes.studio_funds import fen_of

LEDGER, ENTITLEMENTS, RUNS, APPLICATIONS = (table_of(one) for one in (LedgerEntry, Entitlement, StageRun, Application))


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A studio of 赤峰 with three members in its first month."""
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"A": "member", "B": "member", "C": "member"})
    life.on("2025-05-12")
    return life


def due(life: Life, fund: str = "activity") -> int:
    (row,) = life.rows(select(ENTITLEMENTS.c.id).where(ENTITLEMENTS.c.fund == fund, ENTITLEMENTS.c.period == "y1"))
    return int(row.id)


def paid(life: Life, yuan: str = "50000") -> int:
    one = due(life)
    (run,) = life.rows(select(RUNS).where(RUNS.c.subject_kind == "entitlement", RUNS.c.subject_id == one))
    fields = form(act="pay", amount=yuan, voucher="Z-1", version=str(run.version))
    answer = client_of(life, "bureau").post(f"/entitlements/{one}", data=fields)
    assert answer.status_code == 303, answer.text
    return one


def expense(**more: str) -> dict[str, str]:
    return form(act="spend", amount="1,234.5", use="图书资料", what="购书", on="2025-05-12", voucher="P-7", **more)


def ledger(life: Life) -> Sequence[tuple[str, int]]:
    return [(row.kind, row.amount_fen) for row in life.rows(select(LEDGER).order_by(LEDGER.c.number))]


def test_roster_is_measured_against_the_number_of_the_text(life: Life) -> None:
    page = client_of(life, "H").get(f"/studios/{life.studio_id}/members").text
    assert "8–10 人" in page
    assert "不足" in page
    assert "提名成员" in page
    assert 'href="/programmes/chifeng/1#c6"' in page


def test_member_sees_who_belongs_but_no_attendance_and_no_rules(life: Life) -> None:
    page = client_of(life, "A").get(f"/studios/{life.studio_id}/members").text
    assert "名额与份额" not in page
    assert "出勤" not in page
    assert page.count("办理退出") == 1


def test_host_begins_the_leaving_of_a_member_by_its_path(life: Life) -> None:
    address = f"/studios/{life.studio_id}/members"
    answer = client_of(life, "A").post(address, data=form(act="leave", person=str(life.ids["A"])))
    (case,) = life.rows(select(APPLICATIONS).where(APPLICATIONS.c.gives == "exit"))
    assert answer.headers["location"].startswith(f"/applications/{case.id}/form")
    assert "A 退出" in client_of(life, "H").get(address).text


@pytest.mark.capability(65, 67)
def test_payer_sets_the_amount_and_it_enters_the_ledger_once(life: Life) -> None:
    one = due(life)
    page = client_of(life, "bureau").get(f"/entitlements/{one}").text
    assert "待核定" in page
    assert "核定并登记拨付" in page
    paid(life)
    assert ledger(life) == [("received", 5_000_000)]
    page = client_of(life, "bureau").get(f"/entitlements/{one}").text
    assert "50,000.00 元" in page
    assert "核定并登记拨付" not in page


def test_payment_that_is_refused_comes_back_as_it_was_written(life: Life) -> None:
    one = due(life)
    (run,) = life.rows(select(RUNS).where(RUNS.c.subject_kind == "entitlement", RUNS.c.subject_id == one))
    payer, address = client_of(life, "bureau"), f"/entitlements/{one}"
    wrong = payer.post(address, data=form(act="pay", amount="五万", voucher="Z-2025-17", version=str(run.version)))
    assert wrong.status_code == 422
    for written in ('value="五万"', 'value="Z-2025-17"', "没有记上，填写的内容都在", "最多两位小数"):
        assert written in wrong.text, written
    unsaid = payer.post(address, data=form(act="stop", reason="  ", version=str(run.version)))
    assert (unsaid.status_code, "没有停拨，填写的内容都在" in unsaid.text) == (422, True)
    assert ledger(life) == []


def test_undoing_that_is_refused_comes_back_as_it_was_written(life: Life) -> None:
    paid(life)
    host, address = client_of(life, "H"), f"/studios/{life.studio_id}/funds"
    host.post(address, data=expense())
    (line,) = life.rows(select(LEDGER.c.id).where(LEDGER.c.kind == "spent"))
    host.post(address, data=form(act="correct", line=str(line.id), reason="记错了"))
    again = host.post(address, data=form(act="correct", line=str(line.id), reason="又记错了"))
    assert (again.status_code, "这一笔已经冲销过了" in again.text) == (422, True)


def test_entitlement_is_shown_to_payer_and_studio_and_to_nobody_else(life: Life) -> None:
    one = due(life, "county")
    assert client_of(life, "H").get(f"/entitlements/{one}").status_code == 200
    assert client_of(life, "county_a").get(f"/entitlements/{one}").status_code == 200
    assert client_of(life, "county_b").get(f"/entitlements/{one}").status_code == 404
    assert client_of(life, "A").get(f"/entitlements/{one}").status_code == 404
    refused = client_of(life, "H").post(f"/entitlements/{one}", data=form(act="pay", amount="1"))
    assert refused.status_code == 409


@pytest.mark.capability(68)
def test_host_enters_an_expense_and_undoes_it_by_a_further_line(life: Life) -> None:
    paid(life)
    host, address = client_of(life, "H"), f"/studios/{life.studio_id}/funds"
    assert host.post(address, data=expense()).status_code == 303
    assert ledger(life)[-1] == ("spent", 123_450)
    page = host.get(address).text
    assert "48,765.50 元" in page
    (line,) = life.rows(select(LEDGER.c.id).where(LEDGER.c.kind == "spent"))
    host.post(address, data=form(act="correct", line=str(line.id), reason="记错了"))
    assert ledger(life)[-1] == ("corrected", 123_450)
    page = host.get(address).text
    assert "已冲销" in page
    assert "50,000.00 元" in page


@pytest.mark.capability(68)
def test_expense_that_the_text_does_not_permit_or_the_balance_does_not_cover_is_refused(life: Life) -> None:
    host, address = client_of(life, "H"), f"/studios/{life.studio_id}/funds"
    over = host.post(address, data=expense())
    assert over.status_code == 422
    assert "不够支出" in over.text
    for written in ('value="1,234.5"', 'value="购书"', 'value="P-7"', "没有记上，填写的内容都在"):
        assert written in over.text, written
    paid(life)
    wrong = host.post(address, data={**expense(), "use": "宴请"})
    assert "不在规定的用途里" in wrong.text
    later = host.post(address, data={**expense(), "on": "2025-06-01"})
    assert "不能晚于今天" in later.text
    assert ledger(life) == [("received", 5_000_000)]


def test_funds_are_for_host_and_overseers(life: Life) -> None:
    address = f"/studios/{life.studio_id}/funds"
    assert client_of(life, "A").get(address).status_code == 404
    assert client_of(life, "county_a").get(address).status_code == 200
    assert "记一笔支出" not in client_of(life, "county_a").get(address).text
    refused = client_of(life, "county_a").post(address, data=expense())
    assert refused.status_code == 409


@pytest.mark.capability(68)
def test_statement_says_every_line_and_its_sum(life: Life) -> None:
    paid(life)
    host = client_of(life, "H")
    host.post(f"/studios/{life.studio_id}/funds", data=expense())
    answer = host.get(f"/studios/{life.studio_id}/funds/statement.xlsx?year=1")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    rows = book.get_sheet_by_name("收支明细").to_python()[5:]
    assert [row[6] for row in rows] == [50000, -1234.5]
    assert [row[7] for row in rows] == [50000, 48765.5]
    sums = book.get_sheet_by_name("汇总").to_python()[1:3]
    assert [row[:2] for row in sums] == [["图书资料", "1234.50"], ["合计", "1234.50"]]


@pytest.mark.parametrize(
    ("text", "fen"), [("1", 100), ("1.5", 150), ("1,234.56", 123_456), ("0.07", 7), ("19.99", 1999)]
)
def test_amounts_are_read_in_whole_fen(text: str, fen: int) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize("text", ["", "-1", "1.234", "1.", "一百", "1e3", "100000000"])
def test_amounts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Exception, match="两位小数"):
        fen_of(text)
