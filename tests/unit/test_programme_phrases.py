"""Phrases of a programme file: what parses, what is refused, how it is read aloud."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from flows.programme import phrases
from flows.programme.phrases import Amount, Moment, PhraseError, Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 days", Span(7, "day")),
        ("1 day", Span(1, "day")),
        ("10 working days", Span(10, "working_day")),
        ("3 school years", Span(3, "school_year")),
        ("1 class hour", Span(1, "class_hour")),
        ("2 weeks", Span(2, "week")),
    ],
)
def test_span_parses_number_and_unit(text: str, expected: Span) -> None:
    assert phrases.span(text) == expected
    assert phrases.span(str(expected)) == expected


@pytest.mark.parametrize(
    "text", ["7", 7, "0 days", "7 Days", "-1 day", "=3+4 days", "7*2 days", "{{ n }} days", "seven days", ""]
)
def test_span_refuses_what_is_not_a_length(text: object) -> None:
    with pytest.raises(PhraseError) as refused:
        phrases.span(text)
    assert "10 working days" in refused.value.expected_zh


def test_moment_knows_its_anchor_and_side() -> None:
    assert phrases.moment("end") == Moment("end")
    assert phrases.moment("15 days after plaque") == Moment("plaque", "after", Span(15, "day"))
    assert phrases.moment("1 day before start").chinese == "期初前1 天"
    assert str(phrases.moment("60 days after end")) == "60 days after end"


@pytest.mark.parametrize("text", ["plaque", "soon", "15 after end", "15 days around end", "15 days after dawn"])
def test_moment_refuses_unknown_anchors(text: str) -> None:
    with pytest.raises(PhraseError):
        phrases.moment(text)


def test_amount_is_whole_yuan_in_fen_or_set_by_the_payer() -> None:
    assert phrases.amount("20000元") == Amount(2_000_000)
    assert phrases.amount("set") == Amount(None)
    for text in ("20000", "2万元", "1.5元", 20000):
        with pytest.raises(PhraseError):
            phrases.amount(text)


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (phrases.share, "20%", Fraction(1, 5)),
        (phrases.share, "100%", Fraction(1)),
        (phrases.ratio, "1/3", Fraction(1, 3)),
    ],
)
def test_shares_and_ratios_are_exact(parse: Callable[[object], Fraction], text: str, expected: Fraction) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (phrases.share, "120%"),
        (phrases.share, "0.2"),
        (phrases.ratio, "4/3"),
        (phrases.ratio, "1/0"),
        (phrases.ratio, "33%"),
    ],
)
def test_shares_and_ratios_refuse_what_they_cannot_be(parse: Callable[[object], Fraction], text: str) -> None:
    with pytest.raises(PhraseError):
        parse(text)
