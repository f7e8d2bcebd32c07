"""Public notice (公示): a list is posted; an objection holds that one entry until it is ruled on.

A dismissed objection keeps the first end of the notice, resumes or restarts it as the programme says (`after_dismissal`);
the end is that of the local day, in calendar or working days by the unit of `length`.
"""

from datetime import date, timedelta
from enum import StrEnum

from flows.engine.calendar import Due, FirstDay, Roll, Span, due_after, local_day
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from flows.programme.vocabulary import AfterDismissal, Anonymous
from models.facts import NoticeFacts

# What the public page asks for, so that something can be looked into; the engine cannot weigh words (D-OBJ).
LEAST_FACTS = 20


class NoticePolicy(Policy):
    """The numbers of a public notice."""

    length: Span
    first_day: FirstDay
    roll: Roll
    inquiry: Span
    after_dismissal: AfterDismissal
    anonymous: Anonymous
    promote_next: bool


class State(StrEnum):
    """Where one entry of a posted list can stand."""

    UNPOSTED = "unposted"
    POSTED = "posted"
    OBJECTED = "objected"
    CLEARED = "cleared"
    UPHELD = "upheld"


def without_facts(ask: Ask) -> Because | None:
    """An objection says what is wrong; an anonymous one needs facts that can be looked into (D-OBJ)."""
    facts = str(ask.payload.get("facts", "")).strip()
    anonymous = bool(ask.payload.get("anonymous"))
    if anonymous and ask.policy.anonymous == "refused":
        return Because("这里只受理实名异议，请写明姓名和联系方式。", ask.policy.origin("anonymous"))
    if facts:
        return None
    return Because("请写明异议的事实。没有受理这次异议。", ask.policy.origin("anonymous"))


def notice_ends(ask: Ask) -> Due | None:
    """The last day of the notice: counted from posting, kept, resumed or restarted after a dismissed objection."""
    posted_on = ask.facts.posted_on
    today = local_day(ask.now)
    if ask.event == "post" or posted_on is None or ask.policy.after_dismissal == "restart":
        return _counted(ask, today)
    due = _counted(ask, posted_on)
    objected_on = ask.facts.objected_on
    if ask.policy.after_dismissal == "keep" or objected_on is None:
        return due
    held = (today - objected_on).days
    return fixed(due.on + timedelta(days=held), "异议核查", f"核查期间公示暂停 {held} 天，顺延")


def _counted(ask: Ask, start: date) -> Due:
    policy = ask.policy
    return due_after(
        start, policy.length, ask.calendar, first_day=policy.first_day, roll=policy.roll, start_label="张榜日"
    )


def inquiry_ends(ask: Ask) -> Due | None:
    """The inquiry is due from the first objection on; a further one does not put it off."""
    start = ask.facts.objected_on if ask.run.state == State.OBJECTED and ask.facts.objected_on else local_day(ask.now)
    return due_after(start, ask.policy.inquiry, ask.calendar, roll="next_working_day", start_label="收到异议")


STAGE = Stage(
    name="public_notice",
    title="公示",
    subject="application",
    policy=NoticePolicy,
    facts=NoticeFacts,
    states=State,
    initial=State.UNPOSTED,
    exits={State.CLEARED: NEXT, State.UPHELD: END},
    on=(
        On("post", State.UNPOSTED, State.POSTED, by=Part.AUTHORITY, on_list=True, do=(Notify(Part.APPLICANT, "notice_posted"),)),
        On(
            "object", (State.POSTED, State.OBJECTED), State.OBJECTED, by=Part.PUBLIC, unless=(without_facts,),
            do=(Notify(Part.AUTHORITY, "objection_filed"),),
        ),
        On(
            "dismiss", State.OBJECTED, State.POSTED, by=Part.AUTHORITY, needs=("reason",),
            do=(Follow("rule_objections", "dismissed"), Notify(Part.APPLICANT, "objection_dismissed")),
        ),
        On(
            "uphold", State.OBJECTED, State.UPHELD, by=Part.AUTHORITY, needs=("reason",),
            do=(Follow("rule_objections", "upheld"), Notify(Part.APPLICANT, "objection_upheld"), Follow("promote_next")),
        ),
        On("close", State.POSTED, State.CLEARED, by=Part.CLOCK, do=(Notify(Part.APPLICANT, "notice_cleared"),)),
    ),
    waits=(
        Wait(State.UNPOSTED, for_=Part.AUTHORITY),
        Wait(State.POSTED, for_=Part.CLOCK, due=notice_ends, then="close"),
        Wait(State.OBJECTED, for_=Part.AUTHORITY, due=inquiry_ends),
    ),
)  # fmt: skip
