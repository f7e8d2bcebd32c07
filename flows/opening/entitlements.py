"""Entitlements (经费) of a cycle: one for each fund and period that the text gives; held where the last result sets their share."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import local_day
from flows.engine.consequences.money import open_entitlements, paid_period, parties
from flows.engine.rulebook import FundRule
from flows.engine.work import Intent, Work
from flows.opening.assessments import passed
from flows.opening.cycles import CycleItem, agendas
from flows.programme.agenda import Item
from models import Assessment, Consequence, Seat
from models.columns import table_of
from models.queries.bodies import Place, lineages
from models.statements import among, rows

ASSESSMENTS, CONSEQUENCES, SEATS = table_of(Assessment), table_of(Consequence), table_of(Seat)
FULL = 100

JUDGED = (
    select(ASSESSMENTS.c.id, ASSESSMENTS.c.studio_id, ASSESSMENTS.c.key, ASSESSMENTS.c.period, ASSESSMENTS.c.ends_on)
    .where(among(ASSESSMENTS.c.studio_id, "studios"))
    .order_by(ASSESSMENTS.c.ends_on, ASSESSMENTS.c.id)
)
SHARES = (
    select(CONSEQUENCES.c.studio_id, CONSEQUENCES.c.value, CONSEQUENCES.c.origin)
    .where(among(CONSEQUENCES.c.studio_id, "studios"), CONSEQUENCES.c.kind == "fund")
    .order_by(CONSEQUENCES.c.id)
)
HEADS = (
    select(SEATS.c.studio_id, SEATS.c.role, SEATS.c.duty_role)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.to_on.is_(None))
    .order_by(SEATS.c.id)
)


def entitle(work: Work, items: Sequence[CycleItem]) -> int:
    """Open what these studios are entitled to, each once; returns how many.

    One whose share an earlier result has set already begins with that share; one whose result is not out is held.
    """
    studios = {one.cycle.studio_id for one in items}
    above = lineages(work.session, {one.cycle.home_body_id for one in items})
    judged, shares, heads = _judged(work, studios), _shares(work, studios), _heads(work, studios)
    coming = _still_to_come(work, items)
    wanted: list[tuple[int, dict[str, Any], int | None]] = []
    asked: list[int] = []
    for one in items:
        rule = work.book.fund(work.session, one.cycle.version_id, one.item.key)
        if not rule.pays(one.cycle.level):
            continue
        waits = _waits_for(rule, one, judged, coming.get(one.cycle.id, ()))
        asked.append(shares.get((one.cycle.studio_id, rule.key, waits[0]), FULL) if waits else FULL)
        row = _row(work, one, rule, above[one.cycle.home_body_id], heads.get(one.cycle.studio_id, ()))
        wanted.append((one.cycle.version_id, row | {"waits_for": waits[1] if waits else ""}, None))
    opened = open_entitlements(work, wanted)
    for place, run_id in opened.items():
        if asked[place] != FULL:
            work.ask(Intent(run_id, "set_share", {"share": asked[place]}))
    return len(opened)


def _row(work: Work, one: CycleItem, rule: FundRule, above: Sequence[Place], seats: Sequence[Any]) -> dict[str, Any]:
    item, amount, heads = one.item, rule.amount(one.cycle.level), None
    if rule.per_head:
        heads = sum(1 for seat in seats if _counts(rule, seat))
        amount = None if amount is None else amount * heads
    return {
        "studio_id": one.cycle.studio_id, "cycle_id": one.cycle.id, "fund": rule.key, "period": paid_period(item.period, one.cycle.number), "title": rule.title,
        "amount_fen": amount, "heads": heads, "share": FULL, "begins_on": item.begins_on, "ends_on": item.ends_on,
        "due_on": item.ends_on, "origin": dict(rule.origin), **parties(work, one.cycle.version_id, rule, one.cycle, above),
    }  # fmt: skip


def _counts(rule: FundRule, seat: Any) -> bool:
    """Whether a seat is a head of the fund: each person once, by the role or the further role within it."""
    return (
        seat.role in rule.per_head
        or seat.duty_role in rule.per_head
        or ("member" in rule.per_head and seat.role != "host")
    )


def _still_to_come(work: Work, items: Sequence[CycleItem]) -> Mapping[int, Sequence[Item]]:
    """By cycle, the assessments that open only after these funds: what is judged well after its year is over (赤峰 第十七条)."""
    waiting = {one.cycle for one in items if work.book.fund(work.session, one.cycle.version_id, one.item.key).waits_for}
    found, today = agendas(work, list(waiting)) if waiting else {}, local_day(work.now)
    return {
        cycle.id: [
            item
            for item in found[cycle.id].items
            if item.kind == "assessment" and item.opens_on > today and not passed(CycleItem(cycle, item))
        ]
        for cycle in waiting
    }


def _waits_for(
    rule: FundRule, one: CycleItem, judged: Mapping[int, Sequence[Any]], coming: Sequence[Item]
) -> tuple[int, str] | None:
    """The last assessment before this period whose result sets the fund's share: its id and name; of an earlier cycle too.

    One that is still to be opened has no id yet, and is told from those of earlier cycles by the number of its own.
    """
    later = [item for item in coming if item.key in rule.waits_for and item.ends_on < one.item.begins_on]
    if later:
        last = max(later, key=lambda item: item.ends_on)
        return 0, f"{last.key}@{paid_period(last.period, one.cycle.number)}"
    before = [
        row
        for row in judged.get(one.cycle.studio_id, ())
        if row.key in rule.waits_for and row.ends_on < one.item.begins_on
    ]
    return (before[-1].id, f"{before[-1].key}@{before[-1].period}") if before else None


def _judged(work: Work, studios: set[int]) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows(work.session, JUDGED, studios=studios):
        found.setdefault(row.studio_id, []).append(row)
    return found


def _shares(work: Work, studios: set[int]) -> Mapping[tuple[int, str, int], int]:
    """What results have left of a fund's next period, the last word for each: by studio, fund and assessment."""
    found: dict[tuple[int, str, int], int] = {}
    for row in rows(work.session, SHARES, studios=studios):
        about = str(row.origin.get("about", ""))
        if about.startswith("assessment:") and "share" in row.origin:
            found[row.studio_id, row.value, int(about.removeprefix("assessment:"))] = int(row.origin["share"])
    return found


def _heads(work: Work, studios: set[int]) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows(work.session, HEADS, studios=studios):
        found.setdefault(row.studio_id, []).append(row)
    return found
