"""Established studios taken over in mid-life: with their history, once, every fault named, and only what is not past opened."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flows.doctor import examine
from flows.engine.calendar import at_local
from flows.office.established import Taken, take_over
from flows.opening import open_due
from flows.roster.established_rows import (
    MEMBERS,
    PAYMENTS,
    RESULTS,
    SHEETS,
    STUDIOS,
    established_template,
    established_workbook,
    read_established,
)
from models import Assessment, Cycle, Duty, Entitlement, LedgerEntry, Result, Seat, StageRun, Studio, Transition
from models.columns import table_of
from models.session import connect, transaction
from tests.world import World

TODAY = date(2025, 10, 15)
PERIOD = "y1"
STUDIO_COUNT, MEMBER_COUNT = 50, 8
TABLES = (Studio, Cycle, Seat, Assessment, Result, Entitlement, LedgerEntry, Duty, StageRun, Transition)
Sheets = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = connect(f"sqlite:///{tmp_path / 'established.db'}")
    world = World(engine, "chifeng", TODAY)
    with world.at_work() as work:
        for n in range(STUDIO_COUNT):
            for k in range(MEMBER_COUNT + 1):
                name = f"p{n}-{k}"
                world.person(work.session, name, "county_a_school1" if k % 2 else "county_b_school1")
    yield world
    engine.dispose()


def bureau() -> Sheets:
    """Fifty studios in their second year, with the first year's result and, half of them, its money."""
    names = [f"第{n}工作室" for n in range(STUDIO_COUNT)]
    return {
        STUDIOS: [(name, f"p{n}-0", "", "", "", date(2024, 5, 8), None, None) for n, name in enumerate(names)],
        MEMBERS: [(name, f"p{n}-{k}", "成员", "", date(2024, 6, 1)) for n, name in enumerate(names) for k in range(1, MEMBER_COUNT + 1)],
        RESULTS: [(name, "年度考核", "y1", "合格", "", date(2025, 6, 1)) for name in names],
        PAYMENTS: [(name, "启动和工作经费", "y1", 20000, date(2024, 9, 10), f"凭{n}") for n, name in enumerate(names) if n % 2],
    }  # fmt: skip


def fund_row(world: World) -> tuple[str, str]:
    """A fund of the programme that is paid by period, by title and first period."""
    key, fund = next((key, one) for key, one in world.programme.funds.items() if one.per != "award")
    return fund.title, key


def taken(world: World, sheets: Sheets) -> Taken:
    title, _ = fund_row(world)
    sheets = {
        **sheets,
        PAYMENTS: [(row[0], title if row[1] == "启动和工作经费" else row[1], *row[2:]) for row in sheets[PAYMENTS]],
    }
    with world.at_work() as work:
        programme_id = work.book.cast(work.session, world.version_id).programme_id
        return take_over(work, programme_id, read_established(established_workbook(sheets), world.today))


def counts(world: World) -> list[int]:
    with transaction(world.engine) as session:
        return [int(session.execute(select(func.count()).select_from(table_of(one))).scalar_one()) for one in TABLES]


@pytest.mark.capability(7)
def test_fifty_studios_are_taken_over_with_their_history(world: World) -> None:
    done = taken(world, bureau())
    assert not done.faults, [fault.says() for fault in done.faults][:5]
    assert (done.stored, done.studios, done.seats) == (True, 50, 50 * (MEMBER_COUNT + 1))
    assert (done.results, done.payments) == (50, 25)
    assert done.opened > 0
    with transaction(world.engine) as session:
        cycles = session.execute(select(table_of(Cycle))).all()
        assert {(one.begins_on, one.number) for one in cycles} == {(date(2024, 5, 8), 1)}
        imported = select(Transition.run_id).where(Transition.event == "import")  # type: ignore[call-overload]
        assert len(session.execute(imported).all()) == 75
        ledger = session.execute(select(table_of(LedgerEntry))).all()
        assert {one.amount_fen for one in ledger} == {2_000_000}


def test_taking_over_twice_changes_nothing(world: World) -> None:
    taken(world, bureau())
    before = counts(world)
    again = taken(world, bureau())
    assert (again.stored, again.studios, again.seats, again.results, again.payments, again.opened) == (
        True,
        0,
        0,
        0,
        0,
        0,
    )
    assert counts(world) == before


@pytest.mark.capability(7)
def test_only_what_is_not_past_is_opened(world: World) -> None:
    taken(world, bureau())
    with transaction(world.engine) as session:
        duties = session.execute(select(table_of(Duty))).all()
        assert duties
        assert all(one.due_on is None or one.due_on >= TODAY for one in duties)
        open_assessments = session.execute(
            select(table_of(Assessment)).where(table_of(Assessment).c.released_at.is_(None))
        ).all()
        assert all(one.due_on is None or one.due_on >= TODAY for one in open_assessments)
        overdue = session.execute(select(StageRun.id).where(StageRun.state == "overdue")).all()  # type: ignore[call-overload]
        assert not overdue
    before = counts(world)
    open_due(world.engine, world.book, world.clock.now())
    assert counts(world) == before
    world.clock.advance(at_local(date(2026, 5, 20), 9))
    open_due(world.engine, world.book, world.clock.now())
    assert counts(world) != before


def test_every_fault_names_its_sheet_row_and_column_and_nothing_is_stored(world: World) -> None:
    sheets = bureau()
    sheets[STUDIOS][1] = ("第1工作室", "nobody", "", "", "", date(2024, 5, 8), None, None)
    sheets[STUDIOS][2] = ("第2工作室", "p2-0", "", "", "", date(2015, 5, 8), None, None)
    sheets[STUDIOS][3] = ("第4工作室", "p3-0", "", "", "", date(2024, 5, 8), None, None)
    sheets[STUDIOS][8] = ("第8工作室", "p8-0", "", "", "部门", date(2024, 5, 8), None, None)
    sheets[MEMBERS][0] = ("没有的工作室", "p0-1", "成员", "", None)
    sheets[MEMBERS][1] = ("第0工作室", "p0-2", "掌柜", "", None)
    sheets[MEMBERS][3] = ("第0工作室", "p0-3", "成员", "", None)
    sheets[RESULTS][5] = ("第5工作室", "年度考核", "y9", "合格", "", date(2025, 6, 1))
    sheets[RESULTS][6] = ("第6工作室", "年度考核", "y1", "超群", "", date(2025, 6, 1))
    sheets[RESULTS][7] = ("第7工作室", "年度考核", "y1", "合格", "", "2025年2月30日")
    sheets[PAYMENTS][0] = ("第1工作室", "彩票", "y1", 1, date(2024, 9, 10), "")
    sheets[PAYMENTS][1] = ("第3工作室", "启动和工作经费", "y1", "两万", date(2024, 9, 10), "")
    done = taken(world, sheets)
    found = {(fault.sheet, fault.row, fault.column) for fault in done.faults}
    assert {
        (STUDIOS, 3, "主持人工号"), (STUDIOS, 4, "周期起始日期"), (STUDIOS, 6, "工作室名称"), (STUDIOS, 10, "层级"),
        (MEMBERS, 2, "工作室名称"), (MEMBERS, 3, "角色"), (MEMBERS, 5, "工号"), (RESULTS, 7, "周期"), (RESULTS, 8, "等次"), (RESULTS, 9, "送达日期"),
        (PAYMENTS, 2, "经费"), (PAYMENTS, 3, "金额（元）"),
    } <= found  # fmt: skip
    assert all(fault.why and fault.remedy for fault in done.faults)
    assert not done.stored
    assert counts(world)[:7] == [0] * 7


def test_what_was_taken_over_passes_the_doctor(world: World) -> None:
    taken(world, bureau())
    broken = [
        finding
        for finding in examine(world.engine, world.clock.now())
        if finding.broken and finding.name != "schema_current"
    ]
    assert not broken, broken


def test_template_has_the_four_sheets_and_reads_as_empty() -> None:
    read = read_established(established_template(), TODAY)
    assert not read.faults
    assert set(read.rows) == set(SHEETS)
    assert not any(read.rows.values())
    assert read_established(b"no workbook", TODAY).faults


@pytest.mark.parametrize(
    ("grade", "share", "state"), [("合格", 100, "due"), ("不合格", 0, "stopped"), (None, 100, "due")]
)
def test_past_result_sets_the_share_of_the_money_that_is_still_to_come(
    tmp_path: Path, grade: str | None, share: int, state: str
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'county.db'}")
    world = World(engine, "county-master-teacher", TODAY)
    with world.at_work() as work:
        world.person(work.session, "host", "school1")
    annual = world.programme.assessments["annual"]
    sheets: Sheets = {
        STUDIOS: [("甲", "host", "", next(iter(world.programme.kinds.values()), ""), "", date(2024, 5, 8), None, None)], MEMBERS: [], PAYMENTS: [],
        RESULTS: [("甲", annual.title, PERIOD, grade, "", date(2025, 6, 1))] if grade else [],
    }  # fmt: skip
    done = taken(world, sheets)
    assert not done.faults, [fault.says() for fault in done.faults]
    with transaction(engine) as session:
        (money,) = session.execute(select(table_of(Entitlement)).where(table_of(Entitlement).c.fund == "base")).all()
        runs = table_of(StageRun)
        (run,) = session.execute(
            select(runs).where(runs.c.subject_kind == "entitlement", runs.c.subject_id == money.id)
        ).all()
    engine.dispose()
    assert (money.share, run.state) == (share, state)


def test_past_results_of_members_are_kept_by_seat_and_need_a_staff_number(world: World) -> None:
    sheets = bureau()
    of_members = next(one for one in world.programme.assessments.values() if one.of != "studio" and one.grades)
    day = date(2025, 6, 1)
    sheets[RESULTS] = [("第0工作室", of_members.title, "y1", "合格", f"p0-{k}", day) for k in (1, 2)]
    done = taken(world, sheets)
    assert not done.faults, [fault.says() for fault in done.faults]
    with transaction(world.engine) as session:
        results = session.execute(select(table_of(Result))).all()
        assert len({one.seat_id for one in results} - {None}) == len(results) == 2
        assert (
            session.execute(
                select(func.count())
                .select_from(table_of(Assessment))
                .where(table_of(Assessment).c.released_at.is_not(None))
            ).scalar()
            == 1
        )
    sheets[RESULTS] = [("第0工作室", of_members.title, "y1", "合格", "", day)]
    (fault,) = taken(world, sheets).faults
    assert (fault.sheet, fault.row, fault.column) == (RESULTS, 2, "成员工号")
