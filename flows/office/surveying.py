"""Surveying established studios (预检): what taking a workbook over would store, and what stands in its way; writes nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from flows.engine.consequences.money import paid_period
from flows.engine.work import Work
from flows.office.established import Ground, look_over, spoiled
from flows.office.history import History
from flows.roster.established_rows import MEMBERS, PAYMENTS, RESULTS, SHEETS, STUDIOS, Established
from flows.roster.rows import WHOLE, Row
from models import Assessment, Entitlement, Result, Seat
from models.columns import table_of

ASSESSMENTS, ENTITLEMENTS, RESULT_ROWS, SEATS = (
    table_of(one) for one in (Assessment, Entitlement, Result, Seat)
)  # fmt: skip
Told = tuple[Any, ...]


def survey(work: Work, programme_id: int, established: Established) -> dict[str, Any]:
    """Rows by sheet: new, there already, faulty, and waiting because their studio has a fault elsewhere; every fault.

    `studios` counts those that would be stored, `spoiled` those that would be left out. Raises Refused where no version of
    the programme is in force.
    """
    ground, history = look_over(work, programme_id, established)
    bad, there = spoiled(established), _there(work, ground)
    sheets: list[tuple[str, list[int]]] = [
        (sheet, _counted(ground, history, established.rows[sheet], bad, there)) for sheet in SHEETS
    ]
    new = [row for row in established.rows[STUDIOS] if row.key not in bad and row.key not in ground.studios]
    return {
        "sheets": [line for line in sheets if sum(line[1])],
        "counts": {key: sum(line[1][n] for line in sheets) for n, key in enumerate(("new", "same", "faulty", "waiting"))},
        "studios": len(new), "spoiled": len(bad),
        "faults": [asdict(one) for one in established.all_faults()],
        "blocked": bool(established.faults), "unreadable": any(one.sheet == WHOLE for one in established.faults),
    }  # fmt: skip


def _counted(
    ground: Ground, history: History, rows: list[Row], bad: set[str], there: Mapping[str, set[Told]]
) -> list[int]:
    counts = [0, 0, 0, 0]
    for row in rows:
        if row.faults:
            counts[2] += 1
        elif row.key in bad:
            counts[3] += 1
        else:
            counts[row.key in ground.studios and _told(ground, history, row) in there[row.sheet]] += 1
    return counts


def _there(work: Work, ground: Ground) -> dict[str, set[Told]]:
    """What is stored already of the studios that there are, as `_told` tells it; three queries."""
    ids = [one.id for one in ground.studios.values()]
    seats = select(SEATS.c.studio_id, SEATS.c.person_id).where(SEATS.c.studio_id.in_(ids))
    results = (
        select(ASSESSMENTS.c.cycle_id, ASSESSMENTS.c.key, ASSESSMENTS.c.period, SEATS.c.person_id)
        .join(RESULT_ROWS, RESULT_ROWS.c.assessment_id == ASSESSMENTS.c.id)
        .outerjoin(SEATS, SEATS.c.id == RESULT_ROWS.c.seat_id)
        .where(ASSESSMENTS.c.studio_id.in_(ids))
    )
    paid = select(ENTITLEMENTS.c.studio_id, ENTITLEMENTS.c.fund, ENTITLEMENTS.c.period).where(
        ENTITLEMENTS.c.studio_id.in_(ids)
    )
    found = {name: {tuple(one) for one in work.session.execute(query)} for name, query in
             ((MEMBERS, seats), (RESULTS, results), (PAYMENTS, paid))}  # fmt: skip
    return found | {STUDIOS: {(one,) for one in ids}}


def _told(ground: Ground, history: History, row: Row) -> Told:
    """What a row of a studio that is there tells of."""
    studio = ground.studios[row.key]
    if row.sheet == STUDIOS:
        return (studio.id,)
    if row.sheet == MEMBERS:
        return (studio.id, ground.people[row.get("工号")])
    item = history.item(row)
    if row.sheet == RESULTS:
        return (studio.cycle_id, item.key, item.period, ground.people.get(row.get("成员工号")))
    return (studio.id, item.key, paid_period(item.period, studio.number))
