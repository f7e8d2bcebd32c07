"""Voting in a rehearsal (表决): every seat that is asked votes, as a scenario says or in favour."""

from collections.abc import Sequence

from flows.engine.voting import AGREE
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.carrying import Stuck, act

SEATS = "seats"


def vote(bureau: Bureau, target: Target, choices: object = AGREE) -> None:
    """The seats asked about a case vote in the order they were asked, the last choice again and again. Raises Stuck, Refused."""
    ballots = [run for run in seen.live(target.runs) if run.stage == "opinion"]
    if not ballots and target.run is not None:
        ballots = list(seen.questions(bureau.engine, target.run.id))
    if not ballots:
        raise Stuck(f"{target.address} 没有在等表决的席位")
    said: Sequence[object] = choices if isinstance(choices, list) else [choices]
    for n, ballot in enumerate(ballots):
        choice = said[min(n, len(said) - 1)]
        act(bureau, ballot, "give", bureau.desk_acting(ballot.held_by), {"choice": choice})
