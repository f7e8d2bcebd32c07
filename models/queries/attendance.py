"""Attendance (考勤): of the activities held in a span of days, how many each seat was at, missed, or had leave for; two queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlmodel import Session

from models import Attendance, Leave, Person, Record, RecordStudio, Seat
from models.columns import table_of
from models.statements import among, rows

ATTENDANCES, RECORDS, SHARED, SEATS = table_of(Attendance), table_of(Record), table_of(RecordStudio), table_of(Seat)
LEAVES, PEOPLE = table_of(Leave), table_of(Person)
FIRST, LAST = (bindparam(name, type_=SEATS.c.from_on.type) for name in ("first", "last"))
SEATED = (
    select(
        SEATS.c.id, SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role, SEATS.c.from_on, SEATS.c.to_on, PEOPLE.c.name
    )
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.from_on <= LAST)
    .where(or_(SEATS.c.to_on.is_(None), SEATS.c.to_on >= FIRST))
    .order_by(SEATS.c.id)
)
HELD_THEN = (RECORDS.c.standing == "held") & (RECORDS.c.held_on >= FIRST) & (RECORDS.c.held_on <= LAST)
OWN = select(RECORDS.c.studio_id, RECORDS.c.id).where(among(RECORDS.c.studio_id, "studios"), HELD_THEN)
TAKEN_PART = select(SHARED.c.studio_id, SHARED.c.record_id.label("id")).where(among(SHARED.c.studio_id, "studios"))
OF_STUDIO = OWN.union(TAKEN_PART).subquery()
# Late or refused leave is absence (北海 八1); a mark of leave that nobody asked for was entered by whoever kept the list.
NO_LEAVE = LEAVES.c.id.is_not(None) & or_(
    LEAVES.c.answer != "granted", and_(RECORDS.c.starts_at.is_not(None), LEAVES.c.asked_at >= RECORDS.c.starts_at)
)
MARK = case((and_(ATTENDANCES.c.mark == "leave", NO_LEAVE), "absent"), else_=ATTENDANCES.c.mark)
COUNTED = (
    select(
        SEATS.c.id, func.count().label("held"), func.sum(case((MARK == "absent", 1), else_=0)).label("missed"),
        func.sum(case((MARK == "leave", 1), else_=0)).label("on_leave"),
    )
    .select_from(OF_STUDIO)
    .join(RECORDS, RECORDS.c.id == OF_STUDIO.c.id)
    .join(ATTENDANCES, ATTENDANCES.c.record_id == RECORDS.c.id)
    .join(SEATS, (SEATS.c.studio_id == OF_STUDIO.c.studio_id) & (SEATS.c.person_id == ATTENDANCES.c.person_id))
    .outerjoin(LEAVES, (LEAVES.c.record_id == RECORDS.c.id) & (LEAVES.c.person_id == ATTENDANCES.c.person_id))
    .where(HELD_THEN, SEATS.c.from_on <= RECORDS.c.held_on)
    .where(or_(SEATS.c.to_on.is_(None), SEATS.c.to_on >= RECORDS.c.held_on))
    .group_by(SEATS.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """How one seat kept to the activities of its studio: held while it was there, missed without leave, with leave granted.

    `left`: whether it has ended.
    """

    seat_id: int
    studio_id: int
    person_id: int
    role: str
    name: str
    left: bool
    held: int = 0
    missed: int = 0
    on_leave: int = 0


def attendance_of(session: Session, studios: Collection[int], first: date, last: date) -> Mapping[int, Kept]:
    """By seat, for every seat of these studios in these days, both counted; activities where nobody was marked are none.

    Leave that was granted is no absence (北海 八1).
    """
    counted = {row.id: row for row in rows(session, COUNTED, studios=studios, first=first, last=last)}
    found = {}
    for seat in rows(session, SEATED, studios=studios, first=first, last=last):
        kept, left = counted.get(seat.id), seat.to_on is not None
        numbers = (kept.held, kept.missed, kept.on_leave) if kept is not None else ()
        found[seat.id] = Kept(seat.id, seat.studio_id, seat.person_id, seat.role, seat.name, left, *numbers)
    return found


def presence(session: Session, studio_id: int, first: date, last: date) -> Mapping[int, tuple[int, int]]:
    """How often each person of a studio was there, of how many activities held while they had a seat in these days.

    Whoever had leave that was granted missed nothing.
    """
    found: dict[int, tuple[int, int]] = {}
    for seat in attendance_of(session, [studio_id], first, last).values():
        there, held = found.get(seat.person_id, (0, 0))
        found[seat.person_id] = (there + seat.held - seat.missed, held + seat.held)
    return found
