"""Effects that settle a matter: a result is delivered, a rectification is judged, a decision is made, attendance is reckoned."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.consequences.correcting import CORRECT, correct_result
from flows.engine.consequences.follower import Host
from flows.engine.consequences.papers import request_paper
from flows.engine.consequences.results import after_release, assessed, follow
from flows.engine.following import Consequence as Rule
from flows.engine.following import acts, from_rows
from flows.engine.steps import cancelling, desk_of
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Assessment, Decision, Mark, Rectification, Result, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.statements import among, insert_rows, rows, write

ASSESSMENTS, DECISIONS, MARKS = table_of(Assessment), table_of(Decision), table_of(Mark)
RECTIFICATIONS, RESULTS, SEATS, RUNS, STUDIOS = (
    table_of(one) for one in (Rectification, Result, Seat, StageRun, Studio)
)
RELEASE = update(ASSESSMENTS).where(ASSESSMENTS.c.id == bindparam("b_id")).values(released_at=bindparam("b_now"))
DECISION = select(DECISIONS).where(DECISIONS.c.id == bindparam("decision"))
ANSWER = (
    update(DECISIONS)
    .where(DECISIONS.c.id == bindparam("b_id"))
    .values(answer=bindparam("b_answer", type_=DECISIONS.c.answer.type), reason=bindparam("b_reason"))
)
RELEASED = select(ASSESSMENTS).where(among(ASSESSMENTS.c.id, "assessments"))
GIVEN = select(RESULTS).where(among(RESULTS.c.assessment_id, "assessments")).order_by(RESULTS.c.id)
STILL_OPEN = (
    select(RUNS)
    .join(ASSESSMENTS, ASSESSMENTS.c.id == RUNS.c.subject_id)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.subject_kind == "assessment", RUNS.c.ended_at.is_(None))
    .where(ASSESSMENTS.c.cycle_id == bindparam("cycle"), RUNS.c.id != bindparam("but"))
)
ROLE = select(SEATS.c.role).where(SEATS.c.id == bindparam("seat"))
FOR_MEMBERS = frozenset({"adjust_out", "refill", "leave"})


def deliver_results(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Deliver results to the studio and to each member graded; from here everything counts, and everything follows."""
    released = [one.run.subject_id for one in happened]
    write(work.session, RELEASE, [{"b_id": one, "b_now": work.now} for one in released])
    assessments: dict[int, Any] = {row.id: row for row in rows(work.session, RELEASED, assessments=released)}
    given: dict[int, list[Any]] = {one: [] for one in released}
    for result in rows(work.session, GIVEN, assessments=released):
        given[result.assessment_id].append(result)
    delivered = [(one, assessments[one.run.subject_id], given[one.run.subject_id]) for one in happened]
    tell(work, [telling for each in delivered for telling in _results_told(work, *each)])
    for one, assessment, results in delivered:
        for result in results:
            _follow_result(work, one, assessment, result)
        _drop_pointless(work, one, assessment, results)
        after_release(work, one, assessment.studio_id, assessment)
    return ()


def _follow_result(work: Work, one: Happening, assessment: Any, result: Any) -> None:
    policy: Any = one.rule.policy
    awards = tuple(
        Rule("award", f"assessments.{assessment.key}.awards.{n}", str(title), origin=policy.origin("awards"))
        for n, title in enumerate(result.awards)
    )
    then = (*policy.then.get(result.grade, ()), *awards)
    follow(work, one, assessment.studio_id, then, seat_id=result.seat_id, about=f"assessment:{assessment.id}")


def _results_told(work: Work, one: Happening, assessment: Any, results: Sequence[Any]) -> list[Telling]:
    """The delivery: to the host, to each member graded, and to whom the text reports (北海 十(二)); the message is its proof."""
    policy: Any = one.rule.policy
    people = {seat.seat_id: seat for seat in one.facts.seats}
    tellings = [
        _telling(
            one,
            f"person:{people[result.seat_id].person_id}",
            f"result/{result.seat_id}",
            [["等次", policy.word(result.grade)]],
        )
        for result in results
        if result.seat_id in people
    ]
    whole = [
        [people[result.seat_id].name if result.seat_id in people else "等次", policy.word(result.grade)]
        for result in results
    ]
    tellings.append(_telling(one, str(one.facts.parts.get("host", "")), "result", whole))
    if policy.reported_to:
        studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == assessment.studio_id)).one()
        above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
        cast = work.book.cast(work.session, one.run.version_id)
        desk = desk_of(policy.reported_to, cast, Host(studio.host_id, studio.host_id), above)
        tellings.append(_telling(one, desk, "reported", whole, "results_reported"))
    return tellings


def _telling(one: Happening, desk: str, mark: str, facts: list[list[str]], notice: str = "result_delivered") -> Telling:
    more = {"facts": facts}
    return Telling(
        desk, notice, one.run, one.version, one.rule, one.facts, None, mark=mark, reason=one.move.reason, more=more
    )


def _drop_pointless(work: Work, one: Happening, assessment: Any, results: Sequence[Any]) -> None:
    """Assessments held only after a better result than this (职业学校 四(一)3) are dropped, unless it may still be mended."""
    policy: Any = one.rule.policy
    grade = next((result.grade for result in results if result.seat_id is None), None)
    if grade is None or "rectify" in acts(policy.then.get(grade, ())):
        return
    waiting = rows(work.session, STILL_OPEN, studio=assessment.studio_id, cycle=assessment.cycle_id, but=one.run.id)
    for run in waiting:
        rule: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
        _title, enough = rule.needs.get(assessment.key, ("", (grade,)))
        if grade not in enough:
            work.ask(cancelling(run.id, one.transition_id, f"{assessment.title}没有达到要求的等次", quiet=True))


def reckon_attendance(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep each member's share of missed activities, and let follow what the text says for those who reach it (职业学校 三(二)3)."""
    for one in happened:
        policy: Any = one.rule.policy
        absences = [seat for seat in one.facts.absences if seat.role in policy.roles]
        if absences:
            insert_rows(work.session, MARKS, [
                {"assessment_id": one.run.subject_id, "seat_id": seat.seat_id, "indicator": "缺勤", "value": f"{seat.missed}/{seat.held}",
                 "comment": "", "evidence": []}
                for seat in absences
            ])  # fmt: skip
        write(work.session, RELEASE, [{"b_id": one.run.subject_id, "b_now": work.now}])
        studio_id = one.run.studio_id
        for seat in absences:
            if studio_id is not None and policy.absent.reached(seat):
                about = f"assessment:{one.run.subject_id}"
                follow(work, one, studio_id, policy.then["absent"], seat_id=seat.seat_id, about=about)
    return ()


def settle_rectification(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write the verdict and the grade after it, and let follow what the text says of one that failed."""
    for one in happened:
        policy: Any = one.rule.policy
        row = work.session.execute(select(RECTIFICATIONS).where(RECTIFICATIONS.c.id == one.run.subject_id)).one()
        grade = str(one.move.note)
        work.session.execute(
            update(RECTIFICATIONS).where(RECTIFICATIONS.c.id == row.id).values(verdict=one.move.to, grade=grade)
        )
        judged = (RESULTS.c.assessment_id == row.assessment_id) & RESULTS.c.seat_id.is_(None)
        work.session.execute(update(RESULTS).where(judged).values(after_rectification=grade))
        notice = f"rectification_{one.move.to}"
        tell(work, [_telling(one, str(one.facts.parts.get("host", "")), "verdict", [], notice)])
        if one.move.to == "ineffective":
            follow(work, one, row.studio_id, policy.ineffective, about=f"rectification:{row.id}")
        after_release(work, one, row.studio_id, assessed(work, row.assessment_id))
    return ()


def carry_out_decision(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write the answer, minute it, and let follow what was chosen; the share of a fund acts on its next period."""
    for one in happened:
        row: Any = rows(work.session, DECISION, decision=one.run.subject_id)[0]
        payload = one.intent.payload
        answer = {key: payload[key] for key in ("choice", "share", "seats", "comment") if key in payload}
        answered = {"b_id": row.id, "b_answer": {**answer, "on": work.now.isoformat()}, "b_reason": one.move.reason}
        write(work.session, ANSWER, [answered])
        if row.studio_id is None:
            continue
        _minute(work, one, row, answer)
        _follow_choice(work, one, row)
        kind, _, number = str(row.about).partition(":")
        after_release(work, one, row.studio_id, assessed(work, int(number) if kind == "assessment" else None))
    return ()


def _follow_choice(work: Work, one: Happening, row: Any) -> None:
    payload = one.intent.payload
    if row.span:
        place = f"{row.origin.get('place', 'decision')}.share"
        share = Rule("fund", place, row.fund, fund=row.fund, share=int(payload["share"]), origin=row.origin)
        follow(work, one, row.studio_id, (share,), about=row.about)
        return
    chosen = next((choice for choice in row.choices if choice["title"] == payload.get("choice")), None)
    then = _corrected(work, one, row, from_rows(chosen["then"]) if chosen else ())
    members = tuple(rule for rule in then if rule.kind in FOR_MEMBERS)
    named = [int(seat) for seat in payload.get("seats") or ()] if row.seat_id is None else []
    if not named:
        follow(work, one, row.studio_id, then, seat_id=_about_seat(work, row, members), about=row.about)
        return
    for seat_id in named:
        follow(work, one, row.studio_id, members, seat_id=seat_id, about=row.about)
    others = tuple(rule for rule in then if rule.kind not in FOR_MEMBERS)
    follow(work, one, row.studio_id, others, about=row.about)


def _corrected(work: Work, one: Happening, row: Any, then: Sequence[Rule]) -> tuple[Rule, ...]:
    """What follows from a choice; where it corrects a result, that is done, and what the corrected one brings follows."""
    kind, _, number = str(row.about).partition(":")
    found = [rule for rule in then if rule.kind == CORRECT and kind == "assessment"]
    further = [new for rule in found for new in correct_result(work, one, row, rule, int(number))]
    return (*(rule for rule in then if rule.kind != CORRECT), *further)


def _about_seat(work: Work, row: Any, members: Sequence[Rule]) -> int | None:
    """The seat that what follows is for: a member's; what follows from a host's loss is for the studio, but for leaving."""
    if row.seat_id is None:
        return None
    role = rows(work.session, ROLE, seat=row.seat_id)[0].role
    return int(row.seat_id) if role != "host" or members else None


def _minute(work: Work, one: Happening, row: Any, answer: dict[str, Any]) -> None:
    cast = work.book.cast(work.session, one.run.version_id)
    context = {
        "title": row.question, "answer": answer, "reason": one.move.reason, "origin": row.origin, "version_id": one.run.version_id,
        "cause_id": one.transition_id, "by": one.actor.name,
    }  # fmt: skip
    request_paper(work, cast.authority_id, "minutes", "studio", row.studio_id, context)
    told = f"{row.question}：{answer.get('choice') or str(answer.get('share', '')) + '%'}"
    tell(work, [_telling(one, str(one.facts.parts.get("host", "")), "decided", [["决定", told]], "decision_made")])
