"""Going on by applying anew (再申报): where the text asks for it, a studio that may keeps its standing until the next round has gone by."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from flows.engine.rulebook import RenewalPath
from flows.engine.work import Happening, Work
from models import Application, Cycle, ProgrammeVersion, Round, StageRun, Studio
from models.columns import table_of
from models.queries.facts.renewing import results_of
from models.statements import among, rows

APPLICATIONS, CYCLES, ROUNDS, RUNS, STUDIOS = (table_of(one) for one in (Application, Cycle, Round, StageRun, Studio))
VERSIONS = table_of(ProgrammeVersion)
LAST = (
    select(CYCLES.c.id, CYCLES.c.studio_id, CYCLES.c.version_id, CYCLES.c.ends_on, VERSIONS.c.programme_id)
    .join(VERSIONS, VERSIONS.c.id == CYCLES.c.version_id)
    .where(among(CYCLES.c.id, "cycles"))
)
DECIDED = (
    select(APPLICATIONS.c.cycle_id)
    .where(among(APPLICATIONS.c.cycle_id, "cycles"), APPLICATIONS.c.gives == "cycle")
    .where(APPLICATIONS.c.outcome.is_not(None), APPLICATIONS.c.outcome != "withdrawn")
)
GONE_BY = (
    select(VERSIONS.c.programme_id, func.max(ROUNDS.c.closes_on).label("closes_on"))
    .join(ROUNDS, ROUNDS.c.version_id == VERSIONS.c.id)
    .join(RUNS, (RUNS.c.subject_kind == "round") & (RUNS.c.subject_id == ROUNDS.c.id) & (RUNS.c.state == "concluded"))
    .where(among(VERSIONS.c.programme_id, "programmes"))
    .group_by(VERSIONS.c.programme_id)
)
STANDING = (
    select(STUDIOS.c.id)
    .join(VERSIONS, VERSIONS.c.programme_id == STUDIOS.c.programme_id)
    .where(among(VERSIONS.c.id, "versions"), STUDIOS.c.standing.in_(("active", "suspended")))
    .order_by(STUDIOS.c.id)
)


def may_ask_anew(work: Work, cycles: Mapping[int, int]) -> set[int]:
    """Those of these studios, each with its last cycle, whose results let them apply in a round that is still to come (石家庄 后段2)."""
    last = [one for one in rows(work.session, LAST, cycles=list(cycles.values())) if _anew(work, one.version_id)]
    if not last:
        return set()
    results = results_of(work.session, [one.id for one in last])
    decided = {row.cycle_id for row in rows(work.session, DECIDED, cycles=[one.id for one in last])}
    gone_by = {
        row.programme_id: row.closes_on
        for row in rows(work.session, GONE_BY, programmes=[one.programme_id for one in last])
    }
    return {
        one.studio_id
        for one in last
        if one.id not in decided
        and not (one.programme_id in gone_by and gone_by[one.programme_id] > one.ends_on)
        and any(_enough(results.get(one.id, {}), path) for path in _anew(work, one.version_id))
    }


def kept_for_rounds(work: Work, ended: Sequence[Happening]) -> Mapping[int, Happening]:
    """The studios whose time may be over because a round that they could have applied in has been concluded, each with that."""
    rounds = [one for one in ended if one.run.subject_kind == "round" and one.move.to == "concluded"]
    rounds = [one for one in rounds if _anew(work, one.run.version_id)]
    return {
        row.id: one for one in rounds for row in rows(work.session, STANDING, versions=[one.run.version_id])
    }  # fmt: skip


def _anew(work: Work, version_id: int) -> Sequence[RenewalPath]:
    return [path for path in work.book.renewals(work.session, version_id) if path.call == "round" and path.needs]


def _enough(results: Mapping[str, str], path: Any) -> bool:
    return all(results.get(key) in enough for key, enough in path.needs.items())
