"""Population (人员和工作室): a bureau with as many studios as asked for, each with a host and a roster just large enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from flows.engine.calendar import WorkCalendar, at_local
from flows.engine.consequences.cycles import cycle_end, first_day
from flows.programme import Programme
from flows.rehearsal.bodies import homes
from flows.rehearsal.bureau import OFFICE_HOUR, Bureau
from flows.rehearsal.profiles import Ground, Held, Profile, fitting
from models import Credential, Cycle, Person, Post, Seat, Studio
from models.columns import table_of
from models.statements import insert_rows

CYCLES, PEOPLE, POSTS, SEATS, STUDIOS = (table_of(one) for one in (Cycle, Person, Post, Seat, Studio))

MEMBER = Profile(date(1990, 5, 5), "", (Held("teacher", date(2012, 9, 1)),))


@dataclass(frozen=True, slots=True)
class Chair:
    """One seat to be filled: the role, the further role within it, and whether at the host's own school."""

    role: str
    duty_role: str
    own_school: bool


def settle(programme: Programme, studios: int, begins_on: date) -> Bureau:
    """A bureau whose studios all hang their plaques on one day; their first cycle opens as that day does.

    Hosts meet the criteria also on the day on which they may ask to go on.
    """
    bureau = Bureau(programme, at_local(begins_on, OFFICE_HOUR))
    bureau.found({}, {})
    home_name, other_name = homes(programme)
    home, other = bureau.bodies[home_name], bureau.bodies[other_name]
    chairs = list(roster(programme))
    kinds = list(programme.kinds) or [""]
    with bureau.at_work() as work:
        first, last = _cycle(programme, begins_on, work.calendar)
        fit = [
            fitting(programme.criteria("host"), Ground(last, home_name, programme.level, kind=kind)) for kind in kinds
        ]
        hosts = _people(work.session, [(f"主持人{n}", home) for n in range(1, studios + 1)], fit)
        programme_id = work.book.cast(work.session, bureau.version_id).programme_id
        made = insert_rows(work.session, STUDIOS, [
            {"programme_id": programme_id, "name": f"工作室{n + 1}", "kind": kinds[n % len(kinds)], "level": programme.level, "host_id": host,
             "home_body_id": home, "base_name": "", "standing": "active", "made_at": work.now}
            for n, host in enumerate(hosts)
        ])  # fmt: skip
        places = [(chair, home if chair.own_school else other) for chair in chairs]
        members = _people(
            work.session,
            [(f"成员{n}-{k}", body) for n in range(1, studios + 1) for k, (_, body) in enumerate(places, 1)],
            [MEMBER],
        )
        seats = [_seat(studio, host, "host", "", home, first) for studio, host in zip(made, hosts, strict=True)]
        seats += [
            _seat(studio, members[n * len(chairs) + k], chair.role, chair.duty_role, body, first)
            for n, studio in enumerate(made)
            for k, (chair, body) in enumerate(places)
        ]
        insert_rows(work.session, SEATS, seats)
        insert_rows(work.session, CYCLES, [
            {"studio_id": one, "number": 1, "version_id": bureau.version_id, "begins_on": first, "ends_on": last, "opens_next_on": first}
            for one in made
        ])  # fmt: skip
    return bureau


def _cycle(programme: Programme, begins_on: date, calendar: WorkCalendar) -> tuple[date, date]:
    first = first_day(programme.cycle.starts, begins_on)
    return first, cycle_end(first, programme.cycle_length(), calendar)


def roster(programme: Programme) -> Iterator[Chair]:
    """The least roster that the text asks for; where it only says at most, half of that."""
    inner = [
        role.name
        for role in programme.people.values()
        if role.within is not None
        for _ in range(max((limit.least or 0 for limit in role.number), default=0))
    ]
    for role in programme.member_roles():
        if role.within is None:
            for _ in range(_heads(role.number)):
                duty = inner.pop(0) if inner else ""
                yield Chair(role.name, duty, bool(duty))


def _heads(number: Any) -> int:
    least = max((limit.least or limit.about or 0 for limit in number), default=0)
    most = max((limit.most or 0 for limit in number), default=0)
    return least or (most + 1) // 2


def _people(session: Session, wanted: Sequence[tuple[str, int]], fit: Sequence[Profile]) -> list[int]:
    """Store these people, each with what the profile of their kind has earned; returns their ids."""
    if not wanted:
        return []
    profiles = [fit[n % len(fit)] for n in range(len(wanted))]
    ids = list(insert_rows(session, PEOPLE, [
        {"staff_no": name, "name": name, "email": f"{name}@simulation.example", "born_on": one.born_on, "school_stage": one.school_stage}
        for (name, _), one in zip(wanted, profiles, strict=True)
    ]))  # fmt: skip
    insert_rows(session, POSTS, [
        {"person_id": person, "body_id": body, "kind": post.kind, "subject": one.subject, "established": one.established, "from_on": post.since}
        for person, (_, body), one in zip(ids, wanted, profiles, strict=True)
        for post in one.posts or (Held("teacher", date(2010, 9, 1)),)
    ])  # fmt: skip
    for person, one in zip(ids, profiles, strict=True):
        for credential in one.credentials:
            session.add(Credential(person_id=person, **credential))
    session.flush()
    return ids


def _seat(studio: int, person: int, role: str, duty_role: str, body: int, from_on: date) -> dict[str, Any]:
    return {
        "studio_id": studio, "person_id": person, "role": role, "duty_role": duty_role, "body_id": body, "from_on": from_on, "why_ended": "",
    }  # fmt: skip
