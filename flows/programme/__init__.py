"""The programme file (规程): one regulation as data, read, expanded, validated, linted and explained."""

from flows.programme.expand import Origin
from flows.programme.faults import Fault, FaultyProgramme, mistakes_text
from flows.programme.lint import check
from flows.programme.loading import from_expanded, library, load, origin_of, origins_within
from flows.programme.phrases import Span
from flows.programme.portrait import Coverage, Line, coverage, lifecycle_sections, lifecycle_text
from flows.programme.schema import Programme

__all__ = [
    "Coverage",
    "Fault",
    "FaultyProgramme",
    "Line",
    "Origin",
    "Programme",
    "Span",
    "check",
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
