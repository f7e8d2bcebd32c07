"""Eligibility in a running cycle (任职资格变动): whose seat rests on a post that they no longer hold; reported, nothing follows by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme import Programme
from flows.programme.criteria import Check, check, unmet
from flows.programme.entries import Criterion
from flows.programme.loading import origin_of
from flows.regulations import programme_under
from models import Cycle, Person, Seat, Studio
from models.columns import table_of
from models.queries.people import person_facts

CYCLES, PEOPLE, SEATS, STUDIOS = table_of(Cycle), table_of(Person), table_of(Seat), table_of(Studio)
# What somebody can lose. Age and years are looked at once, at admission (双名 8.12).
LOSABLE = frozenset({"post", "employment", "area"})


@dataclass(frozen=True, slots=True)
class Unfit:
    """A seat whose holder no longer has what the text asks of the role, with each criterion and its clause."""

    seat_id: int
    studio_id: int
    studio: str
    person: str
    role: str
    checks: tuple[Check, ...]


def seats_in_doubt(work: Work, studio_ids: Collection[int]) -> Sequence[Unfit]:
    """The seats of running cycles of these studios whose holders have lost a post, their establishment or their area.

    For a person of the office to look at, who may note the loss; nothing is opened (D-NOSANCTION). A fixed number of queries.
    """
    today = local_day(work.now)
    seats = _running_seats(work, studio_ids)
    people = person_facts(work.session, {seat.person_id for seat in seats}, today)
    found = [(seat, _lost(work, seat, people)) for seat in seats]
    return [
        Unfit(seat.id, seat.studio_id, seat.studio, seat.person, seat.role, checks) for seat, checks in found if checks
    ]


def _running_seats(work: Work, studio_ids: Collection[int]) -> Sequence[Any]:
    today = local_day(work.now)
    running = (CYCLES.c.studio_id == STUDIOS.c.id) & (CYCLES.c.begins_on <= today) & (CYCLES.c.ends_on >= today)
    return work.session.execute(
        select(
            SEATS, STUDIOS.c.name.label("studio"), STUDIOS.c.kind, PEOPLE.c.name.label("person"), CYCLES.c.version_id
        )
        .join(STUDIOS, STUDIOS.c.id == SEATS.c.studio_id)
        .join(CYCLES, running)
        .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
        .where(SEATS.c.studio_id.in_(list(studio_ids)), SEATS.c.to_on.is_(None))
        .order_by(SEATS.c.studio_id, SEATS.c.id)
    ).all()


def _lost(work: Work, seat: Any, people: Mapping[int, Any]) -> tuple[Check, ...]:
    programme = programme_under(work, seat.version_id)
    role = programme.people.get(seat.role)
    asked = [(n, one) for n, one in enumerate(role.criteria) if _losable(one)] if role is not None and role.loss else []
    if not asked or seat.person_id not in people:
        return ()
    found = check(
        [one for _, one in asked], people[seat.person_id], local_day(work.now), kind=seat.kind,
        authority_body_id=work.book.cast(work.session, seat.version_id).authority_id,
        origins=lambda place: _origin(programme, seat.role, asked, place),
    )  # fmt: skip
    return tuple(unmet(found))


def _losable(one: Criterion) -> bool:
    return one.fact in LOSABLE and one.if_not != "warn"


def _origin(programme: Programme, role: str, asked: Sequence[tuple[int, Criterion]], place: str) -> Mapping[str, Any]:
    n = asked[int(place.removeprefix("criteria."))][0]
    return origin_of(programme, f"people.{role}.criteria.{n}").as_row()
