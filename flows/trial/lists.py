"""Lists (名单): what the authority decides for a whole round at once, as soon as everything before it is done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flows.engine.apply import apply
from flows.engine.draw import TooFewExperts
from flows.engine.errors import Refused
from flows.engine.lists import Entry, apply_list, draft_list, make_list
from flows.engine.work import Intent
from flows.office.placing import draft_allocation
from flows.rehearsal.carrying import act, announce_list, draw, filled, post_list, rank_by_marks
from flows.trial.bureau import TrialBureau
from flows.trial.habits import policy_of

SEED = "发布前演练"
Refusals = list[tuple[str, str]]


def decide(bureau: TrialBureau, here: Sequence[Any]) -> tuple[int, Refusals]:
    """Make the list that the cases standing at one step wait for; returns how many cases it took, and why others were refused."""
    for (stage, state), make in LISTS.items():
        waiting = [run for run in here if (run.stage, run.state) == (stage, state)]
        if waiting and (stage != "membership" or policy_of(bureau, waiting[0]).seats == "allocated"):
            return _made(make, bureau, waiting)
    return 0, []


def _made(
    make: Callable[[TrialBureau, Sequence[Any]], Refusals], bureau: TrialBureau, waiting: Sequence[Any]
) -> tuple[int, Refusals]:
    try:
        refused = make(bureau, waiting)
    except TooFewExperts as lacking:
        return 0, [("too_few_experts", f"{lacking.free}/{lacking.needed}")]
    except Refused as refusal:
        return 0, [(refusal.because, refusal.says)]
    return len(waiting) - len(refused), refused


def _draw(bureau: TrialBureau, _waiting: Sequence[Any]) -> Refusals:
    draw(bureau, bureau.round_id, SEED)
    return []


def _rank(bureau: TrialBureau, _waiting: Sequence[Any]) -> Refusals:
    rank_by_marks(bureau, bureau.round_id)
    return []


def _post(bureau: TrialBureau, waiting: Sequence[Any]) -> Refusals:
    post_list(bureau, [run.id for run in waiting])
    return []


def _announce(bureau: TrialBureau, waiting: Sequence[Any]) -> Refusals:
    if policy_of(bureau, waiting[0]).plaque:
        announce_list(bureau, [run.id for run in waiting])
        return []
    return _one_by_one(bureau, waiting, "register")


def _hang(bureau: TrialBureau, waiting: Sequence[Any]) -> Refusals:
    return _one_by_one(bureau, waiting, "hang")


def _one_by_one(bureau: TrialBureau, waiting: Sequence[Any], event: str) -> Refusals:
    authority = bureau.acting("authority", None, None, None)
    refused: Refusals = []
    for run in waiting:
        try:
            act(bureau, run, event, authority, filled(bureau, run, event, {}))
        except Refused as refusal:
            refused.append((refusal.because, refusal.says))
    return refused


def _release(bureau: TrialBureau, waiting: Sequence[Any]) -> Refusals:
    authority = bureau.acting("authority", None, None, None)
    entries = [Entry(run.id, run.version, n, {}, {}) for n, run in enumerate(waiting, start=1)]
    with bureau.at_work() as work:
        listing_id = draft_list(
            work, authority, "release", waiting[0].step, bureau.authority_id, entries, round_id=bureau.round_id
        )
        make_list(work, authority, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)
    return []


def _allocate(bureau: TrialBureau, waiting: Sequence[Any]) -> Refusals:
    placing = bureau.desk_acting(waiting[0].held_by)
    with bureau.at_work() as work:
        listing_id = draft_allocation(work, placing, bureau.round_id)
        make_list(work, placing, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)
    return []


def conclude(bureau: TrialBureau, run: Any) -> bool:
    """Conclude the round; False as long as something in it has no outcome."""
    authority = bureau.acting("authority", None, None, None)
    try:
        with bureau.at_work() as work:
            apply(work, Intent(run.id, "conclude", {}, run.version), authority)
    except Refused:
        return False
    return True


LISTS: Mapping[tuple[str, str], Callable[[TrialBureau, Sequence[Any]], Refusals]] = {
    ("expert_review", "unassigned"): _draw,
    ("expert_review", "scored"): _rank,
    ("public_notice", "unposted"): _post,
    ("plaque", "unannounced"): _announce,
    ("plaque", "announced"): _hang,
    ("membership", "waiting"): _allocate,
    ("expert_review", "reserved"): _release,
}
