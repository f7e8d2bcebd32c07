"""Money of studios: balances, lines of a ledger, what is owed and to whom; whole fen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, select
from sqlmodel import Session

from models import Entitlement, LedgerEntry, Person, StageRun, Studio
from models.columns import table_of
from models.statements import among, rows

LEDGER, ENTITLEMENTS, RUNS = table_of(LedgerEntry), table_of(Entitlement), table_of(StageRun)
PEOPLE, STUDIOS = table_of(Person), table_of(Studio)

SIGNED = case((LEDGER.c.kind == "spent", -LEDGER.c.amount_fen), else_=LEDGER.c.amount_fen)
BALANCES = (
    select(LEDGER.c.studio_id, func.sum(SIGNED).label("fen"))
    .where(among(LEDGER.c.studio_id, "studios"))
    .group_by(LEDGER.c.studio_id)
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger. `fen` is signed: what came in is above zero, what was spent below."""

    id: int
    number: int
    on: date
    kind: str
    fen: int
    use: str
    what: str
    voucher: str
    file_sha256: str | None
    by: str
    corrects: int | None


@dataclass(frozen=True, slots=True)
class Owed:
    """One entitlement: what is due of it (None: not set yet), where it stands and with whom."""

    id: int
    run_id: int
    version: int
    fund: str
    title: str
    period: str
    amount_fen: int | None
    share: int
    due_fen: int | None
    state: str
    desk: str
    waits_for: str
    due_on: date | None
    origin: Mapping[str, Any]


def balances(session: Session, studios: Collection[int]) -> Mapping[int, int]:
    """What each of these studios has left, in fen; one without a line has nothing."""
    found = {row.studio_id: int(row.fen) for row in rows(session, BALANCES, studios=set(studios))}
    return {one: found.get(one, 0) for one in studios}


def lines(session: Session, studio_id: int, since: date | None = None, until: date | None = None) -> Sequence[Line]:
    """The ledger of a studio in the order of its numbers; only the days from `since` to `until` where they are given."""
    chosen = _lines().where(LEDGER.c.studio_id == studio_id).order_by(LEDGER.c.number)
    chosen = chosen if since is None else chosen.where(LEDGER.c.on >= since)
    chosen = chosen if until is None else chosen.where(LEDGER.c.on <= until)
    return [
        Line(row.id, row.number, row.on, row.kind, row.fen, row.use, row.what, row.voucher, row.file_sha256, row.name, row.corrects_id)
        for row in session.execute(chosen)
    ]  # fmt: skip


def _lines() -> Select[Any]:
    return select(LEDGER, SIGNED.label("fen"), PEOPLE.c.name).join(PEOPLE, PEOPLE.c.id == LEDGER.c.by_person_id)


def owed(session: Session, studio_id: int) -> Sequence[Owed]:
    """What a studio is entitled to, the latest first, with the run that pays it."""
    found = session.execute(
        select(ENTITLEMENTS, RUNS.c.id.label("run_id"), RUNS.c.version, RUNS.c.state, RUNS.c.desk)
        .join(RUNS, (RUNS.c.subject_kind == "entitlement") & (RUNS.c.subject_id == ENTITLEMENTS.c.id))
        .where(ENTITLEMENTS.c.studio_id == studio_id)
        .order_by(ENTITLEMENTS.c.begins_on.desc(), ENTITLEMENTS.c.id)
    )
    return [
        Owed(row.id, row.run_id, row.version, row.fund, row.title, row.period, row.amount_fen, row.share, _due(row), row.state,
             row.desk, row.waits_for, row.due_on, row.origin)
        for row in found
    ]  # fmt: skip


def _due(row: Any) -> int | None:
    return None if row.amount_fen is None else row.amount_fen * row.share // 100


def unsettled(session: Session) -> Sequence[tuple[int, int, int]]:
    """Studios whose ledger received something else than what was paid to them: studio, received, paid; none in a sound database."""
    received = (
        select(LEDGER.c.entitlement_id, func.sum(LEDGER.c.amount_fen).label("fen"))
        .where(LEDGER.c.kind == "received", LEDGER.c.entitlement_id.is_not(None))
        .group_by(LEDGER.c.entitlement_id)
        .subquery()
    )
    paid = cast(ENTITLEMENTS.c.amount_fen, BigInteger) * ENTITLEMENTS.c.share // 100
    found = session.execute(
        select(ENTITLEMENTS.c.studio_id, received.c.fen, paid)
        .join(received, received.c.entitlement_id == ENTITLEMENTS.c.id)
        .where(received.c.fen != paid)
    )
    return [(row[0], int(row[1]), int(row[2])) for row in found]
