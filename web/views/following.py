"""What will follow (后果) as pages show it: by itself, by a decision, or not at all, each with its clause; and what has followed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.calendar import due_after, local_day
from flows.engine.work import Work
from flows.programme import Programme, origin_of
from flows.programme.foretelling import Foretold, foretell
from flows.programme.vocabulary import CONSEQUENCES_ZH, GRADES_ZH
from flows.regulations import who_title
from web.display import Provenance, StateMark, day, state_mark
from web.i18n import _, word
from web.views.cases import provenance_of

ADVERSE = frozenset(
    {"rectify", "revoke", "adjust_out", "warn", "circulate", "suspend", "end", "bar", "succeed", "leave"}
)
WAYS = {
    "auto": (word("自动"), "bolt", "blue"),
    "decide": (word("待决定"), "gavel", "purple"),
    "not": (word("不发生"), "ban", "gray"),
}
ACTS = {
    "revoke": word("撤销工作室"), "rectify": word("开出整改"), "adjust_out": word("调整出成员"), "end": word("终止工作室"), "suspend": word("暂停工作室"),
    "circulate": word("予以通报"), "bar": word("不再列为对象"), "commend": word("予以表彰"), "reward": word("发放奖励"),
}  # fmt: skip
CORRECT = "correct"
BECAME = {
    "": (word("已办"), "circle-check", "green"), "withdrawn": (word("已撤回"), "rotate-left", "gray"), "over": (word("已办结"), "circle-check", "gray"),
    "by_hand": (word("待人工办理"), "gavel", "amber"),
}  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """One line of what follows: `way` auto, decide or not; `kind` its word; `limit`: a day that may be set, proposed so."""

    way: str
    kind: str
    what: str
    detail: str = ""
    whom: str = ""
    origin: Provenance | None = None
    limit: date | None = None
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def mark(self) -> StateMark:
        """Whether it happens by itself, as a mark."""
        label, icon, tone = WAYS[self.way]
        return StateMark(_(label), icon, tone)


def grade_mark(grade: str, words: Mapping[str, str]) -> StateMark:
    """The mark of a grade in the words of the programme."""
    shown = words.get(grade) or _(GRADES_ZH.get(grade, grade))
    if grade == "marginal":
        return StateMark(shown, "triangle-exclamation", "amber")
    try:
        return state_mark("grade", grade, shown)
    except KeyError:
        return StateMark(shown, "minus", "gray")


def effects_of(work: Work, programme: Programme, address: str, key: str, grade: str) -> list[Effect]:
    """What delivering a grade brings: what comes by itself, what is asked, what people would expect and does not come."""
    told = foretell(programme, key, grade)
    kinds = {one.kind for one in told}
    lines = [_line(work, programme, address, one) for one in told]
    if grade == "unqualified":
        lines += _not_coming(programme, address, key, kinds)
    return sorted(lines, key=lambda one: ("auto", "decide", "not").index(one.way))


def _line(work: Work, programme: Programme, address: str, one: Foretold) -> Effect:
    origin = provenance_of(one.origin.as_row(), address)
    if one.kind == "decide":
        choices = tuple((title, "、".join(inner.what for inner in then)) for title, then in one.choices)
        detail = _("由{who}另行决定，不会自动执行。", who=programme.deciding_body().title)
        return Effect("decide", one.kind, one.what, detail, one.whom, origin, None, choices)
    if one.kind == "rectify" and programme.rectification is not None:
        limit = programme.rectification.limit
        due = due_after(local_day(work.now), limit.otherwise, work.calendar, roll=programme.rectification.roll).on
        if limit.set_by:
            detail = _(
                "办法只写“限期”。缺省为送达后 {span}（{day}），由您改定。",
                span=limit.otherwise.chinese,
                day=day(due, local_day(work.now)),
            )
            return Effect("auto", one.kind, programme.word("rectify", _("限期整改")), detail, one.whom, origin, due)
        detail = _("从送达之日起 {span}，{day} 截止。", span=limit.otherwise.chinese, day=day(due, local_day(work.now)))
        return Effect("auto", one.kind, programme.word("rectify", _("限期整改")), detail, one.whom, origin)
    return Effect("auto", one.kind, one.what, "", one.whom, origin)


def _not_coming(programme: Programme, address: str, key: str, kinds: set[str]) -> list[Effect]:
    """What people expect of a failed assessment, where the text does not let it follow."""
    excluded = set(programme.assessments[key].excludes)
    origin = provenance_of(origin_of(programme, f"assessments.{key}").as_row(), address)
    found = []
    if "rectify" not in kinds:
        said = _("这一项考核不适用整改。") if "rectify" in excluded else _("办法没有规定这一项不合格要整改。")
        found.append(
            Effect(
                "not",
                "rectify",
                programme.word("rectify", _("限期整改")),
                said,
                "",
                origin if "rectify" in excluded else None,
            )
        )
    if not kinds & {"revoke", "end"}:
        after = "rectify" in kinds and programme.rectification is not None and any(
            each.kind == "revoke" for each in programme.rectification.ineffective
        )  # fmt: skip
        said = (
            _("只有整改不力才进入。整改期间照常运行，其他事项照常到期。")
            if after
            else _("工作室不会因为这个结果撤销。")
        )
        found.append(Effect("not", "revoke", _("{revoke}工作室", revoke=programme.word("revoke", _("撤销"))), said))
    return found


def is_adverse(grade: str, effects: Iterable[Effect]) -> bool:
    """Whether a result is to somebody's disadvantage, so that its button is red and needs a reason."""
    return grade == "unqualified" or any(one.way == "auto" and one.kind in ADVERSE for one in effects)


def act_words(effects: Iterable[Effect]) -> str:
    """What happens with the delivery, as the end of a button's words: ，开出整改."""
    first = next((one for one in effects if one.way == "auto" and one.kind in ACTS), None)
    return _("，{act}", act=_(ACTS[first.kind])) if first else ""


def rule_words(programme: Programme, rows: Sequence[Mapping[str, Any]]) -> str:
    """What stored consequences bring, in words: what a choice of a decision has after it."""
    said = []
    for one in rows:
        if one["kind"] == CORRECT:
            said.append(_("更正后的等次应有的后果随即办理；原等次的后果没有执行的撤回，已经执行的列出由人工办理"))
            continue
        name = programme.word(one["kind"], CONSEQUENCES_ZH[one["kind"]])
        to = f"（{who_title(programme, one['to'])}）" if one.get("to") else ""
        value = fund_title(programme, one.get("value") or one.get("fund") or "")
        share = f" {one['share']}%" if one.get("share") is not None else ""
        said.append(f"{name}{_('：')}{value}{share}{to}" if value or share else f"{name}{to}")
    return "；".join(said)


def fund_title(programme: Programme, key: str) -> str:
    """What a fund is called; any other value as it is written."""
    return programme.funds[key].title if key in programme.funds else key


def became_mark(row: Any) -> StateMark:
    """Whether what followed was carried out, or what a correction made of it."""
    label, icon, tone = BECAME[row.origin.get("corrected", {}).get("state", "")]
    return StateMark(_(label), icon, tone)


def left_to_do(row: Any) -> str:
    """What people have to do about something that followed from a result since corrected."""
    return str(row.origin.get("corrected", {}).get("says", ""))


def followed_words(programme: Programme, row: Any) -> str:
    """One thing that has followed, in words."""
    if row.kind == CORRECT:
        return _("结果更正为{grade}", grade=_(GRADES_ZH.get(row.value, row.value)))
    name = programme.word(row.kind, CONSEQUENCES_ZH.get(row.kind, row.kind))
    value = fund_title(programme, row.value) if row.kind not in {"bar", "refill"} else ""
    share = f" {row.origin['share']}%" if row.origin.get("share") is not None else ""
    return f"{name}{_('：')}{value}{share}" if value or share else name
