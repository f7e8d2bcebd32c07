"""Cases: the application behind a run, with the names, the school, the round and its dates; one query for many."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlmodel import Session

from models import Application, Body, Listing, ListingEntry, Person, Round, StageRun, Studio
from models.columns import table_of
from models.statements import among, rows
from models.values import dataclass

APPLICATIONS, PEOPLE, BODIES = table_of(Application), table_of(Person), table_of(Body)
ROUNDS, STUDIOS, RUNS = table_of(Round), table_of(Studio), table_of(StageRun)
LISTINGS, ENTRIES = table_of(Listing), table_of(ListingEntry)


@dataclass(frozen=True, slots=True)
class Case:
    """An application as the engine sees it."""

    id: int
    path: str
    gives: str
    role: str
    person_id: int
    person_name: str
    body_id: int
    body_name: str
    county_id: int | None
    direct: bool
    made_by: int | None
    number: str | None
    kind: str
    subject: str
    school_stage: str
    studio_name: str
    round_id: int | None
    studio_id: int | None
    cycle_id: int | None
    host_id: int | None
    home_body_id: int | None
    answers: Mapping[str, Any]
    submitted_at: datetime | None
    outcome: str | None
    opens_on: date | None
    closes_on: date | None
    timetable: Mapping[str, Any] = field(default_factory=dict)
    round_title: str = ""
    prefix: str = ""
    year: int | None = None
    listed: bool = False


_LISTED = (
    exists()
    .where(ENTRIES.c.run_id == RUNS.c.id, RUNS.c.application_id == APPLICATIONS.c.id)
    .where(LISTINGS.c.id == ENTRIES.c.listing_id, LISTINGS.c.made_at.is_not(None))
    .where(LISTINGS.c.act.in_(("rank", "post", "announce")), ENTRIES.c.outcome.is_distinct_from("rejected"))
)
CASES = (
    select(
        APPLICATIONS,
        PEOPLE.c.name.label("person_name"),
        BODIES.c.name.label("body_name"),
        STUDIOS.c.host_id,
        STUDIOS.c.home_body_id,
        ROUNDS.c.opens_on,
        ROUNDS.c.closes_on.label("round_closes_on"),
        ROUNDS.c.timetable,
        ROUNDS.c.title.label("round_title"),
        ROUNDS.c.prefix,
        ROUNDS.c.year,
        _LISTED.label("listed"),
    )
    .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
    .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
    .outerjoin(ROUNDS, ROUNDS.c.id == APPLICATIONS.c.round_id)
    .outerjoin(STUDIOS, STUDIOS.c.id == APPLICATIONS.c.studio_id)
    .where(among(APPLICATIONS.c.id, "applications"))
)


def cases(session: Session, application_ids: Iterable[int | None]) -> Mapping[int, Case]:
    """The cases of these applications, by id; inside `keeping_cases` each is read once."""
    ids = {one for one in application_ids if one is not None}
    kept: dict[int, Case] = session.info.get("cases", {})
    missing = ids - kept.keys()
    if missing:
        kept |= {row.id: _case(row) for row in rows(session, CASES, applications=missing)}
    return {one: kept[one] for one in ids if one in kept}


@contextmanager
def keeping_cases(session: Session) -> Iterator[None]:
    """While one move is made, cases are read once; who changes what a case says calls `forget_cases`."""
    before = session.info.get("cases")
    session.info["cases"] = {}
    try:
        yield
    finally:
        session.info.pop("cases")
        if before is not None:
            session.info["cases"] = {}


def forget_cases(session: Session) -> None:
    """From here on cases are read anew."""
    if "cases" in session.info:
        session.info["cases"] = {}


def _case(row: Any) -> Case:
    return Case(
        id=row.id, path=row.path, gives=row.gives, role=row.role, person_id=row.person_id, person_name=row.person_name,
        body_id=row.body_id, body_name=row.body_name, county_id=row.county_id, direct=row.direct, made_by=row.made_by, number=row.number, kind=row.kind,
        subject=row.subject, school_stage=row.school_stage, studio_name=row.studio_name, round_id=row.round_id,
        studio_id=row.studio_id, cycle_id=row.cycle_id, host_id=row.host_id, home_body_id=row.home_body_id, answers=row.answers, submitted_at=row.submitted_at,
        outcome=row.outcome, opens_on=row.opens_on, closes_on=row.closes_on or row.round_closes_on,
        timetable=row.timetable or {}, round_title=row.round_title or "", prefix=row.prefix or "", year=row.year,
        listed=bool(row.listed),
    )  # fmt: skip
