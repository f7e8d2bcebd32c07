"""What the page says will follow, before anybody confirms."""

import pytest

from flows.programme import load
from flows.programme.foretelling import foretell


def said(programme: str, assessment: str, grade: str) -> list[tuple[str, str, str]]:
    return [(one.what, one.whom, one.origin.text) for one in foretell(load(programme), assessment, grade)]


def test_chifeng_failed_year_mends_and_asks_about_money() -> None:
    assert said("chifeng", "annual", "unqualified") == [
        ("限期整改：3 个月，或由主管部门另定", "工作室", "第十七条"),
        ("减拨或停拨下一年度活动经费（0%–99%），30 天内", "工作室", "第十七条"),
    ]


def test_beihai_final_rewards_and_goes_on() -> None:
    lines = said("beihai", "final", "excellent")
    assert [what for what, _, _ in lines] == ["表彰", "奖励：周期优秀奖励", "优先：评优、评先、评职", "进入下一周期"]
    assert lines[2][1] == "学员"


def test_decision_foretells_what_each_answer_brings() -> None:
    (decision,) = foretell(load("hainan"), "members", "unqualified")
    assert [(answer, [one.what for one in then]) for answer, then in decision.choices] == [
        ("留任", []),
        ("调整出", ["调整出", "补选"]),
    ]


@pytest.mark.capability(3)
def test_programmes_own_word_for_revoking_is_used() -> None:
    assert [what for what, _, _ in said("shijiazhuang", "final", "unqualified")] == ["撤销工作室建制"]
