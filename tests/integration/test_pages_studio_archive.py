"""The file of a studio: filled by the work, checked against its parts, and taken away with proof that nothing was changed."""

import hashlib
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from models import Entitlement, Seat
from models.columns import table_of
from models.settings import settings
from tests.browsing import client_of, form
from tests.life import Life
from web.views.studio_archive import kind_of

PDF = b"%PDF-1.7 plan"
ENTITLEMENTS, SEATS = table_of(Entitlement), table_of(Seat)


@pytest.fixture
def life(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A studio of 赤峰 that has handed in its yearly plan and held one activity."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"A": "member", "B": "member"})
    life.on("2025-05-12")
    (duty,) = life.owed("H", "year_plan")
    run = life.run_of_duty(duty.id)
    sent = form(act="submit", version=str(run.version), text="全年计划")
    host = client_of(life, "H")
    answer = host.post(f"/duties/{duty.id}", data=sent, files={"files": ("计划.pdf", PDF, "application/pdf")})
    assert answer.status_code == 303, answer.text
    life.activity(date(2025, 5, 10), absent=["B"], present=["H", "A"])
    return life


@pytest.mark.capability(69)
def test_file_is_filled_by_the_work_and_says_what_is_lacking(life: Life) -> None:
    page = client_of(life, "H").get(f"/studios/{life.studio_id}/archive").text
    assert "年度工作计划" in page
    assert "研修" in page
    assert "还缺" in page
    assert "考核" in page.split("还缺", 1)[1].split("</p>", 1)[0]


@pytest.mark.capability(69)
def test_growth_file_holds_what_the_person_was_at(life: Life) -> None:
    one = f"/studios/{life.studio_id}/archive/people/{life.ids['A']}"
    other = f"/studios/{life.studio_id}/archive/people/{life.ids['B']}"
    assert "研修" in client_of(life, "A").get(one).text
    assert "研修" not in client_of(life, "H").get(other).text
    assert client_of(life, "A").get(other).status_code == 404
    assert client_of(life, "county_b").get(one).status_code == 404


def test_member_finds_their_own_growth_file_in_place_of_the_studios(life: Life) -> None:
    page = client_of(life, "A").get(f"/studios/{life.studio_id}/archive").text
    assert "A的成长档案" in page
    assert "年度工作计划" not in page
    assert client_of(life, "A").get(f"/studios/{life.studio_id}/archive/package.zip").status_code == 404


@pytest.mark.capability(69)
def test_package_holds_every_paper_and_the_hash_of_each(life: Life) -> None:
    answer = client_of(life, "H").get(f"/studios/{life.studio_id}/archive/package.zip")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(BytesIO(answer.content))
    lines = [line.split("  ", 1) for line in archive.read("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert set(sums) == set(archive.namelist()) - {"SHA256SUMS"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    assert PDF in [archive.read(name) for name in sums]
    assert "年度工作计划" in archive.read("目录.csv").decode("utf-8-sig")


@pytest.mark.capability(69)
def test_package_holds_what_was_written_who_was_there_the_ledger_and_each_growth_file(life: Life) -> None:
    archive = zipfile.ZipFile(
        BytesIO(client_of(life, "H").get(f"/studios/{life.studio_id}/archive/package.zip").content)
    )
    told = {
        name: archive.read(name).decode("utf-8-sig") for name in archive.namelist() if name.endswith((".txt", ".csv"))
    }
    held = next(text for name, text in told.items() if name.startswith("02 活动记录/"))
    assert "到：H、A" in held
    assert "缺勤：B" in held
    grown = {name for name in told if name.startswith("成长档案/")}
    assert len(grown) == len(life.seated())
    assert any("B.csv" in name for name in grown)


def test_package_holds_the_scanned_vouchers_of_the_ledger(life: Life) -> None:
    (due,) = life.rows(select(ENTITLEMENTS).where(ENTITLEMENTS.c.fund == "activity", ENTITLEMENTS.c.period == "y1"))
    (run,) = life.runs_of("entitlement", due.id)
    paid = form(act="pay", amount="50000", voucher="Z-1", version=str(run.version))
    assert client_of(life, "bureau").post(f"/entitlements/{due.id}", data=paid).status_code == 303
    spent = form(act="spend", amount="12.5", use="图书资料", what="买书", on="2025-05-12", voucher="P-1")
    scan = {"file": ("票据.pdf", b"%PDF-1.7 voucher", "application/pdf")}
    host, studio = client_of(life, "H"), f"/studios/{life.studio_id}"
    assert host.post(f"{studio}/funds", data=spent, files=scan).status_code == 303
    archive = zipfile.ZipFile(BytesIO(host.get(f"{studio}/archive/package.zip").content))
    (kept,) = [name for name in archive.namelist() if archive.read(name) == b"%PDF-1.7 voucher"]
    assert kept.startswith("05 经费/")
    assert kept.endswith("2 买书.pdf")


def test_growth_file_of_whoever_has_left_stays(life: Life) -> None:
    with life.at_work() as work:
        work.session.execute(SEATS.update().where(SEATS.c.person_id == life.ids["A"]).values(to_on=life.today))
    host, studio = client_of(life, "H"), f"/studios/{life.studio_id}"
    assert "研修" in host.get(f"{studio}/archive/people/{life.ids['A']}").text
    archive = zipfile.ZipFile(BytesIO(host.get(f"{studio}/archive/package.zip").content))
    assert any(name.startswith("成长档案/") and name.endswith("A.csv") for name in archive.namelist())


@pytest.mark.parametrize(
    ("title", "kind"),
    [("规划计划", "plan"), ("活动记录", "activity"), ("成果", "achievement"), ("考核", "result"), ("经费", "money"), ("论文和经验总结", "achievement")],
)  # fmt: skip
def test_parts_of_a_file_hold_what_their_words_say(title: str, kind: str) -> None:
    assert kind_of(title) == kind
