"""Plaque (发文挂牌): the list is made public under a number, what must be filed first is filed, then the plaque hangs and the cycle runs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flows.engine.calendar import Span
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import unmoved_by, within
from flows.engine.judging import judged_elsewhere, judged_unmet, nothing_to_judge, unjudged, verdicts
from flows.engine.limits import exhausted
from flows.programme.vocabulary import Announce, Gift
from models.facts import PlaqueFacts


class PlaquePolicy(Policy):
    """The numbers of the last step of a path to a studio or a level."""

    announce: Announce
    within: Span
    plaque: bool = True
    certificate: bool = False
    names_base: bool = False
    level: str
    gives: Gift = "studio"
    cycle: tuple[Span, ...] = ()
    starts: str = "plaque"
    studio_name: str = ""
    kinds: Mapping[str, str] = {}
    base_name: str = ""
    numbers: Mapping[str, tuple[str, str]] = MappingProxyType({})
    setup: tuple[Any, ...] = ()
    judges: bool = False


class State(StrEnum):
    """Where a chosen studio can stand before it runs."""

    UNANNOUNCED = "unannounced"
    ANNOUNCED = "announced"
    HUNG = "hung"
    REGISTERED = "registered"
    DECLINED = "declined"


def over_limit(ask: Ask) -> Because | None:
    """A county or school registers no more than its places (石家庄 (二))."""
    quota = exhausted(ask)
    if quota is None:
        return None
    says = f"不能登记：{quota.scope} {quota.at_most} 个名额已用完。没有改动任何内容。"
    return Because(says, quota.origin or ask.policy.origin("limits"))


def hangs(ask: Ask) -> Because | None:
    """Only a step without a plaque is finished by registering."""
    return Because("这一步要发文并挂牌，不能只登记。", ask.policy.origin("plaque")) if ask.policy.plaque else None


def only_registered(ask: Ask) -> Because | None:
    """A step without a plaque is registered, not announced."""
    return None if ask.policy.plaque else Because("这一步只登记，不发文挂牌。", ask.policy.origin("plaque"))


def unannounced(ask: Ask) -> Because | None:
    """The plaque comes after the publication (赤峰 九(二), 职业学校 二(二))."""
    if ask.run.state == State.ANNOUNCED:
        return None
    how = "公布名单" if ask.policy.announce == "list" else "发文公布"
    return Because(f"还不能挂牌：先要{how}。", ask.policy.origin("announce"))


def blocked(ask: Ask) -> Because | None:
    """Filings and agreements that stand before the plaque, each by name (职业学校 二(二)、(三))."""
    blocking = ask.facts.blocking
    if not blocking:
        return None
    return Because(
        f"还不能挂牌，有 {len(blocking)} 项没有办完：{'；'.join(blocking)}。",
        ask.policy.origin_before(blocking),
        blocking,
    )


STAGE = Stage(
    name="plaque",
    title="发文挂牌",
    subject="application",
    policy=PlaquePolicy,
    facts=PlaqueFacts,
    states=State,
    initial=State.UNANNOUNCED,
    exits={State.HUNG: NEXT, State.REGISTERED: NEXT, State.DECLINED: END},
    on=(
        On(
            "judge", State.UNANNOUNCED, State.UNANNOUNCED, by=(Part.AUTHORITY, Part.OFFICE), unless=(nothing_to_judge, unjudged),
            note=verdicts, do=(Follow("record_judgements"),),
        ),
        On(
            "decline", State.UNANNOUNCED, State.DECLINED, by=Part.AUTHORITY, needs=("reason",), unless=(judged_elsewhere,),
            note=verdicts, do=(Follow("record_judgements"), Notify(Part.APPLICANT, "review_declined")),
        ),
        On(
            "announce", State.UNANNOUNCED, State.ANNOUNCED, by=Part.AUTHORITY, on_list=True,
            note=verdicts, unless=(only_registered, unjudged, judged_unmet),
            do=(Follow("record_judgements"), Follow("make_studio"), Notify(Part.APPLICANT, "announced")),
        ),
        On(
            "register", State.UNANNOUNCED, State.REGISTERED, by=Part.AUTHORITY, on_list=True, unless=(hangs, unjudged, judged_unmet, over_limit),
            note=verdicts, counts=frozenset({State.REGISTERED}),
            do=(Follow("record_judgements"), Follow("make_studio"), Follow("warn_over"), Notify(Part.APPLICANT, "announced")),
        ),
        On(
            "hang", (State.UNANNOUNCED, State.ANNOUNCED), State.HUNG, by=Part.AUTHORITY, on_list=True,
            unless=(unannounced, blocked), do=(Follow("start_cycle"), Notify(Part.APPLICANT, "plaque_hung")),
        ),
    ),
    waits=(
        Wait(State.UNANNOUNCED, for_=Part.AUTHORITY, due=unmoved_by(within("within", label="公示结束"), "judge")),
        Wait(State.ANNOUNCED, for_=Part.AUTHORITY),
    ),
)  # fmt: skip
