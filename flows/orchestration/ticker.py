"""The ticker (节拍): APScheduler knows when to look; only the leader does."""

import logging
from collections.abc import Callable
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from flows.engine.calendar import CHINA, MORNING
from flows.engine.clock import Clock
from flows.orchestration.leader import SPAN, Deposed, Leadership

log = logging.getLogger(__name__)
Work = Callable[[Engine, datetime], object]


class Ticker:
    """A few fixed jobs in memory: nothing in them must survive, because all that is due stands in the database."""

    def __init__(
        self,
        leadership: Leadership,
        clock: Clock,
        *,
        look: Work,
        morning: Work,
        housekeeping: Work,
        look_every: float,
        span: float = SPAN,
    ) -> None:
        """`look`, `morning` and `housekeeping` are called with a fenced engine and the moment."""
        self._leadership, self._clock = leadership, clock
        self._look, self._morning, self._housekeeping = look, morning, housekeeping
        self._led = False
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(5)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=CHINA,
        )
        add = self._scheduler.add_job
        add(self.beat, "interval", seconds=span / 3, id="beat")
        add(self.look, "interval", seconds=look_every, id="look")
        add(self._led_only(morning), "cron", hour=MORNING, id="morning")
        add(self._led_only(housekeeping), "cron", hour=3, minute=10, id="housekeeping")

    def start(self) -> None:
        """Begin; the first beat and look come at once."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self.beat()
        self._scheduler.start()
        self._scheduler.add_job(self.look, id="first look")

    def stop(self) -> None:
        """Let running jobs end, then give the lease back."""
        self._scheduler.shutdown(wait=True)
        self._leadership.release()

    def beat(self) -> None:
        """Keep or take the lease; whoever comes into office does at once what the one before may have missed."""
        leads = self._quietly(self._leadership.beat)
        if leads and not self._led:
            log.info("本进程是主时钟（第 %s 任）", self._leadership.term)
            if self._clock.now().astimezone(CHINA).hour >= MORNING and self._scheduler.running:
                self._scheduler.add_job(self._led_only(self._morning))
        self._led = bool(leads)

    def look(self) -> None:
        """One look at what is due."""
        self._led_only(self._look)()

    def _led_only(self, do: Work) -> Callable[[], None]:
        def run() -> None:
            if self._leadership.leads:
                self._quietly(lambda: do(self._leadership.fenced(), self._clock.now()))

        return run

    def _quietly(self, do: Callable[[], object]) -> object:
        try:
            return do()
        except Deposed as error:
            log.warning("%s", error)
        except Exception:  # the next tick looks again
            log.exception("时钟这一拍没有办成，下一拍再试")
        return None
