"""Criteria against people: boundaries of age, years and dates, groups, waivers, commitments, and whole texts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.programme.criteria import Check, check, unjudged, unmet
from flows.programme.entries import Criterion
from flows.programme.loading import load
from models.facts import CredentialFact, PersonFacts, PostFact

CLOSING = date(2025, 3, 31)
SCHOOL, COUNTY, CITY = 3, 2, 1
PROGRAMMES = Path(__file__).parents[2] / "programmes"


def criterion(**keys: Any) -> Criterion:
    return Criterion.model_validate(keys)


def post(kind: str = "principal", since: date | None = date(2019, 8, 1), **keys: Any) -> PostFact:
    return PostFact(kind, SCHOOL, keys.get("subject", ""), keys.get("established", True), since, keys.get("until"))


def credential(
    kind: str, name: str = "", level: str = "", on: date | None = date(2024, 5, 1), **keys: Any
) -> CredentialFact:
    return CredentialFact(
        kind,
        name,
        level,
        on,
        keys.get("until"),
        keys.get("published", False),
        keys.get("key", False),
        keys.get("confirmed", True),
    )


def person(*posts: PostFact, **keys: Any) -> PersonFacts:
    return PersonFacts(
        born_on=keys.pop("born_on", date(1980, 1, 1)),
        body_id=SCHOOL,
        school_id=SCHOOL,
        lineage=(SCHOOL, COUNTY, CITY),
        posts=posts,
        **keys,
    )


def looked_at(asked: Mapping[str, Any], who: PersonFacts, on: date = CLOSING, **keys: Any) -> Check:
    (found,) = check([criterion(**asked)], who, on, **keys)
    return found


@pytest.mark.capability(12)
@pytest.mark.parametrize(
    ("born_on", "bound", "result"),
    [
        (date(1989, 4, 1), {"at_most": 35}, "passed"),
        (date(1989, 3, 31), {"at_most": 35}, "failed"),
        (date(1989, 4, 1), {"less_than": 35}, "failed"),
        (date(1989, 3, 31), {"more_than": 35}, "passed"),
        (date(1989, 4, 1), {"more_than": 35}, "failed"),
        (date(1989, 3, 31), {"at_least": 36}, "passed"),
        (None, {"at_most": 35}, "failed"),
    ],
)
def test_age_counts_completed_years_and_includes_the_figure(
    born_on: date | None, bound: dict[str, int], result: str
) -> None:
    assert looked_at({"fact": "age", **bound}, person(born_on=born_on)).result == result


def test_age_says_by_how_much_it_misses() -> None:
    found = looked_at({"fact": "age", "at_most": 35}, person(born_on=date(1987, 1, 1)))
    assert found.title == "年龄不超过 35 周岁"
    assert found.reason == "现为 38 周岁，要求不超过 35 周岁，超过 3 岁"


@pytest.mark.parametrize(
    ("since", "bound", "result"),
    [
        (date(2021, 9, 1), {"at_least": 4}, "passed"),
        (date(2021, 9, 2), {"at_least": 4}, "failed"),
        (date(2021, 9, 1), {"more_than": 4}, "failed"),
        (date(2020, 9, 1), {"more_than": 4}, "passed"),
        (None, {"at_least": 4}, "failed"),
    ],
)
def test_years_of_service_are_complete_years(since: date | None, bound: dict[str, int], result: str) -> None:
    asked = {"fact": "years", "as": "class_teacher", **bound}
    assert looked_at(asked, person(post("class_teacher", since)), date(2025, 9, 1)).result == result


def test_years_say_what_is_lacking_and_when_they_will_be_full() -> None:
    asked = {"fact": "years", "as": "class_teacher", "at_least": 4}
    found = looked_at(asked, person(post("class_teacher", date(2021, 9, 2))), date(2025, 9, 1))
    assert found.title == "班主任年限满 4 年"
    assert "现为 3 年，要求满 4 年，还差 1 年" in found.reason
    assert "2025年9月2日满" in found.reason


def test_years_add_up_over_spells_and_count_overlaps_once() -> None:
    asked = {"fact": "years", "as": "class_teacher", "at_least": 4}
    before = post("class_teacher", date(2015, 9, 1), until=date(2017, 8, 31))
    now = post("class_teacher", date(2023, 9, 1))
    day = date(2025, 9, 1)
    assert looked_at(asked, person(before, now), day).result == "passed"
    assert looked_at(asked, person(now, now, replace(now, body_id=9)), day).result == "failed"
    assert looked_at(asked, person(before, replace(now, kind="teacher")), day).result == "failed"


def test_post_that_ended_is_no_post_held() -> None:
    asked = {"fact": "post", "is": "principal"}
    assert looked_at(asked, person(post(until=date(2025, 3, 30)))).result == "failed"
    assert looked_at(asked, person(post(until=CLOSING))).result == "passed"
    assert looked_at(asked, person(post(since=date(2025, 4, 1)))).result == "failed"


def test_principal_is_named_with_the_month_of_appointment() -> None:
    found = looked_at({"fact": "post", "is": "principal"}, person(post()))
    assert (found.title, found.result, found.value) == ("现任正职校长", "passed", "校长，2019年8月任现职")


def test_deputy_is_no_principal_and_the_reason_says_so() -> None:
    found = looked_at({"fact": "post", "is": "principal"}, person(post("deputy_principal")))
    assert found.result == "failed"
    assert found.reason == "现任职务是副校长，要求正职校长"


@pytest.mark.parametrize("kind", ["principal", "deputy_principal", "school_leader"])
def test_any_school_leader_answers_to_school_leader(kind: str) -> None:
    assert looked_at({"fact": "post", "is": "school_leader"}, person(post(kind))).result == "passed"


def test_class_teacher_is_a_teacher_but_no_teacher_is_a_class_teacher() -> None:
    assert looked_at({"fact": "post", "is": "teacher"}, person(post("class_teacher"))).result == "passed"
    assert looked_at({"fact": "post", "is": "class_teacher"}, person(post("teacher"))).result == "failed"


def test_area_is_that_of_the_authority() -> None:
    asked = {"fact": "area", "is": "city"}
    assert looked_at(asked, person(), authority_body_id=CITY).result == "passed"
    assert looked_at(asked, person(), authority_body_id=77).result == "failed"
    assert looked_at(asked, person()).asks == "tier"


def test_school_and_subject_are_compared_with_the_host() -> None:
    teacher = person(post("teacher", subject="数学"))
    school, subject = {"fact": "school", "is": "host_school"}, {"fact": "subject", "is": "host_subject"}
    assert looked_at(school, teacher, host_school_id=SCHOOL).result == "passed"
    assert looked_at(school, teacher, host_school_id=8).result == "failed"
    assert looked_at(school, teacher).result == "judge"
    assert looked_at(subject, teacher, host_subject="数学").result == "passed"
    assert looked_at(subject, teacher, host_subject="语文").reason == "任教学科是数学，要求语文"
    assert looked_at(subject, teacher).result == "judge"


def test_home_elsewhere_than_the_host_school_is_only_warned_about() -> None:
    asked = {"fact": "home", "is": "host_school", "if_not": "warn"}
    assert looked_at(asked, person()).result == "passed"
    found = looked_at(asked, person(), home_body_id=99)
    assert found.result == "warned"
    assert unmet([found]) == ()


def test_new_chief_comes_from_the_members_where_there_is_a_studio_of_the_kind() -> None:
    asked = {"fact": "serves", "is": "same_kind", "if_not": "warn"}
    assert looked_at(asked, person(serves_in=("chinese",)), kind="chinese").result == "passed"
    assert looked_at(asked, person(serves_in=("maths",)), kind="chinese").result == "warned"
    assert looked_at(asked, person(), kind="chinese", kind_exists=False).result == "passed"


@pytest.mark.capability(14)
@pytest.mark.parametrize(
    ("on", "result"),
    [
        (date(2020, 3, 31), "passed"),
        (date(2020, 3, 30), "failed"),
        (CLOSING, "passed"),
        (date(2025, 4, 1), "failed"),
        (None, "failed"),
    ],
)
def test_last_five_years_begin_on_the_same_day(on: date | None, result: str) -> None:
    asked = {"has": "honour", "level": "county", "within": "5 years"}
    found = looked_at(asked, person(credentials=(credential("honour", "教学能手", "county", on),)))
    assert (found.title, found.result) == ("近 5 年内获县级以上教学荣誉", result)


def test_leap_day_five_years_back_is_the_last_of_february() -> None:
    asked = {"has": "honour", "within": "5 years"}
    on = date(2024, 2, 29)
    assert looked_at(asked, person(credentials=(credential("honour", on=date(2019, 2, 28)),)), on).result == "passed"
    assert looked_at(asked, person(credentials=(credential("honour", on=date(2019, 2, 27)),)), on).result == "failed"


@pytest.mark.capability(14)
@pytest.mark.parametrize(
    ("level", "result"),
    [
        ("", "failed"),
        ("department", "failed"),
        ("school", "failed"),
        ("township", "failed"),
        ("county", "passed"),
        ("province", "passed"),
    ],
)
def test_level_counts_upwards(level: str, result: str) -> None:
    found = looked_at(
        {"has": "title", "level": "county"}, person(credentials=(credential("title", "骨干教师", level),))
    )
    assert found.result == result


def test_title_is_matched_by_name_whatever_level_stands_before_it() -> None:
    asked = {"has": "title", "among": ["名校长"], "level": "city"}
    assert looked_at(asked, person(credentials=(credential("title", "名校长", "province"),))).result == "passed"
    assert looked_at(asked, person(credentials=(credential("title", "市级名校长", "city"),))).result == "passed"
    assert (
        looked_at(asked, person(credentials=(credential("title", "骨干校长", "city"),))).reason
        == "没有登记市级以上名校长称号"
    )
    low = looked_at(asked, person(credentials=(credential("title", "名校长", "county"),)))
    assert low.reason == "“名校长”是县级，低于市级"


def test_flags_dates_and_numbers_of_evidence_are_asked() -> None:
    paper = {"has": "paper", "published": True, "at_least": 2}
    one = credential("paper", "甲", published=True)
    assert looked_at(paper, person(credentials=(one, replace(one, name="乙")))).result == "passed"
    lacking = looked_at(paper, person(credentials=(one, replace(one, name="乙", published=False))))
    assert lacking.reason == "符合的只有 1 项，要求 2 项，还差 1 项；“乙”没有公开发表"
    project = {"has": "project", "key": True}
    assert looked_at(project, person(credentials=(credential("project"),))).result == "failed"
    assert looked_at(project, person(credentials=(credential("project", key=True),))).result == "passed"
    expired = credential("title", until=date(2025, 3, 30))
    assert looked_at({"has": "title"}, person(credentials=(expired,))).result == "failed"


def test_evidence_nobody_confirmed_counts_and_says_so() -> None:
    found = looked_at({"has": "title"}, person(credentials=(credential("title", "名校长", "city", confirmed=False),)))
    assert found.result == "passed"
    assert "待核实" in found.value


@pytest.mark.capability(15)
@pytest.mark.parametrize(
    ("until", "result"), [(date(2028, 3, 9), "passed"), (date(2028, 3, 8), "failed"), (date(2025, 3, 1), "failed")]
)
def test_commitment_covers_the_years_from_the_day_of_application(until: date, result: str) -> None:
    asked = {"commits": "class_teacher", "for": "3 years"}
    signed = credential("commitment", "class_teacher", on=date(2025, 3, 1), until=until)
    found = looked_at(asked, person(credentials=(signed,)), applied_on=date(2025, 3, 10))
    assert (found.title, found.result) == ("承诺今后 3 年继续担任班主任", result)


def test_commitment_on_paper_is_for_the_tier_to_confirm() -> None:
    asked = {"commits": "class_teacher", "for": "3 years"}
    assert looked_at(asked, person()).reason == "没有有效的班主任任期承诺书"
    found = looked_at(asked, person(), attached=frozenset({"班主任任期承诺书"}))
    assert (found.result, found.asks) == ("judge", "tier")


def test_document_is_lacking_or_for_the_tier_to_confirm() -> None:
    asked = {"document": "健康证明"}
    assert looked_at(asked, person()).result == "failed"
    found = looked_at(asked, person(), attached=frozenset({"健康证明"}))
    assert (found.result, found.asks) == ("judge", "tier")


@pytest.mark.capability(17)
def test_judged_criterion_goes_to_the_experts_where_there_are_any() -> None:
    asked = {"judged": "先进的教育理念"}
    checks = check([criterion(**asked)], person(), CLOSING, expert_judges=True)
    assert unjudged(checks, "expert") == checks
    assert looked_at(asked, person()).asks == "tier"
    assert unmet(checks) == ()


def test_criterion_of_one_kind_concerns_no_other() -> None:
    asked = criterion(fact="age", at_most=35, only_kind="master")
    assert check([asked], person(), CLOSING, kind="class_teacher") == ()
    assert len(check([asked], person(), CLOSING, kind="master")) == 1


@pytest.mark.capability(16)
def test_waiver_counts_only_where_the_text_lets_it() -> None:
    keys: dict[str, Any] = {"fact": "post", "is": "principal"}
    deputy, waived = person(post("deputy_principal")), {"criteria.0": "教育局〔2025〕7号"}
    assert looked_at({**keys, "if_not": "waive"}, deputy).result == "failed"
    found = looked_at({**keys, "if_not": "waive"}, deputy, waived=waived)
    assert found.result == "waived"
    assert "教育局〔2025〕7号" in found.reason
    assert looked_at(keys, deputy, waived=waived).result == "failed"


def test_check_carries_the_clause_that_asks_it() -> None:
    found = looked_at(
        {"fact": "employment", "is": "established"}, person(post()), origins=lambda place: {"text": place}
    )
    assert found.origin == {"text": "criteria.0"}


@pytest.mark.capability(13)
def test_any_of_takes_its_best_alternative_and_names_what_each_lacks() -> None:
    asked = {"any": [{"has": "title", "among": ["名校长"], "level": "city"}, {"fact": "post", "is": "principal"}]}
    assert looked_at(asked, person(post())).value == "校长，2019年8月任现职"
    found = looked_at(asked, person(post("teacher")))
    assert found.title == "具备以下任一项：有市级以上名校长称号；现任正职校长"
    assert "没有登记市级以上名校长称号" in found.reason
    assert "现任职务是教师，要求正职校长" in found.reason


def test_any_of_with_something_to_judge_is_judged_before_it_refuses() -> None:
    asked = {"any": [{"fact": "post", "is": "principal"}, {"judged": "同等水平"}]}
    assert looked_at(asked, person(post("teacher"))).result == "judge"
    assert looked_at(asked, person(post())).result == "passed"


@pytest.mark.capability(13)
def test_all_of_needs_each_and_names_only_what_is_lacking() -> None:
    asked = {"all": [{"fact": "employment", "is": "established"}, {"any": [{"has": "honour"}, {"has": "paper"}]}]}
    found = looked_at(asked, person(post()))
    assert found.result == "failed"
    assert "在编" not in found.reason
    assert looked_at(asked, person(post(), credentials=(credential("paper"),))).result == "passed"


def of_file(name: str, role: str) -> tuple[Criterion, ...]:
    return load(PROGRAMMES / f"{name}.yaml").criteria(role)


def test_chifeng_member_needs_one_of_three_and_the_bureau_may_waive() -> None:
    asked = of_file("chifeng", "member")
    trained = credential("training", "名校长培养工程")
    assert unmet(check(asked, person(post(), credentials=(trained,)), CLOSING)) == ()
    (lacking,) = unmet(check(asked, person(post()), CLOSING))
    assert lacking.place == "criteria.1"
    assert lacking.reason.count("没有登记") == 3
    assert unmet(check(asked, person(post()), CLOSING, waived={"criteria.1": "边远学校"})) == ()


def shijiazhuang_member() -> PersonFacts:
    return person(
        post("class_teacher", date(2022, 3, 31)),
        born_on=date(1984, 4, 1),
        credentials=(
            credential("honour", "优质课一等奖", "county"),
            credential("class_honour", "先进班集体", "county"),
            credential("project", "班级文化研究", "city", published=True),
        ),
    )


@pytest.mark.capability(13, 14)
def test_shijiazhuang_member_needs_all_three_of_the_last_five_years() -> None:
    asked, full = of_file("shijiazhuang", "member"), shijiazhuang_member()
    assert unmet(check(asked, full, CLOSING, authority_body_id=CITY)) == ()
    for left_out in full.credentials:
        rest = tuple(one for one in full.credentials if one is not left_out)
        (lacking,) = unmet(check(asked, replace(full, credentials=rest), CLOSING, authority_body_id=CITY))
        assert lacking.reason.startswith("没有登记")


@pytest.mark.parametrize(
    ("kind", "established", "stage", "lacking"),
    [
        ("principal", True, "高中", []),
        ("principal", True, "初中", []),
        ("deputy_principal", True, "高中", ["现任正职校长"]),
        ("principal", False, "高中", ["在编"]),
        ("principal", True, "小学", ["学校学段为中学"]),
    ],
)
def test_hainan_host_is_principal_of_a_middle_school_on_the_establishment(
    kind: str,
    established: bool,  # noqa: FBT001
    stage: str,
    lacking: list[str],
) -> None:
    asked = of_file("hainan", "host")
    papers = frozenset(one.document for one in asked if one.document)
    who = replace(person(post(kind, established=established)), school_stage=stage)
    assert [one.title for one in unmet(check(asked, who, CLOSING, authority_body_id=CITY, attached=papers))] == lacking


# Evidence never harms


LEVELS = ("", "school", "township", "county", "city", "province")
DAYS = st.dates(date(2014, 1, 1), date(2026, 1, 1))
CREDENTIALS = st.builds(
    CredentialFact,
    kind=st.sampled_from(("title", "honour", "paper")),
    name=st.sampled_from(("名校长", "教学能手", "")),
    level=st.sampled_from(LEVELS),
    on=st.none() | DAYS,
    until=st.none() | DAYS,
    published=st.booleans(),
    key=st.booleans(),
    confirmed=st.booleans(),
)
POSTS = st.builds(
    PostFact,
    kind=st.sampled_from(("principal", "teacher", "class_teacher")),
    body_id=st.just(SCHOOL),
    subject=st.sampled_from(("", "语文")),
    established=st.booleans(),
    from_on=st.none() | DAYS,
    to_on=st.none() | DAYS,
)
HAS = st.fixed_dictionaries(
    {"has": st.sampled_from(("title", "honour", "paper"))},
    optional={
        "level": st.sampled_from(LEVELS[1:]),
        "among": st.just(["名校长"]),
        "within": st.sampled_from(("5 years", "18 months")),
        "published": st.booleans(),
        "key": st.booleans(),
        "at_least": st.integers(0, 3),
        "if_not": st.sampled_from(("refuse", "warn", "waive")),
    },
)
FACTS = st.sampled_from(
    (
        {"fact": "post", "is": "principal"},
        {"fact": "employment", "is": "established"},
        {"fact": "years", "as": "class_teacher", "at_least": 3},
        {"fact": "years", "at_least": 5},
        {"fact": "subject", "is": "语文"},
        {"judged": "能力"},
    )
)
CRITERIA = st.recursive(
    HAS | FACTS,
    lambda inner: st.builds(
        lambda form, group: {form: group}, st.sampled_from(("any", "all")), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
ORDER = ("failed", "judge", "warned", "waived", "passed")


@given(
    asked=CRITERIA, credentials=st.lists(CREDENTIALS, max_size=4), posts=st.lists(POSTS, max_size=4),
    more=st.lists(CREDENTIALS, max_size=3), later=st.lists(POSTS, max_size=2),
)  # fmt: skip
def test_more_evidence_never_makes_a_criterion_worse(
    asked: dict[str, Any],
    credentials: list[CredentialFact],
    posts: list[PostFact],
    more: list[CredentialFact],
    later: list[PostFact],
) -> None:
    before = person(*posts, credentials=tuple(credentials))
    after = person(*posts, *later, credentials=(*credentials, *more))
    first, second = looked_at(asked, before), looked_at(asked, after)
    assert ORDER.index(second.result) >= ORDER.index(first.result)
    assert first.reason or first.result in {"passed", "judge"}
