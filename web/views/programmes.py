"""The programme page (办法与规则): clause by clause, what the system does because of it, each rule with its origin."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.programme import Line, Origin, Programme, compare, coverage, lifecycle_sections, origin_of
from web.display import Part, Provenance, StateMark, Tab
from web.i18n import _, word

SHOWN = ("all", "default", "decision", "judged")
_NUMERALS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_RUN = re.compile(r"[〇一二三四五六七八九十百]+|\d+")
_UNWRITTEN = "unwritten"
_CODE = re.compile(r"[；，、]?\s*D-[A-Z]+(?:-[A-Z]+)*")  # the internal code of a default
# A figure with its unit, a grade in quotes, and the words that say must, may and may not.
_DECIDING = re.compile(
    r"“[^”]{1,12}”(?:及以上)?|(?:第?[0-9０-９一二三四五六七八九十百]+(?:[-－—–~至][0-9一二三四五六七八九十]+)?)个?(?:工作日|学期|学年|年|月|日|天|周|名|人|次|节|篇|项|场|所|周岁|岁|课时|万元|元|%|％)(?:成员)?"
    r"|[一二三四五六七八九十]分之[一二三四五六七八九十]|原则上|应当|必须|不得|不少于|不超过|可申请|限期整改|予以撤销|予以撤消|不再列为"
)
_LAST = (999,)

# What a default is about, by the last word of its place; the internal code of a default is never shown.
_ABOUT = {
    "within": word("审核时限"), "return_within": word("补正时限"), "length": word("公示期"), "inquiry": word("核查时限"),
    "due": word("截止时间"), "starts": word("起算日"), "reassess_within": word("复核时限"), "then": word("后果"),
    "absent": word("缺勤认定"), "blocks": word("先后次序"), "gives": word("办理路径"), "needs": word("前提"),
    "number": word("人数"), "limit": word("整改期限"), "ineffective": word("整改不力"),
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One thing the system does: its kind, its words, where it comes from; `judged`: a person decides, no machine."""

    kind: str
    text: str
    origin: Provenance | None
    judged: bool
    note: str = ""


@dataclass(frozen=True)
class ClauseRow:
    """A clause with what follows from it; `prose`: why nothing does; `words`: what it says, the deciding words marked."""

    clause: str
    anchor: str
    prose: str
    rules: tuple[Rule, ...]
    words: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Everything the page shows of one version."""

    rows: tuple[ClauseRow, ...]
    encoded: int
    prose: int
    missed: tuple[str, ...]
    parts: tuple[Part, ...]
    counts: Mapping[str, int]

    @property
    def clauses(self) -> int:
        """How many clauses the text has."""
        return self.encoded + self.prose + len(self.missed)


def marked(text: str) -> tuple[tuple[str, bool], ...]:
    """The words of a clause in pieces, those that decide (figures with their unit, grades in quotes, must and may) marked."""
    found, at = [], 0
    for match in _DECIDING.finditer(text):
        found += [(text[at : match.start()], False)] if match.start() > at else []
        found.append((match.group(), True))
        at = match.end()
    return (*found, (text[at:], False)) if at < len(text) else tuple(found)


def clause_anchor(clause: str) -> str:
    """The anchor of a clause on its programme page: 九(一) is `c9-1`, 第十七条 is `c17`."""
    numbers = _numbers(clause)
    return "c" + "-".join(map(str, numbers)) if numbers else "c" + clause.encode().hex()[:12]


def clause_href(code: str, number: int, clause: str) -> str:
    """The address of a clause in one version of a programme."""
    return f"/programmes/{code}/{number}#{clause_anchor(clause)}"


def sheet_of(programme: Programme, shown: str = "all") -> Sheet:
    """The sheet of a programme; `shown` keeps only defaults, decisions, or what a person must judge."""
    lines = [(line, _rule(programme, line)) for _title, body in lifecycle_sections(programme) for line in body]
    counted = Counter(rule.origin.kind for _line, rule in lines if rule.origin)
    counts = {"all": len(lines), **counted, "judged": sum(rule.judged for _line, rule in lines)}
    kept = [(line, rule) for line, rule in lines if _kept(rule, shown)]
    covered = coverage(programme)
    rows = tuple(row for row in _rows(programme, kept) if row.rules or (shown == "all" and row.clause))
    return Sheet(rows, len(covered.encoded), len(covered.prose), covered.missed, _parts(counted), counts)


CHANGES = {
    "added": (word("增加"), "plus", "green"), "removed": (word("删去"), "minus", "red"), "changed": (word("改动"), "pen", "blue"),
    "cited": (word("只改出处"), "quote-left", "gray"),
}  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """One difference of two versions, with the origin of each side."""

    mark: StateMark
    place: str
    before: str
    after: str
    before_from: str
    after_from: str


def change_lines(old: Programme, new: Programme) -> dict[str, list[Changed]]:
    """The differences of two versions by section of the file."""
    found: dict[str, list[Changed]] = {}
    for one in compare(old, new):
        label, icon, tone = CHANGES[one.kind]
        origins = [origin.text if origin is not None else "" for origin in (one.before_origin, one.after_origin)]
        said = ["" if text.startswith("D-") else text for text in origins]
        found.setdefault(one.section, []).append(
            Changed(StateMark(_(label), icon, tone), one.place, one.before_text, one.after_text, *said)
        )
    return found


def filter_tabs(counts: Mapping[str, int], base: str, shown: str) -> tuple[Tab, ...]:
    """The filters above the sheet."""
    labels = {"all": _("全部"), "default": _("只看缺省"), "decision": _("只看决定"), "judged": _("不能核对的")}
    return tuple(
        Tab(labels[key], base if key == "all" else f"{base}?show={key}", counts.get(key, 0), active=shown == key)
        for key in SHOWN
    )


def _rows(programme: Programme, kept: Sequence[tuple[Line, Rule]]) -> list[ClauseRow]:
    covered = coverage(programme)
    known = [*programme.clauses.rules, *covered.prose]
    under: dict[str, list[Rule]] = {clause: [] for clause in known}
    unwritten: list[Rule] = []
    for line, rule in kept:
        places = [clause for clause in _clauses_of(programme, line) if clause in under]
        for clause in places:
            under[clause].append(rule)
        if not places:
            unwritten.append(rule)
    ordered = sorted(known, key=lambda clause: _numbers(clause) or _LAST)
    texts = programme.clauses.texts
    rows = [
        ClauseRow(one, clause_anchor(one), covered.prose.get(one, ""), tuple(under[one]), marked(texts.get(one, "")))
        for one in ordered
    ]
    return [*rows, ClauseRow("", _UNWRITTEN, "", tuple(unwritten))]


def _clauses_of(programme: Programme, line: Line) -> Sequence[str]:
    """The clauses a line stands under: its own, or for what no clause says, that of the entry around it."""
    origin, place = line.origin, line.path
    while origin is not None and origin.kind != "clause" and "." in place:
        place = place.rpartition(".")[0]
        origin = origin_of(programme, place)
    return origin.text.split("、") if origin is not None and origin.kind == "clause" else ()


def _rule(programme: Programme, line: Line) -> Rule:
    note = _CODE.sub("", line.origin.reason) if line.origin and line.origin.kind != "clause" else ""
    return Rule(
        _kind(line.path), line.text.removeprefix("条件 "), origin_mark(line), _judged(programme, line.path), note
    )


def origin_mark(line: Line) -> Provenance | None:
    """Where a line comes from, leading to its clause on the same page; the internal code of a default is never shown."""
    origin: Origin | None = line.origin
    if origin is None:
        return None
    if origin.kind == "clause":
        clause = origin.text.split("、")[0]
        return Provenance("clause", origin.text, f"#{clause_anchor(clause)}")
    if origin.kind == "default":
        return Provenance("default", _about(line.path), "", origin.reason)
    return Provenance("decision", origin.text, "", origin.reason)


def _about(path: str) -> str:
    found = next((_ABOUT[part] for part in reversed(path.split(".")) if part in _ABOUT), "")
    return _(found) if found else _("共用默认")


def _judged(programme: Programme, path: str) -> bool:
    parts = path.split(".")
    if len(parts) != 4 or parts[0] != "people" or parts[2] != "criteria":
        return False
    return bool(programme.people[parts[1]].criteria[int(parts[3])].judged)


def _kind(path: str) -> str:
    """核对 流程 排期 提醒 计算 结果 仅记录: what the system does with a line, by where it is written."""
    parts = path.split(".")
    last = parts[-1]
    if last in {"within", "return_within", "length", "inquiry", "due", "reassess_within", "limit"}:
        return _("排期")
    if "then" in parts or last == "ineffective":
        return _("结果")
    if "criteria" in parts or last in {"number", "needs", "blocks"} or "limits" in parts or parts[0] == "shares":
        return _("核对")
    kinds = {
        "cycle": _("计算"), "attendance": _("计算"), "funds": _("计算"), "obligations": _("提醒"), "absent": _("仅记录"),
        "people": _("核对"), "plan": _("排期"), "benefits": _("仅记录"), "ledger": _("仅记录"), "records": _("仅记录"),
        "documents": _("仅记录"), "targets": _("仅记录"),
    }  # fmt: skip
    return kinds.get(parts[0], _("流程"))


def _kept(rule: Rule, shown: str) -> bool:
    if shown == "judged":
        return rule.judged
    return shown == "all" or (rule.origin is not None and rule.origin.kind == shown)


def _parts(counted: Mapping[str, int]) -> tuple[Part, ...]:
    tones = (("clause", _("条款"), "blue"), ("default", _("缺省"), "gray"), ("decision", _("决定"), "purple"))
    return tuple(Part(label, counted[kind], tone) for kind, label, tone in tones if counted.get(kind))


def _numbers(clause: str) -> tuple[int, ...]:
    return tuple(_number(found) for found in _RUN.findall(clause))


def _number(text: str) -> int:
    """17 for 十七 and for 17."""
    if text.isdigit() and text not in _NUMERALS:
        return int(text)
    total = 0
    hundreds, _sep, rest = text.rpartition("百")
    total += 100 * (_NUMERALS.get(hundreds, 1) if _sep else 0)
    tens, _ten, ones = rest.rpartition("十")
    total += 10 * (_NUMERALS.get(tens, 1) if _ten else 0)
    return total + _NUMERALS.get(ones, 0)
