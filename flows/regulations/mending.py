"""Rectification (整改) and decisions (决定事项): their numbers as the stages take them."""

from flows.decision import DecisionPolicy
from flows.engine.rulebook import StepRule
from flows.lifecycle import STAGES
from flows.programme import Programme
from flows.programme.loading import origins_within
from flows.rectification import RectificationPolicy
from flows.regulations.following import follows


def rectification_rule(programme: Programme, key: str) -> StepRule:
    """The rectification after one assessment. Raises KeyError where the text has none or rules it out there."""
    one, assessment = programme.rectification, programme.assessments[key]
    if one is None or "rectify" in assessment.excludes:
        raise KeyError(key)
    origins = {place: origin.as_row() for place, origin in origins_within(programme, "rectification").items()}
    policy = RectificationPolicy(
        limit=one.limit.otherwise, roll=one.roll, reassess_within=one.reassess_within, set_by=one.limit.set_by or "",
        assessor=one.reassessed_by or "", capped=one.capped, grades=tuple(assessment.grades), blocks=tuple(one.blocks),
        ineffective=follows(programme, "rectification.ineffective", one.ineffective), origins=origins,
    )  # fmt: skip
    title = f"{assessment.title}{programme.word('rectify', '整改')}"
    return StepRule("rectification", key, title, STAGES["rectification"], policy)


def decision_rule(_programme: Programme, step: str) -> StepRule:
    """A question put to a body; what it asks is stored with it."""
    return StepRule("decisions", step, "决定事项", STAGES["decision"], DecisionPolicy())
