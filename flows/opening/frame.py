"""The frame of every opening: cycles whose day has come, in chunks, each chunk in a transaction of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlmodel import Session

from flows.engine.apply import carry_on
from flows.engine.calendar import local_day
from flows.engine.consequences.pausing import hush
from flows.engine.consequences.recombining import recombine
from flows.engine.days import calendar_of
from flows.engine.rulebook import Rulebook
from flows.engine.work import Work
from flows.opening.assessments import open_assessments, open_attendance
from flows.opening.cycles import CycleItem, RunningCycle, agendas, due_cycle, due_cycles
from flows.opening.duties import open_duties, open_for_new_seats, owed_by_joiners
from flows.opening.entitlements import entitle
from flows.opening.expiry import close_phase, open_expiry
from flows.opening.units import days_of_new_seats
from flows.opening.windows import open_windows
from flows.programme.agenda import KINDS, Agenda
from models import Cycle, Incident, StageRun
from models.columns import table_of
from models.session import transaction
from models.statements import write

CYCLES, INCIDENTS, RUNS = table_of(Cycle), table_of(Incident), table_of(StageRun)
CHUNK = 400
RUNNING = frozenset({"active", "suspended"})
Opener = Callable[[Work, Sequence[CycleItem]], int]

# What opens each kind of item of an agenda, for many cycles at once.
OPENERS: dict[str, Opener] = {
    "fund": entitle, "duty": open_duties, "assessment": open_assessments, "attendance": open_attendance, "window": open_windows,
    "books": close_phase, "expiry": open_expiry,
}  # fmt: skip

OPENED = (
    update(CYCLES)
    .where(CYCLES.c.id == bindparam("b_id"))
    .values(opened_to=bindparam("b_to"), opens_next_on=bindparam("b_next"))
)


@dataclass
class OpeningReport:
    """What an opening did: cycles looked at, what was opened by kind, and cycles put off because something went wrong."""

    cycles: int = 0
    put_off: int = 0
    opened: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Everything it touched."""
        return self.cycles + self.put_off

    def add(self, done: "OpeningReport") -> None:
        """Count another report in."""
        self.cycles += done.cycles
        self.put_off += done.put_off
        for kind, n in done.opened.items():
            self.opened[kind] = self.opened.get(kind, 0) + n


def openings_due(session: Session, today: date) -> date | None:
    """The first day on which something should have opened by today and has not; None when there is none. One index look-up."""
    found: date | None = session.execute(
        select(CYCLES.c.opens_next_on).where(CYCLES.c.opens_next_on <= today).order_by(CYCLES.c.opens_next_on).limit(1)
    ).scalar()
    return found


def open_due(
    engine: Engine, book: Rulebook, now: datetime, *, chunk: int = CHUNK, most: int = 1_000_000
) -> OpeningReport:
    """Open everything whose day has come, chunk of cycles by chunk, and set the next day of each; at most `most` cycles.

    A killed chunk leaves nothing behind and is taken again. A cycle that cannot be opened falls out of its chunk, a person
    sees it as an incident, and it is tried again the next day.
    """
    report = OpeningReport()
    while report.total < most:
        done = _one_chunk(engine, book, now, min(chunk, most - report.total))
        if not done.total:
            break
        report.add(done)
    return report


def _one_chunk(engine: Engine, book: Rulebook, now: datetime, chunk: int) -> OpeningReport:
    taken: list[int] = []
    try:
        with transaction(engine) as session:
            cycles = due_cycles(session, local_day(now), chunk)
            taken = [one.id for one in cycles]
            return _open(Work(session, book, now, calendar_of(session)), cycles)
    except Exception:
        if not taken:
            raise
        return _one_by_one(engine, book, now, taken)


def _one_by_one(engine: Engine, book: Rulebook, now: datetime, cycle_ids: Sequence[int]) -> OpeningReport:
    report = OpeningReport()
    for cycle_id in cycle_ids:
        try:
            with transaction(engine) as session:
                work = Work(session, book, now, calendar_of(session))
                report.add(_open(work, due_cycle(session, cycle_id, local_day(now))))
        except Exception as error:  # noqa: BLE001  whatever it was, a person sees it as an incident
            _put_off(engine, now, cycle_id, f"周期 {cycle_id} 没有开启：{type(error).__name__}: {error}")
            report.put_off += 1
    return report


def _open(work: Work, cycles: Sequence[RunningCycle]) -> OpeningReport:
    report = OpeningReport(cycles=len(cycles))
    if not cycles:
        return report
    today = local_day(work.now)
    running = [one for one in cycles if one.standing in RUNNING]
    for one in running:
        if one.opened_to is None and one.recombined_by is not None:
            recombine(work, one.studio_id, one.begins_on, one.recombined_by)
    found = agendas(work, running)
    items = _by_kind(running, found, today)
    for kind in KINDS:
        if kind in items:
            report.opened[kind] = OPENERS[kind](work, items[kind])
    joining = _for_new_seats(work, running, found)
    if joining:
        report.opened["duty"] = report.opened.get("duty", 0) + open_for_new_seats(work, joining)
    hush(work, [one.studio_id for one in running if one.standing == "suspended"])
    write(work.session, OPENED, [_opened(one, found.get(one.id), today) for one in cycles])
    carry_on(work)
    return report


def _by_kind(cycles: Sequence[RunningCycle], found: Mapping[int, Agenda], today: date) -> Mapping[str, list[CycleItem]]:
    items: dict[str, list[CycleItem]] = {}
    for cycle in cycles:
        for item in found[cycle.id].between(cycle.opened_to, today):
            items.setdefault(item.kind, []).append(CycleItem(cycle, item))
    return items


def _for_new_seats(work: Work, cycles: Sequence[RunningCycle], found: Mapping[int, Agenda]) -> list[CycleItem]:
    """What those owe who were seated since something of their cycle was last opened, of what was opened before."""
    joined = days_of_new_seats(work, cycles)
    return [
        owed
        for cycle in cycles
        if cycle.id in joined
        for owed in owed_by_joiners(
            work, cycle, found[cycle.id].between(None, cycle.opened_to or cycle.begins_on), joined[cycle.id]
        )
    ]


def _opened(cycle: RunningCycle, plan: Agenda | None, today: date) -> dict[str, Any]:
    return {"b_id": cycle.id, "b_to": today, "b_next": plan.next_day(today) if plan else None}


def _put_off(engine: Engine, now: datetime, cycle_id: int, what: str) -> None:
    with transaction(engine) as session:
        tomorrow = local_day(now) + timedelta(days=1)
        due = (CYCLES.c.id == cycle_id) & (CYCLES.c.opens_next_on < tomorrow)
        if session.execute(update(CYCLES).where(due).values(opens_next_on=tomorrow)).rowcount:  # type: ignore[attr-defined]
            # A case of its studio, so that those who run its programme see it.
            case = (
                select(func.max(RUNS.c.id))
                .join(CYCLES, CYCLES.c.studio_id == RUNS.c.studio_id)
                .where(CYCLES.c.id == cycle_id)
            )
            run_id = session.execute(case).scalar()
            incident = {"kind": "opening", "run_id": run_id, "what": what[:2000], "raised_at": now, "resolution": ""}
            session.execute(insert(INCIDENTS).values(**incident))
