"""One place commits: what lies below the edge cannot end a transaction."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {ROOT / "models" / "session.py"}


def _sources() -> Iterator[Path]:
    yield ROOT / "studioflow.py"
    for package in ("flows", "models", "notifications", "web"):
        yield from sorted((ROOT / package).rglob("*.py"))


def _commits(source: str) -> list[int]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"]


def test_commit_is_seen_where_it_is_called() -> None:
    assert _commits("session.flush()\nsession.commit()\n") == [2]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commit_happens_only_in_the_session(path: Path) -> None:
    if path in ALLOWED:
        return
    lines = _commits(path.read_text(encoding="utf-8"))
    assert not lines, f"{path.relative_to(ROOT)}:{lines[0]} 提交了事务；只有 models/session.py 可以提交"
