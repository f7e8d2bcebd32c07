"""The programme file (规程): one regulation as data, read, expanded, validated, linted and explained."""

from flows.programme.comparing import Change, compare, comparison_text
from flows.programme.expand import Origin
from flows.programme.explaining import FaultyProgramme, advice, mistakes_text, probable
from flows.programme.faults import Fault
from flows.programme.lint import check, examine
from flows.programme.loading import from_expanded, library, load, origin_of, origins_within
from flows.programme.phrases import Span
from flows.programme.portrait import Coverage, Line, coverage, lifecycle_sections, lifecycle_text
from flows.programme.schema import Programme

__all__ = [
    "Change",
    "Coverage",
    "Fault",
    "FaultyProgramme",
    "Line",
    "Origin",
    "Programme",
    "Span",
    "advice",
    "check",
    "compare",
    "comparison_text",
    "coverage",
    "examine",
    "from_expanded",
    "library",
    "lifecycle_sections",
    "lifecycle_text",
    "load",
    "mistakes_text",
    "origin_of",
    "origins_within",
    "probable",
]
