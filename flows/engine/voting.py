"""Voting (表决): a body decides when enough of its seats have voted and enough of the votes agree; whole numbers, never rounded."""

from fractions import Fraction

from flows.engine.declare import Ask, Because

AGREE, AGAINST = "agree", "against"


def no_vote(ask: Ask) -> Because | None:
    """Only a step whose text asks for a vote asks its seats (能力 8)."""
    return Because("这一步不用表决。", ask.policy.origin("vote")) if ask.policy.vote is None else None


def no_quorum(ask: Ask) -> Because | None:
    """Too few of the seats asked have voted; whoever stood back (回避) is not counted among them."""
    if ask.policy.vote is None:
        return None
    votes, quorum = ask.facts.votes, ask.policy.vote.quorum
    if votes.seats == 0:
        return Because("还不能定：没有可以投票的人，请先任命成员，再补请投票。", ask.policy.origin("vote"))
    if reaches(votes.cast, votes.seats, quorum):
        return None
    says = f"还不能定：{votes.cast}/{votes.seats} 人已投票，要满 {quorum} 才算数。"
    return Because(says, ask.policy.origin("vote"))


def outvoted(ask: Ask) -> Because | None:
    """Too few of the votes cast agree."""
    rule = ask.policy.vote
    if rule is None:
        return None
    votes = ask.facts.votes
    ratio = rule.more_than if rule.at_least is None else rule.at_least
    passed = exceeds if rule.at_least is None else reaches
    if passed(votes.agreed, votes.cast, ratio):
        return None
    bound = f"要超过 {ratio}" if rule.at_least is None else f"要达到 {ratio}"
    says = f"不能同意：{votes.agreed} 票同意、{votes.cast - votes.agreed} 票不同意，{bound} 才通过。"
    return Because(says, ask.policy.origin("vote"))


def reaches(part: int, whole: int, ratio: Fraction) -> bool:
    """Whether `part` of `whole` is at least the ratio."""
    return part * ratio.denominator >= ratio.numerator * whole


def exceeds(part: int, whole: int, ratio: Fraction) -> bool:
    """Whether `part` of `whole` is more than the ratio."""
    return part * ratio.denominator > ratio.numerator * whole
