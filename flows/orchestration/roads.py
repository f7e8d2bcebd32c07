"""Roads through Prefect (通路): in this process against the embedded server, or deployments that a worker runs elsewhere."""

import logging
import os
import threading
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from flows.engine.clock import Clock, SystemClock
from flows.orchestration.conductor import Road
from flows.orchestration.looks import DueWork
from flows.orchestration.places import work_on
from flows.orchestration.prefect_child import prefect_environment
from models.settings import Settings

log = logging.getLogger(__name__)
HEALTH_WITHIN = 2.0
SULK = 20.0  # how long Prefect is left alone after it failed


def road_of(site: Settings) -> Road:
    """The road that the settings name."""
    return EmbeddedRoad(site) if site.prefect == "embedded" else ServerRoad(site)


class Health:
    """Whether Prefect answers, asked cheaply; after a failure it is left alone for a while."""

    def __init__(self, address: str, clock: Clock) -> None:
        """`address` ends in /api."""
        self._address, self._clock = address, clock
        self._sulks_until = 0.0

    def good(self) -> bool:
        """Ask now, unless it failed lately."""
        if self._clock.monotonic() < self._sulks_until:
            return False
        try:
            with urllib.request.urlopen(f"{self._address}/health", timeout=HEALTH_WITHIN) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)
        except OSError:
            return False

    def bad(self) -> None:
        """It failed: leave it alone for a while."""
        self._sulks_until = self._clock.monotonic() + SULK


class EmbeddedRoad:
    """Runs the flows in a thread of this process; what is not done within the patience is left to the caller."""

    def __init__(self, site: Settings, clock: Clock | None = None) -> None:
        """Sets Prefect's environment, so it must be made before anything imports Prefect."""
        os.environ.update(prefect_environment(site, site.prefect_port))
        self._patience = site.prefect_patience
        self._health = Health(f"http://127.0.0.1:{site.prefect_port}/api", clock or SystemClock())
        self._thread: threading.Thread | None = None

    def take(self, engine: Engine, due: DueWork, now: datetime) -> bool:  # noqa: ARG002  flows read the clock themselves
        """Run what is due; True when all of it ran through."""
        if (self._thread is not None and self._thread.is_alive()) or not self._health.good():
            return False
        errors: list[Exception] = []
        self._thread = threading.Thread(target=_run_all, args=(engine, due, errors), name="flows", daemon=True)
        self._thread.start()
        self._thread.join(self._patience)
        if self._thread.is_alive() or errors:
            self._health.bad()
            log.warning(
                "Prefect %s，时钟自己办", f"出错：{errors[0]}" if errors else f"{self._patience:.0f} 秒内没有办完"
            )
            return False
        return True


def _run_all(engine: Engine, due: DueWork, errors: list[Exception]) -> None:
    try:
        from flows.orchestration import prefect_flows

        work_on(engine)
        for stage, _ in due.stages:
            prefect_flows.STAGE_FLOWS[stage]()
        if due.openings:
            prefect_flows.open_cycles()
        if due.lists:
            prefect_flows.settle_lists(list(due.lists))
        if due.mail:
            prefect_flows.send_messages()
    except Exception as error:  # noqa: BLE001  the clock does it itself then
        errors.append(error)


class ServerRoad:
    """Starts deployments on a work pool, each occasion once by its idempotency key; a worker elsewhere runs them."""

    def __init__(self, site: Settings, clock: Clock | None = None) -> None:
        """The address of the server is Prefect's own PREFECT_API_URL."""
        for name, value in (("DO_NOT_TRACK", "1"), ("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false"), ("PREFECT_CLIENT_MAX_RETRIES", "3"),
                            ("PREFECT_API_REQUEST_TIMEOUT", "10"), ("PREFECT_LOGGING_LEVEL", "ERROR")):  # fmt: skip
            os.environ.setdefault(name, value)
        self._pool = site.work_pool
        self._health = Health(
            os.environ.get("PREFECT_API_URL", f"http://127.0.0.1:{site.prefect_port}/api"), clock or SystemClock()
        )
        self._ready = False

    def take(self, engine: Engine, due: DueWork, now: datetime) -> bool:  # noqa: ARG002  the worker has its own engine and clock
        """Start a flow run for each part of what is due; True when Prefect has accepted all of them."""
        if not self._health.good():
            return False
        try:
            self._prepare()
            for name, occasion, parameters in occasions(due):
                self._start(name, occasion, parameters)
        except Exception:
            self._health.bad()
            raise
        return True

    def _prepare(self) -> None:
        if not self._ready:
            from flows.orchestration.deployments import deploy_all

            deploy_all(self._pool)
            self._ready = True

    def _start(self, name: str, occasion: str, parameters: dict[str, Any]) -> None:
        from prefect.deployments import run_deployment

        from flows.orchestration.deployments import DEPLOYMENT
        from flows.orchestration.prefect_flows import FLOWS

        run_deployment(
            f"{FLOWS[name].name}/{DEPLOYMENT}",
            parameters=parameters,
            idempotency_key=occasion,
            timeout=0,
            as_subflow=False,
        )


def occasions(due: DueWork) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """(flow, idempotency key, parameters): the key names what is due, so that asking twice for the same starts one run."""
    asked: list[tuple[str, str, dict[str, Any]]] = [
        (stage, f"{stage}/{first.isoformat()}", {}) for stage, first in due.stages
    ]
    if due.lists:
        numbers = "-".join(str(one) for one in due.lists)
        asked.append(("lists", f"lists/{numbers}", {"listing_ids": list(due.lists)}))
    if due.openings:
        asked.append(("openings", f"openings/{due.openings.isoformat()}", {}))
    if due.mail:
        asked.append(("dispatch", f"dispatch/{due.mail.isoformat()}", {}))
    return asked
