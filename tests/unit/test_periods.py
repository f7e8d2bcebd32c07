"""Periods of a cycle: the numbers of the bureau's calendar, the first instance, and what is left out."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from flows.engine.calendar import Term, add_months
from flows.engine.periods import CycleDays, Period, paid_periods, periods, phase_days, school_year_of, terms_around

AUTUMN = date(2025, 9, 1)


@dataclass(frozen=True)
class Some:
    months: tuple[int, ...] = ()
    semesters: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    phases: tuple[str, ...] = ()


def cycle(begins_on: date = AUTUMN, years: int = 3, **more: object) -> CycleDays:
    ends_on = add_months(begins_on, 12 * years) - timedelta(days=1)
    return CycleDays(begins_on, ends_on, terms=terms_around((), begins_on, ends_on), **more)  # type: ignore[arg-type]


def keys(kind: str, of: CycleDays, **more: object) -> list[str]:
    return [one.key for one in periods(kind, of, **more) if not one.waived]  # type: ignore[arg-type]


def test_semester_has_as_many_whole_weeks_as_the_calendar_says() -> None:
    weeks = keys("school_week", cycle())
    counted = {term.key: sum(key.startswith(f"{term.key}#") for key in weeks) for term in cycle().terms}
    assert counted == {"2025秋": 20, "2026春": 18, "2026秋": 19, "2027春": 18, "2027秋": 19, "2028春": 18}


def test_fortnights_leave_out_what_is_left_of_a_semester() -> None:
    windows = [one for one in periods("fortnight", cycle()) if one.key.startswith("2025秋#")]
    assert len(windows) == 10
    assert (windows[0].begins_on, windows[0].ends_on) == (date(2025, 9, 1), date(2025, 9, 14))
    assert (windows[2].begins_on, windows[2].ends_on) == (date(2025, 9, 29), date(2025, 10, 12))
    assert windows[-1].ends_on == date(2026, 1, 18)
    assert sum(key.startswith("2026春#") for key in keys("fortnight", cycle())) == 9


@pytest.mark.capability(35)
def test_every_kind_has_its_key() -> None:
    of = cycle(phases=(Period("one", AUTUMN, date(2026, 8, 31)),))
    first = {kind: periods(kind, of)[0].key for kind in (
        "week", "school_week", "fortnight", "month", "semester", "half_year", "school_year", "programme_year", "phase", "cycle",
    )}  # fmt: skip
    assert first == {
        "week": "2025-W36", "school_week": "2025秋#1", "fortnight": "2025秋#1", "month": "2025-09", "semester": "2025秋",
        "half_year": "h1", "school_year": "2025/26", "programme_year": "y1", "phase": "one", "cycle": "cycle",
    }  # fmt: skip
    assert periods("setup", of) == periods("call", of) == []


def test_week_of_the_turn_of_the_year_is_named_as_the_calendar_counts_it() -> None:
    assert "2026-W01" in keys("week", cycle())
    assert "2026-W53" in keys("week", cycle())


@pytest.mark.capability(34)
def test_years_of_a_cycle_end_with_it() -> None:
    years = periods("programme_year", cycle(date(2025, 5, 8)))
    assert [(one.begins_on, one.ends_on) for one in years] == [
        (date(2025, 5, 8), date(2026, 5, 7)), (date(2026, 5, 8), date(2027, 5, 7)), (date(2027, 5, 8), date(2028, 5, 7)),
    ]  # fmt: skip
    assert keys("half_year", cycle(years=2)) == ["h1", "h2", "h3", "h4"]


def test_month_is_clamped_to_the_end_of_a_shorter_one() -> None:
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)
    halves = periods("half_year", cycle(date(2025, 8, 31), years=2))
    assert [one.begins_on for one in halves] == [
        date(2025, 8, 31), date(2026, 2, 28), date(2026, 8, 31), date(2027, 2, 28),
    ]  # fmt: skip


def test_years_do_not_take_what_is_left_of_a_longer_cycle() -> None:
    phases = phase_days(
        date(2025, 3, 1), [("one", date(2026, 3, 31)), ("two", date(2027, 3, 31)), ("three", date(2028, 3, 31))]
    )
    of = CycleDays(date(2025, 3, 1), date(2028, 3, 31), phases, terms_around((), date(2025, 3, 1), date(2028, 3, 31)))
    assert keys("programme_year", of) == ["y1", "y2", "y3"]
    assert [one.begins_on for one in phases] == [date(2025, 3, 1), date(2026, 4, 1), date(2027, 4, 1)]
    trainings = keys("month", of, only=Some(phases=("one",)))
    assert (len(trainings), trainings[0], trainings[-1]) == (13, "2025-03", "2026-03")


@pytest.mark.parametrize(
    ("kind", "begins_on", "owed"),
    [
        ("month", date(2025, 9, 24), True),  # seven days are left
        ("month", date(2025, 9, 25), False),
        ("semester", date(2025, 12, 22), True),  # thirty
        ("semester", date(2025, 12, 23), False),
        ("school_year", date(2026, 6, 3), True),  # ninety
        ("school_year", date(2026, 6, 4), False),
        ("week", date(2025, 9, 1), True),
        ("week", date(2025, 9, 2), False),
        ("fortnight", date(2025, 9, 2), False),
    ],
)
def test_first_instance_is_waived_when_little_is_left(kind: str, begins_on: date, *, owed: bool) -> None:
    assert periods(kind, cycle(begins_on))[0].waived is not owed


def test_period_belongs_to_the_cycle_that_has_its_last_day() -> None:
    assert keys("school_year", cycle(date(2025, 10, 9))) == ["2025/26", "2026/27", "2027/28"]
    assert keys("semester", cycle(date(2025, 10, 9)))[-1] == "2028春"
    assert keys("month", cycle(date(2025, 10, 9)))[-1] == "2028-09"


def test_money_is_due_for_the_year_of_the_plaque_and_each_that_begins_in_the_cycle() -> None:
    of = cycle(date(2025, 5, 6))
    assert [one.key for one in paid_periods("school_year", of)] == ["2024/25", "2025/26", "2026/27", "2027/28"]
    assert [one.key for one in paid_periods("school_year", of, first="next_year")] == ["2025/26", "2026/27", "2027/28"]
    assert [one.key for one in paid_periods("programme_year", of)] == ["y1", "y2", "y3"]


@pytest.mark.capability(49)
def test_only_and_skip_name_months_semesters_years_and_phases() -> None:
    assert keys("month", cycle(years=1), only=Some(months=(3,))) == ["2026-03"]
    assert "2026-02" not in keys("month", cycle(), skips=(Some(months=(2, 8)),))
    assert keys("semester", cycle(), only=Some(semesters=("spring",))) == ["2026春", "2027春", "2028春"]
    assert keys("programme_year", cycle(), skips=(Some(years=(3,)), None)) == ["y1", "y2"]
    assert keys("month", cycle(), only=Some(semesters=("autumn",), years=(1,)))[:2] == ["2025-09", "2025-10"]
    assert keys("month", cycle(years=1), only=Some(semesters=("autumn",))) == [
        "2025-09",
        "2025-10",
        "2025-11",
        "2025-12",
    ]


@pytest.mark.capability(49)
def test_bureau_enters_terms_of_its_own() -> None:
    entered = Term("2025秋", "autumn", date(2025, 9, 8), date(2026, 1, 31))
    terms = terms_around([entered], AUTUMN, date(2026, 8, 31))
    assert [term.key for term in terms] == ["2025秋", "2026春"]
    assert terms[0] == entered


def test_school_year_turns_on_the_first_of_september() -> None:
    assert school_year_of(date(2026, 8, 31)).key == "2025/26"
    assert school_year_of(date(2099, 9, 1)).key == "2099/00"
