"""Limits (名额) that several stages share: which quota of a case has no place left."""

from flows.engine.declare import Ask
from models.facts import QuotaFact


def exhausted(ask: Ask) -> QuotaFact | None:
    """The first quota of this case that is used up, counting what the same act took before; None when there is room.

    One that the text only warns of is never used up.
    """
    return next(
        (one for one in ask.facts.quotas if not one.warns and one.taken + ask.taken.get(one.share, 0) >= one.at_most),
        None,
    )
