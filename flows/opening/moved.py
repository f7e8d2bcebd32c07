"""Openings that a corrected calendar moves behind the day a cycle was last looked at: they are opened, and nothing else is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam

from flows.engine.apply import carry_on
from flows.engine.calendar import WorkCalendar, local_day
from flows.engine.consequences.pausing import hush
from flows.engine.work import Work
from flows.opening.cycles import CYCLES, STUDIOS, WITH_STUDIO, CycleItem, RunningCycle, agendas
from flows.opening.frame import OPENERS, RUNNING
from flows.programme.agenda import KINDS, Agenda, Item
from models.statements import rows

# Of a cycle that is looked at today anyway, what opens after the mark is found by that look.
LOOKED_AT = WITH_STUDIO.where(
    STUDIOS.c.standing.in_(RUNNING), CYCLES.c.opened_to.is_not(None), CYCLES.c.opens_next_on.is_not(None)
).where(CYCLES.c.begins_on <= bindparam("today", type_=CYCLES.c.begins_on.type))


def open_moved(work: Work, before: WorkCalendar) -> int:
    """Open what was to open later by the calendar `before` and now lies behind the mark of its cycle; returns how many.

    What had passed the mark by the calendar before is not opened again, so nobody owes what was not theirs. A deadline
    that would lie in the past stays where it was.
    """
    today = local_day(work.now)
    cycles = [RunningCycle(*row) for row in rows(work.session, LOOKED_AT, today=today)]
    if not cycles:
        return 0
    old = agendas(Work(work.session, work.book, work.now, before), cycles)
    new = agendas(work, cycles)
    items = _by_kind(cycles, old, new, today)
    opened = sum(OPENERS[kind](work, items[kind]) for kind in KINDS if kind in items)
    hush(work, {one.cycle.studio_id for some in items.values() for one in some if one.cycle.standing == "suspended"})
    carry_on(work)
    return opened


def _by_kind(
    cycles: Sequence[RunningCycle], old: Mapping[int, Agenda], new: Mapping[int, Agenda], today: date
) -> Mapping[str, list[CycleItem]]:
    found: dict[str, list[CycleItem]] = {}
    kept: dict[tuple[int, int, date | None], list[Item]] = {}  # cycles of one programme and day share their agendas
    for cycle in cycles:
        place = (id(old[cycle.id]), id(new[cycle.id]), cycle.opened_to)
        if place not in kept:
            kept[place] = _passed_over(old[cycle.id], new[cycle.id], cycle.opened_to or today, today)
        for item in kept[place]:
            found.setdefault(item.kind, []).append(CycleItem(cycle, item))
    return found


def _passed_over(old: Agenda, new: Agenda, mark: date, today: date) -> list[Item]:
    later = {(one.kind, one.key, one.period): one for one in old.items if one.opens_on > mark}
    return [
        _not_overdue(one, later[one.kind, one.key, one.period], today)
        for one in new.between(None, mark)
        if (one.kind, one.key, one.period) in later
    ]


def _not_overdue(item: Item, before: Item, today: date) -> Item:
    past = item.due_on is not None and item.due_on < today
    return replace(item, due_on=before.due_on) if past else item
