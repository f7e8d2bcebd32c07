"""Every criterion that a person must judge is judged by somebody before the path goes on, on every path of the library."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from flows.lifecycle import STAGES
from flows.programme import library
from flows.programme.criteria import check
from flows.programme.entries import Criterion
from flows.programme.steps import Path
from flows.regulations import rubric
from flows.regulations.paths import judging_step, path_rule
from models.facts import PersonFacts
from tests.world import loaded

ON = date(2026, 9, 1)
PATHS = [
    (code, name)
    for code in library()
    for name, path in loaded(code).paths.items()
    if path.gives != "exit" and path.steps[0].stage == "application"
]


def leaves(criteria: Sequence[Criterion]) -> Iterator[Criterion]:
    for one in criteria:
        yield from leaves(one.any_of or one.all_of) if one.any_of or one.all_of else (one,)


def asked_of_people(code: str, path: Path) -> dict[str, str]:
    """The criteria of a path that nobody but a person can judge, by title: the tier or the experts."""
    programme = loaded(code)
    experts = any(step.stage == "expert_review" for step in path.steps)
    papers = frozenset(
        str(one.document) for role in programme.people.values() for one in leaves(role.criteria) if one.document
    )
    return {
        found.title: found.asks
        for role in programme.roles_of(path)
        for found in check(programme.people[role].criteria, PersonFacts(), ON, attached=papers, expert_judges=experts)
        if found.result == "judge"
    }  # fmt: skip


@pytest.mark.parametrize(("code", "name"), PATHS)
def test_what_people_must_judge_has_a_step_that_judges_it_or_is_scored(code: str, name: str) -> None:
    programme = loaded(code)
    path = programme.path(name)
    asked = asked_of_people(code, path)
    if "tier" in asked.values():
        step = judging_step(path.steps)
        assert step, f"nobody judges {[title for title, by in asked.items() if by == 'tier']}"
        policy = path_rule(programme, name, step, {}).policy
        assert getattr(policy, "judges", False)
        guards = {guard.__name__ for on in STAGES[path.step(step).stage].on for guard in on.unless}
        assert "unjudged" in guards
    scored = {title for _place, title, _most in rubric(programme)}
    assert {title for title, by in asked.items() if by == "expert"} <= scored


@pytest.mark.parametrize(("code", "name"), PATHS)
def test_only_one_step_of_a_path_judges(code: str, name: str) -> None:
    programme = loaded(code)
    rules = [path_rule(programme, name, step.name, {}) for step in programme.path(name).steps]
    assert sum(getattr(rule.policy, "judges", False) for rule in rules) <= 1
