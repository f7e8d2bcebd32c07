"""Explaining mistakes (说明差错): the word that was probably meant, what to write instead, in Chinese, English or both."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Literal

from flows.programme.comparing_words import KEYS_ZH, SECTIONS_ZH
from flows.programme.faults import Fault

Language = Literal["zh", "en", "both"]
CLOSE = 0.6
_WORD = re.compile(r"[A-Za-z_][\w.-]*|[\u4e00-\u9fff（）()〔〕第条\d]+")
_BY_CHINESE = {zh: key for key, zh in {**KEYS_ZH, **SECTIONS_ZH}.items()}

# What helps with a mistake, by words of its English message; the first that fits is said.
ADVICE: Sequence[tuple[str, str, str]] = (
    ("a rule without origin", "原文写了的，在这一条写 clause: 条款号；原文没有写的，写 default: 理由。写在外一层的出处管里面全部。",
     "If the text says it, add `clause: <number>`; if it is silent, add `default: <why>`. An origin covers everything inside its entry."),
    ("is listed but no rule cites it", "有规定而没有写成规则的，补上规则并引用；没有可执行内容的，移到 clauses.prose 并写为什么。",
     "Write the rule and cite the clause; if it has nothing to enforce, move it to `clauses.prose` and say why."),
    ("is cited but not listed", "把它加进 clauses.rules，或改成已经列出的条款号（写法要一字不差）。",
     "Add it to `clauses.rules`, or correct it to one that is listed, character by character."),
    ("rectify without rectification", "加一节 rectification，不知道怎样写就写 rectification: {reassessed_by: 机构, like: D-RECT, clause: …}。",
     "Add a `rectification` section; `{reassessed_by: <body>, like: D-RECT, clause: …}` is enough."),
    ("does not say so", "原文没有写整改的，在 absent.silent 里加 rectification；明文不许的，写 absent.excluded: {rectification: 条款号}。",
     "If the text is silent, add `rectification` to `absent.silent`; if it rules it out, to `absent.excluded` with the clause."),
    ("`unqualified` without consequence", "原文写了后果的照写；没有写的写 then: {unqualified: [decide]}，请主管部门决定，不替它处分人。",
     "Write what the text says; where it is silent write `then: {unqualified: [decide]}`: the authority decides."),
    ("with `decides`", "在作决定的那个机构写 does: [decides]，别的机构不写。", "Give `does: [decides]` to exactly one body."),
    ("missing key `reminders`", "不想自己定，就写 reminders: {like: D-REMIND}。", "`reminders: {like: D-REMIND}` will do."),
    ("missing key `documents`", '至少写 documents: {like: D-DOCS, studio_name: "{host}工作室", clause: …}。',
     'At least `documents: {like: D-DOCS, studio_name: "{host}工作室", clause: …}`.'),
    ("missing key `return_within`", "申报步骤加 like: D-APPLY，审核步骤加 like: D-SLA.school（或 .county、.approval）。",
     "Add `like: D-APPLY` to an application step, `like: D-SLA.school` (or `.county`, `.approval`) to a review."),
    ("missing key `within`", "审核加 like: D-SLA.school（或 .county、.approval），挂牌加 like: D-PLAQUE。",
     "Add `like: D-SLA.school` (or `.county`, `.approval`) to a review, `like: D-PLAQUE` to a plaque."),
    ("missing key `clauses`", "文件末尾写 clauses: {rules: [有规定的条款号…], prose: {没有可执行内容的条款号: 为什么}}。",
     "End the file with `clauses: {rules: […], prose: {number: why}}`."),
    ("missing key `panel`", "专家评审加 like: D-EXPERT，再改自己有的数。", "Add `like: D-EXPERT` to the expert review, then your own numbers."),
    ("missing key `first_day`", "公示加 like: D-NOTICE，再改自己有的数。", "Add `like: D-NOTICE` to the notice, then your own numbers."),
    ("does not parse", "数和单位之间空一格，单位用英文：三个月 3 months，十个工作日 10 working days，期末后十五天 15 days after end，两万元 20000元。",
     "A number, a space and an English unit: `3 months`, `10 working days`, `15 days after end`, `20000元`."),
    ("not well-formed YAML", "冒号后面空一格；里面有冒号、引号或 # 的文字用双引号括起来；缩进用空格，不用 Tab。",
     "A space after each colon; quote text that holds a colon, a quote or #; indent with spaces, not tabs."),
    ("absent and present", "文件里有这一部分，就从 absent 里删去它。", "The file has this part: remove it from `absent`."),
    ("given together", "整条是原文写的留 clause；只有几个键是补的，写 default: [键]。", "Keep `clause`; for single keys that are yours write `default: [key]`."),
)  # fmt: skip
_EXPECTED_EN: Sequence[tuple[str, str]] = (
    (r"clauses\.rules 中的一条", "one of `clauses.rules`"),
    (r"至少一条规则写 clause: (.+)", r"at least one rule with `clause: \1`"),
    (r"rules 或 prose，只写一处", "`rules` or `prose`, not both"),
    (r"clause、default 或 decision，写在这里或外一层", "`clause`, `default` or `decision`, here or one level up"),
    (r"不早于 (.+)", r"not before \1"),
    (r"(\S+) 最短 (\d+) 天，期限要在其内", r"within its \1, which may have no more than \2 days"),
    (r"不超过 (\d+) 天", r"at most \1 days"),
    (r"有一条路走完最后一步", "a way to the last step"),
    (r"去掉 optional", "no `optional`"),
    (r"不绕回自己的 (\w+)", r"a `\1` that does not come back to itself"),
    (r"从 absent 中删去，或删去那一条", "remove it from `absent`, or remove the entry"),
    (r"恰好一个机构 does: \[(\w+)\]", r"exactly one body with `does: [\1]`"),
    (r"至多一个机构 does: \[(\w+)\]", r"at most one body with `does: [\1]`"),
    (r"加一节 rectification", "a section `rectification`"),
    (r"下限不高于上限", "a minimum not above the maximum"),
    (r"键 (\w+)", r"key `\1`"),
    (r"每个键只写一次", "every key once"),
    (r"文字（数字请加引号）", "text (quote numbers)"),
    (r"一个值，或删去这个键", "a value, or no key"),
    (r"先写 grades", "`grades` first"),
    (r"（文件里没有）", "nothing: the file has none"),
)  # fmt: skip


class FaultyProgramme(ValueError):  # noqa: N818  named for what it is
    """A programme that cannot be used; `faults` says why, each with file, line and path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("规程文件有差错，请按下列各条改正：\n" + mistakes_text(faults))
        self.faults = tuple(faults)


def probable(fault: Fault) -> str:
    """The word that was probably meant: a near one of those expected, or the key of a Chinese word; empty for none."""
    found = fault.found.strip()
    words = list(dict.fromkeys(_WORD.findall(fault.expected)))
    if found in words:
        return ""
    key = _BY_CHINESE.get(found, "")
    if key and key in words:
        return key
    folded = {word.casefold(): word for word in words}
    match = get_close_matches(found.casefold(), folded, 1, CLOSE)
    return folded[match[0]] if match else ""


def advice(fault: Fault) -> tuple[str, str]:
    """What to do about a mistake, in Chinese and English; empty where the expectation says it all."""
    return next(((zh, en) for words, zh, en in ADVICE if words in fault.message_en), ("", ""))


def expected_in_english(expected: str) -> str:
    """What was expected, in English as far as it is not words of the file itself."""
    for pattern, words in _EXPECTED_EN:
        if re.fullmatch(pattern, expected):
            return re.sub(pattern, words, expected)
    return expected.replace("、", ", ").replace("，", ", ").replace(" 或 ", " or ").replace("如 ", "e.g. ")


def mistakes_text(faults: Sequence[Fault], language: Language = "both") -> str:
    """The faults as a person reads them, one block each, in order of file and line."""
    if not faults:
        return "No mistakes." if language == "en" else "没有差错。"
    blocks = ["\n".join(_block(fault, language)) for fault in sorted(faults)]
    count = {"zh": f"共 {len(faults)} 处差错。", "en": f"{len(faults)} mistakes."}
    return "\n".join([*blocks, count["en" if language == "en" else "zh"]])


def _block(fault: Fault, language: Language) -> Iterator[str]:
    meant, (todo_zh, todo_en) = probable(fault), advice(fault)
    if language == "en":
        yield f"{fault.file} line {fault.line} {fault.path}"
    else:
        yield f"{fault.file} 第{fault.line}行 {fault.path}"
        yield f"  {fault.message_zh}"
        yield f"  写的是：{fault.found}"
        yield f"  应当是：{fault.expected}"
        yield from (f"  是不是想写：{one}" for one in [meant] if one)
        yield from (f"  怎样改：{one}" for one in [todo_zh] if one)
    if language == "zh":
        return
    yield f"  {fault.message_en}"
    if language == "en":
        yield f"  found: {fault.found}"
        yield f"  expected: {expected_in_english(fault.expected)}"
    yield from (f"  did you mean: {one}" for one in [meant] if one)
    yield from (f"  what to do: {one}" for one in [todo_en] if one)
