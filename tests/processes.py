"""StudioFlow's own processes, started as a site starts them, each on ports of its own, and stopped whatever happens."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Site:
    """Settings of one site in a folder of its own, its processes, and what they answer."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder, self.port, self.prefect_port = folder, free_port(), free_port()
        self.environment = {
            **os.environ,
            "STUDIOFLOW_DATABASE_URL": database_url, "STUDIOFLOW_FILES": str(folder / "files"), "STUDIOFLOW_DEMO": "0",
            "STUDIOFLOW_PORT": str(self.port), "STUDIOFLOW_PREFECT_PORT": str(self.prefect_port),
            "STUDIOFLOW_PREFECT_HOME": str(folder / "prefect"), "STUDIOFLOW_LOOK_EVERY": "1", "STUDIOFLOW_PREFECT": "off",
            "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PYTHONUNBUFFERED": "1", **settings,
        }  # fmt: skip
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a module of Python with this site's settings; what it says goes into a file of its own."""
        output = (self.folder / f"process{len(self.started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        output.close()
        self.started.append(process)
        return process

    def said(self, number: int = 0) -> str:
        return (self.folder / f"process{number}.log").read_text(encoding="utf-8")

    def answers(self, path: str = "/healthz") -> bool:
        return status(f"http://127.0.0.1:{self.port}{path}") == 200

    @property
    def prefect_api(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}/api"

    def prefect_answers(self) -> bool:
        return status(f"{self.prefect_api}/health") == 200

    def finished_flows(self) -> list[str]:
        """Names of the flow runs that Prefect calls completed."""
        rows = ask(f"{self.prefect_api}/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}})
        return [row["name"] for row in rows]

    def tables(self) -> list[str]:
        """Keys of the tables that flows published."""
        return [row["key"] for row in ask(f"{self.prefect_api}/artifacts/filter", {})]

    def stop(self) -> None:
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def site(folder: Path, database_url: str, **settings: str) -> Iterator[Site]:
    """A site whose processes end with the block."""
    one = Site(folder, database_url, **settings)
    try:
        yield one
    finally:
        one.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def status(address: str) -> int:
    """The status of an answer; 0 when nobody answers."""
    try:
        with LOCAL.open(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def ask(address: str, body: Mapping[str, Any]) -> Any:
    request = urllib.request.Request(address, json.dumps(body).encode(), {"content-type": "application/json"})
    with LOCAL.open(request, timeout=10) as answer:
        return json.load(answer)


def until(what: Callable[[], object], within: float, why: str) -> float:
    """Wait until something is so; returns the seconds it took. Fails when it takes longer."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > within:
            raise AssertionError(f"{why}: not within {within:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - began


def children(pid: int) -> list[int]:
    """Every process below this one, by its parents."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [child for child, parent in pairs if parent == pid]
    return found + [deeper for child in found for deeper in children(child)]


def alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")
