"""Monthly life (日常): activities with attendance, and the members who leave."""

from functools import partial
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import at_local
from flows.engine.work import Work
from flows.office.seats import begin_seat
from flows.rehearsal.bureau import Bureau
from flows.simulation.crowd import Crowd
from models import Attendance, Record, Seat, Studio
from models.columns import table_of
from models.statements import insert_rows, rows

ATTENDANCE, RECORDS, SEATS, STUDIOS = (table_of(one) for one in (Attendance, Record, Seat, Studio))
MONTHS, HOUR, ABSENT = 12, 14, 80
ACTIVE = select(STUDIOS.c.id, STUDIOS.c.host_id).where(STUDIOS.c.standing == "active").order_by(STUDIOS.c.id)
SEATED = (
    select(SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role)
    .where(SEATS.c.to_on.is_(None), SEATS.c.role != "host")
    .order_by(SEATS.c.id)
)


def meet_monthly(bureau: Bureau, crowd: Crowd) -> None:
    """Where attendance counts, every studio meets once a month, and now and then somebody is absent."""
    if bureau.programme.attendance is None:
        return
    with bureau.at_work() as work:
        studios = rows(work.session, ACTIVE)
        held_at = at_local(bureau.today, HOUR)
        if not studios:
            return
        made = insert_rows(work.session, RECORDS, [
            {"kind": "activity", "title": "月度活动", "studio_id": one.id, "standing": "held", "held_on": bureau.today, "starts_at": held_at,
             "place": "", "theme": "", "agenda": [], "level": "", "published": False, "link": "", "content": {}, "filed_by": one.host_id,
             "filed_at": held_at}
            for one in studios
        ])  # fmt: skip
        records = {one.id: record for one, record in zip(studios, made, strict=True)}
        present = [
            {"record_id": records[row.studio_id], "person_id": row.person_id, "noted_at": held_at,
             "mark": "absent" if crowd.rates.happens(ABSENT, crowd.chance) else "present"}
            for row in rows(work.session, SEATED)
            if row.studio_id in records
        ]  # fmt: skip
        if present:
            insert_rows(work.session, ATTENDANCE, present)


def let_members_leave(bureau: Bureau, crowd: Crowd) -> None:
    """Somebody asks to leave, at the yearly rate; the path does the rest."""
    path = next(iter(bureau.programme.paths_giving("exit")), None)
    if path is None:
        return
    with bureau.at_work() as work:
        active = {row.id for row in rows(work.session, ACTIVE)}
        seated = [row for row in rows(work.session, SEATED) if row.studio_id in active]
    for row in seated:
        if crowd.chance.randrange(1000 * MONTHS) < crowd.rates.leaver:
            crowd.try_to(partial(_ask_to_leave, crowd, path.name, row))


def _ask_to_leave(crowd: Crowd, path: str, row: Any, work: Work) -> None:
    begin_seat(work, crowd.actor, crowd.bureau.version_id, path, row.studio_id, row.person_id, row.role)
