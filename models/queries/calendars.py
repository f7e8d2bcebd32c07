"""The calendar (日历): what falls due for a person in a year, and whether other bureaus live by it too; one query each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from models import Application, Person, Programme, Round, StageRun
from models.columns import table_of

RUNS, APPLICATIONS, PEOPLE, ROUNDS = table_of(StageRun), table_of(Application), table_of(Person), table_of(Round)
PROGRAMMES = table_of(Programme)
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Falling:
    """An open case with its deadline."""

    run_id: int
    stage: str
    due_at: datetime
    provisional: bool
    number: str
    person: str


def falling_due(session: Session, desks: Collection[str], first: datetime, last: datetime) -> Sequence[Falling]:
    """Cases at these desks that fall due after `first` and up to `last`, by due date; at most two thousand."""
    name = func.coalesce(PEOPLE.c.name, ROUNDS.c.title, "")
    rows = session.execute(
        select(
            RUNS.c.id, RUNS.c.stage, RUNS.c.due_at, RUNS.c.due_provisional, APPLICATIONS.c.number, name.label("name")
        )
        .select_from(
            RUNS.outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
            .outerjoin(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
            .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        )
        .where(RUNS.c.desk.in_(list(desks)), RUNS.c.desk != "", RUNS.c.ended_at.is_(None))
        .where(RUNS.c.due_at > first, RUNS.c.due_at <= last)
        .order_by(RUNS.c.due_at, RUNS.c.id)
        .limit(MOST)
    )
    return [
        Falling(row.id, row.stage, row.due_at, row.due_provisional, row.number or "",
                "" if row.stage == "opinion" else row.name)
        for row in rows
    ]  # fmt: skip


def others_live_by_it(session: Session, body_ids: Collection[int]) -> bool:
    """Whether a programme in this database is decided by a body that is none of these."""
    beyond = select(PROGRAMMES.c.id).where(PROGRAMMES.c.authority_body_id.not_in(list(body_ids)))
    return session.execute(beyond.limit(1)).first() is not None
