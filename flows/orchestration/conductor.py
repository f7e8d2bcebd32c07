"""The conductor (调度): hands what is due to Prefect where there is one, and does it itself where there is none."""

import logging
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from flows.engine.clock import Clock
from flows.engine.rulebook import Rulebook
from flows.orchestration.looks import DueWork, LookReport, due_now, look

log = logging.getLogger(__name__)


class Road(Protocol):
    """A way through Prefect."""

    def take(self, engine: Engine, due: DueWork, now: datetime) -> bool:
        """Have this work done; True when it is in Prefect's hands and may be waited for, False when it is not."""
        ...


class Conductor:
    """Deadlines and mail never wait for Prefect: what it was given and has not done within `patience` seconds is done here.

    Doing it twice does no harm: whoever claims a run, an entry or a message first has it.
    """

    def __init__(self, book: Rulebook, clock: Clock, road: Road | None = None, *, patience: float = 30.0) -> None:
        """Without a road everything is done here."""
        self._book, self._clock, self._road, self._patience = book, clock, road, patience
        self._given_at: float | None = None
        self.by_itself = 0

    def look(self, engine: Engine, now: datetime) -> LookReport | None:
        """One look; returns what was done here, None when there was nothing to do or Prefect has it."""
        due = due_now(engine, now)
        if not due:
            self._given_at = None
            return None
        if self._road is not None and not self._waited_enough() and self._give(engine, due, now):
            return None
        self._given_at = None
        report = look(engine, self._book, self._clock.now())
        self.by_itself += 1
        for error in report.errors:
            log.error("%s", error)
        if report.total:
            log.info(
                "到期 %s 件，提醒 %s 条，名单 %s 人，通知 %s 条",
                report.swept.fired,
                report.swept.reminded,
                report.settled,
                report.dispatched,
            )
        return report

    def _waited_enough(self) -> bool:
        """Whether Prefect has had something in hand for longer than its time, with work still due now."""
        return self._given_at is not None and self._clock.monotonic() - self._given_at >= self._patience

    def _give(self, engine: Engine, due: DueWork, now: datetime) -> bool:
        assert self._road is not None
        try:
            taken = self._road.take(engine, due, now)
        except Exception as error:  # noqa: BLE001  whatever is the matter with Prefect, the work is done
            log.warning("Prefect 没有接手（%s），时钟自己办", error)
            return False
        if taken and self._given_at is None:
            self._given_at = self._clock.monotonic()
        return taken
