"""Requests to go on (续期申请): one with its studio, its cycle and where it stands, and the results of the cycle; two queries."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, or_, select
from sqlmodel import Session

from models import Application, Assessment, Body, Cycle, Person, Programme, ProgrammeVersion, Result, StageRun, Studio
from models.columns import table_of

APPLICATIONS, CYCLES, RUNS, STUDIOS = table_of(Application), table_of(Cycle), table_of(StageRun), table_of(Studio)
BODIES, PEOPLE, ASSESSMENTS, RESULTS = table_of(Body), table_of(Person), table_of(Assessment), table_of(Result)
PROGRAMMES, VERSIONS = table_of(Programme), table_of(ProgrammeVersion)
STEPS, NEXT, LAST = RUNS.alias("steps"), CYCLES.alias("next"), CYCLES.alias("last")


def renewal_of(
    session: Session, application_id: int, scope: ColumnElement[bool], desks: Collection[str]
) -> Row[Any] | None:
    """One request to go on, of a studio in scope or at one of these desks, with its newest run; one query."""
    newest = (
        select(func.max(STEPS.c.id))
        .where(STEPS.c.application_id == APPLICATIONS.c.id, STEPS.c.stage != "opinion")
        .scalar_subquery()
    )
    held = exists().where(STEPS.c.application_id == APPLICATIONS.c.id, STEPS.c.desk.in_(list(desks)))
    last = select(func.max(LAST.c.id)).where(LAST.c.studio_id == APPLICATIONS.c.studio_id).scalar_subquery()
    after = (
        select(func.min(NEXT.c.begins_on))
        .where(NEXT.c.studio_id == STUDIOS.c.id, NEXT.c.begins_on > CYCLES.c.ends_on)
        .scalar_subquery()
    )
    return session.execute(
        select(APPLICATIONS.c.id, APPLICATIONS.c.number, APPLICATIONS.c.submitted_at, APPLICATIONS.c.outcome.label("ended_as"), CYCLES.c.id.label("cycle_id"),
               STUDIOS.c.id.label("studio_id"), STUDIOS.c.name.label("studio"), STUDIOS.c.host_id, PEOPLE.c.name.label("host"),
               BODIES.c.name.label("home"), CYCLES.c.number.label("cycle"), CYCLES.c.begins_on, CYCLES.c.ends_on, after.label("next_begins_on"),
               RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id, RUNS.c.stage, RUNS.c.state,
               RUNS.c.desk, RUNS.c.due_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.entered_at, RUNS.c.ended_at, PROGRAMMES.c.code,
               VERSIONS.c.number.label("version_number"))
        .select_from(APPLICATIONS)
        .join(STUDIOS, STUDIOS.c.id == APPLICATIONS.c.studio_id)
        .join(CYCLES, CYCLES.c.id == func.coalesce(APPLICATIONS.c.cycle_id, last))
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(RUNS, RUNS.c.id == newest)
        .join(VERSIONS, VERSIONS.c.id == RUNS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(APPLICATIONS.c.id == application_id, APPLICATIONS.c.gives == "cycle", or_(scope, held))
    ).first()  # fmt: skip


def grades_of_cycle(session: Session, cycle_id: int) -> dict[str, tuple[int, str]]:
    """The released grades of the studio in a cycle, the newest of each assessment: its id and the grade; one query."""
    grade = case((RESULTS.c.after_rectification != "", RESULTS.c.after_rectification), else_=RESULTS.c.grade)
    rows = session.execute(
        select(ASSESSMENTS.c.key, ASSESSMENTS.c.id, grade.label("grade"))
        .join(RESULTS, (RESULTS.c.assessment_id == ASSESSMENTS.c.id) & RESULTS.c.seat_id.is_(None))
        .where(ASSESSMENTS.c.cycle_id == cycle_id, ASSESSMENTS.c.released_at.is_not(None))
        .order_by(ASSESSMENTS.c.ends_on)
    )
    return {row.key: (row.id, row.grade) for row in rows}
