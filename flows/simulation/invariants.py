"""Invariants (守则): what must hold after every day, found by a few indexed queries; each finding in words."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine, bindparam, exists, func, select

from flows.doctor import examine
from models import Assessment, Cycle, Entitlement, Incident, LedgerEntry, Result, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.money import SIGNED
from models.session import reading
from models.statements import rows

RUNS, STUDIOS, CYCLES, SEATS = table_of(StageRun), table_of(Studio), table_of(Cycle), table_of(Seat)
INCIDENTS, LEDGER, ENTITLEMENTS = table_of(Incident), table_of(LedgerEntry), table_of(Entitlement)
ASSESSMENTS, RESULTS = table_of(Assessment), table_of(Result)
OVER = ("revoked", "ended", "lapsed")
SLACK = timedelta(minutes=1)
# A database in memory has neither files, nor an address to send mail to, nor a disk that damages it.
NOT_HERE = frozenset({"schema_current", "files", "messages", "integrity"})


ENDED = STUDIOS.c.standing.in_(OVER)
CHECKS = {
    "已结束的工作室还有在办的事项": select(STUDIOS.c.id).where(ENDED, exists().where(RUNS.c.studio_id == STUDIOS.c.id, RUNS.c.ended_at.is_(None))),
    "已结束的工作室还有在任的成员": select(STUDIOS.c.id).where(ENDED, exists().where(SEATS.c.studio_id == STUDIOS.c.id, SEATS.c.to_on.is_(None))),
    "运行中的工作室没有周期": select(STUDIOS.c.id).where(STUDIOS.c.standing == "active", ~exists().where(CYCLES.c.studio_id == STUDIOS.c.id)),
    "系统异常": select(INCIDENTS.c.id).where(INCIDENTS.c.resolved_at.is_(None)),
    "到期没有办": select(RUNS.c.id).where(RUNS.c.wake_at <= bindparam("before", type_=RUNS.c.wake_at.type)),
    "账目余额小于零": select(LEDGER.c.studio_id.label("id")).group_by(LEDGER.c.studio_id).having(func.sum(SIGNED) < 0),
    "送达了却没有等次": select(ASSESSMENTS.c.id).join(RESULTS, RESULTS.c.assessment_id == ASSESSMENTS.c.id).where(RESULTS.c.grade == "", ASSESSMENTS.c.released_at.is_not(None)),
}  # fmt: skip
SAYS = tuple(CHECKS)
LOOK = select(*(query.limit(1).scalar_subquery().label(f"found{n}") for n, query in enumerate(CHECKS.values())))


def broken_today(engine: Engine, now: datetime) -> list[str]:
    """What does not hold now; empty as long as all is well."""
    with reading(engine) as session:
        [seen] = rows(session, LOOK, before=now - SLACK)
    return [f"{says}（如 {one}）" for says, one in zip(SAYS, seen, strict=True) if one is not None]


def broken_at_last(engine: Engine, now: datetime) -> Iterator[str]:
    """What the doctor finds when all is over."""
    for finding in examine(engine, now, NOT_HERE):
        yield from (f"{finding.title}：{one}" for one in finding.broken)
