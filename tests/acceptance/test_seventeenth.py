"""A seventeenth programme: one tier and a defence, no notice, four grades, a second fund that waits for a result given after the year."""

from pathlib import Path

import pytest

from flows.programme import check, coverage, load, mistakes_text
from flows.rehearsal import read_scenarios, rehearse, report_text

HERE = Path(__file__).parent
PROGRAMME, SCENARIO = HERE / "seventeenth.yaml", HERE / "seventeenth-scenario.yaml"


def test_seventeenth_programme_has_no_mistake_and_misses_no_clause() -> None:
    faults = check([PROGRAMME])
    assert not faults, mistakes_text(faults)
    assert coverage(load(PROGRAMME)).missed == ()


@pytest.mark.capability(19, 53, 62, 66)
def test_seventeenth_programme_is_rehearsed_without_any_change_of_code() -> None:
    reports = [report for scenario in read_scenarios(SCENARIO) for report in rehearse(scenario)]
    assert len(reports) == 3
    assert all(report.held for report in reports), report_text(reports)
