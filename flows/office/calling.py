"""Calls (按要求): what a text asks for only when somebody calls for it is opened by hand, for one studio or for many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from flows.engine.apply import carry_on
from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.telling import Telling, tell
from flows.engine.work import Work, read_facts, rule_of, run_state
from flows.opening.cycles import CycleItem, RunningCycle, running_cycles
from flows.opening.duties import open_called
from flows.opening.entitlements import entitle
from flows.opening.units import desks_above
from flows.programme.agenda import Item
from flows.regulations import programme_under
from models import Duty, StageRun
from models.columns import table_of
from models.statements import among, rows

DUTIES, RUNS = table_of(Duty), table_of(StageRun)
CALL = "call"
OPENED = (
    select(RUNS)
    .join(DUTIES, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
    .where(among(DUTIES.c.cycle_id, "cycles"), among(DUTIES.c.key, "keys"), among(DUTIES.c.period, "periods"))
    .where(RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)


@dataclass(frozen=True, slots=True)
class OnCall:
    """What somebody may call for in a studio: an obligation or a fund, by its key."""

    kind: str
    key: str
    title: str


def callable_by(work: Work, actor: Actor, studio_id: int) -> Sequence[OnCall]:
    """What this actor may call for in a studio now: its receiver or payer may, and the authority and its office."""
    cycle = next(iter(running_cycles(work.session, [studio_id], local_day(work.now))), None)
    if cycle is None:
        return ()
    programme = programme_under(work, cycle.version_id)
    duties = [
        (OnCall("duty", one.name, one.title), one.to) for one in programme.obligations.values() if one.per == CALL
    ]
    funds = [(OnCall("fund", one.name, one.title), one.from_) for one in programme.funds.values() if one.per == CALL]
    return [one for one, who in (*duties, *funds) if _may(work, actor, cycle, who)]


def call_for(work: Work, actor: Actor, studio_ids: Sequence[int], key: str, due_on: date, reason: str = "") -> int:
    """Open an obligation or a fund that is owed on call, for these studios, once a day each; returns how many were opened.

    Whoever answers for an obligation is told. Raises NotFound for a studio that does not run, Refused when the day is not to
    come, the text does not leave it to a call, or the actor may not call for it.
    """
    today = local_day(work.now)
    if due_on <= today:
        raise Refused("too_early", "期限要晚于今天，请改日期。没有改动任何内容。")
    cycles = running_cycles(work.session, sorted(set(studio_ids)), today)
    if not cycles or len(cycles) != len(set(studio_ids)):
        raise NotFound
    kinds: dict[str, list[CycleItem]] = {"duty": [], "fund": []}
    for cycle in cycles:
        item = _item(work, actor, cycle, key, due_on)
        kinds[item.kind].append(CycleItem(cycle, item))
    opened = open_called(work, kinds["duty"], actor, reason) + (entitle(work, kinds["fund"]) if kinds["fund"] else 0)
    _tell(work, actor, kinds["duty"], reason)
    carry_on(work)
    return opened


def _item(work: Work, actor: Actor, cycle: RunningCycle, key: str, due_on: date) -> Item:
    programme, today = programme_under(work, cycle.version_id), local_day(work.now)
    owed, fund = programme.obligations.get(key), programme.funds.get(key)
    if owed is not None and owed.per == CALL and _may(work, actor, cycle, owed.to):
        return Item("duty", key, today.isoformat(), today, due_on, today, due_on, owed.each or "")
    if fund is not None and fund.per == CALL and _may(work, actor, cycle, fund.from_):
        return Item("fund", key, today.isoformat(), today, due_on, today)
    if (owed is not None and owed.per == CALL) or (fund is not None and fund.per == CALL):
        raise Refused("not_yours", "这一项不由您提出。")
    raise Refused("not_called", "办法没有把这一项留给临时要求，它按规定的时间自动开启。")


def _may(work: Work, actor: Actor, cycle: RunningCycle, who: str | None) -> bool:
    cast = work.book.cast(work.session, cycle.version_id)
    leading = {f"body:{cast.authority_id}", f"body:{cast.office_id}"}
    return bool({*leading, *(desks_above(work, cycle, {who}) if who else ())} & actor.keys)


def _tell(work: Work, actor: Actor, items: Sequence[CycleItem], reason: str) -> None:
    if not items:
        return
    found = rows(
        work.session, OPENED, cycles=[one.cycle.id for one in items], keys=[items[0].item.key], periods=[items[0].item.period]
    )  # fmt: skip
    runs = [run_state(row) for row in found]
    facts = read_facts(work, runs)
    tell(work, [
        Telling(run.desk, "filing_asked", run, run.version, rule_of(work, run), facts[run.id], run.due_at, reason=reason,
                actor=actor.name)
        for run in runs
    ])  # fmt: skip
