"""How a scenario may be worded: ranges of days, titles in the place of names, whereabouts; what means nothing is refused."""

from dataclasses import replace
from datetime import date

import pytest

from flows.programme import load
from flows.rehearsal.bodies import OUTSIDE, titles
from flows.rehearsal.called import by_names, called, name_called
from flows.rehearsal.grading import places_of
from flows.rehearsal.naming import fills_by_name
from flows.rehearsal.profiles import UnknownFact, as_facts
from flows.rehearsal.ranges import each_day, is_on, range_of
from flows.rehearsal.scenario import Case, Step
from flows.rehearsal.spelling import spelled
from flows.rehearsal.synonyms import as_contents
from flows.rehearsal.ways import by_ways
from flows.rehearsal.whereabouts import placed
from flows.rehearsal.worded import worded

FIRST, LAST = date(2027, 5, 1), date(2027, 5, 5)


@pytest.mark.parametrize(
    "said", ["2027-05-01…2027-05-05", "2027-05-01 ~ 2027-05-05", "2027-05-01至2027-05-05", ["2027-05-01", "2027-05-05"]]
)
def test_range_is_read_in_every_way_people_write_it(said: object) -> None:
    assert range_of(said) == (FIRST, LAST)
    assert len(list(each_day(said))) == 5
    assert is_on(said, date(2027, 5, 3))
    assert not is_on(said, date(2027, 5, 6))


@pytest.mark.parametrize("said", ["2027-05-01", "2027-02-30…2027-03-02", "五一", ["L1", "L2"], None])
def test_what_is_no_range_of_days_is_none(said: object) -> None:
    assert range_of(said) is None


def test_title_stands_for_a_name_where_only_one_has_it() -> None:
    beihai = load("beihai")
    assert name_called(beihai, "学期考核") == "semester"
    assert name_called(beihai, "年度工作计划") == "year_plan"
    assert name_called(beihai, "报告") == "报告"  # several have it
    assert name_called(beihai, "没有这一件") == "没有这一件"
    assert called({"assistant": "主持人助手", "member": "成员"}, "助手") == "assistant"


def test_grades_are_given_by_period_or_by_assessment() -> None:
    beihai = load("beihai")
    wanted = {"semester@2025秋": "合格", "semester@2026春": "优秀"}
    assert places_of(beihai, {"2025秋": "合格", "学期考核@2026春": "优秀"}) == wanted
    assert places_of(beihai, {"semester": {"2025秋": "合格", "2026春": "优秀"}}) == wanted


def test_county_and_area_say_where_somebody_works() -> None:
    assert placed({"county": "甲县"}, []) == {"body": "county_a_school"}
    assert placed({"county": "丙县"}, ["丙县"]) == {"body": "丙县_school"}
    assert placed({"area": "other"}, []) == {"body": OUTSIDE}
    assert placed({"area": "province", "school": "county_b_school1"}, []) == {"body": "county_b_school1"}


@pytest.mark.parametrize("facts", [{"county": "丁县"}, {"area": "月球"}, {"serves": "nobody"}])
def test_whereabouts_that_mean_nothing_are_refused(facts: dict[str, str]) -> None:
    with pytest.raises(UnknownFact, match=r"可以写|有："):
        placed(facts, [])


def test_facts_are_read_in_display_words_and_as_lists() -> None:
    on = date(2025, 10, 1)
    assert as_facts({"post": "校长", "employment": "在编"}, on) == {"post": "principal", "established": True}
    assert as_facts({"honour": []}, on)["lacks"] == ["honour"]
    assert as_facts({"honour": [{"level": "county"}, {"level": "city"}]}, on)["has"] == [
        {"honour": "", "level": "county"},
        {"honour": "", "level": "city"},
    ]


def test_path_is_called_by_what_it_gives() -> None:
    township = load("township-subject-master")
    step = Step(1, FIRST, by="host", do="submit", to=("county", "studio/township", "join/N", "studio/plan@cycle"))
    case = by_ways(township, Case(1, "", {}, (step,)))
    assert case.steps[0].to == ("to_county", "studio/to_township", "join/N", "studio/plan@cycle")
    named = by_ways(township, Case(1, "", {"people": {"county": {}}}, (replace(step, to=("county",)),)))
    assert named.steps[0].to == ("county",)  # somebody is called so


def test_agenda_names_what_else_was_held() -> None:
    district = load("district-class-teacher")
    step = Step(
        1, FIRST, by="host", do="submit", to=("studio/meeting@2027春#1",), payload={"agenda": ["study", "闲谈"]}
    )
    case = by_ways(district, Case(1, "", {}, (step,)))
    assert case.steps[0].to == ("studio/meeting@2027春#1", "studio/study@2027春#1")


def test_body_is_called_by_its_level_or_as_the_glossary_does() -> None:
    departmental = titles(load("departmental-class-teacher"))
    assert departmental["leading_group"] == "group"
    assert "county" not in departmental  # no body of this level
    assert titles(load("district-class-teacher"))["district"] == "bureau"


def test_unsealed_form_is_a_paper_that_lacks() -> None:
    assert as_contents("submit", {"seal": "no"}) == {"lacks": "盖章"}


def test_expectations_in_other_words_say_the_same() -> None:
    beihai = load("beihai")
    assert worded(beihai, "cycle", {"studio": "2027-05-01…2027-05-05"}) == {
        "studio": {"from": "2027-05-01", "to": "2027-05-05"}
    }
    assert worded(beihai, "roster", {"studio": {"has": ["L1"], "without": "L2"}}) == {
        "studio": {"L1": "in", "L2": "out"}
    }
    assert worded(beihai, "count", {"of": "money", "fund": "base", "is": 1}) == {"money": {"fund": "base"}, "is": 1}
    assert worded(beihai, "standing", {"studio": ["撤销", "lapsed"]}) == {"studio": ["revoked", "lapsed"]}
    assert spelled("money", {"studio": "1.5万元"}) == [{"studio": "studio", "total": "1.5万元"}]
    assert worded(beihai, "cycle", {"studio": 2}) == {"studio": {"number": 2}}
    assert worded(beihai, "cycle", {"studio": "studio", "number": 2}) == {"studio": "studio", "number": 2}
    assert worded(beihai, "money", {"base": "20000元"}) == [{"fund": "base", "amount": "20000元"}]
    assert worded(beihai, "money", {"medal": "20000元"}) == {"medal": "20000元"}
    assert worded(beihai, "document", {"kind": "表彰", "to": "studio"}) == {"kind": "commend", "to": "studio"}


def test_leave_names_its_day_in_several_ways() -> None:
    for key in ("starts", "date", "on"):
        assert as_contents("ask_leave", {key: "2025-10-20"}) == {"held_on": "2025-10-20"}


def test_role_may_be_written_by_its_title() -> None:
    step = Step(1, FIRST, do="submit", to=("join/M",), payload={"role": "助理", "reason": "学员"})
    named = by_names(load("beihai"), Case(1, "", {}, (step,)))
    assert named.steps[0].payload == {"role": "assistant", "reason": "学员"}


def test_seat_is_filled_by_naming_only_where_the_text_leaves_it_to_somebody() -> None:
    chifeng = load("chifeng")
    seat = Step(1, FIRST, by="host", do="seat", to=("studio",))
    assert fills_by_name(chifeng, replace(seat, payload={"adviser": "K1", "assistant": "Z1"}))
    assert fills_by_name(chifeng, replace(seat, to=("adviser/K1",)))
    assert not fills_by_name(chifeng, replace(seat, to=("join/M1",)))
    assert not fills_by_name(chifeng, replace(seat, payload={"member": "M1"}))
