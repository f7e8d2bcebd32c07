"""What somebody lacks (缺的): a word that nothing asks for would leave a person who meets everything."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.programme import Programme
from flows.programme.entries import Criterion
from flows.rehearsal.beginning import REVIEWERS_SEAL
from flows.rehearsal.bureau import UnknownName
from flows.rehearsal.profiles import CREDENTIALS, many


def check_lacks(programme: Programme, people: Mapping[str, Mapping[str, Any]]) -> None:
    """What somebody lacks is something that is asked for. Raises UnknownName."""
    steps = [step for path in programme.paths.values() for step in path.steps]
    papers = [REVIEWERS_SEAL, *(paper for step in steps for paper in getattr(step, "attach", ()))]
    papers += [
        f"{getattr(step, 'form', '') or '申报表'}（盖章扫描件）" for step in steps if getattr(step, "seal", False)
    ]
    papers += [
        str(one.document) for role in programme.people for one in _every(programme.criteria(role)) if one.document
    ]
    for name, said in people.items():
        known = [*CREDENTIALS, "commitment", "studio", *papers, *many(said.get("papers", ()))]
        for lack in map(str, many(said.get("lacks", ()))):
            if lack not in known and not any(lack in paper for paper in papers):
                raise UnknownName(f"{name} 的 lacks：没有人要“{lack}”；可以写：{'、'.join(known)}")


def _every(criteria: Iterable[Criterion]) -> Iterator[Criterion]:
    """Each criterion, and those of a group."""
    for one in criteria:
        yield one
        yield from _every((*one.any_of, *one.all_of))
