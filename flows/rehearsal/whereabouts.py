"""Whereabouts (在哪里): a county, an area or a first day as a scenario says them of somebody, made into where they work and since when."""

from collections.abc import Collection, Mapping
from typing import Any

from flows.programme.vocabulary import LEVELS
from flows.rehearsal.bodies import COUNTY_NAMES, OUTSIDE
from flows.rehearsal.profiles import UnknownFact

ELSEWHERE = frozenset({"other", "outside", "elsewhere", "none", "外地", "外市", "外省", "外县"})
# Facts that are met unless they are said not to be, and the words that say they are.
MET: Mapping[str, frozenset[str]] = {"home": frozenset({"host_school"}), "serves": frozenset({"same_kind"})}


def placed(facts: Mapping[str, Any], bodies: Collection[str]) -> Mapping[str, Any]:
    """Facts with where somebody works in the place of their `school`, `county` or `area`. Raises UnknownFact.

    `bodies`: those that the scenario adds.
    """
    named = {("body" if key == "school" else key): value for key, value in facts.items()}
    found = {key: value for key, value in named.items() if key not in {"county", "area", "began", *MET}}
    if "began" in named:
        found.setdefault("since", named["began"])
    if "county" in named:
        found.setdefault("body", f"{_county(str(named['county']), bodies)}_school")
    if (area := str(named.get("area", LEVELS[0]))) in ELSEWHERE:
        found["body"] = OUTSIDE
    elif area not in LEVELS:
        raise UnknownFact(f"area 没有“{area}”；可以写：{'、'.join([*LEVELS, 'other'])}")
    for key, words in MET.items():
        if str(named.get(key, next(iter(words)))) not in words:
            raise UnknownFact(f"{key} 没有“{named[key]}”；可以写：{'、'.join(words)}")
    return found


def _county(said: str, bodies: Collection[str]) -> str:
    """The county that is called so: its name, or what people read."""
    titled = {title: name for name, title in COUNTY_NAMES.items()}
    if said not in {*bodies, *titled, *COUNTY_NAMES}:
        raise UnknownFact(f"没有叫“{said}”的县；有：{'、'.join([*COUNTY_NAMES, *bodies])}")
    return said if said in bodies else titled.get(said, said)
