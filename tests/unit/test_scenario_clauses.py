"""Clauses that a scenario expects a refusal to cite: the clause itself, or the article it stands in; never a part of its number."""

import pytest

from flows.rehearsal.citing import cites


@pytest.mark.parametrize(
    ("cited", "clause", "holds"),
    [
        ("三(二)1", "三(二)1", True), ("三(二)1", "三(二)", True), ("三(二)1", "三", True), ("三(二)10", "三(二)1", False),
        ("第十七条", "第十", False), ("(六)", "六", False), ("二(二)、二(四)", "二(四)", True), ("D-SLA.school", "D-SLA", True),
    ],
)  # fmt: skip
def test_clause_is_cited_whole_or_as_its_article(cited: str, clause: str, *, holds: bool) -> None:
    assert cites({"kind": "clause", "text": cited}, "", [clause]) is holds


def test_what_stands_before_an_act_is_cited_too() -> None:
    origin = {"kind": "clause", "text": "第十七条", "blocking": [{"kind": "clause", "text": "第十六条"}]}
    assert cites(origin, "", ["第十六条", "第十七条"])
    assert not cites(origin, "", ["第十六条", "第十八条"])
