"""Central placement (统筹调配): a round in which places are given, who waits in it, its lists, and what each person wished for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from models import Application, CriterionCheck, Listing, ListingEntry, Person, StageRun
from models.columns import table_of

RUNS, LISTINGS, ENTRIES = table_of(StageRun), table_of(Listing), table_of(ListingEntry)
PEOPLE, APPLICATIONS, CHECKS = table_of(Person), table_of(Application), table_of(CriterionCheck)


def who_waits(session: Session, round_id: int, step: str) -> Sequence[Row[Any]]:
    """Who waits in a round to be placed, with how many criteria are still to be judged, oldest first; one query."""
    open_ = (
        select(CHECKS.c.application_id, func.count().label("n"))
        .where(CHECKS.c.result == "judge", CHECKS.c.asks == "tier")
        .group_by(CHECKS.c.application_id)
        .subquery()
    )
    return session.execute(
        select(RUNS.c.application_id, PEOPLE.c.name, func.coalesce(open_.c.n, 0).label("unjudged"))
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .outerjoin(open_, open_.c.application_id == RUNS.c.application_id)
        .where(
            RUNS.c.round_id == round_id, RUNS.c.step == step, RUNS.c.stage == "membership", RUNS.c.ended_at.is_(None)
        )
        .order_by(RUNS.c.id)
    ).all()


def placements(session: Session, round_id: int, body_id: int) -> Sequence[Row[Any]]:
    """The lists of placements that a body has drafted or made in a round, the newest first, with who made them; one query."""
    return session.execute(
        select(LISTINGS, PEOPLE.c.name.label("maker"), func.count(ENTRIES.c.id).label("named"), func.count(ENTRIES.c.applied_at).label("settled"))
        .outerjoin(ENTRIES, ENTRIES.c.listing_id == LISTINGS.c.id)
        .outerjoin(PEOPLE, PEOPLE.c.id == func.coalesce(LISTINGS.c.made_by, LISTINGS.c.drafted_by))
        .where(LISTINGS.c.round_id == round_id, LISTINGS.c.act == "allocate", LISTINGS.c.body_id == body_id)
        .group_by(LISTINGS.c.id, PEOPLE.c.name)
        .order_by(LISTINGS.c.id.desc())
    ).all()  # fmt: skip


def people_of(session: Session, run_ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """What the people on a list wrote, by run: stage and answers; one query."""
    rows = session.execute(
        select(RUNS.c.id, APPLICATIONS.c.school_stage, APPLICATIONS.c.answers)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.id.in_(list(run_ids)))
    )
    return {row.id: row for row in rows}


def names_of(session: Session, ids: Collection[int | None]) -> Mapping[int, str]:
    """Names of people by id; one query."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def round_placed(session: Session, listing_id: int) -> int:
    """The round of a placement; 0 when there is none of this id."""
    found = select(LISTINGS.c.round_id).where(LISTINGS.c.id == listing_id, LISTINGS.c.act == "allocate")
    return session.execute(found).scalar() or 0
