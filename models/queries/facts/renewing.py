"""Facts of studios that ask to go on: the results of the cycle that ends, and whether the next exists."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models import Assessment, Cycle, Result, Studio
from models.columns import table_of
from models.facts import Facts, RenewalFacts
from models.queries.facts.ground import cases_of, ground
from models.statements import among, rows

CYCLES, ASSESSMENTS, RESULTS, STUDIOS = (table_of(one) for one in (Cycle, Assessment, Result, Studio))

RELEASED = (
    select(
        ASSESSMENTS.c.cycle_id,
        ASSESSMENTS.c.key,
        func.coalesce(func.nullif(RESULTS.c.after_rectification, ""), RESULTS.c.grade).label("grade"),
    )
    .join(RESULTS, RESULTS.c.assessment_id == ASSESSMENTS.c.id)
    .where(among(ASSESSMENTS.c.cycle_id, "cycles"), ASSESSMENTS.c.released_at.is_not(None), RESULTS.c.seat_id.is_(None))
    .order_by(ASSESSMENTS.c.ends_on, ASSESSMENTS.c.id)
)
CYCLES_OF = select(CYCLES).where(among(CYCLES.c.studio_id, "studios")).order_by(CYCLES.c.studio_id, CYCLES.c.number)
STANDINGS = select(STUDIOS.c.id, STUDIOS.c.standing).where(among(STUDIOS.c.id, "studios"))


def results_of(session: Session, cycles: Collection[int]) -> Mapping[int, Mapping[str, str]]:
    """By cycle, the studio's grade of each assessment whose result is released, the last of each key, after rectification."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows(session, RELEASED, cycles=cycles):
        found[row.cycle_id][row.key] = row.grade
    return found


def results_of_last_cycle(session: Session, studios: Collection[int | None]) -> Mapping[int, Mapping[str, str]]:
    """By studio, the grades of its last cycle."""
    wanted = {one for one in studios if one is not None}
    if not wanted:
        return {}
    last = {row.studio_id: row.id for row in rows(session, CYCLES_OF, studios=wanted)}
    graded = results_of(session, set(last.values()))
    return {studio_id: graded.get(cycle_id, {}) for studio_id, cycle_id in last.items()}


def renewal_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of applications for a next cycle. Where the case names no cycle, the last one of the studio is meant."""
    del now
    found = cases_of(session, runs)
    studios = {case.studio_id for case in found.values() if case.studio_id is not None}
    cycles: dict[int, list[Any]] = defaultdict(list)
    for row in rows(session, CYCLES_OF, studios=studios):
        cycles[row.studio_id].append(row)
    standings = {row.id: row.standing for row in rows(session, STANDINGS, studios=studios)}
    results = results_of(session, {row.id for known in cycles.values() for row in known})
    answer: dict[int, Facts] = {}
    for run in runs:
        case = found[run.application_id]
        known = cycles.get(case.studio_id or 0, [])
        ending = next((one for one in known if one.id == case.cycle_id), known[-1] if known else None)
        answer[run.id] = RenewalFacts(
            **ground(run, case, casts[run.version_id]), results=results.get(ending.id, {}) if ending else {},
            cycle_ends_on=ending.ends_on if ending else None, standing=standings.get(case.studio_id or 0, ""),
            next_exists=bool(ending and any(one.number == ending.number + 1 for one in known)),
        )  # fmt: skip
    return answer
