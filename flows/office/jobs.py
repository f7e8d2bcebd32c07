"""Long work (长事务): a job is a row; whoever claims it says that they are alive and how far they are, until it is over."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, update

from flows.engine.clock import Clock
from flows.engine.errors import Refused
from models.session import transaction

STALE = timedelta(seconds=60)  # after so long without a sign of life a job may be taken by another


def forsaken(job: Any, now: datetime) -> bool:
    """Whether nobody works at a job that is not over: its worker died, or never began."""
    return job.state in {"asked", "running"} and (job.beat_at or job.asked_at) < now - STALE


def carry_out(
    engine: Engine, jobs: Table, clock: Clock, job_id: int, phase: str, do: Callable[[Any], Mapping[str, Any]]
) -> None:
    """Do a job to its end, whatever becomes of it; two that begin one job do it once.

    `do` takes the job's row and returns its result. A refusal and any other error end the job and are said on it.
    """
    job = _claim(engine, jobs, job_id, clock.now(), phase)
    if job is None:
        return
    try:
        _end(engine, jobs, job_id, clock.now(), "done", result=do(job))
    except Refused as refusal:
        _end(engine, jobs, job_id, clock.now(), "refused", says=str(refusal))
    except Exception as error:  # noqa: BLE001  whatever it was, the page says that it is over
        _end(engine, jobs, job_id, clock.now(), "failed", says=f"{type(error).__name__}: {error}"[:500])


def beat(engine: Engine, jobs: Table, job_id: int, now: datetime, phase: str, done: int = 0, whole: int = 0) -> None:
    """Say that a job goes on, and how far it is."""
    with transaction(engine) as session:
        values = {"phase": phase, "done": done, "whole": whole, "beat_at": now}
        session.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def _claim(engine: Engine, jobs: Table, job_id: int, now: datetime, phase: str) -> Any:
    free = (jobs.c.state == "asked") | ((jobs.c.state == "running") & (jobs.c.beat_at < now - STALE))
    with transaction(engine) as session:
        taken = update(jobs).where(jobs.c.id == job_id, free).values(state="running", phase=phase, beat_at=now)
        return session.execute(taken.returning(jobs)).first()


def _end(
    engine: Engine, jobs: Table, job_id: int, now: datetime, state: str, *, result: Any = None, says: str = ""
) -> None:
    with transaction(engine) as session:
        values = {"state": state, "ended_at": now, "beat_at": now, "result": result or {}, "says": says}
        session.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
