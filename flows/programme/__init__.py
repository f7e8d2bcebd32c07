"""The programme file (规程): one regulation as data, read, expanded, validated, linted and explained."""

from flows.programme.comparing import Change, compare, comparison_text
from flows.programme.expand import Origin
from flows.programme.explaining import mistakes_text
from flows.programme.faults import Fault, FaultyProgramme
from flows.programme.lint import check
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
    "check",
    "compare",
    "comparison_text",
    "coverage",
    "from_expanded",
    "library",
    "lifecycle_sections",
    "lifecycle_text",
    "load",
    "mistakes_text",
    "origin_of",
    "origins_within",
]
