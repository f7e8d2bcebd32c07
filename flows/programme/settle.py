"""What an expanded file still leaves to its readers is settled here: bare `decide` and `refill`, steps of absent bodies."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.programme.expand import Expander, Grown, Origin
from flows.programme.reading import Place

CONSEQUENCE_KEYS = ("then", "ineffective")


def settle(grown: Grown, expander: Expander) -> None:
    """Settles the expanded file in place, so that no later change of the shared defaults touches it."""
    _drop_steps_of_absent_bodies(grown)
    _number_phases(grown)
    _give_time_to_answer(grown, expander)
    banned = frozenset() if "rectification" in grown.value else frozenset({"rectify"})
    for key, section in grown.value.items():
        _settle_in(section, (key,), banned, grown, expander)


def _number_phases(grown: Grown) -> None:
    """Phases follow one another in the order of the file; what is stored has no order of keys, so each gets its number."""
    cycle = grown.value.get("cycle")
    phases = cycle.get("phases") if isinstance(cycle, dict) else None
    for number, phase in enumerate(phases.values() if isinstance(phases, dict) else (), start=1):
        if isinstance(phase, dict):
            phase.setdefault("number", number)


def _drop_steps_of_absent_bodies(grown: Grown) -> None:
    bodies = grown.value.get("bodies")
    paths = grown.value.get("paths")
    for name, path in paths.items() if isinstance(paths, dict) else ():
        steps = path.get("steps") if isinstance(path, dict) else None
        if not isinstance(steps, list) or not isinstance(bodies, dict):
            continue
        gone = [s for s in steps if isinstance(s, dict) and s.get("if_any") is True and s.get("by") not in bodies]
        path["steps"] = [step for step in steps if step not in gone]
        for step in gone:
            place: Place = ("paths", name, "steps", str(step.get("step")))
            for inner in [inner for inner in grown.origins if inner[:4] == place]:
                del grown.origins[inner]


def _give_time_to_answer(grown: Grown, expander: Expander) -> None:
    """Whoever an assessment hears has a time to answer; no text names one."""
    assessments = grown.value.get("assessments")
    for name, one in assessments.items() if isinstance(assessments, dict) else ():
        if isinstance(one, dict) and one.get("opinions") and "hear_within" not in one:
            default = expander.grow({"like": "D-HEAR"}, {}, None, None)
            one["hear_within"] = default.value["hear_within"]
            origin = default.origin("hear_within", None) or Origin("default", "D-HEAR")
            grown.origins["assessments", name, "hear_within"] = origin


def _settle_in(node: Any, place: Place, banned: frozenset[str], grown: Grown, expander: Expander) -> None:
    if isinstance(node, list):
        for n, item in enumerate(node):
            name = item["step"] if isinstance(item, dict) and "step" in item else n
            _settle_in(item, (*place, name), banned, grown, expander)
        return
    if not isinstance(node, dict):
        return
    excluded = node.get("excludes")
    banned = banned | (frozenset(excluded) if isinstance(excluded, list) else frozenset())
    for key, value in node.items():
        if key in CONSEQUENCE_KEYS:
            for inner, consequences in _lists(value, (*place, key)):
                _settle_list(consequences, inner, banned, grown, expander)
        else:
            _settle_in(value, (*place, key), banned, grown, expander)


def _lists(value: Any, place: Place) -> Iterator[tuple[Place, list[Any]]]:
    """The lists of consequences under `then`: one, or one a grade."""
    if isinstance(value, list):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(inner, (*place, key))


def _settle_list(
    consequences: list[Any], place: Place, banned: frozenset[str], grown: Grown, expander: Expander
) -> None:
    for n, consequence in enumerate(consequences):
        here = (*place, n)
        if consequence == "decide":
            consequences[n] = _taken("D-DECIDE", {"decide": "请主管部门决定"}, here, grown, expander)
            choices = consequences[n].get("choices", {})
            consequences[n]["choices"] = {
                text: inner for text, inner in choices.items() if not banned & {str(kind) for kind in inner}
            }
        elif consequence == "refill":
            consequences[n] = _taken("D-REFILL", {"refill": "按程序补选"}, here, grown, expander)
        if isinstance(consequences[n], dict):
            for inner, choice in _lists(consequences[n].get("choices"), (*here, "choices")):
                _settle_list(choice, inner, banned, grown, expander)


def _taken(code: str, start: Mapping[str, Any], place: Place, grown: Grown, expander: Expander) -> dict[str, Any]:
    """A bare word written out with the keys of its default, each with the default as its origin."""
    default = expander.grow({"like": code}, {}, None, None)
    for key in default.value:
        origin = default.origin(key, None)
        grown.origins[(*place, key)] = origin or Origin("default", code)
    return {**start, **default.value}
