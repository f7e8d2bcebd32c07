"""An extended deadline is the deadline: for the books, for what is returned, for whoever hands in, and after it was missed."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from models import Credit
from models.columns import table_of
from tests.life import Life

CREDITS = table_of(Credit)


def hainan(engine: Engine, since: date) -> Life:
    """H of 海南, whose cycle runs from 1 September 2025 to 31 August 2028."""
    return Life(engine, "hainan", date(2025, 9, 1), {"M1": "member"}, since=since)


def last_duty(life: Life) -> Any:
    """The seminar of the cycle's last month."""
    return next(one for one in life.duties("H", "seminar") if one.due_at and life.due_on(one) == date(2028, 8, 31))


def again(life: Life, run: Any) -> Any:
    return life.runs_of("duty", run.subject_id)[-1]


def extend(life: Life, run: Any, to: str) -> None:
    life.act("bureau", "extend", again(life, run), due_on=to, reason="主持人因公外出")


def test_books_leave_open_what_was_extended_and_close_it_after_its_own_day(any_database: Engine) -> None:
    life = hainan(any_database, date(2028, 8, 28))
    life.on("2028-08-29")
    run = last_duty(life)
    extend(life, run, "2028-09-15")
    life.on("2028-09-02")
    assert again(life, run).state == "open"
    assert run.subject_id not in {one.subject_id for one in life.runs_of("duty") if one.outcome == "unmet"}
    assert life.standing() == "active"
    life.on("2028-09-16")
    assert again(life, run).state == "overdue"
    life.on("2028-12-01")  # the last books of the cycle have closed
    assert again(life, run).outcome == "unmet"
    told = life.mail("books_closed", "H")[-1]
    assert "9月15日" in dict(told.context["facts"])["专题研讨活动"]


def test_what_was_extended_beyond_the_last_books_is_closed_after_its_own_day(any_database: Engine) -> None:
    life = hainan(any_database, date(2028, 8, 28))
    life.on("2028-08-29")
    run = last_duty(life)
    extend(life, run, "2028-12-31")
    life.on("2028-12-31")
    assert again(life, run).state == "open"
    life.on("2029-01-01")
    assert again(life, run).outcome == "unmet"


def test_what_was_handed_in_by_the_extended_day_is_not_late(any_database: Engine) -> None:
    life = hainan(any_database, date(2025, 9, 28))
    life.on("2025-09-29")
    (run,) = life.duties("H", "year_plan")
    extend(life, run, "2025-10-20")
    life.on("2025-10-15")
    life.hand_in("H", again(life, run))
    (credit,) = life.rows(select(CREDITS).where(CREDITS.c.duty_id == run.subject_id))
    assert credit.late is False


def test_what_is_returned_keeps_its_extended_deadline(any_database: Engine) -> None:
    life = hainan(any_database, date(2025, 9, 1))
    life.on("2025-09-10")
    (run,) = life.duties("H", "theme")
    extend(life, run, "2025-12-31")
    life.hand_in("H", again(life, run), theme="阅读")
    life.act("bureau", "return", again(life, run), reason="缺分工")
    assert life.due_on(again(life, run)) == date(2025, 12, 31)


def test_missed_deadline_that_is_extended_is_open_again(any_database: Engine) -> None:
    life = hainan(any_database, date(2025, 9, 28))
    life.on("2025-10-03")
    run = next(one for one in life.duties("H", "seminar") if one.state == "overdue")
    with pytest.raises(Refused) as refused:
        extend(life, run, "2025-10-02")
    assert refused.value.because == "too_early"
    extend(life, run, "2025-10-20")
    assert (again(life, run).state, life.due_on(again(life, run))) == ("open", date(2025, 10, 20))
    assert life.mail("extended", "H")
    life.on("2025-10-21")
    assert (again(life, run).state, life.due_on(again(life, run))) == ("overdue", date(2025, 10, 20))


def test_studio_that_pauses_over_the_end_of_its_books_loses_nothing(any_database: Engine) -> None:
    """What fell due in the pause is not closed as unmet: its days are given back when the studio goes on."""
    from flows.office.findings import note_loss

    life = hainan(any_database, date(2028, 8, 28))
    life.on("2028-08-29")
    run, actor, seat = last_duty(life), life.actor("bureau"), life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, actor, seat, "病休")
    life.on("2028-09-05")
    assert again(life, run).state == "open"
