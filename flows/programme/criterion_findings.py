"""What the roster says about a person for one criterion (核对所见): posts, places, age, years of service; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from flows.engine.calendar import ONE_DAY, add_months, completed_years
from flows.programme.criterion_words import (
    AREA_WORDS,
    POST_WORDS,
    SERVICE_WORDS,
    asked,
    bounds,
    day_words,
)
from flows.programme.entries import Criterion
from models.facts import PersonFacts, PostFact

Result = Literal["passed", "failed", "judge", "waived", "warned"]

LEADERS = ("principal", "deputy_principal", "school_leader")
# A word for a post, and the posts that answer to it.
POSTS_NAMED = {"school_leader": LEADERS, "teacher": ("teacher", "class_teacher")}
# 中学 is one word of the texts for two stages of the roster (海南 三(一)3).
STAGES_NAMED = {"中学": ("中学", "初中", "高中", "完全中学")}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion found: the result, the value, and why it is not met."""

    result: Result
    value: str = ""
    reason: str = ""
    asks: Literal["tier", "expert", ""] = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """The person and the case: the reference day, and what the case knows beside the person."""

    person: PersonFacts
    on: date
    authority_body_id: int | None = None
    attached: frozenset[str] = frozenset()
    kind: str = ""
    expert_judges: bool = False
    host_school_id: int | None = None
    home_body_id: int | None = None
    host_subject: str = ""
    kind_exists: bool = True
    applied_on: date | None = None


# Posts and places


def open_posts(person: PersonFacts, on: date) -> tuple[PostFact, ...]:
    """The posts held on this day; one without a first day counts as begun."""
    return tuple(
        post for post in person.posts if (post.from_on or on) <= on and (post.to_on is None or post.to_on >= on)
    )


def _answers(post: PostFact, words: Sequence[str]) -> bool:
    return any(post.kind in POSTS_NAMED.get(word, (word,)) for word in words)


def _post_words(post: PostFact) -> str:
    name = SERVICE_WORDS.get(post.kind, post.kind)
    since = post.from_on
    return f"{name}，{since.year}年{since.month}月任现职" if since else f"{name}，任现职日期未登记"


def _post(criterion: Criterion, case: Situation) -> Finding:
    held = open_posts(case.person, case.on)
    fitting = [post for post in held if _answers(post, asked(criterion))]
    if fitting:
        return Finding("passed", _post_words(fitting[0]))
    wanted = "或".join(POST_WORDS[word] for word in asked(criterion))
    if not held:
        return Finding("failed", "没有登记现任职务", f"名册中没有现任职务，要求现任{wanted}")
    found = "；".join(_post_words(post) for post in held)
    return Finding("failed", found, f"现任职务是{'、'.join(_names(held))}，要求{wanted}")


def _names(posts: Sequence[PostFact]) -> list[str]:
    return list(dict.fromkeys(SERVICE_WORDS.get(post.kind, post.kind) for post in posts))


def _employment(_criterion: Criterion, case: Situation) -> Finding:
    held = open_posts(case.person, case.on)
    if any(post.established for post in held):
        return Finding("passed", "在编")
    return Finding("failed", "非在编" if held else "没有登记现任职务", "名册中没有在编的现任职务")


def _area(criterion: Criterion, case: Situation) -> Finding:
    area = "或".join(AREA_WORDS[word] for word in asked(criterion))
    if case.authority_body_id is None:
        return Finding("judge", "主管部门未登记", "系统不知道主管部门是哪个，请审核人判断", "tier")
    if case.authority_body_id in case.person.lineage:
        return Finding("passed", f"所在单位属于{area}")
    if not case.person.lineage:
        return Finding("failed", "没有登记所在单位", f"名册中没有所在单位，要求属于{area}")
    return Finding("failed", f"所在单位不属于{area}", f"所在单位不在主管部门管辖之内，要求属于{area}")


def _home(_criterion: Criterion, case: Situation) -> Finding:
    school = case.person.school_id
    if school is None:
        return Finding("failed", "没有登记所在学校", "名册中没有主持人的所在学校")
    if case.home_body_id not in {None, school}:
        return Finding("failed", "设在别的单位", "工作室没有设在主持人所在学校")
    return Finding("passed", "设在主持人所在学校")


def _school(_criterion: Criterion, case: Situation) -> Finding:
    if case.host_school_id is None:
        return Finding("judge", "主持人所在学校未登记", "系统不知道主持人在哪所学校，请审核人判断", "tier")
    if case.person.school_id == case.host_school_id:
        return Finding("passed", "与主持人同校")
    return Finding("failed", "与主持人不同校", "所在学校不是主持人所在学校")


def _school_stage(criterion: Criterion, case: Situation) -> Finding:
    stage = case.person.school_stage
    if any(stage in STAGES_NAMED.get(word, (word,)) for word in asked(criterion)):
        return Finding("passed", stage)
    wanted = "或".join(asked(criterion))
    if not stage:
        return Finding("failed", "没有登记学段", f"名册中没有学段，要求{wanted}")
    return Finding("failed", stage, f"学段是{stage}，要求{wanted}")


def _serves(_criterion: Criterion, case: Situation) -> Finding:
    if not case.kind_exists:
        return Finding("passed", "还没有同类工作室")
    served = case.person.serves_in
    if case.kind in served or (served and not case.kind):
        return Finding("passed", "同类工作室成员")
    return Finding("failed", "是别类工作室成员" if served else "不是工作室成员", "不是同类工作室的现有成员")


def _subject(criterion: Criterion, case: Situation) -> Finding:
    wanted = tuple(case.host_subject if word == "host_subject" else word for word in asked(criterion))
    taught = list(dict.fromkeys(post.subject for post in open_posts(case.person, case.on) if post.subject))
    found = "、".join(taught) or "没有登记任教学科"
    if set(taught) & set(wanted):
        return Finding("passed", found)
    if "" in wanted:
        return Finding("judge", found, "主持人的任教学科没有登记，请审核人判断", "tier")
    lacks = f"任教学科是{found}" if taught else "名册中没有任教学科"
    return Finding("failed", found, f"{lacks}，要求{'或'.join(wanted)}")


# Figures


def _age(criterion: Criterion, case: Situation) -> Finding:
    born = case.person.born_on
    if born is None or born > case.on:
        return Finding("failed", "没有登记出生日期", "名册中没有可用的出生日期，请核对后补上")
    age = completed_years(born, case.on)
    missed = _missed(criterion, age, "周岁")
    return Finding("failed" if missed else "passed", f"{age} 周岁（{day_words(born)}出生）", missed)


# For each operator: whether the figure keeps its bound, and otherwise by how much it misses it.
_VERDICTS: Mapping[str, tuple[Callable[[int, int], int], str]] = {
    "at_least": (lambda found, bound: bound - found, "要求满 {bound} {unit}，还差 {by} {short}"),
    "at_most": (lambda found, bound: found - bound, "要求不超过 {bound} {unit}，超过 {by} {short}"),
    "more_than": (lambda found, bound: bound + 1 - found, "要求超过 {bound} {unit}，还差 {by} {short}"),
    "less_than": (lambda found, bound: found + 1 - bound, "要求小于 {bound} {unit}，超过 {by} {short}"),
}


def _missed(criterion: Criterion, found: int, unit: str) -> str:
    """By how much a figure misses its bounds (D-INCL); empty when it keeps them all."""
    short = unit.removeprefix("周")
    failed = []
    for name, bound in bounds(criterion):
        lacks, words = _VERDICTS[name]
        if lacks(found, bound) > 0:
            failed.append(words.format(bound=bound, by=lacks(found, bound), unit=unit, short=short))
    if asked(criterion) and str(found) not in asked(criterion):
        failed.append(f"要求是 {'或 '.join(asked(criterion))} {unit}")
    return f"现为 {found} {unit}，{'；'.join(failed)}" if failed else ""


def served_since(person: PersonFacts, kind: str | None, on: date) -> tuple[date, date] | None:
    """Years of service laid end to end: the day they would have begun in one stretch, and the day they are counted to.

    Posts of one kind (any kind when None) that overlap count once; a post without a first day cannot be counted.
    """
    words = (kind,) if kind else ()
    spells = sorted(
        (post.from_on, on if post.to_on is None else min(post.to_on + ONE_DAY, on))
        for post in person.posts
        if post.from_on is not None and post.from_on <= on and (not words or _answers(post, words))
    )
    # A post that began today adds nothing yet, and must not move the day that years are counted to.
    spells = [spell for spell in spells if spell[0] < spell[1]] or [(begun, begun) for begun, _ in spells[-1:]]
    if not spells:
        return None
    first, until = spells[0]
    earlier = timedelta()
    for begun, ended in spells[1:]:
        if begun > until:
            earlier, first, until = earlier + (until - first), begun, ended
        else:
            until = max(until, ended)
    return first - earlier, until


def _least(criterion: Criterion) -> int:
    return max(criterion.at_least or 0, (criterion.more_than or -1) + 1)


def _years(criterion: Criterion, case: Situation) -> Finding:
    post = SERVICE_WORDS[criterion.as_] if criterion.as_ else "任职"
    stretch = served_since(case.person, criterion.as_, case.on)
    years = completed_years(*stretch) if stretch else 0
    missed = _missed(criterion, years, "年")
    result: Result = "failed" if missed else "passed"
    if stretch is None:
        return Finding(result, f"没有登记{post}起始日期", missed and f"名册中没有记明起始日期的{post}经历；{missed}")
    since, until = stretch
    if missed and years < _least(criterion) and until == case.on:
        missed += f"，如继续任职，{day_words(add_months(since, 12 * _least(criterion)))}满"
    return Finding(result, f"{post} {years} 年，自{day_words(since)}起算", missed)


_READERS: Mapping[str, Callable[[Criterion, Situation], Finding]] = {
    "age": _age, "area": _area, "employment": _employment, "home": _home, "post": _post, "school": _school,
    "school_stage": _school_stage, "serves": _serves, "subject": _subject, "years": _years,
}  # fmt: skip


def fact_found(criterion: Criterion, case: Situation) -> Finding:
    """What the roster says about the fact that this criterion asks."""
    assert criterion.fact is not None
    return _READERS[criterion.fact](criterion, case)
