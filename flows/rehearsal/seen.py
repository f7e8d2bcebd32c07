"""What a rehearsal reads of its bureau (所见): runs of an application or subject, its row, open questions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from models import Application, CriterionCheck, Seat, StageRun, Studio
from models.columns import table_of

RUNS, APPLICATIONS, STUDIOS = table_of(StageRun), table_of(Application), table_of(Studio)
CHECKS, SEATS = table_of(CriterionCheck), table_of(Seat)
ASSESSING = select(RUNS.c.id).where(RUNS.c.subject_kind == "assessment", RUNS.c.ended_at.is_(None)).limit(1)


def application(engine: Engine, application_id: int) -> Any:
    """The row of an application."""
    return one_row(engine, select(APPLICATIONS).where(APPLICATIONS.c.id == application_id))


def studio(engine: Engine, studio_id: int) -> Any:
    """The row of a studio."""
    return one_row(engine, select(STUDIOS).where(STUDIOS.c.id == studio_id))


def one_row(engine: Engine, query: Any) -> Any:
    """The first row of a query, None when there is none."""
    with _reading(engine) as connection:
        return connection.execute(query).first()


def all_rows(engine: Engine, query: Any) -> Sequence[Any]:
    """Every row of a query."""
    with _reading(engine) as connection:
        return connection.execute(query).all()


def _reading(engine: Engine) -> Connection:
    """A connection that only reads; a session would cost as much again as the query."""
    return engine.connect().execution_options(reading=True)


def runs_of(engine: Engine, subject_kind: str, subject_id: int) -> Sequence[Any]:
    """Every run of a subject, in the order they were opened."""
    mine = (RUNS.c.subject_kind == subject_kind) & (RUNS.c.subject_id == subject_id)
    return all_rows(engine, select(RUNS).where(mine).order_by(RUNS.c.id))


def live(runs: Sequence[Any]) -> list[Any]:
    """Those that have not ended."""
    return [run for run in runs if run.ended_at is None]


def questions(engine: Engine, parent_id: int) -> Sequence[Any]:
    """The open questions under a run, in the order they were asked."""
    mine = (RUNS.c.parent_id == parent_id) & (RUNS.c.stage == "opinion") & RUNS.c.ended_at.is_(None)
    return all_rows(engine, select(RUNS).where(mine).order_by(RUNS.c.id))


def assessing(engine: Engine) -> bool:
    """Whether any assessment is under way."""
    return one_row(engine, ASSESSING) is not None


def undrawn(engine: Engine, round_id: int) -> Sequence[Any]:
    """The applications of a round that wait for experts to be drawn."""
    mine = (RUNS.c.round_id == round_id) & (RUNS.c.stage == "expert_review") & (RUNS.c.state == "unassigned")
    return all_rows(engine, select(RUNS).where(mine, RUNS.c.ended_at.is_(None)).order_by(RUNS.c.id))


def unjudged(engine: Engine, application_id: int) -> list[str]:
    """The criteria of an application that a tier has still to judge, by place."""
    mine = (CHECKS.c.application_id == application_id) & (CHECKS.c.result == "judge") & (CHECKS.c.asks == "tier")
    return [row.place for row in all_rows(engine, select(CHECKS.c.place).where(mine))]


def seat_of(engine: Engine, studio_id: int, person_id: int) -> Any:
    """The seat somebody has or last had in a studio; None when they never had one."""
    mine = (SEATS.c.studio_id == studio_id) & (SEATS.c.person_id == person_id)
    return one_row(engine, select(SEATS).where(mine).order_by(SEATS.c.id.desc()))


def waiting_beside(engine: Engine, run: Any) -> Sequence[Any]:
    """The live runs of the same step and round that are where this one is, with itself."""
    mine = (RUNS.c.round_id == run.round_id) & (RUNS.c.step == run.step) & (RUNS.c.state == run.state)
    return all_rows(engine, select(RUNS).where(mine, RUNS.c.ended_at.is_(None)).order_by(RUNS.c.id))
