"""The rehearsal itself: what does not hold is told with the history around it, and nothing is hidden."""

import json
from pathlib import Path

from typer.testing import CliRunner

from studioflow import app

SCENARIO = """\
scenario: T-1
title: 学校审核
programme: chifeng
given: {round: {year: 2025}}
steps:
  - {on: 2025-03-03, by: A, do: submit, to: A}
  - {on: 2025-03-04, expect: [{state: {A: STATE}}, {waits_for: {A: school}}]}
"""
RUN = CliRunner()


def played(folder: Path, text: str, *options: str) -> tuple[int, str]:
    file = folder / "t.yaml"
    file.write_text(text, encoding="utf-8")
    done = RUN.invoke(app, ["rehearse", str(file), *options])
    return done.exit_code, done.output


def test_rehearsal_that_holds_says_so(tmp_path: Path) -> None:
    code, said = played(tmp_path, SCENARIO.replace("STATE", "school_review.reviewing"))
    assert code == 0
    assert "成立   T-1 学校审核" in said


def test_rehearsal_tells_what_did_not_hold_with_the_history_around_it(tmp_path: Path) -> None:
    code, said = played(tmp_path, SCENARIO.replace("STATE", "county_review.reviewing"))
    assert code == 1
    assert "A 应为 county_review.reviewing，实为 school_review.reviewing" in said
    assert "2025-03-03 10:00 A A apply/application submit：drafting→submitted" in said


def test_rehearsal_as_data_names_every_step(tmp_path: Path) -> None:
    code, said = played(tmp_path, SCENARIO.replace("STATE", "county_review.reviewing"), "--json")
    told = json.loads(said)
    assert (code, told["held"]) == (1, False)
    (case,) = told["cases"]
    assert [step["held"] for step in case["steps"]] == [True, False]
    assert case["steps"][1]["history"]


def test_rehearsal_tells_an_act_that_should_have_been_refused(tmp_path: Path) -> None:
    acted = SCENARIO.replace("to: A}", "to: A, refused: {because: criteria_unmet}}").replace("STATE", "any")
    code, said = played(tmp_path, acted)
    assert code == 1
    assert "应当被拒绝（criteria_unmet），却办成了" in said


def test_rehearsal_of_given_facts_that_nobody_can_have_says_which_there_are(tmp_path: Path) -> None:
    code, said = played(tmp_path, SCENARIO.replace("{year: 2025}}", "{year: 2025}, people: {A: {height: 180}}}"))
    assert code == 1
    assert "given.people.A.height" in said


def test_rehearsal_refuses_words_that_mean_nothing_also_where_they_are_not_to_be_there(tmp_path: Path) -> None:
    said = {
        "{none: {document: {kind: medal}}}": "没有叫“medal”的文书",
        "{none: {money: {medal: 1元}}}": "不知道指哪个工作室：“medal”",
    }
    for expected, why in said.items():
        code, told = played(tmp_path, SCENARIO.replace("{state: {A: STATE}}", expected))
        assert code == 1
        assert why in told
    role = SCENARIO.replace("by: A, do: submit, to: A}", "by: host, do: submit, to: join/N, with: {role: 队长}}")
    code, told = played(tmp_path, role.replace("round: {year: 2025}", "studio: {plaque: 2025-01-08}"))
    assert code == 1
    assert "没有叫“队长”的角色" in told
