"""Round (批次): one year's intake; launched once, closed by the clock, concluded when every application has an outcome."""

from datetime import date
from enum import StrEnum

from flows.engine.calendar import Due, local_day
from flows.engine.declare import CANCELLED, END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from models.facts import RoundFacts


class RoundPolicy(Policy):
    """A round has no numbers of its own: its dates are its row's."""


class State(StrEnum):
    """Where a round can stand."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    CONCLUDED = "concluded"
    CANCELLED = CANCELLED


def opens_now_or_later(ask: Ask) -> str:
    """A round launched before its opening day is announced; from that day on it is open."""
    return State.ANNOUNCED if ask.facts.opens_on and ask.facts.opens_on > local_day(ask.now) else State.OPEN


def closes_in_past(ask: Ask) -> Because | None:
    """A round cannot be launched after its last day."""
    closes_on = ask.facts.closes_on
    if closes_on is None or closes_on >= local_day(ask.now):
        return None
    return Because("不能发布：受理截止日已经过去，请先改日期。")


def warned(ask: Ask) -> Because | None:
    """Open warnings of the preview are launched over only with a reason."""
    warnings = tuple(ask.payload.get("warnings", ()))
    if not warnings or ask.payload.get("reason"):
        return None
    return Because(f"预演有 {len(warnings)} 项提醒，请先处理，或写明照常发布的理由。", {}, warnings)


def undecided(ask: Ask) -> Because | None:
    """A round is concluded when every application in it has an outcome."""
    left = ask.facts.undecided
    return Because(f"还不能办结：本批次还有 {left} 件没有结果。") if left else None


def opening_day(ask: Ask) -> Due | None:
    """The day on which the round begins to take applications; the clock opens it as that day begins."""
    return fixed(ask.facts.opens_on, "批次", "开始受理的日子", at_start=True) if ask.facts.opens_on else None


def closing_day(ask: Ask) -> Due | None:
    """The last day of the round, at the end of the local day; an extension sets another."""
    if ask.event == "extend":
        return fixed(_new_day(ask), "延期", str(ask.payload["reason"]))
    return fixed(ask.facts.closes_on, "批次", "受理的最后一天") if ask.facts.closes_on else None


def not_later(ask: Ask) -> Because | None:
    """An extension gives more time, never less."""
    closes_on = ask.facts.closes_on
    if closes_on is None or _new_day(ask) > closes_on:
        return None
    return Because(f"新的截止日要晚于现在的截止日 {closes_on.month}月{closes_on.day}日。没有改动任何内容。")


def stays(ask: Ask) -> str:
    """An extension does not open a round that is only announced."""
    return ask.run.state


def _new_day(ask: Ask) -> date:
    return date.fromisoformat(str(ask.payload["due_on"]))


STAGE = Stage(
    name="round",
    title="申报批次",
    subject="round",
    policy=RoundPolicy,
    facts=RoundFacts,
    states=State,
    initial=State.PLANNED,
    exits={State.CONCLUDED: END, State.CANCELLED: END},
    on=(
        On(
            "launch", State.PLANNED, frozenset({State.ANNOUNCED, State.OPEN}), by=Part.AUTHORITY, choose=opens_now_or_later,
            unless=(closes_in_past, warned), do=(Follow("invite"),),
        ),
        On("open_round", State.ANNOUNCED, State.OPEN, by=Part.CLOCK, do=(Notify(Part.AUTHORITY, "round_opened"),)),
        On(
            "extend", (State.ANNOUNCED, State.OPEN), frozenset({State.ANNOUNCED, State.OPEN}), by=Part.AUTHORITY, choose=stays,
            needs=("due_on", "reason"), unless=(not_later,), do=(Follow("extend_round"),),
        ),
        On("close", State.OPEN, State.CLOSED, by=Part.CLOCK, do=(Notify(Part.AUTHORITY, "round_closed"),)),
        On(
            "conclude", State.CLOSED, State.CONCLUDED, by=Part.AUTHORITY, unless=(undecided,),
            do=(Notify(Part.AUTHORITY, "round_concluded"), Follow("warn_short")),
        ),
        On(
            "cancel", (State.PLANNED, State.ANNOUNCED, State.OPEN, State.CLOSED), State.CANCELLED, by=Part.AUTHORITY,
            needs=("reason",), do=(Follow("cancel_round"),),
        ),
    ),
    waits=(
        Wait(State.PLANNED, for_=Part.AUTHORITY),
        Wait(State.ANNOUNCED, for_=Part.CLOCK, due=opening_day, then="open_round"),
        Wait(State.OPEN, for_=Part.CLOCK, due=closing_day, then="close"),
        Wait(State.CLOSED, for_=Part.AUTHORITY),
    ),
)  # fmt: skip
