"""Facts of chosen studios before they run, of people to be seated, of duties, and of rounds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models import Application, Duty, Opinion, Person, Round, Seat, StageRun, Studio
from models.columns import table_of
from models.facts import Facts, PlaqueFacts, RoundFacts
from models.queries.facts.ground import blocking, cases_of, ground
from models.queries.quotas import quota_facts, shortfalls
from models.statements import among, rows

SEATS, DUTIES, STUDIOS, ROUNDS = table_of(Seat), table_of(Duty), table_of(Studio), table_of(Round)
RUNS, OPINIONS, PEOPLE, APPLICATIONS = table_of(StageRun), table_of(Opinion), table_of(Person), table_of(Application)

ROUND_ROWS = select(ROUNDS).where(among(ROUNDS.c.id, "rounds"))
UNDECIDED = (
    select(APPLICATIONS.c.round_id, func.count().label("n"))
    .where(among(APPLICATIONS.c.round_id, "rounds"), APPLICATIONS.c.outcome.is_(None))
    .group_by(APPLICATIONS.c.round_id)
)


def plaque_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of chosen studios before they run."""
    del now
    found = cases_of(session, runs)
    blocked = blocking(session, found, {run.application_id: {run.step} for run in runs})
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in runs])
    return {
        run.id: PlaqueFacts(
            **ground(run, found[run.application_id], casts[run.version_id]), blocking=blocked.get(run.application_id, ()),
            quotas=quotas.get(run.id, ()),
        )
        for run in runs
    }  # fmt: skip


def round_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of rounds."""
    del now
    ids = {run.subject_id for run in runs}
    rounds = {row.id: row for row in rows(session, ROUND_ROWS, rounds=ids)}
    undecided = {row.round_id: row.n for row in rows(session, UNDECIDED, rounds=ids)}
    short = {
        run.subject_id: shortfalls(session, run.subject_id, casts[run.version_id].authority_id)
        for run in runs
        if run.state == "closed"
    }
    return {
        run.id: RoundFacts(
            **ground(run, None, casts[run.version_id]), title=one.title, round_title=one.title, closes_on=one.closes_on,
            opens_on=one.opens_on, undecided=undecided.get(one.id, 0), short=short.get(one.id, ()),
        )
        for run in runs
        for one in [rounds[run.subject_id]]
    }  # fmt: skip
