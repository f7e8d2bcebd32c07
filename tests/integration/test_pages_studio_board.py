"""The board of studios: figures, the heat map and its rows, limits, lists, the workbook, urging; within one's own scope."""

import re
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, update

from models import Cycle, Studio, Term
from models.columns import table_of
from tests.browsing import client_of, counting, form
from tests.life import Life
from web.views.studio_board import asked_for, renewal_mark

STUDIOS = table_of(Studio)
BOARD = "/dashboard/studios"


def another(life: Life, name: str, body: str, begins: date = date(2025, 9, 1), ends: date = date(2028, 8, 31)) -> None:
    """One more running studio, whose cycle opens from now on."""
    life.running_studio(name, body, life.programme.level)
    studio = life.studio(name)
    with life.at_work() as work:
        work.session.add(
            Cycle(
                studio_id=studio.id or 0,
                number=1,
                version_id=life.version_id,
                begins_on=begins,
                ends_on=ends,
                opens_next_on=begins,
            )
        )
        work.session.flush()


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """Four studios of 赤峰 in two counties; one mends, one ends soon."""
    life = Life(sqlite_database, "chifeng", date(2025, 5, 20), {"M1": "member"}, since=date(2026, 4, 1))
    life.cast("third_party", "评价中心")
    another(life, "B1", "county_b_school1")
    another(life, "A2", "county_a_school1", date(2023, 9, 1), date(2026, 8, 31))
    life.on("2026-05-20")
    for run in life.duties("H", "summary"):
        if run.ended_at is None:
            life.act("H", "submit", run, proofs=["summary"])
    acts: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("评价中心", "propose", {"grade": "unqualified"}),
        ("bureau", "confirm", {}),
        ("bureau", "release", {}),
    )
    for who, event, said in acts:
        life.act(who, event, next(run for run in life.runs_of("assessment") if run.step == "annual"), **said)
    return life


def test_board_shows_figures_heat_limits_assessments_and_endings(life: Life) -> None:
    page = client_of(life, "bureau").get(BOARD).text
    for words in (
        "3 个在册工作室",
        "催办未完成",
        "county_a",
        "county_b",
        "寒假",
        "H工作室",
        "8月20日",
        "A2工作室",
        "8月31日 周一",
        "还没有申请",
        "待确认等次",
    ):
        assert words in page, words
    assert 'class="heat heat-1"' in page
    assert "/dashboard/studios/duties?county=" in page


def test_months_of_holidays_are_those_of_the_terms_that_the_bureau_has_entered(life: Life) -> None:
    assert "寒假" in client_of(life, "county_a").get(BOARD).text
    with life.at_work() as work:
        for key, kind, first, last in (
            ("2025秋", "autumn", date(2025, 9, 1), date(2026, 2, 20)), ("2026春", "spring", date(2026, 2, 23), date(2026, 7, 10)),
        ):  # fmt: skip
            work.session.add(Term(body_id=life.ids["bureau"], key=key, kind=kind, begins_on=first, ends_on=last))
    assert "寒假" not in client_of(life, "county_a").get(BOARD).text


def test_county_sees_only_its_own_and_people_without_office_nothing(life: Life) -> None:
    page = client_of(life, "county_b").get(BOARD).text
    assert "1 个在册工作室" in page
    assert "H工作室" not in page
    assert client_of(life, "H").get(BOARD).status_code == 403
    assert "H工作室" not in client_of(life, "county_b").get(f"{BOARD}/list").text


def test_cell_of_the_heat_map_leads_to_what_is_not_done(life: Life) -> None:
    page = (
        client_of(life, "bureau")
        .get(f"{BOARD}/duties", params={"county": str(life.ids["county_b"]), "month": "2025-10"})
        .text
    )
    assert "B1工作室" in page
    assert "H工作室" not in page
    assert "都完成了" in client_of(life, "bureau").get(f"{BOARD}/duties", params={"month": "2024-02"}).text


def test_list_is_narrowed_by_standing_and_words_and_goes_into_a_workbook(life: Life) -> None:
    client = client_of(life, "bureau")
    assert "整改中" in client.get(f"{BOARD}/list", params={"standing": "rectifying"}).text
    only = client.get(f"{BOARD}/list", params={"q": "B1"}).text
    assert "B1工作室" in only
    assert "A2工作室" not in only
    assert "没有符合筛选的工作室" in client.get(f"{BOARD}/list", params={"standing": "revoked"}).text
    with life.at_work() as work:
        work.session.execute(update(STUDIOS).where(STUDIOS.c.id == life.studio_id).values(name="=1+1"))
    content = client.get(f"{BOARD}/list.xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 4
    assert "=1+1" in {row[0] for row in rows}


def test_assessments_under_way_are_listed_with_who_holds_them(life: Life) -> None:
    page = client_of(life, "bureau").get(f"{BOARD}/assessments").text
    assert "考核中" in page
    assert "成员" in page
    assert (
        "没有正在进行的考核" in client_of(life, "bureau").get(f"{BOARD}/assessments", params={"state": "proposed"}).text
    )


def test_late_obligations_are_urged_after_a_preview_once_a_day(life: Life) -> None:
    client = client_of(life, "bureau")
    assert "发出催办，共" in client.get(f"{BOARD}/urge").text
    assert client.post(f"{BOARD}/urge", data=form()).status_code == 303
    assert "今天已经提醒过" in client.get(f"{BOARD}/urge").text


def test_board_takes_as_many_queries_for_sixty_studios_as_for_three(life: Life) -> None:
    def queries(path: str) -> int:
        client = client_of(life, "bureau")
        client.get(path)
        with counting(life.engine) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    few = [queries(BOARD), queries(f"{BOARD}/list")]
    for n in range(57):
        another(life, f"X{n}", f"county_{'ab'[n % 2]}_school1")
    assert [queries(BOARD), queries(f"{BOARD}/list")] == few
    assert "第 1–50 个，共 60 个" in client_of(life, "bureau").get(f"{BOARD}/list").text


def test_empty_board_says_what_comes(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2026, 5, 20), {})
    with life.at_work() as work:
        work.session.execute(update(STUDIOS).values(standing="revoked"))
    page = client_of(life, "bureau").get(BOARD).text
    for words in ("0 个在册工作室", "这一学年还没有到期的事项", "没有正在整改的工作室", "180 天内没有周期届满"):
        assert words in page, words


def test_studio_that_mends_says_so_in_every_list_and_on_the_dashboard(life: Life) -> None:
    client = client_of(life, "bureau")
    assert client.get("/studios").text.count("整改中") == 1
    assert client.get(f"{BOARD}/list").text.count("整改中</span>") >= 1


def test_request_that_is_still_being_written_is_not_counted_as_made(life: Life) -> None:
    assert not asked_for(SimpleNamespace(stage="application", state="drafting"))
    assert asked_for(SimpleNamespace(stage="application", state="submitted"))
    assert renewal_mark(SimpleNamespace(stage="application", state="drafting", outcome=None)).label == "申请填写中"
    assert "已申请续期 0 个" in client_of(life, "bureau").get(BOARD).text


def test_heat_map_can_be_read_as_counts_and_without_colour(life: Life) -> None:
    client = client_of(life, "bureau")
    assert "加框加粗" in client.get(BOARD).text
    page = client.get(BOARD, params={"counts": "1"}).text
    assert "已完成 / 应完成" in page
    assert re.search(r">\d+ / \d+<", page)
