"""The forecast of a round over the real calendar of 2026: 中秋, 国庆, make-up days, and a year not yet gazetted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flows.engine.calendar import WorkCalendar
from flows.engine.calendar_seed import gazetted_days
from flows.engine.rulebook import StepRule
from flows.office.timeline import Circumstances, Dates, ExpertGroup, Finding, Share, Timeline, Unmanned, forecast
from flows.programme import load
from flows.regulations import Regulations

CALENDAR = WorkCalendar.of(gazetted_days(range(2025, 2029)))
LADDER = (-14, -7, -3, -1, 0, 1, 7)
TODAY = date(2026, 8, 31)
AUTUMN = Dates(date(2026, 9, 7), date(2026, 9, 30))


def steps(changes: Mapping[str, Any] | None = None) -> list[StepRule]:
    programme, book = load("chifeng"), Regulations()
    return [book._make(programme, "apply", step.name, changes or {}) for step in programme.path("apply").steps]


def plan(dates: Dates = AUTUMN, known: Circumstances | None = None, today: date = TODAY) -> Timeline:
    return forecast(steps(), dates, CALENDAR, LADDER, today, known)


def finding(found: Timeline, key: str) -> Finding:
    return next(one for one in found.findings if one.key == key)


def days(found: Timeline) -> dict[str, tuple[date, date]]:
    return {one.key: (one.starts_on, one.ends_on) for one in found.stretches}


def test_school_review_after_national_day_counts_the_makeup_saturday() -> None:
    found = plan()
    assert days(found)["application"] == (date(2026, 9, 7), date(2026, 9, 30))
    # 国庆 1–7 Oct is free, Saturday 10 Oct is worked: 8, 9, 10, 12, 13.
    assert days(found)["school_review"] == (date(2026, 10, 8), date(2026, 10, 13))
    assert days(found)["county_review"] == (date(2026, 10, 14), date(2026, 10, 27))
    why = " ".join(step.text for step in found.stretches[1].due.steps)
    assert "国庆节" in why
    assert "10月10日" in why


def test_notice_begins_on_the_first_working_day_after_the_experts_and_counts_calendar_days() -> None:
    found = plan()
    ends = days(found)["expert_review"][1]
    starts, last = days(found)["notice"]
    assert starts == CALENDAR.next_working(date.fromordinal(ends.toordinal() + 1))
    assert (last - starts).days == 6


def test_inquiry_is_shown_only_as_what_may_happen() -> None:
    inquiry = plan().stretches[-1]
    assert inquiry.kind == "conditional"
    assert inquiry.starts_on > days(plan())["notice"][1]
    assert plan().last_day == days(plan())["plaque"][1]


def test_step_that_reaches_into_an_ungazetted_year_is_provisional() -> None:
    found = plan(replace(AUTUMN, closes_on=date(2026, 10, 30)))
    late = {one.key for one in found.stretches if one.due.provisional}
    assert "plaque" in late
    assert "school_review" not in late
    assert "2027 年放假安排未公布" in finding(found, "provisional").says


def test_fixed_day_of_the_timetable_replaces_the_span() -> None:
    found = plan(replace(AUTUMN, timetable={"county_review": date(2026, 10, 23)}))
    assert days(found)["county_review"][1] == date(2026, 10, 23)
    assert days(found)["expert_review"][0] == date(2026, 10, 26)


def test_fixed_day_before_the_work_arrives_names_the_two_rules_that_collide() -> None:
    found = plan(replace(AUTUMN, timetable={"county_review": date(2026, 10, 12)}))
    assert not found.launchable
    says = finding(found, "collision/county_review").says
    assert "10月12日" in says
    assert "10月13日" in says
    assert "5 个工作日" in says


def test_changed_span_moves_every_later_step() -> None:
    changed = {"school_review": {"within": {"value": "7 working days", "reason": "学校多"}}}
    found = forecast(steps(changed), AUTUMN, CALENDAR, LADDER, TODAY)
    assert days(found)["school_review"][1] == date(2026, 10, 15)
    assert days(found)["county_review"][0] == date(2026, 10, 16)
    assert found.stretches[1].origin["kind"] == "decision"


def test_reminder_of_a_free_day_is_drawn_on_the_working_day_before() -> None:
    intake = plan().stretches[0]
    # 27 Sep (three days before) is 中秋; the last working day before is 24 Sep.
    assert date(2026, 9, 24) in intake.reminders
    assert all(CALENDAR.is_working(day) for day in intake.reminders)


@pytest.mark.parametrize(
    ("closes_on", "key", "level", "words"),
    [
        (date(2026, 9, 30), "before_rest", "warn", "10月8日"),
        (date(2026, 9, 26), "closing", "warn", "中秋节放假"),
        (date(2026, 9, 20), "closing", "pass", ""),  # a Sunday that is worked
        (date(2026, 9, 1), "reversed", "block", "没有一天能申报"),
    ],
)
def test_closing_day_is_judged_by_the_real_calendar(closes_on: date, key: str, level: str, words: str) -> None:
    one = finding(plan(replace(AUTUMN, closes_on=closes_on)), key)
    assert one.level == level
    assert words in one.says


def test_closing_day_in_the_past_blocks() -> None:
    assert not plan(today=date(2026, 10, 8)).launchable


def test_notice_over_national_day_is_warned_of() -> None:
    early = Dates(date(2026, 7, 1), date(2026, 8, 18))
    found = plan(early, today=date(2026, 7, 1))
    starts, last = days(found)["notice"]
    assert starts <= date(2026, 10, 1) <= last
    assert finding(found, "notice_rest").level == "warn"


def test_county_without_officer_blocks_and_school_only_warns() -> None:
    known = Circumstances(
        unmanned=(Unmanned("county", "旗县区", ("宁城县",), 12), Unmanned("school", "学校", ("实验中学",), 186))
    )
    found = plan(known=known)
    assert finding(found, "officers/county").level == "block"
    assert finding(found, "officers/school").level == "warn"
    assert all(one.remedy for level in ("block", "warn") for one in found.of(level))


def test_too_few_experts_after_conflicts_block_the_launch() -> None:
    assert finding(plan(known=Circumstances(experts=9, available=6)), "experts").level == "block"
    assert finding(plan(known=Circumstances(experts=9, available=7)), "experts").level == "pass"


def test_load_above_the_limit_says_how_many_to_appoint() -> None:
    known = Circumstances(experts=30, available=30, groups=(ExpertGroup("幼儿园", 11, 2), ExpertGroup("初中", 18, 9)))
    one = finding(plan(known=known), "load/幼儿园")
    assert one.level == "warn"
    assert "27.5" in one.says
    assert "再聘 3 人" in one.says


def test_places_missing_below_the_least_or_too_few_are_found() -> None:
    shares = (Share("county", "红山区", 3, 2, 1), Share("round", "全部", None, 12))
    found = plan(known=Circumstances(shares=shares, counties=("红山区", "松山区")))
    assert finding(found, "least/红山区").level == "block"
    assert "松山区" in finding(found, "quotas").says
    assert finding(found, "places").says.startswith("各旗县区最多推荐 2 件")
