"""Acts that meet at the worst moment: nothing is lost, nothing happens twice, and silence costs nobody anything."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.consequences.deciding import open_question
from flows.engine.errors import Refused
from flows.engine.lists import apply_list, make_list
from flows.engine.sweep import sweep
from flows.office.findings import note_loss
from flows.office.ledger import Expense, correct, spend
from flows.office.releasing import draft_release
from flows.office.year_plan import import_plan, read_plan
from models import Incident, LedgerEntry, Record
from models.columns import table_of
from models.queries.money import balances
from models.session import reading
from tests.crash.crowd import at_once, pressing, sorted_out
from tests.crash.invariants import broken
from tests.life import Life

LEDGER, RECORDS, INCIDENTS = table_of(LedgerEntry), table_of(Record), table_of(Incident)


def again(life: Life, run: Any) -> Any:
    return life.runs_of(run.subject_kind, run.subject_id)[-1]


def pause(life: Life, why: str = "病休") -> None:
    actor, seat_id = life.actor("bureau"), life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, actor, seat_id, why)
    assert life.standing() == "suspended"


def hainan(engine: Engine, since: date) -> Life:
    return Life(engine, "hainan", date(2025, 9, 1), {"M1": "member"}, since=since)


# Money


def ledger(engine: Engine) -> tuple[Life, Expense]:
    """H of 赤峰 has received 10,000 yuan; an expense takes 4,000."""
    life = Life(engine, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 3, 2))
    life.on("2026-03-02")
    due = next(run for run in life.runs_of("entitlement") if run.state == "due")
    life.act("bureau", "pay", due, amount_fen=1_000_000)
    uses = life.programme.ledger.uses if life.programme.ledger else ()
    return life, Expense(400_000, uses[0] if uses else "", "资料", life.today, "V-1")


def test_two_expenses_at_once_never_spend_more_than_there_is(any_database: Engine) -> None:
    life, expense = ledger(any_database)
    host = life.actor("H")
    with reading(life.engine) as session:
        before = balances(session, [life.studio_id])[life.studio_id]
    expense = Expense(before // 2 + 1, expense.use, expense.what, expense.on, expense.voucher)

    def press() -> int:
        with life.at_work() as work:
            return spend(work, host, life.studio_id, expense)

    results = at_once([press] * 8)
    assert Counter(type(one) for one in results) == {int: 1, Refused: 7}
    with reading(life.engine) as session:
        assert balances(session, [life.studio_id])[life.studio_id] == before - expense.amount_fen


def test_expense_is_corrected_once_however_many_press(any_database: Engine) -> None:
    life, expense = ledger(any_database)
    host = life.actor("H")
    with life.at_work() as work:
        line = spend(work, host, life.studio_id, expense)

    def press() -> int:
        with life.at_work() as work:
            return correct(work, host, line, "重复报销")

    results = at_once([press] * 8)
    assert Counter(type(one) for one in results) == {int: 1, Refused: 7}
    assert len(life.rows(select(LEDGER).where(LEDGER.c.corrects_id == line))) == 1


# A pause


def test_deadline_set_in_a_pause_does_not_pass_in_it(any_database: Engine) -> None:
    life = hainan(any_database, date(2025, 12, 8))
    life.on("2025-12-10")
    run = next(one for one in life.duties("H", "seminar") if one.state == "open")
    pause(life)
    life.act("bureau", "extend", again(life, run), due_on="2025-12-20", reason="改期")
    life.on("2025-12-28")
    assert again(life, run).state == "open"
    assert not [one for one in life.mail("overdue", "H") if one.run_id == run.id]


def test_pause_noted_twice_gives_back_all_its_days(any_database: Engine) -> None:
    from flows.engine.apply import apply, carry_on
    from flows.engine.consequences.pausing import resume_studio
    from flows.engine.work import Intent

    life = hainan(any_database, date(2025, 12, 8))
    life.on("2025-12-10")
    run = next(one for one in life.duties("H", "seminar") if one.state == "open")
    pause(life)
    life.on("2026-01-20")
    pause(life, "已经调离")
    life.on("2026-02-10")
    actor, asked = life.actor("bureau"), life.asked_of_body()
    with life.at_work() as work:
        happening = apply(work, Intent(asked.id, "decide", {"choice": "另选主持人"}), actor)
        resume_studio(work, happening, life.studio_id)
        carry_on(work)
    assert life.due_on(again(life, run)) == date(2025, 12, 31) + timedelta(days=62)


# Moments that meet


def test_reassessment_at_the_second_of_the_limit_is_judged_once(any_database: Engine) -> None:
    life = Life(any_database, "beihai", date(2025, 4, 15), {"L1": "learner"}, since=date(2026, 1, 2))
    life.on("2026-01-20")
    life.assess("bureau", "propose", "semester", "2025秋", grade="unqualified", reason="没有开展")
    life.assess("bureau", "confirm", "semester", "2025秋")
    life.assess("bureau", "release", "semester", "2025秋")
    run, officer = life.mending(), life.actor("bureau")
    life.clock.advance(run.due_at)
    press = pressing(life, officer, run.id, "reassess", None, grade="qualified")
    results = at_once([press, lambda: sweep(life.engine, life.book, life.clock.now()), press])
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert life.mending().outcome == "effective"
    assert len(life.mail("rectification_effective", "H")) == 1
    assert broken(life.engine) == []


def test_studio_that_ended_while_a_list_waited_falls_out_of_it(any_database: Engine) -> None:
    from flows.engine.apply import carry_on
    from flows.engine.consequences.ending import end_studio

    life = hainan(any_database, date(2026, 8, 30))
    life.on("2026-09-10")
    life.assess("bureau", "propose", "annual", "y1", grade="excellent")
    life.assess("bureau", "confirm", "annual", "y1")
    officer = life.actor("bureau")
    with life.at_work() as work:
        listing_id = draft_release(work, officer, "annual", "y1")
        make_list(work, officer, listing_id)
    with life.at_work() as work:
        end_studio(work, None, life.studio_id, "ended")
        carry_on(work)
    apply_list(life.engine, life.book, listing_id, life.clock.now())
    (entry,) = life.entries(listing_id)
    assert (entry.outcome, bool(entry.reason)) == ("fell_out", True)
    assert life.followed() == []
    assert not life.rows(select(INCIDENTS))
    assert broken(life.engine) == []


def test_member_who_leaves_while_being_moved_out_leaves_once(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member", "M2": "member"}, since=date(2026, 3, 2))
    life.on("2026-03-03")
    actor, seat_id = life.actor("bureau"), life.seat_of("M1").id
    with life.at_work() as work:
        note_loss(work, actor, seat_id, "不再任校长")
    with pytest.raises(Refused, match="正在办理"), life.at_work() as work:  # another officer notes the same loss
        note_loss(work, actor, seat_id, "不再任校长")
    asked = [run for run in life.runs_of("decision") if run.ended_at is None]
    presses = [pressing(life, actor, run.id, "decide", None, choice="调整成员", reason="不再符合条件") for run in asked]
    winners, reasons = sorted_out(at_once(presses * 3))
    assert len(winners) == len(asked)
    assert set(reasons) <= {"ended", "stale"}
    assert life.seated() == {"H", "M2"}
    assert len(life.mail("adjusted_out", "M1")) == 1
    assert broken(life.engine) == []


def test_last_two_matters_that_end_at_once_end_the_studio(any_database: Engine) -> None:
    """Each of two transactions sees the other's matter still open; the studio ends all the same."""
    life = Life(any_database, "shijiazhuang", date(2025, 9, 1), {}, since=date(2027, 8, 25))
    life.on("2027-09-20")
    actor, desk = life.actor("bureau"), f"body:{life.ids['bureau']}"
    asked = [
        {"about": f"studio:{life.studio_id}", "studio_id": life.studio_id, "desk": desk, "question": f"第 {n} 件",
         "choices": [{"title": "记录在案", "then": []}], "origin": {}}
        for n in range(2)
    ]  # fmt: skip
    with life.at_work() as work:
        runs = [open_question(work, life.version_id, None, one)[1] for one in asked]
    life.grade("final", "cycle", "qualified")
    assert life.standing() == "active"
    presses = [pressing(life, actor, one, "decide", None, choice="记录在案", reason="知悉") for one in runs]
    winners, _ = sorted_out(at_once(presses))
    assert len(winners) == 2
    assert life.standing() == "ended"
    assert life.open_runs_left() == []


# Files that are sent twice


def test_plan_that_names_an_activity_twice_plans_it_once(sqlite_database: Engine) -> None:
    from io import BytesIO

    from xlsxwriter import Workbook

    life = hainan(sqlite_database, date(2025, 9, 1))
    life.on("2025-09-10")
    kept = BytesIO()
    book = Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for n, row in enumerate([("活动时间", "活动主题"), ("2025-10-20", "读书会"), ("2025-10-20", "读书会")]):
        sheet.write_row(n, 0, row)
    book.close()
    planned, faults = read_plan(kept.getvalue(), life.today)
    assert (len(planned), list(faults)) == (2, [])
    host = life.actor("H")
    for expected in (1, 0):
        with life.at_work() as work:
            assert len(import_plan(work, host, life.studio_id, planned)) == expected
    assert len(life.rows(select(RECORDS).where(RECORDS.c.title == "读书会"))) == 1


@pytest.mark.parametrize("press_twice", [True, False])
def test_result_pressed_by_two_people_is_delivered_once(any_database: Engine, press_twice: bool) -> None:  # noqa: FBT001
    life = hainan(any_database, date(2026, 8, 30))
    life.on("2026-09-10")
    life.assess("bureau", "propose", "annual", "y1", grade="excellent")
    life.assess("bureau", "confirm", "annual", "y1")
    officer, run = life.actor("bureau"), life.judging("annual", "y1")
    with life.at_work() as work:
        listing_id = draft_release(work, officer, "annual", "y1")
        make_list(work, officer, listing_id)
    presses: list[Any] = [lambda: apply_list(life.engine, life.book, listing_id, life.clock.now())] * 3
    if press_twice:
        presses += [pressing(life, officer, run.id, "release", None)] * 2
    results = at_once(presses)
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)], results
    assert life.followed() == [("commend", "studio")]
    assert len(life.mail("result_delivered", "H")) == 1
    assert broken(life.engine) == []
