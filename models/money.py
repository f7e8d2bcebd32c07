"""Money (经费): what a studio is entitled to, and its ledger; whole fen, never a fraction."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, one_of, reference

MOST_FEN = 2_000_000_000  # twenty million yuan: what both databases hold in one number


class Entitlement(SQLModel, table=True):
    """One fund, one period of one studio. `amount_fen` is None until the payer sets it; `share` is the percent that is due.

    `waits_for`: the assessment and period whose result must be out before it is due, as `annual@2025/26`; else empty.
    """

    __table_args__ = (
        UniqueConstraint("studio_id", "fund", "period"),
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
        CheckConstraint("share BETWEEN 0 AND 100", name="share"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    cycle_id: int | None = reference("cycle.id", index=False, default=None)
    fund: str
    period: str
    title: str
    amount_fen: int | None = None
    heads: int | None = None
    share: int = 100
    payer: str
    payee: str
    waits_for: str = ""
    begins_on: date
    ends_on: date
    due_on: date | None = None
    origin: dict[str, Any] = document()


class LedgerEntry(SQLModel, table=True):
    """One line of a studio's earmarked ledger: money received, spent, or a correction of an earlier line."""

    __table_args__ = (
        one_of("kind", "received", "spent", "corrected"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        UniqueConstraint("studio_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = reference("studio.id")
    number: int
    entitlement_id: int | None = reference("entitlement.id", default=None)
    corrects_id: int | None = reference("ledgerentry.id", index=False, default=None)
    decision_id: int | None = reference("decision.id", index=False, default=None)
    kind: str
    amount_fen: int
    use: str = ""
    what: str = ""
    on: date
    voucher: str = ""
    file_sha256: str | None = reference("file.sha256", index=False, default=None)
    by_person_id: int = reference("person.id", index=False)
    entered_at: datetime
