"""Releasing results (送达结果): one list over many studios, made once; each studio's result is delivered as of that moment."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.lists import Entry, draft_list
from flows.engine.work import Work
from models import Assessment, Body, Result, StageRun, Studio
from models.columns import table_of

ASSESSMENTS, BODIES, RESULTS = table_of(Assessment), table_of(Body), table_of(Result)
RUNS, STUDIOS = table_of(StageRun), table_of(Studio)


def confirmed_results(work: Work, actor: Actor, key: str, period: str | None = None) -> Sequence[Any]:
    """Results that are confirmed and wait to be released by this actor's body: run, assessment, studio, school and grade.

    The grade is that of the studio; None where members are graded.
    """
    desks = [one for one in actor.keys if one.startswith("body:")]
    statement = (
        select(
            RUNS.c.id, RUNS.c.version, RUNS.c.version_id, RUNS.c.step, ASSESSMENTS.c.period, ASSESSMENTS.c.title, RESULTS.c.grade,
            STUDIOS.c.name.label("studio_name"), BODIES.c.name.label("school"),
        )
        .join(ASSESSMENTS, (RUNS.c.subject_kind == "assessment") & (RUNS.c.subject_id == ASSESSMENTS.c.id))
        .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .outerjoin(RESULTS, (RESULTS.c.assessment_id == ASSESSMENTS.c.id) & RESULTS.c.seat_id.is_(None))
        .where(RUNS.c.state == "confirmed", RUNS.c.ended_at.is_(None), RUNS.c.desk.in_(desks), ASSESSMENTS.c.key == key)
        .order_by(STUDIOS.c.name, RUNS.c.id)
    )  # fmt: skip
    if period is not None:
        statement = statement.where(ASSESSMENTS.c.period == period)
    return work.session.execute(statement).all()


def draft_release(
    work: Work, actor: Actor, key: str, period: str | None = None, run_ids: Sequence[int] | None = None
) -> int:
    """Draft the list of results of one assessment that are to be released together; returns its id.

    `preview_list` says what releasing brings to each, `make_list` is the decision. Raises Refused when none waits.
    """
    found = [row for row in confirmed_results(work, actor, key, period) if run_ids is None or row.id in run_ids]
    if not found:
        raise Refused("empty_list", "现在没有已确认、等待送达的结果。")
    entries = [Entry(row.id, row.version, place, {}, _shown(work, row)) for place, row in enumerate(found, start=1)]
    authority_id = work.book.cast(work.session, found[0].version_id).authority_id
    return draft_list(work, actor, "release", found[0].step, authority_id, entries)


def _shown(work: Work, row: Any) -> dict[str, str]:
    policy: Any = work.book.rule(work.session, row.version_id, "assessments", row.step, None).policy
    grade = policy.word(row.grade) if row.grade else "成员各自的等次"
    return {"studio": row.studio_name, "school": row.school, "title": row.title, "period": row.period, "grade": grade}
