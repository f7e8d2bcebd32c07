"""Application (申报): somebody asks for one thing by one path; what lacks is said at once, a draft left alone lapses."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from flows.engine.calendar import Due, Span, last_day, local_day
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from flows.programme.agenda import within_window
from flows.programme.criteria import Check, check, unmet
from flows.programme.entries import Criterion
from flows.programme.standards import lacking
from flows.programme.steps import Window
from models.facts import ApplicationFacts


class Eligibility(Policy):
    """Who may hold each of the roles that the path gives."""

    criteria: Mapping[str, tuple[Criterion, ...]] = MappingProxyType({})
    expert_judges: bool = False


class ApplicationPolicy(Eligibility):
    """The numbers of an application step."""

    form: str | None = None
    attach: tuple[str, ...] = ()
    seal: bool = False
    wishes: int | None = None
    return_within: Span | None = None
    call: str = "any_time"
    from_levels: tuple[str, ...] = ()
    gives: str = ""
    central: bool = False
    window: Window | None = None
    needs: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType({})


class State(StrEnum):
    """Where an application can stand before its first review."""

    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    LAPSED = "lapsed"


def checks_of(ask: Ask) -> tuple[Check, ...]:
    """Every criterion of the application, with what was found and the clause that asks it (D-AGE: on the closing day)."""
    facts: ApplicationFacts = ask.facts
    return check(
        ask.policy.criteria.get(facts.role, ()),
        facts.person,
        facts.closes_on or local_day(ask.now),
        kind=facts.kind,
        authority_body_id=facts.authority_body_id,
        attached=facts.attached,
        waived=facts.waived,
        origins=lambda place: ask.policy.origin(f"{facts.role}.{place}"),
        expert_judges=ask.policy.expert_judges,
        host_school_id=facts.host_school_id,
        home_body_id=facts.home_body_id,
        host_subject=facts.host_subject,
        kind_exists=facts.kind_exists,
        applied_on=local_day(ask.now),
    )


def criteria_unmet(ask: Ask) -> Because | None:
    """The criteria that refuse, all of them at once."""
    failed = unmet(checks_of(ask))
    if not failed:
        return None
    reasons = tuple(f"{one.title}：{one.reason}" for one in failed)
    return Because(f"还不能提交，有 {len(failed)} 项资格不符合。{'；'.join(reasons)}。", failed[0].origin, reasons)


def failed_check(ask: Ask) -> Check | None:
    """The criterion at the place that a waiver names, if it is one that refuses now."""
    return next((one for one in unmet(checks_of(ask)) if one.place == ask.payload.get("place")), None)


def not_waivable(ask: Ask) -> Because | None:
    """Only what the text softens (原则上) is waived, by the authority and with a reason; the others are met or refused."""
    found = failed_check(ask)
    if found is None:
        return Because("这一条不需要豁免：没有这一条，或已经符合。", ask.policy.origin(""))
    criterion = ask.policy.criteria[ask.facts.role][int(found.place.removeprefix("criteria."))]
    if criterion.if_not == "waive":
        return None
    return Because(f"不能豁免：{found.title}。办法没有允许放宽这一条。", found.origin, (found.title,))


def papers_missing(ask: Ask) -> Because | None:
    """Required papers, and the sealed scan of the form, that are not attached."""
    wanted = [*ask.policy.attach, *([f"{ask.policy.form or '申报表'}（盖章扫描件）"] if ask.policy.seal else [])]
    missing = tuple(name for name in wanted if name not in ask.facts.attached)
    if not missing:
        return None
    return Because(
        f"还不能提交，缺 {len(missing)} 份材料：{'、'.join(missing)}。", ask.policy.origin("attach"), missing
    )


def unsealed(ask: Ask) -> Because | None:
    """The form must carry the seal of the school where the text asks for it."""
    name = f"{ask.policy.form or '申报表'}（盖章扫描件）"
    if not ask.policy.seal or name in ask.facts.attached:
        return None
    return Because(f"还不能提交：{name}没有上传，须先由学校盖章。", ask.policy.origin("seal"), (name,))


def too_early(ask: Ask) -> Because | None:
    """Applications are taken from the opening day of the round on."""
    opens_on = ask.facts.opens_on
    if opens_on is None or opens_on <= local_day(ask.now):
        return None
    return Because(f"还没有开始受理，{opens_on.month}月{opens_on.day}日起可以提交。", ask.policy.origin("call"))


def wrong_level(ask: Ask) -> Because | None:
    """A path that raises a level takes only studios of the levels it names (石家庄 (二))."""
    wanted, held = ask.policy.from_levels, ask.facts.person.studio_levels
    if not wanted or set(wanted) & set(held):
        return None
    return Because("还不能申报：须先是下一级的工作室。", ask.policy.origin("from"))


def result_short(ask: Ask) -> Because | None:
    """Who asks to go on has the results that the text asks for (石家庄 后段2); one that comes later is looked at when it is out."""
    for one in lacking(ask.policy.needs, ask.facts.results):
        if not one.awaited or ask.policy.call == "round":
            return Because(one.says("申报"), ask.policy.origin("needs"), (one.title,))
    return None


def seat_taken(ask: Ask) -> Because | None:
    """Nobody applies for what they already have."""
    if not ask.facts.seat_taken:
        return None
    says = "已经是成员，不能再申请加入。" if ask.policy.gives == "seat" else "已经主持一个同类的工作室，不能再申报。"
    return Because(says, ask.policy.origin(""))


def outside_window(ask: Ask) -> Because | None:
    """Where a text opens entry for a time only, nobody asks at another; where it may be waived the authority decides at the end."""
    window, cycle = ask.policy.window, ask.facts.cycle
    if window is None or cycle is None or window.if_not != "refuse":
        return None
    if within_window(window, local_day(ask.now), cycle, ask.calendar):
        return None
    return Because("现在不是规定的进出时间，不能提交。", ask.policy.origin("window"))


def host_undecided(ask: Ask) -> Because | None:
    """Members are taken only when there is a host to join (双名 三末: 主持人确定之后)."""
    if ask.policy.gives != "seat" or ask.facts.hosts:
        return None
    return Because("还不能提交：主持人还没有确定，没有可以加入的工作室。", ask.policy.origin(""))


def unwished(ask: Ask) -> Because | None:
    """Where seats are given centrally, wishes say in their order which studios one would join (海南 三); else one studio is asked for."""
    if ask.policy.gives != "seat":
        return None
    if not ask.policy.central:
        missing = ask.facts.studio_id is None
        return Because("还不能提交：没有选定要加入的工作室。", ask.policy.origin(""), ("studio",)) if missing else None
    wishes, most = ask.facts.wishes, ask.policy.wishes or 0
    closed = tuple(one.title for one in wishes if not one.takes)
    if not wishes or len(wishes) > most:
        says = f"还不能提交：请按顺序填报工作室志愿，最多 {most} 个，现有 {len(wishes)} 个。"
    elif len({one.studio_id for one in wishes}) < len(wishes):
        says = "还不能提交：同一个工作室只能填报一次。"
    elif closed:
        says = f"还不能提交：{'、'.join(closed)}现在不接收成员。"
    else:
        return None
    return Because(says, ask.policy.origin("wishes"), closed or ("wishes",))


def barred(ask: Ask) -> Because | None:
    """Whom a failed final assessment keeps out of the next cycle is not taken for it (赤峰 第十八条)."""
    says = ask.facts.barred
    return Because(f"不能申报：{says}，不再列为下一周期的建设对象。", ask.policy.origin("barred")) if says else None


def blocked(ask: Ask) -> Because | None:
    """Open duties that block this path, by name: of the studio concerned, and of each that is wished for (海南 三: 先公布条件)."""
    wished = tuple(f"{one.title}的{title}" for one in ask.facts.wishes for title in one.blocking)
    blocking = (*ask.facts.blocking, *wished)
    return (
        Because(f"还不能提交，先要办完：{'、'.join(blocking)}。", ask.policy.origin_before(blocking), blocking)
        if blocking
        else None
    )


def round_closes(ask: Ask) -> Due | None:
    """A draft is due when the round closes, at the end of the local day; without a round it has no deadline.

    A waiver leaves the deadline as it is.
    """
    if ask.event == "waive" and ask.run.due_at is not None:
        return fixed(last_day(ask.run.due_at), "批次截止", "豁免不改变期限")
    closes_on = ask.facts.closes_on
    return fixed(closes_on, "批次截止", "申报受理的最后一天，由批次规定") if closes_on else None


STAGE = Stage(
    name="application",
    title="申报",
    subject="application",
    policy=ApplicationPolicy,
    facts=ApplicationFacts,
    states=State,
    initial=State.DRAFTING,
    exits={State.SUBMITTED: NEXT, State.LAPSED: END},
    on=(
        On(
            "submit", State.DRAFTING, State.SUBMITTED, by=Part.APPLICANT,
            note=checks_of, unless=(barred, too_early, outside_window, seat_taken, wrong_level, result_short, host_undecided, unwished, blocked, unsealed,
                    papers_missing, criteria_unmet),
            do=(Follow("record_submission"), Notify(Part.APPLICANT, "application_submitted")),
        ),
        On(
            "waive", State.DRAFTING, State.DRAFTING, by=Part.AUTHORITY, needs=("place", "reason"), note=failed_check,
            unless=(not_waivable,), do=(Follow("record_waiver"), Notify(Part.APPLICANT, "criterion_waived")),
        ),
        On("lapse", State.DRAFTING, State.LAPSED, by=Part.CLOCK, do=(Notify(Part.APPLICANT, "application_lapsed"),)),
    ),
    waits=(Wait(State.DRAFTING, for_=Part.APPLICANT, due=round_closes, then="lapse", remind="draft_lapsing"),),
)  # fmt: skip
