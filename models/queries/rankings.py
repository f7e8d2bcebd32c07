"""Rankings: who is next in reserve, and how many are still being scored."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models import Listing, ListingEntry, Round, StageRun, Transition
from models.columns import table_of
from models.locking import locks_rows
from models.statements import among, rows

LISTINGS, ENTRIES, RUNS, ROUNDS = table_of(Listing), table_of(ListingEntry), table_of(StageRun), table_of(Round)
TRANSITIONS = table_of(Transition)
OUTSTANDING = (
    select(func.count().label("n"))
    .select_from(RUNS)
    .where(RUNS.c.round_id == bindparam("round"), RUNS.c.step == bindparam("at"), RUNS.c.stage == "expert_review")
    .where(RUNS.c.state.in_(("unassigned", "scoring")), RUNS.c.ended_at.is_(None))
)
RANK = TRANSITIONS.c.payload["rank"].as_string()
ENDORSED = (
    select(RUNS.c.round_id, RUNS.c.step, RUNS.c.held_by, RANK.label("rank"))
    .join(TRANSITIONS, (TRANSITIONS.c.run_id == RUNS.c.id) & (TRANSITIONS.c.version == RUNS.c.version))
    .where(among(RUNS.c.round_id, "rounds"), RUNS.c.outcome == "endorsed", among(RUNS.c.held_by, "desks"))
    .where(TRANSITIONS.c.event == "endorse", RANK.is_not(None))
)


def ranks_taken(session: Session, runs: Sequence[Any]) -> Mapping[int, frozenset[int]]:
    """The places already given at the step of each of these runs by whoever answers for it."""
    rounds = {run.round_id for run in runs if run.round_id is not None}
    if not rounds:
        return {}
    taken: dict[tuple[int | None, str, str], set[int]] = defaultdict(set)
    for row in rows(session, ENDORSED, rounds=rounds, desks={run.held_by for run in runs}):
        taken[row.round_id, row.step, row.held_by].add(int(row.rank))
    return {run.id: frozenset(taken.get((run.round_id, run.step, run.held_by), ())) for run in runs}


def next_reserved(session: Session, round_id: int, path: str, moving: Collection[int]) -> int | None:
    """The run that stands next in reserve on the round's ranking, if any."""
    statement = (
        select(RUNS.c.id)
        .join(ENTRIES, ENTRIES.c.run_id == RUNS.c.id)
        .join(LISTINGS, LISTINGS.c.id == ENTRIES.c.listing_id)
        .where(RUNS.c.round_id == round_id, RUNS.c.path == path, RUNS.c.state == "reserved", RUNS.c.ended_at.is_(None))
        .where(LISTINGS.c.act == "rank", LISTINGS.c.made_at.is_not(None), RUNS.c.id.not_in(moving))
        .order_by(ENTRIES.c.position)
        .limit(1)
    )
    if locks_rows(session):
        statement = statement.with_for_update(of=RUNS)  # two who ask at once get two different ones
    return session.execute(statement).scalar()


def hold_rankings(session: Session, round_ids: Collection[int]) -> None:
    """Until the transaction ends nobody else gives places on the rankings of these rounds."""
    if round_ids and locks_rows(session):
        held = select(ROUNDS.c.id).where(ROUNDS.c.id.in_(round_ids)).order_by(ROUNDS.c.id)
        session.execute(held.with_for_update(key_share=True))


def outstanding(session: Session, round_id: int, step: str) -> int:
    """How many applications of a round wait for experts at a step."""
    return int(rows(session, OUTSTANDING, round=round_id, at=step)[0].n)
