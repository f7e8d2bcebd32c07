"""Facts of entitlements: what is due, to whom, and whether the result they wait for is out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, select
from sqlmodel import Session

from models import Assessment, Cycle, Decision, Entitlement, StageRun, Studio
from models.columns import table_of
from models.facts import Facts, GrantFacts
from models.queries.facts.ground import ground
from models.statements import among, rows

ENTITLEMENTS, STUDIOS, ASSESSMENTS = table_of(Entitlement), table_of(Studio), table_of(Assessment)
DECISIONS, RUNS, CYCLES = table_of(Decision), table_of(StageRun), table_of(Cycle)

_UNDECIDED = (
    exists()
    .where(DECISIONS.c.studio_id == ENTITLEMENTS.c.studio_id, DECISIONS.c.fund == ENTITLEMENTS.c.fund)
    .where(RUNS.c.subject_kind == "decision", RUNS.c.subject_id == DECISIONS.c.id, RUNS.c.ended_at.is_(None))
)
_NAME = ASSESSMENTS.c.key + "@" + ASSESSMENTS.c.period
_CYCLE = select(cast(CYCLES.c.number, String)).where(CYCLES.c.id == ASSESSMENTS.c.cycle_id).scalar_subquery()
_WAITED_FOR = exists().where(
    ASSESSMENTS.c.studio_id == ENTITLEMENTS.c.studio_id,
    ENTITLEMENTS.c.waits_for.in_((_NAME, _NAME + "#" + _CYCLE)),
)
# Not out: still under way, or not even opened.
_UNRELEASED = _WAITED_FOR.where(ASSESSMENTS.c.released_at.is_(None)) | ~_WAITED_FOR
OWED = (
    select(
        ENTITLEMENTS,
        STUDIOS.c.name.label("studio_name"),
        STUDIOS.c.host_id,
        _UNDECIDED.label("undecided"),
        _UNRELEASED.label("unreleased"),
    )
    .join(STUDIOS, STUDIOS.c.id == ENTITLEMENTS.c.studio_id)
    .where(among(ENTITLEMENTS.c.id, "entitlements"))
)


def grant_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of entitlements; one query. One that waits is out when its result is released and nothing about it is undecided."""
    del now
    owed = {row.id: row for row in rows(session, OWED, entitlements={run.subject_id for run in runs})}
    found: dict[int, Facts] = {}
    for run in runs:
        one = owed[run.subject_id]
        stood = ground(run, None, casts[run.version_id])
        stood["parts"] |= {"payer": one.payer, "host": f"person:{one.host_id}"}
        found[run.id] = GrantFacts(
            **stood, title=f"{one.studio_name} {one.title}", amount_fen=one.amount_fen, share=one.share, waits_for=one.waits_for,
            result_out=not (one.waits_for and (one.undecided or one.unreleased)), due_on=one.due_on,
        )  # fmt: skip
    return found
