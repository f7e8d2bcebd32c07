"""The guide keeps its word: every command runs as printed, every fragment stands in the complete example, and that example runs."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.bureau import DemonstrationBureau
from flows.programme import check, coverage, load, mistakes_text
from flows.rehearsal import read_scenarios, rehearse, report_text
from flows.simulation import simulate
from models.session import database
from models.settings import settings
from studioflow import app

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "writing-a-programme.md"
BLOCK = re.compile(r"^```(yaml|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
YAML = [text for kind, text in BLOCKS if kind == "yaml"]
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.strip()]
PROGRAMME = next(text for text in YAML if "\nprogramme: clear-river\n" in f"\n{text}")
SCENARIO = next(text for text in YAML if text.startswith("scenario:"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with what the reader has saved by then, and an empty site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIOFLOW_DATABASE_URL", f"sqlite:///{tmp_path / 'site.db'}")
    settings.cache_clear()
    database.cache_clear()
    (tmp_path / "clear-river.yaml").write_text(PROGRAMME, encoding="utf-8")
    (tmp_path / "clear-river-scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "roster.xlsx").write_bytes(DemonstrationBureau(schools=6, experts=2, applications=1).workbook())
    yield tmp_path
    database().dispose()
    monkeypatch.undo()
    settings.cache_clear()
    database.cache_clear()


def test_every_command_of_the_guide_works_as_printed(folder: Path) -> None:
    assert len(COMMANDS) >= 10
    for line in COMMANDS:
        name, *arguments = shlex.split(line, comments=True)
        assert name == "studioflow"
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception}"
    assert (folder / "site.db").is_file()
    assert (folder / "report.html").stat().st_size > 1000
    assert (folder / "programme.schema.json").is_file()


def test_every_fragment_of_the_guide_stands_in_its_complete_example() -> None:
    fifteenth = GUIDE.parents[1] / "tests" / "acceptance" / "fifteenth.yaml"
    known = {line.strip() for text in (PROGRAMME, fifteenth.read_text(encoding="utf-8")) for line in text.splitlines()}
    for fragment in YAML:
        if fragment not in (PROGRAMME, SCENARIO):
            assert {line.strip() for line in fragment.splitlines()} <= known, fragment


def test_example_of_the_guide_is_clean_and_misses_nothing(folder: Path) -> None:
    file = folder / "clear-river.yaml"
    faults = check([file])
    assert not faults, mistakes_text(faults)
    assert coverage(load(file)).missed == ()


def test_example_of_the_guide_is_rehearsed_and_simulated(folder: Path) -> None:
    reports = [report for one in read_scenarios(folder / "clear-river-scenario.yaml") for report in rehearse(one)]
    assert all(report.held for report in reports), report_text(reports)
    report = simulate(str(folder / "clear-river.yaml"), 4, seed=3)
    assert report.sound, (report.unsettled, report.broken, report.stuck)


def test_common_mistakes_of_the_guide_are_said_as_it_says(folder: Path) -> None:
    said = {
        ("cycle: {length", "cycle: {lenght: 1, length"): "是不是想写：length",
        ("limit: 3 months", "limit: 三个月"): "看不懂“三个月”",
        ("proof: [lesson_plan], clause: 第八条", "proof: [lesson_plan]"): "这条规则没有写出处",
        ("第十三条]\n  prose", "第十三条, 第十五条]\n  prose"): "没有一条规则引用",
        ("clause: 第七条}", "clause: 第七十条}"): "不在 clauses.rules 里",
        ("      unqualified: [revoke]\n", ""): "不合格没有写后果",
        ("silent: [agreement", "silent: [final, agreement"): "“final”写了没有，文件里却有",
        ("cycle: {length", "cycle:{length"): "文件不是合格的 YAML",
    }
    for (old, new), words in said.items():
        assert old in PROGRAMME, old
        file = folder / "clear-river.yaml"
        file.write_text(PROGRAMME.replace(old, new, 1), encoding="utf-8")
        assert words in mistakes_text(check([file])), words
