"""Scenario files: what is read, and how each mistake is named with its line, place and what was expected."""

from pathlib import Path

import pytest

from flows.rehearsal import FaultyScenario, read_scenarios, scenario_files, vocabulary_text

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
scenario: T-1
title: 试
programme: chifeng
given: {round: {year: 2025}}
steps:
  - {on: 2025-03-03, by: A, do: submit, to: A}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "t.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "line", "place", "says"),
    [
        ("do: submit", "do: sumbit", 6, "steps.0.do", "没有“sumbit”这种办理"),
        ("on: 2025-03-03", "on: 三月三日", 6, "steps.0.on", "on 应当是日期或时刻"),
        ("programme: chifeng", "programme: chifen", 3, "programme", "没有叫 chifen 的办法"),
        ("to: A}", "too: A}", 6, "steps.0.too", "没有“too”这个键"),
        ("to: A}", "to: A, refused: {because: no_such}}", 6, "steps.0.refused.because", "没有叫“no_such”的拒绝理由"),
        ("by: A, do: submit, to: A", "expect: [{stat: {A: open}}]", 6, "steps.0.expect.0.stat", "没有“stat”这种期望"),
        ("by: A, ", "", 6, "steps.0", "没有写由谁办理"),
        ("{round: {year: 2025}}", "{people: {A: {height: 180}}}", 4, "given.people.A.height", "没有“height”这个键"),
        ("{round: {year: 2025}}", "{studio: {plaqued: 2025-01-01}}", 4, "given.studio.plaqued", "没有“plaqued”这个键"),
        ("given: {round: {year: 2025}}", "given: {rounds: {year: 2025}}", 4, "given.rounds", "没有“rounds”这个键"),
    ],
)
def test_mistake_in_a_scenario_is_named_where_it_stands(
    tmp_path: Path, old: str, new: str, line: int, place: str, says: str
) -> None:
    with pytest.raises(FaultyScenario) as faulty:
        read_scenarios(written(tmp_path, GOOD.replace(old, new)))
    fault = next(one for one in faulty.value.faults if one.message_zh.startswith(says))
    assert (fault.line, fault.path) == (line, place)
    assert fault.expected
    assert fault.message_en


def test_several_scenarios_of_a_file_keep_their_lines(tmp_path: Path) -> None:
    first, second = read_scenarios(written(tmp_path, f"{GOOD}---\n{GOOD.replace('T-1', 'T-2')}"))
    assert (first.name, first.cases[0].steps[0].line) == ("T-1", 6)
    assert (second.name, second.cases[0].steps[0].line) == ("T-2", 13)


def test_cases_repeat_a_scenario_with_other_givens(tmp_path: Path) -> None:
    (scenario,) = read_scenarios(
        written(tmp_path, f"{GOOD}cases:\n  - {{}}\n  - {{title: 另一年, given: {{round: {{year: 2026}}}}}}\n")
    )
    assert [case.title for case in scenario.cases] == ["情形 1", "另一年"]
    assert [case.given["round"]["year"] for case in scenario.cases] == [2025, 2026]
    assert all(len(case.steps) == 1 for case in scenario.cases)


def test_dates_of_a_scenario_do_not_go_back(tmp_path: Path) -> None:
    with pytest.raises(FaultyScenario, match="日期倒退"):
        read_scenarios(written(tmp_path, GOOD + "  - {on: 2025-03-02, by: A, do: withdraw, to: A}\n"))


def test_folder_stands_for_its_scenario_files(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    assert scenario_files([tmp_path]) == [file]
    with pytest.raises(FileNotFoundError):
        scenario_files([tmp_path / "none.yaml"])


def test_vocabulary_of_scenarios_is_the_one_the_code_writes() -> None:
    assert (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8") == vocabulary_text()
