"""No code of the engine, the stages or the web knows a programme by name: what differs stands in the files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.programme import library

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("flows", "models", "notifications", "web")
TEMPLATES = ROOT / "templates"


def words_of(file: Path) -> Iterator[tuple[int, str]]:
    """Every string constant of a file but docstrings and the help of commands, with its line."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_code_names_a_programme(folder: str) -> None:
    codes = set(library())
    named = [
        f"{file.relative_to(ROOT)}:{line} {word}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for line, word in words_of(file)
        if word in codes
    ]
    assert not named, named


def test_no_template_branches_on_a_programme() -> None:
    codes = library()
    named = [
        f"{file.relative_to(ROOT)} {code}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for code in codes
        if f'"{code}"' in file.read_text(encoding="utf-8") or f"'{code}'" in file.read_text(encoding="utf-8")
    ]
    assert not named, named


def test_no_name_of_the_code_is_that_of_a_programme() -> None:
    codes = {code.replace("-", "_") for code in library()}
    named = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.id}"
        for folder in FOLDERS
        for file in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id.lower() in codes
    ]
    assert not named, named
