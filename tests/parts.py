"""Parts beside Python that some tests need, and what to say when one is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
MAC_CHROME: Final = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def postgres_programs() -> Path | None:
    """The newest folder with `initdb`, `pg_ctl` and `postgres`, or None."""
    folders = [Path(found).resolve().parent for found in (shutil.which("initdb"), shutil.which("pg_ctl")) if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -int(folder.parent.name))
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def chromium() -> Path | None:
    """The browser that the journeys are clicked in, or None."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    return MAC_CHROME if MAC_CHROME.exists() else None


def _without_chromium() -> str:
    if chromium() is None:
        return "没有找到 Chromium（Debian：apt-get install chromium chromium-driver）"
    if shutil.which("chromedriver") is None:
        return "没有找到 chromedriver（Debian：apt-get install chromium-driver）"
    return ""


def _without_postgresql() -> str:
    return "" if postgres_programs() else "没有找到 PostgreSQL 服务器程序（Debian：apt-get install postgresql）"


def _without_cjk_font() -> str:
    if sys.platform == "darwin":
        return ""
    lister = shutil.which("fc-list")
    listed = subprocess.run([lister, ":lang=zh-cn", "file"], capture_output=True, check=False) if lister else None
    if listed is not None and listed.stdout.strip():
        return ""
    return "没有找到中文字体（Debian：apt-get install fontconfig fonts-wqy-microhei）"


PARTS: Final[dict[str, Callable[[], str]]] = {
    "chromium": _without_chromium,
    "cjk_font": _without_cjk_font,
    "postgresql": _without_postgresql,
}


def need(part: str) -> None:
    """Skip the test with the reason when the part is missing; under CI=true fail it.

    Raises KeyError for a part that nobody declared, so that a misspelt marker cannot skip quietly.
    """
    reason = PARTS[part]()
    if not reason:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI 环境必须具备全部部件：{reason}", pytrace=False)
    pytest.skip(reason)
