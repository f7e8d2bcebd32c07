"""A studio's file and the growth files of its people (档案), filled by the work itself, checked against the parts the text names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme.vocabulary import CONSEQUENCES_ZH, GRADES_ZH
from models.files import ENDINGS
from models.queries.archives import (
    honours_of,
    marks_in,
    mended_in,
    papers_of_studio,
    records_of_studio,
    results_of_studio,
)
from models.queries.money import lines
from models.queries.payments import vouchers_of
from web.display import formal_day
from web.i18n import _
from web.studio_doors import Door
from web.views.rectifications import files_of, findings_of

STUDIO_PARTS, PERSON_PARTS = ("规划计划", "活动记录", "成果", "考核", "经费"), ("成长规划", "活动", "成果", "考核")
# What kind of thing a part of a file holds, by the words its title has; what has none of them holds results.
KINDS: tuple[tuple[str, str], ...] = (
    ("考核|考评|评估|鉴定|述职", "result"), ("经费|财务|台账|预算", "money"), ("证书|聘书|荣誉|称号|获奖|学分|学时", "honour"), ("规划|计划|方案|目标|制度", "plan"),
    ("活动|教研|研讨|课|讲座|观摩|例会|考勤|学习|帮扶|会议|图片|影像", "activity"), ("文件|通知|发文|协议", "paper"),
)  # fmt: skip
PLANS = frozenset({"plan", "growth_plan", "improvement_plan", "school_plan"})


@dataclass(frozen=True)
class Item:
    """One thing in a file."""

    title: str
    on: date | None
    kind: str
    href: str = ""
    detail: str = ""
    person_ids: frozenset[int] = frozenset()
    record_id: int | None = None
    text: str = ""
    papers: tuple[
        tuple[str, str], ...
    ] = ()  # stored files that belong to it besides those of a record: SHA-256 and name


@dataclass(frozen=True)
class FilePart:
    """One part of a file with what it holds."""

    title: str
    items: tuple[Item, ...] = ()

    @property
    def size(self) -> int:
        """How much it holds."""
        return len(self.items)


@dataclass(frozen=True)
class PersonFile:
    """The growth file of one person: how much each part holds."""

    person_id: int
    name: str
    body: str
    parts: tuple[FilePart, ...] = field(default_factory=tuple)

    @property
    def lacking(self) -> int:
        """How many parts are empty."""
        return sum(not part.items for part in self.parts)


def items_of(work: Work, door: Door) -> list[Item]:
    """Everything the work has left in a studio's file, the latest first."""
    session, studio_id = work.session, door.studio.id
    records = records_of_studio(session, studio_id)
    marks: dict[int, list[Any]] = {}
    for row in marks_in(session, [one.id for one in records if one.kind == "activity"]):
        marks.setdefault(row.record_id, []).append(row)
    found = [_record(door, one, marks.get(one.id, ())) for one in records]
    found += [_result(one) for one in results_of_studio(session, studio_id)]
    found += [_mended(door, one) for one in mended_in(session, studio_id)]
    found += [_honour(one) for one in honours_of(session, studio_id)]
    found += [_paper(one) for one in papers_of_studio(session, studio_id)]
    entries = lines(session, studio_id)
    if entries:
        title = _("经费台账，共 {n} 笔", n=len(entries))
        scans = tuple(
            (one.file_sha256, f"{one.number} {one.what}{ENDINGS.get(one.type, '')}")
            for one in vouchers_of(session, studio_id)
        )
        found.append(Item(title, entries[-1].on, "money", f"/studios/{studio_id}/funds", papers=scans))
    return found


def _record(door: Door, one: Any, marks: Sequence[Any]) -> Item:
    owed = door.programme.obligations.get(one.key or "")
    proofs = set(owed.proof) if owed else set()
    kind = "activity" if one.kind == "activity" else "plan" if one.kind in PLANS or "plan" in proofs else "achievement"
    there = {row.person_id for row in marks if row.mark in {"present", "late"}}
    whose = there if one.kind == "activity" else {one.filed_by}
    if one.unit_kind not in {None, "studio", "school", "record"} and one.unit_id:
        whose = whose | {one.unit_id}
    standing = {"accepted": _("已计入"), "claimed": _("待审核"), "refused": _("已退回"), "noted": _("只备查")}.get(
        one.credit or "", ""
    )
    href = f"/activities/{one.id}" if one.kind == "activity" else f"/studios/{door.studio.id}/archive/records/{one.id}"
    return Item(
        one.title,
        one.held_on,
        kind,
        href,
        " · ".join(part for part in (one.by, standing) if part),
        frozenset(whose),
        one.id,
        _written(one, marks),
    )


def _written(one: Any, marks: Sequence[Any]) -> str:
    """What stands in a record: where and when, what was written, and who was there, away, or had leave."""
    content: Mapping[str, Any] = one.content or {}
    texts = {"record": _("做了什么"), "changes": _("带来什么变化"), "text": _("内容")}
    told = {**(content.get("texts") or {}), **({"text": content["text"]} if content.get("text") else {})}
    words = {"present": _("到"), "late": _("迟到"), "leave": _("请假"), "absent": _("缺勤")}
    named = {word: [row.name for row in marks if row.mark == mark] for mark, word in words.items()}
    said = [
        (_("日期"), formal_day(one.held_on) if one.held_on else ""), (_("地点"), one.place or ""), (_("主题"), one.theme or ""),
        (_("报送人"), one.by), *((texts.get(key, _("内容")), str(value)) for key, value in told.items() if value),
        *((word, "、".join(names)) for word, names in named.items() if names),
    ]  # fmt: skip
    return "\r\n".join(
        [one.title, *(_("{label}：{value}", label=label, value=value) for label, value in said if value), ""]
    )


def _result(one: Any) -> Item:
    grade = GRADES_ZH.get(one.after_rectification or one.grade, _("已登记"))
    whose = frozenset({one.person_id}) if one.person_id else frozenset()
    detail = _("整改后{grade}", grade=grade) if one.after_rectification else grade
    return Item(
        f"{one.title} {one.period}",
        local_day(one.released_at),
        "result",
        f"/assessments/{one.assessment_id}",
        detail,
        whose,
        None,
        one.reason,
    )


def _mended(door: Door, one: Any) -> Item:
    """What was found wanting, what was done about it, and how it came out."""
    said = [finding.title if not finding.said else f"{finding.title}：{finding.said}" for finding in findings_of(one)]
    done = [
        " · ".join(part for part in (each.what, each.who, each.mark.label, each.proof) if part)
        for finding in findings_of(one)
        for each in finding.measures
    ]
    report = str((one.report or {}).get("report") or "")
    told = [(_("问题"), "；".join(said)), (_("措施"), "；".join(done)), (_("整改报告"), report)]
    title = _("{title} {period} 整改", title=one.title, period=one.period)
    outcome = {"effective": _("整改有效"), "ineffective": _("整改不力")}.get(one.verdict, _("整改中"))
    text = [title, outcome, *(_("{label}：{value}", label=label, value=value) for label, value in told if value), ""]
    on = local_day(one.reported_at or one.released_at) if one.reported_at or one.released_at else one.limit_on
    href = f"/rectifications/{one.id}" if door.sees_all else ""
    return Item(
        title, on, "result", href, outcome, text="\r\n".join(text), papers=tuple(files_of(one.measures).items())
    )


def _honour(one: Any) -> Item:
    whose = frozenset({one.person_id}) if one.person_id else frozenset()
    title = " ".join(part for part in (CONSEQUENCES_ZH.get(one.kind, one.kind), one.value) if part)
    return Item(title, local_day(one.at), "honour", "", "", whose)


def _paper(one: Any) -> Item:
    kinds = {"plaque": _("牌匾"), "certificate": _("证书"), "circular": _("通报"), "notice": _("表彰"), "minutes": _("决定"),
             "rectification_notice": _("整改通知"), "announcement": _("发文")}  # fmt: skip
    return Item(f"{kinds.get(one.kind, one.kind)} {one.number}", local_day(one.requested_at), "paper")


def studio_file(door: Door, items: Sequence[Item]) -> list[FilePart]:
    """The studio's file by the parts its text names; what fits none stands at the end."""
    named = door.programme.records.studio if door.programme.records else ()
    return _parted(
        tuple(named) or STUDIO_PARTS,
        [one for one in items if one.kind not in {"result", "honour"} or not one.person_ids],
    )


def person_file(door: Door, seat: Any, items: Sequence[Item]) -> PersonFile:
    """The growth file of whoever has a seat."""
    named = door.programme.records.person if door.programme.records else ()
    own = [one for one in items if seat.person_id in one.person_ids]
    return PersonFile(seat.person_id, seat.name, seat.body, tuple(_parted(tuple(named) or PERSON_PARTS, own)))


def _parted(titles: Sequence[str], items: Sequence[Item]) -> list[FilePart]:
    kinds = [(title, kind_of(title)) for title in titles]
    held: dict[str, list[Item]] = {title: [] for title in titles}
    rest: list[Item] = []
    for one in items:
        places = [title for title, kind in kinds if kind == one.kind] or [
            title for title, kind in kinds if kind == "achievement"
        ]
        held[places[0]].append(one) if places else rest.append(one)
    parts = [FilePart(title, tuple(held[title])) for title in titles]
    return [*parts, FilePart(_("其他"), tuple(rest))] if rest else parts


def kind_of(title: str) -> str:
    """What kind of thing a part of a file holds."""
    return next((kind for words, kind in KINDS if re.search(words, title)), "achievement")
