"""Steps left out (不设的步骤): what a round switches off of a path, where the way then leads, and what the record says."""

from collections.abc import Callable, Collection, Mapping
from itertools import takewhile
from typing import Any

from flows.engine.declare import END
from flows.programme.steps import Path, Step
from models.columns import Document

SIGNED = ("reason", "by", "by_id")


def left_out(changes: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The steps that these changes of a round switch off, each with the reason and who did it."""
    return {step: change["skipped"] for step, change in changes.items() if change.get("skipped", {}).get("value")}


def onwards(path: Path, step: str, off: Collection[str]) -> str | None:
    """The next step of a path that is not off, None after the last. Raises ValueError for a step the path has not."""
    names = [one.name for one in path.steps]
    return next((name for name in names[names.index(step) + 1 :] if name not in off), None)


def landing(path: Path, target: str, off: Collection[str]) -> str:
    """Where a route leads: when it is to a step that is off, on to the next one."""
    return onwards(path, target, off) or END if target in off else target


def passed_by(
    path: Path, step: str, off: Mapping[str, Mapping[str, Any]], title: Callable[[Step], str]
) -> tuple[Document, ...]:
    """The steps right before this one that are off: name, title, why, and who decided it."""
    names = [one.name for one in path.steps]
    before = list(takewhile(lambda name: name in off, reversed(names[: names.index(step)])))
    return tuple(
        Document(
            {"step": name, "title": title(path.step(name))}
            | {key: off[name][key] for key in SIGNED if key in off[name]}
        )
        for name in reversed(before)
    )
