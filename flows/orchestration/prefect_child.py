"""The embedded Prefect server (内置 Prefect): a child on loopback with its own SQLite, which may die or be deleted at any time."""

import os
from contextlib import suppress
from pathlib import Path

from flows.orchestration.kept import Kept
from models.settings import Settings

NICENESS = 10
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0


def prefect_environment(site: Settings, port: int) -> dict[str, str]:
    """What Prefect reads: its home, its address, no telemetry, no server of its own making, a quick refusal when it is away."""
    address = f"http://127.0.0.1:{port}"
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(site.prefect_home),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_API_REQUEST_TIMEOUT": "10",
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "NO_PROXY": ",".join({*filter(None, os.environ.get("NO_PROXY", "").split(",")), "127.0.0.1", "localhost"}),
    }


class PrefectChild:
    """Starts the server, starts it again when it dies (each time after a longer pause), and stops it."""

    def __init__(self, site: Settings) -> None:
        """Starts nothing yet; `watch` does."""
        self._home = Path(site.prefect_home)
        self._port = site.prefect_port
        self._environment = prefect_environment(site, site.prefect_port)
        self._kept: Kept | None = None
        self._pause = FIRST_PAUSE
        self._next = 0.0

    def watch(self, monotonic: float) -> None:
        """Call every second or so: starts the server when it is not there and its pause is over."""
        if self._kept is not None and self._kept.runs:
            return
        if self._kept is not None and self._next <= 0:
            self._next, self._pause = monotonic + self._pause, min(self._pause * 2, LONGEST_PAUSE)
        if monotonic < self._next:
            return
        self._next = 0.0
        self._start()

    def stop(self) -> None:
        """Stop the server."""
        if self._kept is not None:
            self._kept.stop()

    def _start(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "server.log").open("ab") as output:
            arguments = ["server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
            self._kept = Kept("prefect", arguments, self._environment, output, nice=NICENESS)
            self._kept.start()
        with suppress(OSError):
            (self._home / "server.pid").write_text(str(self._kept.pid))
