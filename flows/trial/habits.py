"""Habits (怎么办): what somebody ordinarily does with a case that waits on their desk."""

from collections.abc import Callable, Mapping
from typing import Any

from flows.engine.voting import AGREE
from flows.rehearsal.carrying import filled, spread
from flows.trial.bureau import TrialBureau
from flows.trial.paces import Paces

Act = tuple[str, Mapping[str, Any]]
BEST, LEAST = 95, 72
FULL = "名额已满，不再推荐"


def habit(bureau: TrialBureau, run: Any, paces: Paces, refused: str) -> Act | None:
    """What is done with a case, after it was refused for a reason or for the first time; None for what a list decides."""
    known = HABITS.get((run.stage, run.state))
    return known(bureau, run, paces, refused) if known is not None else None


def policy_of(bureau: TrialBureau, run: Any) -> Any:
    """The numbers of the step that a case stands at."""
    with bureau.at_work() as work:
        return work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy


def _review(bureau: TrialBureau, run: Any, paces: Paces, refused: str) -> Act:
    """Endorse as far as there are places; now and then something lacks, and is sent back once."""
    if refused == "over_limit":
        return "decline", {"reason": FULL}
    if run.version == 0 and run.id % paces.returned == 0:
        return "send_back", {"defects": ["材料不全"]}
    return "endorse", filled(bureau, run, "endorse", {})


def _answer(bureau: TrialBureau, run: Any, _paces: Paces, _refused: str) -> Act:
    """A sheet gets marks that differ a little, a vote is in favour, whoever is heard has nothing against it."""
    policy = policy_of(bureau, run)
    if rubric := getattr(policy, "rubric", ()):
        total = LEAST + (run.application_id * 7919 + run.id * 3) % (BEST - LEAST)
        return "give", {"marks": spread(total, rubric)}
    if getattr(policy, "vote", None) is not None:
        return "give", {"choice": AGREE}
    return "give", {"opinion": "没有不同意见"}


def _hand_in(bureau: TrialBureau, run: Any, _paces: Paces, _refused: str) -> Act:
    return "submit", filled(bureau, run, "submit", {})


def _seat(bureau: TrialBureau, run: Any, _paces: Paces, _refused: str) -> Act | None:
    """Where seats are given centrally a list does it."""
    if policy_of(bureau, run).seats == "allocated":
        return None
    return "seat", {"reason": "原则上的人数以外，经批准"}


def _saying(event: str, **payload: Any) -> Callable[[TrialBureau, Any, Paces, str], Act]:
    return lambda _bureau, _run, _paces, _refused: (event, payload)


HABITS: Mapping[tuple[str, str], Callable[[TrialBureau, Any, Paces, str], Act | None]] = {
    ("tier_review", "reviewing"): _review,
    ("tier_review", "returned"): _saying("resubmit"),
    ("opinion", "asked"): _answer,
    ("activities", "open"): _hand_in,
    ("activities", "overdue"): _hand_in,
    ("activities", "submitted"): _saying("accept"),
    ("membership", "waiting"): _seat,
    ("renewal", "waiting"): _saying("renew"),
}
