"""A fifteenth programme, composed of clauses of different texts and written only from the guide, runs without any change of code."""

from pathlib import Path

import pytest

from flows.programme import check, coverage, load, mistakes_text
from flows.rehearsal import read_scenarios, rehearse, report_text
from flows.simulation import simulate

HERE = Path(__file__).parent
PROGRAMME, SCENARIO = HERE / "fifteenth.yaml", HERE / "fifteenth-scenario.yaml"


def test_fifteenth_programme_has_no_mistake_and_misses_no_clause() -> None:
    faults = check([PROGRAMME])
    assert not faults, mistakes_text(faults)
    programme = load(PROGRAMME)
    assert coverage(programme).missed == ()
    assert [str(span) for span in programme.cycle_length()] == ["2 years"]
    assert programme.path("apply").step("support").by == ("school", "county")
    assert len(programme.assessments["final"].grades) == 5
    assert programme.rectification is not None
    assert str(programme.rectification.limit.otherwise) == "45 days"
    assert programme.path("renew").step("vote").vote is not None  # type: ignore[union-attr]


@pytest.mark.capability(1, 8)
def test_fifteenth_programme_is_rehearsed_from_application_to_renewal_by_vote() -> None:
    reports = [report for scenario in read_scenarios(SCENARIO) for report in rehearse(scenario)]
    assert len(reports) == 5
    assert all(report.held for report in reports), report_text(reports)


@pytest.mark.parametrize("seed", [1, 7])
def test_fifteenth_programme_settles_ten_studios_over_a_whole_cycle(seed: int) -> None:
    report = simulate(str(PROGRAMME), 10, seed=seed)
    assert (report.unsettled, report.incidents, report.broken) == (0, 0, []), report.stuck
    assert report.sound
    assert report.renewed > 0
    assert report.used["第十二条"] > 0
