"""The inbox (待办): what waits at a person's desks, what is late, what they did and what they started; fixed query counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlmodel import Session

from models import Application, Body, Opinion, Person, Round, StageRun, Studio, Transition
from models.columns import table_of

RUNS, APPLICATIONS, PEOPLE, BODIES = table_of(StageRun), table_of(Application), table_of(Person), table_of(Body)
ROUNDS, TRANSITIONS, STUDIOS, OPINIONS = table_of(Round), table_of(Transition), table_of(Studio), table_of(Opinion)
PAGE = 50


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What of the inbox is wanted: box todo, overdue, soon, done or started; a stage, a round, a school stage."""

    box: str = "todo"
    stage: str = ""
    round_id: int | None = None
    school_stage: str = ""
    soon_until: datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One case in the list."""

    run_id: int
    version: int
    stage: str
    path: str
    step: str
    state: str
    version_id: int
    round_id: int | None
    application_id: int | None
    studio_id: int | None
    entered_at: datetime
    due_at: datetime | None
    due_steps: Sequence[Sequence[str]]
    due_provisional: bool
    desk: str
    number: str
    person: str
    body: str
    school_stage: str
    studio: str
    round_title: str
    ended_at: datetime | None = None
    outcome: str | None = None
    blind: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)


def waiting_counts(session: Session, desks: Collection[str], now: datetime, soon_until: datetime) -> Mapping[str, int]:
    """How many wait: all, overdue and soon due, at these desks; one query."""
    row = session.execute(
        select(
            func.count().label("todo"),
            func.count().filter(RUNS.c.due_at <= now).label("overdue"),
            func.count().filter(and_(RUNS.c.due_at > now, RUNS.c.due_at <= soon_until)).label("soon"),
        ).where(_on_desk(desks))
    ).one()
    return {"todo": row.todo, "overdue": row.overdue, "soon": row.soon}


def inbox(
    session: Session, desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter
) -> tuple[list[InboxRow], int]:
    """One page of a box with the number of all in it; two queries. Waiting cases come by due date, then oldest first."""
    condition, order = _box(desks, person_id, now, wanted)
    if wanted.stage:
        condition = and_(condition, RUNS.c.stage == wanted.stage)
    if wanted.round_id is not None:
        condition = and_(condition, RUNS.c.round_id == wanted.round_id)
    if wanted.school_stage:
        condition = and_(condition, APPLICATIONS.c.school_stage == wanted.school_stage)
    total = session.execute(
        select(func.count())
        .select_from(RUNS.outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id))
        .where(condition)
    ).scalar_one()
    rows = session.execute(_listed().where(condition).order_by(*order).limit(PAGE).offset(PAGE * (wanted.page - 1)))
    return [_row(row) for row in rows], total


def inbox_case(session: Session, run_id: int) -> InboxRow | None:
    """One case as the list shows it."""
    row = session.execute(_listed().where(RUNS.c.id == run_id)).first()
    return _row(row) if row else None


def inbox_cases(session: Session, run_ids: Collection[int]) -> list[InboxRow]:
    """These cases as the list shows them, by id."""
    return [_row(row) for row in session.execute(_listed().where(RUNS.c.id.in_(run_ids)).order_by(RUNS.c.id))]


def _on_desk(desks: Collection[str]) -> Any:
    return and_(RUNS.c.desk.in_(list(desks)), RUNS.c.desk != "", RUNS.c.ended_at.is_(None))


def _box(desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter) -> tuple[Any, tuple[Any, ...]]:
    by_due = (RUNS.c.due_at.is_(None), RUNS.c.due_at, RUNS.c.id)
    match wanted.box:
        case "overdue":
            return and_(_on_desk(desks), RUNS.c.due_at <= now), by_due
        case "soon":
            return and_(_on_desk(desks), RUNS.c.due_at > now, RUNS.c.due_at <= wanted.soon_until), by_due
        case "done":
            acted = select(TRANSITIONS.c.run_id).where(TRANSITIONS.c.actor_id == person_id)
            return RUNS.c.id.in_(acted), (RUNS.c.entered_at.desc(), RUNS.c.id.desc())
        case "started":
            mine = or_(APPLICATIONS.c.made_by == person_id, APPLICATIONS.c.person_id == person_id)
            return and_(mine, RUNS.c.parent_id.is_(None), RUNS.c.ended_at.is_(None)), (RUNS.c.id.desc(),)
        case _:
            return _on_desk(desks), by_due


def _listed() -> Select[Any]:
    joined = (
        RUNS.outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .outerjoin(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .outerjoin(STUDIOS, STUDIOS.c.id == func.coalesce(RUNS.c.studio_id, APPLICATIONS.c.studio_id))
    )
    return select(
        RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.stage, RUNS.c.path, RUNS.c.step, RUNS.c.state, RUNS.c.version_id,
        RUNS.c.round_id, RUNS.c.application_id, RUNS.c.studio_id, RUNS.c.entered_at, RUNS.c.due_at, RUNS.c.due_steps,
        RUNS.c.due_provisional, RUNS.c.desk, RUNS.c.ended_at, RUNS.c.outcome, APPLICATIONS.c.number,
        PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), APPLICATIONS.c.school_stage, APPLICATIONS.c.answers,
        func.coalesce(STUDIOS.c.name, APPLICATIONS.c.studio_name, literal("")).label("studio"), ROUNDS.c.title.label("round_title"),
    ).select_from(joined)  # fmt: skip


def _row(row: Any) -> InboxRow:
    blind = row.stage == "opinion"
    return InboxRow(
        row.run_id, row.version, row.stage, row.path, row.step, row.state, row.version_id, row.round_id, row.application_id,
        row.studio_id, row.entered_at, row.due_at, row.due_steps, row.due_provisional, row.desk, row.number or "",
        "" if blind else row.person or "", "" if blind else row.body or "", row.school_stage or "", "" if blind else row.studio,
        row.round_title or "", row.ended_at, row.outcome, blind, {} if blind else row.answers or {},
    )  # fmt: skip
