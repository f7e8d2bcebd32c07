"""A sixteenth programme: two levels at once under a limit, two notices, five grades of money, leave a day before, sixty days to mend."""

from pathlib import Path

import pytest

from flows.programme import check, coverage, load, mistakes_text
from flows.rehearsal import read_scenarios, rehearse, report_text

HERE = Path(__file__).parent
PROGRAMME, SCENARIO = HERE / "sixteenth.yaml", HERE / "sixteenth-scenario.yaml"


def test_sixteenth_programme_has_no_mistake_and_misses_no_clause() -> None:
    faults = check([PROGRAMME])
    assert not faults, mistakes_text(faults)
    assert coverage(load(PROGRAMME)).missed == ()


@pytest.mark.capability(10, 50, 59, 65)
def test_sixteenth_programme_is_rehearsed_without_any_change_of_code() -> None:
    reports = [report for scenario in read_scenarios(SCENARIO) for report in rehearse(scenario)]
    assert len(reports) == 6
    assert all(report.held for report in reports), report_text(reports)
