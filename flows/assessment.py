"""Assessment (考核): a grade is proposed, confirmed, held, then delivered to the studio; only then does anything follow from it.

An attendance check (考勤核查) is an assessment that the engine reckons by itself and records without a grade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from flows.engine.calendar import Due, local_day
from flows.engine.declare import END, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import counted, fixed
from flows.engine.following import Consequence
from flows.programme.due_days import DueDay
from flows.programme.standards import lacking
from flows.programme.vocabulary import GRADES_ZH
from models.facts import AbsenceFact, AssessmentFacts


@dataclass(frozen=True, slots=True)
class Missing:
    """The share of activities missed from which something follows: reached (`at_least`) or passed (`more_than`)."""

    ratio: Fraction
    strictly: bool
    least_activities: int

    def reached(self, one: AbsenceFact) -> bool:
        """Whether somebody missed that share, compared in whole numbers (D-INCL: 以上 includes the figure)."""
        if one.held < max(self.least_activities, 1):
            return False
        missed, bound = one.missed * self.ratio.denominator, self.ratio.numerator * one.held
        return missed > bound if self.strictly else missed >= bound


class AssessmentPolicy(Policy):
    """One assessment as the text has it. `roles`: whom it grades (none: the studio); `confirmed`: whether somebody confirms.

    `due`: when it is due, by the assessment it is held in step with (`""`: none).
    """

    title: str
    key: str
    roles: tuple[str, ...] = ()
    after_cycle: bool = False
    grades: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    awards: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, tuple[str, ...]]] = {}
    then: Mapping[str, tuple[Consequence, ...]] = {}
    confirmed: bool = False
    reported_to: str = ""
    absent: Missing | None = None
    due: Mapping[str, DueDay] = {}

    def word(self, grade: str) -> str:
        """How the text calls a grade."""
        return self.words.get(grade) or GRADES_ZH.get(grade, grade)


class State(StrEnum):
    """Where an assessment can stand."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    GRADED = "graded"
    RECORDED = "recorded"


def without_grades(ask: Ask) -> Because | None:
    """Where the text knows no grades the outcome is recorded, not graded."""
    if ask.policy.grades:
        return None
    return Because("这一项不定等次，请作为记录提交。", ask.policy.origin("grades"))


def with_grades(ask: Ask) -> Because | None:
    """Where the text knows grades one must be given."""
    if not ask.policy.grades and ask.policy.absent is None:
        return None
    return Because("这一项要定等次，不能只作记录。", ask.policy.origin("grades"))


def no_reckoning(ask: Ask) -> Because | None:
    """Only attendance is reckoned by the engine; whatever else is judged, somebody judges."""
    return None if ask.policy.absent is not None else Because("这一项由考核人评定。", ask.policy.origin(""))


def blocked(ask: Ask) -> Because | None:
    """Open duties and rectifications that stand before this assessment, each by name (赤峰 第十六条, 北海 十(一)4)."""
    blocking = ask.facts.blocking
    if not blocking:
        return None
    says = f"还不能考核，有 {len(blocking)} 项没有办完：{'；'.join(blocking)}。"
    return Because(says, ask.policy.origin_before(blocking), blocking)


def too_early(ask: Ask) -> Because | None:
    """Not before the day it opens; what judges the whole cycle, not before the cycle has ended (县 八(二) 期满后)."""
    opens_on: date = ask.facts.opens_on
    held_on = _held_on(ask)
    if held_on >= opens_on:
        return None
    day = f"{opens_on.year}年{opens_on.month}月{opens_on.day}日"
    if ask.policy.after_cycle:
        return Because(f"还不能考核：周期届满以后才能评定，{day}起。", ask.policy.origin("opens"))
    return Because(f"还不能考核：{day}起才能评定。", ask.policy.origin("opens"))


def bad_date(ask: Ask) -> Because | None:
    """The day on which it was judged is a day that has come."""
    try:
        ahead = _held_on(ask) > local_day(ask.now)
    except ValueError:
        return Because("考核日期要写成 2026-01-20 这样。", ask.policy.origin(""))
    return Because("考核日期不能晚于今天。", ask.policy.origin("")) if ahead else None


def needs_unmet(ask: Ask) -> Because | None:
    """Held only after the results that the text names (职业学校 四(一)3: learners after the studio has passed)."""
    for one in lacking(ask.policy.needs, ask.facts.results):
        return Because(one.says("考核"), ask.policy.origin("needs"), (one.title,))
    return None


def unheard(ask: Ask) -> Because | None:
    """Whoever the text says is heard has answered, or had their time (北海 十(一)2)."""
    waiting = ask.facts.unheard
    if not waiting:
        return None
    return Because(
        f"还不能考核，还在听取意见：{'、'.join(waiting)}。到期没有意见的，可以不再等。",
        ask.policy.origin("opinions"),
        waiting,
    )


def unknown_grade(ask: Ask) -> Because | None:
    """Only grades and awards of the text are given (经开区 五(四): 优秀 or 良好, nothing else)."""
    known = "、".join(ask.policy.word(grade) for grade in ask.policy.grades)
    given = _grades(ask)
    wrong = tuple(dict.fromkeys(str(grade) for grade in given.values() if grade and grade not in ask.policy.grades))
    if wrong:
        named = "、".join(GRADES_ZH.get(grade, grade) for grade in wrong)
        return Because(f"没有“{named}”这个等次，只有：{known}。", ask.policy.origin("grades"), wrong)
    foreign = tuple(one for one in _awards(ask) if one not in ask.policy.awards)
    return Because(f"没有“{'、'.join(foreign)}”这个奖项。", ask.policy.origin("awards"), foreign) if foreign else None


def ungraded_seats(ask: Ask) -> Because | None:
    """Everybody whom the assessment is about gets a grade, and nobody else does."""
    given = _grades(ask)
    wanted = {one.seat_id: one.name for one in ask.facts.seats if one.role in ask.policy.roles}
    if not ask.policy.roles:
        return None if given.get(0) else Because("请先选定等次。", ask.policy.origin("grades"), ("grade",))
    left = tuple(name for seat_id, name in wanted.items() if not given.get(seat_id))
    if left:
        return Because(f"还有 {len(left)} 人没有等次：{'、'.join(left)}。", ask.policy.origin("of"), left)
    strangers = set(given) - set(wanted)
    return Because("有人不在这次考核的范围内，请刷新名单再提交。", ask.policy.origin("of")) if strangers else None


def _held_on(ask: Ask) -> date:
    given = ask.payload.get("held_on")
    return date.fromisoformat(str(given)) if given else local_day(ask.now)


def _grades(ask: Ask) -> Mapping[int, str]:
    """The grades proposed: by seat, or under 0 for the studio."""
    return grades_of(ask.payload, ask.policy)


def grades_of(payload: Mapping[str, Any], policy: AssessmentPolicy) -> Mapping[int, str]:
    """The grades a proposal holds: by seat, or under 0 for the studio."""
    if not policy.roles:
        return {0: str(payload.get("grade", ""))}
    given = payload.get("results") or {}
    return {int(seat): str(grade) for seat, grade in given.items() if str(seat).isdigit()}


def _awards(ask: Ask) -> tuple[str, ...]:
    given = ask.payload.get("awards") or ()
    each = given.values() if isinstance(given, Mapping) else [given]
    return tuple(str(one) for group in each for one in group)


def who_confirms(ask: Ask) -> str:
    """Where nobody confirms, the proposal stands."""
    return State.PROPOSED if ask.policy.confirmed else State.CONFIRMED


def assessed_by(ask: Ask) -> Due | None:
    """The last day for judging, as it was counted when it opened; it only reminds."""
    due_on: date | None = ask.facts.due_on
    if due_on is None:
        return None
    rule: DueDay | None = ask.policy.due.get(ask.facts.beside)
    due = rule.of(ask.facts.days, ask.calendar) if rule is not None else None
    return counted(due, fixed(due_on, "考核期限", "办法规定的最后一天"), ask)


STAGE = Stage(
    name="assessment",
    title="考核",
    subject="assessment",
    policy=AssessmentPolicy,
    facts=AssessmentFacts,
    states=State,
    initial=State.OPEN,
    exits={State.GRADED: END, State.RECORDED: END},
    on=(
        On(
            "propose", State.OPEN, frozenset({State.PROPOSED, State.CONFIRMED}), by=Part.ASSESSOR, choose=who_confirms,
            unless=(without_grades, bad_date, too_early, blocked, needs_unmet, unheard, unknown_grade, ungraded_seats),
            do=(Follow("record_proposal"), Notify(Part.CONFIRMER, "grade_proposed")),
        ),
        On(
            "confirm", State.PROPOSED, State.CONFIRMED, by=Part.CONFIRMER, on_list=True,
            do=(Follow("confirm_results"),),
        ),
        On(
            "return", State.PROPOSED, State.OPEN, by=Part.CONFIRMER, needs=("reason",),
            do=(Notify(Part.ASSESSOR, "grade_returned"),),
        ),
        On(
            "release", State.CONFIRMED, State.GRADED, by=(Part.AUTHORITY, Part.ENGINE), on_list=True,
            do=(Follow("deliver_results"),),
        ),
        On(
            "record", State.OPEN, State.RECORDED, by=Part.ASSESSOR, unless=(with_grades, bad_date, too_early, blocked, unheard),
            do=(Follow("record_findings"), Notify(Part.HOST, "assessment_recorded")),
        ),
        On("reckon", State.OPEN, State.RECORDED, by=Part.ENGINE, unless=(no_reckoning,), do=(Follow("reckon_attendance"),)),
    ),
    waits=(
        Wait(State.OPEN, for_=Part.ASSESSOR, due=assessed_by, asks="assessment_asked"),
        Wait(State.PROPOSED, for_=Part.CONFIRMER),
        Wait(State.CONFIRMED, for_=Part.AUTHORITY),
    ),
)  # fmt: skip
