"""An application as its pages show it: progress, who has it, eligibility with clauses, papers, and the record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import Span, due_after, local_day
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from web.display import (
    DueMark,
    Meter,
    Provenance,
    StateMark,
    Strip,
    StripStep,
    TimelineEntry,
    clock_time,
    day,
    deadline,
    plain_day,
    relative,
    relative_day,
    span,
    state_mark,
    used_of,
)
from web.i18n import _, _n, word
from web.views.asked_for import ACTS, outcome_mark
from web.views.cases import due_of, meter_of, provenance_of, span_of, spent, state_of

AGAINST = {"declined", "lapsed", "withdrawn", "upheld", "rejected", "cancelled", "unplaced"}
MOST_STEPS = 7

# What an event is called in the record, and its look; {step} is the step without 审核.
EVENTS: Mapping[str, tuple[str, str]] = {
    "submit": (word("提交申报"), "sent"), "resubmit": (word("补正后重新提交"), "changed"), "endorse": (word("{step}同意推荐"), "done"),
    "decline": (word("{step}不予推荐"), "refused"), "send_back": (word("{step}退回补正"), "returned"),
    "withdraw": (word("撤回申报"), "clock"), "extend": (word("{step}延期"), "decided"), "lapse": (word("到期未提交，已失效"), "clock"),
    "cancel": (word("{step}已取消"), "clock"), "draw": (word("抽取评审专家"), "done"), "all_in": (word("专家评分到齐"), "done"),
    "ask_further": (word("分差过大，加评"), "changed"), "replace": (word("更换专家"), "changed"), "rank": (word("确认排序"), "done"),
    "release": (word("公布结果"), "done"), "promote": (word("递补"), "done"), "post": (word("开始公示"), "posted"),
    "object": (word("收到异议，核查中"), "decided"), "dismiss": (word("异议不成立"), "decided"), "uphold": (word("异议成立"), "refused"),
    "close": (word("公示期满，无异议"), "done"), "announce": (word("发文"), "done"), "hang": (word("挂牌"), "done"),
    "register": (word("登记"), "done"), "seat": (word("加入工作室"), "done"), "allocate": (word("安排工作室"), "done"),
    "waive": (word("豁免一项资格条件"), "decided"), "judge": (word("判断资格"), "done"), "leave": (word("退出工作室"), "done"), "renew": (word("续期"), "done"),
}  # fmt: skip
INTERNAL = {"ask_further", "replace"}
# Of what an act carried, the record shows this and no more; the facts of an objection stay with the authority.
SHOWN = ("defects", "due_on")
UNSAID = {"object"}  # its words are the objector's


@dataclass(frozen=True)
class CheckLine:
    """One criterion: its words, the finding, what it rests on, who asks it; `machine`: found by the system."""

    place: str
    title: str
    mark: StateMark
    basis: str
    origin: Provenance | None
    machine: bool
    look: str
    waivable: bool = False


@dataclass(frozen=True)
class PaperLine:
    """One attached paper."""

    title: str
    detail: str
    href: str
    icon: str


@dataclass(frozen=True)
class Holder:
    """Who has a case now: names, the body, the deadline, days used, when they were reminded."""

    name: str
    body: str
    due: DueMark
    meter: Meter | None
    reminded: str
    step: str


_ORDER = {"human": 0, "failed": 1, "soft": 2, "waived": 3, "expert": 4, "judged": 5, "passed": 5}


def check_lines(checks: Iterable[Any], address: str = "") -> tuple[CheckLine, ...]:
    """Criteria, those to be judged first, then the failed, the passed last."""
    lines = [_check_line(one, address) for one in checks]
    return tuple(sorted(lines, key=lambda one: _ORDER[one.look]))


def _check_line(one: Any, address: str) -> CheckLine:
    look = {"failed": "failed", "warned": "soft", "waived": "waived", "passed": "passed"}.get(one.result, "human")
    judge = getattr(one, "judge", None)
    if look == "human" and one.asks == "expert":
        look = "expert"
    if look == "passed" and judge:
        look = "judged"
    mark = state_mark("eligibility", "human", _("由专家评")) if look == "expert" else state_mark("eligibility", look)
    basis = "；".join(part for part in (one.value, one.reason if one.reason not in one.value else "") if part)
    if judge:
        verdict = _("符合") if one.result == "passed" else _("不符合")
        basis = _("{who} {day} 判断：{verdict}", who=judge, day=plain_day(local_day(one.at)), verdict=verdict)
        basis += f"；{one.reason}" if one.reason else ""
    if look == "expert":
        basis = _("评审时由专家打分，本环节不判断")
    origin = provenance_of(one.origin, address)
    return CheckLine(
        one.place, one.title, mark, basis, origin, not judge and look in {"passed", "failed", "soft"}, look
    )


def check_summary(lines: Sequence[CheckLine]) -> tuple[StateMark, ...]:
    """How many are met, to be judged, not met: marks for the head of the table."""
    words = (
        (("passed", "judged", "waived"), word("{n} 符合"), "circle-check", "green"), (("human",), word("{n} 待您判断"), "user-pen", "blue"),
        (("expert",), word("{n} 由专家评"), "users", "blue"), (("soft",), word("{n} 原则上未满足"), "triangle-exclamation", "amber"),
        (("failed",), word("{n} 不符合"), "circle-xmark", "red"),
    )  # fmt: skip
    counted = [(sum(line.look in looks for line in lines), text, icon, tone) for looks, text, icon, tone in words]
    return tuple(StateMark(_(text, n=n), icon, tone) for n, text, icon, tone in counted if n)


_ICONS = {
    "application/pdf": ("PDF", "file-pdf"),
    "image/jpeg": ("JPG", "file-image"),
    "image/png": ("PNG", "file-image"),
}


def paper_lines(papers: Iterable[Any]) -> tuple[PaperLine, ...]:
    """Attached papers with kind, size and day."""
    return tuple(_paper_line(one) for one in papers)


def _paper_line(one: Any) -> PaperLine:
    kind, icon = _ICONS.get(one.type, ("Excel", "file-excel") if "sheet" in one.type else ("Word", "file-word"))
    when = _("{day} 上传", day=plain_day(local_day(one.uploaded_at)))
    return PaperLine(one.slot, f"{kind} · {size_words(one.size)} · {when}", f"/files/{one.id}", icon)


def size_words(size: int) -> str:
    """A size as people read it: 820 KB, 3.4 MB."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(size // 1024, 1)} KB"


# Progress


def strip_of(work: Work, application: Any, runs: Sequence[Any]) -> Strip:
    """The steps of the path: done with dates, the current one with its deadline, the coming ones with a forecast."""
    programme = work.book.programme(work.session, application.version_id)  # type: ignore[attr-defined]
    names = [step.name for step in programme.path(application.path).steps]
    by_step: dict[str, list[Any]] = {}
    for run in runs:
        by_step.setdefault(run.step, []).append(run)
    steps, coming = [], application.outcome is None
    cursor: date | None = None
    for name in names:
        rule = work.book.rule(work.session, application.version_id, application.path, name, application.round_id)
        if rule.off:
            continue
        if name in by_step:
            steps.append(_reached(work, rule, by_step[name]))
            live = [one for one in by_step[name] if one.ended_at is None]
            cursor = _expected_end(work, rule, live[0]) if live else cursor
        elif coming:
            detail = _("预计 {day} 起", day=plain_day(cursor)) if cursor else ""
            steps.append(StripStep(rule.title, "coming", detail))
            cursor = _after(work, rule, cursor)
        else:
            steps.append(StripStep(rule.title, "coming"))
    return Strip(tuple(steps[:MOST_STEPS]))


def _reached(work: Work, rule: StepRule, runs: Sequence[Any]) -> StripStep:
    today = local_day(work.now)
    live = next((one for one in runs if one.ended_at is None), None)
    if live is not None:
        look = "returned" if live.state in {"returned", "objected"} else "now"
        return StripStep(rule.title, look, deadline(live.due_at, today) if live.due_at else _("无时限"))
    last = runs[-1]
    look = "stopped" if last.outcome in AGAINST else "done"
    return StripStep(rule.title, look, day(local_day(last.ended_at), today))


def _expected_end(work: Work, rule: StepRule, run: Any) -> date:
    today = local_day(work.now)
    due = local_day(run.due_at) if run.due_at else _after(work, rule, today)
    return max(due or today, today)


def _after(work: Work, rule: StepRule, start: date | None) -> date | None:
    allowed = getattr(rule.policy, "within", None) or getattr(rule.policy, "length", None)
    if start is None or not isinstance(allowed, Span):
        return start
    return due_after(start, allowed, work.calendar).on


def holder_of(
    work: Work, run: Any, rule: StepRule, holders: Mapping[str, tuple[str, tuple[str, ...]]],
    reminded: Sequence[datetime], address: str,
) -> Holder:  # fmt: skip
    """Who has a run now."""
    name, officers = holders.get(run.desk, ("", ()))
    person = run.desk.startswith("person:")
    days = [_moment_words(one, local_day(work.now)) for one in reminded]
    told = _("已提醒 {n} 次：{days}。", n=len(days), days="、".join(days)) if days else _("还没有提醒过。")
    who = name if person else "、".join(officers) or name
    return Holder(
        who or (_("评审专家") if run.stage == "expert_review" else _("系统")), "" if person or not officers else name, due_of(work, run, rule, address), meter_of(work, run, rule), told,
        rule.title,
    )  # fmt: skip


def _moment_words(at: datetime, today: date) -> str:
    return _("今天 {time}", time=clock_time(at)) if local_day(at) == today else plain_day(local_day(at))


# The record


@dataclass(frozen=True)
class Reader:
    """Who reads the record: what of it they may see."""

    sees_internal: bool = False
    application_id: int = 0


def timeline_of(
    work: Work, history: Sequence[Any], runs: Sequence[Any], holders: Mapping[str, tuple[str, tuple[str, ...]]],
    reminders: Mapping[int, Sequence[datetime]], reader: Reader,
) -> tuple[TimelineEntry, ...]:  # fmt: skip
    """The record, oldest first: what happened, who has it now, what comes."""
    arrived: dict[int, tuple[str, datetime]] = {}
    entries: list[TimelineEntry] = []
    left_out: set[str] = set()
    for one in history:
        entries += _left_out(work, one, left_out)
        came = arrived.get(one.run_id)
        if came is None or one.from_state != one.to_state:
            arrived[one.run_id] = (one.to_state, one.at)
        if one.event not in EVENTS or (one.event in INTERNAL and not reader.sees_internal) or one.payload.get("quiet"):
            continue
        entries.append(_entry(work, one, came, reader))
    for run in (one for one in runs if one.ended_at is None):
        entries += _now(work, run, holders, reminders.get(run.id, ()))
    return tuple(entries)


def _left_out(work: Work, one: Any, said: set[str]) -> list[TimelineEntry]:
    """Steps that the round left out before this one: who decided it and why; each is said once."""
    skipped = (
        [step for step in one.payload.get("skipped", ()) if step["step"] not in said] if one.event == "open" else []
    )
    said.update(step["step"] for step in skipped)
    return [
        TimelineEntry(
            "decided", _("本批次不设{step}", step=step["title"]), step.get("by", ""), relative(one.at, local_day(work.now)),
            "", step["reason"], iso=one.at.isoformat(),
        )
        for step in skipped
    ]  # fmt: skip


def _entry(work: Work, one: Any, came: tuple[str, datetime] | None, reader: Reader) -> TimelineEntry:
    rule = work.book.rule(work.session, one.version_id, one.path, one.step, one.round_id)
    words, look = EVENTS[one.event]
    words = ACTS.get(one.event, words) if rule.gives in {"seat", "exit", "cycle"} else words
    event = _(words, step=rule.title.removesuffix("审核").removesuffix("同意"))
    body = (one.actor_body or "") if one.event in {"endorse", "decline", "send_back"} else ""
    actor = f"{body} {one.actor}".strip() if one.actor else (body or _("系统"))
    used = ""
    if came is not None and one.actor_kind == "person" and span_of(rule, came[0]):
        days, allowed = spent(work, rule, came[0], came[1], one.at)
        unit = "working" if allowed and allowed.unit == "working_day" else "calendar"
        used = used_of(days, allowed.n, unit) if allowed and allowed.unit in {"working_day", "day"} else ""
    changed = one.event == "resubmit"
    return TimelineEntry(
        look, event, actor, relative(one.at, local_day(work.now)), used, _opinion(one), _("看改动") if changed else "",
        f"/applications/{reader.application_id}#changes" if changed else "", on_behalf=one.acted_for or "", iso=one.at.isoformat(),
    )  # fmt: skip


def _opinion(one: Any) -> str:
    if one.event in UNSAID:
        return ""
    said = {key: one.payload[key] for key in SHOWN if key in one.payload}
    defects = said.get("defects") or []
    if defects:
        listed = "\n".join(
            f"{n}. {part.get('place', '')}{_('：')}{part.get('what', '')}" for n, part in enumerate(defects, 1)
        )
        return _n("{n} 处：", len(defects)) + "\n" + listed
    if one.event == "extend":
        return _("延到 {day}。{reason}", day=said.get("due_on", ""), reason=one.reason)
    return str(one.reason)


def _now(
    work: Work, run: Any, holders: Mapping[str, tuple[str, tuple[str, ...]]], reminded: Sequence[datetime]
) -> list[TimelineEntry]:
    rule = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)
    name, officers = holders.get(run.desk, ("", ()))
    today = local_day(work.now)
    who = f"{name} {'、'.join(officers)}".strip()
    found = []
    if reminded:
        days = "、".join(_moment_words(one, today) for one in reminded)
        found.append(TimelineEntry("clock", _("系统提醒 {n} 次", n=len(reminded)), days))
    meter = meter_of(work, run, rule)
    found.append(
        TimelineEntry(
            "now", rule.title, who, meter.words if meter else "", due=due_of(work, run, rule, explained=False)
        )
    )
    return found


def coming_of(application: Any, strip: Strip) -> tuple[TimelineEntry, ...]:
    """The steps still to come, dashed, with their forecast."""
    if application.outcome is not None:
        return ()
    return tuple(TimelineEntry("coming", step.label, step.detail) for step in strip.steps if step.look == "coming")


def application_mark(work: Work, application: Any, runs: Sequence[Any]) -> StateMark:
    """Where an application stands, in one mark."""
    live = next((one for one in runs if one.ended_at is None), None)
    if live is not None:
        rule = work.book.rule(work.session, live.version_id, live.path, live.step, live.round_id)
        return state_of(rule, live.stage, live.state)
    return outcome_mark(str(application.outcome))


def list_mark(rule: StepRule | None, row: Any) -> StateMark:
    """The mark of a row of the list."""
    if rule is None:
        return outcome_mark(str(row.outcome))
    return state_of(rule, row.stage, row.state)


def change_lines(revisions: Sequence[Any], words: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """What the last submission changed: (what, before, after)."""
    last = revisions[-1] if revisions and revisions[-1].n > 1 else None
    if last is None:
        return ()
    return tuple(
        (_(words.get(key, key.removeprefix("file:"))), str(before or "—"), str(after or "—"))
        for key, before, after in last.changed
    )


def answer_pairs(application: Any, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the applicant wrote, as label and value; empty answers are left out."""
    own = {key: getattr(application, key) for key in ("studio_name", "school_stage", "subject", "kind")}
    said = {**own, **application.answers}
    return [
        (_(label), str(said[key]))
        for key, label in words.items()
        if said.get(key) not in (None, "") and key != "wishes"
    ]


def facts_of(application: Any, lines: Sequence[CheckLine]) -> list[tuple[str, str]]:
    """The few facts that a decision needs: the post, the school stage, projects and papers."""
    post = next((one.basis for one in lines if one.title.startswith("现任") and one.look == "passed"), "")
    said = application.answers
    counted = [
        _(words, n=said[key])
        for key, words in (("projects", word("课题 {n} 项")), ("papers", word("论文 {n} 篇")))
        if said.get(key)
    ]
    pairs = [(_("现任职务"), post), (_("学段"), application.school_stage), (_("科研与论文"), " · ".join(counted))]
    return [(label, value) for label, value in pairs if value]


def worked_since(work: Work, history: Sequence[Any], *, over: bool) -> str:
    """How many working days since it was submitted, or, when it is over, from then until its last act."""
    first = next((one.at for one in history if one.event == "submit"), None)
    if first is None:
        return ""
    last = history[-1].at if over else work.now
    days = span(work.calendar.working_days_between(local_day(first), local_day(last)))
    return _("历时 {span}", span=days) if over else _("自提交起 {span}", span=days)


def day_words(at: datetime | None, today: date) -> str:
    """A moment's day as lists write it; — when it has not come."""
    return relative_day(local_day(at), today) if at else "—"
