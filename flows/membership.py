"""Membership (席位): the last step of a path that gives a seat; the seat is given at once when the number allows it."""

from enum import StrEnum

from flows.engine.declare import NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from models.facts import SeatFacts


class MembershipPolicy(Policy):
    """The numbers of a seat."""

    seats: str = "direct"
    prefer: tuple[str, ...] = ()
    at_most: int | None = None


class State(StrEnum):
    """Where somebody accepted can stand."""

    WAITING = "waiting"
    SEATED = "seated"


def too_many(ask: Ask) -> Because | None:
    """No more members than the text allows."""
    most, seated = ask.policy.at_most, ask.facts.seated
    if most is None or seated < most:
        return None
    return Because(f"工作室成员最多 {most} 人，现有 {seated} 人。", ask.policy.origin("number"))


STAGE = Stage(
    name="membership",
    title="席位",
    subject="application",
    policy=MembershipPolicy,
    facts=SeatFacts,
    states=State,
    initial=State.WAITING,
    exits={State.SEATED: NEXT},
    at_once="seat",
    on=(
        On(
            "seat", State.WAITING, State.SEATED, by=(Part.ENGINE, Part.AUTHORITY), unless=(too_many,),
            do=(Follow("give_seat"), Notify(Part.APPLICANT, "seated")),
        ),
    ),
    waits=(Wait(State.WAITING, for_=Part.AUTHORITY),),
)  # fmt: skip
