"""The end of one seat (离开): what its holder owes as a member, and has asked as one, ends with it."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import local_day
from flows.engine.steps import cancelling
from flows.engine.work import Work
from models import Application, Duty, Seat, StageRun
from models.columns import table_of
from models.statements import among, rows, write

APPLICATIONS, DUTIES, RUNS, SEATS = table_of(Application), table_of(Duty), table_of(StageRun), table_of(Seat)
END = (
    update(SEATS)
    .where(SEATS.c.id == bindparam("b_id"), SEATS.c.to_on.is_(None))
    .values(to_on=bindparam("b_on"), why_ended=bindparam("b_why"))
)
DROP = update(APPLICATIONS).where(APPLICATIONS.c.id == bindparam("b_id")).values(outcome="cancelled")
OWED_BY = (
    select(RUNS.c.id)
    .join(DUTIES, DUTIES.c.id == RUNS.c.subject_id)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.subject_kind == "duty", RUNS.c.ended_at.is_(None))
    .where(among(DUTIES.c.unit_kind, "kinds"), DUTIES.c.unit_id == bindparam("person"))
    .order_by(RUNS.c.id)
)  # fmt: skip
ASKED_BY = (
    select(RUNS.c.id, RUNS.c.application_id)
    .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
    .where(APPLICATIONS.c.studio_id == bindparam("studio"), APPLICATIONS.c.person_id == bindparam("person"))
    .where(APPLICATIONS.c.gives == "exit", RUNS.c.ended_at.is_(None), RUNS.c.id != bindparam("but"))
    .order_by(RUNS.c.id)
)


def end_of_seat(work: Work, seat: Any, why: str, cause_id: int, but_run: int = 0, on: date | None = None) -> bool:
    """End one seat today, or `on` a day; what its holder owes as a member and has asked as one is cancelled. False when it had ended before."""
    last_day = max(on or local_day(work.now), seat.from_on)
    if write(work.session, END, [{"b_id": seat.id, "b_on": last_day, "b_why": why}]) == 0:
        return False
    kinds = [one for one in dict.fromkeys((seat.role, seat.duty_role, "member")) if one]
    owed = rows(work.session, OWED_BY, studio=seat.studio_id, person=seat.person_id, kinds=kinds)
    asked = rows(work.session, ASKED_BY, studio=seat.studio_id, person=seat.person_id, but=but_run)
    if asked:
        write(work.session, DROP, [{"b_id": row.application_id} for row in asked])
    for row in (*owed, *asked):
        work.ask(cancelling(row.id, cause_id, "已不是工作室成员", quiet=True))
    return True
