"""Correction (更正): an appeal was upheld, so another grade stands in the place of the one delivered, with its reason; nothing is undone silently."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from flows.engine.consequences.follower import Following
from flows.engine.consequences.results import NAMED_SEATS, RUNNING, STUDIO, assessed, first_time
from flows.engine.consequences.withdrawing import BY_HAND, WITHDRAWN, withdraw
from flows.engine.following import Consequence as Rule
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Happening, Work
from models import Consequence, Rectification, Result, StageRun, Transition
from models.columns import table_of
from models.statements import rows

CONSEQUENCES, RECTIFICATIONS, RESULTS = table_of(Consequence), table_of(Rectification), table_of(Result)
RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)
CORRECT, FULL = "correct", 100
SHOWN = {BY_HAND: "请人工办理", WITHDRAWN: "已撤回"}


def correct_result(work: Work, one: Happening, row: Any, rule: Rule, assessment_id: int) -> tuple[Rule, ...]:
    """Let the grade `rule.value` stand for the studio or the seat that a question is about, and take back what did not happen yet.

    What was carried out stays, and people are told what there is to do about it. Returns what now follows and did not
    before; of a studio that has ended nothing more does. The grade that stands already changes nothing.
    """
    assessment: Any = assessed(work, assessment_id)
    policy: Any = work.book.rule(work.session, one.run.version_id, "assessments", assessment.key, None).policy
    following = _following(work, one, row, rule)
    before = _supersede(work, one, row, rule.value, assessment_id)
    if before == rule.value or not first_time(work, following):
        return ()
    known = _followed(work, row, assessment_id)
    running = following.studio.standing in RUNNING
    then = tuple(policy.then.get(rule.value, ()))
    done = _take_back(work, one, assessment, row, [each for each in known if not any(_same(each, new) for new in then)])
    further = tuple(new for new in then if not any(_same(each, new) for each in known))
    _tell(work, following, f"{policy.word(before)} 更正为 {policy.word(rule.value)}", done, () if running else further)
    if not running:
        return ()
    _hold_again(work, one, assessment_id)
    return (*further, *_restored(rule, known, then))


def _following(work: Work, one: Happening, row: Any, rule: Rule) -> Following:
    studio = rows(work.session, STUDIO, studio=row.studio_id)[0]
    seats = {seat.id: seat for seat in rows(work.session, NAMED_SEATS, studio=row.studio_id)}
    return Following(rule, one, studio, seats.get(row.seat_id), row.about)


def _supersede(work: Work, one: Happening, row: Any, grade: str, assessment_id: int) -> str:
    """Write the grade with the reason and whose it is; returns the one that stood. What was proposed stays beside it."""
    seat = RESULTS.c.seat_id.is_(None) if row.seat_id is None else RESULTS.c.seat_id == row.seat_id
    result = work.session.execute(select(RESULTS).where(RESULTS.c.assessment_id == assessment_id, seat)).one()
    before = str(result.after_rectification or result.grade)
    if before != grade:
        said = {
            "grade": grade,
            "after_rectification": "",
            "reason": one.move.reason,
            "by_person_id": one.actor.person_id,
        }
        work.session.execute(update(RESULTS).where(RESULTS.c.id == result.id).values(**said))
    return before


def _followed(work: Work, row: Any, assessment_id: int) -> Sequence[Any]:
    """What followed from the result, from its rectification and from what was decided about it, and stands."""
    mended = work.session.execute(
        select(RECTIFICATIONS.c.id).where(RECTIFICATIONS.c.assessment_id == assessment_id)
    ).scalar()
    about = {f"assessment:{assessment_id}", f"rectification:{mended}"}
    mine = (CONSEQUENCES.c.studio_id == row.studio_id) & (CONSEQUENCES.c.kind != CORRECT)
    if row.seat_id is not None:
        mine &= CONSEQUENCES.c.seat_id == row.seat_id
    found = work.session.execute(select(CONSEQUENCES).where(mine).order_by(CONSEQUENCES.c.id))
    return [each for each in found if each.origin.get("about") in about and "corrected" not in each.origin]


def _same(each: Any, rule: Rule) -> bool:
    return (each.kind, each.value, each.origin.get("share")) == (rule.kind, rule.value or rule.fund, rule.share)


def _take_back(
    work: Work, one: Happening, assessment: Any, row: Any, known: Sequence[Any]
) -> list[tuple[str, str, str]]:
    """Withdraw each that can be; what became of each is written on it: (its kind, what became of it, what is left to do)."""
    done = []
    for each in known:
        state, says = withdraw(work, one, assessment, each)
        origin = {**each.origin, "corrected": {"decision": row.id, "state": state, "says": says}}
        work.session.execute(update(CONSEQUENCES).where(CONSEQUENCES.c.id == each.id).values(origin=origin))
        done.append((each.kind, state, says))
    return done


def _restored(rule: Rule, known: Sequence[Any], then: Sequence[Rule]) -> tuple[Rule, ...]:
    """The full share of each fund that the result had reduced and the corrected one says nothing of."""
    reduced = dict.fromkeys(each.value for each in known if each.kind == "fund")
    named = {new.fund for new in then if new.kind == "fund"}
    return tuple(
        Rule("fund", f"{rule.place}.{fund}", fund, fund=fund, share=FULL, origin=rule.origin)
        for fund in reduced
        if fund not in named
    )


def _hold_again(work: Work, one: Happening, assessment_id: int) -> None:
    """Assessments that were dropped because the result was too low are held after all."""
    released = (
        select(TRANSITIONS.c.id)
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .where(
            RUNS.c.subject_kind == "assessment", RUNS.c.subject_id == assessment_id, TRANSITIONS.c.event == "release"
        )
    )
    dropped = work.session.execute(
        select(RUNS)
        .join(TRANSITIONS, TRANSITIONS.c.run_id == RUNS.c.id)
        .where(
            RUNS.c.subject_kind == "assessment", TRANSITIONS.c.event == "cancel", TRANSITIONS.c.cause_id.in_(released)
        )
        .order_by(RUNS.c.id)
    ).all()
    open_runs(work, [
        Opening(run.version_id, run.path, run.step, "assessment", run.subject_id, studio_id=run.studio_id, cause_id=one.transition_id)
        for run in dropped
    ])  # fmt: skip


def _tell(work: Work, one: Following, grade: str, done: Sequence[tuple[str, str, str]], left: Sequence[Rule]) -> None:
    """Tell the one graded, the host and the office: the grade, what is withdrawn, and what people have still to do."""
    says = {BY_HAND: list(dict.fromkeys(text for _, state, text in done if state == BY_HAND)),
            WITHDRAWN: [f"{sum(state == WITHDRAWN for _, state, _ in done)} 项"]}  # fmt: skip
    if left:
        says[BY_HAND].append("工作室已经结束，更正后的等次应有的后果另行办理")
    facts = [["等次", grade]]
    if any(state == WITHDRAWN for _, state, _ in done):
        facts.append([SHOWN[WITHDRAWN], says[WITHDRAWN][0]])
    if says[BY_HAND]:
        facts.append([SHOWN[BY_HAND], "；".join(says[BY_HAND])])
    desks = (one.person_desk(), one.host_desk(), one.desk(work, "office"))
    one.tell(work, desks, "result_corrected", facts=facts)
