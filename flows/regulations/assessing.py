"""Assessments (考核) and attendance checks (考勤核查): the numbers of each as the stage of assessment takes them."""

from flows.assessment import AssessmentPolicy, Missing
from flows.engine.rulebook import StepRule
from flows.lifecycle import STAGES
from flows.opinion import OpinionPolicy
from flows.programme import Programme
from flows.programme.agenda import assessment_due
from flows.programme.due_days import DueDay
from flows.programme.loading import origins_within
from flows.programme.sections import Assessment
from flows.programme.vocabulary import GRADES
from flows.regulations.blocking import blocking_origins
from flows.regulations.following import follows, follows_grades


def assessment_rule(programme: Programme, key: str) -> StepRule:
    """One assessment; `<key>/opinion` is what is asked of those who are heard. Raises KeyError."""
    one = programme.assessments[key.removesuffix("/opinion")]
    origins = {place: origin.as_row() for place, origin in origins_within(programme, f"assessments.{one.name}").items()}
    if key.endswith("/opinion"):
        policy = OpinionPolicy(within=one.hear_within, origins={**origins, "within": origins.get("hear_within", {})})
        return StepRule("assessments", key, f"{one.title}征求意见", STAGES["opinion"], policy)
    judged = AssessmentPolicy(
        title=one.title, key=one.name, roles=graded_roles(programme, one.of), grades=tuple(one.grades), awards=tuple(one.awards),
        words=dict(one.words), then=follows_grades(programme, one), confirmed=one.confirmed_by is not None,
        reported_to=one.reported_to or "", needs=needs_of(programme, one), after_cycle=_after_cycle(programme, one),
        due=_due(programme, one), origins={**origins, "within": origins.get("due", {}), **blocking_origins(programme, one.name)},
    )  # fmt: skip
    return StepRule("assessments", key, one.title, STAGES["assessment"], judged)


def attendance_rule(programme: Programme, key: str) -> StepRule:
    """The check of attendance. Raises KeyError where the text has none, or for another key than `check`."""
    one = programme.attendance
    if one is None or key != "check":
        raise KeyError(key)
    ratio = one.absent.at_least if one.absent.at_least is not None else one.absent.more_than
    if ratio is None:
        raise KeyError(key)
    origins = {place: origin.as_row() for place, origin in origins_within(programme, "attendance").items()}
    policy = AssessmentPolicy(
        title="考勤核查", key="attendance", roles=graded_roles(programme, "member"),
        then={"absent": follows(programme, "attendance.then", one.then)},
        absent=Missing(ratio, one.absent.more_than is not None, one.at_least_activities), origins=origins,
    )  # fmt: skip
    return StepRule("attendance", key, "考勤核查", STAGES["assessment"], policy)


def graded_roles(programme: Programme, of: str) -> tuple[str, ...]:
    """The roles that an assessment grades; none where it grades the studio."""
    if of == "studio":
        return ()
    members = tuple(role.name for role in programme.member_roles() if role.within is None)
    return members if of == "member" else (of,)


def needs_of(programme: Programme, one: Assessment) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each result it waits for: the title, and the grades that suffice."""
    return {
        key: (programme.assessments[key].title, GRADES[: GRADES.index(least) + 1]) for key, least in one.needs.items()
    }


def _due(programme: Programme, one: Assessment) -> dict[str, DueDay]:
    """When it is due: at a time of its own, or when another is that it is held in step with."""
    own = assessment_due(one)
    found = {"": own} if own is not None else {}
    for beside in filter(None, (one.with_, one.last_with)):
        other = next(iter(_due(programme, programme.assessments[beside]).values()), None)
        if other is not None:
            found[beside] = other
    return found


def _after_cycle(programme: Programme, one: Assessment) -> bool:
    """Whether it judges a cycle that is over."""
    timed = programme.assessments[one.with_] if one.with_ else one
    opens = timed.opens
    return timed.per == "cycle" and opens is not None and opens.anchor == "end" and opens.side != "before"


__all__ = ["assessment_rule", "attendance_rule", "graded_roles", "needs_of"]
