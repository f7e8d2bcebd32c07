"""What holds of every day, span and ladder, whatever the calendar."""

from datetime import date, timedelta
from typing import get_args

from hypothesis import assume, given
from hypothesis import strategies as st

from flows.engine.calendar import (
    FirstDay,
    Roll,
    Span,
    Unit,
    WorkCalendar,
    add_months,
    completed_years,
    due_after,
    due_before,
    end_of_day,
    local_day,
    rungs,
    start_of_day,
    years_before,
)
from flows.engine.calendar_seed import gazetted_days

CALENDAR = WorkCalendar.of(gazetted_days(range(2015, 2029)))
ONE_DAY = timedelta(days=1)

days = st.dates(date(2015, 1, 1), date(2028, 12, 31))
units = st.sampled_from([unit for unit in get_args(Unit) if unit != "class_hour"])
spans = st.builds(Span, st.integers(1, 60), units)
first_days = st.sampled_from(get_args(FirstDay))
rolls = st.sampled_from(get_args(Roll))
ladders = st.lists(st.integers(-30, 30), unique=True, max_size=9)


@given(days, st.integers(1, 300))
def test_counting_what_was_added_gives_the_number_added(start: date, n: int) -> None:
    reached = CALENDAR.add_working_days(start, n)
    assert CALENDAR.is_working(reached)
    assert CALENDAR.working_days_between(start, reached) == n


@given(days, st.integers(1, 300))
def test_adding_then_taking_away_comes_back_to_a_working_day(start: date, n: int) -> None:
    assume(CALENDAR.is_working(start))
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, n), -n) == start


@given(days, days, days)
def test_working_days_of_two_stretches_add_up(a: date, b: date, c: date) -> None:
    between = CALENDAR.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(days, st.integers(1, 200))
def test_counting_the_first_day_saves_a_day_exactly_when_it_is_a_working_day(start: date, n: int) -> None:
    counted = CALENDAR.add_working_days(start, n, first_day_counted=True)
    assert counted == CALENDAR.add_working_days(start - ONE_DAY, n)
    saves = CALENDAR.is_working(start)
    assert (counted < CALENDAR.add_working_days(start, n)) == saves


@given(days)
def test_nearest_working_days_enclose_only_free_days(day: date) -> None:
    before, after = CALENDAR.previous_working(day), CALENDAR.next_working(day)
    assert before <= day <= after
    assert CALENDAR.working_days_between(before, after) == (0 if before == after else 1)


@given(days, days, spans, first_days, rolls)
def test_work_that_arrives_later_is_never_due_earlier(
    a: date, b: date, span: Span, first: FirstDay, roll: Roll
) -> None:
    early, late = sorted((a, b))
    dues = [due_after(start, span, CALENDAR, first_day=first, roll=roll) for start in (early, late)]
    assert dues[0].on <= dues[1].on


@given(days, st.integers(1, 60), units, first_days, rolls)
def test_longer_span_is_never_due_earlier(start: date, n: int, unit: Unit, first: FirstDay, roll: Roll) -> None:
    dues = [due_after(start, Span(length, unit), CALENDAR, first_day=first, roll=roll) for length in (n, n + 1)]
    assert dues[0].on <= dues[1].on


@given(days, spans, first_days, rolls)
def test_due_date_ends_its_day_and_explains_itself(start: date, span: Span, first: FirstDay, roll: Roll) -> None:
    due = due_after(start, span, CALENDAR, first_day=first, roll=roll)
    assert due.at == end_of_day(due.on) == start_of_day(due.on + ONE_DAY)
    assert 3 <= len(due.steps) <= 6
    assert due.steps[0].label == "收到日"
    assert due.steps[-1].label == "结果"
    assert due.provisional == any(step.label == "暂定" for step in due.steps)


@given(days, spans, first_days)
def test_rolling_reaches_the_next_working_day_and_no_further(start: date, span: Span, first: FirstDay) -> None:
    plain = due_after(start, span, CALENDAR, first_day=first)
    rolled = due_after(start, span, CALENDAR, first_day=first, roll="next_working_day")
    assert rolled.on == CALENDAR.next_working(plain.on)


@given(days, st.builds(Span, st.integers(1, 60), units.filter(lambda unit: unit != "working_day")))
def test_counting_the_first_day_ends_a_calendar_span_one_day_earlier(start: date, span: Span) -> None:
    counted = due_after(start, span, CALENDAR, first_day="counted").on
    assert counted == due_after(start, span, CALENDAR).on - ONE_DAY


@given(days, st.builds(Span, st.integers(1, 60), st.sampled_from(["day", "week"])))
def test_counting_before_undoes_counting_after(start: date, span: Span) -> None:
    assert due_before(due_after(start, span, CALENDAR).on, span, CALENDAR).on == start


@given(days, st.integers(-400, 400))
def test_adding_months_keeps_the_day_number_or_takes_the_last_of_the_month(day: date, n: int) -> None:
    moved = add_months(day, n)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == n
    assert moved.day == day.day or (moved.day < day.day and (moved + ONE_DAY).day == 1)


@given(days, st.integers(0, 80))
def test_age_counts_the_years_that_lie_between(on: date, n: int) -> None:
    assert completed_years(years_before(on, n), on) == n


@given(days)
def test_both_ends_of_a_day_lie_on_it_and_beside_it(day: date) -> None:
    assert local_day(start_of_day(day)) == day
    assert local_day(end_of_day(day)) == day + ONE_DAY
    assert local_day(end_of_day(day) - timedelta(microseconds=1)) == day


@given(days, st.integers(0, 60), ladders)
def test_reminders_are_ordered_distinct_and_never_before_arrival(due_on: date, ahead: int, ladder: list[int]) -> None:
    arrived = due_on - timedelta(days=ahead)
    sent = rungs(due_on, arrived, ladder, CALENDAR)
    assert [rung.at for rung in sent] == sorted({rung.at for rung in sent})
    assert [rung.offset for rung in sent] == sorted(rung.offset for rung in sent)
    for rung in sent:
        day = local_day(rung.at)
        assert day >= arrived
        assert rung.offset == 0 or CALENDAR.is_working(day) or day == arrived
        assert (day > due_on) - (day < due_on) == (rung.offset > 0) - (rung.offset < 0)


@given(days, st.integers(0, 60), ladders.filter(bool))
def test_last_reminder_of_a_ladder_is_never_lost(due_on: date, ahead: int, ladder: list[int]) -> None:
    assume(max(ladder) >= 0)
    assert rungs(due_on, due_on - timedelta(days=ahead), ladder, CALENDAR)[-1].offset == max(ladder)
