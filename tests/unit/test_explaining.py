"""Mistakes are explained: the word that was probably meant, and what to do, in Chinese, English or both."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.programme import check, library, mistakes_text
from flows.programme.explaining import advice, probable
from studioflow import app

RUN = CliRunner()
MEANT = [
    ("cycle: {length", "cycle: {lenght: 3, length", "length"),
    ("call: round", "call: rounds", "round"),
    ("stage: public_notice", "stage: public_notices", "public_notice"),
    ("[commend, {reward: prize}]", "[comend, {reward: prize}]", "commend"),
    ("by: county, ranks", "by: conty, ranks", "county"),
    ("reminders: {like: D-REMIND}", "reminders: {like: D-REMINDER}", "D-REMIND"),
    ("cycle: {length", "周期: {length", "cycle"),
]


def faulty(tmp_path: Path, old: str, new: str) -> Path:
    text = library()["chifeng"].read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / "chifeng.yaml"
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize(("old", "new", "meant"), MEANT)
def test_mistake_says_which_word_was_probably_meant(old: str, new: str, meant: str, tmp_path: Path) -> None:
    faults = check([faulty(tmp_path, old, new)])
    assert meant in [probable(fault) for fault in faults], mistakes_text(faults)


def test_mistake_is_explained_in_the_language_asked_for(tmp_path: Path) -> None:
    target = faulty(tmp_path, "cycle: {length: 3 years", "cycle: {length: 三年")
    both = RUN.invoke(app, ["programme", "check", str(target)])
    chinese = RUN.invoke(app, ["programme", "check", str(target), "--lang", "zh"])
    english = RUN.invoke(app, ["programme", "check", str(target), "--lang", "en"])
    assert {both.exit_code, chinese.exit_code, english.exit_code} == {1}
    assert "看不懂“三年”" in both.output
    assert "does not parse" in both.output
    assert "怎样改" in chinese.output
    assert "does not parse" not in chinese.output
    assert "what to do" in english.output
    assert "看不懂" not in english.output


def test_rule_without_origin_is_told_how_to_get_one(tmp_path: Path) -> None:
    (fault, *_) = check([faulty(tmp_path, "clause: 第五条, default: [starts]}", "soft: 1}")])
    assert fault.found == "soft"
    todo = [
        advice(one)
        for one in check([faulty(tmp_path, "proof: [report], clause: 八(一), default: [per]", "proof: [report]")])
    ]
    assert any("default: 理由" in chinese and "clause" in english for chinese, english in todo)


def test_sound_file_has_no_mistakes_in_either_language() -> None:
    assert mistakes_text([], "zh") == "没有差错。"
    assert mistakes_text([], "en") == "No mistakes."
