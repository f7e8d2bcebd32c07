"""Activities (应办事项): one duty in one period; a filing or agreement before the plaque is a duty of the period `setup`."""

from dataclasses import replace
from datetime import date
from enum import StrEnum

from flows.engine.calendar import Due, local_day
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import counted, fixed
from flows.programme.due_days import DueDay
from flows.programme.evidence import Asked, Handed, lacking
from flows.programme.rosters import Number, RosterRules, held
from flows.programme.vocabulary import Receipt
from models.facts import DutyFacts


class DutyPolicy(Policy):
    """What one obligation asks of one unit in one period.

    `times` binds, above `most` a record is only noted. `named`: the host names who does it. `stands_for`: the outside duty it
    discharges. `reported`: somebody is named who takes note of what is handed in.
    """

    title: str
    times: int = 1
    most: int | None = None
    asked: Asked = Asked()
    signed_by: tuple[str, ...] = ()
    receipt: Receipt = "noted"
    reported: bool = False
    soft: bool = False
    distinct: bool = False
    named: bool = False
    due: DueDay | None = None
    due_words: str = ""
    stands_for: str = ""
    vacancy: bool = False
    roster: RosterRules | None = None

    @property
    def proof(self) -> tuple[str, ...]:
        """What each record carries."""
        return self.asked.proof

    @property
    def checklist(self) -> tuple[str, ...]:
        """Parts that must be there."""
        return self.asked.checklist


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
    """A record counts when it is of a kind, level and length that the text counts and carries the proof and parts it asks for."""
    policy, begins_on = ask.policy, ask.facts.begins_on
    if begins_on is not None and ask.facts.due_on is not None and ask.facts.due_on < begins_on:
        begins_on = None  # a plan is made before its period
    missing = lacking(policy.asked, Handed.of(ask.payload), begins_on, ask.calendar)
    return (
        Because(f"还不能计入{policy.title}，缺：{'、'.join(missing)}。", policy.origin(""), missing)
        if missing
        else None
    )


def not_distinct(ask: Ask) -> Because | None:
    """Where no two of a cycle may be alike, each record has a theme and no other has the same (海南 四)."""
    if not ask.policy.distinct:
        return None
    theme = str(ask.payload.get("theme") or "").strip()
    if not theme:
        return Because("请先写明主题；本周期各次主题不能相同。", ask.policy.origin("distinct"), ("主题",))
    if theme not in ask.facts.themes:
        return None
    return Because(f"主题“{theme}”在本周期已经用过，请换一个主题。", ask.policy.origin("distinct"), (theme,))


def blocked(ask: Ask) -> Because | None:
    """What the programme wants done first is done, by name."""
    missing = ask.facts.blocking
    return (
        Because(f"还不能办：先要办完{'、'.join(missing)}。", ask.policy.origin_before(missing), missing)
        if missing
        else None
    )


def enough(ask: Ask) -> Because | None:
    """No more is handed in than is needed, and no record twice."""
    if ask.payload.get("record_id") in ask.facts.records:
        return Because("这一次已经报过，不用再报。", ask.policy.origin(""))
    if ask.facts.counted + ask.facts.claimed < ask.facts.need:
        return None
    return Because("已经报够，正等接收单位办理，不用再报。", ask.policy.origin(""))


def not_named(ask: Ask) -> Because | None:
    """Only what the text leaves to somebody named is given to one."""
    return None if ask.policy.named else Because("这一项由规定的人负责，不用另外指定。", ask.policy.origin(""))


def still_vacant(ask: Ask) -> Because | None:
    """A vacancy is met by a new seat and by nothing that is handed in (D-REFILL)."""
    if not ask.policy.vacancy:
        return None
    return Because("席位按程序补上以后，这一项自动办结，不用报送。", ask.policy.origin(""))


def no_vacancy(ask: Ask) -> Because | None:
    """Only a vacancy is met by a new seat."""
    return None if ask.policy.vacancy else Because("这一项不是补选。", ask.policy.origin(""))


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
        if number.most is not None and number.if_not != "waive" and found > number.most:
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


def after_filing(ask: Ask) -> str:
    """Where receiving only means taking note, what is handed in counts at once; else somebody receives it."""
    if ask.policy.receipt != "noted":
        return State.SUBMITTED
    return State.MET if ask.facts.counted + 1 >= ask.facts.need else ask.run.state


def after_accepting(ask: Ask) -> str:
    """Met when enough has been accepted; else it goes on."""
    return State.MET if ask.facts.counted + ask.facts.claimed >= ask.facts.need else State.OPEN


def unless_soft(ask: Ask) -> str:
    """What a text only encourages is never overdue."""
    return State.OPEN if ask.policy.soft else State.OVERDUE


def same_state(ask: Ask) -> str:
    """It stays where it is."""
    return ask.run.state


def too_early(ask: Ask) -> Because | None:
    """What was missed is open again only until a day to come."""
    if date.fromisoformat(str(ask.payload["due_on"])) >= local_day(ask.now):
        return None
    return Because("新的期限不能早于今天。", ask.policy.origin(""))


def duty_due(ask: Ask) -> Due | None:
    """The last day of the duty as it was counted when it opened, or extended; what is returned keeps it.

    What is soft has none once it has passed.
    """
    if ask.event == "extend":
        return fixed(date.fromisoformat(str(ask.payload["due_on"])), "延期", str(ask.payload["reason"]))
    due_on: date | None = ask.facts.due_on
    if due_on is None or (ask.policy.soft and due_on < local_day(ask.now)):
        return None
    stored = fixed(due_on, "期限", ask.policy.due_words or "办法规定的最后一天")
    if ask.policy.due is None:
        return stored
    days = replace(ask.facts.days, announced_on=local_day(ask.now))
    return counted(ask.policy.due.of(days, ask.calendar), stored, ask)


GUARDED = (blocked, enough, not_counted, not_distinct)
FILED = frozenset({State.OPEN, State.OVERDUE, State.SUBMITTED, State.MET})
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
            "submit", (State.OPEN, State.OVERDUE, State.SUBMITTED), FILED, by=Part.RESPONSIBLE, choose=after_filing,
            unless=(still_vacant, unsigned, *GUARDED, too_few, too_many, sub_role_missing, share_exceeded),
            do=(Follow("credit_record"), Follow("tell_receiver")),
        ),
        On(
            "credit", (State.OPEN, State.OVERDUE, State.SUBMITTED), FILED, by=Part.ENGINE, choose=after_filing,
            unless=(still_vacant, unsigned, *GUARDED), do=(Follow("credit_record"), Follow("tell_receiver")),
        ),
        On(
            "fill", (State.OPEN, State.OVERDUE), State.MET, by=Part.ENGINE, unless=(no_vacancy,),
            do=(Notify(Part.RESPONSIBLE, "vacancy_filled"),),
        ),
        On(
            "accept", State.SUBMITTED, frozenset({State.OPEN, State.MET}), by=Part.RECEIVER, on_list=True, choose=after_accepting,
            do=(Notify(Part.RESPONSIBLE, "filing_accepted"), Follow("accept_credits")),
        ),
        On(
            "return", State.SUBMITTED, State.OPEN, by=Part.RECEIVER, needs=("reason",),
            do=(Notify(Part.RESPONSIBLE, "filing_returned"), Follow("refuse_credits")),
        ),
        On(
            "assign", (State.OPEN, State.OVERDUE), frozenset({State.OPEN, State.OVERDUE}), by=Part.HOST, needs=("person_id",),
            unless=(not_named,), choose=same_state, do=(Follow("assign_duty"),),
        ),
        On("excuse", (State.OPEN, State.OVERDUE, State.SUBMITTED), State.EXCUSED, by=Part.AUTHORITY, needs=("reason",)),
        On(
            "extend", State.OVERDUE, State.OPEN, by=(Part.AUTHORITY, Part.OFFICE, Part.ENGINE), needs=("due_on", "reason"),
            unless=(too_early,), do=(Follow("keep_deadline"), Notify(Part.RESPONSIBLE, "extended")),
        ),
        On(
            "pass_due", State.OPEN, frozenset({State.OPEN, State.OVERDUE}), by=Part.CLOCK, choose=unless_soft,
            do=(Follow("tell_overdue"), Follow("close_late")),
        ),
        On(
            "close", (State.OPEN, State.OVERDUE), State.UNMET, by=(Part.CLOCK, Part.ENGINE), do=(Follow("tell_unmet"),),
        ),
    ),
    waits=(
        Wait(State.OPEN, for_=Part.RESPONSIBLE, due=duty_due, then="pass_due", asks="filing_asked"),
        Wait(State.SUBMITTED, for_=Part.RECEIVER),
        Wait(State.OVERDUE, for_=Part.RESPONSIBLE, due=duty_due),
    ),
)  # fmt: skip
