"""Under way (已在进行): a cycle that is taken over in the middle opens what is not past, and nothing of what is."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import update

from flows.engine.apply import carry_on
from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.opening.cycles import CYCLES, WITH_STUDIO, CycleItem, RunningCycle, agendas
from flows.opening.frame import OPENERS
from flows.programme.agenda import KINDS, Agenda, Item

NEVER_LATE = frozenset({"attendance", "books", "expiry"})  # looks back over time of which nothing is known


def open_under_way(work: Work, cycle_ids: Collection[int]) -> int:
    """Open what of these cycles has begun and is not past, each once, and set the day on which the next opens; returns how many."""
    today = local_day(work.now)
    found = work.session.execute(WITH_STUDIO.where(CYCLES.c.id.in_(cycle_ids)).order_by(CYCLES.c.id))
    cycles = [RunningCycle(*row) for row in found]
    plans = agendas(work, cycles)
    items: dict[str, list[CycleItem]] = {}
    for cycle in cycles:
        for item in not_past(plans[cycle.id], today):
            items.setdefault(item.kind, []).append(CycleItem(cycle, item))
    opened = sum(OPENERS[kind](work, items[kind]) for kind in KINDS if kind in items)
    for cycle in cycles:
        days = {"opened_to": today, "opens_next_on": plans[cycle.id].next_day(today)}
        work.session.execute(update(CYCLES).where(CYCLES.c.id == cycle.id).values(**days))
    carry_on(work)
    return opened


def not_past(plan: Agenda, today: date) -> list[Item]:
    """What has begun by today and is still to be done or paid."""
    begun = plan.between(None, today)
    due = {(one.key, one.period): one.due_on for one in begun if one.kind == "assessment"}
    return [one for one in begun if _last_day(one, due.get((one.beside, one.period))) >= today]


def _last_day(item: Item, beside: date | None) -> date:
    if item.kind in NEVER_LATE:
        return item.opens_on
    if item.kind == "fund":
        return item.ends_on
    return item.due_on or beside or max(item.ends_on, item.opens_on)
