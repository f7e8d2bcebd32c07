"""Waiving (放宽条件): which criterion a scenario means by a fact, a credential or words of it."""

from collections.abc import Sequence
from typing import Any

from flows.engine.apply import preview
from flows.engine.decide import Refusal
from flows.engine.work import Intent
from flows.programme.criterion_words import title_of
from flows.programme.entries import Criterion
from flows.rehearsal import seen
from flows.rehearsal.bureau import Bureau

PLACE = "criteria."


def place_meant(bureau: Bureau, run: Any, said: str) -> str:
    """The place of the criterion that is called so: `post`, `title`, words of it; of none, the one to waive that is not met, else the first.

    What is a place already, or means nothing here, stays as it is.
    """
    if said.startswith(PLACE):
        return said
    role = seen.application(bureau.engine, run.application_id).role
    places = list(enumerate(bureau.programme.criteria(role)))
    meant = [f"{PLACE}{n}" for n, one in places if (_called(one, said) if said else one.if_not == "waive")]
    if len(meant) > 1 and not said:
        meant = _waivable(bureau, run, meant) or meant
    return next(iter(meant), said)


def _waivable(bureau: Bureau, run: Any, places: Sequence[str]) -> list[str]:
    """Those of these places that the authority may waive now: what is met needs no waiver."""
    intents = [Intent(run.id, "waive", {"place": place, "reason": place}, run.version) for place in places]
    authority = bureau.acting("authority", None, None, None)
    with bureau.at_work() as work:
        answers = preview(work, intents, authority)
    return [place for place, one in zip(places, answers, strict=True) if not isinstance(one.outcome, Refusal)]


def _called(one: Criterion, said: str) -> bool:
    inner = (*one.any_of, *one.all_of)
    return (
        said in {one.fact, one.has, one.commits} or said in title_of(one) or any(_called(each, said) for each in inner)
    )
