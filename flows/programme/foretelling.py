"""What will follow (结果运用预告): before a grade is confirmed, everything the text lets follow from it, with the clause of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.programme.entries import Consequence, Consequences
from flows.programme.expand import Origin
from flows.programme.loading import origin_of
from flows.programme.schema import Programme
from flows.programme.sections import Assessment
from flows.programme.vocabulary import CONSEQUENCES_ZH, GRADES


@dataclass(frozen=True, slots=True)
class Foretold:
    """One line of what will follow: what, for whom, by which clause. `choices`: what a decision could bring, by its answers."""

    kind: str
    what: str
    whom: str
    origin: Origin
    choices: tuple[tuple[str, tuple["Foretold", ...]], ...] = ()


def foretell(programme: Programme, assessment: str, grade: str) -> tuple[Foretold, ...]:
    """What releasing this grade brings, in order: its consequences, then the paths to a next cycle that it starts. Pure.

    Raises KeyError for an assessment the programme has not. An unknown grade brings nothing.
    """
    one = programme.assessments[assessment]
    at = f"assessments.{assessment}.then"
    lines = [*_lines(programme, f"{at}.{grade}", one.then.get(grade, ()), one)]
    if grade in one.grades and grade != "unqualified":
        lines += _lines(programme, f"{at}.passed", one.then.get("passed", ()), one)
    return (*lines, *_paths(programme, assessment, grade))


def _lines(programme: Programme, at: str, then: Consequences, one: Assessment | None) -> Iterator[Foretold]:
    for n, each in enumerate(then):
        place = f"{at}.{n}"
        choices = tuple(
            (answer, tuple(_lines(programme, f"{place}.choices.{answer}", inner, one)))
            for answer, inner in each.choices.items()
        )
        yield Foretold(
            each.kind, _what(programme, each), _whom(programme, each, one), origin_of(programme, place), choices
        )


def _what(programme: Programme, each: Consequence) -> str:
    word = programme.word(each.kind, CONSEQUENCES_ZH[each.kind])
    if each.kind in {"reward", "fund"}:
        fund = programme.funds[each.value or each.fund or ""].title
        return f"{word}：{fund}{_share(each)}"
    if each.kind == "rectify" and programme.rectification is not None:
        limit = programme.rectification.limit
        return f"{word}：{limit.otherwise.chinese}{'，或由主管部门另定' if limit.set_by else ''}"
    if each.kind == "decide":
        within = f"，{each.within.chinese}内" if each.within else ""
        return f"{each.value}{_share(each)}{within}"
    return f"{word}：{each.value}" if each.value and each.kind not in {"bar", "refill"} else word


def _share(each: Consequence) -> str:
    if isinstance(each.share, tuple):
        return f"（{int(each.share[0] * 100)}%–{int(each.share[1] * 100)}%）"
    return f"（{int(each.share * 100)}%）" if each.share is not None else ""


def _whom(programme: Programme, each: Consequence, one: Assessment | None) -> str:
    if each.to is not None:
        return programme.people[each.to].title if each.to in programme.people else "成员"
    return "工作室" if one is None or one.of == "studio" else "本人"


def _paths(programme: Programme, assessment: str, grade: str) -> Iterator[Foretold]:
    """Paths to a next cycle that begin by themselves when this result is good enough."""
    for path in programme.paths_giving("cycle"):
        least = path.needs.get(assessment)
        enough = least is not None and grade in GRADES[: GRADES.index(least) + 1]
        if path.call == "on_result" and enough:
            yield Foretold("path", "进入下一周期", "工作室", origin_of(programme, f"paths.{path.name}"))
