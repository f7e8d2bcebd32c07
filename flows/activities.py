"""Activities (应办事项): one duty in one period; a filing or agreement before the plaque is a duty of the period `setup`."""

from datetime import date
from enum import StrEnum

from flows.engine.calendar import Due, Span, due_after, local_day
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from models.facts import DutyFacts


class DutyPolicy(Policy):
    """What one obligation asks of one unit in one period."""

    title: str
    times: int = 1
    proof: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    receipt: str = "noted"
    soft: bool = False
    within: Span | None = None


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


def taken_note_of(ask: Ask) -> str:
    """Where receiving only means taking note, handing in is enough; else somebody receives it."""
    return State.MET if ask.policy.receipt == "noted" else State.SUBMITTED


def duty_due(ask: Ask) -> Due | None:
    """The last day of the duty, or the span its programme gives; a setup duty without one has none."""
    due_on: date | None = ask.facts.due_on
    if due_on is not None:
        return fixed(due_on, "期限", "办法规定的最后一天")
    if ask.policy.within is None:
        return None
    return due_after(local_day(ask.now), ask.policy.within, ask.calendar, roll="next_working_day", start_label="公布日")


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
            unless=(unsigned, not_counted), choose=taken_note_of, do=(Follow("record_filing"),),
        ),
        On("accept", State.SUBMITTED, State.MET, by=Part.RECEIVER, on_list=True, do=(Notify(Part.RESPONSIBLE, "filing_accepted"),)),
        On("return", State.SUBMITTED, State.OPEN, by=Part.RECEIVER, needs=("reason",), do=(Notify(Part.RESPONSIBLE, "filing_returned"),)),
        On("excuse", (State.OPEN, State.OVERDUE), State.EXCUSED, by=Part.AUTHORITY, needs=("reason",)),
        On("pass_due", State.OPEN, State.OVERDUE, by=Part.CLOCK, do=(Notify(Part.RESPONSIBLE, "overdue"),)),
        On("close", (State.OPEN, State.OVERDUE), State.UNMET, by=Part.CLOCK),
    ),
    waits=(
        Wait(State.OPEN, for_=Part.RESPONSIBLE, due=duty_due, then="pass_due", asks="filing_asked"),
        Wait(State.SUBMITTED, for_=Part.RECEIVER),
        Wait(State.OVERDUE, for_=Part.RESPONSIBLE),
    ),
)  # fmt: skip
