"""Asking for a trial (开始演练): written down with what it is run on, then done beside the page that waits for it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlmodel import Session

from flows.engine.clock import Clock
from flows.engine.work import Work
from flows.office.jobs import beat, carry_out, forsaken
from flows.trial.likeness import draft_and_roster
from flows.trial.report import as_row
from flows.trial.running import try_out
from models import Trial
from models.columns import table_of

TRIALS = table_of(Trial)
WALKING = "walking"


def ask(work: Work, round_id: int, person_id: int) -> int:
    """Write a trial of a drafted round down; returns its id, or that of one that is at the same draft and roster already."""
    plan, roster = draft_and_roster(work, round_id)
    last = latest(work.session, round_id)
    live = last is not None and last.state in {"asked", "running"} and not forsaken(last, work.now)
    if live and (last.plan, last.roster) == (plan, roster):
        return int(last.id)
    values = {"round_id": round_id, "plan": plan, "roster": roster, "asked_by": person_id, "asked_at": work.now}
    values |= {"state": "asked", "result": {}}
    made: int = work.session.execute(insert(TRIALS).values(**values).returning(TRIALS.c.id)).scalar_one()
    return made


def latest(session: Session, round_id: int) -> Any:
    """The newest trial of a round; None where there was none."""
    return session.execute(
        select(TRIALS).where(TRIALS.c.round_id == round_id).order_by(TRIALS.c.id.desc()).limit(1)
    ).first()


def run(engine: Engine, clock: Clock, trial_id: int, shown: Callable[[float], None] = lambda _share: None) -> None:
    """Carry a trial out to its end, whatever becomes of it; only its own row is written. `shown` hears the share that is done."""

    def do(job: Any) -> Mapping[str, Any]:
        def progress(done: int, whole: int) -> None:
            beat(engine, TRIALS, trial_id, clock.now(), WALKING, done, whole)
            shown(done / whole)

        return as_row(try_out(engine, job.round_id, clock.now(), progress=progress))

    carry_out(engine, TRIALS, clock, trial_id, WALKING, do)
    shown(1)
