"""Units (对象): for whom a duty is opened (the studio, each of a role, each school), who answers for it, and who receives it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select

from flows.engine.calendar import local_day
from flows.engine.rulebook import Cast
from flows.engine.steps import desk_of
from flows.engine.work import Work
from flows.opening.cycles import RunningCycle
from flows.programme import Programme
from flows.programme.schema import Obligation
from models import Cycle, Person, Seat
from models.columns import table_of
from models.queries.bodies import Place, lineages
from models.statements import among, rows

SEATS, PEOPLE, CYCLES = table_of(Seat), table_of(Person), table_of(Cycle)
TODAY = bindparam("today", type_=SEATS.c.from_on.type)
HELD = (
    select(
        SEATS.c.studio_id,
        SEATS.c.person_id,
        SEATS.c.role,
        SEATS.c.duty_role,
        SEATS.c.body_id,
        SEATS.c.from_on,
        PEOPLE.c.name,
    )
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.from_on <= TODAY)
    .where(or_(SEATS.c.to_on.is_(None), SEATS.c.to_on >= TODAY))
    .order_by(SEATS.c.id)
)
JOINED = (
    select(CYCLES.c.id, SEATS.c.from_on)
    .join(SEATS, (SEATS.c.studio_id == CYCLES.c.studio_id) & (SEATS.c.from_on >= CYCLES.c.opened_to))
    .where(among(CYCLES.c.id, "cycles"), SEATS.c.role != "host", SEATS.c.to_on.is_(None), SEATS.c.from_on <= TODAY)
    .distinct()
    .order_by(CYCLES.c.id, SEATS.c.from_on.desc())
)


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat as openings see it."""

    studio_id: int
    person_id: int
    role: str
    duty_role: str
    body_id: int
    from_on: date
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One for whom a duty is opened; `body_id`: the body above which its tiers are found."""

    kind: str
    id: int
    name: str
    body_id: int
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Concerned:
    person_id: int
    host_id: int | None


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part in the studios of a chunk: seats and the bodies above them, read once."""

    seats: Mapping[int, Sequence[SeatHeld]]
    above: Mapping[int, Sequence[Place]]

    def units(self, programme: Programme, each: str, cycle: RunningCycle, joined: date | None = None) -> list[Unit]:
        """For whom an obligation is owed: the studio itself, each holder of a role, or each school of a member.

        `joined`: only of those whose seat began on that day or later.
        """
        if not each:
            return [Unit("studio", cycle.studio_id, "", cycle.home_body_id)]
        held = [one for one in self.seats.get(cycle.studio_id, ()) if joined is None or one.from_on >= joined]
        if each == "school":
            return self._schools([one for one in held if one.role in _member_roles(programme)])
        wanted = _member_roles(programme) if each == "member" else {each}
        holding = [one for one in held if one.role in wanted or one.duty_role in wanted]
        return [Unit(each, one.person_id, one.name, one.body_id, one.person_id) for one in holding]

    def _schools(self, held: Sequence[SeatHeld]) -> list[Unit]:
        schools: dict[int, Unit] = {}
        for one in held:
            places = self.above.get(one.body_id, ())
            school = next((place for place in places if place.level == "school"), places[0] if places else None)
            if school is not None:
                schools.setdefault(school.id, Unit("school", school.id, school.name, school.id))
        return list(schools.values())

    def responsible(self, who: str, unit: Unit, cycle: RunningCycle, cast: Cast) -> str:
        """The desk of whoever answers for a duty: the unit itself where the text names nobody, else the studio's host."""
        host = f"person:{cycle.host_id}"
        if who in {"", "member"} and unit.person_id is not None:
            return f"person:{unit.person_id}"
        if not who and unit.kind == "school":
            return f"body:{unit.id}"
        if who in cast.levels or who in cast.bodies or who in {"authority", "office"}:
            return self.desk(who, unit, cycle, cast)
        seats = self.seats.get(cycle.studio_id, ())
        holder = next((one.person_id for one in seats if who in {one.role, one.duty_role}), None)
        return f"person:{holder}" if holder is not None and who != "host" else host

    def desk(self, who: str, unit: Unit, cycle: RunningCycle, cast: Cast) -> str:
        """The desk of a body of the programme for a unit: above its school, else above the host's."""
        concerned = _Concerned(unit.person_id or cycle.host_id, cycle.host_id)
        return desk_of(who, cast, concerned, self.above.get(unit.body_id, ()))


def party_of(work: Work, cycles: Collection[RunningCycle], owed: Sequence[Obligation], today: date) -> Party:
    """Read what these obligations ask of the studios: seats only where one is owed by or for a role, bodies where a tier is."""
    seats: dict[int, list[SeatHeld]] = {}
    if any(one.each or one.who not in {None, "host", "studio", "named"} for one in owed):
        for row in rows(work.session, HELD, studios={one.studio_id for one in cycles}, today=today):
            seats.setdefault(row.studio_id, []).append(SeatHeld(*row))
    if not any(one.to or one.each == "school" or one.who not in {None, "host", "studio", "named"} for one in owed):
        return Party(seats, {})
    bodies = {one.home_body_id for one in cycles} | {held.body_id for some in seats.values() for held in some}
    return Party(seats, lineages(work.session, bodies))


def desks_above(work: Work, cycle: RunningCycle, who: Collection[str]) -> list[str]:
    """The desks of these parts of the programme for one studio."""
    above = lineages(work.session, [cycle.home_body_id])[cycle.home_body_id]
    cast = work.book.cast(work.session, cycle.version_id)
    return [desk_of(one, cast, _Concerned(cycle.host_id, cycle.host_id), above) for one in sorted(who)]


def days_of_new_seats(work: Work, cycles: Sequence[RunningCycle]) -> Mapping[int, list[date]]:
    """By cycle, the days since something of it was last opened on which its studio seated somebody, the latest first."""
    opened = [one.id for one in cycles if one.opened_to is not None]
    found: dict[int, list[date]] = {}
    for row in rows(work.session, JOINED, cycles=opened, today=local_day(work.now)) if opened else ():
        found.setdefault(row.id, []).append(row.from_on)
    return found


def _member_roles(programme: Programme) -> set[str]:
    return {role.name for role in programme.member_roles() if role.within is None}
