"""Membership (席位): the last step of a path that gives or ends a seat; it is done at once when the number allows it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from flows.engine.declare import NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.judging import judged_unmet, nothing_to_judge, unjudged
from models.facts import SeatFacts


class MembershipPolicy(Policy):
    """The numbers of a seat. `limits`: the most of each role, and what happens beyond."""

    gives: str = "seat"
    seats: str = "direct"
    prefer: tuple[str, ...] = ()
    limits: Mapping[str, tuple[int, str]] = MappingProxyType({})
    judges: bool = False


class State(StrEnum):
    """Where somebody accepted can stand."""

    WAITING = "waiting"
    SEATED = "seated"
    LEFT = "left"


def too_many(ask: Ask) -> Because | None:
    """No more in a role than the text allows; where it says 原则上 (if_not: waive) the authority may seat one more, with a reason."""
    most, if_not = ask.policy.limits.get(ask.facts.role, (None, ""))
    seated = ask.facts.seated
    if most is None or seated < most:
        return None
    if if_not == "waive" and ask.actor.kind == "person" and ask.payload.get("reason"):
        return None
    more = "确需增加的，由主管部门写明理由。" if if_not == "waive" else ""
    return Because(f"最多 {most} 人，现有 {seated} 人。{more}", ask.policy.origin(f"number.{ask.facts.role}"))


def joins(ask: Ask) -> Because | None:
    """Only the last step of a path that ends a seat lets somebody leave."""
    return None if ask.policy.gives == "exit" else Because("这是加入，不是退出。", ask.policy.origin(""))


def leaves(ask: Ask) -> Because | None:
    """The last step of a path that ends a seat gives none."""
    return Because("这是退出，不是加入。", ask.policy.origin("")) if ask.policy.gives == "exit" else None


def placed_centrally(ask: Ask) -> Because | None:
    """Where members are placed centrally (统筹调配), nobody has a seat before the list of placements is made (海南 三)."""
    return (
        Because("席位由统筹调配的名单确定。", ask.policy.origin("seats")) if ask.policy.seats == "allocated" else None
    )


STAGE = Stage(
    name="membership",
    title="席位",
    subject="application",
    policy=MembershipPolicy,
    facts=SeatFacts,
    states=State,
    initial=State.WAITING,
    exits={State.SEATED: NEXT, State.LEFT: NEXT},
    at_once=("seat", "leave"),
    on=(
        On(
            "judge", State.WAITING, State.WAITING, by=(Part.AUTHORITY, Part.OFFICE), unless=(nothing_to_judge, unjudged),
            do=(Follow("record_judgements"),),
        ),
        On(
            "seat", State.WAITING, State.SEATED, by=(Part.ENGINE, Part.AUTHORITY), unless=(leaves, placed_centrally, unjudged, judged_unmet, too_many),
            do=(Follow("give_seat"), Notify(Part.APPLICANT, "seated")),
        ),
        On(
            "leave", State.WAITING, State.LEFT, by=Part.ENGINE, unless=(joins,),
            do=(Follow("end_seat"), Follow("recheck_roster"), Notify(Part.APPLICANT, "left")),
        ),
    ),
    waits=(Wait(State.WAITING, for_=Part.AUTHORITY),),
)  # fmt: skip
