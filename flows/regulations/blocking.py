"""What stands in the way (先要办完的): the clause of each obligation and rectification that blocks a place of a programme."""

from collections.abc import Mapping
from typing import Any

from flows.engine.declare import BLOCKING
from flows.programme import Programme, origin_of


def blocking_origins(programme: Programme, *places: str) -> dict[str, Mapping[str, Any]]:
    """Where it is written that something comes before one of these places, by its title; a refusal names it with its clause."""
    found = {
        one.title: origin_of(programme, f"obligations.{key}").as_row()
        for key, one in programme.obligations.items()
        if {*places} & {*one.blocks}
    }
    if programme.rectification is not None and {*places} & {*programme.rectification.blocks}:
        mending = origin_of(programme, "rectification").as_row()
        found |= {f"{one.title}的整改": mending for one in programme.assessments.values()}
    return {f"{BLOCKING}{title}": origin for title, origin in found.items()}


def barring_origin(programme: Programme) -> dict[str, Mapping[str, Any]]:
    """Where it is written that a failed result keeps a host out of the next cycle (赤峰 第十八条)."""
    bars = (
        f"assessments.{key}.then.{grade}.{n}"
        for key, one in programme.assessments.items()
        for grade, then in one.then.items()
        for n, each in enumerate(then)
        if each.kind == "bar"
    )
    place = next(bars, None)
    return {"barred": origin_of(programme, place).as_row()} if place else {}
