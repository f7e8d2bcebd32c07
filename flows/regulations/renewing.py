"""Renewal (续期): the paths of a programme to a next cycle, and what they ask for."""

from typing import Any

from flows.engine.rulebook import RenewalPath
from flows.programme import Programme
from flows.programme.steps import Path, RenewalStep, Step
from flows.programme.vocabulary import GRADES


def renewal_paths(programme: Programme) -> tuple[RenewalPath, ...]:
    """The paths to a next cycle."""
    return tuple(_renewal_path(programme, path) for path in programme.paths_giving("cycle"))


def _renewal_path(programme: Programme, path: Path) -> RenewalPath:
    closes = path.window.closes if path.window else None
    after = closes.span if closes and closes.anchor == "delivery" and closes.side == "after" else None
    needs = {key: enough for key, (_, enough) in least_results(programme, path).items()}
    roll = path.window.roll if path.window else "none"
    return RenewalPath(path.name, path.steps[0].name, path.call, needs, after, roll)


def least_results(programme: Programme, path: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each assessment that a path needs: its title and the grades that suffice, the best first."""
    return {
        key: (programme.assessments[key].title, GRADES[: GRADES.index(least) + 1]) for key, least in path.needs.items()
    }


def renewal_values(programme: Programme, path: Path, step: Step) -> dict[str, Any]:
    """What the stage of renewal needs beyond its step."""
    choices = dict(step.choices) if isinstance(step, RenewalStep) else {}
    closes = path.window.closes if path.window and choices else None
    within = closes.span if closes and closes.anchor == "end" and closes.side == "after" else None
    return {
        "needs": least_results(programme, path), "choices": choices, "cycle": programme.cycle_length(), "within": within,
        "roll": path.window.roll if path.window else "none",
    }  # fmt: skip
