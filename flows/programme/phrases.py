"""Phrases of a programme file (短语): spans, moments, amounts, shares and ratios."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from flows.engine.calendar import Span

__all__ = ["ANCHORS", "Amount", "Moment", "PhraseError", "Span", "amount", "moment", "ratio", "share", "span"]

Anchor = Literal["start", "end", "announcement", "plaque", "delivery", "event"]

ANCHORS: tuple[str, ...] = get_args(Anchor)
ANCHORS_ZH = {
    "start": "期初",
    "end": "期末",
    "announcement": "发文",
    "plaque": "挂牌",
    "delivery": "结果送达",
    "event": "事项发生",
}
_SPAN = re.compile(r"(\d{1,4}) (day|working day|week|month|year|school year|class hour)(s?)")
_MOMENT = re.compile(rf"(.+) (before|after) ({'|'.join(ANCHORS)})")
_AMOUNT = re.compile(r"[1-9]\d{0,9}元")
# What editors are told of each phrase: its pattern, and how one looks.
PATTERNS: dict[str, tuple[str, str]] = {
    "span": (f"^{_SPAN.pattern}$", "10 working days"),
    "moment": (f"^(start|end|{_SPAN.pattern} (before|after) ({'|'.join(ANCHORS)}))$", "15 days after end"),
    "amount": (f"^(set|{_AMOUNT.pattern})$", "20000元"),
    "share": (r"^(100|\d{1,2})%$", "20%"),
    "ratio": (r"^\d{1,3}/\d{1,3}$", "1/3"),
}


class PhraseError(ValueError):
    """A phrase that does not parse; `expected_zh` and `expected_en` say what would."""

    def __init__(self, found: object, expected_zh: str, expected_en: str) -> None:
        super().__init__(f"{found!r}: {expected_en}")
        self.found, self.expected_zh, self.expected_en = found, expected_zh, expected_en


@dataclass(frozen=True, slots=True)
class Moment:
    """A day told from an anchor: the anchor itself (`span` is None) or a span before or after it."""

    anchor: str
    side: str = "at"
    span: Span | None = None

    def __str__(self) -> str:
        return self.anchor if self.span is None else f"{self.span} {self.side} {self.anchor}"

    @property
    def chinese(self) -> str:
        """The moment as people read it: `期末前15天`."""
        where = ANCHORS_ZH[self.anchor]
        if self.span is None:
            return where
        return f"{where}{'前' if self.side == 'before' else '后'}{self.span.chinese}"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in fen; `fen` is None when the payer enters it each period (`set`)."""

    fen: int | None

    def __str__(self) -> str:
        return "set" if self.fen is None else f"{self.fen // 100}元"

    @property
    def chinese(self) -> str:
        """The amount as people read it."""
        return "由拨款方每期核定" if self.fen is None else f"{self.fen // 100}元"


def span(text: object) -> Span:
    """`10 working days` → Span(10, "working_day"). Raises PhraseError."""
    if isinstance(text, Span):
        return text
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[1]) == 0:
        raise PhraseError(
            text,
            "“数 单位”，单位为 day、working day、week、month、year、school year、class hour，如 10 working days",
            "`N unit`, unit = day, working day, week, month, year, school year, class hour; e.g. 10 working days",
        )
    return Span.parse(found[0])


def moment(text: object) -> Moment:
    """`15 days after end` → Moment("end", "after", Span(15, "day")). Raises PhraseError."""
    if isinstance(text, Moment):
        return text
    if isinstance(text, str):
        if text in ("start", "end"):
            return Moment(text)
        found = _MOMENT.fullmatch(text)
        if found is not None:
            return Moment(found[3], found[2], span(found[1]))
    raise PhraseError(
        text,
        f"start、end，或“期限 before|after {'|'.join(ANCHORS)}”，如 15 days after end",
        f"start, end, or `span before|after {'|'.join(ANCHORS)}`; e.g. 15 days after end",
    )


def amount(text: object) -> Amount:
    """`20000元` → Amount(2_000_000 fen); `set` → Amount(None). Raises PhraseError."""
    if isinstance(text, Amount):
        return text
    if text == "set":
        return Amount(None)
    if isinstance(text, str) and _AMOUNT.fullmatch(text):
        return Amount(int(text[:-1]) * 100)
    raise PhraseError(text, "整数元（如 20000元）或 set", "whole yuan (e.g. 20000元) or `set`")


def share(text: object) -> Fraction:
    """`20%` → 1/5, exactly. Raises PhraseError."""
    if isinstance(text, Fraction):
        return text
    if isinstance(text, str) and re.fullmatch(r"\d{1,3}%", text) and int(text[:-1]) <= 100:
        return Fraction(int(text[:-1]), 100)
    raise PhraseError(text, "百分比，0% 到 100%，如 20%", "a percentage from 0% to 100%; e.g. 20%")


def ratio(text: object) -> Fraction:
    """`1/3` → Fraction(1, 3). Raises PhraseError."""
    if isinstance(text, Fraction):
        return text
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text) if isinstance(text, str) else None
    if found is not None and 0 < int(found[1]) <= int(found[2]):
        return Fraction(int(found[1]), int(found[2]))
    raise PhraseError(text, "不大于一的分数，如 1/3", "a fraction not above one; e.g. 1/3")
