"""The consequence that opens a rectification (限期整改): findings, a limit from the delivery of the result, a written notice."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select

from flows.engine.calendar import due_after, local_day
from flows.engine.consequences.follower import Following
from flows.engine.consequences.papers import request_paper
from flows.engine.errors import Refused
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Work
from models import Assessment, Mark, Rectification, Result
from models.columns import table_of

ASSESSMENTS, MARKS, RESULTS, RECTIFICATIONS = (table_of(one) for one in (Assessment, Mark, Result, Rectification))


def rectify(work: Work, one: Following) -> None:
    """Open the rectification of the assessment that this follows from; there is one at most.

    Raises Refused where the text knows no rectification or this does not follow from an assessment.
    """
    assessment = _assessment(work, one)
    version_id = one.cause.run.version_id
    try:
        policy: Any = work.book.rule(work.session, version_id, "rectification", assessment.key, None).policy
    except KeyError as error:
        raise Refused("excluded", "办法没有规定整改，不能责令整改。", one.rule.origin) from error
    limit_on = _limit(work, one, policy)
    assessor = one.desk(work, policy.assessor) if policy.assessor else assessment.assessor
    known = select(RECTIFICATIONS.c.id).where(RECTIFICATIONS.c.assessment_id == assessment.id)
    if work.session.execute(known).first() is not None:
        raise Refused("mended_once", "这项考核已经整改过一次。", one.rule.origin)
    rectification_id: int = work.session.execute(
        insert(RECTIFICATIONS).values(
            assessment_id=assessment.id, studio_id=one.studio.id, findings=findings_of(work, assessment.id), limit_on=limit_on,
            assessor=assessor, blocks=list(policy.blocks), measures=[], report={}, verdict="", grade="",
        ).returning(RECTIFICATIONS.c.id)
    ).scalar_one()  # fmt: skip
    mending = work.book.own_word(work.session, version_id, "rectify") or "限期整改"
    context = {
        "title": f"{assessment.title}{mending}", "studio": one.studio.name, "limit_on": limit_on.isoformat(),
        "findings": findings_of(work, assessment.id), "origin": dict(one.rule.origin), "version_id": version_id,
        "cause_id": one.cause.transition_id, "about": one.about,
    }  # fmt: skip
    request_paper(work, one.cast(work).authority_id, "rectification_notice", "studio", one.studio.id, context)
    open_runs(work, [
        Opening(version_id, "rectification", assessment.key, "rectification", rectification_id, studio_id=one.studio.id,
                cause_id=one.cause.transition_id)
    ])  # fmt: skip


def findings_of(work: Work, assessment_id: int) -> list[dict[str, str]]:
    """What an assessment found wanting: its marks, and the reason given with the grade."""
    marks = work.session.execute(
        select(MARKS.c.indicator, MARKS.c.value, MARKS.c.comment)
        .where(MARKS.c.assessment_id == assessment_id, MARKS.c.seat_id.is_(None))
        .order_by(MARKS.c.id)
    )
    found = [{"indicator": row.indicator, "value": row.value, "comment": row.comment} for row in marks]
    given = select(RESULTS.c.reason).where(RESULTS.c.assessment_id == assessment_id, RESULTS.c.seat_id.is_(None))
    reason = work.session.execute(given).scalar()
    return [*found, {"indicator": "考核意见", "value": "", "comment": reason}] if reason else found


def _assessment(work: Work, one: Following) -> Any:
    assessment_id = one.about_id("assessment")
    if assessment_id is None:
        raise Refused("not_assessed", "整改要针对一次考核的结果。", one.rule.origin)
    return work.session.execute(select(ASSESSMENTS).where(ASSESSMENTS.c.id == assessment_id)).one()


def _limit(work: Work, one: Following, policy: Any) -> date:
    """The limit that the body set with the release where the text lets it, else the text's span from today."""
    today = local_day(work.now)
    given = one.cause.intent.payload.get("limit_on") if policy.set_by else None
    if given:
        set_on = date.fromisoformat(str(given))
        if set_on < today:
            raise Refused("limit_past", "整改期限不能早于今天。", policy.origin("limit"))
        return set_on
    return due_after(today, policy.limit, work.calendar, roll=policy.roll, start_label="结果送达").on
