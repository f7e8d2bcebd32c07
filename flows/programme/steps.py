"""Paths and their steps (办理路径): one model a stage, its keys the numbers of that stage's policy."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from flows.programme import vocabulary
from flows.programme.entries import (
    Consequences,
    Entry,
    MomentPhrase,
    Named,
    OneOrMore,
    PathLimit,
    SpanPhrase,
    Text,
    Texts,
    Vote,
    Whole,
)

FRAME = ("name", "stage", "by", "go", "optional", "if_any")


class StepFrame(Entry):
    """What every step has, whatever its stage."""

    exits: ClassVar[dict[str, str]] = {}
    name: Text = Field(alias="step")
    by: OneOrMore = ()
    go: dict[str, Text] = Field(default_factory=dict)
    optional: bool = False
    if_any: bool = False

    def policy(self) -> dict[str, Any]:
        """The stage's own keys with typed values (Span, Vote …): what its `Policy` is made of."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in FRAME}

    def route(self, exit_name: str) -> str:
        """Where an exit leads: a step, `next` or `end`. Raises KeyError for an exit the stage has not."""
        return self.go.get(exit_name) or vocabulary.EXITS[self.stage][exit_name]  # type: ignore[attr-defined]


class ApplicationStep(StepFrame):
    """申报: somebody asks; `return_within` is the time to mend what was sent back."""

    stage: Literal["application"]
    form: Text | None = None
    attach: Texts = ()
    seal: bool = False
    wishes: Whole | None = None
    return_within: SpanPhrase


class TierReviewStep(StepFrame):
    """逐级审核: one run per reviewer."""

    stage: Literal["tier_review"]
    within: SpanPhrase
    return_within: SpanPhrase
    ranks: bool = False
    seal: bool = False
    vote: Vote | None = None


class ExpertReviewStep(StepFrame):
    """专家评审: a panel scores, the authority ranks."""

    stage: Literal["expert_review"]
    within: SpanPhrase
    panel: Whole
    reserves: Whole
    draw: vocabulary.Draw
    blind: bool = False
    score: vocabulary.Score
    disputed_above: Whole
    pass_mark: Whole = 60  # these three have the values of D-EXPERT, for versions that were stored without them
    runners_up: Whole = 3
    sheets: Annotated[int, Field(strict=True, ge=1)] = 12
    tie: tuple[vocabulary.Tie, ...] = ()
    take: vocabulary.Take
    meeting: bool = False
    appraisal: bool = False


class PublicNoticeStep(StepFrame):
    """公示: the unit of `length` chooses calendar or working days."""

    stage: Literal["public_notice"]
    length: SpanPhrase
    first_day: Literal["counted", "not_counted"]
    roll: vocabulary.Roll
    inquiry: SpanPhrase
    after_dismissal: vocabulary.AfterDismissal
    anonymous: vocabulary.Anonymous
    promote_next: bool


class PlaqueStep(StepFrame):
    """发文挂牌: how it is made public; `plaque: false` only registers."""

    stage: Literal["plaque"]
    announce: vocabulary.Announce
    within: SpanPhrase
    plaque: bool = True
    certificate: bool = False
    names_base: bool = False


class MembershipStep(StepFrame):
    """入出席位: last step of seat and exit paths."""

    stage: Literal["membership"]
    seats: vocabulary.Seats = "direct"
    prefer: tuple[vocabulary.Prefer, ...] = ()


class RenewalStep(StepFrame):
    """续期: last step of cycle paths; nobody in `by`: it follows from the result."""

    stage: Literal["renewal"]
    choices: dict[str, Literal["same_roster", "new_roster"]] = Field(default_factory=dict)
    vote: Vote | None = None


Step = Annotated[
    ApplicationStep | TierReviewStep | ExpertReviewStep | PublicNoticeStep | PlaqueStep | MembershipStep | RenewalStep,
    Field(discriminator="stage"),
]


class Window(Entry):
    """When a path is open, each `per`."""

    per: vocabulary.Period = "cycle"
    opens: MomentPhrase
    closes: MomentPhrase
    roll: vocabulary.Roll = "none"
    if_not: vocabulary.IfNot = "refuse"


class Path(Named):
    """How something is granted: a studio, a level, a seat, an exit, a next cycle."""

    gives: vocabulary.Gift
    roles: Texts = ()
    from_: tuple[vocabulary.Level, ...] = Field(default=(), alias="from")
    to: vocabulary.Level | None = None
    call: vocabulary.Call = "any_time"
    window: Window | None = None
    needs: dict[str, vocabulary.Grade] = Field(default_factory=dict)
    limits: tuple[PathLimit, ...] = ()
    then: Consequences = ()
    steps: tuple[Step, ...] = Field(min_length=1)

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def after(self, name: str) -> Step | None:
        """The step after the one named, None after the last."""
        names = [step.name for step in self.steps]
        place = names.index(name) + 1
        return self.steps[place] if place < len(names) else None

    def called(self, name: str) -> Self:
        """Itself, knowing its name."""
        return super().called(name)
