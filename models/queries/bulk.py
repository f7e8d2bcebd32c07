"""Bulk acts (批量办理): lists that are held for a few minutes, the runs on them, and what became of each entry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlmodel import Session

from models import Listing, ListingEntry
from models.columns import table_of

LISTINGS, ENTRIES = table_of(Listing), table_of(ListingEntry)


def _held(now: datetime) -> ColumnElement[bool]:
    """Made, held beyond `now`, and neither applied nor withdrawn; within the small index of lists to apply."""
    return and_(LISTINGS.c.made_at.is_not(None), LISTINGS.c.applied_at.is_(None), LISTINGS.c.held_until > now)


def held_acts(session: Session, person_id: int, now: datetime) -> Sequence[Row[Any]]:
    """The bulk acts of a person that can still be withdrawn, newest first: request, act, until when, how many; one query."""
    return session.execute(
        select(
            LISTINGS.c.request_id, LISTINGS.c.act, func.min(LISTINGS.c.held_until).label("until"), func.count(ENTRIES.c.id).label("n")
        )
        .join(ENTRIES, ENTRIES.c.listing_id == LISTINGS.c.id)
        .where(_held(now), LISTINGS.c.made_by == person_id, LISTINGS.c.request_id.is_not(None))
        .group_by(LISTINGS.c.request_id, LISTINGS.c.act)
        .order_by(func.min(LISTINGS.c.held_until).desc())
    ).all()  # fmt: skip


def held_runs(session: Session, run_ids: Collection[int], now: datetime) -> Mapping[int, tuple[str, datetime]]:
    """Which of these runs are on a list that is held: the act, and until when; one query."""
    rows = session.execute(
        select(ENTRIES.c.run_id, LISTINGS.c.act, LISTINGS.c.held_until)
        .join(LISTINGS, LISTINGS.c.id == ENTRIES.c.listing_id)
        .where(_held(now), ENTRIES.c.run_id.in_(list(run_ids)))
    )
    return {row.run_id: (row.act, row.held_until) for row in rows}


def entries_of(session: Session, listing_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Every entry of these lists in their order, with where its list stands; one query."""
    return session.execute(
        select(
            ENTRIES.c.run_id, ENTRIES.c.shown, ENTRIES.c.outcome, ENTRIES.c.reason, ENTRIES.c.applied_at, LISTINGS.c.held_until,
            LISTINGS.c.withdrawn_at,
        )
        .join(LISTINGS, LISTINGS.c.id == ENTRIES.c.listing_id)
        .where(ENTRIES.c.listing_id.in_(list(listing_ids)))
        .order_by(ENTRIES.c.listing_id, ENTRIES.c.position)
    ).all()  # fmt: skip
