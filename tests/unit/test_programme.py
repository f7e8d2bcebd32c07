"""The programme file: the library loads, origins, like, hash, and what the engine asks of it."""

import json

import pytest

from flows.programme import (
    FaultyProgramme,
    Span,
    check,
    coverage,
    from_expanded,
    library,
    lifecycle_text,
    load,
    origin_of,
    origins_within,
)
from flows.programme.loading import digest

CODES = (
    "beihai", "biweekly-class-teacher", "chifeng", "county-master-teacher", "departmental-class-teacher",
    "district-class-teacher", "dual-master", "hainan", "lanzhou-class-teacher", "lesson-goal-chinese",
    "primary-three-year", "shijiazhuang", "township-subject-master", "vocational-class-teacher",
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_library_programme_loads_checks_clean_and_covers_its_text(code: str) -> None:
    programme = load(library()[code])
    assert programme.code == code
    assert check([library()[code]]) == []
    assert coverage(programme).missed == ()
    assert coverage(programme).prose


@pytest.mark.parametrize("code", CODES)
def test_expanded_programme_comes_back_from_json_as_it_was(code: str) -> None:
    programme = load(code)
    again = from_expanded(json.loads(json.dumps(programme.expanded, ensure_ascii=False)))
    assert again.sha256 == programme.sha256 == digest(programme.expanded)
    assert again.model_dump() == programme.model_dump()
    assert origin_of(again, "cycle.starts") == origin_of(programme, "cycle.starts")


@pytest.mark.parametrize("code", CODES)
def test_library_programme_names_no_material_of_its_makers(code: str) -> None:
    text = library()[code].read_text(encoding="utf-8")
    assert "S00" not in text


def test_hash_does_not_depend_on_the_order_of_keys() -> None:
    text = library()["chifeng"].read_text(encoding="utf-8")
    line = "cycle: {length: 3 years, starts: plaque, clause: 第五条, default: [starts]}"
    moved = text.replace(line, "") + "\ncycle: {default: [starts], clause: 第五条, starts: plaque, length: 3 years}\n"
    assert moved != text
    assert load(moved).sha256 == load(text).sha256
    assert load(text.replace("length: 3 years", "length: 2 years")).sha256 != load(text).sha256


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("paths.apply.steps.notice", "clause", "九(二)"),
        ("paths.apply.steps.notice.length", "default", "D-NOTICE"),
        ("paths.apply.steps.expert_review.within", "default", "D-SLA.experts"),
        ("paths.apply.steps.county_review.ranks", "default", ""),
        ("paths.apply.call", "default", ""),
        ("obligations.roster.due", "default", "D-ROSTER"),
        ("obligations.roster.title", "default", "D-ROSTER"),
        ("obligations.plan.title", "clause", "第十六条"),
        ("assessments.final.by", "clause", "第十七条"),
        ("assessments.final.then.excellent", "clause", "第十八条"),
        ("rectification.limit", "clause", "第十七条"),
        ("rectification.capped", "default", "D-RECT"),
        ("people.member.loss.then.0.choices", "default", "D-DECIDE"),
        ("assessments.members", "default", "D-MEM"),
        ("people.member.criteria", "clause", "六(二)"),
    ],
)
def test_origin_is_one_for_every_value(path: str, kind: str, text: str) -> None:
    origin = origin_of(load("chifeng"), path)
    assert (origin.kind, origin.text) == (kind, text)
    if kind == "default":
        assert origin.reason


def test_decision_of_the_authority_is_the_origin_of_the_key_it_filled() -> None:
    text = library()["chifeng"].read_text(encoding="utf-8")
    decided = text.replace(
        "notice,        stage: public_notice, like: D-NOTICE, clause: 九(二)",
        "notice, stage: public_notice, length: 5 working days, like: D-NOTICE, clause: 九(二), decision: {length: 市教字〔2026〕3号}",
    )
    programme = load(decided)
    origin = origin_of(programme, "paths.apply.steps.notice.length")
    assert (origin.kind, origin.text, origin.chinese) == ("decision", "市教字〔2026〕3号", "决定 市教字〔2026〕3号")
    assert programme.path("apply").step("notice").policy()["length"] == Span(5, "working_day")
    assert origins_within(programme, "paths.apply.steps.notice")["inquiry"].text == "D-NOTICE"


def test_like_takes_whole_keys_and_own_keys_win() -> None:
    programme = load("chifeng")
    final, annual = programme.assessments["final"], programme.assessments["annual"]
    assert final.by == annual.by == "third_party"
    assert set(final.then) == {"excellent", "unqualified"}
    assert final.per == "cycle"
    assert programme.rectification is not None
    assert programme.rectification.limit.set_by == "bureau"
    assert programme.rectification.reassess_within == Span(15, "day")


@pytest.mark.capability(5)
def test_like_of_a_step_drops_the_county_where_there_is_none() -> None:
    assert [step.name for step in load("hainan").path("leave").steps] == [
        "request",
        "school_opinion",
        "approval",
        "exit",
    ]
    assert "county_opinion" in [step.name for step in load("chifeng").path("leave").steps]


def test_bare_decide_is_written_out_without_choices_the_text_excludes() -> None:
    with_rectification = load("chifeng").people["member"].loss
    without = load("hainan").people["member"].loss
    assert with_rectification is not None
    assert without is not None
    assert "限期整改" in with_rectification.then[0].choices
    assert "限期整改" not in without.then[0].choices
    assert without.then[0].within == Span(30, "day")


def test_step_offers_its_stage_numbers_as_typed_values() -> None:
    notice = load("chifeng").path("apply").step("notice")
    assert notice.policy() == {
        "length": Span(7, "day"),
        "first_day": "counted",
        "roll": "none",
        "inquiry": Span(10, "working_day"),
        "after_dismissal": "keep",
        "anonymous": "with_facts",
        "promote_next": True,
    }
    assert notice.route("cleared") == "next"
    assert load("chifeng").path("leave").step("school_opinion").route("declined") == "next"


def test_bodies_and_criteria_are_found_by_what_they_do() -> None:
    programme = load("county-master-teacher")
    assert programme.deciding_body().name == "bureau"
    assert programme.executing_body().name == "institute"
    assert load("chifeng").executing_body().name == "bureau"
    assert programme.criteria("host")[0].form == "has"
    assert programme.word("revoke", "撤销") == "撤消工作室建制"
    assert programme.word("cycle", "周期") == "周期"
    assert [role.name for role in programme.member_roles()] == ["member", "assistant"]


def test_setup_obligations_stand_before_the_plaque() -> None:
    assert [duty.name for duty in load("vocational-class-teacher").setup_obligations()] == ["scheme", "agreement"]
    assert load("chifeng").setup_obligations() == ()


@pytest.mark.capability(65)
def test_fund_follows_the_level_of_the_studio() -> None:
    fund = load("county-master-teacher").funds["base"]
    assert [fund.amount(level) for level in ("city", "county", "school")] == [
        fund.amounts["city"], fund.amounts["county"], None,
    ]  # fmt: skip
    assert fund.amounts["city"].fen == 2_000_000


@pytest.mark.parametrize("code", CODES)
def test_lifecycle_text_prints_each_line_with_its_origin(code: str) -> None:
    programme = load(code)
    text = lifecycle_text(programme)
    for title in ("机构", "人员", "办理路径", "应办事项", "考核", "经费", "没有的部分"):
        assert f"【{title}】" in text
    for line in text.split("【没有的部分】")[0].splitlines():
        if line.startswith("  ") and line.strip() != "无":
            assert "〔" in line, line


def test_lifecycle_text_says_which_kind_of_studio_a_criterion_is_for() -> None:
    text = lifecycle_text(load("dual-master"))
    assert "条件（名师） 年龄 不超过35　〔三(二)1〕" in text
    assert "条件（名班主任） 岗位 班主任　〔三(二)1〕" in text


def test_lifecycle_text_names_the_members_school_where_a_duty_is_owed_for_each() -> None:
    assert "到校逐项协同诊断：每周期1次，每个成员学校，主持人负责" in lifecycle_text(load("hainan"))
    assert "“一校一策”改革项目：每阶段1次（只在第二年度（深化实践）），每个成员学校，成员学校负责" in lifecycle_text(
        load("primary-three-year")
    )


def test_lifecycle_text_has_what_is_planned_granted_accounted_for_and_counted() -> None:
    beihai, primary = lifecycle_text(load("beihai")), lifecycle_text(load("primary-three-year"))
    assert "12月（成员学校）：年度工作报告、年度总结大会　〔十一〕" in beihai
    assert "请假须在活动开始前提出，逾期按缺勤计　〔八1〕" in beihai
    assert "经费由财务、审计部门检查审计　〔四(一)8、十四〕" in beihai
    assert "市级骨干校长：第3年底前至少4、至多7　〔五(一)〕" in primary
    assert "政策倾斜（争取）（主持人、核心校长、参与校长）　〔四(一)〕" in primary


def test_load_of_a_faulty_text_names_every_fault() -> None:
    with pytest.raises(FaultyProgramme) as refused:
        load("programme: x\ntitle: 甲\nlevel: cities\n")
    found = {fault.path for fault in refused.value.faults}
    assert {"level", "bodies", "source"} <= found
