"""Limits (名额) that several stages share: which quota of a case has no place left."""

from flows.engine.declare import Ask
from models.facts import QuotaFact


def exhausted(ask: Ask) -> QuotaFact | None:
    """The first quota of this case that is used up, counting what the same act took before; None when there is room."""
    return next((one for one in ask.facts.quotas if one.full(ask.taken.get(one.share, 0))), None)
