"""The year's plan of activities: what comes with the text, and what a host brings as a workbook."""

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from sqlalchemy import Engine, select

from flows.office.year_plan import draft_plan, import_plan, read_plan
from models import Record
from models.columns import table_of
from models.session import transaction
from tests.world import World

RECORDS = table_of(Record)


def workbook(*rows: tuple[str, ...]) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("活动计划")
        for n, row in enumerate((("2026年活动计划",), ("活动时间", "活动地点", "参加人员", "活动主题"), *rows)):
            sheet.write_row(n, 0, row)
    return content.getvalue()


def running(engine: Engine) -> World:
    world = World(engine, "beihai", start=date(2025, 4, 15))
    world.running_studio("H", "county_a_school1", "city")
    world.cycle("H", date(2025, 4, 15))
    return world


@pytest.mark.capability(46)
def test_plan_of_the_text_is_drafted_once(sqlite_database: Engine) -> None:
    world = running(sqlite_database)
    actor, studio = world.actor("H"), world.studio("H").id or 0
    with world.at_work() as work:
        made = draft_plan(work, actor, studio)
        assert draft_plan(work, actor, studio) == []
    with transaction(sqlite_database) as session:
        rows = session.execute(select(RECORDS).order_by(RECORDS.c.id)).all()
    assert len(made) == len(rows) == 16
    assert {row.standing for row in rows} == {"planned"}
    assert {row.held_on.month for row in rows} == {4, 5, 6, 7, 9, 10, 11, 12}


@pytest.mark.capability(46)
def test_workbook_is_put_on_the_plan_and_its_faults_are_told(sqlite_database: Engine) -> None:
    world = running(sqlite_database)
    content = workbook(
        ("2026-03-05", "成员学校", "全体成员", "专题研讨"), ("三月", "", "", "考察"), ("2026-04-01", "", "", "")
    )
    planned, faults = read_plan(content, date(2025, 12, 1))
    assert [(one.title, one.held_on, one.place) for one in planned] == [("专题研讨", date(2026, 3, 5), "成员学校")]
    assert [(one.row, one.column) for one in faults] == [(4, "活动时间"), (5, "活动主题")]
    actor, studio = world.actor("H"), world.studio("H").id or 0
    with world.at_work() as work:
        assert len(import_plan(work, actor, studio, planned)) == 1
        assert import_plan(work, actor, studio, planned) == []


def test_what_is_no_workbook_is_said_so() -> None:
    planned, faults = read_plan(b"not a workbook", date(2025, 12, 1))
    assert not planned
    assert "xlsx" in faults[0].why
