"""Looking (查看): what is due now, found by cheap queries, and done by plain functions that know no scheduler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from sqlalchemy import Engine, func, or_, select

from flows.engine.calendar import local_day
from flows.engine.lists import apply_list
from flows.engine.rulebook import Rulebook
from flows.engine.sweep import SweepReport, sweep
from flows.opening import OpeningReport, open_due, openings_due
from models import Listing, Message, StageRun
from models.columns import table_of
from models.session import reading
from notifications.dispatch import dispatch

RUNS, LISTINGS, MESSAGES = table_of(StageRun), table_of(Listing), table_of(Message)
NEAREST = 1000
LISTS_AT_ONCE = 20
MOST_TURNS = 50
MAILS = 200


@dataclass(frozen=True, slots=True)
class DueWork:
    """What waits for the clock: stages with the moment that was first missed, made lists, mail, and cycles with something to open."""

    stages: tuple[tuple[str, datetime], ...] = ()
    lists: tuple[int, ...] = ()
    mail: datetime | None = None
    openings: date | None = None

    def __bool__(self) -> bool:
        """Whether anything is due at all."""
        return bool(self.stages or self.lists or self.mail or self.openings)


@dataclass
class LookReport:
    """What one look did: runs fired and reminded, cycles opened, list entries settled, mails dispatched, and what went wrong."""

    swept: SweepReport = field(default_factory=SweepReport)
    opened: OpeningReport = field(default_factory=OpeningReport)
    settled: int = 0
    dispatched: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Everything it touched."""
        return self.swept.total + self.opened.total + self.settled + self.dispatched


def due_now(engine: Engine, now: datetime) -> DueWork:
    """What is due at `now`: four queries over partial indexes, each bounded, whatever the size of the tables."""
    nearest = (
        select(RUNS.c.stage, RUNS.c.wake_at)
        .where(RUNS.c.wake_at.is_not(None), RUNS.c.wake_at <= now)
        .order_by(RUNS.c.wake_at)
        .limit(NEAREST)
        .subquery()
    )
    made = select(LISTINGS.c.id).where(LISTINGS.c.made_at.is_not(None), LISTINGS.c.applied_at.is_(None))
    made = made.where(or_(LISTINGS.c.held_until.is_(None), LISTINGS.c.held_until <= now))
    unsent = select(MESSAGES.c.next_at).where(MESSAGES.c.status.in_(("queued", "sending")), MESSAGES.c.next_at <= now)
    with reading(engine) as session:
        by_stage = session.execute(select(nearest.c.stage, func.min(nearest.c.wake_at)).group_by(nearest.c.stage)).all()
        return DueWork(
            tuple((stage, first) for stage, first in sorted(by_stage, key=lambda row: (row[1], row[0]))),
            tuple(session.execute(made.order_by(LISTINGS.c.made_at).limit(LISTS_AT_ONCE)).scalars()),
            session.execute(unsent.order_by(MESSAGES.c.next_at).limit(1)).scalar(),
            openings_due(session, local_day(now)),
        )


def look(engine: Engine, book: Rulebook, now: datetime) -> LookReport:
    """Do everything that is due at `now`, and what becomes due by doing it. One part that fails does not stop the others."""
    report = LookReport()
    for _ in range(MOST_TURNS):
        due, before = due_now(engine, now), report.total
        if due.stages:
            _safely(report, "到期", lambda: _add(report.swept, sweep(engine, book, now)))
        if due.openings:  # after the deadlines of the day before, so that what was due then is late before books close
            _safely(report, "开启", lambda: report.opened.add(open_due(engine, book, now)))
        for listing_id in due.lists:
            _safely(report, f"名单 {listing_id}", partial(_settle, report, engine, book, listing_id, now))
        if due.mail:
            _safely(report, "通知", lambda: _send(report, engine, now))
        if report.total == before:
            break
    return report


def settle_lists(engine: Engine, book: Rulebook, listing_ids: Sequence[int], now: datetime) -> int:
    """Apply made lists to their end; returns how many entries were settled."""
    return sum(apply_list(engine, book, listing_id, now) for listing_id in listing_ids)


def send_mail(engine: Engine, now: datetime) -> int:
    """Dispatch what is due in batches until nothing is left that can go now; returns how many were seen."""
    seen = 0
    for _ in range(MOST_TURNS):
        n = dispatch(engine, now, limit=MAILS).seen
        seen += n
        if n < MAILS:
            break
    return seen


def _settle(report: LookReport, engine: Engine, book: Rulebook, listing_id: int, now: datetime) -> None:
    report.settled += apply_list(engine, book, listing_id, now)


def _send(report: LookReport, engine: Engine, now: datetime) -> None:
    report.dispatched += send_mail(engine, now)


def _add(to: SweepReport, done: SweepReport) -> None:
    to.fired += done.fired
    to.reminded += done.reminded
    to.put_off += done.put_off
    to.incidents += done.incidents
    for stage, n in done.stages.items():
        to.stages[stage] = to.stages.get(stage, 0) + n


def _safely(report: LookReport, what: str, do: Callable[[], None]) -> None:
    try:
        do()
    except Exception as error:  # noqa: BLE001  mail goes on when a sweep fails, and the other way round
        report.errors.append(f"{what}：{type(error).__name__}: {error}")
