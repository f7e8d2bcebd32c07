"""A person at a terminal: what StudioFlow's commands say there, and how they end."""

import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from models.session import database
from models.settings import settings
from studioflow import main
from tests.processes import ROOT

Said = tuple[int, str, str]
"""Exit code, standard output, standard error."""


class Terminal:
    """A terminal with an empty database and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ, "STUDIOFLOW_DATABASE_URL": f"sqlite:///{folder / 'cli.db'}", "STUDIOFLOW_FILES": str(folder / "files"),
            "STUDIOFLOW_NEW_PASSWORD": "zhu-ren-2026",
        }  # fmt: skip

    def starts(self, *words: str) -> Said:
        """A command in a process of its own, as a site starts it."""
        done = subprocess.run(
            [sys.executable, "-m", "studioflow", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return _plainly(done.returncode, done.stdout, done.stderr)

    def types(self, *words: str) -> Said:
        """The same in a copy of this process, which has imported everything already."""
        out, err = self.folder / "said.txt", self.folder / "complained.txt"
        child = os.fork()
        if child == 0:
            self._run(words, out, err)
        _, status = os.waitpid(child, 0)
        return _plainly(
            os.waitstatus_to_exitcode(status), out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )

    def _run(self, words: tuple[str, ...], out: Path, err: Path) -> NoReturn:
        code = 1
        try:
            sys.stdout, sys.stderr = out.open("w", encoding="utf-8"), err.open("w", encoding="utf-8")
            os.dup2(sys.stdout.fileno(), 1)
            os.dup2(sys.stderr.fileno(), 2)
            os.environ |= self.environment
            os.chdir(ROOT)
            settings.cache_clear()
            database.cache_clear()
            sys.argv = ["studioflow", *words]
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        except BaseException:  # noqa: BLE001  as Python itself does with what nobody caught
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _plainly(code: int, out: str, err: str) -> Said:
    assert "Traceback" not in err, err
    return code, out, err
