"""Taking studios over from a page (接入): a check or an import of a workbook, done beside the page, which says how far it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.engine.clock import Clock
from flows.engine.days import calendar_of
from flows.engine.errors import Refused
from flows.engine.rulebook import Rulebook
from flows.engine.work import Work
from flows.office.established import take_over
from flows.office.importing import READING, STORING
from flows.office.jobs import beat, carry_out
from flows.office.surveying import survey
from flows.roster.established_rows import read_established
from models import ImportJob
from models.columns import table_of
from models.session import reading, transaction

JOBS = table_of(ImportJob)


def ask(
    session: Session,
    sha256: str,
    programme_id: int,
    kind: str,
    person_id: int,
    now: datetime,
    *,
    only_good: bool = False,
) -> int:
    """Write a check or an import down; returns its id."""
    values = {
        "sha256": sha256, "kind": kind, "programme_id": programme_id, "only_good": only_good, "asked_by": person_id,
        "asked_at": now, "state": "asked", "result": {},
    }  # fmt: skip
    made: int = session.execute(insert(JOBS).values(**values).returning(JOBS.c.id)).scalar_one()
    return made


def latest(session: Session, sha256: str, programme_id: int, person_id: int, kind: str) -> Any:
    """The newest job of this kind that this person asked for a workbook and a programme."""
    return session.execute(
        select(JOBS)
        .where(JOBS.c.sha256 == sha256, JOBS.c.programme_id == programme_id)
        .where(JOBS.c.asked_by == person_id, JOBS.c.kind == kind)
        .order_by(JOBS.c.id.desc())
        .limit(1)
    ).first()


def run(engine: Engine, book: Rulebook, clock: Clock, job_id: int, content: Callable[[str], bytes]) -> None:
    """Do a job to its end, whatever becomes of it; two that begin one job do it once.

    `content` gives the bytes of a workbook by its SHA-256.
    """

    def do(job: Any) -> Mapping[str, Any]:
        now = clock.now()
        established = read_established(content(job.sha256), local_day(now))
        if job.kind == "check":
            with reading(engine) as session:
                return survey(Work(session, book, now, calendar_of(session)), job.programme_id, established)
        beat(engine, JOBS, job.id, now, STORING, 0, sum(map(len, established.rows.values())))
        with transaction(engine) as session:
            work = Work(session, book, now, calendar_of(session))
            taken = take_over(work, job.programme_id, established, only_good=job.only_good)
            if not taken.stored:
                raise Refused(
                    "faulty", f"还有 {len(taken.faults)} 处错，没有接入任何工作室。请改好再传，或只接入没有错的。"
                )
        return {key: getattr(taken, key) for key in ("studios", "seats", "results", "payments", "opened", "left_out")}

    carry_out(engine, JOBS, clock, job_id, READING, do)
