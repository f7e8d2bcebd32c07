"""Selection: a round under one's authority, its lists with what they name, its experts with what keeps them away; fixed query counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlmodel import Session

from models import (
    Application,
    Body,
    Document,
    Duty,
    Listing,
    ListingEntry,
    Opinion,
    Person,
    Quota,
    Round,
    StageRun,
    Studio,
    Tie,
)
from models.columns import table_of

ROUNDS, RUNS, LISTINGS, ENTRIES = table_of(Round), table_of(StageRun), table_of(Listing), table_of(ListingEntry)
PEOPLE, BODIES, TIES, OPINIONS = table_of(Person), table_of(Body), table_of(Tie), table_of(Opinion)
APPLICATIONS, QUOTAS, DUTIES, STUDIOS = table_of(Application), table_of(Quota), table_of(Duty), table_of(Studio)
DOCUMENTS = table_of(Document)


def round_for(session: Session, round_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """A round, if its authority is one of these bodies."""
    return session.execute(
        select(ROUNDS, BODIES.c.name.label("authority"))
        .join(BODIES, BODIES.c.id == ROUNDS.c.authority_body_id)
        .where(ROUNDS.c.id == round_id, ROUNDS.c.authority_body_id.in_(list(body_ids)))
    ).first()


def lists_of(session: Session, round_id: int, act: str) -> Sequence[Row[Any]]:
    """The lists of one act in a round with how many they name and how many are settled, the newest first."""
    return session.execute(
        select(LISTINGS, func.count(ENTRIES.c.id).label("named"), func.count(ENTRIES.c.applied_at).label("settled"))
        .outerjoin(ENTRIES, ENTRIES.c.listing_id == LISTINGS.c.id)
        .where(LISTINGS.c.round_id == round_id, LISTINGS.c.act == act)
        .group_by(LISTINGS.c.id)
        .order_by(LISTINGS.c.id.desc())
    ).all()


def list_of(session: Session, round_id: int, listing_id: int) -> Row[Any] | None:
    """One list of a round with the name of who made it."""
    return session.execute(
        select(LISTINGS, PEOPLE.c.name.label("maker"), BODIES.c.name.label("body"))
        .outerjoin(PEOPLE, PEOPLE.c.id == LISTINGS.c.made_by)
        .outerjoin(BODIES, BODIES.c.id == LISTINGS.c.body_id)
        .where(LISTINGS.c.id == listing_id, LISTINGS.c.round_id == round_id)
    ).first()


def entries_of(session: Session, listing_id: int) -> Sequence[Row[Any]]:
    """The entries of a list with the application behind each, in their order."""
    return session.execute(
        select(
            ENTRIES,
            APPLICATIONS.c.number,
            APPLICATIONS.c.id.label("application_id"),
            RUNS.c.stage,
            RUNS.c.version_id,
            RUNS.c.path,
        )
        .join(RUNS, RUNS.c.id == ENTRIES.c.run_id)
        .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(ENTRIES.c.listing_id == listing_id)
        .order_by(ENTRIES.c.position, ENTRIES.c.id)
    ).all()


def numbers_of(session: Session, application_ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """Number, name and school of applications, by id."""
    rows = session.execute(
        select(
            APPLICATIONS.c.id,
            APPLICATIONS.c.number,
            APPLICATIONS.c.school_stage,
            PEOPLE.c.name,
            BODIES.c.name.label("body"),
        )
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .where(APPLICATIONS.c.id.in_(list(application_ids)))
    )
    return {row.id: row for row in rows}


def experts_named(session: Session, ids: Collection[int]) -> Mapping[int, Row[Any]]:
    """Name and workplace of experts, by id."""
    rows = session.execute(
        select(PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.works_at, PEOPLE.c.rank_title).where(PEOPLE.c.id.in_(list(ids)))
    )
    return {row.id: row for row in rows}


def ties_of(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """Declared and found ties of experts."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(select(TIES).where(TIES.c.person_id.in_(list(ids))).order_by(TIES.c.id)):
        found[row.person_id].append(row)
    return found


def asked_in(session: Session, round_id: int) -> Sequence[Row[Any]]:
    """Each expert's share of a round: sheets asked, given, refused, by party."""
    return session.execute(
        select(OPINIONS.c.party, func.count().label("asked"), func.count(OPINIONS.c.given_at).label("given"),
               func.count(OPINIONS.c.refused_at).label("refused"))
        .join(RUNS, (RUNS.c.subject_kind == "opinion") & (RUNS.c.subject_id == OPINIONS.c.id))
        .where(RUNS.c.round_id == round_id, OPINIONS.c.kind == "score")
        .group_by(OPINIONS.c.party)
    ).all()  # fmt: skip


def refusals_in(session: Session, round_id: int) -> Sequence[Row[Any]]:
    """Who stood back from which application and why."""
    return session.execute(
        select(OPINIONS.c.party, OPINIONS.c.reason, OPINIONS.c.refused_at, APPLICATIONS.c.number)
        .join(RUNS, (RUNS.c.subject_kind == "opinion") & (RUNS.c.subject_id == OPINIONS.c.id))
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(RUNS.c.round_id == round_id, OPINIONS.c.kind == "score", OPINIONS.c.refused_at.is_not(None))
        .order_by(OPINIONS.c.refused_at)
    ).all()


def marks_given(session: Session, run_ids: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """The marks given to these reviews, in the order of asking."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(
        select(OPINIONS.c.run_id, OPINIONS.c.party, OPINIONS.c.mark, OPINIONS.c.further)
        .where(OPINIONS.c.run_id.in_(list(run_ids)), OPINIONS.c.mark.is_not(None))
        .order_by(OPINIONS.c.id)
    ):
        found[row.run_id].append(row)
    return found


def reviews_in(session: Session, round_id: int) -> Mapping[str, int]:
    """How many expert reviews of a round stand in each state; those that were cancelled are left out."""
    rows = session.execute(
        select(RUNS.c.state, func.count().label("n"))
        .where(
            RUNS.c.round_id == round_id,
            RUNS.c.stage == "expert_review",
            RUNS.c.state.not_in(("cancelled", "withdrawn")),
        )
        .group_by(RUNS.c.state)
    )
    return {row.state: row.n for row in rows}


def places_of(session: Session, round_id: int) -> Row[Any] | None:
    """The quota of the whole round, if it has one."""
    return session.execute(
        select(QUOTAS.c.at_most, QUOTAS.c.origin)
        .where(QUOTAS.c.round_id == round_id, QUOTAS.c.scope == "round")
        .limit(1)
    ).first()


def plaques_in(session: Session, round_id: int) -> Sequence[Row[Any]]:
    """The plaque steps of a round with the person, the school, and the studio once it is made."""
    return session.execute(_plaques().where(RUNS.c.round_id == round_id)).all()


def plaque_of(session: Session, run_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """One plaque step under one of these authorities."""
    return session.execute(
        _plaques().where(RUNS.c.id == run_id, ROUNDS.c.authority_body_id.in_(list(body_ids)))
    ).first()


def numbers_given(session: Session, run_id: int, studio_id: int | None) -> Sequence[tuple[str, str]]:
    """The numbers given on the way to a plaque, as (kind, number) in the order they were given; one query."""
    listed = select(ENTRIES.c.listing_id).where(ENTRIES.c.run_id == run_id)
    announced = and_(DOCUMENTS.c.subject_kind == "listing", DOCUMENTS.c.subject_id.in_(listed))
    given = and_(DOCUMENTS.c.subject_kind == "studio", DOCUMENTS.c.subject_id == studio_id)
    rows = session.execute(
        select(DOCUMENTS.c.kind, DOCUMENTS.c.number)
        .where(DOCUMENTS.c.kind.in_(("announcement", "plaque", "certificate")), or_(announced, given))
        .order_by(DOCUMENTS.c.id)
    )
    return [(row.kind, row.number) for row in rows]


def _plaques() -> Any:
    return (
        select(
            RUNS.c.id, RUNS.c.version, RUNS.c.state, RUNS.c.step, RUNS.c.path, RUNS.c.version_id, RUNS.c.round_id, RUNS.c.due_at, RUNS.c.due_steps,
            RUNS.c.due_provisional, RUNS.c.entered_at, RUNS.c.ended_at, RUNS.c.outcome, APPLICATIONS.c.id.label("application_id"),
            APPLICATIONS.c.number, APPLICATIONS.c.studio_id, APPLICATIONS.c.studio_name, PEOPLE.c.name.label("person"),
            BODIES.c.name.label("body"), STUDIOS.c.name.label("studio"), ROUNDS.c.title.label("round_title"),
        )
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
        .join(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .outerjoin(STUDIOS, STUDIOS.c.id == APPLICATIONS.c.studio_id)
        .where(RUNS.c.stage == "plaque")
        .order_by(RUNS.c.id)
    )  # fmt: skip


def setup_duties(session: Session, studio_ids: Collection[int | None]) -> Mapping[int, Sequence[Row[Any]]]:
    """What studios owe before their plaque, with where each duty stands, by studio."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    ids = [one for one in studio_ids if one is not None]
    for row in session.execute(
        select(
            DUTIES.c.id,
            DUTIES.c.studio_id,
            DUTIES.c.title,
            DUTIES.c.blocks,
            DUTIES.c.responsible,
            DUTIES.c.receiver,
            RUNS.c.state,
            RUNS.c.due_at,
        )
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id.in_(ids), DUTIES.c.period == "setup")
        .order_by(DUTIES.c.id)
    ):
        found[row.studio_id].append(row)
    return found


def duty_of(session: Session, duty_id: int) -> Row[Any] | None:
    """A duty with its run, its studio and its host."""
    return session.execute(
        select(DUTIES, RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.state, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id,
               RUNS.c.due_at, RUNS.c.due_steps, RUNS.c.due_provisional, RUNS.c.ended_at, RUNS.c.entered_at, RUNS.c.outcome,
               STUDIOS.c.name.label("studio"), PEOPLE.c.name.label("host"))
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
        .join(PEOPLE, PEOPLE.c.id == STUDIOS.c.host_id)
        .where(DUTIES.c.id == duty_id)
        .order_by(RUNS.c.id.desc())
        .limit(1)
    ).first()  # fmt: skip


def signatures_of(session: Session, run_id: int) -> Sequence[Row[Any]]:
    """Who must sign for a duty, and who has."""
    return session.execute(
        select(
            OPINIONS.c.party,
            OPINIONS.c.given_at,
            OPINIONS.c.refused_at,
            OPINIONS.c.reason,
            RUNS.c.id.label("run_id"),
            RUNS.c.version,
            RUNS.c.ended_at,
        )
        .join(RUNS, (RUNS.c.subject_kind == "opinion") & (RUNS.c.subject_id == OPINIONS.c.id))
        .where(OPINIONS.c.run_id == run_id, OPINIONS.c.kind == "signature")
        .order_by(OPINIONS.c.place)
    ).all()
