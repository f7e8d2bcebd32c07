"""Membership (席位): the last step of a path that gives or ends a seat; done at once, or by a list where places are given centrally."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from flows.engine.calendar import local_day
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.following import Consequence
from flows.engine.judging import judged_unmet, nothing_to_judge, unjudged, verdicts
from flows.programme.agenda import within_window
from flows.programme.rosters import RosterRules, held
from flows.programme.steps import Window
from flows.programme.vocabulary import Gift, Prefer, Seats
from models.facts import Roster, SeatFact, SeatFacts


class MembershipPolicy(Policy):
    """The numbers of a seat. `within`: the role that a role is part of; `named`: given or taken back by whoever names, without a path."""

    gives: Gift = "seat"
    seats: Seats = "direct"
    prefer: tuple[Prefer, ...] = ()
    roster: RosterRules = RosterRules()
    within: Mapping[str, str] = MappingProxyType({})
    window: Window | None = None
    named: bool = False
    judges: bool = False
    then: tuple[Consequence, ...] = ()


class State(StrEnum):
    """Where somebody accepted can stand."""

    WAITING = "waiting"
    SEATED = "seated"
    UNPLACED = "unplaced"
    LEFT = "left"


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


def not_central(ask: Ask) -> Because | None:
    """Where the text has no central placement, nobody is placed."""
    return None if ask.policy.seats == "allocated" else Because("这里不统筹调配席位。", ask.policy.origin("seats"))


def named_by_person(ask: Ask) -> Because | None:
    """A role that a school or host fills by naming somebody is filled by their act, not by the engine."""
    if not ask.policy.named or ask.actor.kind == "person":
        return None
    return Because("由指定的单位或主持人确定。", ask.policy.origin(""))


def unknown_studio(ask: Ask) -> Because | None:
    """Nobody is placed in a studio that takes no members."""
    asked = _studio(ask)
    if asked is None or asked in ask.facts.rosters:
        return None
    return Because("没有这个工作室，或者它已经不接收成员。", ask.policy.origin(""))


def unfit(ask: Ask) -> Because | None:
    """Nobody is placed whom nobody has judged, or who was judged not to meet what the text asks; they may be told there is no place."""
    return (unjudged(ask) or judged_unmet(ask)) if _studio(ask) is not None else None


def seat_taken(ask: Ask) -> Because | None:
    """Nobody has two seats in one studio; a role within another is added to the seat."""
    roster = _roster(ask)
    if roster is None or not roster.has_seat or ask.facts.role in ask.policy.within:
        return None
    return Because(f"已经是“{roster.title}”的成员。", ask.policy.origin(""))


def outside_window(ask: Ask) -> Because | None:
    """Where the text opens entry only for a time (镇 四9: 每学年初), who asked at another time needs the authority's reason."""
    window, cycle = ask.policy.window, ask.facts.cycle
    if window is None or cycle is None or window.if_not == "warn":
        return None
    asked_on = ask.facts.asked_on or local_day(ask.now)
    if within_window(window, asked_on, cycle, ask.calendar) or (window.if_not == "waive" and _signed(ask)):
        return None
    more = "确需这时加入的，由主管部门写明理由。" if window.if_not == "waive" else ""
    day = f"{asked_on.month}月{asked_on.day}日"
    return Because(f"不在规定的进出时间内：{day}提出的申请。{more}", ask.policy.origin("window"))


def too_many(ask: Ask) -> Because | None:
    """No more in a role than the text allows; where it says 原则上 (if_not: waive) the authority may seat one more, with a reason."""
    roster = _roster(ask)
    if roster is None:
        return None
    now, then = _now(ask, roster), _then(ask, roster)
    for number in ask.policy.roster.numbers:
        if number.most is None or not held(now, number) < held(then, number) > number.most:
            continue
        if number.if_not == "waive" and _signed(ask):
            continue
        more = "确需增加的，由主管部门写明理由。" if number.if_not == "waive" else ""
        says = f"{number.title}最多 {number.most} 人，现有 {held(now, number)} 人。{more}"
        return Because(says, number.origin)
    return None


def share_exceeded(ask: Ask) -> Because | None:
    """One more of the host's own school is seated only while the share allows it (石家庄 (六), 县 三); until then they wait.

    While a roster has not reached its least number the share is of that number.
    """
    roster = _roster(ask)
    if roster is None:
        return None
    now, then = _now(ask, roster), _then(ask, roster)
    for share in ask.policy.roster.shares:
        own, of_all = share.filling(then)
        if share.of(now)[0] < own > share.at_most * of_all:
            says = (
                f"本校人员将占 {own}/{of_all}，超过 {float(share.at_most):.0%}。外校成员加入、比例够了以后会自动加入。"
            )
            return Because(says, share.origin)
    return None


def placed(ask: Ask) -> str:
    """A placement names a studio, or says that there is no place."""
    return State.SEATED if _studio(ask) is not None else State.UNPLACED


def seats_taken(ask: Ask) -> Iterator[str]:
    """The seats that a move takes up, as those later on the same list or in the same act must see them."""
    roster = _roster(ask)
    if roster is not None and ask.policy.gives == "seat":
        one = _newcomer(ask, roster)
        yield f"{_kept(ask)}{one.role}/{one.duty_role}/{int(one.own_school)}"


def _studio(ask: Ask) -> int | None:
    asked = ask.payload.get("studio") if ask.event == "allocate" else ask.facts.studio_id
    return int(asked) if asked else None


def _roster(ask: Ask) -> Roster | None:
    found: Roster | None = ask.facts.rosters.get(_studio(ask) or 0)
    return found


def _signed(ask: Ask) -> bool:
    return ask.actor.kind == "person" and bool(ask.payload.get("reason"))


def _kept(ask: Ask) -> str:
    return f"seat/{_studio(ask)}/"


def _newcomer(ask: Ask, roster: Roster) -> SeatFact:
    role = ask.facts.role
    within = ask.policy.within.get(role)
    if within is None:
        return SeatFact(ask.facts.person_name, role, "", roster.own_school)
    return SeatFact(ask.facts.person_name, "" if roster.has_seat else within, role, roster.own_school)


def _now(ask: Ask, roster: Roster) -> tuple[SeatFact, ...]:
    """Who has a seat, with those who were given one earlier in the same act."""
    begun = _kept(ask)
    given: list[SeatFact] = []
    for key, n in ask.taken.items():
        if key.startswith(begun):
            role, duty_role, own = key.removeprefix(begun).split("/")
            given += [SeatFact("", role, duty_role, own == "1")] * n
    return (*roster.seats, *given)


def _then(ask: Ask, roster: Roster) -> tuple[SeatFact, ...]:
    return (*_now(ask, roster), _newcomer(ask, roster))


STAGE = Stage(
    name="membership",
    title="席位",
    subject="application",
    policy=MembershipPolicy,
    facts=SeatFacts,
    states=State,
    initial=State.WAITING,
    exits={State.SEATED: NEXT, State.LEFT: NEXT, State.UNPLACED: END},
    branches=True,
    at_once=("seat", "leave"),
    takes=seats_taken,
    on=(
        On(
            "judge", State.WAITING, State.WAITING, by=(Part.REVIEWER, Part.OFFICE), unless=(nothing_to_judge, unjudged),
            note=verdicts, do=(Follow("record_judgements"),),
        ),
        On(
            "seat", State.WAITING, State.SEATED, by=(Part.ENGINE, Part.REVIEWER), counts=frozenset({State.SEATED}),
            unless=(
                leaves, placed_centrally, named_by_person, unjudged, judged_unmet, seat_taken, outside_window, too_many, share_exceeded,
            ),
            do=(Follow("give_seat"), Follow("follow_path"), Follow("recheck_roster"), Notify(Part.APPLICANT, "seated"), Notify(Part.PERSON, "seated")),
        ),
        On(
            "allocate", State.WAITING, frozenset({State.SEATED, State.UNPLACED}), by=Part.REVIEWER, on_list=True, choose=placed,
            counts=frozenset({State.SEATED}),
            unless=(
                leaves, not_central, unknown_studio, unfit, seat_taken, outside_window, too_many, share_exceeded,
            ),
            do=(Follow("give_seat"), Follow("follow_path"), Follow("recheck_roster"), Follow("tell_placement")),
        ),
        On(
            "leave", State.WAITING, State.LEFT, by=(Part.ENGINE, Part.REVIEWER), unless=(joins, named_by_person),
            do=(Follow("end_seat"), Follow("follow_path"), Follow("recheck_roster"), Notify(Part.APPLICANT, "left"), Notify(Part.PERSON, "left")),
        ),
    ),
    waits=(Wait(State.WAITING, for_=Part.REVIEWER),),
)  # fmt: skip
