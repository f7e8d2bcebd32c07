"""What follows (结果运用): the consequences of a programme as the engine carries them out, each with its origin."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flows.engine.following import Consequence
from flows.programme import Programme, entries, origin_of
from flows.programme.sections import Assessment


def follows(programme: Programme, place: str, then: Sequence[entries.Consequence]) -> tuple[Consequence, ...]:
    """The consequences written at a dotted place."""
    return tuple(_one(programme, f"{place}.{n}", each) for n, each in enumerate(then))


def follows_grades(programme: Programme, one: Assessment) -> Mapping[str, tuple[Consequence, ...]]:
    """What follows each grade of an assessment; `passed` counts for every grade but `unqualified`, after the grade's own."""
    at = f"assessments.{one.name}.then"
    passed = follows(programme, f"{at}.passed", one.then.get("passed", ()))
    return {
        grade: follows(programme, f"{at}.{grade}", one.then.get(grade, ())) + (() if grade == "unqualified" else passed)
        for grade in one.grades
    }


def _one(programme: Programme, place: str, each: entries.Consequence) -> Consequence:
    share = each.share
    choices = {title: follows(programme, f"{place}.choices.{title}", inner) for title, inner in each.choices.items()}
    return Consequence(
        each.kind, place, each.value or "", each.to or "", each.fund or (each.value or "" if each.kind == "fund" else ""),
        _percent(share) if isinstance(share, Fraction) else None,
        (_percent(share[0]), _percent(share[1])) if isinstance(share, tuple) else None,
        choices, each.by or "", each.within, origin_of(programme, place).as_row(),
    )  # fmt: skip


def _percent(share: Fraction) -> int:
    return int(share * 100)
