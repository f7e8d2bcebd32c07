"""Two programmes laid side by side: what came, went, changed, or only cites another clause."""

import json

import pytest

from flows.programme import Change, Programme, compare, comparison_text, library, load

TEXT = library()["chifeng"].read_text(encoding="utf-8")
NOTICE = "stage: public_notice, like: D-NOTICE, clause: 九(二)"
PLAN_DUE = "due: 30 days after start, proof: [plan], clause: 第十六条, default: [due]}"


def changed(*edits: tuple[str, str]) -> Programme:
    """赤峰's programme with these edits."""
    text = TEXT
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after, 1)
    return load(text)


def only(changes: tuple[Change, ...]) -> Change:
    assert len(changes) == 1, [str(change) for change in changes]
    return changes[0]


@pytest.mark.parametrize("code", library())
def test_a_programme_does_not_differ_from_itself(code: str) -> None:
    programme = load(code)
    assert compare(programme, load(code)) == ()
    assert "没有不同" in comparison_text(programme, programme)


def test_a_changed_figure_is_shown_before_and_after_with_both_origins() -> None:
    change = only(compare(load("chifeng"), changed((NOTICE, NOTICE + ", length: 5 working days"))))
    assert (change.kind, change.path) == ("changed", "paths.apply.steps.notice.length")
    assert (change.before, change.after) == ("7 days", "5 working days")
    assert (change.before_text, change.after_text) == ("7 天", "5 个工作日")
    assert change.before_origin is not None
    assert change.after_origin is not None
    assert (change.before_origin.text, change.after_origin.text) == ("D-NOTICE", "九(二)")
    assert "公示［notice］" in change.place


def test_a_decision_of_the_authority_is_its_own_origin() -> None:
    decided = PLAN_DUE.replace("30 days", "15 days").replace("default: [due]", "decision: {due: 教育局〔2026〕3号}")
    change = only(compare(load("chifeng"), changed((PLAN_DUE, decided))))
    assert change.after_origin is not None
    assert change.after_origin.kind == "decision"
    assert str(change).endswith("期初后15 天〔决定 教育局〔2026〕3号〕")


def test_entries_that_came_or_went_are_shown_whole() -> None:
    trainees = next(line for line in TEXT.splitlines(keepends=True) if line.startswith("  trainees:"))
    gone = only(compare(load("chifeng"), changed((trainees, ""))))
    assert (gone.kind, gone.path, gone.after) == ("removed", "obligations.trainees", None)
    come = only(compare(changed((trainees, "")), load("chifeng")))
    assert (come.kind, come.path, come.before) == ("added", "obligations.trainees", None)
    assert str(come).startswith("＋ 接收跟岗研修、结对帮扶：每年度1次")


def test_a_condition_is_followed_when_others_come_before_it() -> None:
    post = "- {fact: post, is: principal, clause: [第二条, 第五条, 九(一)]}"
    new = "- {fact: age, at_most: 55, clause: 第五条}\n      "
    change = only(compare(load("chifeng"), changed((post, new + post))))
    assert (change.kind, change.path) == ("added", "people.host.criteria.0")
    assert "领衔校长 · 条件：年龄 不超过55" in str(change)
    eased = only(compare(changed((post, new + post)), changed((post, new.replace("55", "58") + post))))
    assert (eased.kind, eased.before_text, eased.after_text) == ("changed", "年龄 不超过55", "年龄 不超过58")


def test_what_follows_from_a_grade_is_compared_as_one() -> None:
    change = only(compare(load("chifeng"), changed(("unqualified: [{bar: next_cycle}]", "unqualified: [circulate]"))))
    assert change.path == "assessments.final.then.unqualified"
    assert (change.before_text, change.after_text) == ("不再列为对象", "通报")


def test_between_versions_another_clause_alone_is_a_difference() -> None:
    advice = "proof: [report], clause: 八(四), default: [per]"
    change = only(compare(load("chifeng"), changed((advice, advice.replace("八(四)", "八(三)")))))
    assert (change.kind, change.path) == ("cited", "obligations.advice")


def test_writing_down_what_a_left_out_key_means_is_no_difference() -> None:
    assert compare(load("chifeng"), changed(("title: 年度工作计划, per", "title: 年度工作计划, times: 1, per"))) == ()


def test_two_regulations_are_compared_section_by_section_and_as_json() -> None:
    changes = compare(load("chifeng"), load("shijiazhuang"))
    assert {"cycle.length", "assessments.annual", "rectification"} <= {change.path for change in changes}
    assert not any(change.kind == "cited" or change.section == "条款" for change in changes)
    rows = json.loads(json.dumps([change.as_row() for change in changes], ensure_ascii=False))
    cycle = next(row for row in rows if row["path"] == "cycle.length")
    assert (cycle["before"], cycle["after"], cycle["after_origin"]["text"]) == ("3 years", "2 years", "(七)")
    printed = comparison_text(load("chifeng"), load("shijiazhuang"))
    assert [line for line in printed.splitlines() if line.startswith("【")][:2] == ["【名称】", "【用语】"]
