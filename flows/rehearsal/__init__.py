"""Rehearsal (预演): a scenario of a regulation is played on a virtual clock by the real engine, and what was expected is looked for."""

from flows.rehearsal.reading import FaultyScenario, read_scenarios, scenario_files
from flows.rehearsal.reports import CaseReport, as_json, report_text
from flows.rehearsal.running import rehearse
from flows.rehearsal.scenario import Case, Expectation, Refusing, Scenario, Step
from flows.rehearsal.vocabulary import vocabulary_text

__all__ = [
    "Case",
    "CaseReport",
    "Expectation",
    "FaultyScenario",
    "Refusing",
    "Scenario",
    "Step",
    "as_json",
    "read_scenarios",
    "rehearse",
    "report_text",
    "scenario_files",
    "vocabulary_text",
]
