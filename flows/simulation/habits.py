"""Habits (习惯): what people do with what waits for them, when, and with which words; drawn from the rates."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from flows.engine.declare import Ask
from flows.engine.voting import AGAINST, AGREE, no_quorum, outvoted
from flows.programme.entries import Criterion
from flows.simulation.rates import Rates

SET_AMOUNT_FEN = 5_000_000
LATE_BY = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that waits for somebody: since when, and until when it should be done."""

    run_id: int
    stage: str
    state: str
    since: date
    due_on: date | None


Says = Callable[[Ask, Rates, Random], tuple[str, Mapping[str, Any]]]


def _file(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    """Hand in a record of the kind, level and length that the text counts, with everything it asks for."""
    del rates, chance
    if ask.policy.vacancy:
        return "excuse", {"reason": "本期不再补选"}
    asked, today = ask.policy.asked, ask.now.date()
    counted = next((one for one in asked.counts if one.record != "roster"), None)
    lasting = asked.lasting.n if asked.lasting else 0
    return "submit", {
        "title": ask.policy.title, "theme": f"主题{ask.run.id}", "held_on": today.isoformat(), "text": "材料",
        "ends_on": (today + timedelta(days=lasting * 2)).isoformat(), "minutes": 40 * max(lasting, 1), "proofs": list(asked.proof),
        "parts": list(asked.checklist), "link": "https://example.edu.cn/record",
        **({"kind": counted.record, "level": counted.level or "", "key": counted.key, "listed": counted.listed} if counted else {}),
    }  # fmt: skip


def _receive(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    del ask
    return ("return", {"reason": "材料不全"}) if rates.happens(rates.returned, chance) else ("accept", {})


def _judge(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    policy = ask.policy
    if not policy.grades:
        return "record", {"comment": "已查"}
    if policy.roles:
        seats = [one.seat_id for one in ask.facts.seats if one.role in policy.roles]
        return "propose", {"results": {str(one): rates.grade(policy.grades, chance) for one in seats}}
    return "propose", {"grade": rates.grade(policy.grades, chance), "reason": "按材料评定"}


def _look_again(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    mended = rates.happens(rates.mended, chance)
    return "reassess", {"grade": ask.policy.capped if mended else "unqualified", "reason": "现场复核"}


def _decide(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    del rates
    if ask.facts.span is not None:
        return "decide", {"share": chance.randint(*ask.facts.span), "reason": "按情况决定"}
    choice = chance.choice(ask.facts.choices) if ask.facts.choices else ""
    seats = list(ask.facts.seats[:1]) if choice in ask.facts.names_seats else []
    return "decide", {"choice": choice, "seats": seats, "reason": "按情况决定"}


def _pay(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    del rates, chance
    return "pay", {"voucher": f"凭{ask.run.id}", **({} if ask.facts.amount_fen else {"amount_fen": SET_AMOUNT_FEN})}


def _answer(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    """A vote says yes or no; whoever is heard has nothing against it."""
    if ask.facts.opinion_kind == "vote":
        return "give", {"choice": AGREE if rates.happens(rates.agrees, chance) else AGAINST}
    return "give", {"opinion": "没有不同意见"}


def _outvoted(ask: Ask) -> bool:
    """Whether the seats have voted, and against."""
    return ask.policy.vote is not None and no_quorum(ask) is None and outvoted(ask) is not None


def _choose(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    del rates
    if _outvoted(ask):
        return "decline", {"reason": "表决没有通过"}
    return "choose", {"choice": chance.choice(list(ask.policy.choices))}


def _endorse(ask: Ask, rates: Rates, chance: Random) -> tuple[str, Mapping[str, Any]]:
    del rates, chance
    if _outvoted(ask):
        return "decline", {"reason": "表决没有通过"}
    judged = {place: "passed" for place, _ in ask.facts.unjudged}
    return "endorse", {"judged": judged} if judged else {}


def papers_of(ask: Ask) -> frozenset[str]:
    """The papers that an application must carry: those of the step, the sealed form, and what criteria want shown."""
    policy = ask.policy
    sealed = {f"{policy.form or '申报表'}（盖章扫描件）"} if policy.seal else set()
    shown = {one.document for one in _flat(policy.criteria.get(ask.facts.role, ())) if one.document}
    return frozenset({*policy.attach, *sealed, *shown})


def _flat(criteria: Iterable[Criterion]) -> Iterator[Criterion]:
    for one in criteria:
        yield one
        yield from _flat((*one.any_of, *one.all_of))


def _saying(event: str, **payload: Any) -> Says:
    return lambda _ask, _rates, _chance: (event, payload)


# What is done in each state that waits for a person, and within how many days where no deadline says.
HABITS: Mapping[tuple[str, str], tuple[Says, int]] = {
    ("activities", "open"): (_file, 25),
    ("activities", "overdue"): (_file, LATE_BY),
    ("activities", "submitted"): (_receive, 8),
    ("assessment", "open"): (_judge, 20),
    ("assessment", "proposed"): (_saying("confirm"), 8),
    ("assessment", "confirmed"): (_saying("release"), 6),
    ("opinion", "asked"): (_answer, 6),
    ("rectification", "mending"): (_saying("report", measures=["逐条整改"], report="已经整改"), 60),
    ("rectification", "reported"): (_look_again, 12),
    ("decision", "asked"): (_decide, 25),
    ("grant", "due"): (_pay, 40),
    ("application", "drafting"): (_saying("submit"), 25),
    ("tier_review", "reviewing"): (_endorse, 8),
    ("tier_review", "returned"): (_saying("resubmit"), 8),
    ("renewal", "waiting"): (_choose, 20),
    ("membership", "waiting"): (_saying("seat", reason="原则上的人数以外，经批准"), 5),
}  # fmt: skip
# Where what is done depends on more than the rule: whom it is about, what is still to be judged, how much is due.
LOOKS_CLOSER = frozenset({
    ("assessment", "open"), ("decision", "asked"), ("grant", "due"), ("application", "drafting"), ("tier_review", "reviewing"),
    ("opinion", "asked"), ("renewal", "waiting"),
})  # fmt: skip
# Those who owe something may be late or never do it; those who judge are asked until they do.
MAY_NEVER = frozenset({("activities", "open"), ("rectification", "mending"), ("application", "drafting")})


def acts_on(one: Waiting, rates: Rates, chance: Random) -> date | None:
    """The day on which somebody does what waits for them; None for never."""
    habit = HABITS.get((one.stage, one.state))
    if habit is None:
        return None
    if (one.stage, one.state) == ("application", "drafting") and not rates.happens(rates.renews, chance):
        return None
    last = one.due_on if one.due_on is not None and one.due_on > one.since else one.since + timedelta(days=habit[1])
    last = min(last, one.since + timedelta(days=max(habit[1], 1) * 4))
    on_time = one.since + timedelta(days=chance.randint(1, max((last - one.since).days, 1)))
    if (one.stage, one.state) not in MAY_NEVER:
        return on_time
    match rates.behaviour(chance):
        case "on_time":
            return on_time
        case "late":
            return last + timedelta(days=chance.randint(1, LATE_BY))
        case _:
            return None
