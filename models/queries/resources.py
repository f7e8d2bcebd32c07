"""What the API lists: applications one may see, rounds one may read, lists of a round; scope in every query."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlmodel import Session

from models import Application, Body, Listing, ListingEntry, Person, Programme, ProgrammeVersion, Round, StageRun
from models.columns import table_of
from models.queries.scope import visible_applications

APPLICATIONS, PEOPLE, BODIES, ROUNDS = table_of(Application), table_of(Person), table_of(Body), table_of(Round)
RUNS, LISTINGS, ENTRIES = table_of(StageRun), table_of(Listing), table_of(ListingEntry)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)
PAGE = 50
SHOWN_TO_ALL = ("post", "announce")


def applications(
    session: Session, person_id: int, body_ids: Collection[int], round_id: int | None, page: int
) -> tuple[Sequence[Row[Any]], int]:
    """A page of the applications one may see, newest first, and how many there are; two queries."""
    condition = visible_applications(person_id, body_ids)
    if round_id is not None:
        condition = and_(condition, APPLICATIONS.c.round_id == round_id)
    total = session.execute(select(func.count()).select_from(APPLICATIONS).where(condition)).scalar_one()
    statement = _applications().where(condition).order_by(APPLICATIONS.c.id.desc())
    return session.execute(statement.limit(PAGE).offset(PAGE * (page - 1))).all(), total


def application(session: Session, application_id: int, person_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """One application, if one may see it."""
    condition = visible_applications(person_id, body_ids)
    return session.execute(_applications().where(APPLICATIONS.c.id == application_id, condition)).first()


def runs_of(session: Session, application_id: int) -> Sequence[Row[Any]]:
    """The runs of an application in order, without what experts were asked."""
    steps = (RUNS.c.application_id == application_id, RUNS.c.stage != "opinion")
    return session.execute(select(RUNS).where(*steps).order_by(RUNS.c.id)).all()


def rounds(session: Session, body_ids: Collection[int], round_id: int | None = None) -> Sequence[Row[Any]]:
    """Launched rounds, and drafts of the bodies one reads for; newest first, with the state of their run."""
    readable: ColumnElement[bool] = or_(
        ROUNDS.c.launched_at.is_not(None), ROUNDS.c.authority_body_id.in_(list(body_ids))
    )
    statement = (
        select(ROUNDS, RUNS.c.id.label("run_id"), RUNS.c.state, RUNS.c.version.label("run_version"), PROGRAMMES.c.code)
        .join(RUNS, and_(RUNS.c.subject_kind == "round", RUNS.c.subject_id == ROUNDS.c.id))
        .join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(readable)
        .order_by(ROUNDS.c.id.desc())
    )
    if round_id is not None:
        statement = statement.where(ROUNDS.c.id == round_id)
    return session.execute(statement.limit(200)).all()


def lists_of(session: Session, round_id: int, *, own: bool) -> Sequence[Row[Any]]:
    """The lists of a round with how far they are applied; others than the authority see what was posted or announced."""
    statement = (
        select(LISTINGS, func.count(ENTRIES.c.applied_at).label("settled"), func.count(ENTRIES.c.id).label("entries"))
        .outerjoin(ENTRIES, ENTRIES.c.listing_id == LISTINGS.c.id)
        .where(LISTINGS.c.round_id == round_id)
        .group_by(LISTINGS.c.id)
        .order_by(LISTINGS.c.id)
    )
    if not own:
        statement = statement.where(LISTINGS.c.made_at.is_not(None), LISTINGS.c.act.in_(SHOWN_TO_ALL))
    return session.execute(statement).all()


def listing_of(session: Session, listing_id: int, body_ids: Collection[int]) -> Row[Any] | None:
    """A list of one of these bodies."""
    own = (LISTINGS.c.id == listing_id, LISTINGS.c.body_id.in_(list(body_ids)))
    return session.execute(select(LISTINGS).where(*own)).first()


def round_launched(session: Session, run_id: int) -> int | None:
    """The round that a run is of itself; None for every other run."""
    own = select(RUNS.c.subject_id).where(RUNS.c.id == run_id, RUNS.c.subject_kind == "round")
    return session.execute(own).scalar()


def open_to(session: Session, run_id: int, person_id: int, body_ids: Collection[int], desks: Collection[str]) -> bool:
    """Whether a person may know of a run: it lies at their desks, or belongs to what they may see."""
    theirs = or_(
        RUNS.c.desk.in_(list(desks)),
        RUNS.c.held_by.in_(list(desks)),
        and_(RUNS.c.application_id.is_(None), ROUNDS.c.authority_body_id.in_(list(body_ids))),
        and_(RUNS.c.stage != "opinion", visible_applications(person_id, body_ids)),
    )
    found = session.execute(
        select(RUNS.c.id)
        .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .outerjoin(ROUNDS, ROUNDS.c.id == RUNS.c.round_id)
        .where(RUNS.c.id == run_id, theirs)
    ).first()
    return found is not None


def _applications() -> Any:
    return (
        select(
            APPLICATIONS.c.id, APPLICATIONS.c.number, APPLICATIONS.c.path, APPLICATIONS.c.kind, APPLICATIONS.c.subject,
            APPLICATIONS.c.school_stage, APPLICATIONS.c.studio_name, APPLICATIONS.c.round_id, APPLICATIONS.c.submitted_at,
            APPLICATIONS.c.outcome, PEOPLE.c.name.label("person"), BODIES.c.name.label("body"),
        )
        .join(PEOPLE, PEOPLE.c.id == APPLICATIONS.c.person_id)
        .join(BODIES, BODIES.c.id == APPLICATIONS.c.body_id)
    )  # fmt: skip
