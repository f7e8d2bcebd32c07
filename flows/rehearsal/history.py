"""The history around a step (前后经过): what was done to a case, line by line, as a scenario names it."""

from collections.abc import Iterable
from typing import Any

from flows.engine.calendar import CHINA
from flows.rehearsal import seen
from flows.rehearsal.addresses import find
from flows.rehearsal.bureau import Bureau, UnknownName
from models import Transition
from models.columns import table_of

TRANSITIONS = table_of(Transition)
LAST = 12


def history_around(bureau: Bureau, addresses: Iterable[str]) -> list[str]:
    """The last moves of everything these addresses name; of the whole bureau where they name nothing."""
    studios: set[int] = set()
    runs: set[int] = set()
    for address in addresses:
        try:
            target = find(bureau, address)
        except UnknownName:
            continue
        runs |= {run.id for run in target.runs}
        if target.studio_id is not None and not target.runs:
            studios.add(target.studio_id)
    query = TRANSITIONS.select().add_columns(
        seen.RUNS.c.path, seen.RUNS.c.step, seen.RUNS.c.subject_kind, seen.RUNS.c.application_id
    )
    query = query.join(seen.RUNS, seen.RUNS.c.id == TRANSITIONS.c.run_id).order_by(TRANSITIONS.c.id.desc()).limit(LAST)
    if runs or studios:
        query = query.where(TRANSITIONS.c.run_id.in_(runs) | seen.RUNS.c.studio_id.in_(studios))
    return [_line(bureau, row) for row in reversed(seen.all_rows(bureau.engine, query))]


def _line(bureau: Bureau, row: Any) -> str:
    at = row.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    who = (
        bureau.name_of_person(row.actor_id)
        if row.actor_id is not None
        else {"clock": "时钟", "engine": "系统", "public": "公众"}.get(row.actor_kind, row.actor_kind)
    )
    whose = next((f"{name} " for (_, name), one in bureau.applications.items() if one == row.application_id), "")
    moved = f"{row.from_state}→{row.to_state}" if row.from_state else row.to_state
    reason = f"（{row.reason}）" if row.reason else ""
    return f"{at} {who} {whose}{row.path}/{row.step} {row.event}：{moved}{reason}"


def addresses_in(said: Any) -> list[str]:
    """Everything in an expectation that may be an address."""
    if isinstance(said, dict):
        return [str(key) for key in said] + [one for value in said.values() for one in addresses_in(value)]
    if isinstance(said, list):
        return [one for value in said for one in addresses_in(value)]
    return [said] if isinstance(said, str) else []
