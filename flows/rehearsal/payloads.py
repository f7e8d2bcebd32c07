"""Contents of acts (内容) as people write them: other spellings of what an event takes, made into the one it takes."""

from collections.abc import Callable, Mapping
from typing import Any

from flows.programme import Programme
from flows.programme.vocabulary import GRADES_ZH

LIMITING = frozenset({"set_limit", "extend", "call"})
LIMITS = ("due", "limit", "day")


def as_taken(do: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What an act is given, as its event takes it: `due` is `due_on`, a defect may be a sentence, `grades` are `results`."""
    return USUAL.get(do, dict)(said)


def grade_named(programme: Programme, said: Any) -> Any:
    """A grade by its word or as people read it: 优秀, or the programme's own 不达标; anything else as it is."""
    own = {shown: grade for one in programme.assessments.values() for grade, shown in one.words.items()}
    known = {**{shown: grade for grade, shown in GRADES_ZH.items()}, **own}
    return known.get(said, said) if isinstance(said, str) else said


def with_grades(programme: Programme, said: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its grades by their words: one, or of each member."""
    found = dict(said)
    for key in ("grade", "results", "grades"):
        if isinstance(found.get(key), Mapping):
            found[key] = {name: grade_named(programme, one) for name, one in found[key].items()}
        elif key in found:
            found[key] = grade_named(programme, found[key])
    return found


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
