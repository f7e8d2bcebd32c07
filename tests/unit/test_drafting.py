"""A drafted programme file: accepted by the check whatever was answered, with comments on what to do next."""

from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.programme import check, load, mistakes_text
from flows.programme.drafting import PATHS, RENEWALS, WrongAnswer, answers_of, chinese, draft
from flows.programme.vocabulary import LEVELS
from studioflow import app

RUN = CliRunner()


@pytest.mark.parametrize(("level", "renewal"), list(product(LEVELS, RENEWALS)))
def test_draft_is_accepted_whatever_was_answered(level: str, renewal: str, tmp_path: Path) -> None:
    for path, assessments, rectification in product(
        ("", *PATHS), ("annual,final,members", "none"), ("45 days", "none")
    ):
        given = {
            "level": level,
            "renewal": renewal,
            "path": path,
            "assessments": assessments,
            "rectification": rectification,
        }
        target = tmp_path / "our-studio.yaml"
        target.write_text(draft(answers_of({**given, "articles": 3})), encoding="utf-8")
        faults = check([target])
        assert not faults, f"{given}\n{mistakes_text(faults)}"


def test_command_writes_a_complete_file_from_an_answers_file(tmp_path: Path) -> None:
    answers, target = tmp_path / "answers.yaml", tmp_path / "river-city.yaml"
    answers.write_text(
        "code: river-city\ntitle: 河湾市名师工作室\nmembers: 4-8\nlength: 2 years\nassessments: [final]\nrectification: 45 days\narticles: 12\n",
        encoding="utf-8",
    )
    done = RUN.invoke(app, ["programme", "new", str(target), "--answers", str(answers)])
    assert done.exit_code == 0, done.output
    programme = load(target)
    assert (programme.code, str(programme.cycle.length), list(programme.assessments)) == (
        "river-city",
        "2 years",
        ["final"],
    )
    assert programme.rectification is not None
    text = target.read_text(encoding="utf-8")
    assert "# ▷" in text
    assert "第十二条: 待归类" in text
    assert "like: D-PATH-CITY" in text
    again = RUN.invoke(app, ["programme", "new", str(target), "--answers", str(answers)])
    assert again.exit_code != 0


def test_command_asks_each_question_and_takes_defaults_for_empty_answers(tmp_path: Path) -> None:
    target = tmp_path / "asked.yaml"
    typed = ["asked", "", "", "school", "", "", "3-6", *[""] * 7]
    done = RUN.invoke(app, ["programme", "new", str(target)], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert load(target).level == "school"


def test_command_takes_answers_as_options(tmp_path: Path) -> None:
    target = tmp_path / "options.yaml"
    done = RUN.invoke(app, ["programme", "new", str(target), "--set", "level=county", "--set", "fund=20000元"])
    assert done.exit_code == 0, done.output
    assert "20000元" in target.read_text(encoding="utf-8")
    assert load(target).level == "county"


@pytest.mark.parametrize(("key", "value", "says"), [
    ("code", "Our City", "小写字母"), ("members", "9-3", "最少-最多"), ("level", "planet", "school"), ("length", "三年", "3 years|数 单位"),
    ("fund", "2万", "fund"), ("renewal", "maybe", "apply"), ("colour", "red", "没有“colour”"), ("articles", "many", "数字"),
])  # fmt: skip
def test_answer_that_cannot_be_taken_says_how_to_write_it(key: str, value: str, says: str) -> None:
    with pytest.raises(WrongAnswer) as wrong:
        answers_of({key: value})
    assert any(one in str(wrong.value) for one in says.split("|"))


def test_clause_numbers_are_written_in_chinese() -> None:
    assert [chinese(n) for n in (1, 10, 11, 20, 21, 99, 100, 101, 110)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
        "一百",
        "一百零一",
        "一百一十",
    ]
