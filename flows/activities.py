"""Activities (应办事项): one duty in one period; a filing or agreement before the plaque is a duty of the period `setup`."""

from datetime import date
from enum import StrEnum

from flows.engine.calendar import Due
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from flows.programme.rosters import Number, RosterRules, held
from models.facts import DutyFacts


class DutyPolicy(Policy):
    """What one obligation asks of one unit in one period."""

    title: str
    times: int = 1
    proof: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    receipt: str = "noted"
    soft: bool = False
    roster: RosterRules | None = None


class State(StrEnum):
    """Where a duty can stand."""

    OPEN = "open"
    SUBMITTED = "submitted"
    OVERDUE = "overdue"
    MET = "met"
    UNMET = "unmet"
    EXCUSED = "excused"


def unsigned(ask: Ask) -> Because | None:
    """An agreement is complete when each party has signed (职业学校 二(三))."""
    missing = ask.facts.unsigned
    return (
        Because(f"还不能报送：{'、'.join(missing)}没有签署。", ask.policy.origin("signed_by"), missing)
        if missing
        else None
    )


def not_counted(ask: Ask) -> Because | None:
    """The proof that the programme asks for, by name."""
    missing = tuple(ask.facts.proof_missing)
    return Because(f"还不能报送，缺：{'、'.join(missing)}。", ask.policy.origin("proof"), missing) if missing else None


def too_few(ask: Ask) -> Because | None:
    """A roster has as many of each role as the text asks."""
    for number in _numbers(ask):
        found = held(ask.facts.seats, number)
        if not number.within and number.least is not None and found < number.least:
            return Because(f"还不能确认名单：{number.title}要有 {number.least} 人，现有 {found} 人。", number.origin)
    return None


def too_many(ask: Ask) -> Because | None:
    """A roster has no more of a role than the text allows."""
    for number in _numbers(ask):
        found = held(ask.facts.seats, number)
        if number.most is not None and found > number.most:
            return Because(f"不能确认名单：{number.title}最多 {number.most} 人，现有 {found} 人。", number.origin)
    return None


def share_exceeded(ask: Ask) -> Because | None:
    """No more are of the host's own school than the share allows, counted as the text counts (石家庄 (六), 县 三)."""
    for share in ask.policy.roster.shares if ask.policy.roster else ():
        if share.exceeded(ask.facts.seats):
            own, of_all = share.of(ask.facts.seats)
            says = f"不能确认名单：本校人员占 {own}/{of_all}，超过 {float(share.at_most):.0%}。"
            return Because(says, share.origin)
    return None


def sub_role_missing(ask: Ask) -> Because | None:
    """The roles that members must hold among them are held (县 三(二)2: one assistant of the seven)."""
    lacking = [one for one in _numbers(ask) if one.within and held(ask.facts.seats, one) < (one.least or 0)]
    if not lacking:
        return None
    titles = tuple(one.title for one in lacking)
    return Because(f"还不能确认名单，没有确定：{'、'.join(titles)}。", lacking[0].origin, titles)


def _numbers(ask: Ask) -> tuple[Number, ...]:
    return ask.policy.roster.numbers if ask.policy.roster else ()


def taken_note_of(ask: Ask) -> str:
    """Where receiving only means taking note, handing in is enough; else somebody receives it."""
    return State.MET if ask.policy.receipt == "noted" else State.SUBMITTED


def duty_due(ask: Ask) -> Due | None:
    """The last day of the duty, fixed when it was opened; what is returned keeps it. One without a deadline has none."""
    due_on: date | None = ask.facts.due_on
    return fixed(due_on, "期限", "办法规定的最后一天") if due_on is not None else None


STAGE = Stage(
    name="activities",
    title="应办事项",
    subject="duty",
    policy=DutyPolicy,
    facts=DutyFacts,
    states=State,
    initial=State.OPEN,
    exits={State.MET: END, State.UNMET: END, State.EXCUSED: END},
    on=(
        On(
            "submit", (State.OPEN, State.OVERDUE), frozenset({State.SUBMITTED, State.MET}), by=Part.RESPONSIBLE,
            unless=(unsigned, not_counted, too_few, too_many, sub_role_missing, share_exceeded), choose=taken_note_of, do=(Follow("record_filing"),),
        ),
        On("accept", State.SUBMITTED, State.MET, by=Part.RECEIVER, on_list=True, do=(Notify(Part.RESPONSIBLE, "filing_accepted"),)),
        On("return", State.SUBMITTED, State.OPEN, by=Part.RECEIVER, needs=("reason",), do=(Notify(Part.RESPONSIBLE, "filing_returned"),)),
        On("excuse", (State.OPEN, State.OVERDUE), State.EXCUSED, by=Part.AUTHORITY, needs=("reason",)),
        On("pass_due", State.OPEN, State.OVERDUE, by=Part.CLOCK, do=(Notify(Part.RESPONSIBLE, "overdue"),)),
        On("close", (State.OPEN, State.OVERDUE), State.UNMET, by=(Part.CLOCK, Part.ENGINE)),
    ),
    waits=(
        Wait(State.OPEN, for_=Part.RESPONSIBLE, due=duty_due, then="pass_due", asks="filing_asked"),
        Wait(State.SUBMITTED, for_=Part.RECEIVER),
        Wait(State.OVERDUE, for_=Part.RESPONSIBLE),
    ),
)  # fmt: skip
