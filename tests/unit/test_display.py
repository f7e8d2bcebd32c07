"""Days, spans, sums and names as people read them."""

from datetime import UTC, date, datetime

import pytest

from web.display import (
    CALENDAR,
    Chrome,
    Meter,
    Strip,
    StripStep,
    Today,
    day,
    day_range,
    days_left,
    deadline,
    done_mark,
    due_day,
    due_mark,
    local,
    masked_name,
    masked_phone,
    moment,
    money,
    money_short,
    percent,
    relative,
    share,
    short_range,
)  # fmt: skip
from web.i18n import negotiate, speaking

TODAY = date(2026, 4, 16)
END_OF_8_APRIL = datetime(2026, 4, 8, 16, 0, tzinfo=UTC)


def test_day_names_its_weekday() -> None:
    assert day(date(2026, 4, 8), TODAY) == "4月8日 周三"


def test_day_of_next_year_is_short_when_near_and_whole_when_far() -> None:
    assert day(date(2027, 1, 6), date(2026, 8, 31)) == "1月6日 周三"
    assert day(date(2027, 10, 6), TODAY) == "2027年10月6日 周三"


def test_ranges_are_long_for_periods_and_short_for_holidays() -> None:
    assert day_range(date(2026, 6, 1), date(2026, 6, 7), TODAY) == "6月1日 周一 至 6月7日 周日"
    assert short_range(date(2026, 4, 4), date(2026, 4, 6)) == "4月4–6日"
    assert short_range(date(2026, 4, 28), date(2026, 5, 3)) == "4月28日–5月3日"


def test_midnight_belongs_to_the_day_it_ends() -> None:
    assert due_day(END_OF_8_APRIL) == date(2026, 4, 8)
    assert deadline(END_OF_8_APRIL, TODAY) == "4月8日 周三 截止"
    assert deadline(END_OF_8_APRIL, TODAY, public=True) == "4月8日 周三 24:00 截止"


def test_deadline_within_a_day_says_its_time() -> None:
    assert deadline(datetime(2026, 4, 8, 9, 0, tzinfo=UTC), TODAY) == "4月8日 周三 17:00 截止"


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 4, 8, 9, 0))  # noqa: DTZ001


def test_moments_are_told_from_today() -> None:
    assert relative(datetime(2026, 4, 16, 6, 6, tzinfo=UTC), TODAY) == "今天 14:06"
    assert relative(datetime(2026, 4, 15, 8, 12, tzinfo=UTC), TODAY) == "昨天 16:12"
    assert moment(datetime(2026, 4, 15, 20, 0, tzinfo=UTC), TODAY) == "4月16日 周四 04:00"


@pytest.mark.parametrize(("left", "words"), [(3, "剩 3 个工作日"), (0, "今天截止"), (-1, "逾期 1 个工作日")])
def test_working_days_left_are_said_in_words(left: int, words: str) -> None:
    assert days_left(left) == words


def test_calendar_limits_speak_of_days() -> None:
    assert days_left(3, CALENDAR) == "剩 3 天"


def test_money_is_written_from_fen() -> None:
    assert money(1_873_950) == "18,739.50 元"
    assert money(-5) == "-0.05 元"
    assert money_short(123_400_000) == "123.4 万元"
    assert money_short(99_999_999) == "999,999.99 元"


def test_share_has_no_decimals_unless_asked() -> None:
    assert share(59, 68) == "87%"
    assert share(2, 11, 1) == "18.2%"
    assert share(0, 0) == "—"


def test_names_and_numbers_are_masked() -> None:
    assert masked_phone("13904760218") == "139****0218"
    assert masked_phone("110") == "***"
    assert (masked_name("宋海燕"), masked_name("张伟")) == ("宋*燕", "张*")


def test_lengths_on_a_chart_stay_inside_it() -> None:
    assert [percent(12.5, 100), percent(13, 10), percent(-1, 10), percent(1, 0)] == ["12.5%", "100%", "0%", "0%"]


@pytest.mark.parametrize(("left", "look"), [(-2, "past"), (0, "today"), (3, "soon"), (4, "later")])
def test_due_mark_looks_as_urgent_as_it_is(left: int, look: str) -> None:
    assert due_mark(date(2026, 4, 20), left, TODAY).look == look


def test_due_mark_says_what_is_not_certain_or_stopped() -> None:
    assert due_mark(date(2027, 1, 6), 9, date(2026, 12, 20), provisional=True).label == "1月6日 周三 暂定"
    assert due_mark(date(2026, 4, 20), 2, TODAY, paused=True).label == "计时已暂停"
    assert due_mark(None, 0, TODAY).label == "无时限"


def test_late_finish_is_red_and_says_by_how_much() -> None:
    assert done_mark(date(2026, 4, 1), 4, 5, TODAY).label == "4月1日 周三 办结，用时 4 / 5"
    late = done_mark(date(2026, 4, 1), 6, 5, TODAY)
    assert (late.look, late.label) == ("late", "用时 6 / 5，超 1 个工作日")


def test_meter_warns_on_the_last_two_days_and_reddens_beyond() -> None:
    assert Meter(6, 5).cells == ("blue", "blue", "blue", "amber", "amber", "red")
    assert Meter(1, 4).cells == ("blue", "rest", "rest", "rest")
    assert Meter(16, 16).as_bar
    assert Meter(10, 10).words == "已用 10 / 10 个工作日"


def test_strip_stands_at_its_open_step() -> None:
    steps = (StripStep("申报", "done"), StripStep("学校审核", "returned"), StripStep("公示", "coming"))
    assert Strip(steps).current == 2
    assert Strip(steps[:1]).current == 1


def test_bottom_bar_ends_with_the_menu() -> None:
    chrome = Chrome("白雪梅", "松山区教育局", "赤峰市教育局", (), Today("4月16日 周四", working=True), "token")
    assert [item.href for item in chrome.bottom] == ["/menu"]


def test_english_counts_one_day_and_many() -> None:
    with speaking("en"):
        assert (days_left(1), days_left(2)) == ("1 working day left", "2 working days left")
        assert day(date(2026, 4, 8), TODAY) == "Wed 8 Apr"


def test_language_is_chinese_unless_the_person_chose() -> None:
    assert negotiate(None, "en-US,en;q=0.9") == "zh_CN"
    assert negotiate("auto", "en-US,en;q=0.9") == "en"
    assert negotiate("en", None) == "en"
    assert negotiate("xx", "en") == "zh_CN"
