"""Joining and leaving (入出席位): what the steps of paths to a seat and out of it need beyond their own keys."""

from collections.abc import Mapping
from typing import Any

from flows.programme import Programme, origin_of
from flows.programme.rosters import roster_rules
from flows.programme.steps import Path
from flows.regulations.following import follows


def seat_values(programme: Programme, path: Path) -> dict[str, Any]:
    """What the last step of a path to a seat or out of it needs: the roster, the window, what follows when it has been granted."""
    within = {role.name: role.within for role in programme.people.values() if role.within}
    return {
        "gives": path.gives, "roster": roster_rules(programme), "within": within, "window": path.window,
        "named": path.name not in programme.paths, "then": follows(programme, f"paths.{path.name}.then", path.then),
    }  # fmt: skip


def applicant_values(path: Path) -> dict[str, Any]:
    """What an application needs to know of its path: what it gives, when it is open, and whether seats are given centrally."""
    central = any(step.stage == "membership" and step.seats == "allocated" for step in path.steps)
    return {"gives": path.gives, "window": path.window if path.gives == "seat" else None, "central": central}


def named_origins(programme: Programme, path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Where a role comes from that is filled by naming somebody: its own entry."""
    if path.name in programme.paths:
        return {}
    return {"": origin_of(programme, f"people.{path.roles[0]}.chosen_by").as_row()}
