"""All fourteen programmes lived through by a few studios each: everything settles, nothing breaks, and a seed says it all."""

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.lifecycle import STAGES
from flows.orchestration.commands.speech import WrongWords
from flows.programme import load
from flows.simulation import Report, simulate
from flows.simulation.page import report_page
from flows.simulation.report import merged
from flows.simulation.words import ACTS_ZH, STATES_ZH, report_text
from studioflow import app

FOURTEEN = tuple(sorted(one.stem for one in Path("programmes").glob("*.yaml") if one.stem != "defaults"))
KEYS = {
    "programme",
    "studios",
    "days",
    "standings",
    "work",
    "duties",
    "grades",
    "money",
    "refused",
    "stuck",
    "broken",
    "sound",
    "peaks",
}


@cache
def _lived(code: str) -> Report:
    """Two studios over their whole cycle."""
    return simulate(code, 2, seed=4, workers=1)


def test_fourteen_programmes_are_simulated() -> None:
    assert len(FOURTEEN) == 14


@pytest.mark.parametrize("code", FOURTEEN)
def test_a_whole_cycle_settles_and_nothing_breaks(code: str) -> None:
    report = _lived(code)
    assert (report.broken, report.incidents, report.unsettled) == ([], 0, 0)
    assert report.sound
    assert not report.stuck
    assert report.transitions > 2
    assert sum(report.standings.values()) == 2


def test_the_same_seed_gives_the_same_report_whatever_the_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.simulation.running.SHARD", 1)
    first, again, side_by_side = (simulate("lesson-goal-chinese", 2, seed=7, workers=n).as_json() for n in (1, 1, 2))
    assert first == again == side_by_side
    assert first != simulate("lesson-goal-chinese", 2, seed=8, workers=1).as_json()


def test_shards_have_the_same_officers_and_people_of_their_own() -> None:
    parts = [Report("x", "X", "2025-09-01", "2026-08-31", 2) for _ in range(2)]
    for one in parts:
        one.people.update({"经办人": 3, "主持人": 2})
        one.mails.update({"经办人": 30, "主持人": 4})
    assert merged(parts).mails_each() == {"主持人": 2.0, "经办人": 20.0}


def test_a_simulation_of_so_many_years_leaves_nothing_behind_on_its_last_day() -> None:
    report = simulate("lesson-goal-chinese", 1, 2, seed=1, workers=1)
    assert (report.broken, report.incidents) == ([], 0)


def test_years_that_reach_the_end_of_the_cycle_are_followed_until_all_is_settled() -> None:
    report = simulate("hainan", 1, 3, seed=1, workers=1)
    assert report.sound
    assert (report.unsettled, report.running) == (0, 0)
    assert report.ends_on > "2028-08-31"


def test_studios_in_their_first_cycle_when_the_years_are_over_are_said_to_run() -> None:
    report = simulate("hainan", 1, 1, seed=1, workers=1)
    assert report.sound
    assert (report.unsettled, report.running) == (0, 1)
    assert report.ends_on <= "2026-09-01"
    assert "还在第一个周期 1" in report_text(report, load("hainan"))


def test_every_state_and_every_act_that_people_take_has_a_word() -> None:
    assert {str(state) for stage in STAGES.values() for state in stage.states} <= STATES_ZH.keys()
    assert {"begin", "excuse"} <= ACTS_ZH.keys()


def test_a_refusal_is_told_in_the_words_it_was_given_in() -> None:
    report = Report("hainan", "X", "2025-09-01", "2028-08-31", 1)
    report.refused["submit", "too_few"] = 3
    report.says["too_few"] = "人数不够"
    report.unreached = ["tier_review.returned", "tier_review.lapsed"]
    said = report_text(report, load("hainan"))
    assert "报送　人数不够　3" in said
    assert "审核　退回补正、过期失效" in said
    report.stuck["submit", "too_few"] = 1
    assert "【始终办不成的】" in report_text(report, load("hainan"))


def test_a_report_is_plain_json_with_what_a_bureau_asks() -> None:
    said = _lived("lesson-goal-chinese").as_json()
    assert said.keys() >= KEYS
    assert said["studios"] == 2
    assert all(isinstance(key, str) for part in said.values() if isinstance(part, dict) for key in part)


def test_the_page_shows_its_charts_and_the_terminal_the_same_tables() -> None:
    report, programme = _lived("hainan"), load("hainan")
    page, said = report_page(report, programme), report_text(report, programme)
    assert page.count("<svg") == 3
    assert "http://" not in page.replace("http://www.w3.org", "")
    for title in ("最忙的一周", "应办事项", "考核等次", "经费（万元）"):
        assert title in page
        assert f"【{title}】" in said


def test_the_command_prints_the_report_and_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["simulate", "lesson-goal-chinese", "--studios", "1", "--json", "--html", str(page)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["sound"] is True
    assert page.read_text(encoding="utf-8").lstrip().startswith("<!doctype html>")


def test_a_programme_that_nobody_knows_is_said_with_those_there_are() -> None:
    done = CliRunner().invoke(app, ["simulate", "nowhere"])
    assert isinstance(done.exception, WrongWords)
    assert "hainan" in str(done.exception)


@pytest.mark.parametrize("given", [["--studios", "0"], ["--years", "0"]])
def test_how_many_begins_at_one(given: list[str]) -> None:
    done = CliRunner().invoke(app, ["simulate", "hainan", *given])
    assert done.exit_code == 2
