"""Waiving (放宽条件): which criterion a scenario means by a fact, a credential or words of it."""

from typing import Any

from flows.programme.criterion_words import title_of
from flows.programme.entries import Criterion
from flows.rehearsal import seen
from flows.rehearsal.bureau import Bureau

PLACE = "criteria."


def place_meant(bureau: Bureau, run: Any, said: str) -> str:
    """The place of the criterion that is called so: `post`, `title`, words of it; of none, the first that may be waived.

    What is a place already, or means nothing here, stays as it is.
    """
    if said.startswith(PLACE):
        return said
    role = seen.application(bureau.engine, run.application_id).role
    places = enumerate(bureau.programme.criteria(role))
    meant = (n for n, one in places if (said and _called(one, said)) or (not said and one.if_not == "waive"))
    return next((f"{PLACE}{n}" for n in meant), said)


def _called(one: Criterion, said: str) -> bool:
    inner = (*one.any_of, *one.all_of)
    return (
        said in {one.fact, one.has, one.commits} or said in title_of(one) or any(_called(each, said) for each in inner)
    )
