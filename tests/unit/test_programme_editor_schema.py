"""The JSON Schema of a programme file: what editors accept and underline."""

import importlib
from typing import Any

import pytest

from flows.programme import library
from flows.programme.editor_schema import editor_schema
from flows.programme.loading import open_sheet

Validator: Any = importlib.import_module("jsonschema").Draft202012Validator
TEXT = library()["chifeng"].read_text(encoding="utf-8")
SCHEMA = editor_schema()


def complaints(text: str) -> list[str]:
    """What an editor would underline."""
    return ["/".join(map(str, error.absolute_path)) for error in Validator(SCHEMA).iter_errors(open_sheet(text).values)]


def test_the_schema_is_a_json_schema_of_its_own() -> None:
    Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("code", library())
def test_every_programme_of_the_library_is_accepted_as_written(code: str) -> None:
    assert complaints(library()[code].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("written", "meant", "place"),
    [
        ("length: 3 years", "length: three years", "cycle/length"),
        ("due: 15 days before end", "due: 15 days until end", "obligations/summary"),
        ("proof: [plan]", "proof: [plann]", "obligations/plan"),
        ("title: 年度考核\n    of", "titel: 年度考核\n    of", "assessments/annual"),
        ("excellent: [commend", "excellent: [commended", "assessments/final"),
        ("amount: set", "amount: 两万元", "funds/activity"),
        ("unqualified: [{bar: next_cycle}]", "unqualified: [{until: next_cycle}]", "assessments/final"),
        ("does: [decides, pays]", "does: [decide, pays]", "bodies/bureau"),
        ("stage: public_notice", "stage: public_notise", "paths/apply/steps"),
        ("programme: chifeng\n", "", ""),
    ],
)
def test_what_is_miswritten_is_underlined_where_it_stands(written: str, meant: str, place: str) -> None:
    assert written in TEXT
    found = complaints(TEXT.replace(written, meant, 1))
    assert found
    assert any(one.startswith(place) for one in found), found


def test_like_stands_for_keys_that_must_be_there() -> None:
    assert complaints(TEXT.replace("renew: {like: D-RENEW, needs", "renew: {needs", 1)) == ["paths/renew"]
    assert complaints(TEXT.replace("attendance: {like: D-ATT}", "attendance: {}", 1)) == ["attendance"]


def test_keys_are_labelled_in_chinese() -> None:
    assert SCHEMA["$defs"]["Obligation"]["properties"]["due"]["title"] == "截止"
    assert SCHEMA["properties"]["clauses"]["$ref"].startswith("#/$defs/")
