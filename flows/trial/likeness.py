"""Likeness (所依据的情况): a short hash of the draft and one of the roster, so that a trial says when what it was run on has changed."""

import hashlib

from sqlalchemy import func, select

from flows.engine.work import Work
from flows.office.planning import plan_digest
from models import (
    Appointment,
    Body,
    CalendarEdition,
    Casting,
    Credential,
    Person,
    Post,
    Studio,
    Substitution,
    Term,
    Tie,
)
from models.columns import json_text, table_of

BODIES, CASTINGS, PEOPLE, POSTS = table_of(Body), table_of(Casting), table_of(Person), table_of(Post)
APPOINTMENTS, SUBSTITUTIONS, TIES = table_of(Appointment), table_of(Substitution), table_of(Tie)
CREDENTIALS, STUDIOS, TERMS, EDITIONS = (
    table_of(Credential),
    table_of(Studio),
    table_of(Term),
    table_of(CalendarEdition),
)

# Of what is small every row counts; of people and what they have earned, how many there are and what was entered or ended last.
SAID = (
    select(BODIES.c.id, BODIES.c.parent_id, BODIES.c.level, BODIES.c.until).order_by(BODIES.c.id),
    select(APPOINTMENTS).order_by(APPOINTMENTS.c.id),
    select(SUBSTITUTIONS.c.id, SUBSTITUTIONS.c.body_id, SUBSTITUTIONS.c.by_person_id, SUBSTITUTIONS.c.from_on, SUBSTITUTIONS.c.to_on)
    .order_by(SUBSTITUTIONS.c.id),
    select(TIES.c.id, TIES.c.person_id, TIES.c.body_id, TIES.c.other_person_id).order_by(TIES.c.id),
    select(CASTINGS).order_by(CASTINGS.c.id),
    select(STUDIOS.c.id, STUDIOS.c.standing, STUDIOS.c.host_id).order_by(STUDIOS.c.id),
    select(TERMS.c.id, TERMS.c.begins_on, TERMS.c.ends_on).order_by(TERMS.c.id),
    select(EDITIONS.c.number),
    select(func.count(), func.max(PEOPLE.c.id)).select_from(PEOPLE),
    select(func.count(), func.max(POSTS.c.id), func.count(POSTS.c.to_on), func.max(POSTS.c.to_on)).select_from(POSTS),
    select(func.count(), func.max(CREDENTIALS.c.id)).select_from(CREDENTIALS),
)  # fmt: skip


def draft_and_roster(work: Work, round_id: int) -> tuple[str, str]:
    """Hashes of the draft of a round and of the roster and calendar of today; a fixed number of queries."""
    said = [[list(row) for row in work.session.execute(query)] for query in SAID]
    return plan_digest(work, round_id), hashlib.sha256(json_text(said).encode()).hexdigest()[:16]
