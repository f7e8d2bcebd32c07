"""A kept process (子进程): runs a module and ends when its parent is gone, however the parent died."""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO

WATCH_EVERY = 0.5
PATIENCE = 8.0


class Kept:
    """A child that runs `python -m MODULE …`; start it again after it died, stop it when done."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: IO[bytes] | None = None,
        *,
        nice: int = 0,
    ) -> None:
        """Starts nothing yet. `output` takes what it says; None leaves it on this process's own output."""
        self._module, self._arguments, self._environment = module, list(arguments), dict(environment)
        self._output, self._nice = output, nice
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Whether the child lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the child last started; 0 before the first."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the child in a session of its own: a Ctrl-C in the terminal reaches only the parent, which stops it in order."""
        command = [sys.executable, "-m", __name__, str(os.getpid()), str(self._nice), self._module, *self._arguments]
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own modules
            command, env={**os.environ, **self._environment}, stdin=subprocess.DEVNULL, stdout=self._output,
            stderr=subprocess.STDOUT if self._output else None, start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        """Ask the child to end, and end it after some seconds."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def end_with_parent(parent: int) -> None:
    """Watch from a thread; when the parent is another, ask this process to end, and after some seconds end it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _run() -> None:
    parent, nice, module, *arguments = sys.argv[1:]
    end_with_parent(int(parent))
    os.nice(int(nice))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run()
