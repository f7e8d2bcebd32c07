"""Each kind of mistake in a programme file is refused with file, line, path, and words in both languages."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.programme import Fault, check, library, mistakes_text


@dataclass(frozen=True)
class Mistake:
    """One change to a good file, and the fault it must bring; `marked` stands on the faulty line where no key does."""

    code: str
    old: str
    new: str
    path: str
    zh: str
    en: str
    marked: str = ""


CHIFENG, SHIJIAZHUANG, COUNTY = "chifeng", "shijiazhuang", "county-master-teacher"
NOTICE = "stage: public_notice, like: D-NOTICE, clause: 九(二)"
MISTAKES = {
    "unknown_key": Mistake(CHIFENG, "cycle: {length", "cycle: {size: 3, length", "cycle.size", "没有“size”这个键", "unknown key `size`"),
    "unknown_word": Mistake(CHIFENG, "call: round", "call: rounds", "paths.apply.call", "词表里没有这个词", "unknown word"),
    "unknown_stage": Mistake(CHIFENG, "stage: public_notice", "stage: notice_board", "paths.apply.steps.notice", "词表里没有这个词", "unknown word"),
    "unknown_consequence": Mistake(CHIFENG, "[commend, {reward: prize}]", "[praise, {reward: prize}]", "assessments.final.then.excellent.0", "没有“praise”这种结果运用", "unknown consequence"),
    "phrase": Mistake(CHIFENG, NOTICE, NOTICE + ", length: one week", "paths.apply.steps.notice.length", "看不懂“one week”", "does not parse"),
    "formula": Mistake(CHIFENG, NOTICE, NOTICE + ", length: =3+4 days", "paths.apply.steps.notice.length", "看不懂“=3+4 days”", "does not parse"),
    "anchor": Mistake(CHIFENG, "cycle: {length", "cycle: &c {length", "cycle", "不用锚点", "no anchors"),
    "merge_key": Mistake(CHIFENG, "cycle: {length", "cycle: {<<: {starts: plaque}, length", "cycle.<<", "不用合并键", "no merge keys"),
    "duplicate_key": Mistake(CHIFENG, "level: city\nsource", "level: city\nlevel: city\nsource", "level", "重复", "duplicate key"),
    "missing_key": Mistake(CHIFENG, "reminders: {like: D-REMIND}\n", "", "reminders", "缺少键“reminders”", "missing key `reminders`"),
    "unknown_name": Mistake(CHIFENG, "by: county, ranks", "by: region, ranks", "paths.apply.steps.county_review.by", "没有“region”", "called `region`"),
    "unknown_like": Mistake(CHIFENG, NOTICE, NOTICE.replace("D-NOTICE", "D-NOTE"), "paths.apply.steps.notice.like", "没有名为“D-NOTE”", "no default called `D-NOTE`"),
    "no_origin": Mistake(CHIFENG, "proof: [report], clause: 八(一), default: [per]", "proof: [report]", "obligations.research", "没有写出处", "without origin"),
    "clause_and_default": Mistake(CHIFENG, "clause: 第六条, per: cycle, default: {per: 每周期确认一次}", "clause: 第六条, per: cycle, default: 通例", "obligations.roster.default", "不能同时写", "together"),
    "default_key_not_there": Mistake(CHIFENG, "starts: plaque, clause: 第五条, default: [starts]", "starts: plaque, clause: 第五条, default: [begins]", "cycle.default", "键“begins”这里没有", "not there"),
    "clause_not_listed": Mistake(CHIFENG, "clause: 第五条, default: [starts]", "clause: 第九十九条, default: [starts]", "cycle.clause", "不在 clauses.rules", "cited but not listed"),
    "clause_not_cited": Mistake(CHIFENG, "第十八条, 第二十条]", "第十八条, 第二十条, 第二十一条]", "clauses.rules.25", "没有一条规则引用", "no rule cites it", marked="第二十一条"),
    "rule_and_prose": Mistake(CHIFENG, "prose: {第一条", "prose: {第五条: 也算叙述, 第一条", "clauses.prose.第五条", "既是规则又是叙述", "both rule and prose"),
    "two_deciders": Mistake(CHIFENG, "does: [assesses]", "does: [assesses, decides]", "bodies", "恰好一个机构写 decides", "2 bodies with `decides`"),
    "rectify_without": Mistake(SHIJIAZHUANG, "unqualified: [revoke]\n    excludes: [rectify]", "unqualified: [rectify]", "assessments.final.then.unqualified.0", "没有写整改办法", "rectify without rectification"),
    "silent_on_rectification": Mistake(SHIJIAZHUANG, "excluded: {rectification: 后段1}", "excluded: {}", "absent", "没有在 absent 里写明", "does not say so"),
    "no_consequence": Mistake(SHIJIAZHUANG, "      unqualified: [revoke]\n", "", "assessments.final.grades", "不合格没有写后果", "without consequence"),
    "grade_not_awarded": Mistake(CHIFENG, "excellent: [commend, {reward: prize}]", "excellent: [commend, {reward: prize}]\n      good: [commend]", "assessments.final.then.good", "不评“good”", "not awarded"),
    "fund_not_mentioned": Mistake(COUNTY, "[{fund: base, share: 0%}]", "[warn]", "assessments.annual.then", "等这次结果", "`base` waits"),
    "reward_not_given": Mistake(CHIFENG, "[commend, {reward: prize}]", "[commend]", "funds.prize", "没有等次奖励它", "no grade releases"),
    "minimum_above_maximum": Mistake(CHIFENG, "at_least: 8, at_most: 10", "at_least: 11, at_most: 10", "people.member.number", "下限高于上限", "minimum above"),
    "absent_and_present": Mistake(CHIFENG, "silent: [share,", "silent: [public_notice, share,", "absent", "“public_notice”写了没有", "absent and present"),
    "due_before_opening": Mistake(SHIJIAZHUANG, "opens: 15 days before end\n    due: 15 days after end", "opens: 15 days before end\n    due: 30 days before end", "assessments.members.due", "截止在开始之前", "no calendar can meet"),
    "span_longer_than_period": Mistake(COUNTY, "per: week, times: 1, proof", "per: week, times: 1, due: 30 days after start, proof", "obligations.account.due", "比一个周期", "longer than its period"),
    "path_without_end": Mistake(CHIFENG, NOTICE, NOTICE + ", go: {cleared: application}", "paths.apply.steps", "走不到终点", "cannot reach its end"),
    "wrong_last_step": Mistake(CHIFENG, "gives: seat", "gives: cycle", "paths.join.steps.seat", "给不出 cycle", "gives cycle"),
}  # fmt: skip


def faults_of(tmp_path: Path, code: str, *changes: tuple[str, str]) -> tuple[str, list[Fault]]:
    """The text of a library file with changes made, and its faults."""
    text = library()[code].read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    target = tmp_path / f"{code}.yaml"
    target.write_text(text, encoding="utf-8")
    return text, check([target])


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_refused_with_file_line_path_and_words(mistake: Mistake, tmp_path: Path) -> None:
    text, faults = faults_of(tmp_path, mistake.code, (mistake.old, mistake.new))
    found = [fault for fault in faults if fault.path == mistake.path and mistake.zh in fault.message_zh]
    assert found, mistakes_text(faults)
    fault = found[0]
    assert fault.file == f"{mistake.code}.yaml"
    assert mistake.en in fault.message_en
    assert fault.expected
    assert fault.line == line_of(text, mistake.marked or mistake.path), mistakes_text(faults)


def line_of(text: str, path: str) -> int:
    """The line on which the innermost key of the path that stands in the text is written, found without our reader."""
    lines, at, found = text.splitlines(), 0, 1
    for part in path.split("."):
        words = (f"{part}:", f"step: {part},", f"[{part},", f" {part}]")
        for n in range(at, len(lines)):
            if any(word in lines[n] for word in words):
                at, found = n, n + 1
                break
    return found


def test_like_that_goes_round_is_refused(tmp_path: Path) -> None:
    changes = ("  members: {like: D-MEM}", "  members: {like: others}\n  others: {like: members}")
    _, faults = faults_of(tmp_path, CHIFENG, changes)
    assert any("like" in fault.path or fault.path.startswith("assessments.members") for fault in faults)


def test_obligations_that_block_one_another_are_refused(tmp_path: Path) -> None:
    plan = "per: programme_year, who: host, due: 30 days after start, proof: [plan], clause: 第十六条, default: [due]}"
    budget = "who: host, due: 30 days after start, proof: [document], clause: 第十六条, default: [due]}"
    _, faults = faults_of(
        tmp_path, CHIFENG, (plan, "blocks: budget, " + plan), (budget, "blocks: year_plan, " + budget)
    )
    circle = [fault for fault in faults if "互相等待" in fault.message_zh]
    assert {fault.path for fault in circle} == {"obligations.year_plan.blocks", "obligations.budget.blocks"}


def test_text_that_is_no_yaml_names_the_line(tmp_path: Path) -> None:
    _, faults = faults_of(tmp_path, CHIFENG, ("cycle: {length", "cycle: {{length"))
    assert len(faults) == 1
    assert "YAML" in faults[0].message_zh
    assert faults[0].line > 1


def test_mistakes_are_written_so_that_a_person_can_mend_them(tmp_path: Path) -> None:
    _, faults = faults_of(tmp_path, CHIFENG, ("call: round", "call: rounds"))
    text = mistakes_text(faults)
    assert "chifeng.yaml 第" in text
    assert "应当是：" in text
    assert "共 1 处差错" in text
    assert mistakes_text([]) == "没有差错。"
