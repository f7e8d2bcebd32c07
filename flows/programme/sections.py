"""The sections of an expanded programme file as typed values (规程各节)."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from flows.programme import phrases, vocabulary
from flows.programme.entries import (
    AmountPhrase,
    Consequences,
    Criterion,
    Entry,
    Limit,
    Loss,
    MomentPhrase,
    Named,
    OneOrMore,
    Only,
    SchemaError,
    SharePhrase,
    SpanPhrase,
    Text,
    Texts,
    Threshold,
    Whole,
)
from flows.programme.phrases import Amount


class Body(Named):
    """Who decides, reviews, pays or supports; has a level, or belongs to another body."""

    title: Text
    level: vocabulary.BodyLevel | None = None
    of: Text | None = None
    does: tuple[vocabulary.Does, ...] = ()
    heads: Texts = ()

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if (self.level is None) == (self.of is None):
            raise SchemaError("机构要写 level 或 of，只写一个", "a body has either level or of", "level 或 of")
        return self


class Role(Named):
    """Who takes part: the host, and the roles a text names."""

    title: Text
    number: Annotated[
        tuple[Limit, ...], BeforeValidator(lambda value: value if isinstance(value, (list, tuple)) else [value])
    ] = ()
    counts: bool = True
    within: Text | None = None
    chosen_by: Text | None = None
    criteria: tuple[Criterion, ...] = ()
    loss: Loss | None = None


class Share(Entry):
    """Of those counted in `in`, at most this share may be own-school ones of `count`."""

    of: Literal["own_school"]
    count: Texts
    in_: Texts = Field(alias="in")
    at_most: SharePhrase


class Phase(Entry):
    """One part of a cycle with dates of its own. `number`: its place among them, given when the file is expanded."""

    title: Text | None = None
    length: SpanPhrase
    number: int = 0


def _in_order(phases: dict[str, Phase]) -> dict[str, Phase]:
    return dict(sorted(phases.items(), key=lambda named: named[1].number))


class Cycle(Entry):
    """How long a studio's term is and when it starts."""

    length: SpanPhrase | None = None
    starts: Annotated[str, Field(pattern=r"^(plaque|school_year|\d{4}-\d{2}-\d{2})$")] = "plaque"
    phases: Annotated[dict[str, Phase], AfterValidator(_in_order)] = Field(default_factory=dict)
    skip: Only | None = None

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.length is None and not self.phases:
            raise SchemaError("周期没有写长度", "the cycle has no length", "length 或 phases")
        return self


class Counted(Entry):
    """Which records count for an obligation."""

    record: vocabulary.RecordKind
    level: vocabulary.Level | None = None
    key: bool = False
    listed: bool = False


class Obligation(Named):
    """What is owed: by whom, how often, with what proof, to whom."""

    title: Text
    per: vocabulary.Period | None = None
    each: Text | None = None
    who: Text | None = None
    times: Annotated[int, Field(strict=True, ge=1)] | tuple[Whole, Whole] = 1
    counts: tuple[Counted, ...] = ()
    proof: tuple[vocabulary.Proof, ...] = ()
    checklist: Texts = ()
    suggests: Texts = ()
    signed_by: Texts = ()
    lasting: SpanPhrase | None = None
    due: MomentPhrase = phrases.Moment("end")
    first_due: MomentPhrase | None = None
    roll: vocabulary.Roll | None = None
    only: Only | None = None
    skip: Only | None = None
    to: Text | None = None
    receipt: vocabulary.Receipt = "noted"
    blocks: OneOrMore = ()
    soft: bool = False
    distinct: bool = False
    stands_for: Text | None = None

    @property
    def least(self) -> int:
        """How many are binding."""
        return self.times if isinstance(self.times, int) else self.times[0]

    @property
    def most(self) -> int | None:
        """From how many on it is only noted; None without a range."""
        return None if isinstance(self.times, int) else self.times[1]


class Planned(Entry):
    """An activity that comes with the text, imported as a draft."""

    month: Annotated[int, Field(strict=True, ge=1, le=12)]
    place: Text | None = None
    items: Texts = ()


class Benefit(Entry):
    """A priority, points or a workload: reported."""

    title: Text
    to: Texts = ()
    ends: Literal["cycle", "exit"] = "cycle"


class Missed(Threshold):
    """The share of activities missed from which something follows."""


class Attendance(Entry):
    """考勤: what share missed, over which period, looked at when, and leave."""

    absent: Missed
    over: vocabulary.Period
    checked: vocabulary.Period
    at_least_activities: Whole
    leave_by: MomentPhrase
    late_leave: Literal["absence"]
    then: Consequences = ()


class Assessment(Named):
    """How a studio or a role is judged; without `grades` it is a report."""

    title: Text
    of: Text
    per: vocabulary.Period | None = None
    opens: MomentPhrase | None = None
    due: MomentPhrase | None = None
    with_: Text | None = Field(default=None, alias="with")
    needs: dict[str, vocabulary.Grade] = Field(default_factory=dict)
    by: Text
    confirmed_by: Text | None = None
    reported_to: Text | None = None
    content: Texts = ()
    methods: tuple[vocabulary.Method, ...] = ()
    opinions: Texts = ()
    hear_within: SpanPhrase | None = None
    basis: Texts = ()
    awards: Texts = ()
    grades: tuple[vocabulary.Grade, ...] = ()
    words: dict[str, Text] = Field(default_factory=dict)
    then: dict[str, Consequences] = Field(default_factory=dict)
    excludes: tuple[Literal["rectify", "revoke"], ...] = ()
    last_with: Text | None = None

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        own_time = self.per is not None and self.opens is not None and self.due is not None
        if not own_time and self.with_ is None:
            raise SchemaError("考核没有写时间", "the assessment has no time", "per、opens、due，或 with")
        return self

    def follows(self, grade: str) -> Consequences:
        """What follows from a grade; `passed` counts for every grade but `unqualified`."""
        own = self.then.get(grade, ())
        return own if grade == "unqualified" else own + self.then.get("passed", ())


class LimitSet(Entry):
    """The time to mend: a span, or set by a body and otherwise a span."""

    set_by: Text | None = None
    otherwise: SpanPhrase


def _limit(value: object) -> object:
    return value if isinstance(value, (dict, LimitSet)) else {"otherwise": phrases.span(value)}


class Rectification(Entry):
    """整改: runs from delivery of the result."""

    limit: Annotated[LimitSet, BeforeValidator(_limit)]
    roll: vocabulary.Roll
    reassess_within: SpanPhrase
    reassessed_by: Text | None = None
    capped: vocabulary.Grade
    ineffective: Consequences
    blocks: OneOrMore = ()


def _amounts(value: object) -> object:
    if isinstance(value, dict):
        return {key: phrases.amount(inner) for key, inner in value.items()}
    return {"": phrases.amount(value)}


class Fund(Named):
    """经费: one entitlement per period; amounts by level (`""` = whatever the level)."""

    title: Text
    per: Literal[vocabulary.Period, "award"]
    amounts: Annotated[dict[Literal[vocabulary.Level, ""], AmountPhrase], BeforeValidator(_amounts)] = Field(
        alias="amount"
    )
    per_head: Texts = ()
    first: Literal["plaque_year", "next_year"] = "plaque_year"
    from_: Text = Field(alias="from")
    to: Text

    def amount(self, level: str) -> Amount | None:
        """What a studio of that level gets each period; None when the text gives that level nothing."""
        return self.amounts.get("") or self.amounts.get(level)  # type: ignore[call-overload]


class Ledger(Entry):
    """专款专用: permitted uses, and a statement each period."""

    earmarked: bool
    statement: vocabulary.Period
    uses: Texts = ()
    kept_by: Text | None = None
    audited_by: Text | None = None


class Numbered(Entry):
    """A kind of paper: its title and how it is numbered."""

    title: Text
    number: Text


class Documents(Entry):
    """Names and numbers on papers; patterns know {host} {school} {kind} {year} {n} {word} {studio}."""

    studio_name: Text
    base_name: Text | None = None
    announcement: Numbered
    plaque: Numbered
    certificate: Numbered | None = None


class Records(Entry):
    """档案: the parts of the studio's and the person's file."""

    studio: Texts = ()
    person: Texts = ()
    forms: tuple[Literal["paper", "electronic"], ...] = ()
    kept_by: Text | None = None


class Target(Entry):
    """A figure that is reported against; nothing follows."""

    title: Text
    measure: Text
    at_least: Whole | None = None
    at_most: Whole | None = None
    average: Whole | None = None
    per: Literal[vocabulary.Period, vocabulary.LimitScope] | None = None
    by_year: Whole | None = None


class Reminders(Entry):
    """The reminder ladder, in days from the due day, and from which rung the office is told too."""

    ladder: tuple[Annotated[int, Field(strict=True)], ...]
    escalate: Annotated[int, Field(strict=True)]


class Absent(Entry):
    """What the text does not have: silent, something else in its place, or ruled out."""

    silent: tuple[vocabulary.AbsentPart, ...] = ()
    instead: dict[vocabulary.AbsentPart, Text] = Field(default_factory=dict)
    excluded: dict[vocabulary.AbsentPart, OneOrMore] = Field(default_factory=dict)

    def parts(self) -> tuple[str, ...]:
        """Every part named."""
        return (*self.silent, *self.instead, *self.excluded)


class Clauses(Entry):
    """The clause tree: those that are rules, those with nothing to enforce, with why, and what the rules say in their own words."""

    rules: Texts
    prose: dict[str, Text] = Field(default_factory=dict)
    texts: dict[str, Text] = Field(default_factory=dict)
