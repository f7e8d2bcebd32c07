"""What follows from a move: notices, and the closed vocabulary of effects, each carried out for many runs at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from flows.engine.consequences.books import close_late, tell_unmet
from flows.engine.consequences.credits import (
    accept_credits,
    assign_duty,
    credit_record,
    refuse_credits,
    tell_overdue,
    tell_receiver,
)
from flows.engine.consequences.cycles import give_cycle
from flows.engine.consequences.deadlines import keep_deadline
from flows.engine.consequences.experts import (
    ask_experts,
    ask_reserve,
    promote_next,
    record_answer,
    record_refusal,
    tell_ranking,
)
from flows.engine.consequences.granting import follow_path
from flows.engine.consequences.judging import (
    confirm_results,
    record_findings,
    record_proposal,
    record_report,
    set_limit,
)
from flows.engine.consequences.money import enter_payment, paid_facts, set_share
from flows.engine.consequences.rounds import cancel_round, extend_round, invite, warn_over, warn_short
from flows.engine.consequences.seats import end_seat, give_seat, recheck_roster, tell_placement
from flows.engine.consequences.settling import (
    carry_out_decision,
    deliver_results,
    reckon_attendance,
    settle_rectification,
)
from flows.engine.consequences.studios import make_studio, start_cycle
from flows.engine.consequences.submissions import (
    record_judgements,
    record_submission,
    record_waiver,
    rule_objections,
)
from flows.engine.consequences.votes import ask_anew, ask_seats
from flows.engine.declare import Follow, Notify
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models.queries.cases import forget_cases

Executor = Callable[[Work, Sequence[Happening], str], Iterable[Intent]]

VOCABULARY: Mapping[str, Executor] = {
    "accept_credits": accept_credits,
    "ask_anew": ask_anew,
    "ask_experts": ask_experts,
    "ask_reserve": ask_reserve,
    "ask_seats": ask_seats,
    "assign_duty": assign_duty,
    "cancel_round": cancel_round,
    "carry_out_decision": carry_out_decision,
    "close_late": close_late,
    "confirm_results": confirm_results,
    "credit_record": credit_record,
    "deliver_results": deliver_results,
    "end_seat": end_seat,
    "enter_payment": enter_payment,
    "extend_round": extend_round,
    "follow_path": follow_path,
    "give_cycle": give_cycle,
    "give_seat": give_seat,
    "invite": invite,
    "keep_deadline": keep_deadline,
    "make_studio": make_studio,
    "promote_next": promote_next,
    "recheck_roster": recheck_roster,
    "reckon_attendance": reckon_attendance,
    "record_answer": record_answer,
    "record_findings": record_findings,
    "record_judgements": record_judgements,
    "record_proposal": record_proposal,
    "record_refusal": record_refusal,
    "record_report": record_report,
    "record_submission": record_submission,
    "record_waiver": record_waiver,
    "refuse_credits": refuse_credits,
    "rule_objections": rule_objections,
    "set_limit": set_limit,
    "set_share": set_share,
    "settle_rectification": settle_rectification,
    "start_cycle": start_cycle,
    "tell_overdue": tell_overdue,
    "tell_placement": tell_placement,
    "tell_ranking": tell_ranking,
    "tell_receiver": tell_receiver,
    "tell_unmet": tell_unmet,
    "warn_over": warn_over,
    "warn_short": warn_short,
}

LEAVES_CASES = frozenset(
    {"record_judgements", "tell_ranking", "tell_receiver", "warn_over", "warn_short"}
)  # the others may change what a case says


def carry_out(work: Work, happened: Sequence[Happening]) -> list[Intent]:
    """Carry out the effects of these moves in the same transaction; returns the events that they cause elsewhere."""
    follows: dict[tuple[str, str], list[Happening]] = defaultdict(list)
    tellings: list[Telling] = []
    for happening in happened:
        for effect in happening.move.effects:
            if isinstance(effect, Follow):
                follows[effect.word, effect.value].append(happening)
            elif isinstance(effect, Notify):
                tellings.append(_telling(happening, effect))
    if any(word not in LEAVES_CASES for word, _value in follows):
        forget_cases(work.session)
    further = [intent for (word, value), group in follows.items() for intent in VOCABULARY[word](work, group, value)]
    tell(work, tellings)
    return further


def _telling(happening: Happening, effect: Notify) -> Telling:
    move = happening.move
    return Telling(
        happening.facts.parts.get(effect.to, ""), effect.notice, happening.run, happening.version, happening.rule, happening.facts,
        move.due_at, reason=move.reason, actor=happening.actor.name, more=_said(happening),
    )  # fmt: skip


def _said(happening: Happening) -> Mapping[str, object]:
    """What a message lists as facts: everything that was sent back at once, or how much was paid."""
    if (happening.run.stage, happening.intent.event) == ("grant", "pay"):
        return paid_facts(happening)
    defects = happening.intent.payload.get("defects") or []
    return {"facts": [[str(one.get("place", "")), str(one.get("what", ""))] for one in defects]} if defects else {}
