"""Ways things are called (叫法): a path by the level or cycle it gives, and an event by the items of its agenda."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows.programme import Programme
from flows.programme.vocabulary import LEVELS
from flows.rehearsal.called import name_called
from flows.rehearsal.scenario import Case, Step

RENEWAL = "renewal"


def by_ways(programme: Programme, case: Case) -> Case:
    """A case whose addresses have the paths of the file: `township` is the path to that level, `studio/renewal` that to a next cycle.

    What is handed in is handed in for every obligation that its agenda names.
    """
    people = {*map(str, case.given.get("people", {})), *(step.by for step in case.steps)}
    paths = {word: path for word in (*LEVELS, RENEWAL) if word not in people and (path := _path(programme, word))}
    return replace(case, steps=tuple(_step(programme, paths, step) for step in case.steps))


def _step(programme: Programme, paths: Mapping[str, str], step: Step) -> Step:
    to = tuple(_address(paths, one) for one in step.to)
    if step.do == "submit" and len(to) == 1:
        to = (*to, *(one for one in _agenda(programme, step, to[0]) if one not in to))
    return replace(step, to=to, on_list=step.on_list or len(to) > 1)


def _agenda(programme: Programme, step: Step, address: str) -> Iterator[str]:
    """The same period of every other obligation that an agenda names."""
    studio, _, rest = address.partition("/")
    _, at, period = rest.partition("@")
    items = step.payload.get("agenda", ())
    for item in items if isinstance(items, list) else [items]:
        name = name_called(programme, str(item))
        if at and name in programme.obligations:
            yield f"{studio}/{name}@{period}"


def _address(paths: Mapping[str, str], said: str) -> str:
    """An address with the name of a path where it is called otherwise; what has a period names no path."""
    return said if "@" in said else "/".join(paths.get(part, part) for part in said.split("/"))


def _path(programme: Programme, word: str) -> str:
    """The only path that gives what a word says; empty where there is none, or a path has the word as its name."""
    gives = "cycle" if word == RENEWAL else "level"
    found = [name for name, path in programme.paths.items() if path.gives == gives and word in {RENEWAL, path.to}]
    return found[0] if len(found) == 1 and word not in programme.paths else ""
