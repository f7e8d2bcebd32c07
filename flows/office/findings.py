"""Findings (认定) of an officer: somebody no longer meets the conditions, or a studio is told to mend, each a decision with its reason."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from flows.engine.apply import apply
from flows.engine.consequences.deciding import open_question
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.following import Consequence, rows_of
from flows.engine.work import Intent, Work
from flows.programme import Programme, origin_of
from flows.regulations import programme_under
from flows.regulations.following import follows
from models import Assessment, Cycle, Person, Result, Seat, Studio
from models.columns import table_of
from models.queries.naming import losses_under_way

ASSESSMENTS, CYCLES, PEOPLE, RESULTS = (table_of(one) for one in (Assessment, Cycle, Person, Result))
SEATS, STUDIOS = table_of(Seat), table_of(Studio)
FOUND = "属实"
MEND = "限期整改"


def note_loss(work: Work, actor: Actor, seat_id: int, reason: str) -> int:
    """An officer notes that somebody no longer has what their role asks; what the text lets follow, follows. Returns the decision.

    A host who leaves pauses the studio, and the body is asked what becomes of it (D-HOST). Raises Refused for another than the
    authority and its office, without a reason, for a seat that has ended, and while what followed before is not settled.
    """
    seat = work.session.execute(
        select(SEATS, PEOPLE.c.name).join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id).where(SEATS.c.id == seat_id)
    ).first()
    if seat is None:
        raise NotFound
    if seat.to_on is not None:
        raise Refused("seat_ended", f"{seat.name}已经不在工作室。")
    version_id, programme, desk = _authority(work, actor, seat.studio_id)
    if losses_under_way(work.session, [seat_id]):
        raise Refused("already_noted", f"{seat.name}的情况已经记录，正在办理，不用再记。没有改动任何内容。")
    role = programme.people[seat.role]
    then = follows(programme, f"people.{seat.role}.loss.then", role.loss.then if role.loss else ())
    question = f"{seat.name}不再符合{role.title}的条件"
    origin = origin_of(programme, f"people.{seat.role}.loss").as_row()
    asked = {
        "about": f"seat:{seat_id}",
        "studio_id": seat.studio_id,
        "seat_id": seat_id,
        "desk": desk,
        "question": question,
    }
    return _find(work, actor, version_id, {**asked, "origin": origin}, (FOUND, then), {"reason": reason})


def order_rectification(work: Work, actor: Actor, assessment_id: int, reason: str, limit_on: str | None = None) -> int:
    """The authority tells a studio to mend what an assessment found, where the text knows rectification. Returns the decision.

    Raises Refused with the clause where the text rules it out here or knows none, and where no failed result is delivered.
    """
    assessment = _assessment(work, assessment_id)
    version_id, programme, desk = _authority(work, actor, assessment.studio_id)
    _refuse_excluded(programme, assessment.key)
    grade = select(RESULTS.c.grade).where(RESULTS.c.assessment_id == assessment_id, RESULTS.c.seat_id.is_(None))
    if assessment.released_at is None or work.session.execute(grade).scalar() in {
        None,
        "",
        "excellent",
        "good",
        "qualified",
    }:
        raise Refused("nothing_to_mend", "只有已经送达、没有达到要求的结果才能责令整改。")
    origin = origin_of(programme, "rectification").as_row()
    then = (Consequence("rectify", f"rectification.{assessment.key}", origin=origin),)
    asked = {
        "about": f"assessment:{assessment_id}", "studio_id": assessment.studio_id, "desk": desk, "origin": origin,
        "question": f"{assessment.title}后责令整改",
    }  # fmt: skip
    more = {"reason": reason, **({"limit_on": limit_on} if limit_on else {})}
    return _find(work, actor, version_id, asked, (MEND, then), more)


def _find(
    work: Work,
    actor: Actor,
    version_id: int,
    asked: dict[str, Any],
    choice: tuple[str, Sequence[Consequence]],
    more: dict[str, Any],
) -> int:
    """Open a question with one answer and give it at once: so the finding has its officer, its day, its reason and its clause."""
    if not str(more.get("reason", "")).strip():
        raise Refused("without_reason", "请先写明理由。没有改动任何内容。", {}, ("reason",))
    title, then = choice
    decision_id, run_id = open_question(
        work, version_id, None, {**asked, "choices": [{"title": title, "then": rows_of(then)}]}
    )
    apply(work, Intent(run_id, "decide", {"choice": title, **more}), actor)
    return decision_id


def _refuse_excluded(programme: Programme, key: str) -> None:
    if "rectify" in programme.assessments[key].excludes:
        origin = origin_of(programme, f"assessments.{key}.excludes").as_row()
        raise Refused("excluded", f"办法对{programme.assessments[key].title}排除了整改，不能责令整改。", origin)
    if programme.rectification is None:
        clause = "、".join(programme.absent.excluded.get("rectification", ()))
        origin = {"kind": "clause", "text": clause} if clause else origin_of(programme, "absent").as_row()
        raise Refused("excluded", "办法没有整改这一环节，不能责令整改。", origin)


def _assessment(work: Work, assessment_id: int) -> Any:
    found = work.session.execute(select(ASSESSMENTS).where(ASSESSMENTS.c.id == assessment_id)).first()
    if found is None:
        raise NotFound
    return found


def _authority(work: Work, actor: Actor, studio_id: int) -> tuple[int, Programme, str]:
    """The version of the studio's last cycle, its programme, and the desk at which this officer acts."""
    newest = (
        select(CYCLES.c.version_id).where(CYCLES.c.studio_id == studio_id).order_by(CYCLES.c.number.desc()).limit(1)
    )
    version_id = work.session.execute(newest).scalar()
    if version_id is None:
        raise NotFound
    cast = work.book.cast(work.session, version_id)
    desk = next((one for one in (f"body:{cast.authority_id}", f"body:{cast.office_id}") if one in actor.keys), None)
    if desk is None:
        raise Refused("not_yours", "这一步由主管部门办理。")
    return version_id, programme_under(work, version_id), desk
