"""Drafting (起草): a complete first programme file from a handful of answers; what was not answered comes from defaults by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flows.programme.phrases import PhraseError, amount, span
from flows.programme.vocabulary import LEVELS

PATHS = {"city": "D-PATH-CITY", "district": "D-PATH-DIST", "school": "D-PATH-SCH"}
ASSESSMENTS = ("annual", "midterm", "final", "members")
RENEWALS = ("apply", "result", "vote", "none")
TO_FILL = "待核对条款号"
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MEMBERS = re.compile(r"(\d{1,3})-(\d{1,3})")
_COLON = re.compile(r"[:#{}\[\],&*?|>'\"%@`\n]")


class WrongAnswer(ValueError):  # noqa: N818  it names the answer
    """An answer that cannot be taken; says which, and how to write it."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one has to know of a regulation to begin; every answer may be left as it is.

    `members` is `least-most`; `path` empty is the one that fits the level; `assessments` is a list separated by commas;
    `rectification` is a span, or empty for none; `fund` is yuan a year, `set`, or empty for none; `articles` counts clauses.
    """

    code: str = "our-studio"
    title: str = "名师工作室"
    source: str = ""
    level: str = "city"
    authority: str = ""
    host: str = "主持人"
    members: str = "5-10"
    length: str = "3 years"
    path: str = ""
    assessments: str = "annual,final,members"
    rectification: str = "3 months"
    renewal: str = "apply"
    fund: str = "set"
    articles: int = 0


# What is asked, in the order of the file, and what may be answered.
QUESTIONS: Mapping[str, str] = {
    "code": "代号（小写字母、数字、短横线，就是文件名）",
    "title": "名称",
    "source": "出自哪份办法（全名，年份）",
    "level": f"办到哪一级（{'、'.join(LEVELS)}）",
    "authority": "由哪个机构决定（如 市教育局；不写按级取通例）",
    "host": "主持的人叫什么（如 领衔校长）",
    "members": "成员人数，最少-最多（如 8-10）",
    "length": "周期多长（如 3 years、30 months）",
    "path": f"怎样设立：{'、'.join(f'{key} 即 {value}' for key, value in PATHS.items())}（不写按级取）",
    "assessments": f"有哪些考核，逗号隔开（{'、'.join(ASSESSMENTS)}；没有写 none）",
    "rectification": "不合格整改多久（如 45 days；没有整改写 none）",
    "renewal": "期满怎样续：apply 申请并批准、result 凭结果自动、vote 表决、none 不续",
    "fund": "每年经费（如 20000元；由拨款方每年核定写 set；没有写 none）",
    "articles": "原文有多少条（第一条、第二条……；不按条编号写 0）",
}
_AUTHORITY = {
    "school": "学校",
    "township": "乡镇中心校",
    "county": "县教育局",
    "city": "市教育局",
    "province": "省教育厅",
}


def answers_of(given: Mapping[str, Any]) -> Answers:
    """The answers given by key, checked; `none` leaves a part out. Raises WrongAnswer."""
    known = {field.name for field in fields(Answers)}
    for key in given:
        if key not in known:
            raise WrongAnswer(f"没有“{key}”这个问题；有：{'、'.join(QUESTIONS)}")
    said = {key: str(value).strip() for key, value in given.items() if value is not None and key != "articles"}
    plain = {key: "" if value == "none" and key != "renewal" else value for key, value in said.items()}
    try:
        answers = Answers(**plain, articles=int(given.get("articles") or 0))
    except ValueError:
        raise WrongAnswer(f"articles 要写成数字：{given['articles']}") from None
    _check(answers)
    return answers


def _check(one: Answers) -> None:
    if not _CODE.fullmatch(one.code):
        raise WrongAnswer(f"code 只能用小写字母、数字和短横线，如 our-city-2026：{one.code}")
    if not _MEMBERS.fullmatch(one.members) or int(one.members.split("-")[0]) > int(one.members.split("-")[1]):
        raise WrongAnswer(f"members 要写成 最少-最多，如 8-10：{one.members}")
    for key, value, words in (
        ("level", one.level, LEVELS), ("renewal", one.renewal, RENEWALS), ("path", one.path or "city", tuple(PATHS)),
        *(("assessments", name, ASSESSMENTS) for name in _names(one)),
    ):  # fmt: skip
        if value not in words:
            raise WrongAnswer(f"{key} 没有“{value}”；有：{'、'.join(words)}")
    for key, value, read in (("length", one.length, span), ("rectification", one.rectification, span), ("fund", one.fund, amount)):  # fmt: skip
        try:
            _ = read(value) if value or key == "length" else None
        except PhraseError as error:
            raise WrongAnswer(f"{key} 写成“{value}”看不懂，应当是：{error.expected_zh}") from None


def _names(one: Answers) -> list[str]:
    return [name.strip() for name in one.assessments.split(",") if name.strip()]


def draft(one: Answers) -> str:
    """A programme file that `check` accepts, with comments that say what to fill in next."""
    parts = (_head, _bodies, _people, _paths, _obligations, _assessments, _money, _end)
    return "\n".join(line for part in parts for line in part(one)) + "\n"


def _quoted(text: str) -> str:
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if _COLON.search(text) or text != text.strip()
        else text
    )


def _head(one: Answers) -> Iterator[str]:
    yield "# yaml-language-server: $schema=programme.schema.json"
    yield "# 由 studioflow programme new 写出。# ▷ 是接下来要做的；做完一处，删去一处，随时用 studioflow programme check 查。"
    yield f"programme: {one.code}"
    yield f"title: {_quoted(one.title)}"
    yield f"level: {one.level}"
    yield f"source: {_quoted(one.source or one.title)}    # ▷ 写全名、文号、年份"
    yield ""


def _bodies(one: Answers) -> Iterator[str]:
    yield f"bodies:   # ▷ 把 default: {TO_FILL} 换成 clause: 条款号；机构还有别的事，加进 does"
    decider = _decider(one)
    title = _quoted(one.authority or _AUTHORITY[one.level])
    yield f"  {decider}: {{title: {title}, level: {one.level}, does: [decides, pays], default: {TO_FILL}}}"
    path = _path(one)
    if path == "D-PATH-CITY":
        yield f"  county: {{title: 县（市、区）教育局, level: county, does: [advises], default: {path} 的县级审核}}"
    if path == "D-PATH-SCH":
        yield f"  department: {{title: 系部（年级组）, level: department, does: [advises], default: {path} 的推荐}}"
    if decider != "school":
        yield f"  school: {{title: 所在学校, level: school, does: [advises, supports], default: {path} 的学校审核}}"
    if one.renewal == "vote":
        yield f"  group: {{title: 领导小组, of: {decider}, does: [supervises], heads: [组长, 副组长, 成员], default: {TO_FILL}}}   # ▷ 席位照原文写"
    yield ""


def _decider(one: Answers) -> str:
    return "school" if one.level == "school" else "bureau"


def _path(one: Answers) -> str:
    if one.path:
        return PATHS[one.path]
    return {"school": "D-PATH-SCH", "city": "D-PATH-CITY", "province": "D-PATH-CITY"}.get(one.level, "D-PATH-DIST")


def _people(one: Answers) -> Iterator[str]:
    least, most = one.members.split("-")
    yield "people:"
    yield "  host:"
    yield f"    title: {_quoted(one.host)}"
    yield f"    number: {{exactly: 1, default: {TO_FILL}}}"
    yield "    criteria:   # ▷ 条件逐条写：查得到的写 fact、has，要人评的写 judged，要材料的写 document"
    yield f"      - {{judged: 师德高尚，业绩突出, default: {TO_FILL}}}"
    yield "    loss: {like: D-HOST}"
    yield "  member:"
    yield "    title: 成员"
    yield f"    number: {{at_least: {least}, at_most: {most}, default: {TO_FILL}}}"
    yield "    loss: {then: [decide], default: 原文未写，请主管部门决定}"
    yield ""
    yield f"cycle: {{length: {one.length}, starts: plaque, default: {TO_FILL}}}"
    yield ""


def _paths(one: Answers) -> Iterator[str]:
    path = _path(one)
    yield "paths:   # ▷ 与原文不同的步骤，把整条 steps 抄过来改（studioflow programme show 看现在的样子）"
    yield f"  apply: {{like: {path}}}"
    yield "  join:  {like: D-JOIN}"
    yield "  leave: {like: D-EXIT}"
    if one.renewal == "apply":
        yield f"  renew: {{like: {'D-RENEW' if 'final' in _names(one) else 'D-RENEW-UNGRADED'}}}"
    if one.renewal in ("result", "vote"):
        yield from _renewal(one)
    yield ""


def _renewal(one: Answers) -> Iterator[str]:
    needs = "    needs: {final: qualified}" if "final" in _names(one) else ""
    yield "  renew:"
    yield "    gives: cycle"
    if one.renewal == "result":
        yield "    call: on_result"
        yield from [needs] if needs else []
        yield f"    default: {TO_FILL}"
        yield "    steps: [{step: renewal, stage: renewal}]"
        return
    ends = "30 days after delivery" if needs else "30 days after end"
    yield "    call: window"
    yield f"    window: {{opens: 60 days before end, closes: {ends}, roll: next_working_day}}"
    yield from [needs] if needs else []
    yield f"    default: {TO_FILL}"
    yield "    steps:"
    yield "      - {step: application, stage: application, like: D-APPLY}"
    yield "      - {step: vote, stage: renewal, by: group, choices: {继续: same_roster, 重组: new_roster}, vote: {quorum: 2/3, more_than: 1/2}}"


def _obligations(one: Answers) -> Iterator[str]:
    yield "obligations:   # ▷ 每一件要做的事一行：谁（who、each）、多久一次（per、times）、交什么（proof）、何时（due）、报给谁（to）"
    yield "  roster:  {like: D-ROSTER}"
    yield f"  plan:    {{title: 年度工作计划, per: programme_year, who: host, due: 30 days after start, proof: [plan], default: {TO_FILL}}}"
    if "annual" in _names(one):
        yield "  summary: {like: D-SELF}"
    yield ""
    yield "attendance: {like: D-ATT}"
    yield ""


def _assessments(one: Answers) -> Iterator[str]:
    then = "rectify" if one.rectification and "final" in _names(one) else "decide"
    entries = {
        "annual": ["  annual: {like: D-ANN}"],
        "midterm": [
            "  midterm:", "    like: D-FIN", "    title: 中期考核", "    opens: start",
            "    due: 60 days after start", "    grades: [qualified, unqualified]", f"    default: {{opens: {TO_FILL}, due: {TO_FILL}, grades: {TO_FILL}}}   # ▷ 写中期的时间",
        ],
        "final": ["  final:", "    like: D-FIN", "    then:", f"      unqualified: [{then}]", f"    default: {{then: {TO_FILL}}}"],
        "members": ["  members: {like: D-MEM}"],
    }  # fmt: skip
    chosen = [name for name in ASSESSMENTS if name in _names(one)]
    if chosen:
        yield "assessments:   # ▷ 等次、内容、谁考核、每个等次的后果（then）照原文改"
        yield from (line for name in chosen for line in entries[name])
        yield ""
    if then == "rectify":
        yield f"rectification: {{limit: {one.rectification}, reassessed_by: {_decider(one)}, default: {{limit: {TO_FILL}, reassessed_by: {TO_FILL}}}, like: D-RECT}}   # ▷ 整改不力的后果（ineffective）照原文改"
        yield ""


def _money(one: Answers) -> Iterator[str]:
    if one.fund:
        yield "funds:"
        yield f"  yearly: {{title: 工作经费, per: programme_year, amount: {one.fund}, from: {_decider(one)}, to: studio, default: {TO_FILL}}}"
        yield "ledger:    {like: D-FUND}"
    yield 'documents: {like: D-DOCS, studio_name: "{host}工作室", default: [studio_name]}   # ▷ 工作室怎样命名'
    yield "records:   {like: D-ARCH}"
    yield "reminders: {like: D-REMIND}"


def _end(one: Answers) -> Iterator[str]:
    names = _names(one)
    absent = [
        "agreement",
        "share",
        "themes",
        "certificate",
        "semester",
        "attendance_removal",
        "filing",
        "monthly_activity",
    ]
    absent += [part for part in ("annual", "midterm", "final", "members") if part not in names]
    absent += [] if one.rectification and "final" in names else ["rectification"]
    absent += ["renewal"] if one.renewal == "none" else []
    absent += [] if one.fund else ["funds"]
    yield "absent:   # ▷ 原文没有写的部分；补写了哪一部分，就从这里删去"
    yield f"  silent: [{', '.join(absent)}]"
    yield ""
    yield "clauses:   # ▷ 每写好一条规则，把它的条款号从 prose 移到 rules；最后 prose 里只剩没有可执行内容的，写明为什么"
    yield "  rules: []"
    if one.articles:
        yield "  prose:"
        yield from (f"    第{chinese(n)}条: 待归类" for n in range(1, one.articles + 1))


def chinese(n: int) -> str:
    """A number from 1 to 999 as clauses are numbered: 十, 十一, 二十一, 一百一十."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        zero = "零" if not tens and ones else ""
        inner = f"一{chinese(rest)}" if tens == 1 else chinese(rest)
        return f"{digits[hundreds]}百{zero}{inner}"
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")
