"""The programme file (规程): one regulation as data, read, expanded, validated, linted and explained."""

from flows.programme.expand import Origin
from flows.programme.faults import Fault, FaultyProgramme, mistakes_text
from flows.programme.loading import from_expanded, library, load, origin_of
from flows.programme.phrases import Span
from flows.programme.schema import Programme

__all__ = [
    "Fault",
    "FaultyProgramme",
    "Origin",
    "Programme",
    "Span",
    "from_expanded",
    "library",
    "load",
    "mistakes_text",
    "origin_of",
]
