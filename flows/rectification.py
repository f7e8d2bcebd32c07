"""Rectification (整改): the host mends what an assessment found until the limit, which runs from the delivery of the result."""

from datetime import date
from enum import StrEnum

from flows.engine.calendar import Due, Roll, Span, due_after, last_day, local_day
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import fixed
from flows.engine.following import Consequence
from models.facts import RectificationFacts


class RectificationPolicy(Policy):
    """How long there is to mend, who looks again and how soon, the best grade after it, and what follows if it fails.

    `set_by`: whether the body may set the limit; `assessor`: who looks again, else whoever assessed; `passing`: the grades
    of the assessment, best first.
    """

    limit: Span
    roll: Roll
    reassess_within: Span
    set_by: str = ""
    assessor: str = ""
    capped: str
    grades: tuple[str, ...]
    blocks: tuple[str, ...] = ()
    ineffective: tuple[Consequence, ...] = ()


class State(StrEnum):
    """Where a rectification can stand."""

    MENDING = "mending"
    REPORTED = "reported"
    EFFECTIVE = "effective"
    INEFFECTIVE = "ineffective"


def fixed_by_text(ask: Ask) -> Because | None:
    """Only where the text lets a body set the limit may it be set; else it may be extended with a reason."""
    if ask.policy.set_by:
        return None
    return Because("整改期限由办法规定，不能另定；确有需要的，可以延期并写明理由。", ask.policy.origin("limit"))


def limit_past(ask: Ask) -> Because | None:
    """A limit lies ahead."""
    if date.fromisoformat(str(ask.payload["due_on"])) >= local_day(ask.now):
        return None
    return Because("整改期限不能早于今天。", ask.policy.origin("limit"))


def too_early(ask: Ask) -> Because | None:
    """Before the limit it is looked at again only when the host has reported; the time to mend is the studio's."""
    if ask.run.state != State.MENDING or ask.run.due_at is None:
        return None
    last = last_day(ask.run.due_at)
    if local_day(ask.now) >= last:
        return None
    says = f"整改期到 {last.month}月{last.day}日；在此之前，要工作室报告整改完成才能复核。"
    return Because(says, ask.policy.origin("limit"))


def nothing_done(ask: Ask) -> Because | None:
    """A report says what was done."""
    said = ask.payload.get("measures") or ask.payload.get("report")
    return None if said else Because("请写明采取了哪些整改措施。", ask.policy.origin(""), ("measures",))


def unknown_grade(ask: Ask) -> Because | None:
    """The grade after it is one of those of the assessment."""
    if ask.payload.get("grade") in ask.policy.grades:
        return None
    return Because("请从这项考核的等次中选一个。", ask.policy.origin("capped"), ("grade",))


def capped(ask: Ask) -> str:
    """The grade after rectification: what was found, at most what the text allows (D-RECT: 合格)."""
    grades: tuple[str, ...] = ask.policy.grades
    given = grades.index(str(ask.payload["grade"]))
    return grades[max(given, grades.index(ask.policy.capped))] if ask.policy.capped in grades else grades[given]


def mended(ask: Ask) -> str:
    """Effective when the grade after it is a passing one."""
    return State.INEFFECTIVE if ask.payload.get("grade") == "unqualified" else State.EFFECTIVE


def limit(ask: Ask) -> Due | None:
    """The last day to mend: fixed at delivery, or set by the body since."""
    if ask.event == "set_limit":
        return fixed(date.fromisoformat(str(ask.payload["due_on"])), "整改期限", "由主管部门确定")
    return fixed(ask.facts.limit_on, "整改期限", "从结果送达之日起算")


def looked_at_again_by(ask: Ask) -> Due:
    """The last day for looking again; it only reminds."""
    return due_after(local_day(ask.now), ask.policy.reassess_within, ask.calendar, start_label="报告或期满")


STAGE = Stage(
    name="rectification",
    title="整改",
    subject="rectification",
    policy=RectificationPolicy,
    facts=RectificationFacts,
    states=State,
    initial=State.MENDING,
    exits={State.EFFECTIVE: END, State.INEFFECTIVE: END},
    on=(
        On(
            "set_limit", State.MENDING, State.MENDING, by=Part.AUTHORITY, needs=("due_on",), unless=(fixed_by_text, limit_past),
            do=(Follow("set_limit"), Notify(Part.HOST, "limit_set")),
        ),
        On(
            "report", State.MENDING, State.REPORTED, by=Part.HOST, unless=(nothing_done,),
            do=(Follow("record_report"), Notify(Part.ASSESSOR, "rectification_reported")),
        ),
        On(
            "call_in", State.MENDING, State.REPORTED, by=Part.CLOCK,
            do=(Notify(Part.ASSESSOR, "rectification_due"), Notify(Part.HOST, "rectification_called_in")),
        ),
        On(
            "reassess", (State.MENDING, State.REPORTED), frozenset({State.EFFECTIVE, State.INEFFECTIVE}), by=Part.ASSESSOR,
            choose=mended, note=capped, unless=(too_early, unknown_grade), do=(Follow("settle_rectification"),),
        ),
    ),
    waits=(
        Wait(State.MENDING, for_=Part.HOST, due=limit, then="call_in", asks="rectification_begun", remind="limit_near"),
        Wait(State.REPORTED, for_=Part.ASSESSOR, due=looked_at_again_by),
    ),
)  # fmt: skip
