"""Cycles (周期), as rows of words by a description."""

from datetime import date
from typing import Any

from flows.programme.agenda import cycle_days
from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.looks import said_in
from models import Cycle
from models.columns import table_of

CYCLES = table_of(Cycle)


def cycles(bureau: Bureau, said: Any) -> list[str]:
    """Cycles by studio, number, days and the phase they are in today."""
    wanted = said_in(said, ("studio", "number", "from", "to", "phase"), "cycle")
    query = CYCLES.select().order_by(CYCLES.c.id)
    if "studio" in wanted:
        query = query.where(CYCLES.c.studio_id == the_studio(bureau, str(wanted["studio"])))
    found = []
    for row in seen.all_rows(bureau.engine, query):
        has = {"number": row.number, "from": row.begins_on, "to": row.ends_on}
        phases = _phase(bureau, row.begins_on, row.ends_on)
        right = str(wanted.get("phase", next(iter(phases), ""))) in (phases or [""])
        if right and all(str(has[key]) == str(value) for key, value in wanted.items() if key in has):
            found.append(f"第{row.number}周期 {row.begins_on}…{row.ends_on} {'、'.join(phases)}".rstrip())
    return found


def _phase(bureau: Bureau, begins_on: date, ends_on: date) -> list[str]:
    """What the phase of today is called: its name, its number, its title; nothing where there are no phases."""
    phases = cycle_days(bureau.programme, begins_on, ends_on).phases
    titles = [one.title or "" for one in bureau.programme.cycle.phases.values()]
    for n, (one, title) in enumerate(zip(phases, titles, strict=True), start=1):
        if one.begins_on <= bureau.today <= one.ends_on:
            return [name for name in (one.key, str(n), title) if name]
    return []
