"""Facts: what guards may know beyond the run itself; plain values that readers in `models.queries` fill for many runs at once."""

from models.facts.applications import ApplicationFacts, OpinionFacts, TierFacts, VoteFact, WishFact
from models.facts.base import CredentialFact, Facts, PersonFacts, PostFact, QuotaFact
from models.facts.life import (
    AbsenceFact,
    Anchors,
    AssessmentFacts,
    DecisionFacts,
    DutyFacts,
    GradedSeat,
    GrantFacts,
    RectificationFacts,
)
from models.facts.selection import AnswerFact, ExpertFacts, NoticeFacts, RoundFacts
from models.facts.studios import PlaqueFacts, RenewalFacts, Roster, SeatFact, SeatFacts

__all__ = [
    "AbsenceFact",
    "Anchors",
    "AnswerFact",
    "ApplicationFacts",
    "AssessmentFacts",
    "CredentialFact",
    "DecisionFacts",
    "DutyFacts",
    "ExpertFacts",
    "Facts",
    "GradedSeat",
    "GrantFacts",
    "NoticeFacts",
    "OpinionFacts",
    "PersonFacts",
    "PlaqueFacts",
    "PostFact",
    "QuotaFact",
    "RectificationFacts",
    "RenewalFacts",
    "Roster",
    "RoundFacts",
    "SeatFact",
    "SeatFacts",
    "TierFacts",
    "VoteFact",
    "WishFact",
]
