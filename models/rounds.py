"""Rounds (批次): one year's intake, its quotas, and the lists (名单) decided in it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, one_of, partial, reference


class Round(SQLModel, table=True):
    """One year's intake of a programme by one path; its state is that of its run."""

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = reference("programmeversion.id")
    authority_body_id: int = reference("body.id")
    path: str
    year: int
    title: str
    prefix: str = ""
    opens_on: date
    closes_on: date
    timetable: dict[str, Any] = document()
    changes: dict[str, Any] = document()
    launched_at: datetime | None = None


class Quota(SQLModel, table=True):
    """How many a scope may get in a round: fewest (warned of) and most (refused above, or only warned of: `if_not`)."""

    __table_args__ = (
        one_of("scope", "round", "county", "direct_school", "school", "township", "kind", "subject"),
        UniqueConstraint("round_id", "scope", "body_id", "kind", "step"),
        CheckConstraint("at_least IS NULL OR at_most IS NULL OR at_least <= at_most", name="range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = reference("round.id")
    scope: str
    body_id: int | None = reference("body.id", default=None)
    kind: str = ""
    step: str = ""
    at_least: int | None = None
    at_most: int | None = None
    if_not: str = "refuse"
    origin: dict[str, Any] = document()


class Listing(SQLModel, table=True):
    """One act on many runs, drafted, shown and made at once; a made list is immutable.

    A list that is held is applied only then; until then whoever made it may withdraw it whole.
    """

    __table_args__ = (partial("listing_to_apply", "made_at", where="made_at IS NOT NULL AND applied_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int | None = reference("round.id", default=None)
    step: str
    act: str
    body_id: int | None = reference("body.id", default=None)
    drafted_by: int | None = reference("person.id", index=False, default=None)
    drafted_at: datetime
    made_by: int | None = reference("person.id", index=False, default=None)
    made_for: int | None = reference("person.id", index=False, default=None)
    made_at: datetime | None = None
    request_id: str | None = None
    held_until: datetime | None = None
    withdrawn_at: datetime | None = None
    applied_at: datetime | None = None
    number: str | None = None
    code: str | None = Field(default=None, unique=True)
    seed: str | None = None
    sha256: str | None = None
    payload: dict[str, Any] = document()
    document_id: int | None = reference("document.id", default=None)


class ListingEntry(SQLModel, table=True):
    """One run on a list: its place, what happened to it, and why it fell out if it did."""

    __table_args__ = (
        UniqueConstraint("listing_id", "run_id"),
        Index("listing_open", "listing_id", "applied_at", "position"),
    )

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = reference("listing.id", index=False)
    run_id: int = reference("stagerun.id")
    expected_version: int
    position: int
    score: float | None = None
    outcome: str | None = None
    reason: str = ""
    payload: dict[str, Any] = document()
    shown: dict[str, Any] = document()
    overridden_by: int | None = reference("person.id", index=False, default=None)
    applied_at: datetime | None = None
