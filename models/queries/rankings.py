"""Rankings: who is next in reserve, and how many are still being scored."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models import Listing, ListingEntry, Round, StageRun
from models.columns import table_of
from models.statements import rows

LISTINGS, ENTRIES, RUNS, ROUNDS = table_of(Listing), table_of(ListingEntry), table_of(StageRun), table_of(Round)
OUTSTANDING = (
    select(func.count().label("n"))
    .select_from(RUNS)
    .where(RUNS.c.round_id == bindparam("round"), RUNS.c.step == bindparam("at"), RUNS.c.stage == "expert_review")
    .where(RUNS.c.state.in_(("unassigned", "scoring")), RUNS.c.ended_at.is_(None))
)


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
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(of=RUNS)  # two who ask at once get two different ones
    return session.execute(statement).scalar()


def hold_rankings(session: Session, round_ids: Collection[int]) -> None:
    """Until the transaction ends nobody else gives places on the rankings of these rounds."""
    if round_ids and session.get_bind().dialect.name == "postgresql":
        held = select(ROUNDS.c.id).where(ROUNDS.c.id.in_(round_ids)).order_by(ROUNDS.c.id)
        session.execute(held.with_for_update(key_share=True))


def outstanding(session: Session, round_id: int, step: str) -> int:
    """How many applications of a round wait for experts at a step."""
    return int(rows(session, OUTSTANDING, round=round_id, at=step)[0].n)
