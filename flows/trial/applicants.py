"""Applicants (申报人): people of the roster who meet the criteria; where there are too few, made-up ones in the real schools."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import cycle, islice
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from flows.engine.calendar import WorkCalendar
from flows.office.rounds import county_of
from flows.programme import Programme
from flows.programme.criteria import check, unmet
from flows.programme.steps import Path
from flows.rehearsal.profiles import Ground, fitting
from flows.trial.bureau import TrialBureau
from flows.trial.expecting import WORKPLACES, Expected
from models import Body, Post, Studio
from models.columns import table_of
from models.facts import PersonFacts
from models.queries.bodies import lineages
from models.queries.people import person_facts
from models.session import reading

BODIES, POSTS, STUDIOS = table_of(Body), table_of(Post), table_of(Studio)
HOSTED = ("forming", "active", "suspended")
MOST_LOOKED_AT = 4000
NOT_YET = date.max


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who will apply: the name their papers are kept under, the day, of what kind, and whether they are in the roster."""

    person_id: int
    name: str
    county: int
    kind: str = ""
    known: bool = True
    on: date = NOT_YET


def applicants(bureau: TrialBureau, path: Path, row: Any, expected: Expected) -> list[Applicant]:
    """Who applies and when: from the roster first, county by county. Fewer where only those who run studios may ask."""
    there: dict[int, list[Applicant]] = defaultdict(list)
    for one in _from_roster(bureau, path, row):
        there[one.county].append(one)
    found: list[Applicant] = []
    for county, wanted in expected.by_county.items():
        found += there[county][:wanted]
        if path.gives not in {"level", "cycle"}:
            missing = wanted - len(there[county])
            found += _made_up(bureau, path, row, county, range(len(found), len(found) + max(missing, 0)))
    with bureau.at_work() as work:
        days = _days(work.calendar, max(row.opens_on, bureau.today), row.closes_on, len(found))
    return [replace(one, on=on) for one, on in zip(found, days, strict=True)]


def _days(calendar: WorkCalendar, first: date, last: date, number: int) -> Iterator[date]:
    """The working days on which so many apply: few at first, most towards the end, as people do."""
    span = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    working = [day for day in span if calendar.is_working(day)] or [last]
    for n in range(number):
        yield working[int(len(working) * ((n * 7919 % number + 0.5) / number) ** 0.5)]


# People of the roster


def _from_roster(bureau: TrialBureau, path: Path, row: Any) -> Iterator[Applicant]:
    """Those who may ask and meet the criteria, by id; papers are taken as handed in. Whom a host would take, no roster says."""
    role = bureau.programme.roles_of(path)[0]
    if path.gives == "seat":
        return
    for person, county, kind in _hosts(bureau, row) if path.gives in {"level", "cycle"} else _fit(bureau, role, row):
        ground = Ground(row.closes_on, "", bureau.programme.level, kind=kind)
        bureau.profiles[f"person:{person}"] = fitting(bureau.programme.criteria(role), ground)
        yield Applicant(person, f"person:{person}", county, kind)


def _fit(bureau: TrialBureau, role: str, row: Any) -> Iterator[tuple[int, int, str]]:
    with reading(bureau.engine) as session:
        facts = person_facts(session, _in_post(session, row.opens_on), row.closes_on)
        above = lineages(session, {one.body_id for one in facts.values() if one.body_id is not None})
    for person, known in sorted(facts.items()):
        kind = _kind_that_fits(bureau.programme, role, known, row, bureau.authority_id)
        if kind is not None and known.body_id is not None:
            yield person, county_of(above[known.body_id]) or 0, kind


def _kind_that_fits(programme: Programme, role: str, known: PersonFacts, row: Any, authority_id: int) -> str | None:
    """The first kind whose criteria somebody meets; None for none."""
    criteria = programme.criteria(role)
    for kind in list(programme.kinds) or [""]:
        papers = frozenset(fitting(criteria, Ground(row.closes_on, "", programme.level, kind=kind)).papers)
        found = check(
            criteria, known, row.closes_on, kind=kind, authority_body_id=authority_id, attached=papers, applied_on=row.opens_on
        )  # fmt: skip
        if not unmet(found):
            return kind
    return None


def _in_post(session: Session, on: date) -> list[int]:
    """Everybody in post below the authority who runs no studio, by id."""
    hosting = select(STUDIOS.c.host_id).where(STUDIOS.c.standing.in_(HOSTED))
    return list(session.execute(
        select(POSTS.c.person_id)
        .join(BODIES, BODIES.c.id == POSTS.c.body_id)
        .where(BODIES.c.level.in_(WORKPLACES), BODIES.c.until.is_(None), POSTS.c.person_id.not_in(hosting))
        .where(or_(POSTS.c.from_on.is_(None), POSTS.c.from_on <= on), or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= on))
        .distinct()
        .order_by(POSTS.c.person_id)
        .limit(MOST_LOOKED_AT)
    ).scalars())  # fmt: skip


def _hosts(bureau: TrialBureau, row: Any) -> Iterator[tuple[int, int, str]]:
    """Who asks for a higher level or to go on runs a studio already."""
    studios = studios_of(bureau, row.version_id)
    with reading(bureau.engine) as session:
        above = lineages(session, {one.home_body_id for one in studios})
    for one in studios:
        yield one.host_id, county_of(above[one.home_body_id]) or 0, one.kind


def studios_of(bureau: TrialBureau, version_id: int) -> Sequence[Any]:
    """The studios of a version's programme that run or are being set up, by id."""
    with bureau.at_work() as work:
        programme_id = work.book.cast(work.session, version_id).programme_id
        return work.session.execute(
            select(STUDIOS)
            .where(STUDIOS.c.programme_id == programme_id, STUDIOS.c.standing.in_(HOSTED))
            .order_by(STUDIOS.c.id)
        ).all()


# Made-up people


def _made_up(bureau: TrialBureau, path: Path, row: Any, county: int, numbers: range) -> Iterator[Applicant]:
    """People who meet the criteria, shared out over the schools of a county."""
    role = bureau.programme.roles_of(path)[0]
    schools, kinds = _workplaces(bureau, county), list(bureau.programme.kinds) or [""]
    if not schools:
        return
    for n, code in zip(numbers, islice(cycle(schools), len(numbers)), strict=True):
        name, kind = f"拟申报人{n + 1}", kinds[n % len(kinds)]
        person = bureau.person(name, role, on=row.closes_on, body=code, kind=kind)
        bureau.names[f"person:{person}"] = name
        yield Applicant(person, name, county, kind, known=False)


def _workplaces(bureau: TrialBureau, county: int) -> Sequence[str]:
    """The codes of the schools of a county, by id."""
    if not bureau.workplaces:
        found: Mapping[int, list[str]] = defaultdict(list)
        with reading(bureau.engine) as session:
            rows = session.execute(
                select(BODIES.c.id, BODIES.c.code)
                .where(BODIES.c.level.in_(WORKPLACES), BODIES.c.until.is_(None))
                .order_by(BODIES.c.id)
            ).all()
            above = lineages(session, {row.id for row in rows})
        for row in rows:
            found[county_of(above[row.id]) or 0].append(row.code)
        bureau.workplaces = found
    return bureau.workplaces.get(county, [])
