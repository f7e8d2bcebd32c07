"""Every scenario of the folder happens as it is written; mistakes in a scenario are named where they stand."""

from pathlib import Path

import pytest

from flows.rehearsal import read_scenarios, rehearse, report_text, scenario_files

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.mark.parametrize("file", scenario_files([FOLDER]), ids=lambda file: file.stem)
def test_scenario_happens_as_it_is_written(file: Path) -> None:
    reports = [report for scenario in read_scenarios(file) for report in rehearse(scenario)]
    assert reports
    assert all(report.held for report in reports), report_text(reports)
