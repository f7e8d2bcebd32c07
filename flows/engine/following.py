"""What a text says will follow (结果运用), as plain data: one word of the closed vocabulary, for whom, by which clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from flows.engine.calendar import Span

WORDS = (
    "commend", "rectify", "revoke", "circulate", "adjust_out", "refill", "warn", "decide", "suspend", "succeed", "leave", "end",
    "reward", "award", "title", "certificate", "credits", "priority", "fund", "bar",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that follows. `place`: where the programme says it; `to`: the role it is for, else the studio or the one graded.

    `share` is the percent of a fund's next period; `span` the least and most percent that a decision may choose.
    """

    kind: str
    place: str
    value: str = ""
    to: str = ""
    fund: str = ""
    share: int | None = None
    span: tuple[int, int] | None = None
    choices: Mapping[str, tuple["Consequence", ...]] = field(default_factory=dict)
    by: str = ""
    within: Span | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """Itself as plain JSON values, as a decision keeps what each of its choices brings."""
        return {
            "kind": self.kind, "place": self.place, "value": self.value, "to": self.to, "fund": self.fund, "share": self.share,
            "span": list(self.span) if self.span else None, "by": self.by, "within": str(self.within) if self.within else None,
            "choices": {title: rows_of(then) for title, then in self.choices.items()}, "origin": dict(self.origin),
        }  # fmt: skip

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """What `as_row` wrote."""
        span, within = row.get("span"), row.get("within")
        choices = {title: from_rows(then) for title, then in (row.get("choices") or {}).items()}
        return cls(
            **{key: row[key] for key in ("kind", "place", "value", "to", "fund", "share", "by", "origin")}, choices=choices,
            span=(span[0], span[1]) if span else None, within=Span.parse(within) if within else None,
        )  # fmt: skip


def rows_of(then: Sequence[Consequence]) -> list[dict[str, Any]]:
    """What follows, as plain JSON values."""
    return [one.as_row() for one in then]


def from_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Consequence, ...]:
    """What follows, from plain JSON values."""
    return tuple(Consequence.from_row(row) for row in rows)


def acts(then: Sequence[Consequence]) -> frozenset[str]:
    """The words among these, without those inside choices."""
    return frozenset(one.kind for one in then)
