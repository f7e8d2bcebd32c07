"""What the inbox and the case page share: the mark of a deadline and why it is that day, origins, the decision and its choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flows.engine.apply import preview
from flows.engine.calendar import Span, local_day
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.rulebook import StepRule
from flows.engine.work import Intent, Work, read_facts, run_state
from models.queries.runs import lock_runs
from web.display import (
    CALENDAR,
    WORKING,
    Choice,
    DueMark,
    Meter,
    Provenance,
    StateMark,
    Why,
    WhyStep,
    due_day,
    due_mark,
    plain_day,
    run_mark,
)
from web.i18n import _, word
from web.views.programmes import clause_anchor

ABOUT = {
    "within": word("审核时限"),
    "return_within": word("补正时限"),
    "length": word("公示期"),
    "inquiry": word("核查时限"),
}
SPANS = {"returned": "return_within", "objected": "inquiry", "posted": "length"}
FAMILIES = {"round": "rounds"}
FEWEST_DEFECT_LINES, MOST_DEFECT_LINES = 3, 8
CANNED = {
    "endorse": (word("经审核，材料齐全、情况属实，同意推荐。"), word("经集体研究并公示，同意推荐。")),
    "send_back": (word("材料不齐，请按所列各处补正后重新提交。"),),
    "decline": (word("经审核，不符合推荐条件。"), word("名额有限，综合比较后不予推荐。")),
}


def provenance_of(origin: Mapping[str, Any] | None, address: str = "") -> Provenance | None:
    """The mark of an origin; `address` is the programme page that it leads into. An internal code is never shown."""
    if not origin or not origin.get("kind"):
        return None
    kind, text = str(origin["kind"]), str(origin.get("text", ""))
    shown = _("共用默认") if not text or text.startswith("D-") else text
    href = f"{address}#{clause_anchor(shown.split('、')[0])}" if address and kind == "clause" else address
    return Provenance(kind, shown, href, str(origin.get("reason", "")))


def span_of(rule: StepRule, state: str) -> Span | None:
    """The span that a state of a step allows, if it is counted in one."""
    found = getattr(rule.policy, SPANS.get(state, "within"), None)
    return found if isinstance(found, Span) else None


def left_of(work: Work, due_at: datetime, unit: str) -> tuple[int, str]:
    """Days left (negative when past) and their unit; free days at the end are told in calendar days."""
    today, last = local_day(work.now), due_day(due_at)
    days = (last - today).days
    if unit == CALENDAR:
        return days, CALENDAR
    left = work.calendar.working_days_between(today, last)
    return (left, WORKING) if (left > 0) == (days > 0) and (left < 0) == (days < 0) else (days, CALENDAR)


def unit_of(rule: StepRule | None, state: str) -> str:
    """Whether a step counts working days or calendar days."""
    span = span_of(rule, state) if rule else None
    return CALENDAR if span is not None and span.unit != "working_day" else WORKING


def due_of(work: Work, row: Any, rule: StepRule | None, address: str = "", *, explained: bool = True) -> DueMark:
    """The mark of a run's deadline with the facts that make it that day."""
    today = local_day(work.now)
    if row.due_at is None:
        return due_mark(None, 0, today)
    left, unit = left_of(work, row.due_at, unit_of(rule, row.state))
    why = why_of(row, rule, address) if explained and row.due_steps else None
    return due_mark(due_day(row.due_at), left, today, unit=unit, provisional=row.due_provisional, why=why)


def why_of(row: Any, rule: StepRule | None, address: str = "") -> Why:
    """Why a deadline falls on its day, fact by fact; the span carries its origin."""
    key = SPANS.get(row.state, "within")
    origin = provenance_of(rule.policy.origin(key), address) if rule else None
    if origin is not None and origin.kind == "default":
        origin = replace(origin, text=_(ABOUT[key]))
    steps = tuple(
        WhyStep(f"{label}{_('：')}{text}", origin if label in {"时限", "期限"} else None)
        for label, text in row.due_steps
    )
    return Why(_("为什么是 {day}？", day=plain_day(due_day(row.due_at))), steps)


def meter_of(work: Work, row: Any, rule: StepRule | None) -> Meter | None:
    """Days used of those allowed; none where nothing is counted from the day the work arrived."""
    if row.due_at is None or rule is None or span_of(rule, row.state) is None:
        return None
    unit = unit_of(rule, row.state)
    arrived, today, last = local_day(row.entered_at), local_day(work.now), due_day(row.due_at)
    if unit == CALENDAR:
        return Meter(max((today - arrived).days, 0), max((last - arrived).days, 1), CALENDAR)
    between = work.calendar.working_days_between
    return Meter(max(between(arrived, today), 0), max(between(arrived, last), 1), WORKING)


def state_of(rule: StepRule, stage: str, state: str) -> StateMark:
    """The mark of a run, named after its step where somebody is to review: 待旗县区审核."""
    label = _("待{step}", step=rule.title) if (stage, state) == ("tier_review", "reviewing") else None
    try:
        return run_mark(FAMILIES.get(stage, stage), state, label)
    except KeyError:
        return StateMark(rule.title, "minus", "gray")


@dataclass(frozen=True)
class Option:
    """One way to decide: what it is called, what follows, and why it is refused if it is."""

    value: str
    label: str
    consequence: str
    key: str
    refusal: str = ""
    origin: Provenance | None = None
    chosen: bool = False
    canned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A criterion that the one who decides has to judge."""

    place: str
    title: str
    origin: Provenance | None


@dataclass(frozen=True)
class Decision:
    """Everything the form of a review needs."""

    run_id: int
    version: int
    options: tuple[Option, ...]
    judgements: tuple[Judgement, ...] = ()
    ranks: tuple[Choice, ...] = ()
    quota: tuple[int, int] | None = None
    places: tuple[Choice, ...] = ()
    told: str = ""
    seal: bool = False
    votes: Any = None
    recommends: bool = True
    lines: range = field(default_factory=lambda: range(1, FEWEST_DEFECT_LINES + 1))
    more_lines: range = field(default_factory=lambda: range(FEWEST_DEFECT_LINES + 1, MOST_DEFECT_LINES + 1))


def decision_of(
    work: Work, run_id: int, actor: Actor, checks: Sequence[Any], papers: Sequence[Any], address: str = ""
) -> Decision | None:
    """The form of a review for one who may act on it, its refusals asked of the engine; None for anybody else."""
    row = next((one for one in lock_runs(work.session, [run_id]) if one.id == run_id), None)
    if row is None or row.ended_at is not None or (row.stage, row.state) != ("tier_review", "reviewing"):
        return None
    run = run_state(row)
    facts: Any = read_facts(work, [run])[run_id]
    rule = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)
    policy: Any = rule.policy
    open_places = facts.unjudged if policy.judges else ()
    judged = {place: "passed" for place, _title in open_places}
    trial: dict[str, dict[str, Any]] = {
        "endorse": {"judged": judged}, "send_back": {"defects": [{"place": "–", "what": "–"}]}, "decline": {"reason": "–"}
    }  # fmt: skip
    results = preview(work, [Intent(run_id, event, payload) for event, payload in trial.items()], actor)
    refused = {one.intent.event: one.outcome for one in results if isinstance(one.outcome, Refusal)}
    if any(one.because == "not_yours" for one in refused.values()):
        return None
    origins = {one.place: one.origin for one in checks}
    return Decision(
        run_id, row.version, _options(work, rule, row, refused, address),
        tuple(Judgement(place, title, provenance_of(origins.get(place), address)) for place, title in open_places),
        _ranks(policy, facts), _quota(facts), _places(_form_of(work, rule, row), papers, checks), facts.person_name, policy.seal,
        facts.votes if policy.vote is not None else None, _recommends(rule),
    )  # fmt: skip


def judging_of(
    work: Work, live: Sequence[Any], actor: Actor, checks: Sequence[Any], address: str = ""
) -> Decision | None:
    """The form by which a body judges what no tier did; None for anybody else, or when nothing is to be judged."""
    mine = [
        run
        for run in lock_runs(work.session, [one.id for one in live])
        if run.ended_at is None and run.stage != "tier_review"
    ]
    known: Any = read_facts(work, [run_state(run) for run in mine])
    origins = {one.place: one.origin for one in checks}
    for run in mine:
        open_places = getattr(known[run.id], "unjudged", ())
        trial = Intent(run.id, "judge", {"judged": {place: "passed" for place, _title in open_places}})
        if open_places and not preview(work, [trial], actor)[0].refused:
            asked = tuple(
                Judgement(place, title, provenance_of(origins.get(place), address)) for place, title in open_places
            )
            return Decision(run.id, run.version, (), asked, told=known[run.id].person_name)
    return None


def unmet_of(work: Work, live: Sequence[Any], actor: Actor) -> Decision | None:
    """The form by which a body turns away who was judged not to meet a criterion; None for anybody else."""
    mine = [
        run
        for run in lock_runs(work.session, [one.id for one in live])
        if run.ended_at is None and run.stage != "tier_review"
    ]
    known: Any = read_facts(work, [run_state(run) for run in mine])
    for run in mine:
        unmet = getattr(known[run.id], "unmet", ())
        if unmet and not preview(work, [Intent(run.id, "decline", {"reason": "–"})], actor)[0].refused:
            return Decision(
                run.id,
                run.version,
                (),
                tuple(Judgement("", title, None) for title in unmet),
                told=known[run.id].person_name,
            )
    return None


def _recommends(rule: StepRule) -> bool:
    """Whether somebody is recommended to lead a studio; to a seat, an exit or a next cycle one agrees or does not."""
    return rule.gives in {"", "studio"}


def _options(work: Work, rule: StepRule, row: Any, refused: Mapping[str, Refusal], address: str) -> tuple[Option, ...]:
    span = span_of(rule, "returned")
    following = (
        work.book.rule(work.session, row.version_id, row.path, rule.next, row.round_id).title if rule.next else ""
    )
    recommends = _recommends(rule)
    done = _("这一步办完，申报办结") if recommends else _("这一步办完，就办结了")
    follows = {
        "endorse": _("转{step}", step=following) if following else done,
        "send_back": _("缺陷一次列全，给 {span}", span=span.chinese) if span else _("缺陷一次列全"),
        "decline": _("须写明理由，通知本人"),
    }
    labels = {
        "endorse": _("同意并推荐") if recommends else _("同意"), "send_back": _("退回补正"),
        "decline": _("不予推荐") if recommends else _("不同意"),
    }  # fmt: skip
    first = next((event for event in labels if event not in refused), "")
    return tuple(
        Option(
            event, label, follows[event], key, refused[event].says if event in refused else "",
            provenance_of(refused[event].origin, address) if event in refused else None, event == first,
            tuple(_(text) for text in CANNED[event]) if recommends or event == "send_back" else (),
        )
        for (event, label), key in zip(labels.items(), "ard", strict=True)
    )  # fmt: skip


def _ranks(policy: Any, facts: Any) -> tuple[Choice, ...]:
    """Free places in the order of recommendation; the first is proposed."""
    if not policy.ranks:
        return ()
    most = max([quota.at_most for quota in facts.quotas], default=len(facts.ranks_taken) + 5)
    free = [n for n in range(1, max(most, len(facts.ranks_taken) + 1) + 1) if n not in facts.ranks_taken]
    return tuple(Choice(str(n), _("第 {n} 位", n=n), chosen=n == free[0]) for n in free)


def _quota(facts: Any) -> tuple[int, int] | None:
    """The tightest quota as (taken, places)."""
    tight = min(facts.quotas, key=lambda one: one.at_most - one.taken, default=None)
    return (tight.taken, tight.at_most) if tight else None


def _form_of(work: Work, rule: StepRule, row: Any) -> Sequence[str]:
    """The labels of the form that was filled; kinds only where the regulation has some."""
    programme = work.book.programme(work.session, row.version_id)  # type: ignore[attr-defined]
    return [label for key, label in parts_asked(rule.gives).items() if key != "kind" or programme.kinds]


def _places(parts: Sequence[str], papers: Sequence[Any], checks: Sequence[Any]) -> tuple[Choice, ...]:
    """Where a defect can be: a part of the form that was filled, a paper, other papers, or a criterion."""
    slots = dict.fromkeys([*(one.slot for one in papers), OTHER])
    titles = dict.fromkeys(one.title for one in checks)
    named = dict.fromkeys([*(_(part) for part in parts), *slots, *titles])
    return tuple(Choice(name, name if len(name) <= 24 else f"{name[:23]}…") for name in named)


# The parts of an application that a person writes: key in the answers, and what it is called.
FORM_PARTS: Mapping[str, str] = {
    "studio_name": word("工作室名称"), "school_stage": word("学段"), "subject": word("学科"), "kind": word("类别"),
    "phone": word("联系电话"), "projects": word("主持或参与的课题"), "papers": word("发表的论文"),
    "school_philosophy": word("办学思想"), "achievements": word("主要业绩"), "plan": word("工作室建设设想"),
    "team": word("意向成员"), "wishes": word("工作室志愿"), "leaving": word("退出原因"),
}  # fmt: skip

OF_SEATS = ("school_stage", "subject", "phone", "projects", "papers", "achievements", "wishes")
OF_EXITS = ("phone", "leaving")
OF_CYCLES = ("phone", "projects", "papers", "achievements", "plan")
IN_CYCLES = {"achievements": word("本周期主要成果"), "plan": word("下一周期建设设想")}
OTHER = "其他材料"


def parts_asked(gives: str, *, named: bool = False) -> dict[str, str]:
    """The fields of a form with their labels: a seat, an exit and a next cycle need less than a studio.

    `named`: a studio that has its name already is not named again.
    """
    some = {"seat": OF_SEATS, "exit": OF_EXITS, "cycle": OF_CYCLES}.get(gives)
    called = FORM_PARTS if gives != "cycle" else {**FORM_PARTS, **IN_CYCLES}
    left_out = {"wishes", "leaving", *(("studio_name",) if named else ())}
    return {key: label for key, label in called.items() if (key in some if some is not None else key not in left_out)}


def spent(work: Work, rule: StepRule, state: str, arrived: datetime, left: datetime) -> tuple[int, Span | None]:
    """Days used between two moments in the unit of the step, and what it allowed."""
    span = span_of(rule, state)
    first, last = local_day(arrived), local_day(left)
    if span is not None and span.unit != "working_day":
        return (last - first).days, span
    return work.calendar.working_days_between(first, last), span
