"""Sweep: find the runs whose moment has come, fire what is due, remind who waits; any number of sweepers may look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlmodel import Session

from flows.engine.apply import apply_many
from flows.engine.calendar import latest_rung
from flows.engine.consequences.pausing import HELD_UP_IN, hush, paused_among
from flows.engine.days import calendar_of
from flows.engine.decide import Refusal, reminders, wake_after
from flows.engine.declare import THE_CLOCK, THE_ENGINE, Ask, Part, RunState, Wait
from flows.engine.errors import EngineError
from flows.engine.rulebook import Rulebook, StepRule
from flows.engine.telling import Telling, tell
from flows.engine.work import Intent, Work, ask_of, read_facts, run_state
from models import Incident, StageRun
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.runs import due_runs, lock_runs
from models.session import transaction
from models.statements import write

RUNS, INCIDENTS = table_of(StageRun), table_of(Incident)
CHUNK = 200
LEASE = timedelta(seconds=60)
BACK_OFF = timedelta(minutes=1)
TRIES = 8

CLAIM = (
    update(RUNS).where(RUNS.c.id == bindparam("b_id")).values(wake_at=bindparam("b_wake"), attempts=RUNS.c.attempts + 1)
)
SETTLE = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("b_id"), RUNS.c.version == bindparam("b_version"))
    .values(wake_at=bindparam("b_wake"), attempts=0)
)


@dataclass
class SweepReport:
    """What a sweep did: events fired, reminders written, runs put off, incidents raised."""

    fired: int = 0
    reminded: int = 0
    put_off: int = 0
    incidents: int = 0
    stages: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Everything it touched."""
        return self.fired + self.reminded + self.put_off + self.incidents


def sweep(
    engine: Engine,
    book: Rulebook,
    now: datetime,
    *,
    chunk: int = CHUNK,
    most: int = 1_000_000,
    stage: str | None = None,
) -> SweepReport:
    """Do everything that is due at `now`, chunk by chunk, each in a transaction of its own; only what is due in `stage` if one is named.

    Attempts are counted at claim, so that a worker that dies over a run cannot hold it for ever; after `TRIES` the run
    becomes an incident and nothing behind it waits.
    """
    report = SweepReport()
    while report.total < most:
        claimed = _claim(engine, now, chunk, stage, report)
        if claimed is None:
            break
        try:
            _treat(engine, book, now, claimed, report)
        except Exception:  # noqa: BLE001  one bad row must not stop the others: they go on one by one
            _one_by_one(engine, book, now, claimed, report)
    return report


def _claim(
    engine: Engine, now: datetime, chunk: int, stage: str | None, report: SweepReport
) -> list[tuple[int, int]] | None:
    """Take due runs for a minute; returns (id, attempts so far), or None when nothing is due.

    A run that was claimed before and came to no end is taken alone and after the others: it may have killed its worker.
    """
    with transaction(engine) as session:
        due = due_runs(session, now, chunk, stage)
        if not due:
            return None
        for row in due:
            if row.attempts >= TRIES:
                _raise_incident(session, now, row.id, row.wake_at, f"办理它的进程中断了 {row.attempts} 次", report)
        rows = [row for row in due if row.attempts == 0] or [row for row in due if row.attempts < TRIES][:1]
        if rows:
            write(session, CLAIM, [{"b_id": row.id, "b_wake": now + LEASE} for row in rows])
        return [(row.id, row.attempts + 1) for row in rows]


def _one_by_one(
    engine: Engine, book: Rulebook, now: datetime, claimed: Sequence[tuple[int, int]], report: SweepReport
) -> None:
    for run_id, attempts in claimed:
        try:
            _treat(engine, book, now, [(run_id, attempts)], report)
        except Exception as error:  # noqa: BLE001  whatever it was, a person sees it as an incident
            _put_off(engine, now, run_id, attempts, f"{type(error).__name__}: {error}", report)


def _treat(
    engine: Engine, book: Rulebook, now: datetime, claimed: Sequence[tuple[int, int]], report: SweepReport
) -> None:
    done = SweepReport()
    with transaction(engine) as session:
        work = Work(session, book, now, calendar_of(session))
        wanted = {run_id for run_id, _ in claimed}
        rows = [row for row in lock_runs(session, wanted) if row.id in wanted and row.wake_at == now + LEASE]
        runs = _not_paused(work, [run_state(row) for row in rows])
        firing = [(run, event) for run in runs if (event := _deadline(work, run))]
        _fire(work, firing, done)
        _remind(work, [run for run in runs if run.id not in {one.id for one, _ in firing}], done)
    report.fired += done.fired
    report.reminded += done.reminded
    for stage, n in done.stages.items():
        report.stages[stage] = report.stages.get(stage, 0) + n


def _not_paused(work: Work, runs: Sequence[RunState]) -> Sequence[RunState]:
    """Without those of studios that pause: an act in the pause may have given them a deadline, but none passes in it."""
    paused = paused_among(work, runs)
    if paused:
        hush(work, paused)
    return [run for run in runs if run.studio_id not in paused or run.stage not in HELD_UP_IN]


def _deadline(work: Work, run: RunState) -> str | None:
    """The event that the clock sends now, if the deadline has passed."""
    wait = work.book.stage(run.stage).wait(run.state)
    passed = run.due_at is not None and run.due_at <= work.now
    return wait.then if wait and wait.then and passed else None


def _fire(work: Work, firing: Sequence[tuple[RunState, str]], done: SweepReport) -> None:
    if not firing:
        return
    results = apply_many(work, [Intent(run.id, event, expect=run.version) for run, event in firing], THE_CLOCK)
    for (run, event), result in zip(firing, results, strict=True):
        if isinstance(result.outcome, Refusal):
            if result.outcome.because == "stale":
                continue  # these are held: what was fired before it has brought it to its end
            raise EngineError(f"{run.stage}.{event}: {result.outcome.says}")
        done.fired += 1
        done.stages[run.stage] = done.stages.get(run.stage, 0) + 1


def _remind(work: Work, runs: Sequence[RunState], done: SweepReport) -> None:
    if not runs:
        return
    facts = read_facts(work, runs)
    tellings: list[Telling] = []
    settled: list[dict[str, Any]] = []
    above = _bodies_above(work, runs)
    for run in runs:
        rule, ask = ask_of(work, run, facts[run.id], "remind", THE_ENGINE, {})
        wait = rule.stage.wait(run.state)
        ladder = work.book.ladder(work.session, run.version_id)
        if wait is not None and run.due_at is not None:
            tellings += _rung(work, run, rule, wait, ask, ladder, above)
        wake_at = wake_after(wait, run.due_at, run.entered_at, ask, ladder) if wait else None
        settled.append({"b_id": run.id, "b_version": run.version, "b_wake": wake_at})
        done.stages[run.stage] = done.stages.get(run.stage, 0) + 1
    done.reminded += tell(work, tellings)
    write(work.session, SETTLE, settled)


def _rung(
    work: Work, run: RunState, rule: StepRule, wait: Wait, ask: Ask, ladder: tuple[int, ...], above: dict[str, str]
) -> list[Telling]:
    """The latest rung that has come: to whom the run waits for, and from the escalating rung on to the tier above and the office too (D-REMIND)."""
    if wait.for_ in {None, Part.CLOCK} or run.due_at is None:
        return []
    rung = latest_rung(reminders(run.due_at, run.entered_at, ask, ladder), work.now)
    if rung is None:
        return []
    notice = wait.overdue if rung.offset > 0 else wait.remind
    mark = f"rung{rung.offset:+d}"
    told = [Telling(run.desk, notice, run, run.version, rule, ask.facts, run.due_at, mark)]
    if rung.offset >= work.book.escalates_from(work.session, run.version_id):
        higher = dict.fromkeys((above.get(run.desk, ""), str(ask.facts.parts.get(wait.escalate, ""))))
        told += [
            Telling(desk, "escalated", run, run.version, rule, ask.facts, run.due_at, f"{mark}/escalated")
            for desk in higher
            if desk and desk != run.desk
        ]
    return told


def _bodies_above(work: Work, runs: Sequence[RunState]) -> dict[str, str]:
    """For each desk of a body the body above it, to which a late case is reported."""
    ids = {int(run.desk.removeprefix("body:")) for run in runs if run.desk.startswith("body:")}
    if not ids:
        return {}
    return {
        f"body:{body_id}": f"body:{places[1].id}"
        for body_id, places in lineages(work.session, ids).items()
        if len(places) > 1
    }


def _put_off(engine: Engine, now: datetime, run_id: int, attempts: int, what: str, report: SweepReport) -> None:
    with transaction(engine) as session:
        if attempts >= TRIES:
            _raise_incident(session, now, run_id, now + LEASE, what, report)
            return
        held = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.wake_at == now + LEASE)
        put_off = session.connection().execute(held.values(wake_at=now + BACK_OFF * 2 ** (attempts - 1)))
        report.put_off += put_off.rowcount


def _raise_incident(
    session: Session, now: datetime, run_id: int, wake_at: datetime, what: str, report: SweepReport
) -> None:
    """A person must look; not where another worker has taken the run over since."""
    held = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.wake_at == wake_at).values(wake_at=None)
    if session.connection().execute(held).rowcount == 1:
        incident = {"kind": "run", "run_id": run_id, "what": what[:2000], "raised_at": now, "resolution": ""}
        session.execute(insert(INCIDENTS).values(**incident))
        report.incidents += 1


def next_waking(engine: Engine) -> datetime | None:
    """The next moment at which a run has something due; None when none has."""
    with engine.connect() as connection:
        found: datetime | None = connection.execute(
            select(RUNS.c.wake_at).where(RUNS.c.wake_at.is_not(None)).order_by(RUNS.c.wake_at).limit(1)
        ).scalar()
        return found
