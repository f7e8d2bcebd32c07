"""Scope: which applications a person may see. The condition goes into the query, so that no page can forget it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from models import Application, Assessment, Body, Programme, ProgrammeVersion, Seat, StageRun, Studio
from models.columns import table_of

APPLICATIONS, BODIES, RUNS = table_of(Application), table_of(Body), table_of(StageRun)
VERSIONS, PROGRAMMES = table_of(ProgrammeVersion), table_of(Programme)
STUDIOS, SEATS = table_of(Studio), table_of(Seat)
# names of their own, so that the conditions fit into queries over runs and assessments
HOLDING, ASSESSED = RUNS.alias("holding"), table_of(Assessment).alias("assessed")


def visible_applications(person_id: int, body_ids: Collection[int]) -> ColumnElement[bool]:
    """Applications of one's own, of one's bodies and those below them, under one's authority, or once on one's desk.

    Also of those who would come to a studio one hosts, or leave it. Drafts of others are seen by nobody but those who write them.
    """
    submitted = APPLICATIONS.c.submitted_at.is_not(None)
    hosted = select(STUDIOS.c.id).where(STUDIOS.c.host_id == person_id)
    coming = and_(APPLICATIONS.c.gives.in_(("seat", "exit")), APPLICATIONS.c.studio_id.in_(hosted), submitted)
    own: ColumnElement[bool] = or_(APPLICATIONS.c.person_id == person_id, APPLICATIONS.c.made_by == person_id, coming)
    if not body_ids:
        return own
    return or_(own, and_(submitted, or_(_of_bodies(body_ids), of_authority(body_ids), _on_desk(body_ids))))


def _of_bodies(body_ids: Collection[int]) -> ColumnElement[bool]:
    ids = list(body_ids)
    below = select(BODIES.c.id).where(BODIES.c.parent_id.in_(ids))
    return or_(APPLICATIONS.c.body_id.in_(ids), and_(APPLICATIONS.c.county_id.in_(ids), APPLICATIONS.c.direct.is_(False)),
               and_(APPLICATIONS.c.body_id.in_(below), APPLICATIONS.c.direct.is_(False)))  # fmt: skip


def of_authority(body_ids: Collection[int]) -> ColumnElement[bool]:
    """Applications under programmes whose deciding body is one of these, drafts included."""
    under: ColumnElement[bool] = APPLICATIONS.c.version_id.in_(
        select(VERSIONS.c.id)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.authority_body_id.in_(list(body_ids)))
    )
    return under


def _on_desk(body_ids: Collection[int]) -> ColumnElement[bool]:
    held = [f"body:{body_id}" for body_id in body_ids]
    return exists().where(HOLDING.c.application_id == APPLICATIONS.c.id, HOLDING.c.held_by.in_(held))


def nothing() -> ColumnElement[bool]:
    """The condition of one who may see nothing."""
    return false()


def administered(body_ids: Collection[int]) -> Any:
    """Programmes whose authority is one of these bodies."""
    return select(PROGRAMMES.c.id).where(PROGRAMMES.c.authority_body_id.in_(list(body_ids)))


def visible_studios(person_id: int, body_ids: Collection[int], desks: Collection[str] = ()) -> ColumnElement[bool]:
    """Studios one hosts, has a seat in or assesses, of one's bodies and those below, under one's authority, or with work at one's desks.

    A member sees less of it than its host; that is the page's to keep.
    """
    ids, held = list(body_ids), list(desks)
    seated = exists().where(SEATS.c.studio_id == STUDIOS.c.id, SEATS.c.person_id == person_id, SEATS.c.to_on.is_(None))
    holding = exists().where(HOLDING.c.studio_id == STUDIOS.c.id, HOLDING.c.held_by.in_(held))
    assessing = exists().where(ASSESSED.c.studio_id == STUDIOS.c.id, ASSESSED.c.assessor.in_(held))
    own = or_(STUDIOS.c.host_id == person_id, seated, *((holding, assessing) if held else ()))
    return or_(own, overseen_studios(ids)) if ids else own


def overseen_studios(body_ids: Collection[int]) -> ColumnElement[bool]:
    """Studios at home in these bodies or below them, and those of programmes whose deciding body is one of them."""
    ids = list(body_ids)
    below = select(BODIES.c.id).where(BODIES.c.parent_id.in_(ids))
    further = select(BODIES.c.id).where(BODIES.c.parent_id.in_(below))
    home = STUDIOS.c.home_body_id
    return or_(home.in_(ids), home.in_(below), home.in_(further), STUDIOS.c.programme_id.in_(administered(ids)))
