"""Judging (资格判断): criteria that ask for a person are judged by one before the path goes on, and what is unmet does not go on."""

from collections.abc import Mapping

from flows.engine.declare import Ask, Because

VERDICTS = ("passed", "failed")


def verdicts(ask: Ask) -> Mapping[str, str]:
    """What an act judges, by the place of the criterion: only what this step is asked to judge, and only as met or not met."""
    said = ask.payload.get("judged")
    if not ask.policy.judges or not isinstance(said, Mapping):
        return {}
    return {place: str(said[place]) for place, _title in ask.facts.unjudged if said.get(place) in VERDICTS}


def unjudged(ask: Ask) -> Because | None:
    """Criteria that a person must judge, where this step is the one that judges."""
    if not ask.policy.judges:
        return None
    judged = verdicts(ask)
    left = tuple(title for place, title in ask.facts.unjudged if place not in judged)
    act = "同意" if ask.event == "endorse" else "往下办"
    return Because(f"还不能{act}，先要判断是否符合：{'；'.join(left)}。", ask.policy.origin(""), left) if left else None


def judged_unmet(ask: Ask) -> Because | None:
    """What was judged not to be met goes no further."""
    judged = verdicts(ask)
    failed = (*ask.facts.unmet, *(title for place, title in ask.facts.unjudged if judged.get(place) == "failed"))
    act = "同意" if ask.event == "endorse" else "往下办"
    return (
        Because(f"不能{act}：判断为不符合的有 {'；'.join(failed)}。", ask.policy.origin(""), failed) if failed else None
    )


def nothing_to_judge(ask: Ask) -> Because | None:
    """Somebody has judged already, or another step does."""
    if ask.policy.judges and ask.facts.unjudged:
        return None
    return Because("没有要由这一步判断的条件。", ask.policy.origin(""))


def judged_elsewhere(ask: Ask) -> Because | None:
    """Only the step that judges turns somebody away for it."""
    return None if ask.policy.judges else Because("这一步不审资格。", ask.policy.origin(""))
