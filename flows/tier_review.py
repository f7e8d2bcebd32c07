"""Tier review (逐级审核): one reviewer endorses, declines or sends back; silence only reminds, it never decides."""

from enum import StrEnum

from flows.engine.calendar import Span
from flows.engine.declare import END, NEXT, Ask, Because, Follow, Notify, On, Part, Policy, Stage, Wait
from flows.engine.due import unmoved_by, within, within_person
from flows.engine.judging import judged_unmet, unjudged, verdicts
from flows.engine.limits import exhausted
from flows.engine.voting import no_quorum, no_vote, outvoted
from models.facts import TierFacts


class TierPolicy(Policy):
    """The numbers of a review step."""

    within: Span
    return_within: Span
    ranks: bool = False
    seal: bool = False
    vote: object | None = None
    judges: bool = False

    def sends(self, _event: str) -> bool:
        """The seats of a body are asked only where it decides by vote."""
        return self.vote is not None


class State(StrEnum):
    """Where a review can stand."""

    REVIEWING = "reviewing"
    RETURNED = "returned"
    ENDORSED = "endorsed"
    DECLINED = "declined"
    LAPSED = "lapsed"


def over_limit(ask: Ask) -> Because | None:
    """Recommend N of M: the quota of the round for this county, school, kind or year (能力 10)."""
    quota = exhausted(ask)
    if quota is None:
        return None
    taken = quota.taken + ask.taken.get(quota.share, 0)
    says = f"不能推荐：{quota.scope} {quota.at_most} 个名额已用完，已推荐 {taken} 人。没有改动任何内容。"
    return Because(says, quota.origin or ask.policy.origin("limits"))


def unsealed(ask: Ask) -> Because | None:
    """The reviewer's sealed scan where the programme asks for one."""
    if not ask.policy.seal or "审核盖章件" in ask.facts.attached:
        return None
    return Because("还不能同意：审核盖章件没有上传。", ask.policy.origin("seal"), ("审核盖章件",))


def unranked(ask: Ask) -> Because | None:
    """Where the tier ranks, each endorsement takes a place that no other has."""
    if not ask.policy.ranks or "rank" not in ask.payload:
        return None
    if not str(ask.payload["rank"]).isdigit():
        return Because("推荐序位要写成数字，如 1。", ask.policy.origin("ranks"))
    rank = int(ask.payload["rank"])
    return (
        Because(f"推荐序位第 {rank} 位已有人，请换一个序位。", ask.policy.origin("ranks"))
        if rank in ask.facts.ranks_taken or ask.taken.get(ask.place(rank))
        else None
    )


def blocked(ask: Ask) -> Because | None:
    """Open duties that block this step, by name."""
    blocking = ask.facts.blocking
    return (
        Because(f"还不能同意，先要办完：{'、'.join(blocking)}。", ask.policy.origin_before(blocking), blocking)
        if blocking
        else None
    )


STAGE = Stage(
    name="tier_review",
    title="审核",
    subject="application",
    policy=TierPolicy,
    facts=TierFacts,
    states=State,
    initial=State.REVIEWING,
    exits={State.ENDORSED: NEXT, State.DECLINED: END, State.LAPSED: END},
    branches=True,
    at_once=("ask_seats",),
    on=(
        On(
            "ask_seats", State.REVIEWING, State.REVIEWING, by=(Part.ENGINE, Part.REVIEWER), unless=(no_vote,), do=(Follow("ask_seats"),)
        ),
        On(
            "endorse", State.REVIEWING, State.ENDORSED, by=Part.REVIEWER, on_list=True, counts=frozenset({State.ENDORSED}),
            note=verdicts, unless=(blocked, unjudged, judged_unmet, unsealed, no_quorum, outvoted, unranked, over_limit),
            do=(Follow("record_judgements"), Follow("warn_over"), Notify(Part.APPLICANT, "review_endorsed")),
        ),
        On(
            "decline", State.REVIEWING, State.DECLINED, by=Part.REVIEWER, on_list=True, needs=("reason",), note=verdicts,
            do=(Follow("record_judgements"), Notify(Part.APPLICANT, "review_declined")),
        ),
        On(
            "send_back", State.REVIEWING, State.RETURNED, by=Part.REVIEWER, needs=("defects",),
            do=(Notify(Part.APPLICANT, "application_sent_back"),),
        ),
        On(
            "resubmit", State.RETURNED, State.REVIEWING, by=Part.APPLICANT,
            do=(Follow("record_submission"), Follow("ask_anew"), Notify(Part.REVIEWER, "application_resubmitted")),
        ),
        On("lapse", State.RETURNED, State.LAPSED, by=Part.CLOCK, do=(Notify(Part.APPLICANT, "application_lapsed"),)),
    ),
    waits=(
        Wait(State.REVIEWING, for_=Part.REVIEWER, due=unmoved_by(within("within"), "ask_seats"), asks="review_asked"),
        Wait(State.RETURNED, for_=Part.APPLICANT, due=within_person("return_within", "退回日"), then="lapse"),
    ),
)  # fmt: skip
