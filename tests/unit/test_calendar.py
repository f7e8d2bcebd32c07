"""Working days, due dates and reminders against dates the State Council and the programmes fix."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.engine.calendar import (
    CalendarDay,
    Due,
    Rung,
    Span,
    Term,
    WorkCalendar,
    at_local,
    completed_years,
    default_terms,
    due_after,
    due_before,
    end_of_day,
    latest_rung,
    local_day,
    next_rung,
    rungs,
    start_of_day,
    years_before,
)
from flows.engine.calendar_seed import gazetted_days
from flows.engine.clock import SystemClock, VirtualClock

CALENDAR = WorkCalendar.of(gazetted_days(range(2015, 2029)))
BARE = WorkCalendar({})
LADDER = (-14, -7, -3, -1, 0, 1, 7)


def facts(due: Due) -> dict[str, str]:
    return {step.label: step.text for step in due.steps}


def days_of(ladder: list[Rung]) -> list[tuple[int, date]]:
    return [(rung.offset, local_day(rung.at)) for rung in ladder]


def test_make_up_days_of_2026_are_those_of_the_notice() -> None:
    made_up = [day.day for day in gazetted_days([2026]) if day.kind == "makeup"]
    assert made_up == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert all(CALENDAR.is_working(day) and day.weekday() >= 5 for day in made_up)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 1, 1), date(2026, 1, 3), "元旦"),
        (date(2026, 2, 15), date(2026, 2, 23), "春节"),
        (date(2026, 4, 4), date(2026, 4, 6), "清明节"),
        (date(2026, 5, 1), date(2026, 5, 5), "劳动节"),
        (date(2026, 6, 19), date(2026, 6, 21), "端午节"),
        (date(2026, 9, 25), date(2026, 9, 27), "中秋节"),
        (date(2026, 10, 1), date(2026, 10, 7), "国庆节"),
    ],
)
def test_holidays_of_2026_are_those_of_the_notice(first: date, last: date, name: str) -> None:
    listed = [day.day for day in gazetted_days([2026]) if day.kind == "holiday" and day.name == name]
    assert listed == [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_national_day_of_2025_lasts_eight_days_with_two_made_up() -> None:
    free = [day.day for day in gazetted_days([2025]) if day.kind == "holiday" and day.day.month == 10]
    assert free == [date(2025, 10, n) for n in range(1, 9)]
    assert CALENDAR.is_working(date(2025, 9, 28))
    assert CALENDAR.is_working(date(2025, 10, 11))


def test_years_from_2015_to_2026_are_exact_and_later_ones_provisional() -> None:
    assert [year for year in range(2015, 2029) if CALENDAR.provisional_year(year)] == [2027, 2028]
    estimated = gazetted_days([2027])
    assert all(day.provisional and day.kind == "holiday" for day in estimated)
    assert CalendarDay(date(2027, 10, 1), False, "国庆节", "holiday", True) in estimated


def test_year_without_any_data_is_refused() -> None:
    with pytest.raises(ValueError, match="没有 1900 年"):
        gazetted_days([1900])


def test_day_not_listed_is_weekday_or_weekend_and_provisional_in_a_year_not_gazetted() -> None:
    assert CALENDAR.on(date(2026, 3, 4)) == CalendarDay(date(2026, 3, 4), True, None, "weekday")
    assert CALENDAR.on(date(2026, 3, 7)) == CalendarDay(date(2026, 3, 7), False, None, "weekend")
    assert CALENDAR.on(date(2027, 3, 3)) == CalendarDay(date(2027, 3, 3), True, None, "weekday", True)


def test_last_week_of_december_waits_for_the_notice_of_the_next_year() -> None:
    assert not CALENDAR.on(date(2026, 12, 24)).provisional
    assert CALENDAR.on(date(2026, 12, 28)).provisional
    assert not CALENDAR.on(date(2025, 12, 29)).provisional


def test_year_partly_corrected_by_the_bureau_stays_provisional() -> None:
    corrected = CalendarDay(date(2027, 10, 1), False, "国庆节", "holiday")
    assert WorkCalendar.of([*gazetted_days([2027]), corrected]).provisional_year(2027)
    assert not WorkCalendar.of([corrected]).provisional_year(2027)


def test_calendar_day_that_contradicts_its_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="类别"):
        CalendarDay(date(2026, 10, 10), False, "国庆节", "makeup")


def test_calendar_row_under_another_day_is_refused() -> None:
    with pytest.raises(ValueError, match="同一天"):
        WorkCalendar({date(2026, 1, 2): CalendarDay(date(2026, 1, 1), False, "元旦", "holiday")})


def test_working_days_step_over_the_holiday_and_take_the_make_up_days() -> None:
    assert CALENDAR.add_working_days(date(2025, 9, 25), 10) == date(2025, 10, 15)
    assert CALENDAR.add_working_days(date(2026, 9, 28), 10) == date(2026, 10, 16)
    assert CALENDAR.add_working_days(date(2026, 9, 28), 10, first_day_counted=True) == date(2026, 10, 15)
    assert CALENDAR.add_working_days(date(2026, 10, 3), 1, first_day_counted=True) == date(2026, 10, 8)
    assert CALENDAR.add_working_days(date(2026, 10, 8), -1) == date(2026, 9, 30)


def test_working_days_between_leaves_out_the_first_and_counts_backwards_below_zero() -> None:
    assert CALENDAR.working_days_between(date(2026, 9, 30), date(2026, 10, 8)) == 1
    assert CALENDAR.working_days_between(date(2026, 10, 8), date(2026, 9, 30)) == -1
    assert CALENDAR.working_days_between(date(2026, 10, 8), date(2026, 10, 8)) == 0


def test_nearest_working_day_may_be_the_day_itself() -> None:
    assert CALENDAR.next_working(date(2026, 10, 10)) == date(2026, 10, 10)
    assert CALENDAR.next_working(date(2026, 10, 1)) == date(2026, 10, 8)
    assert CALENDAR.previous_working(date(2026, 10, 7)) == date(2026, 9, 30)


def test_day_in_china_begins_at_sixteen_hours_utc_of_the_day_before() -> None:
    assert start_of_day(date(2026, 1, 6)) == datetime(2026, 1, 5, 16, tzinfo=UTC)
    assert end_of_day(date(2026, 1, 6)) == start_of_day(date(2026, 1, 7))
    assert at_local(date(2026, 1, 6), 8, 30) == datetime(2026, 1, 6, 0, 30, tzinfo=UTC)
    assert local_day(datetime(2026, 1, 5, 15, 59, tzinfo=UTC)) == date(2026, 1, 5)
    assert local_day(datetime(2026, 1, 5, 16, 0, tzinfo=UTC)) == date(2026, 1, 6)
    assert end_of_day(date(2026, 1, 6)).tzinfo is UTC


def test_local_day_of_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        local_day(datetime(2026, 1, 5))  # noqa: DTZ001  the mistake itself


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ("10 working days", Span(10, "working_day"), "10 个工作日"),
        ("1 day", Span(1, "day"), "1 天"),
        ("3 school years", Span(3, "school_year"), "3 个学年"),
        ("2  weeks", Span(2, "week"), "2 周"),
        ("1 class hour", Span(1, "class_hour"), "1 个课时"),
    ],
)
def test_span_reads_and_writes_its_phrase(text: str, span: Span, words: str) -> None:
    assert Span.parse(text) == span
    assert str(span) == " ".join(text.split())
    assert span.chinese == words


@pytest.mark.parametrize("text", ["", "ten days", "10", "10 fortnights", "-3 days", "1.5 days", "3 days after end"])
def test_span_that_is_no_phrase_is_refused_with_the_form_expected(text: str) -> None:
    with pytest.raises(ValueError, match="10 working days"):
        Span.parse(text)


def test_span_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="至少是 1"):
        Span.parse("0 days")


def test_months_keep_the_day_number_or_end_with_a_shorter_month() -> None:
    assert due_after(date(2025, 11, 30), Span.parse("3 months"), CALENDAR).on == date(2026, 2, 28)
    assert due_after(date(2026, 1, 15), Span.parse("3 months"), CALENDAR).on == date(2026, 4, 15)
    assert due_after(date(2024, 2, 29), Span.parse("1 year"), CALENDAR).on == date(2025, 2, 28)


def test_three_years_from_the_plaque_end_on_the_day_before_its_anniversary() -> None:
    cycle = due_after(date(2025, 5, 10), Span.parse("3 years"), CALENDAR, first_day="counted")
    assert cycle.on == date(2028, 5, 9)
    assert not cycle.provisional


@pytest.mark.capability(75)
def test_notice_of_seven_days_counts_the_posting_day_and_does_not_roll() -> None:
    notice = due_after(date(2025, 4, 14), Span.parse("7 days"), CALENDAR, first_day="counted", start_label="张榜日")
    assert notice.on == date(2025, 4, 20)
    assert local_day(notice.at) == date(2025, 4, 21)
    assert [step.label for step in notice.steps] == ["张榜日", "时限", "结果"]


def test_weeks_are_seven_days_each() -> None:
    assert due_after(date(2025, 4, 14), Span.parse("2 weeks"), CALENDAR).on == date(2025, 4, 28)


@pytest.mark.capability(75)
def test_last_day_in_the_holiday_rolls_only_where_asked() -> None:
    span = Span.parse("3 months")
    assert due_after(date(2025, 7, 1), span, CALENDAR).on == date(2025, 10, 1)
    rolled = due_after(date(2025, 7, 1), span, CALENDAR, roll="next_working_day")
    assert rolled.on == date(2025, 10, 9)
    assert facts(rolled)["顺延"] == "10月1日 周三 国庆节放假，顺延到10月9日 周四"


def test_last_day_on_a_make_up_saturday_does_not_roll() -> None:
    due = due_after(date(2026, 9, 10), Span.parse("1 month"), CALENDAR, roll="next_working_day")
    assert due.on == date(2026, 10, 10)
    assert "顺延" not in facts(due)


def test_last_day_on_a_weekend_rolls_to_monday() -> None:
    due = due_after(date(2026, 3, 4), Span.parse("3 days"), CALENDAR, roll="next_working_day")
    assert facts(due)["顺延"] == "3月7日 周六 休息，顺延到3月9日 周一"


def test_due_date_explains_itself_one_fact_a_step() -> None:
    due = due_after(date(2026, 9, 28), Span.parse("10 working days"), CALENDAR)
    assert [(step.label, step.text) for step in due.steps] == [
        ("收到日", "2026年9月28日 周一，当日不计入"),
        ("时限", "10 个工作日，从9月29日 周二起算"),
        ("放假与补班", "周末不计；国庆节 10月1日至10月7日放假，不计；10月10日 周六补班，计入"),
        ("结果", "10月16日 周五 24:00 截止"),
    ]


def test_long_span_of_working_days_sums_its_holidays_in_one_step() -> None:
    due = due_after(date(2025, 12, 31), Span.parse("200 working days"), CALENDAR)
    assert facts(due)["放假与补班"].startswith("周末不计；节假日放假共 ")
    assert len(due.steps) <= 6


def test_working_days_that_touch_a_year_not_gazetted_are_provisional() -> None:
    due = due_after(date(2026, 12, 18), Span.parse("10 working days"), CALENDAR)
    assert due.provisional
    assert facts(due)["结果"] == "2027年1月4日 周一 24:00 截止"
    assert "暂定" in facts(due)
    assert not due_after(date(2026, 12, 1), Span.parse("10 working days"), CALENDAR).provisional


def test_calendar_days_in_a_year_not_gazetted_are_provisional_only_if_they_may_roll() -> None:
    assert not due_after(date(2027, 2, 1), Span.parse("7 days"), CALENDAR).provisional
    assert due_after(date(2027, 2, 1), Span.parse("7 days"), CALENDAR, roll="next_working_day").provisional


def test_day_counted_before_never_moves() -> None:
    due = due_before(date(2026, 10, 16), Span.parse("15 days"), CALENDAR)
    assert due.on == date(2026, 10, 1)
    assert due_before(date(2026, 10, 9), Span.parse("2 working days"), CALENDAR).on == date(2026, 9, 30)
    assert due_before(date(2026, 5, 31), Span.parse("3 months"), CALENDAR).on == date(2026, 2, 28)


def test_due_before_says_when_it_rests_on_a_year_not_gazetted() -> None:
    assert due_before(date(2027, 1, 8), Span.parse("3 working days"), CALENDAR).provisional
    assert not due_before(date(2026, 1, 8), Span.parse("3 working days"), CALENDAR).provisional


@pytest.mark.parametrize("count", [due_after, due_before])
def test_class_hours_are_no_measure_of_a_due_date(count: object) -> None:
    with pytest.raises(ValueError, match="课时"):
        count(date(2026, 1, 1), Span.parse("2 class hours"), CALENDAR)  # type: ignore[operator]


def test_age_is_in_completed_years() -> None:
    assert completed_years(date(1985, 6, 15), date(2025, 6, 14)) == 39
    assert completed_years(date(1985, 6, 15), date(2025, 6, 15)) == 40
    assert completed_years(date(2000, 2, 29), date(2001, 2, 28)) == 1
    assert completed_years(date(2000, 2, 29), date(2001, 2, 27)) == 0


def test_age_before_birth_is_refused() -> None:
    with pytest.raises(ValueError, match="早于"):
        completed_years(date(2026, 1, 2), date(2026, 1, 1))


def test_last_five_years_begin_on_the_same_day() -> None:
    assert years_before(date(2026, 3, 31), 5) == date(2021, 3, 31)
    assert years_before(date(2024, 2, 29), 5) == date(2019, 2, 28)


def test_ladder_is_sent_at_eight_on_the_days_from_the_due_day() -> None:
    sent = rungs(date(2026, 3, 25), date(2026, 3, 1), LADDER, CALENDAR)
    assert days_of(sent) == [
        (-14, date(2026, 3, 11)),
        (-7, date(2026, 3, 18)),
        (-3, date(2026, 3, 20)),
        (-1, date(2026, 3, 24)),
        (0, date(2026, 3, 25)),
        (1, date(2026, 3, 26)),
        (7, date(2026, 4, 1)),
    ]
    assert {rung.at.hour for rung in sent} == {0}


def test_rungs_before_the_work_arrived_fall_out() -> None:
    sent = rungs(date(2026, 3, 25), date(2026, 3, 20), LADDER, CALENDAR)
    assert days_of(sent)[0] == (-3, date(2026, 3, 20))


def test_rungs_keep_out_of_the_holiday_but_for_the_due_day() -> None:
    sent = rungs(date(2026, 10, 4), date(2026, 9, 1), LADDER, CALENDAR)
    assert days_of(sent) == [
        (-14, date(2026, 9, 20)),
        (-7, date(2026, 9, 24)),
        (-1, date(2026, 9, 30)),
        (0, date(2026, 10, 4)),
        (1, date(2026, 10, 8)),
        (7, date(2026, 10, 12)),
    ]


def test_rung_moved_forward_by_a_free_day_is_not_before_arrival() -> None:
    sent = rungs(date(2026, 10, 6), date(2026, 10, 2), (-3, 0), CALENDAR)
    assert days_of(sent) == [(-3, date(2026, 10, 2)), (0, date(2026, 10, 6))]


def test_rungs_that_meet_become_the_later_one() -> None:
    sent = rungs(date(2026, 9, 30), date(2026, 9, 1), (1, 3, 7), CALENDAR)
    assert days_of(sent) == [(7, date(2026, 10, 8))]


def test_next_and_latest_rung_divide_the_ladder_at_a_moment() -> None:
    sent = rungs(date(2026, 3, 25), date(2026, 3, 1), LADDER, CALENDAR)
    at_eight = at_local(date(2026, 3, 18), 8)
    assert latest_rung(sent, at_eight) == Rung(at_eight, -7)
    assert next_rung(sent, at_eight) == Rung(at_local(date(2026, 3, 20), 8), -3)
    assert latest_rung(sent, start_of_day(date(2026, 3, 1))) is None
    assert next_rung(sent, start_of_day(date(2026, 5, 1))) is None


def test_latest_rung_after_a_long_outage_is_the_last_one_alone() -> None:
    sent = rungs(date(2026, 3, 25), date(2026, 3, 1), LADDER, CALENDAR)
    assert latest_rung(sent, start_of_day(date(2026, 6, 1))) == sent[-1]


def test_default_terms_are_a_hundred_and_forty_two_and_a_hundred_and_thirty_two_days() -> None:
    autumn, spring = default_terms(2025)
    assert autumn == Term("2025秋", "autumn", date(2025, 9, 1), date(2026, 1, 20))
    assert spring == Term("2026春", "spring", date(2026, 3, 1), date(2026, 7, 10))
    assert [(term.ends_on - term.begins_on).days + 1 for term in (autumn, spring)] == [142, 132]


def test_virtual_clock_moves_only_forwards_and_only_when_told() -> None:
    clock = VirtualClock(at_local(date(2026, 1, 6), 8))
    assert clock.advance(days=3) == clock.now() == at_local(date(2026, 1, 9), 8)
    assert clock.advance(start_of_day(date(2026, 1, 10))) == start_of_day(date(2026, 1, 10))
    assert clock.monotonic() == timedelta(days=3, hours=16).total_seconds()
    with pytest.raises(ValueError, match="倒拨"):
        clock.advance(days=-1)
    with pytest.raises(ValueError, match="两者给一个"):
        clock.advance()


def test_virtual_clock_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        VirtualClock(datetime(2026, 1, 6))  # noqa: DTZ001  the mistake itself


def test_system_clock_speaks_utc_and_never_runs_backwards() -> None:
    clock = SystemClock()
    first, second = clock.monotonic(), clock.monotonic()
    assert clock.now().tzinfo is UTC
    assert second >= first
