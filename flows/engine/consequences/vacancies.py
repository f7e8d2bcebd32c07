"""Vacancies (空缺): what is owed when a seat has become vacant is met by a new seat, and by a new host for the studio."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.pausing import PAUSED, resume_studio
from flows.engine.work import Happening, Intent, Work
from models import Duty, Person, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.cases import Case
from models.statements import among, rows

DUTIES, PEOPLE, RUNS, SEATS, STUDIOS = (table_of(one) for one in (Duty, Person, StageRun, Seat, Studio))
VACANCIES = ("refill", "succession")
VACANT = (
    select(RUNS.c.id, DUTIES.c.key, SEATS.c.role, SEATS.c.duty_role)
    .join(DUTIES, DUTIES.c.id == RUNS.c.subject_id)
    .outerjoin(SEATS, (DUTIES.c.unit_kind == "seat") & (DUTIES.c.unit_id == SEATS.c.id))
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.subject_kind == "duty", RUNS.c.ended_at.is_(None))
    .where(among(DUTIES.c.key, "keys"))
    .order_by(RUNS.c.id)
)


def filled(work: Work, studio_id: int, role: str, cause_id: int) -> list[Intent]:
    """The vacancy of this role that has waited longest is met by a new seat (按程序补选)."""
    for row in rows(work.session, VACANT, studio=studio_id, keys=list(VACANCIES)):
        wanted = {"host"} if row.key == "succession" else {row.role, row.duty_role} - {"", None}
        if role in wanted or (not wanted and role != "host"):
            return [Intent(row.id, "fill", cause_id=cause_id)]
    return []


def succeed_host(work: Work, one: Happening, case: Case) -> list[Intent]:
    """Give a studio its next host (另选主持人): seats, cycle and the numbers on its papers stay, it goes by the new host's name.

    What waited for the old host waits for the new one, and a paused studio goes on. Returns what meets the vacancy.
    """
    studio_id = case.studio_id
    if studio_id is None:
        return []
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    today = local_day(work.now)
    live = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None)
    for whose, why in ((SEATS.c.role == "host", "主持人变更"), (SEATS.c.person_id == case.person_id, "接任主持人")):
        work.session.execute(update(SEATS).where(live, whose).values(to_on=today, why_ended=why))
    work.session.execute(
        insert(SEATS).values(
            studio_id=studio_id, person_id=case.person_id, role="host", duty_role="", body_id=case.body_id, from_on=today,
            why_ended="", application_id=case.id,
        )
    )  # fmt: skip
    before = work.session.execute(select(PEOPLE.c.name).where(PEOPLE.c.id == studio.host_id)).scalar_one()
    changed = {
        "host_id": case.person_id,
        "home_body_id": case.body_id,
        "name": studio.name.replace(before, case.person_name),
    }
    work.session.execute(update(STUDIOS).where(STUDIOS.c.id == studio_id).values(**changed))
    _hand_over(work, studio, f"person:{case.person_id}")
    resume_studio(work, one, studio_id)
    return filled(work, studio_id, "host", one.transition_id)


def _hand_over(work: Work, studio: Any, desk: str) -> None:
    """What waits at the old host's desk as host of this studio waits at the new one's."""
    old = f"person:{studio.host_id}"
    mine = (RUNS.c.studio_id == studio.id) & RUNS.c.ended_at.is_(None)
    owed = select(RUNS.c.subject_id).where(mine, RUNS.c.subject_kind == "duty")
    waiting = DUTIES.c.id.in_(owed) | ((DUTIES.c.studio_id == studio.id) & (DUTIES.c.waived == PAUSED))
    work.session.execute(update(DUTIES).where(waiting, DUTIES.c.responsible == old).values(responsible=desk))
    work.session.execute(update(RUNS).where(mine, RUNS.c.held_by == old, RUNS.c.branch == "host").values(held_by=desk))
    concerned = RUNS.c.subject_kind.in_(("duty", "assessment", "rectification")) | (RUNS.c.branch == "host")
    work.session.execute(update(RUNS).where(mine, RUNS.c.desk == old, concerned).values(desk=desk))
