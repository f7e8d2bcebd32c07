"""Duties (应办事项) of a cycle: each obligation of each period, for each unit, opened as a set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from flows.engine.alike import Alike, Subject, open_alike
from flows.engine.calendar import local_day
from flows.engine.consequences.pausing import PAUSED
from flows.engine.date_words import full_date
from flows.engine.declare import THE_ENGINE, Actor, Part
from flows.engine.work import Work
from flows.opening.cycles import CycleItem, RunningCycle
from flows.opening.units import Party, party_of
from flows.programme import Programme
from flows.programme.agenda import Item, duty_due
from flows.programme.schema import Obligation
from flows.regulations import programme_under
from models import Duty
from models.columns import table_of
from models.facts import Anchors, DutyFacts
from models.statements import among, insert_rows, rows

DUTIES = table_of(Duty)
WAITED = "待定"
THERE = select(DUTIES.c.cycle_id, DUTIES.c.key, DUTIES.c.period, DUTIES.c.unit_kind, DUTIES.c.unit_id).where(
    among(DUTIES.c.cycle_id, "cycles"), among(DUTIES.c.key, "keys"), among(DUTIES.c.period, "periods")
)


@dataclass(frozen=True, slots=True, eq=False)  # the same one or another: a programme is no key
class _Group:
    """What the duties of one item under one version share."""

    version_id: int
    programme: Programme
    obligation: Obligation
    item: Item
    starts_on: date


def open_duties(work: Work, items: Sequence[CycleItem]) -> int:
    """Open the duties of these items, each once; returns how many were opened.

    What had passed when a cycle was granted is waived and says so; what begins in a pause waits until the studio goes on.
    """
    return _open(work, items)


def open_for_new_seats(work: Work, items: Sequence[CycleItem]) -> int:
    """Open what those who have joined since owe (`owed_by_joiners`); a member's school that is new is added. Returns how many."""
    return _open(work, items, joined=True)


def open_called(work: Work, items: Sequence[CycleItem], actor: Actor, reason: str) -> int:
    """Open what somebody called for, in their name; returns how many were opened."""
    return _open(work, items, actor=actor, reason=reason)


def _open(
    work: Work, items: Sequence[CycleItem], *, joined: bool = False, actor: Actor = THE_ENGINE, reason: str = ""
) -> int:
    if not items:
        return 0
    groups = _grouped(work, items)
    today = local_day(work.now)
    owed = [group.obligation for group in groups]
    party = party_of(work, {one.cycle.id: one.cycle for one in items}.values(), owed, today)
    there = _there(work, items)
    written: list[dict[str, Any]] = []
    alike: list[tuple[_Group, list[dict[str, Any]]]] = []
    for group, members in groups.items():
        new = [row for row in _rows(work, group, members, party, joined=joined) if _place(row) not in there]
        written += new
        there |= {_place(row) for row in new}
        alike.append((group, [row for row in new if not row["waived"]]))
    if not written:
        return 0
    for duty_id, row in zip(insert_rows(work.session, DUTIES, written), written, strict=True):
        row["id"] = duty_id
    return len(open_alike(work, [_alike(group, new, actor, reason) for group, new in alike if new]))


def _grouped(work: Work, items: Sequence[CycleItem]) -> dict[_Group, list[CycleItem]]:
    """Items of one version, key and period of cycles that began on one day together: they are due for the same reason."""
    found: dict[tuple[int, date, Item], list[CycleItem]] = {}
    for one in items:
        found.setdefault((one.cycle.version_id, one.cycle.begins_on, one.item), []).append(one)
    groups = {}
    for (version_id, starts_on, item), members in found.items():
        programme = programme_under(work, version_id)
        groups[_Group(version_id, programme, programme.obligations[item.key], item, starts_on)] = members
    return groups


def _there(work: Work, items: Sequence[CycleItem]) -> set[tuple[Any, ...]]:
    found = rows(
        work.session, THERE, cycles={one.cycle.id for one in items}, keys={one.item.key for one in items},
        periods={one.item.period for one in items},
    )  # fmt: skip
    return {tuple(row) for row in found}


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a duty unique."""
    return row["cycle_id"], row["key"], row["period"], row["unit_kind"], row["unit_id"]


def _rows(
    work: Work, group: _Group, members: Sequence[CycleItem], party: Party, *, joined: bool
) -> Iterator[dict[str, Any]]:
    one, item = group.obligation, group.item
    cast = work.book.cast(work.session, group.version_id)
    shared = {
        "key": item.key, "period": item.period, "title": one.title, "need": one.least, "counted": 0,
        "begins_on": item.begins_on, "ends_on": item.ends_on, "due_on": item.due_on, "receiver": "", "blocks": list(one.blocks),
        "soft": one.soft, "record_id": None,
    }  # fmt: skip
    for owed in members:
        cycle = owed.cycle
        waived = _waived(owed)
        for unit in party.units(
            group.programme, item.each, cycle, (owed.joined_on or cycle.opened_to) if joined else None
        ):
            yield {
                **shared, "studio_id": cycle.studio_id, "cycle_id": cycle.id, "unit_kind": unit.kind, "unit_id": unit.id,
                "title": f"{one.title}（{unit.name}）" if unit.name else one.title, "waived": waived,
                "responsible": party.responsible(one.who or "", unit, cycle, cast),
                "receiver": party.desk(one.to, unit, cycle, cast) if one.to else "",
            }  # fmt: skip


def _waived(owed: CycleItem) -> str:
    """Why this is not owed though its day has come; empty when it is."""
    cycle, due_on = owed.cycle, owed.item.due_on
    if cycle.granted_on is not None and due_on is not None and due_on < cycle.granted_on:
        return f"周期于 {full_date(cycle.granted_on)} 才批准，这一期已经过去，免办"
    return PAUSED if cycle.standing == "suspended" else ""


def _alike(group: _Group, new: Sequence[dict[str, Any]], actor: Actor, reason: str) -> Alike:
    item = group.item
    days = Anchors(item.begins_on, item.ends_on, group.starts_on)
    facts = DutyFacts(parts={Part.RESPONSIBLE: WAITED}, due_on=item.due_on, begins_on=item.begins_on, days=days)
    subjects = [Subject(row["id"], row["studio_id"], row["responsible"]) for row in new]
    return Alike(group.version_id, "obligations", group.item.key, "duty", facts, subjects, actor, reason)


def owed_by_joiners(
    work: Work, cycle: RunningCycle, items: Sequence[Item], days: Sequence[date]
) -> Iterator[CycleItem]:
    """What those who joined a running cycle on these days owe of what was opened before, the latest day first.

    It is what is still open; and what is due some time after the start of its period, counted from the day on which they
    joined, as long as it then falls due within the period: a text that asks a plan of each member asks it of them too.
    """
    today = local_day(work.now)
    programme = programme_under(work, cycle.version_id)
    for item in items:
        if item.kind != "duty" or not item.each:
            continue
        owed = programme.obligations[item.key]
        if item.each != "school" and owed.due.anchor == "start" and owed.due.side == "after":
            yield from _counted_from_joining(work, cycle, item, owed, days)
        elif item.due_on is None or item.due_on >= today:
            yield CycleItem(cycle, item)


def _counted_from_joining(
    work: Work, cycle: RunningCycle, item: Item, owed: Obligation, days: Sequence[date]
) -> Iterator[CycleItem]:
    for joined_on in days:
        begins_on = max(joined_on, item.begins_on)
        due = duty_due(owed).of(Anchors(begins_on, item.ends_on, cycle.begins_on), work.calendar)
        if due is not None and due.on <= item.ends_on:
            yield CycleItem(cycle, replace(item, begins_on=begins_on, due_on=due.on), joined_on)
