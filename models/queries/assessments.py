"""Assessments (考核) as pages read them: one within a scope, what was found, who was heard, what followed; a fixed number of queries."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlmodel import Session

from models import (
    Assessment,
    Body,
    Consequence,
    Credit,
    Cycle,
    Decision,
    Duty,
    Mark,
    Opinion,
    Person,
    Programme,
    ProgrammeVersion,
    Record,
    Rectification,
    Result,
    Seat,
    StageRun,
    Studio,
    Transition,
)
from models.columns import table_of
from models.queries.attendance import Kept, attendance_of

ASSESSMENTS, BODIES, CONSEQUENCES, CREDITS = (table_of(one) for one in (Assessment, Body, Consequence, Credit))
CYCLES, DECISIONS, DUTIES = (table_of(one) for one in (Cycle, Decision, Duty))
MARKS, OPINIONS, PEOPLE, RECORDS = (table_of(one) for one in (Mark, Opinion, Person, Record))
RECTIFICATIONS, RESULTS, RUNS, SEATS = (table_of(one) for one in (Rectification, Result, StageRun, Seat))
STUDIOS, PROGRAMMES, VERSIONS, TRANSITIONS = (
    table_of(one) for one in (Studio, Programme, ProgrammeVersion, Transition)
)
WORKING = RUNS.alias("working")
RUN = (
    RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id, RUNS.c.stage, RUNS.c.state,
    RUNS.c.desk, RUNS.c.due_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.entered_at, RUNS.c.ended_at, RUNS.c.outcome,
)  # fmt: skip
STUDIO = (
    STUDIOS.c.name.label("studio"), STUDIOS.c.host_id, STUDIOS.c.standing, STUDIOS.c.home_body_id, PEOPLE.c.name.label("host"),
    BODIES.c.name.label("home"), PROGRAMMES.c.code, PROGRAMMES.c.authority_body_id, VERSIONS.c.number.label("version_number"),
)  # fmt: skip


def at_desk(kind: str, subject: Any, desks: Collection[str]) -> ColumnElement[bool]:
    """Subjects of a kind that have work at one of these desks, or an answer asked of it."""
    held = list(desks)
    mine = and_(WORKING.c.subject_kind == kind, WORKING.c.subject_id == subject, WORKING.c.desk.in_(held))
    return exists().where(mine)


def _with_run(table: Any, kind: str) -> Any:
    """A row with its newest run, its studio, and the version it runs under."""
    newest = (
        select(func.max(WORKING.c.id))
        .where(WORKING.c.subject_kind == kind, WORKING.c.subject_id == table.c.id)
        .scalar_subquery()
    )
    return (
        table.join(RUNS, RUNS.c.id == newest)
        .join(STUDIOS, STUDIOS.c.id == table.c.studio_id)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(VERSIONS, VERSIONS.c.id == RUNS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
    )


def assessment_of(
    session: Session, assessment_id: int, scope: ColumnElement[bool], desks: Collection[str]
) -> Row[Any] | None:
    """One assessment of a studio in scope, or with work at one of these desks; one query."""
    held = list(desks)
    judging = or_(
        scope, ASSESSMENTS.c.assessor.in_(held), ASSESSMENTS.c.confirmer.in_(held), at_desk("assessment", ASSESSMENTS.c.id, held)
    )  # fmt: skip
    return session.execute(
        select(ASSESSMENTS, CYCLES.c.number.label("cycle_number"), *RUN, *STUDIO)
        .select_from(_with_run(ASSESSMENTS, "assessment").join(CYCLES, CYCLES.c.id == ASSESSMENTS.c.cycle_id))
        .where(ASSESSMENTS.c.id == assessment_id, judging)
    ).first()


def duties_judged(session: Session, one: Any) -> Sequence[Row[Any]]:
    """The duties of the period that is judged, and those that stand before the assessment, with where each stands; one query."""
    newest = (
        select(func.max(WORKING.c.id))
        .where(WORKING.c.subject_kind == "duty", WORKING.c.subject_id == DUTIES.c.id)
        .scalar_subquery()
    )
    ends = func.coalesce(DUTIES.c.ends_on, DUTIES.c.due_on)
    begins = func.coalesce(DUTIES.c.begins_on, DUTIES.c.due_on)
    return session.execute(
        select(DUTIES, RUNS.c.id.label("run_id"), RUNS.c.state, RUNS.c.desk, RUNS.c.ended_at, RUNS.c.due_at, RUNS.c.version_id)
        .select_from(DUTIES.outerjoin(RUNS, RUNS.c.id == newest))
        .where(DUTIES.c.cycle_id == one.cycle_id, begins <= one.ends_on, ends >= one.begins_on)
        .order_by(DUTIES.c.id)
    ).all()  # fmt: skip


def handed_in(session: Session, duty_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The records credited to these duties, the newest first; one query."""
    if not duty_ids:
        return []
    return session.execute(
        select(RECORDS.c.id, RECORDS.c.title, RECORDS.c.content, RECORDS.c.filed_at, PEOPLE.c.name, CREDITS.c.duty_id)
        .join(CREDITS, CREDITS.c.record_id == RECORDS.c.id)
        .join(PEOPLE, PEOPLE.c.id == RECORDS.c.filed_by)
        .where(CREDITS.c.duty_id.in_(list(duty_ids)), CREDITS.c.standing != "refused")
        .order_by(RECORDS.c.filed_at.desc())
    ).all()


def absences_in(session: Session, assessment_id: int) -> Sequence[Kept]:
    """Of everybody with a seat, how many activities of the period there were and how many were missed; three queries."""
    one = session.execute(select(ASSESSMENTS).where(ASSESSMENTS.c.id == assessment_id)).one()
    kept = attendance_of(session, [one.studio_id], one.begins_on, one.ends_on)
    return [seat for seat in kept.values() if seat.held and not seat.left]


def results_of_seats(session: Session, assessment_id: int) -> Sequence[Row[Any]]:
    """The results as proposed or confirmed, with the names of the seats and who judged; one query."""
    judge = PEOPLE.alias("judge")
    return session.execute(
        select(RESULTS, PEOPLE.c.name, SEATS.c.person_id, SEATS.c.role, judge.c.name.label("judge"))
        .outerjoin(SEATS, SEATS.c.id == RESULTS.c.seat_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
        .outerjoin(judge, judge.c.id == RESULTS.c.by_person_id)
        .where(RESULTS.c.assessment_id == assessment_id)
        .order_by(RESULTS.c.id)
    ).all()


def marks_of(session: Session, assessment_id: int) -> Sequence[Row[Any]]:
    """What was found under each indicator; one query."""
    return session.execute(select(MARKS).where(MARKS.c.assessment_id == assessment_id).order_by(MARKS.c.id)).all()


def heard(session: Session, run_id: int) -> Sequence[Row[Any]]:
    """Who was asked for an opinion and what they said; one query."""
    return session.execute(
        select(OPINIONS, RUNS.c.id.label("asked_run"), RUNS.c.state, RUNS.c.due_at, RUNS.c.ended_at)
        .join(RUNS, and_(RUNS.c.subject_kind == "opinion", RUNS.c.subject_id == OPINIONS.c.id))
        .where(OPINIONS.c.run_id == run_id)
        .order_by(OPINIONS.c.place, OPINIONS.c.id)
    ).all()


def moves_of(session: Session, run_id: int) -> Sequence[Row[Any]]:
    """Every move of a run with who made it; one query."""
    return session.execute(
        select(TRANSITIONS, PEOPLE.c.name.label("actor"))
        .outerjoin(PEOPLE, PEOPLE.c.id == TRANSITIONS.c.actor_id)
        .where(TRANSITIONS.c.run_id == run_id)
        .order_by(TRANSITIONS.c.version)
    ).all()


def followed(session: Session, run_id: int) -> Sequence[Row[Any]]:
    """What followed from the moves of a run, in order; one query."""
    return session.execute(
        select(CONSEQUENCES, PEOPLE.c.name)
        .join(TRANSITIONS, TRANSITIONS.c.id == CONSEQUENCES.c.cause_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == CONSEQUENCES.c.person_id)
        .where(TRANSITIONS.c.run_id == run_id)
        .order_by(CONSEQUENCES.c.id)
    ).all()


def corrected_by(session: Session, studio_id: int | None, decision_id: int) -> Sequence[Row[Any]]:
    """What had followed from a result that this decision corrected, with what became of each (`origin.corrected`); one query."""
    found = session.execute(
        select(CONSEQUENCES, PEOPLE.c.name)
        .outerjoin(PEOPLE, PEOPLE.c.id == CONSEQUENCES.c.person_id)
        .where(CONSEQUENCES.c.studio_id == studio_id)
        .order_by(CONSEQUENCES.c.id)
    )
    return [row for row in found if row.origin.get("corrected", {}).get("decision") == decision_id]


def opened_by(session: Session, assessment_id: int) -> Sequence[Row[Any]]:
    """The rectification and the questions that hang on an assessment: kind, id, title, where each stands; one query."""
    about = f"assessment:{assessment_id}"
    kind = RUNS.c.subject_kind
    return session.execute(
        select(kind, RUNS.c.subject_id, RUNS.c.stage, RUNS.c.state, RUNS.c.due_at, RUNS.c.ended_at, DECISIONS.c.question, DECISIONS.c.origin,
               DECISIONS.c.seat_id)
        .outerjoin(DECISIONS, and_(kind == "decision", DECISIONS.c.id == RUNS.c.subject_id))
        .outerjoin(RECTIFICATIONS, and_(kind == "rectification", RECTIFICATIONS.c.id == RUNS.c.subject_id))
        .where(or_(DECISIONS.c.about == about, RECTIFICATIONS.c.assessment_id == assessment_id))
        .order_by(RUNS.c.id)
    ).all()  # fmt: skip


def names_of(session: Session, desks: Collection[str]) -> dict[str, str]:
    """What these desks are called; two queries at most."""
    found: dict[str, str] = {}
    for kind, table in (("person", PEOPLE), ("body", BODIES)):
        ids = [int(desk.partition(":")[2]) for desk in desks if desk.startswith(f"{kind}:")]
        if ids:
            named = session.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
            found |= {f"{kind}:{row.id}": row.name for row in named}
    return found


def hearing_of(session: Session, run_id: int, desks: Collection[str]) -> Row[Any] | None:
    """One opinion asked about an assessment, if it is asked of one of these desks; one query."""
    parent = RUNS.alias("parent")
    return session.execute(
        select(*RUN, OPINIONS.c.party, OPINIONS.c.answer, OPINIONS.c.given_at, OPINIONS.c.refused_at, OPINIONS.c.reason,
               ASSESSMENTS.c.id.label("assessment_id"), ASSESSMENTS.c.title, ASSESSMENTS.c.period, ASSESSMENTS.c.begins_on, ASSESSMENTS.c.ends_on,
               STUDIOS.c.id.label("studio_id"), STUDIOS.c.name.label("studio"), BODIES.c.name.label("home"), PEOPLE.c.name.label("host"),
               parent.c.state.label("judging"))
        .select_from(RUNS)
        .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
        .join(parent, parent.c.id == OPINIONS.c.run_id)
        .join(ASSESSMENTS, and_(parent.c.subject_kind == "assessment", ASSESSMENTS.c.id == parent.c.subject_id))
        .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
        .join(BODIES, BODIES.c.id == STUDIOS.c.home_body_id)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .where(RUNS.c.id == run_id, RUNS.c.subject_kind == "opinion", OPINIONS.c.kind == "hearing", OPINIONS.c.party.in_(list(desks)))
    ).first()  # fmt: skip


def rectification_of(
    session: Session, rectification_id: int, scope: ColumnElement[bool], desks: Collection[str]
) -> Row[Any] | None:
    """One rectification of a studio in scope, or with work at one of these desks; one query."""
    held = list(desks)
    mine = or_(
        scope,
        RECTIFICATIONS.c.assessor.in_(held),
        at_desk("rectification", RECTIFICATIONS.c.id, held),
    )
    return session.execute(
        select(RECTIFICATIONS, ASSESSMENTS.c.title, ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.released_at, *RUN, *STUDIO)
        .select_from(_with_run(RECTIFICATIONS, "rectification").join(ASSESSMENTS, ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id))
        .where(RECTIFICATIONS.c.id == rectification_id, mine)
    ).first()  # fmt: skip


def decision_of(
    session: Session, decision_id: int, scope: ColumnElement[bool], desks: Collection[str]
) -> Row[Any] | None:
    """One question about a studio in scope, or put to one of these desks; one query."""
    held = list(desks)
    mine = or_(scope, DECISIONS.c.desk.in_(held), at_desk("decision", DECISIONS.c.id, held))
    seat, seated = SEATS.alias("seat"), PEOPLE.alias("seated")  # their own names: the scope asks for seats too
    return session.execute(
        select(DECISIONS, seated.c.name.label("seat"), *RUN, *STUDIO)
        .select_from(
            _with_run(DECISIONS, "decision")
            .outerjoin(seat, seat.c.id == DECISIONS.c.seat_id)
            .outerjoin(seated, seated.c.id == seat.c.person_id)
        )
        .where(DECISIONS.c.id == decision_id, mine)
    ).first()


def others_under_way(session: Session, studio_id: int) -> Row[Any]:
    """How many duties, decisions and payments of a studio are open; one query."""
    kind = RUNS.c.subject_kind

    def open_(what: str) -> Any:
        return func.sum(case((kind == what, 1), else_=0)).label(what)

    return session.execute(
        select(open_("duty"), open_("decision"), open_("entitlement")).where(
            RUNS.c.studio_id == studio_id, RUNS.c.ended_at.is_(None)
        )
    ).one()


def earlier_results(session: Session, cycle_id: int, keys: Collection[str]) -> Sequence[Row[Any]]:
    """Results of these assessments that are out in a cycle, oldest first: what a final assessment rests on (`basis`); one query.

    `seat_id` is None where it was the studio; `after_rectification` stands in the place of `grade` once it was mended.
    """
    found = (
        select(ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.title, RESULTS.c.seat_id, RESULTS.c.grade, RESULTS.c.after_rectification)
        .join(RESULTS, RESULTS.c.assessment_id == ASSESSMENTS.c.id)
        .where(ASSESSMENTS.c.cycle_id == cycle_id, ASSESSMENTS.c.key.in_(list(keys)), ASSESSMENTS.c.released_at.is_not(None))
        .order_by(ASSESSMENTS.c.ends_on, ASSESSMENTS.c.id, RESULTS.c.id)
    )  # fmt: skip
    return session.execute(found).all()
