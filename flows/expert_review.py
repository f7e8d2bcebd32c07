"""Expert review (专家评审): a panel drawn by lot scores each on its own; the authority ranks, the best within the quota go on."""

from enum import StrEnum
from statistics import fmean, median

from flows.engine.calendar import Span
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import unmoved_by, within
from flows.engine.judging import judged_elsewhere, judged_unmet, nothing_to_judge, unjudged, verdicts
from flows.engine.limits import exhausted
from flows.programme.vocabulary import Draw, Score, Take, Tie
from models.facts import ExpertFacts


class ExpertPolicy(Policy):
    """The numbers of an expert review.

    `pass_mark`: of a hundred, below it nobody is selected. `runners_up`: how many are kept in order behind the selected.
    `sheets`: above so many an expert has too much.
    """

    within: Span
    panel: int
    reserves: int
    draw: Draw
    blind: bool
    score: Score
    disputed_above: int
    pass_mark: int
    runners_up: int
    sheets: int
    judges: bool = False
    tie: tuple[Tie, ...]
    take: Take
    meeting: bool
    appraisal: bool
    rubric: tuple[tuple[str, str, int], ...] = ()


class State(StrEnum):
    """Where an application before experts can stand."""

    UNASSIGNED = "unassigned"
    SCORING = "scoring"
    SCORED = "scored"
    RESERVED = "reserved"
    SELECTED = "selected"
    REJECTED = "rejected"


def mark_of(marks: list[float], method: Score) -> float:
    """The mark that several judges give together: mean, median, or the mean without the highest and the lowest."""
    if method == "median":
        return float(median(marks))
    if method == "drop_ends" and len(marks) > 2:
        marks = sorted(marks)[1:-1]
    return fmean(marks)


def spread_of(marks: list[float]) -> float:
    """How far the judges are apart: highest less lowest."""
    return max(marks) - min(marks) if marks else 0.0


def unanswered(ask: Ask) -> Because | None:
    """Some of the experts asked have not answered yet."""
    out = sum(answer.outcome is None for answer in ask.facts.answers)
    given = sum(answer.outcome == "given" for answer in ask.facts.answers)
    return Because(f"还有 {out} 位专家没有评分。") if out or not given else None


def agreed(ask: Ask) -> Because | None:
    """The marks lie within the limit, or a further expert was already asked, so nobody further is."""
    marks = [answer.mark for answer in ask.facts.answers if answer.mark is not None and answer.outcome == "given"]
    further = any(answer.further for answer in ask.facts.answers)
    if unanswered(ask) or further or spread_of(marks) <= ask.policy.disputed_above:
        return Because("分差没有超过规定。", ask.policy.origin("disputed_above"))
    return nobody_left(ask)


def nobody_left(ask: Ask) -> Because | None:
    """Whoever stood back is replaced from the reserves, as long as there are some."""
    return None if ask.facts.reserves else Because("没有候补专家了。")


def others_outstanding(ask: Ask) -> Because | None:
    """Ranking waits until the experts have scored all of the round."""
    out = ask.facts.outstanding
    return Because(f"还不能排序：本批次还有 {out} 件没有评完。", ask.policy.origin("")) if out else None


def over_limit(ask: Ask) -> Because | None:
    """No more are selected than the round has places (海南 三, 石家庄 (二))."""
    if ask.payload.get("outcome") != State.SELECTED:
        return None
    quota = exhausted(ask)
    if quota is None:
        return None
    return Because(
        f"不能入选：{quota.scope} {quota.at_most} 个名额已用完。", quota.origin or ask.policy.origin("limits")
    )


def ranked_as(ask: Ask) -> str:
    """The outcome that the list gives this entry."""
    return str(ask.payload["outcome"])


STAGE = Stage(
    name="expert_review",
    title="专家评审",
    subject="application",
    policy=ExpertPolicy,
    facts=ExpertFacts,
    states=State,
    initial=State.UNASSIGNED,
    exits={State.SELECTED: NEXT, State.REJECTED: END},
    answered=("ask_further", "all_in"),
    refused="replace",
    on=(
        On(
            "judge", State.UNASSIGNED, State.UNASSIGNED, by=(Part.AUTHORITY, Part.OFFICE), unless=(nothing_to_judge, unjudged),
            note=verdicts, do=(Follow("record_judgements"),),
        ),
        On(
            "decline", State.UNASSIGNED, State.REJECTED, by=Part.AUTHORITY, needs=("reason",), unless=(judged_elsewhere,),
            note=verdicts, do=(Follow("record_judgements"), Notify(Part.APPLICANT, "review_declined")),
        ),
        On(
            "draw", State.UNASSIGNED, State.SCORING, by=Part.AUTHORITY, on_list=True, needs=("panel",),
            unless=(unjudged, judged_unmet), do=(Follow("ask_experts"),),
        ),
        On("ask_further", State.SCORING, State.SCORING, by=Part.ENGINE, unless=(agreed,), do=(Follow("ask_reserve"),)),
        On(
            "replace", State.SCORING, State.SCORING, by=Part.ENGINE, unless=(nobody_left,),
            do=(Follow("ask_reserve"), Notify(Part.AUTHORITY, "recused")),
        ),
        On("all_in", State.SCORING, State.SCORED, by=Part.ENGINE, unless=(unanswered,)),
        On(
            "rank", State.SCORED, frozenset({State.SELECTED, State.RESERVED, State.REJECTED}), by=Part.AUTHORITY, on_list=True,
            needs=("outcome",), unless=(others_outstanding, over_limit), choose=ranked_as, counts=frozenset({State.SELECTED}),
            do=(Follow("tell_ranking"), Follow("warn_over")),
        ),
        On("promote", State.RESERVED, State.SELECTED, by=Part.ENGINE, do=(Notify(Part.APPLICANT, "promoted"),)),
        On("release", State.RESERVED, State.REJECTED, by=Part.AUTHORITY, on_list=True, do=(Notify(Part.APPLICANT, "ranked_out"),)),
    ),
    waits=(
        Wait(State.UNASSIGNED, for_=Part.AUTHORITY, due=unmoved_by(within("within"), "judge"), asks="review_asked"),
        Wait(State.SCORED, for_=Part.AUTHORITY),
    ),
)  # fmt: skip
