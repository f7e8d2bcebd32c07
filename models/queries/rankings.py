"""Rankings: who is next in reserve, and how many are still being scored."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models import Listing, ListingEntry, StageRun
from models.columns import rows, table_of

LISTINGS, ENTRIES, RUNS = table_of(Listing), table_of(ListingEntry), table_of(StageRun)
OUTSTANDING = (
    select(func.count().label("n"))
    .select_from(RUNS)
    .where(RUNS.c.round_id == bindparam("round"), RUNS.c.step == bindparam("at"), RUNS.c.stage == "expert_review")
    .where(RUNS.c.state.in_(("unassigned", "scoring")), RUNS.c.ended_at.is_(None))
)


def next_reserved(session: Session, round_id: int, path: str, moving: Collection[int]) -> int | None:
    """The run that stands next in reserve on the round's ranking, if any."""
    return session.execute(
        select(RUNS.c.id)
        .join(ENTRIES, ENTRIES.c.run_id == RUNS.c.id)
        .join(LISTINGS, LISTINGS.c.id == ENTRIES.c.listing_id)
        .where(RUNS.c.round_id == round_id, RUNS.c.path == path, RUNS.c.state == "reserved", RUNS.c.ended_at.is_(None))
        .where(LISTINGS.c.act == "rank", LISTINGS.c.made_at.is_not(None), RUNS.c.id.not_in(moving))
        .order_by(ENTRIES.c.position)
        .limit(1)
    ).scalar()


def outstanding(session: Session, round_id: int, step: str) -> int:
    """How many applications of a round wait for experts at a step."""
    return int(rows(session, OUTSTANDING, round=round_id, at=step)[0].n)
