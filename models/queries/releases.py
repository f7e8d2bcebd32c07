"""Results that wait to be delivered, and the lists by which they are delivered together; a fixed number of queries."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from models import Assessment, Body, Listing, ListingEntry, Person, Programme, StageRun, Studio
from models.columns import table_of

ASSESSMENTS, BODIES, LISTINGS, ENTRIES = (table_of(one) for one in (Assessment, Body, Listing, ListingEntry))
PEOPLE, RUNS, STUDIOS, PROGRAMMES = table_of(Person), table_of(StageRun), table_of(Studio), table_of(Programme)


def waiting_results(session: Session, desks: Collection[str]) -> Sequence[Row[Any]]:
    """Confirmed results at these desks by assessment and period: title, how many studios; one query."""
    return session.execute(
        select(ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.title, PROGRAMMES.c.title.label("programme"), func.count().label("n"),
               func.min(ASSESSMENTS.c.begins_on).label("begins_on"), func.max(ASSESSMENTS.c.ends_on).label("ends_on"))
        .join(RUNS, (RUNS.c.subject_kind == "assessment") & (RUNS.c.subject_id == ASSESSMENTS.c.id))
        .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == STUDIOS.c.programme_id)
        .where(RUNS.c.state == "confirmed", RUNS.c.ended_at.is_(None), RUNS.c.desk.in_(list(desks)))
        .group_by(ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.title, PROGRAMMES.c.title)
        .order_by(ASSESSMENTS.c.period.desc(), ASSESSMENTS.c.key)
    ).all()  # fmt: skip


def release_lists(session: Session, body_ids: Collection[int], most: int = 50) -> Sequence[Row[Any]]:
    """Lists of results of these bodies, the newest first, with how many are on each; one query."""
    n = select(func.count()).where(ENTRIES.c.listing_id == LISTINGS.c.id).scalar_subquery()
    return session.execute(
        select(LISTINGS, PEOPLE.c.name.label("maker"), n.label("n"))
        .outerjoin(PEOPLE, PEOPLE.c.id == LISTINGS.c.made_by)
        .where(LISTINGS.c.act == "release", LISTINGS.c.body_id.in_(list(body_ids)))
        .order_by(LISTINGS.c.id.desc())
        .limit(most)
    ).all()


def release_list(session: Session, listing_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """One list of results of these bodies; one query."""
    return session.execute(
        select(LISTINGS, PEOPLE.c.name.label("maker"), BODIES.c.name.label("body"))
        .outerjoin(PEOPLE, PEOPLE.c.id == LISTINGS.c.made_by)
        .outerjoin(BODIES, BODIES.c.id == LISTINGS.c.body_id)
        .where(LISTINGS.c.id == listing_id, LISTINGS.c.act == "release", LISTINGS.c.body_id.in_(list(body_ids)))
    ).first()


def released_entries(session: Session, listing_id: int) -> Sequence[Row[Any]]:
    """The entries of a list with the assessment behind each; one query."""
    return session.execute(
        select(ENTRIES, ASSESSMENTS.c.id.label("assessment_id"))
        .join(RUNS, RUNS.c.id == ENTRIES.c.run_id)
        .join(ASSESSMENTS, ASSESSMENTS.c.id == RUNS.c.subject_id)
        .where(ENTRIES.c.listing_id == listing_id)
        .order_by(ENTRIES.c.position)
    ).all()
