"""Decision (决定事项): a question that the text leaves open, put to the body that decides; it never answers itself."""

from enum import StrEnum

from flows.engine.calendar import Due
from flows.engine.declare import END, Ask, Because, Follow, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from models.facts import DecisionFacts


class DecisionPolicy(Policy):
    """Nothing of its own: the question and its choices are what the decision was opened with."""


class State(StrEnum):
    """Where a question can stand."""

    ASKED = "asked"
    DECIDED = "decided"


def not_a_choice(ask: Ask) -> Because | None:
    """Only what the text or the default offers can be chosen."""
    choices = ask.facts.choices
    if not choices or ask.payload.get("choice") in choices:
        return None
    return Because(f"请从“{'”“'.join(choices)}”中选一项。", ask.facts.origin)


def within(ask: Ask) -> Because | None:
    """A share lies in the range that the text leaves open, in whole percent (赤峰 第十七条 减拨或停拨)."""
    if ask.facts.span is None:
        return None
    least, most = ask.facts.span
    share = ask.payload.get("share")
    if isinstance(share, int) and not isinstance(share, bool) and least <= share <= most:
        return None
    return Because(f"拨付比例要在 {least}% 到 {most}% 之间，写整数。", ask.facts.origin, ("share",))


def nobody_named(ask: Ask) -> Because | None:
    """Who adjusts members of a studio names them."""
    if ask.payload.get("choice") not in ask.facts.names_seats:
        return None
    named = {int(one) for one in ask.payload.get("seats") or () if str(one).isdigit()}
    if named and named <= set(ask.facts.seats):
        return None
    return Because("请选定要调整的成员。", ask.facts.origin, ("seats",))


def unreasoned(ask: Ask) -> Because | None:
    """A result is corrected with a reason, which stands beside the grade from then on."""
    if ask.payload.get("choice") not in ask.facts.corrects or str(ask.payload.get("reason", "")).strip():
        return None
    return Because("更正结果要写明理由。没有改动任何内容。", ask.facts.origin, ("reason",))


def asked_until(ask: Ask) -> Due | None:
    """The day by which the body is asked to decide; when it passes it only reminds and escalates."""
    due_on = ask.facts.due_on
    return fixed(due_on, "决定期限", "逾期只提醒和上报，不自动作决定") if due_on is not None else None


STAGE = Stage(
    name="decision",
    title="决定事项",
    subject="decision",
    policy=DecisionPolicy,
    facts=DecisionFacts,
    states=State,
    initial=State.ASKED,
    exits={State.DECIDED: END},
    on=(
        On(
            "decide", State.ASKED, State.DECIDED, by=Part.AUTHORITY, unless=(not_a_choice, within, nobody_named, unreasoned),
            do=(Follow("carry_out_decision"),),
        ),
    ),
    waits=(Wait(State.ASKED, for_=Part.AUTHORITY, due=asked_until, asks="decision_asked"),),
)  # fmt: skip
