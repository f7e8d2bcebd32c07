"""Facts of runs, stage by stage: each reader takes one run or a thousand with the same number of queries."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.facts import Facts
from models.queries.facts.assessing import assessment_facts, decision_facts, rectification_facts
from models.queries.facts.establishing import plaque_facts, round_facts
from models.queries.facts.owing import duty_facts
from models.queries.facts.paying import grant_facts
from models.queries.facts.renewing import renewal_facts
from models.queries.facts.seating import seat_facts
from models.queries.facts.selecting import expert_facts, notice_facts, opinion_facts
from models.queries.facts.submitting import application_facts, tier_facts

Reader = Callable[[Session, Sequence[Any], Mapping[int, Any], datetime], Mapping[int, Facts]]

READERS: Mapping[str, Reader] = {
    "activities": duty_facts,
    "application": application_facts,
    "assessment": assessment_facts,
    "decision": decision_facts,
    "expert_review": expert_facts,
    "grant": grant_facts,
    "membership": seat_facts,
    "opinion": opinion_facts,
    "plaque": plaque_facts,
    "public_notice": notice_facts,
    "rectification": rectification_facts,
    "renewal": renewal_facts,
    "round": round_facts,
    "tier_review": tier_facts,
}
