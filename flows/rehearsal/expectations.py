"""Expectations (期望): what may be looked for, and what was found instead when it is not there."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flows.engine.calendar import local_day
from flows.rehearsal import figures, looks, seen
from flows.rehearsal.addresses import NotYet, Target, find, periods_at
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.cycling import cycles
from flows.rehearsal.looks import Misspelled
from flows.rehearsal.questions import decisions, rectifications
from flows.rehearsal.ranges import is_on
from flows.rehearsal.scenario import Expectation
from flows.rehearsal.seated import MEMBERS, roster_faults, roster_rows
from flows.rehearsal.spelling import DESCRIBED, spelled
from flows.rehearsal.understood import misunderstood
from flows.rehearsal.warned import warnings
from flows.rehearsal.worded import worded

MOMENT = timedelta(microseconds=1)
NO_AND_YES: Mapping[str, bool] = {"no": False, "false": False, "否": False, "yes": True, "true": True, "是": True}


def look(bureau: Bureau, expectation: Expectation) -> list[str]:
    """What does not hold, in words; nothing when everything holds."""
    said = worded(bureau.programme, expectation.kind, expectation.of)
    if faults := misunderstood(bureau, expectation.kind, said):
        return faults
    meant = spelled(expectation.kind, said)
    return [fault for one in meant for fault in KINDS[expectation.kind].look(bureau, one)]


def _of_addresses(read: Callable[[Bureau, Target], object]) -> Callable[[Bureau, Any], list[str]]:
    """A look at one value of each address: `{address: expected}`."""

    def looked(bureau: Bureau, said: Any) -> list[str]:
        if not isinstance(said, dict):
            return [f"应当写成 {{地址: 值}}，写的是 {said}"]
        return [fault for address, wanted in said.items() if (fault := _differs(bureau, read, str(address), wanted))]

    return looked


def _differs(bureau: Bureau, read: Callable[[Bureau, Target], object], address: str, wanted: Any) -> str:
    try:
        found = read(bureau, find(bureau, address))
    except UnknownName as error:
        return str(error)
    return "" if _same(wanted, found) else f"{address} 应为 {wanted}，实为 {found}"


def _same(wanted: Any, found: object) -> bool:
    if isinstance(wanted, list):
        return any(_same(one, found) for one in wanted)
    wanted = wanted.removesuffix(".*") if isinstance(wanted, str) else wanted
    if isinstance(wanted, str) and isinstance(found, str) and "." in found and "." not in wanted:
        return wanted in found.split(".")
    return is_on(wanted, found) or (isinstance(wanted, bool) and wanted is found)


def state_of(_bureau: Bureau, target: Target) -> str:
    """`step.state` of what waits, or of how it ended."""
    run = target.run
    return f"{run.step}.{run.state}" if run is not None else "没有环节"


def _outcome(bureau: Bureau, target: Target) -> str:
    if target.kind == "application":
        return str(seen_outcome(bureau, target) or "未办结")
    return str(target.run.outcome or "未办结") if target.run is not None else "没有环节"


def seen_outcome(bureau: Bureau, target: Target) -> str | None:
    """How an application ended; None while it is under way."""
    outcome: str | None = seen.application(bureau.engine, target.subject_id).outcome
    return outcome


def _standing(bureau: Bureau, target: Target) -> str:
    return str(seen.studio(bureau.engine, target.studio_id or 0).standing)


def _level(bureau: Bureau, target: Target) -> str:
    return str(seen.studio(bureau.engine, target.studio_id or 0).level)


def _due(bureau: Bureau, target: Target) -> object:
    run = target.run
    if run is not None and run.due_at is not None:
        return local_day(run.due_at - MOMENT)
    return looks.due_on(bureau, target) or "没有期限"


def _waits_for(bureau: Bureau, target: Target) -> str:
    desks = [run.desk for run in seen.live(target.runs)]
    return "、".join(looks.part_of(bureau, target, desk) for desk in desks if desk) or "nobody"


def _same_desk(bureau: Bureau, said: Any) -> list[str]:
    if not isinstance(said, dict):
        return [f"应当写成 {{地址: 谁}}，写的是 {said}"]
    faults = []
    for address, who in _each_said(said):
        try:
            target = find(bureau, address)
            wanted = (
                bureau.acting(who, target.body_id, target.person_id, target.host_id).keys
                if who != "nobody"
                else frozenset()
            )
        except UnknownName as error:
            faults.append(str(error))
            continue
        desks = {run.desk for run in seen.live(target.runs) if run.desk}
        if not (desks & wanted if wanted else not desks):
            faults.append(f"{address} 应当等 {who}，实际等 {_waits_for(bureau, target)}")
    return faults


def _each_said(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each address with each of those it waits for."""
    for address, who in said.items():
        yield from ((str(address), str(one)) for one in (who if isinstance(who, list) else [who]))


def _all_are(read: Callable[[Bureau, Target], bool], word: str) -> Callable[[Bureau, Any], list[str]]:
    """A look at whether addresses are something: one, a list, or `{address: true|false}`."""

    def looked(bureau: Bureau, said: Any) -> list[str]:
        wanted = said if isinstance(said, dict) else dict.fromkeys(said if isinstance(said, list) else [said], True)
        faults = []
        for address, wish in wanted.items():
            try:
                target = find(bureau, str(address))
            except UnknownName as error:
                faults.append(str(error))
                continue
            yes = NO_AND_YES.get(str(wish).lower(), wish)
            if not isinstance(yes, bool) and not re.fullmatch(r"\d+/\d+", str(yes)):
                faults.append(f"{address}：应当写 true、false 或 1/2，写的是 {yes}")
            elif "/" in str(yes):
                found = looks.counted(bureau, target).strip("（）")
                faults += [] if found == str(yes) else [f"{address} 应为 {yes}，实为 {found or '不计次数'}"]
            elif read(bureau, target) is not bool(yes):
                faults.append(
                    f"{address} {'应当' if yes else '不应当'}{word}，实为 {state_of(bureau, target)}{looks.counted(bureau, target)}"
                )
        return faults

    return looked


def _met(_bureau: Bureau, target: Target) -> bool:
    return target.run is not None and target.run.state in {"met", "recorded", "graded", "paid"}


def _overdue(bureau: Bureau, target: Target) -> bool:
    if target.kind == "studio":
        return bool(looks.overdue_runs(bureau, target.address))
    run = target.run
    return run is not None and (
        run.state in {"overdue", "unmet"}
        or (run.ended_at is None and run.due_at is not None and run.due_at <= bureau.now)
    )


def _some(find_rows: Callable[[Bureau, Any], Sequence[str]], word: str) -> Callable[[Bureau, Any], list[str]]:
    """A look for at least one row that answers a description (`count: n` in it: exactly so many)."""

    def looked(bureau: Bureau, said: Any) -> list[str]:
        wanted = dict(said) if isinstance(said, dict) else said
        number = wanted.pop("count", None) if isinstance(wanted, dict) else None
        try:
            found = find_rows(bureau, wanted)
        except UnknownName as error:
            return [str(error)]
        if (number is None and found) or (number is not None and len(found) == int(number)):
            return []
        there = find_rows(bureau, {}) if isinstance(wanted, dict) else found
        return [
            f"{word}：应有{f' {number} 个' if number is not None else ''} {said}，实有 {len(found)} 个；现有的：{'；'.join(there[-6:]) or '无'}"
        ]

    return looked


def _none(bureau: Bureau, said: Any) -> list[str]:
    """Nothing of a kind answers: `{kind: description}`, or a list of them."""
    many = said if isinstance(said, list) else [said]
    pairs = [
        (kind, one) for each in many if isinstance(each, dict) for kind, of in each.items() for one in _each(kind, of)
    ]
    return [fault for kind, of in pairs if (fault := _is_there(bureau, kind, of))]


def _each(kind: str, said: Any) -> list[Any]:
    """The descriptions of what must not be: each row by itself, each address by itself."""
    if isinstance(said, dict) and kind not in DESCRIBED and kind not in {"open", "count"}:
        return [{key: value} for key, value in said.items() if key != "of"]
    if isinstance(said, list) and kind not in DESCRIBED:
        return list(said)
    return spelled(kind, said)


def _is_there(bureau: Bureau, kind: str, of: Any) -> str:
    """What there is of it, in words; empty when there is nothing. What cannot be understood is no proof that it is not there."""
    if kind not in ROWS or (isinstance(of, dict) and kind not in DESCRIBED and kind != "open"):
        return "" if KINDS[kind].look(bureau, of) else f"不应当成立，却成立：{kind} {of}"
    try:
        found = ROWS[kind](bureau, of)
    except NotYet:
        return ""
    except UnknownName as error:
        return "" if not isinstance(error, Misspelled) and _named(bureau, of) else str(error)
    return f"不应当有 {kind} {of}，却有：{'；'.join(found[:6])}" if found else ""


def _named(bureau: Bureau, of: Any) -> bool:
    """Whether whoever a description is about is known, though there is nothing of theirs to look at."""
    whose = [str(value) for value in of.values()] if isinstance(of, dict) else [str(of)]
    return bool({*bureau.people, *bureau.people_given, *bureau.bodies} & set(whose))


def _count(bureau: Bureau, said: Any) -> list[str]:
    """How many: `{kind: description, is: n}`, `{documents: n}` or `{members: n}`."""
    if isinstance(said, dict) and said and all("/" in str(key) for key in said):
        return [fault for address, number in said.items() for fault in _counted_at(bureau, str(address), number)]
    if each := _tallies(bureau, said):
        return [fault for one in each for fault in _count(bureau, one)]
    kinds = [key for key in said if key != "is"] if isinstance(said, dict) else []
    if len(kinds) != 1 or "is" not in said or kinds[0] not in ROWS:
        return [f"应当写成 {{种类: 描述, is: 个数}}，种类有：{'、'.join(ROWS)}；写的是 {said}"]
    kind, of = kinds[0], said[kinds[0]]
    found = [row for one in spelled(kind, of) for row in _rows(bureau, kind, one)]
    if len(found) == int(said["is"]):
        return []
    return [f"{kind} {of} 应有 {said['is']} 个，实有 {len(found)} 个：{'；'.join(found[:12])}"]


def _tallies(bureau: Bureau, said: Any) -> list[Mapping[str, Any]]:
    """What is counted by a word alone: rows of a kind (`documents: 2`), everybody in a role, or all members."""
    found: list[Mapping[str, Any]] = []
    for word, number in said.items() if isinstance(said, dict) and "is" not in said else ():
        kind = next((one for one in ROWS if word in (one, f"{one}s")), "")
        if kind and isinstance(number, int):
            found.append({kind: "studio" if kind in {"open", "overdue"} else {}, "is": number})
        elif word == MEMBERS or word in bureau.programme.people:
            found.append({"roster": word, "is": number})
        else:
            return []
    return found


def _counted_at(bureau: Bureau, address: str, number: Any) -> list[str]:
    """How many there are of what is owed, judged or paid under an address without a period: `{studio/training: 13}`."""
    found = periods_at(bureau, address)
    return (
        []
        if str(len(found)) == str(number)
        else [f"{address} 应有 {number} 件，实有 {len(found)} 件：{'、'.join(found)}"]
    )


def _rows(bureau: Bureau, kind: str, of: Any) -> Sequence[str]:
    """The rows that answer; of addresses with values those that hold."""
    if isinstance(of, dict) and kind not in DESCRIBED and kind != "open":
        return [str(key) for key, value in of.items() if not KINDS[kind].look(bureau, {key: value})]
    return ROWS[kind](bureau, of)


class Kind:
    """One kind of expectation: how it is looked at, how it is written, what it means."""

    def __init__(self, look_at: Callable[[Bureau, Any], list[str]], form: str, means: str) -> None:
        """`form` is an example, `means` a sentence."""
        self.look, self.form, self.means = look_at, form, means


# Rows that answer a description; `none` and `count` take these.
ROWS: Mapping[str, Callable[[Bureau, Any], Sequence[str]]] = {
    "message": looks.messages, "document": looks.documents, "money": looks.money, "cycle": cycles, "decision": decisions,
    "warning": warnings, "open": looks.open_runs, "overdue": looks.overdue_runs, "state": looks.in_state, "standing": looks.studios_standing,
    "outcome": looks.outcomes, "consequence": looks.consequences, "roster": roster_rows, "credit": looks.credited,
    "rectification": rectifications, "benefit": figures.benefits, "target": figures.targets, "record": figures.records,
}  # fmt: skip


def _roster(bureau: Bureau, said: Any) -> list[str]:
    return roster_faults(bureau, said)


KINDS: Mapping[str, Kind] = {
    "state": Kind(_of_addresses(state_of), "{A: notice.posted, studio/plan@y1: open}", "停在哪一步、什么状态；只写状态或只写步骤也可以"),
    "outcome": Kind(_of_addresses(_outcome), "{B: upheld}", "怎样办结"),
    "standing": Kind(_of_addresses(_standing), "{studio: revoked}", "工作室的状态：forming、active、suspended、revoked、ended、lapsed"),
    "level": Kind(_of_addresses(_level), "{studio: township}", "工作室的层级"),
    "due": Kind(_of_addresses(_due), "{studio/rectification: 2026-04-27}", "期限的最后一天"),
    "overdue": Kind(_all_are(_overdue, "逾期"), "studio/brief@2025-10，或列表，或 {地址: false}", "已经逾期，或者到结账也没有办（unmet）"),
    "waits_for": Kind(_same_desk, "{studio/rectification: host}", "在等谁办理，几家同时办的可以写列表；nobody：不等人"),
    "met": Kind(_all_are(_met, "完成"), "[studio/plan@y1]，或 {地址: false}", "应办事项已经完成"),
    "grade": Kind(looks.grades, "{studio/annual@y1: qualified, studio/members@y1/L2: unqualified}", "考核的等次（整改后的以整改后为准）"),
    "message": Kind(_some(looks.messages, "通知"), "{notice: objection_upheld, to: B, says: 核实}", "有这样一条通知"),
    "document": Kind(_some(looks.documents, "文书"), "{kind: circular, to: studio, says: 通报}", "有这样一份文书"),
    "money": Kind(_some(looks.money, "经费"), "{fund: city, period: 2025/26, amount: 20000元, share: 100, status: due}", "有这样一笔经费；total: 各笔合计"),
    "balance": Kind(figures.balance, "{studio: 1979.45元}", "台账的余额"),
    "cycle": Kind(_some(cycles, "周期"), "{studio: studio, number: 2, from: 2027-04-15, to: 2029-04-14}，或 {studio: 2027-04-15…2029-04-14}", "有这样一个周期；phase: 今天在哪一阶段"),
    "roster": Kind(_roster, "{L2: none, A1: assistant}，或 {learner: 5}", "谁在工作室里、是什么角色；各角色几人"),
    "decision": Kind(_some(decisions, "决定事项"), "{about: studio, question: 是否, choice: 终止, answer: 终止}", "有这样一件请人决定的事"),
    "rectification": Kind(_some(rectifications, "整改"), "studio，或 {studio: mending}", "有这样一次整改；结束了的也算"),
    "warning": Kind(_some(warnings, "提示"), "{about: studio, because: share_exceeded, says: 2/9}", "有这样一条提示，不是处分"),
    "consequence": Kind(_some(looks.consequences, "结果运用"), "{kind: title, to: host, says: 名班主任}", "有这样一项结果运用"),
    "benefit": Kind(_some(figures.benefits, "待遇"), "{to: L1, says: 加分}", "谁享有这样一项待遇"),
    "target": Kind(_some(figures.targets, "目标"), "{measure: studios, reached: 3, met: false}，或 {studios: 3}", "目标完成到多少；reached: none 是没有记录"),
    "record": Kind(_some(figures.records, "记录"), "{kind: paper, by: L1, level: city, says: 课题}", "有这样一份记录（活动、成果、材料）"),
    "credit": Kind(_some(looks.credited, "计入"), "studio/visits@one；多少次用 count: {credit: studio/visits@one, is: 1}", "有计入这一事项的记录"),
    "open": Kind(_some(looks.open_runs, "在办"), "studio，或 studio/plan@y1", "还有在办的事项"),
    "count": Kind(_count, "{state: expert_review.reserved, is: 3}", "有几个；种类写下面可以数的"),
    "none": Kind(_none, "{open: studio}、{document: {kind: circular}}", "没有这样的东西"),
}  # fmt: skip

__all__ = ["KINDS", "ROWS", "Kind", "look", "state_of"]
