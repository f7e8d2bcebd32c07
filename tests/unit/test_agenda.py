"""The agenda of a cycle: what opens when, read from the programmes of the library."""

import json
from datetime import date

import pytest

from flows.engine.calendar import WorkCalendar
from flows.engine.calendar_seed import gazetted_days
from flows.programme import from_expanded, library, load
from flows.programme.agenda import Agenda, Item, agenda, cycle_days

CALENDAR = WorkCalendar.of(gazetted_days(range(2024, 2031)))


def of(code: str, begins_on: date, ends_on: date) -> Agenda:
    programme = load(code)
    return agenda(programme, cycle_days(programme, begins_on, ends_on), CALENDAR)


def hainan() -> Agenda:
    return of("hainan", date(2025, 9, 1), date(2028, 8, 31))


def items(found: Agenda, key: str, kind: str = "duty") -> list[Item]:
    return [one for one in found.items if (one.kind, one.key) == (kind, key)]


def test_monthly_duty_opens_with_its_month_and_is_due_on_its_last_day() -> None:
    seminars = items(hainan(), "seminar")
    assert len(seminars) == 36
    assert (seminars[5].period, seminars[5].opens_on, seminars[5].due_on) == (
        "2026-02",
        date(2026, 2, 1),
        date(2026, 2, 28),
    )


def test_report_due_after_the_semester_opens_the_day_after_its_end() -> None:
    report = items(hainan(), "report")[0]
    assert (report.period, report.opens_on, report.due_on) == ("2025秋", date(2026, 1, 21), date(2026, 2, 4))


@pytest.mark.capability(75)
def test_day_after_the_start_by_which_a_person_acts_rolls_over_the_holidays() -> None:
    plan = items(hainan(), "three_years")[0]
    assert (plan.opens_on, plan.due_on) == (date(2025, 9, 1), date(2025, 10, 9))


@pytest.mark.capability(43)
def test_plan_due_before_its_semester_opens_in_time_for_the_first_reminder() -> None:
    found = of("shijiazhuang", date(2025, 9, 1), date(2027, 8, 31))
    first, second, *_ = items(found, "plan")
    assert (first.period, first.opens_on, first.due_on) == ("2025秋", date(2025, 9, 1), date(2025, 9, 16))
    assert (second.period, second.opens_on, second.due_on) == ("2026春", date(2026, 2, 14), date(2026, 2, 28))


@pytest.mark.capability(74)
def test_final_assessment_opens_the_day_after_the_cycle_and_never_before() -> None:
    final = items(hainan(), "final", "assessment")
    assert [(one.opens_on, one.due_on) for one in final] == [(date(2028, 9, 1), date(2028, 10, 30))]
    assert [one.period for one in items(hainan(), "annual", "assessment")] == ["y1", "y2", "y3"]


def test_assessment_in_step_opens_with_the_other() -> None:
    found = of("vocational-class-teacher", date(2025, 10, 9), date(2028, 10, 8))
    (final,), (members,) = items(found, "final", "assessment"), items(found, "members_final", "assessment")
    assert (members.period, members.opens_on, members.due_on) == (final.period, final.opens_on, final.due_on)
    assert members.beside == "final"


@pytest.mark.capability(50)
def test_attendance_is_looked_at_after_each_semester_over_the_cycle_so_far() -> None:
    found = of("vocational-class-teacher", date(2025, 10, 9), date(2028, 10, 8))
    checks = items(found, "check", "attendance")
    assert (checks[0].opens_on, checks[0].begins_on, checks[0].ends_on) == (
        date(2026, 1, 21),
        date(2025, 10, 9),
        date(2026, 1, 20),
    )
    assert checks[1].begins_on == date(2025, 10, 9)


@pytest.mark.capability(65)
def test_money_of_a_school_year_is_due_at_the_plaque_and_on_each_first_of_september() -> None:
    found = items(of("county-master-teacher", date(2025, 5, 6), date(2028, 5, 5)), "base", "fund")
    assert [(one.period, one.opens_on) for one in found] == [
        ("2024/25", date(2025, 5, 6)), ("2025/26", date(2025, 9, 1)), ("2026/27", date(2026, 9, 1)), ("2027/28", date(2027, 9, 1)),
    ]  # fmt: skip


@pytest.mark.capability(62)
def test_renewal_window_opens_before_the_end_and_waits_for_the_result_to_close() -> None:
    (window,) = items(of("chifeng", date(2025, 5, 8), date(2028, 5, 7)), "renew", "window")
    assert (window.opens_on, window.due_on) == (date(2028, 3, 8), None)


def test_books_close_after_each_phase_after_the_cycle_and_when_the_last_report_was_due() -> None:
    found = of("primary-three-year", date(2025, 3, 1), date(2028, 3, 31))
    closing = [(one.kind, one.opens_on) for one in found.items if one.kind in {"books", "expiry"}]
    assert closing[:3] == [("books", date(2026, 4, 1)), ("books", date(2027, 4, 1)), ("expiry", date(2028, 4, 1))]
    assert closing[3][1] > date(2028, 5, 30)


@pytest.mark.capability(34)
def test_phase_has_its_own_duties() -> None:
    found = of("primary-three-year", date(2025, 3, 1), date(2028, 3, 31))
    assert [one.period for one in items(found, "training")][::12] == ["2025-03", "2026-03"]
    assert items(found, "training_later")[0].period == "2026-04"
    (visits,) = items(found, "visits")
    assert (visits.period, visits.opens_on, visits.due_on) == ("one", date(2025, 3, 1), date(2026, 3, 31))


def test_duties_before_the_plaque_and_of_records_are_not_on_the_agenda() -> None:
    found = {one.key for one in of("vocational-class-teacher", date(2025, 10, 9), date(2028, 10, 8)).items}
    assert not {"scheme", "agreement"} & found
    assert "visit_report" not in {
        one.key for one in of("primary-three-year", date(2025, 3, 1), date(2028, 3, 31)).items
    }


def test_agenda_says_what_opens_between_two_days_and_when_the_next_does() -> None:
    found = hainan()
    assert {one.opens_on for one in found.between(date(2025, 9, 30), date(2025, 10, 31))} == {date(2025, 10, 1)}
    assert found.between(None, date(2025, 8, 31)) == ()
    assert found.next_day(date(2025, 9, 1)) == date(2025, 10, 1)
    assert found.next_day(date(2030, 1, 1)) is None


@pytest.mark.parametrize("code", sorted(library()))
def test_every_programme_of_the_library_has_an_agenda_that_ends(code: str) -> None:
    programme = load(code)
    begins_on = date.fromisoformat(programme.cycle.starts) if programme.cycle.starts[0].isdigit() else date(2025, 9, 1)
    cycle = cycle_days(programme, begins_on, begins_on)
    ends_on = cycle.phases[-1].ends_on if cycle.phases else begins_on.replace(year=begins_on.year + 2)
    found = agenda(programme, cycle_days(programme, begins_on, ends_on), CALENDAR)
    assert found.items
    assert all(one.opens_on >= begins_on for one in found.items)
    assert all(one.due_on is None or one.kind == "window" or one.due_on >= one.opens_on for one in found.items)
    assert len({(one.kind, one.key, one.period) for one in found.items}) == len(found.items)


def test_phases_keep_their_order_when_the_programme_is_stored() -> None:
    stored = json.loads(json.dumps(load("primary-three-year").expanded, sort_keys=True))
    phases = cycle_days(from_expanded(stored), date(2025, 3, 1), date(2028, 3, 31)).phases
    assert [one.key for one in phases] == ["one", "two", "three"]
