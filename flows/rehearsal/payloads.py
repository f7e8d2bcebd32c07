"""Contents of acts (内容) as people write them: other spellings of what an event takes, made into the one it takes."""

from collections.abc import Callable, Mapping
from typing import Any

LIMITING = frozenset({"set_limit", "extend", "call"})
LIMITS = ("due", "limit", "day")


def as_taken(do: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What an act is given, as its event takes it: `due` is `due_on`, a defect may be a sentence, `grades` are `results`."""
    return USUAL.get(do, dict)(said)


def _limit(said: Mapping[str, Any]) -> dict[str, Any]:
    return {("due_on" if key in LIMITS else key): value for key, value in said.items()}


def _defects(said: Mapping[str, Any]) -> dict[str, Any]:
    found = said.get("defects")
    if not found:
        return dict(said)
    if isinstance(found, Mapping):
        return {**said, "defects": [{"place": str(place), "what": str(what)} for place, what in found.items()]}
    many = found if isinstance(found, list) else [found]
    return {**said, "defects": [one if isinstance(one, Mapping) else {"place": "", "what": str(one)} for one in many]}


def _measures(said: Mapping[str, Any]) -> dict[str, Any]:
    """Whatever a report of mending says is what was done; who writes only that something was done says it under any name."""
    words = next((value for key, value in said.items() if key not in {"measures", "report"} and value), None)
    return dict(said) if words is None or {"measures", "report"} & {*said} else {**said, "report": words}


def _results(said: Mapping[str, Any]) -> dict[str, Any]:
    grade = said.get("grade")
    if isinstance(said.get("awards"), Mapping):
        awards = {name: one if isinstance(one, list) else [one] for name, one in said["awards"].items()}
        said = {**said, "awards": awards}
    found = grade if isinstance(grade, Mapping) else said.get("grades")
    if not isinstance(found, Mapping):
        return dict(said)
    return {**{key: value for key, value in said.items() if key not in {"grade", "grades"}}, "results": found}


USUAL: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(LIMITING, _limit), "send_back": _defects, "propose": _results, "report": _measures,
}  # fmt: skip
