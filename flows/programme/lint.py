"""Lint of a programme (检查): what reads well but cannot be a regulation."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flows.programme.expand import Origin
from flows.programme.faults import Fault
from flows.programme.lint_dates import lint_dates
from flows.programme.lint_names import lint_names
from flows.programme.lint_parts import lint_parts
from flows.programme.loading import build, open_sheet
from flows.programme.reading import Place, Sheet, dotted, read
from flows.programme.schema import Programme

# Naming, not ruling: what a thing is called needs no clause of its own.
NAMING = {"title", "step", "stage", "programme", "source", "level", "words", "kinds", "clauses", "absent"}


def check(paths: Iterable[Path | str]) -> list[Fault]:
    """Every fault of the files (or library codes), in order of file and line. Raises FileNotFoundError."""
    faults: list[Fault] = []
    for path in paths:
        programme, sheet = build(open_sheet(path))
        if programme is not None:
            lint(programme, sheet)
        faults.extend(sheet.faults)
    return sorted(faults)


def examine(text: str, file: str) -> tuple[Programme | None, tuple[Fault, ...]]:
    """The programme of a text under the name of its file, and every fault in order of line; None when it cannot become one."""
    programme, sheet = build(read(text, file))
    if programme is not None:
        lint(programme, sheet)
    return programme, tuple(sorted(sheet.faults))


def lint(programme: Programme, sheet: Sheet) -> None:
    """Adds to the sheet what section by section contradicts itself."""
    lint_names(programme, sheet)
    _lint_origins(programme, sheet)
    _lint_clauses(programme, sheet)
    lint_parts(programme, sheet)
    lint_dates(programme, sheet)


def citations(values: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every clause cited in the file as written, with its place."""
    if isinstance(values, list):
        for n, item in enumerate(values):
            name = item["step"] if isinstance(item, dict) and "step" in item else n
            yield from citations(item, (*place, name))
    elif isinstance(values, dict):
        for key, value in values.items():
            here = (*place, key)
            if key == "clause" or place == ("absent", "excluded"):
                yield from ((here, str(clause)) for clause in (value if isinstance(value, list) else [value]))
            elif here != ("clauses",):
                yield from citations(value, here)


def _lint_clauses(programme: Programme, sheet: Sheet) -> None:
    rules, prose = set(programme.clauses.rules), set(programme.clauses.prose)
    cited: dict[str, Place] = {}
    for place, clause in citations(sheet.values):
        cited.setdefault(clause, place)
    for clause, place in cited.items():
        if clause not in rules:
            message = (f"引用的条款“{clause}”不在 clauses.rules 里", f"clause `{clause}` is cited but not listed")
            sheet.blame(place, clause, "clauses.rules 中的一条", message)
    for n, clause in enumerate(programme.clauses.rules):
        if clause not in cited:
            message = (f"条款“{clause}”没有一条规则引用", f"clause `{clause}` is listed but no rule cites it")
            sheet.blame(("clauses", "rules", n), clause, "至少一条规则写 clause: " + clause, message)
        if clause in prose:
            message = (f"条款“{clause}”既是规则又是叙述", f"clause `{clause}` is both rule and prose")
            sheet.blame(("clauses", "prose", clause), clause, "rules 或 prose，只写一处", message)
    for clause in programme.clauses.texts:
        if clause not in rules:
            message = (
                f"写了原文的条款“{clause}”不在 clauses.rules 里",
                f"text of clause `{clause}`, which is not listed",
            )
            sheet.blame(("clauses", "texts", clause), clause, "clauses.rules 中的一条", message)


def _lint_origins(programme: Programme, sheet: Sheet) -> None:
    values = {key: value for key, value in programme.expanded.items() if key not in NAMING | {"origins"}}
    for place in _without_origin(values, (), programme.origins):
        message = ("这条规则没有写出处", "a rule without origin")
        sheet.blame(place, dotted(place), "clause、default 或 decision，写在这里或外一层", message)


def _without_origin(node: Any, place: Place, origins: dict[str, Origin]) -> Iterator[Place]:
    """The innermost entries that hold a value which no clause, default or decision covers."""
    if place and dotted(place) in origins:
        return
    if isinstance(node, dict):
        loose = [key for key, value in node.items() if key not in NAMING and not isinstance(value, (dict, list))]
        if any(dotted((*place, key)) not in origins for key in loose):
            yield place
            return
        for key, value in node.items():
            if key not in NAMING and isinstance(value, (dict, list)):
                yield from _without_origin(value, (*place, key), origins)
    elif isinstance(node, list):
        for n, item in enumerate(node):
            name = item["step"] if isinstance(item, dict) and "step" in item else n
            if isinstance(item, (dict, list)):
                yield from _without_origin(item, (*place, name), origins)
            elif dotted((*place, n)) not in origins:
                yield place
                return
