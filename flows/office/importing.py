"""Long imports (导入): a check or an import of a large roster, done step by step while its page shows how far it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlmodel import Session

from flows.engine.clock import Clock
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.rulebook import Rulebook
from flows.engine.work import Work
from flows.office.jobs import beat, carry_out
from flows.office.rounds import begin_application
from flows.roster import AppliedRow, ImportPlan, plan_import, store_import
from models import ImportJob
from models.columns import table_of
from models.session import reading, transaction

JOBS = table_of(ImportJob)
STEP = 20  # drafts begun in one transaction
STATUSES = ("new", "changed", "same", "faulty")
READING, STORING, BEGINNING = "reading", "storing", "beginning"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a check, or an import of all rows or of the good ones, into a round or none."""

    sha256: str
    kind: str
    body_id: int | None
    round_id: int | None = None
    only_good: bool = False


def ask(session: Session, order: Order, person_id: int, now: datetime) -> int:
    """Write a job down; returns its id."""
    values = asdict(order) | {"asked_by": person_id, "asked_at": now, "state": "asked", "result": {}}
    made: int = session.execute(insert(JOBS).values(**values).returning(JOBS.c.id)).scalar_one()
    return made


def latest(session: Session, sha256: str, person_id: int, round_id: int | None, kind: str) -> Any:
    """The newest job of this kind that this person asked for a roster, into this round or none."""
    return session.execute(
        select(JOBS)
        .where(
            JOBS.c.programme_id.is_(None), JOBS.c.sha256 == sha256, JOBS.c.asked_by == person_id, JOBS.c.kind == kind
        )
        .where(JOBS.c.round_id.is_(None) if round_id is None else JOBS.c.round_id == round_id)
        .order_by(JOBS.c.id.desc())
        .limit(1)
    ).first()


def job_of(session: Session, job_id: int) -> Any:
    """A job as it stands."""
    return session.execute(select(JOBS).where(JOBS.c.id == job_id)).one()


def run(engine: Engine, book: Rulebook, clock: Clock, job_id: int, content: Callable[[str], bytes]) -> None:
    """Do a job to its end, whatever becomes of it; two that begin one job do it once.

    `content` gives the bytes of a workbook by its SHA-256.
    """

    def do(job: Any) -> Mapping[str, Any]:
        if job.kind == "check":
            return _check(engine, clock, job, content)
        return _store(engine, book, clock, job, content)

    carry_out(engine, JOBS, clock, job_id, READING, do)


def _planned(engine: Engine, clock: Clock, job: Any, content: Callable[[str], bytes]) -> ImportPlan:
    with reading(engine) as session:
        return plan_import(session, job.body_id, content(job.sha256), clock.now(), job.round_id)


def _check(engine: Engine, clock: Clock, job: Any, content: Callable[[str], bytes]) -> Mapping[str, Any]:
    return summary_of(_planned(engine, clock, job, content))


def summary_of(plan: ImportPlan) -> dict[str, Any]:
    """What a page says of a dry run: counts, the same by sheet, every fault, remarks."""
    sheets = list(dict.fromkeys(row.sheet for row in plan.rows))
    return {
        "counts": {status: plan.count(status) for status in STATUSES},  # type: ignore[arg-type]
        "sheets": [[name, [plan.count(status, name) for status in STATUSES]] for name in sheets],  # type: ignore[arg-type]
        "faults": [asdict(one) for one in plan.faults],
        "notes": list(plan.notes),
        "unreadable": plan.roster.unreadable,
    }


def _store(
    engine: Engine, book: Rulebook, clock: Clock, job: Any, content: Callable[[str], bytes]
) -> Mapping[str, Any]:
    """Check again, store in one transaction, then begin the drafts a few at a time: what was begun stays begun."""
    plan = _planned(engine, clock, job, content)
    beat(engine, JOBS, job.id, clock.now(), STORING, 0, len(plan.rows))
    with transaction(engine) as session:
        result = store_import(session, plan, clock.now(), only_good=job.only_good)
        if not result.stored:
            raise Refused("faulty", f"还有 {result.faulty} 行有错，没有写入任何数据。请改好再传，或只导入没有错的行。")
    begun, refused = 0, 0
    rows = result.applied if job.round_id is not None else ()
    for first in range(0, len(rows), STEP):
        beat(engine, JOBS, job.id, clock.now(), BEGINNING, first, len(rows))
        with transaction(engine) as session:
            more = begin_drafts(
                Work(session, book, clock.now(), calendar_of(session)), rows[first : first + STEP], job.round_id
            )
        begun, refused = begun + more[0], refused + more[1]
    return {
        "new": result.new,
        "changed": result.changed,
        "faulty": result.faulty,
        "begun": begun,
        "refused": refused,
        "left": 0,
    }


def begin_drafts(work: Work, rows: Sequence[AppliedRow], round_id: int) -> tuple[int, int]:
    """Begin a draft for each row, by and for its person; returns how many were begun and how many refused."""
    begun = refused = 0
    for row in rows:
        actor = Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))
        try:
            begin_application(
                work, actor, round_id, school_stage=row.school_stage, studio_name=row.studio_name, answers=row.answers
            )
            begun += 1
        except Refused:
            refused += 1
    return begun, refused
