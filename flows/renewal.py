"""Renewal (续期): the last step of a path to a next cycle; the result decides it, or the body that the text names chooses."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from flows.engine.calendar import Due, Roll, Span, due_after
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.voting import no_quorum, no_vote, outvoted
from flows.programme.standards import lacking
from models.facts import RenewalFacts


class RenewalPolicy(Policy):
    """The least results of the cycle that ends, the length of the next, and the choices where somebody chooses.

    `within`: how long after the end of the cycle the choice is asked for, where the text says.
    """

    needs: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType({})
    choices: Mapping[str, str] = MappingProxyType({})
    cycle: tuple[Span, ...] = ()
    vote: object | None = None
    within: Span | None = None
    roll: Roll = "none"

    def sends(self, event: str) -> bool:
        """The seats of the choosing body are asked only where it decides by vote; only then can it decide against."""
        return event not in {"ask_seats", "decline"} or self.vote is not None


class State(StrEnum):
    """Where a studio that asks to go on can stand."""

    WAITING = "waiting"
    RENEWED = "renewed"
    DECLINED = "declined"
    LAPSED = "lapsed"


def chosen_by_body(ask: Ask) -> Because | None:
    """Where the text lets a body choose (镇 四9 继续保留或重新组合), nothing renews by itself."""
    if not ask.policy.choices:
        return None
    return Because(f"由主管方从“{'”“'.join(ask.policy.choices)}”中选定。", ask.policy.origin("choices"))


def not_a_choice(ask: Ask) -> Because | None:
    """Only what the text offers can be chosen."""
    if ask.payload.get("choice") in ask.policy.choices:
        return None
    return Because(f"请从“{'”“'.join(ask.policy.choices)}”中选一项。", ask.policy.origin("choices"))


def result_missing(ask: Ask) -> Because | None:
    """The results that the text asks for are out and good enough (北海 十(一)4, 县 八(二), 赤峰 第十八条)."""
    for one in lacking(ask.policy.needs, ask.facts.results):
        return Because(one.says("续期"), ask.policy.origin("needs"), (one.title,))
    return None


def still_possible(ask: Ask) -> Because | None:
    """The engine lets a request lapse only when a result is out that rules it out."""
    if any(not one.awaited for one in lacking(ask.policy.needs, ask.facts.results)):
        return None
    return Because("结果还没有排除续期。", ask.policy.origin("needs"))


def renewed_already(ask: Ask) -> Because | None:
    """A cycle has one that follows it."""
    return Because("下一周期已经有了。", ask.policy.origin("")) if ask.facts.next_exists else None


def chosen_until(ask: Ask) -> Due | None:
    """The day by which the body is asked to choose; when it passes it only reminds and escalates (D-NOSANCTION)."""
    ends_on, within = ask.facts.cycle_ends_on, ask.policy.within
    if ends_on is None or within is None:
        return None
    return due_after(ends_on, within, ask.calendar, roll=ask.policy.roll, start_label="周期届满")


STAGE = Stage(
    name="renewal",
    title="续期",
    subject="application",
    policy=RenewalPolicy,
    facts=RenewalFacts,
    states=State,
    initial=State.WAITING,
    exits={State.RENEWED: NEXT, State.DECLINED: END, State.LAPSED: END},
    branches=True,
    at_once=("renew", "lapse", "ask_seats"),
    on=(
        On("ask_seats", State.WAITING, State.WAITING, by=(Part.ENGINE, Part.REVIEWER), unless=(no_vote,), do=(Follow("ask_seats"),)),
        On(
            "renew", State.WAITING, State.RENEWED, by=Part.ENGINE, unless=(renewed_already, chosen_by_body, result_missing),
            do=(Follow("give_cycle"), Notify(Part.HOST, "renewed")),
        ),
        On(
            "choose", State.WAITING, State.RENEWED, by=Part.REVIEWER, needs=("choice",),
            unless=(renewed_already, not_a_choice, result_missing, no_quorum, outvoted),
            do=(Follow("give_cycle"), Notify(Part.HOST, "renewed")),
        ),
        On(
            "decline", State.WAITING, State.DECLINED, by=Part.REVIEWER, needs=("reason",), unless=(no_vote, no_quorum),
            do=(Notify(Part.HOST, "renewal_lapsed"),),
        ),
        On(
            "lapse", State.WAITING, State.LAPSED, by=Part.ENGINE, unless=(still_possible,),
            do=(Notify(Part.HOST, "renewal_lapsed"),),
        ),
    ),
    waits=(Wait(State.WAITING, for_=Part.REVIEWER, due=chosen_until),),
)  # fmt: skip
