"""As the text calls it (按原文的叫法): what is owed, judged or paid, addressed by its title, made into its name in the file."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.programme import Programme
from flows.rehearsal.scenario import Case

ADDRESS = re.compile(r"([^/@]+/)([^/@]+)((?:[/@].*)?)", re.DOTALL)
CHINESE = re.compile(r"[一-鿿]{2,}")


def by_names(programme: Programme, case: Case) -> Case:
    """A case whose addresses and roles have the names of the file: `studio/年度工作计划@y1` is `studio/year_plan@y1`.

    A title may be shortened as long as only one of the text has it in it; whatever is no title stays as it is.
    """
    steps = tuple(
        replace(
            step,
            to=tuple(_address(programme, one) for one in step.to),
            payload=_with_role(programme, step.payload),
            expect=tuple(replace(one, of=_anywhere(programme, one.of)) for one in step.expect),
        )
        for step in case.steps
    )
    return replace(case, steps=steps)


def name_called(programme: Programme, said: str) -> str:
    """The name of the obligation, assessment or fund that is called so; what is said where none or several are."""
    return str(called(_titles(programme), said))


def called(titles: Mapping[str, str], said: Any) -> Any:
    """The name whose title is this, or the only one whose title has it in it; what is said where none or several have."""
    if not isinstance(said, str) or not CHINESE.search(said):
        return said
    whole = [name for name, title in titles.items() if title == said]
    part = [name for name, title in titles.items() if said in title]
    return next((found[0] for found in (whole, part) if len(found) == 1), said)


def _with_role(programme: Programme, said: Mapping[str, Any]) -> Mapping[str, Any]:
    titles = {name: role.title for name, role in programme.people.items()}
    return {**said, "role": called(titles, said["role"])} if "role" in said else said


def _titles(programme: Programme) -> Mapping[str, str]:
    sections = (programme.obligations, programme.assessments, programme.funds)
    return {name: one.title for section in sections for name, one in section.items()}


def _address(programme: Programme, said: str) -> str:
    found = ADDRESS.fullmatch(said)
    return f"{found[1]}{name_called(programme, found[2])}{found[3]}" if found else said


def _anywhere(programme: Programme, said: Any) -> Any:
    if isinstance(said, dict):
        return {_anywhere(programme, key): _anywhere(programme, value) for key, value in said.items()}
    if isinstance(said, list):
        return [_anywhere(programme, one) for one in said]
    return _address(programme, said) if isinstance(said, str) else said
