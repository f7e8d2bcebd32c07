"""Payments (拨付): one entitlement with the run that pays it, the voucher of a line, and decisions that allow an overdraft."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from models import Decision, Entitlement, File, LedgerEntry, StageRun, Studio
from models.columns import table_of

ENTITLEMENTS, RUNS, STUDIOS = table_of(Entitlement), table_of(StageRun), table_of(Studio)
LEDGER, STORED, DECISIONS = table_of(LedgerEntry), table_of(File), table_of(Decision)


def entitlement_of(session: Session, entitlement_id: int) -> Row[Any] | None:
    """An entitlement with its run, its studio, and when and with which voucher it was paid."""
    run = (RUNS.c.subject_kind == "entitlement") & (RUNS.c.subject_id == ENTITLEMENTS.c.id)
    paid = LEDGER.c.entitlement_id == ENTITLEMENTS.c.id
    joined = (
        ENTITLEMENTS.join(RUNS, run).join(STUDIOS, STUDIOS.c.id == ENTITLEMENTS.c.studio_id).outerjoin(LEDGER, paid)
    )
    return session.execute(
        select(ENTITLEMENTS, RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.state, RUNS.c.desk, RUNS.c.ended_at, STUDIOS.c.name.label("studio"),
               LEDGER.c.on.label("paid_on"), LEDGER.c.voucher, LEDGER.c.amount_fen.label("paid_fen"))
        .select_from(joined)
        .where(ENTITLEMENTS.c.id == entitlement_id)
        .order_by(RUNS.c.id.desc())
        .limit(1)
    ).first()  # fmt: skip


def voucher_of(session: Session, studio_id: int, line_id: int) -> Row[Any] | None:
    """The scanned voucher of one line of a studio's ledger, as it is served."""
    return session.execute(
        select(LEDGER.c.file_sha256, STORED.c.type)
        .join(STORED, STORED.c.sha256 == LEDGER.c.file_sha256)
        .where(LEDGER.c.id == line_id, LEDGER.c.studio_id == studio_id)
    ).first()


def vouchers_of(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """The scanned vouchers of a studio's ledger, in the order of its lines."""
    return session.execute(
        select(LEDGER.c.number, LEDGER.c.what, LEDGER.c.file_sha256, STORED.c.type)
        .join(STORED, STORED.c.sha256 == LEDGER.c.file_sha256)
        .where(LEDGER.c.studio_id == studio_id)
        .order_by(LEDGER.c.number)
    ).all()


def decided_overdrafts(session: Session, studio_id: int) -> Sequence[Row[Any]]:
    """Questions about a studio that were decided, the latest first: an expense above the balance names one of them."""
    decided = (
        (RUNS.c.subject_kind == "decision") & (RUNS.c.subject_id == DECISIONS.c.id) & (RUNS.c.outcome == "decided")
    )
    return session.execute(
        select(DECISIONS.c.id, DECISIONS.c.question)
        .select_from(DECISIONS.join(RUNS, decided))
        .where(DECISIONS.c.studio_id == studio_id)
        .order_by(DECISIONS.c.id.desc())
        .limit(20)
    ).all()
