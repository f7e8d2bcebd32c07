"""Adopting a regulation (启用办法): the shelf of samples, mistakes of a text in words, and what a text means before it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flows.programme import Fault, Line, Programme, advice, coverage, library, lifecycle_sections, load, probable
from flows.programme.explaining import expected_in_english
from models.queries.programmes import VersionRow
from web.display import Provenance, StateMark
from web.i18n import _, current_locale
from web.views.programmes import origin_mark

LARGEST = 200_000  # bytes; the longest sample has a tenth of it
NARROW = 4  # how deep a line may stand before it is indented no more


@dataclass(frozen=True)
class Sample:
    """A regulation on the shelf, and whether this bureau runs it already."""

    code: str
    title: str
    source: str
    clauses: int
    mark: StateMark


@dataclass(frozen=True)
class Mistake:
    """One fault of a text: where it is, what is wrong, and what to do."""

    line: int
    path: str
    says: str
    found: str
    expected: str
    meant: str
    todo: str


@dataclass(frozen=True)
class LifeLine:
    """A rule in words with its origin, standing so deep under the line before it."""

    text: str
    depth: int
    origin: Provenance | None


@cache
def shelf() -> Mapping[str, Programme]:
    """The regulations that come with the software, by code; read once a process."""
    return {code: load(code) for code in library()}


def samples(adopted: Sequence[VersionRow]) -> list[Sample]:
    """Every regulation on the shelf beside what has been adopted, newest first."""
    found = []
    for code, programme in shelf().items():
        seen = coverage(programme)
        own = [row for row in adopted if row.code == code]
        clauses = len(seen.encoded) + len(seen.prose) + len(seen.missed)
        found.append(Sample(code, programme.title, programme.source, clauses, _standing(programme, own)))
    return found


def _standing(programme: Programme, own: Sequence[VersionRow]) -> StateMark:
    same = next((row for row in own if row.sha256 == programme.sha256), None)
    if same is not None:
        return StateMark(_("已启用，第 {n} 版", n=same.number), "circle-check", "green")
    if own:
        return StateMark(_("已启用第 {n} 版，内容不同", n=own[0].number), "pen", "blue")
    return StateMark(_("未启用"), "minus", "gray")


def mistakes(faults: Sequence[Fault]) -> list[Mistake]:
    """The faults as the page lists them, in order of line."""
    if current_locale() == "en":
        return [
            Mistake(
                one.line, one.path, one.message_en, one.found, expected_in_english(one.expected), probable(one), advice(one)[1],
            )
            for one in faults
        ]  # fmt: skip
    return [
        Mistake(one.line, one.path, one.message_zh, one.found, one.expected, probable(one), advice(one)[0])
        for one in faults
    ]


def life_of(programme: Programme) -> list[tuple[str, list[LifeLine]]]:
    """The whole life under a regulation by section, each line with its origin; sections without a line are left out."""
    return [(title, [_life_line(line) for line in lines]) for title, lines in lifecycle_sections(programme) if lines]


def _life_line(line: Line) -> LifeLine:
    origin = origin_mark(line)
    shown = Provenance(origin.kind, origin.text, "", origin.reason) if origin else None  # its page is not there yet
    return LifeLine(line.text, min(line.depth, NARROW), shown)
