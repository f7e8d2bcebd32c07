"""Facts of people about to join or leave a studio: its roster, held until the transaction ends, so that one place is given once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models import Body, Cycle, Duty, Person, Seat, StageRun, Studio
from models.columns import table_of
from models.facts import Facts, Roster, SeatFact, SeatFacts, WishFact
from models.locking import locks_rows
from models.queries.bodies import lineages
from models.queries.cases import Case
from models.queries.facts.ground import OPEN_DUTIES, cases_of, ground, local_date
from models.statements import among, rows

BODIES, CYCLES, DUTIES, PEOPLE = table_of(Body), table_of(Cycle), table_of(Duty), table_of(Person)
RUNS, SEATS, STUDIOS = table_of(StageRun), table_of(Seat), table_of(Studio)
OPEN_TO_MEMBERS = ("forming", "active", "suspended")

HELD = (
    select(
        SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role, SEATS.c.duty_role, SEATS.c.body_id, PEOPLE.c.name, STUDIOS.c.home_body_id
    )
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
    .join(STUDIOS, STUDIOS.c.id == SEATS.c.studio_id)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.to_on.is_(None))
    .order_by(SEATS.c.id)
)  # fmt: skip
THESE = select(STUDIOS).where(among(STUDIOS.c.id, "studios")).order_by(STUDIOS.c.id)
THESE_LOCKED = THESE.with_for_update(key_share=True)
TAKING = (
    select(STUDIOS)
    .where(STUDIOS.c.programme_id == bindparam("programme"), STUDIOS.c.standing.in_(OPEN_TO_MEMBERS))
    .order_by(STUDIOS.c.id)
)
TAKING_LOCKED = TAKING.with_for_update(key_share=True)
LAST_DAYS = (
    select(CYCLES.c.studio_id, CYCLES.c.begins_on, CYCLES.c.ends_on)
    .where(among(CYCLES.c.studio_id, "studios"))
    .order_by(CYCLES.c.number)
)
SEATED_AS = select(SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role, SEATS.c.duty_role).where(
    among(SEATS.c.person_id, "people"), SEATS.c.to_on.is_(None)
)


def seat_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of people about to join or leave. The studios are held: whoever asks for a seat in one of them waits for this act."""
    del now
    found = cases_of(session, runs)
    named = {case.studio_id for case in found.values() if case.studio_id is not None}
    central = {casts[run.version_id].programme_id for run in runs if found[run.application_id].studio_id is None}
    studios = _held(session, named, central)
    seats = seats_in(session, studios)
    schools = schools_of(
        session, {row.home_body_id for row in studios.values()} | {case.body_id for case in found.values()}
    )
    days = last_days(session, named)
    return {
        run.id: _facts(run, found[run.application_id], casts[run.version_id], studios, seats, schools, days) for run in runs
    }  # fmt: skip


def _facts(
    run: Any,
    case: Case,
    cast: Any,
    studios: Mapping[int, Any],
    seats: Mapping[int, Sequence[tuple[int, SeatFact]]],
    schools: Mapping[int, int],
    days: Mapping[int, tuple[date, date]],
) -> SeatFacts:
    stood = ground(run, case, cast)
    stood["parts"] |= {"reviewer": run.held_by or stood["parts"]["authority"]}
    asked = [
        one for one in studios.values() if case.studio_id in {None, one.id} and one.programme_id == cast.programme_id
    ]
    rosters = {
        one.id: Roster(
            one.name, tuple(seat for _, seat in seats.get(one.id, ())), schools[case.body_id] == schools[one.home_body_id],
            any(person_id == case.person_id for person_id, _ in seats.get(one.id, ())),
        )
        for one in asked
    }  # fmt: skip
    return SeatFacts(
        **stood, rosters=rosters, studio_id=case.studio_id, cycle=days.get(case.studio_id or 0),
        asked_on=local_date(case.submitted_at) if case.submitted_at else None,
    )  # fmt: skip


def _held(session: Session, studios: Collection[int], programmes: Collection[int]) -> Mapping[int, Any]:
    """These studios, and those of these programmes that take members, locked in order of id."""
    locks = locks_rows(session)
    found = list(rows(session, THESE_LOCKED if locks else THESE, studios=studios)) if studios else []
    for programme_id in sorted(programmes):
        found += rows(session, TAKING_LOCKED if locks else TAKING, programme=programme_id)
    return {row.id: row for row in found}


def hold_studio(session: Session, studio_id: int) -> Any | None:
    """A studio, held until the transaction ends; None when there is none."""
    return _held(session, {studio_id}, ()).get(studio_id)


def seats_in(session: Session, studios: Collection[int]) -> Mapping[int, Sequence[tuple[int, SeatFact]]]:
    """Who has a seat in these studios today: the person, and the seat with whether it is of the host's school."""
    if not studios:
        return {}
    found = rows(session, HELD, studios=list(studios))
    schools = schools_of(session, {body for row in found for body in (row.body_id, row.home_body_id)})
    seats: dict[int, list[tuple[int, SeatFact]]] = defaultdict(list)
    for row in found:
        own = schools[row.body_id] == schools[row.home_body_id]
        seats[row.studio_id].append((row.person_id, SeatFact(row.name, row.role, row.duty_role, own)))
    return seats


def seats_of(session: Session, studios: Collection[int]) -> Mapping[int, Sequence[SeatFact]]:
    """Who has a seat in these studios today, with whether they are of the host's school."""
    return {studio: [seat for _, seat in held] for studio, held in seats_in(session, studios).items()}


def schools_of(session: Session, bodies: Collection[int]) -> Mapping[int, int]:
    """The school that each body is or belongs to; a body that belongs to none stands for itself."""
    above = lineages(session, set(bodies))
    return {
        body: next((place.id for place in places if place.level == "school"), body) for body, places in above.items()
    }


def last_days(session: Session, studios: Collection[int]) -> Mapping[int, tuple[date, date]]:
    """First and last day of each studio's last cycle; a studio before its plaque has none."""
    return {row.studio_id: (row.begins_on, row.ends_on) for row in rows(session, LAST_DAYS, studios=list(studios))} if studios else {}  # fmt: skip


def taking_members(session: Session, programmes: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """The studios of these programmes that take members, by programme."""
    return {programme: rows(session, TAKING, programme=programme) for programme in sorted(programmes)}


def wish_facts(
    session: Session, found: Mapping[int, Case], taking: Mapping[int, Sequence[Any]], places: Mapping[int, set[str]]
) -> Mapping[int, tuple[WishFact, ...]]:
    """The studios that each application wishes for, in order, with what stands before them. `taking` and `places` by application."""
    wished = {case.id: wishes_of(case.answers) for case in found.values()}
    asked = {studio for studios in wished.values() for studio in studios}
    if not asked:
        return {}
    owed = _owed_first(session, asked)
    facts: dict[int, tuple[WishFact, ...]] = {}
    for case_id, studios in wished.items():
        known = {row.id: row.name for row in taking[case_id]}
        facts[case_id] = tuple(
            WishFact(one, known.get(one, str(one)), one in known, _titles(owed[one], places[case_id]))
            for one in studios
        )
    return facts


def wishes_of(answers: Mapping[str, Any]) -> tuple[int, ...]:
    """The studios that an application wishes for, best first, as its answers have them."""
    return tuple(int(one) for one in answers.get("wishes") or () if str(one).isdigit())


def owed_before(session: Session, studios: Collection[int], places: Collection[str]) -> Mapping[int, tuple[str, ...]]:
    """What each of these studios has still to do before any of these places (a path or a step), by name."""
    owed = _owed_first(session, studios)
    return {studio: titles for studio in studios if (titles := _titles(owed[studio], set(places)))}


def _owed_first(session: Session, studios: Collection[int]) -> Mapping[int, list[Any]]:
    owed: dict[int, list[Any]] = defaultdict(list)
    for row in rows(session, OPEN_DUTIES, studios=list(studios)) if studios else ():
        owed[row.studio_id].append(row)
    return owed


def _titles(owed: Sequence[Any], places: set[str]) -> tuple[str, ...]:
    return tuple(row.title for row in owed if places & set(row.blocks))


def seats_held_by(session: Session, people: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """The seats that these people have today."""
    held: dict[int, list[Any]] = defaultdict(list)
    for row in rows(session, SEATED_AS, people=list(people)) if people else ():
        held[row.person_id].append(row)
    return held
