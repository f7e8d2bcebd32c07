"""A studio at the door (工作室): whether a visitor may enter it, and as whom; every page of a studio begins here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.calendar import add_months
from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.programme import Programme, origin_of
from models.queries.accounts import offices_of
from models.queries.bodies import keys_of
from models.queries.scope import overseen_studios, visible_studios
from models.queries.studios import cycles_of, seats_of_studio, studio_seen
from web.display import Provenance
from web.views.cases import provenance_of
from web.visit import Visit

YEAR = 12  # months


@dataclass(frozen=True)
class Door:
    """A studio as one visitor enters it: as its host, as one of its members, or as somebody who oversees it."""

    studio: Any
    cycles: tuple[Any, ...]
    cycle: Any | None
    seats: tuple[Any, ...]
    programme: Programme
    version_id: int | None
    today: date
    hosts: bool
    oversees: bool
    seat: Any | None

    @property
    def sees_all(self) -> bool:
        """Whether everything of the studio is shown: to its host, and to those who oversee it."""
        return self.hosts or self.oversees

    @property
    def runs(self) -> bool:
        """Whether the studio is not over."""
        return self.studio.standing in {"forming", "active", "suspended"}

    @property
    def address(self) -> str:
        """The page of the programme version that the studio runs under."""
        number = self.cycle.version_number if self.cycle is not None else ""
        return f"/programmes/{self.studio.code}/{number}".rstrip("/")

    @property
    def year(self) -> tuple[int, date, date]:
        """The year of the cycle one is in: its number and days; the calendar year before there is a cycle."""
        if self.cycle is None:
            return 1, date(self.today.year, 1, 1), date(self.today.year, 12, 31)
        return year_of(self.cycle.begins_on, self.cycle.ends_on, self.today)

    def origin(self, place: str) -> Provenance | None:
        """Where a value of the programme comes from, as a mark that leads to its clause."""
        return provenance_of(origin_of(self.programme, place).as_row(), self.address)


def year_of(begins_on: date, ends_on: date, day: date) -> tuple[int, date, date]:
    """The number, first and last day of the year of a cycle that a day falls in; days outside belong to the nearest year."""
    day, number = min(max(day, begins_on), ends_on), 1
    while add_months(begins_on, YEAR * number) <= day:
        number += 1
    after = add_months(begins_on, YEAR * number)
    return number, add_months(begins_on, YEAR * (number - 1)), min(date.fromordinal(after.toordinal() - 1), ends_on)


def enter(visit: Visit, work: Work, studio_id: int) -> Door:
    """Let a visitor in. Raises NotFound, the same for what does not exist and what is not theirs to see."""
    visitor = visit.visitor
    return _enter(visit, work, studio_id, visitor.person_id or 0, visitor.body_ids, visitor.keys)


def enter_for(visit: Visit, work: Work, studio_id: int, person_id: int) -> Door:
    """Let in the person whose key was shown, as they could enter today. Raises NotFound."""
    keys = keys_of(work.session, person_id, visit.today)
    offices = offices_of(work.session, person_id, visit.today)
    bodies = [one.body_id for one in offices if one.role in {"administrator", "officer", "viewer"}]
    return _enter(visit, work, studio_id, person_id, bodies, keys)


def _enter(
    visit: Visit, work: Work, studio_id: int, person_id: int, bodies: Sequence[int], keys: frozenset[str]
) -> Door:
    session, today = work.session, visit.today
    desks = [key for key in keys if key.startswith("body:")]
    studio = studio_seen(session, studio_id, visible_studios(person_id, bodies, desks))
    if studio is None:
        raise NotFound
    seats, cycles = tuple(seats_of_studio(session, studio_id)), tuple(cycles_of(session, studio_id))
    hosts = studio.host_id == person_id
    seat = next((one for one in seats if one.person_id == person_id), None)
    oversees = seat is None and not hosts
    if not oversees and bodies:
        oversees = studio_seen(session, studio_id, overseen_studios(bodies)) is not None
    cycle = next((one for one in cycles if one.begins_on <= today), cycles[-1] if cycles else None)
    version_id = cycle.version_id if cycle is not None else work.book.version_on(session, studio.programme_id, today)
    if version_id is None:
        raise NotFound
    programme = visit.book.programme(session, version_id)
    return Door(studio, cycles, cycle, seats, programme, version_id, today, hosts, oversees, seat)


def enter_as_host(visit: Visit, work: Work, studio_id: int) -> Door:
    """Let in whoever may see all of a studio; a member is not let in. Raises NotFound."""
    door = enter(visit, work, studio_id)
    if not door.sees_all:
        raise NotFound
    return door


def keeps_activities(door: Door) -> bool:
    """Whether the visitor keeps the studio's activities: the host and assistants do."""
    assists = door.seat is not None and "assistant" in {door.seat.role, door.seat.duty_role}
    return (door.hosts or assists) and door.runs
