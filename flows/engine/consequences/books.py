"""Books (结账): what was due by a day and has not been done is unmet; at the latest when the cycle is over."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, select

from flows.engine.work import Intent, Work
from models import Duty, StageRun
from models.columns import table_of
from models.statements import among, rows

DUTIES, RUNS = table_of(Duty), table_of(StageRun)
DUE_BY = (
    select(RUNS.c.id, DUTIES.c.cycle_id, DUTIES.c.due_on)
    .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
    .where(among(DUTIES.c.cycle_id, "cycles"), RUNS.c.ended_at.is_(None), RUNS.c.state.in_(("open", "overdue")))
    .where(DUTIES.c.due_on <= bindparam("latest", type_=DUTIES.c.due_on.type))
    .order_by(RUNS.c.id)
)


def close_books(work: Work, until: Mapping[int, date], cause_id: int | None = None) -> int:
    """Close the books of these cycles, each until its day: duties due by then and not done become unmet. Returns how many.

    What was handed in and waits for its receiver stays, and so does what is due later. The engine carries it out right
    after the act that asks for it; who asks outside an act calls `apply.carry_on`.
    """
    if not until:
        return 0
    due = [
        row for row in rows(work.session, DUE_BY, cycles=list(until), latest=max(until.values()))
        if row.due_on <= until[row.cycle_id]
    ]  # fmt: skip
    for row in due:
        work.ask(Intent(row.id, "close", cause_id=cause_id))
    return len(due)
