"""Style sheets, script and fonts: our own files and those of the installed theme, under hashed addresses."""

import hashlib
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

OWN = Path(__file__).parent / "static"
ADMIN = find_spec("starlette_admin")  # only its files are used: importing it costs a start a tenth of its time
THEME = Path(str(ADMIN and ADMIN.origin)).parent / "static"
THEME_PREFIX = "theme/"

_YEAR = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
# The parts of the theme that pages use; its scripts and pickers belong to the administrators' pages.
_THEME_FILES = (
    "css/vendor/tabler.min.css",
    "css/vendor/fontawesome.min.css",
    "webfonts/fa-solid-900.woff2",
    "webfonts/fa-regular-400.woff2",
)


@cache
def _digest(root: Path) -> str:
    """Hash all files that pages use of one folder, so that a changed file changes every address that may need it."""
    names = _THEME_FILES if root == THEME else tuple(sorted(p.relative_to(root).as_posix() for p in root.rglob("*.*")))
    total = hashlib.sha256()
    for name in names:
        total.update(name.encode())
        total.update((root / name).read_bytes())
    return total.hexdigest()[:12]


class HashedFiles(StaticFiles):
    """Files below `/<digest>/`: the current digest may be kept a year, any other still answers (rolling updates)."""

    def __init__(self, root: Path) -> None:
        """Serve `root`."""
        super().__init__(directory=root)
        self.digest = _digest(root)

    def get_path(self, scope: Scope) -> str:
        """Drop the digest from the address."""
        return super().get_path(scope).partition(os.sep)[2]

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file and say how long it may be kept."""
        response = await super().get_response(path, scope)
        current = f"/{self.digest}/" in scope["path"]
        response.headers["Cache-Control"] = _YEAR if current else _HOUR
        return response


def asset_url(name: str) -> str:
    """Give the address of one asset: `studioflow.css`, or `theme/css/vendor/tabler.min.css`.

    Raises FileNotFoundError when there is no such file, so that a misspelt name fails in the first test.
    """
    theme = name.startswith(THEME_PREFIX)
    root, path = (THEME, name.removeprefix(THEME_PREFIX)) if theme else (OWN, name)
    if not (root / path).is_file():
        message = f"no asset {name}"
        raise FileNotFoundError(message)
    return f"/assets/{'theme' if theme else 'own'}/{_digest(root)}/{path}"


def mount_assets(app: FastAPI) -> None:
    """Serve our own files and the theme's below `/assets`."""
    app.mount("/assets/own", HashedFiles(OWN), name="assets")
    app.mount("/assets/theme", HashedFiles(THEME), name="theme")
