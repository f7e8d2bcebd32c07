"""Appeals (申诉) against a delivered result: put to the authority as a question, which keeps the result or corrects it."""

from typing import Any

from sqlalchemy import func, select

from flows.engine.calendar import Span, due_after, local_day
from flows.engine.consequences.deciding import open_question
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.following import Consequence, rows_of
from flows.engine.work import Work
from flows.programme.loading import shared_defaults
from models import Assessment, Decision, Person, Result, Seat, StageRun, Studio
from models.columns import table_of

ASSESSMENTS, DECISIONS, PEOPLE, RESULTS = (table_of(one) for one in (Assessment, Decision, Person, Result))
RUNS, SEATS, STUDIOS = table_of(StageRun), table_of(Seat), table_of(Studio)
KEEP = "维持原结果"
STANDS = func.coalesce(func.nullif(RESULTS.c.after_rectification, ""), RESULTS.c.grade).label("stands")


def appeal(work: Work, actor: Actor, assessment_id: int, text: str, seat_id: int | None = None) -> int:
    """Appeal against the result of a studio (its host) or of a seat (whoever was graded); returns the decision it opened.

    The result may be kept or corrected to a better grade of the text, never to a worse one: nobody fares worse for having
    appealed. What followed from it stands until the authority has decided. Raises Refused when no result is delivered, for a
    stranger, without a text, and while an appeal of the same is open.
    """
    result = _result(work, assessment_id, seat_id)
    if actor.person_id is None or actor.person_id != result.mine:
        raise Refused("not_yours", "只有被考核的工作室主持人或本人可以申诉。")
    if result.released_at is None:
        raise Refused("not_delivered", "结果还没有送达，不能申诉。")
    if not text.strip():
        raise Refused("without_facts", "请写明申诉的事实和理由。没有改动任何内容。", {}, ("facts",))
    _refuse_second(work, assessment_id, seat_id)
    judged = (RUNS.c.subject_kind == "assessment") & (RUNS.c.subject_id == assessment_id)
    run = work.session.execute(select(RUNS).where(judged).order_by(RUNS.c.id.desc()).limit(1)).one()
    today = local_day(work.now)
    within = Span.parse(str(shared_defaults()["D-DECIDE"]["within"]))
    due = due_after(today, within, work.calendar, roll="next_working_day", start_label="申诉")
    decision_id, _ = open_question(work, run.version_id, None, {
        "about": f"assessment:{assessment_id}", "studio_id": result.studio_id, "seat_id": seat_id, "due_on": due.on,
        "desk": f"body:{work.book.cast(work.session, run.version_id).authority_id}",
        "question": f"{result.title}的申诉（{result.name}）", "choices": _choices(work, run, result),
        "origin": {"kind": "appeal", "text": text.strip(), "on": today.isoformat(), "by": actor.person_id, "default": "D-DECIDE"},
    })  # fmt: skip
    return decision_id


def _choices(work: Work, run: Any, result: Any) -> list[dict[str, Any]]:
    """To keep the result, or to put a better grade in its place; what follows then is reckoned when it is decided."""
    policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
    grades: tuple[str, ...] = policy.grades
    better = grades[: grades.index(result.stands)] if result.stands in grades else grades
    return [{"title": KEEP, "then": []}] + [
        {"title": f"更正为“{policy.word(grade)}”", "then": rows_of([Consequence("correct", "appeal.correct", grade)])}
        for grade in better
    ]


def _result(work: Work, assessment_id: int, seat_id: int | None) -> Any:
    """The result appealed against, with the person whose it is."""
    studio = (
        select(ASSESSMENTS, STUDIOS.c.host_id.label("mine"), PEOPLE.c.name, STANDS)
        .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(RESULTS, (RESULTS.c.assessment_id == ASSESSMENTS.c.id) & RESULTS.c.seat_id.is_(None))
    )
    graded = (
        select(ASSESSMENTS, SEATS.c.person_id.label("mine"), PEOPLE.c.name, STANDS)
        .join(RESULTS, RESULTS.c.assessment_id == ASSESSMENTS.c.id)
        .join(SEATS, SEATS.c.id == RESULTS.c.seat_id)
        .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
        .where(RESULTS.c.seat_id == seat_id)
    )
    found = work.session.execute(
        (studio if seat_id is None else graded).where(ASSESSMENTS.c.id == assessment_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def _refuse_second(work: Work, assessment_id: int, seat_id: int | None) -> None:
    same = DECISIONS.c.seat_id.is_(None) if seat_id is None else DECISIONS.c.seat_id == seat_id
    kinds = work.session.execute(
        select(DECISIONS.c.origin)
        .join(RUNS, (RUNS.c.subject_kind == "decision") & (RUNS.c.subject_id == DECISIONS.c.id))
        .where(DECISIONS.c.about == f"assessment:{assessment_id}", same, RUNS.c.ended_at.is_(None))
    ).scalars()
    if any(origin.get("kind") == "appeal" for origin in kinds):
        raise Refused("appealed", "已经有一件申诉正在办理，请等候决定。")
