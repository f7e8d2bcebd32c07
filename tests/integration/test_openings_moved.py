"""What a corrected calendar moves to a day that a cycle has passed already is opened all the same, once."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from flows.engine.calendar import CalendarDay
from flows.office.recount import correct_calendar
from models import Assessment, Cycle
from models.columns import table_of
from tests.life import Life
from tests.world import altered

ASSESSMENTS, CYCLES = table_of(Assessment), table_of(Cycle)


def judged(engine: Engine) -> Life:
    """H of 海南, whose annual assessment opens twenty working days before its year ends: on 3 August 2026."""
    programme = altered("hainan", "opens: 30 days before end", "opens: 20 working days before end")
    life = Life(engine, programme, date(2025, 9, 1), {"M1": "member"}, since=date(2026, 7, 30))
    life.on("2026-08-02")
    return life


def free(life: Life, *days: date) -> int:
    actor = life.actor("bureau")
    holidays = [CalendarDay(day, working=False, name="台风停工", kind="holiday") for day in days]
    with life.at_work() as work:
        return correct_calendar(work, actor, holidays, "bureau", "省政府通知")


def annual(life: Life) -> list[Any]:
    return list(life.rows(select(ASSESSMENTS).where(ASSESSMENTS.c.key == "annual")))


def test_opening_moved_behind_the_day_that_was_looked_at_is_not_lost(any_database: Engine) -> None:
    life = judged(any_database)
    (cycle,) = life.rows(select(CYCLES))
    assert (cycle.opened_to, annual(life)) == (date(2026, 8, 1), [])
    free(life, date(2026, 8, 3), date(2026, 8, 4), date(2026, 8, 5), date(2026, 8, 6))
    life.on("2026-08-03")
    (found,) = annual(life)
    assert found.opens_on < cycle.opened_to
    life.on("2026-08-31")
    assert len(annual(life)) == 1


def test_nothing_else_that_was_passed_is_opened_with_it(any_database: Engine) -> None:
    """Whoever joined later does not owe what fell due before, though the calendar is corrected."""
    life = judged(any_database)
    life.seat("M2", "H", body="county_b_school1")
    before = [one.id for one in life.runs_of("duty")]
    free(life, date(2026, 8, 3), date(2026, 8, 4), date(2026, 8, 5), date(2026, 8, 6))
    assert [one.id for one in life.runs_of("duty")] == before
