"""The inbox (待办): what waits at a person's desks, what is late, what they did and what they started; fixed query counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, not_, or_, select
from sqlmodel import Session

from models import (
    Application,
    Body,
    CriterionCheck,
    Decision,
    Duty,
    Message,
    Opinion,
    Person,
    Request,
    Revision,
    Round,
    StageRun,
    Studio,
    Transition,
)
from models.columns import table_of
from models.queries.waiting import stands_by

RUNS, APPLICATIONS, PEOPLE, BODIES = table_of(StageRun), table_of(Application), table_of(Person), table_of(Body)
ROUNDS, TRANSITIONS, STUDIOS = table_of(Round), table_of(Transition), table_of(Studio)
CHECKS, MESSAGES, REVISIONS = table_of(CriterionCheck), table_of(Message), table_of(Revision)
REQUESTS, OPINIONS, DECISIONS, DUTIES = table_of(Request), table_of(Opinion), table_of(Decision), table_of(Duty)
SIGNED = RUNS.alias("signed")  # the duty that a signature is asked for
PAGE = 50


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What of the inbox is wanted: box todo, overdue, soon, waiting, done, started or cc; a stage, a round, a school stage."""

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
    duty_id: int | None = None
    opinion_kind: str = ""
    subject_kind: str = ""
    subject_id: int = 0
    question: str = ""
    duty: str = ""
    gives: str = ""
    role: str = ""
    stands_by: bool = False


def waiting_counts(session: Session, desks: Collection[str], now: datetime, soon_until: datetime) -> Mapping[str, int]:
    """How many wait for somebody to act: all, overdue and soon due, at these desks; one query."""
    row = session.execute(
        select(
            func.count().label("todo"),
            func.count().filter(RUNS.c.due_at <= now).label("overdue"),
            func.count().filter(and_(RUNS.c.due_at > now, RUNS.c.due_at <= soon_until)).label("soon"),
        ).where(_at_hand(desks))
    ).one()
    return {"todo": row.todo, "overdue": row.overdue, "soon": row.soon}


def box_counts(
    session: Session, desks: Collection[str], person_id: int, now: datetime, soon_until: datetime
) -> Mapping[str, int]:
    """How many are in each box, counted by the same conditions as the boxes themselves; one query."""
    every = ("todo", "overdue", "soon", "waiting", "done", "started", "cc")
    conditions = {box: _box(desks, person_id, now, InboxFilter(box, soon_until=soon_until))[0] for box in every}
    counted = [
        select(func.count()).select_from(_with_application()).where(condition).scalar_subquery().label(box)
        for box, condition in conditions.items()
    ]
    row = session.execute(select(*counted)).one()
    return {box: int(getattr(row, box)) for box in every}


@dataclass(frozen=True, slots=True)
class InboxChoices:
    """What a box can be narrowed to: its stages, rounds (id, title) and school stages."""

    stages: Sequence[str]
    rounds: Sequence[tuple[int, str]]
    school_stages: Sequence[str]


def box_choices(
    session: Session, desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter
) -> InboxChoices:
    """Everything that occurs in a box, whatever it is narrowed to now; one query."""
    condition, _ = _box(desks, person_id, now, InboxFilter(wanted.box, soon_until=wanted.soon_until))
    rows = session.execute(
        select(RUNS.c.stage, RUNS.c.round_id, ROUNDS.c.title, APPLICATIONS.c.school_stage)
        .select_from(_with_application().outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id))
        .where(condition)
        .distinct()
    ).all()
    return InboxChoices(
        sorted({row.stage for row in rows}),
        sorted({(row.round_id, row.title) for row in rows if row.round_id is not None}, reverse=True),
        sorted({row.school_stage for row in rows if row.school_stage}),
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of an application: criteria by result, those a tier must still judge, answers changed when it was mended."""

    passed: int = 0
    failed: int = 0
    warned: int = 0
    tier: int = 0
    expert: int = 0
    changed: int | None = None

    @property
    def total(self) -> int:
        """All criteria that were checked."""
        return self.passed + self.failed + self.warned + self.tier + self.expert


def findings(session: Session, application_ids: Collection[int]) -> Mapping[int, Findings]:
    """The findings of these applications, for the line that says what is special; two queries."""
    ids = list(application_ids)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    checked = select(CHECKS.c.application_id, CHECKS.c.result, CHECKS.c.asks, func.count().label("n"))
    for row in session.execute(
        checked.where(CHECKS.c.application_id.in_(ids)).group_by(
            CHECKS.c.application_id, CHECKS.c.result, CHECKS.c.asks
        )
    ):
        key = (row.asks or "tier") if row.result == "judge" else {"waived": "passed"}.get(row.result, row.result)
        counts[row.application_id][key] += row.n
    changed = {
        row.application_id: len(row.changed)
        for row in session.execute(
            select(REVISIONS.c.application_id, REVISIONS.c.changed)
            .where(REVISIONS.c.application_id.in_(ids), REVISIONS.c.n > 1)
            .order_by(REVISIONS.c.n)
        )
    }
    return {one: Findings(**counts[one], changed=changed.get(one)) for one in ids}


def inbox(
    session: Session, desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter
) -> tuple[list[InboxRow], int]:
    """One page of a box with the number of all in it; two queries. Waiting cases come by due date, then oldest first."""
    condition, order = _narrowed(desks, person_id, now, wanted)
    total = session.execute(select(func.count()).select_from(_with_application()).where(condition)).scalar_one()
    rows = session.execute(_listed().where(condition).order_by(*order).limit(PAGE).offset(PAGE * (wanted.page - 1)))
    return [_row(row) for row in rows], total


def filtered_runs(
    session: Session, desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter
) -> Sequence[tuple[int, int]]:
    """Every case of a narrowed box as (run, version): what 全选 selects."""
    condition, order = _narrowed(desks, person_id, now, wanted)
    rows = session.execute(
        select(RUNS.c.id, RUNS.c.version).select_from(_with_application()).where(condition).order_by(*order)
    )
    return [(row.id, row.version) for row in rows]


def inbox_case(session: Session, run_id: int) -> InboxRow | None:
    """One case as the list shows it."""
    row = session.execute(_listed().where(RUNS.c.id == run_id)).first()
    return _row(row) if row else None


def inbox_cases(session: Session, run_ids: Collection[int]) -> list[InboxRow]:
    """These cases as the list shows them, by id."""
    return [_row(row) for row in session.execute(_listed().where(RUNS.c.id.in_(run_ids)).order_by(RUNS.c.id))]


def answer_of(session: Session, request_id: str, actor: str, act: str) -> Mapping[str, Any] | None:
    """What an act of this actor answered; None when there was none, or it was somebody else's."""
    asked = (REQUESTS.c.id == request_id, REQUESTS.c.actor == actor, REQUESTS.c.act == act)
    return session.execute(select(REQUESTS.c.answer).where(*asked)).scalar()


def _with_application() -> Any:
    return RUNS.outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)


def _narrowed(
    desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter
) -> tuple[Any, tuple[Any, ...]]:
    condition, order = _box(desks, person_id, now, wanted)
    if wanted.stage:
        condition = and_(condition, RUNS.c.stage == wanted.stage)
    if wanted.round_id is not None:
        condition = and_(condition, RUNS.c.round_id == wanted.round_id)
    if wanted.school_stage:
        condition = and_(condition, APPLICATIONS.c.school_stage == wanted.school_stage)
    return condition, order


def _on_desk(desks: Collection[str]) -> Any:
    return and_(RUNS.c.desk.in_(list(desks)), RUNS.c.desk != "", RUNS.c.ended_at.is_(None))


def _at_hand(desks: Collection[str]) -> Any:
    """What those at these desks can do now."""
    return and_(_on_desk(desks), not_(stands_by()))


def _box(desks: Collection[str], person_id: int, now: datetime, wanted: InboxFilter) -> tuple[Any, tuple[Any, ...]]:
    match wanted.box:
        case "done":
            acted = select(TRANSITIONS.c.run_id).where(TRANSITIONS.c.actor_id == person_id)
            return and_(RUNS.c.id.in_(acted), not_(_on_desk(desks))), (RUNS.c.entered_at.desc(), RUNS.c.id.desc())
        case "started":
            mine = or_(APPLICATIONS.c.made_by == person_id, APPLICATIONS.c.person_id == person_id)
            return and_(mine, RUNS.c.parent_id.is_(None), RUNS.c.ended_at.is_(None)), (RUNS.c.id.desc(),)
        case "cc":
            told = select(MESSAGES.c.run_id).where(MESSAGES.c.person_id == person_id, MESSAGES.c.run_id.is_not(None))
            others = or_(
                APPLICATIONS.c.id.is_(None),
                and_(APPLICATIONS.c.person_id != person_id, APPLICATIONS.c.made_by.is_distinct_from(person_id)),
            )
            return and_(RUNS.c.id.in_(told), RUNS.c.ended_at.is_(None), not_(_on_desk(desks)), others), (
                RUNS.c.id.desc(),
            )
        case _:
            return _waiting(desks, now, wanted), (RUNS.c.due_at.is_(None), RUNS.c.due_at, RUNS.c.id)


def _waiting(desks: Collection[str], now: datetime, wanted: InboxFilter) -> Any:
    match wanted.box:
        case "overdue":
            return and_(_at_hand(desks), RUNS.c.due_at <= now)
        case "soon":
            return and_(_at_hand(desks), RUNS.c.due_at > now, RUNS.c.due_at <= wanted.soon_until)
        case "waiting":
            return and_(_on_desk(desks), stands_by())
        case _:
            return _at_hand(desks)


def _listed() -> Select[Any]:
    joined = (
        RUNS.outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .outerjoin(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .outerjoin(STUDIOS, STUDIOS.c.id == func.coalesce(RUNS.c.studio_id, APPLICATIONS.c.studio_id))
        .outerjoin(OPINIONS, and_(RUNS.c.subject_kind == "opinion", OPINIONS.c.id == RUNS.c.subject_id))
        .outerjoin(DECISIONS, and_(RUNS.c.subject_kind == "decision", DECISIONS.c.id == RUNS.c.subject_id))
        .outerjoin(DUTIES, and_(RUNS.c.subject_kind == "duty", DUTIES.c.id == RUNS.c.subject_id))
        .outerjoin(SIGNED, and_(SIGNED.c.id == OPINIONS.c.run_id, SIGNED.c.subject_kind == "duty"))
    )
    duty = case((RUNS.c.subject_kind == "duty", RUNS.c.subject_id), else_=SIGNED.c.subject_id)
    return select(
        RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.stage, RUNS.c.path, RUNS.c.step, RUNS.c.state, RUNS.c.version_id,
        RUNS.c.round_id, RUNS.c.application_id, RUNS.c.studio_id, RUNS.c.entered_at, RUNS.c.due_at, RUNS.c.due_steps,
        RUNS.c.due_provisional, RUNS.c.desk, RUNS.c.ended_at, RUNS.c.outcome, APPLICATIONS.c.number,
        PEOPLE.c.name.label("person"), BODIES.c.name.label("body"), APPLICATIONS.c.school_stage, APPLICATIONS.c.answers, APPLICATIONS.c.gives, APPLICATIONS.c.role,
        func.coalesce(STUDIOS.c.name, APPLICATIONS.c.studio_name, literal("")).label("studio"), ROUNDS.c.title.label("round_title"), duty.label("duty_id"),
        func.coalesce(OPINIONS.c.kind, literal("")).label("opinion_kind"), RUNS.c.subject_kind, RUNS.c.subject_id,
        func.coalesce(DECISIONS.c.question, literal("")).label("question"), func.coalesce(DUTIES.c.title, literal("")).label("duty"),
        case((stands_by(), 1), else_=0).label("stands_by"),
    ).select_from(joined)  # fmt: skip


def _row(row: Any) -> InboxRow:
    blind = row.stage == "opinion" and row.duty_id is None and row.opinion_kind not in {"vote", "hearing"}
    return InboxRow(
        row.run_id, row.version, row.stage, row.path, row.step, row.state, row.version_id, row.round_id, row.application_id,
        row.studio_id, row.entered_at, row.due_at, row.due_steps, row.due_provisional, row.desk, row.number or "",
        "" if blind else row.person or "", "" if blind else row.body or "", row.school_stage or "", "" if blind else row.studio,
        row.round_title or "", row.ended_at, row.outcome, blind, {} if blind else row.answers or {},
        row.duty_id, row.opinion_kind, row.subject_kind, row.subject_id, row.question, row.duty,
        "" if blind else row.gives or "", "" if blind else row.role or "",
        bool(row.stands_by),
    )  # fmt: skip
