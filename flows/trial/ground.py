"""The ground (场地): a throw-away database in memory with what one round rests on; nothing ever comes back from it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, and_, insert, or_, select
from sqlmodel import Session

from flows.rehearsal.ground import fresh_database
from models import (
    Appointment,
    Assessment,
    Body,
    CalendarDay,
    CalendarEdition,
    Casting,
    Consequence,
    Credential,
    Cycle,
    Person,
    Post,
    Programme,
    ProgrammeVersion,
    Quota,
    Result,
    Round,
    Seat,
    StageRun,
    Studio,
    Substitution,
    Term,
    Tie,
    Transition,
)
from models.columns import table_of
from models.queries.bodies import lineages
from models.session import transaction

BODIES, CASTINGS, PROGRAMMES, VERSIONS = (table_of(one) for one in (Body, Casting, Programme, ProgrammeVersion))
PEOPLE, POSTS, CREDENTIALS, APPOINTMENTS = (table_of(one) for one in (Person, Post, Credential, Appointment))
SUBSTITUTIONS, TIES, STUDIOS, CYCLES, SEATS = (table_of(one) for one in (Substitution, Tie, Studio, Cycle, Seat))
ROUNDS, QUOTAS, RUNS, TRANSITIONS = (table_of(one) for one in (Round, Quota, StageRun, Transition))
DAYS, EDITIONS, TERMS = table_of(CalendarDay), table_of(CalendarEdition), table_of(Term)
ASSESSMENTS, RESULTS, CONSEQUENCES = table_of(Assessment), table_of(Result), table_of(Consequence)

# What a trial does not need: addresses, so that nobody could be written to even by mistake; papers; what cycles open next.
LEFT_OUT: Mapping[Table, Mapping[str, Any]] = {
    BODIES: {"email": "", "phone": ""},
    PEOPLE: {"email": "", "phone": ""},
    CREDENTIALS: {"file_sha256": None},
    CYCLES: {"opens_next_on": None},
    SEATS: {"application_id": None},
}
CHUNK = 500


def copied(session: Session, round_row: Any) -> Engine:
    """A database in memory with what this round rests on, read in the caller's session; whoever asks for it disposes of it.

    Only rows of the round's authority: its bodies and those above, people without addresses, posts, appointments, ties, regulations,
    studios with cycles, seats and results, the calendar, and of rounds only this one.
    """
    ground = fresh_database()
    with _unchecked(ground), transaction(ground) as written:
        for table in (DAYS, EDITIONS):  # the calendar is the bureau's, not the gazette's
            written.execute(table.delete())
        for table, wanted in _wanted(session, round_row):
            _copy(session, written, table, wanted)
    return ground


@contextmanager
def _unchecked(ground: Engine) -> Iterator[None]:
    """Rows come table by table, and some name what is left behind."""
    with ground.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        yield
        driver.execute("PRAGMA foreign_keys=ON")


def _copy(session: Session, written: Session, table: Table, wanted: ColumnElement[bool] | None) -> None:
    query = select(table) if wanted is None else select(table).where(wanted)
    changed = LEFT_OUT.get(table, {})
    found = session.execute(query.order_by(*table.primary_key)).mappings()
    while chunk := [{**row, **changed} for row in found.fetchmany(CHUNK)]:
        written.connection().execute(insert(table), chunk)


def _wanted(session: Session, round_row: Any) -> Sequence[tuple[Table, ColumnElement[bool] | None]]:
    """Which rows of which tables belong to the world of a round."""
    authority = round_row.authority_body_id
    below = select(_tree(authority).c.id)
    regulations = select(PROGRAMMES.c.id).where(PROGRAMMES.c.authority_body_id.in_(below))
    cast = session.execute(select(CASTINGS.c.body_id).where(CASTINGS.c.programme_id.in_(regulations))).scalars().all()
    near = {place.id for places in lineages(session, {authority, *cast}).values() for place in places}
    here = or_(BODIES.c.id.in_(below), BODIES.c.id.in_(near))
    bodies = select(BODIES.c.id).where(here)
    studios = select(STUDIOS.c.id).where(STUDIOS.c.programme_id.in_(regulations))
    cycles = select(CYCLES.c.id).where(CYCLES.c.studio_id.in_(studios))
    own_run = and_(RUNS.c.subject_kind == "round", RUNS.c.subject_id == round_row.id)
    people = (
        select(POSTS.c.person_id).where(POSTS.c.body_id.in_(bodies))
        .union(
            select(APPOINTMENTS.c.person_id).where(APPOINTMENTS.c.body_id.in_(bodies)),
            select(STUDIOS.c.host_id).where(STUDIOS.c.id.in_(studios)),
            select(SEATS.c.person_id).where(SEATS.c.studio_id.in_(studios)),
            select(TRANSITIONS.c.actor_id).join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id).where(own_run),
        )
    )  # fmt: skip
    known = PEOPLE.c.id.in_(people)
    return (
        (DAYS, None), (EDITIONS, None), (BODIES, here), (TERMS, TERMS.c.body_id.in_(bodies)),
        (PROGRAMMES, PROGRAMMES.c.id.in_(regulations)), (VERSIONS, VERSIONS.c.programme_id.in_(regulations)),
        (CASTINGS, CASTINGS.c.programme_id.in_(regulations)), (PEOPLE, known),
        (POSTS, POSTS.c.body_id.in_(bodies)), (CREDENTIALS, CREDENTIALS.c.person_id.in_(people)),
        (APPOINTMENTS, APPOINTMENTS.c.body_id.in_(bodies)), (SUBSTITUTIONS, SUBSTITUTIONS.c.body_id.in_(bodies)),
        (TIES, TIES.c.person_id.in_(people)), (STUDIOS, STUDIOS.c.id.in_(studios)), (CYCLES, CYCLES.c.studio_id.in_(studios)),
        (SEATS, SEATS.c.studio_id.in_(studios)), (ASSESSMENTS, ASSESSMENTS.c.studio_id.in_(studios)),
        (RESULTS, RESULTS.c.assessment_id.in_(select(ASSESSMENTS.c.id).where(ASSESSMENTS.c.cycle_id.in_(cycles)))),
        (CONSEQUENCES, CONSEQUENCES.c.studio_id.in_(studios)), (ROUNDS, ROUNDS.c.id == round_row.id),
        (QUOTAS, QUOTAS.c.round_id == round_row.id), (RUNS, own_run),
        (TRANSITIONS, TRANSITIONS.c.run_id.in_(select(RUNS.c.id).where(own_run))),
    )  # fmt: skip


def _tree(authority: int) -> Any:
    """The bodies below an authority and itself, closed ones too: posts of the past were in them."""
    tree = select(BODIES.c.id).where(BODIES.c.id == authority).cte("below", recursive=True)
    return tree.union_all(select(BODIES.c.id).join(tree, BODIES.c.parent_id == tree.c.id))
