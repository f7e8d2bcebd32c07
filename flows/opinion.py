"""Opinion (征询): one answer asked of one person or body: a score, a vote, a hearing, a consent or a signature."""

from collections.abc import Mapping
from enum import StrEnum

from flows.engine.calendar import Span
from flows.engine.declare import END, Ask, Because, Follow, On, Part, Policy, Stage, Wait
from flows.engine.due import within
from flows.engine.voting import AGAINST, AGREE
from models.facts import OpinionFacts


class OpinionPolicy(Policy):
    """What an answer must hold, and until when; taken from the step that asks. `hides_names`: whoever is asked learns only a number."""

    within: Span | None = None
    rubric: tuple[tuple[str, str, int], ...] = ()
    hides_names: bool = False


class State(StrEnum):
    """Where a question to one party can stand."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


def no_choice(ask: Ask) -> Because | None:
    """A vote says yes or no (能力 8)."""
    if ask.facts.opinion_kind != "vote" or ask.payload.get("choice") in {AGREE, AGAINST}:
        return None
    return Because("请先选同意或不同意。没有改动任何内容。", ask.policy.origin("vote"))


def incomplete_sheet(ask: Ask) -> Because | None:
    """A score sheet names a mark within the scale for every indicator, and for nothing else: their sum is the mark."""
    if ask.facts.opinion_kind != "score":
        return None
    given = ask.payload.get("marks")
    marks: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    faults = tuple(
        f"{title}（0–{most} 分）"
        for place, title, most in ask.policy.rubric
        if not _within_scale(marks.get(place), most)
    )
    if faults:
        says = f"还不能提交，有 {len(faults)} 项没有评分或超出分值：{'；'.join(faults)}。"
        return Because(says, ask.policy.origin(""), faults)
    foreign = tuple(sorted(set(marks) - {place for place, _title, _most in ask.policy.rubric}))
    says = f"评分表里没有这些项：{'、'.join(foreign)}。没有改动任何内容。"
    return Because(says, ask.policy.origin(""), foreign) if foreign else None


def _within_scale(mark: object, most: int) -> bool:
    return isinstance(mark, int | float) and not isinstance(mark, bool) and 0 <= mark <= most


STAGE = Stage(
    name="opinion",
    title="征询",
    subject="opinion",
    policy=OpinionPolicy,
    facts=OpinionFacts,
    states=State,
    initial=State.ASKED,
    exits={State.GIVEN: END, State.REFUSED: END},
    on=(
        On("give", State.ASKED, State.GIVEN, by=Part.EXPERT, unless=(no_choice, incomplete_sheet), do=(Follow("record_answer"),)),
        On(
            "refuse", State.ASKED, State.REFUSED, by=Part.EXPERT, needs=("reason",),
            do=(Follow("record_refusal"),),
        ),
    ),
    waits=(Wait(State.ASKED, for_=Part.EXPERT, due=within("within"), asks="score_asked"),),
)  # fmt: skip
