"""Cycles whose day has come: taken one worker at a time, each with its studio and its agenda."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from flows.engine.calendar import Term as TermDays
from flows.engine.calendar import WorkCalendar
from flows.engine.work import Work
from flows.programme.agenda import Agenda, Item, agenda, cycle_days
from flows.regulations import programme_under
from models import Cycle, Studio, Term
from models.columns import table_of
from models.locking import locks_rows
from models.statements import among, rows

CYCLES, STUDIOS, TERMS = table_of(Cycle), table_of(Studio), table_of(Term)
MOST_KEPT = 512
_kept: dict[tuple[Any, ...], Agenda] = {}

FIELDS = (
    CYCLES.c.id, CYCLES.c.studio_id, CYCLES.c.number, CYCLES.c.version_id, CYCLES.c.begins_on, CYCLES.c.ends_on,
    CYCLES.c.granted_on, CYCLES.c.opened_to, STUDIOS.c.programme_id, STUDIOS.c.name, STUDIOS.c.level, STUDIOS.c.standing,
    STUDIOS.c.host_id, STUDIOS.c.home_body_id, CYCLES.c.recombined_by,
)  # fmt: skip
WITH_STUDIO = select(*FIELDS).join(STUDIOS, STUDIOS.c.id == CYCLES.c.studio_id)
DUE = (
    WITH_STUDIO.where(CYCLES.c.opens_next_on <= bindparam("today", type_=CYCLES.c.opens_next_on.type))
    .order_by(CYCLES.c.opens_next_on, CYCLES.c.id)
    .limit(bindparam("most"))
)
ONE = WITH_STUDIO.where(
    CYCLES.c.id == bindparam("cycle"), CYCLES.c.opens_next_on <= bindparam("today", type_=CYCLES.c.opens_next_on.type)
)
TODAY = bindparam("today", type_=CYCLES.c.begins_on.type)
RUNNING = WITH_STUDIO.where(
    among(CYCLES.c.studio_id, "studios"), STUDIOS.c.standing.in_(("active", "suspended"))
).where(CYCLES.c.begins_on <= TODAY, CYCLES.c.ends_on >= TODAY)
# Who takes a cycle has it until the transaction ends; another worker passes it by. SQLite has one writer anyway.
DUE_LOCKED = DUE.with_for_update(of=CYCLES, skip_locked=True)
ONE_LOCKED = ONE.with_for_update(of=CYCLES, skip_locked=True)
ENTERED = select(TERMS.c.body_id, TERMS.c.key, TERMS.c.kind, TERMS.c.begins_on, TERMS.c.ends_on).where(
    among(TERMS.c.body_id, "bodies")
)


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """A cycle with its studio, as openers see it."""

    id: int
    studio_id: int
    number: int
    version_id: int
    begins_on: date
    ends_on: date
    granted_on: date | None
    opened_to: date | None
    programme_id: int
    name: str
    level: str
    standing: str
    host_id: int
    home_body_id: int
    recombined_by: int | None


@dataclass(frozen=True, slots=True)
class CycleItem:
    """One item of the agenda of one cycle, whose day has come. `joined_on`: only for those whose seat began then or later."""

    cycle: RunningCycle
    item: Item
    joined_on: date | None = None


def due_cycles(session: Session, today: date, most: int) -> list[RunningCycle]:
    """Cycles of which something opens today or should have opened before, oldest first, not in another worker's hands."""
    statement = DUE_LOCKED if _locks(session) else DUE
    return [RunningCycle(*row) for row in rows(session, statement, today=today, most=most)]


def due_cycle(session: Session, cycle_id: int, today: date) -> list[RunningCycle]:
    """One cycle, if it is still due and not in another worker's hands."""
    statement = ONE_LOCKED if _locks(session) else ONE
    return [RunningCycle(*row) for row in rows(session, statement, cycle=cycle_id, today=today)]


def running_cycles(session: Session, studio_ids: Sequence[int], today: date) -> list[RunningCycle]:
    """The cycles that these studios are in today; none of a studio that does not run."""
    return [RunningCycle(*row) for row in rows(session, RUNNING, studios=list(studio_ids), today=today)]


def agendas(work: Work, cycles: Sequence[RunningCycle]) -> Mapping[int, Agenda]:
    """The agenda of each of these cycles, by id; cycles that begin on the same day under the same version share one."""
    authorities = {one.version_id: work.book.cast(work.session, one.version_id).authority_id for one in cycles}
    entered = entered_terms(work.session, set(authorities.values()))
    return {one.id: _agenda(work, one, entered.get(authorities[one.version_id], ())) for one in cycles}


def _agenda(work: Work, one: RunningCycle, entered: tuple[TermDays, ...]) -> Agenda:
    programme = programme_under(work, one.version_id)
    key = (programme.sha256, one.begins_on, one.ends_on, entered, work.calendar)
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = made(programme, one.begins_on, one.ends_on, entered, work.calendar)
    return _kept[key]


def made(programme: Any, begins_on: date, ends_on: date, entered: Iterable[TermDays], calendar: WorkCalendar) -> Agenda:
    """The agenda of a cycle of a programme with these days, by the terms a bureau has entered."""
    return agenda(programme, cycle_days(programme, begins_on, ends_on, entered), calendar)


def entered_terms(session: Session, bodies: set[int]) -> Mapping[int, tuple[TermDays, ...]]:
    """The terms that these bureaus have entered, in order; one query."""
    found: dict[int, list[TermDays]] = {}
    for row in rows(session, ENTERED, bodies=bodies):
        found.setdefault(row.body_id, []).append(TermDays(row.key, row.kind, row.begins_on, row.ends_on))
    return {body: tuple(sorted(terms, key=lambda term: term.begins_on)) for body, terms in found.items()}


def _locks(session: Session) -> bool:
    return locks_rows(session)
