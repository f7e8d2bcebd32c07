"""The sentence a criterion reads as (资格条件的说法), for pages, refusals and checks."""

from collections.abc import Sequence
from datetime import date

from flows.programme.entries import Criterion

LEVEL_WORDS = {
    "department": "系部级", "school": "校级", "township": "乡镇级", "county": "县级", "city": "市级", "province": "省级",
}  # fmt: skip
AREA_WORDS = {"school": "本校", "township": "本乡镇", "county": "本县（市、区）", "city": "本市", "province": "本省"}
POST_WORDS = {
    "principal": "正职校长",
    "deputy_principal": "副校长",
    "school_leader": "校级领导",
    "teacher": "教师",
    "class_teacher": "班主任",
}
SERVICE_WORDS = {**POST_WORDS, "principal": "校长"}
CREDENTIAL_WORDS = {
    "class_honour": "班级荣誉", "competition": "竞赛奖项", "honour": "教学荣誉", "paper": "论文", "project": "课题",
    "recommendation": "推荐", "title": "称号", "training": "培训", "commitment": "承诺书",
}  # fmt: skip
_VERBS = {
    "class_honour": "所带班级获", "competition": "获", "honour": "获", "paper": "有", "project": "承担", "recommendation": "有",
    "title": "有", "training": "参加过",
}  # fmt: skip
_FACTS = {
    "post": "现任{}", "employment": "在编", "area": "所在单位属于{}", "school": "与主持人同校", "home": "工作室设在主持人所在学校",
    "school_stage": "学校学段为{}", "serves": "已有同类工作室的，须是其中的成员", "subject": "任教{}",
}  # fmt: skip
_BOUNDS = {
    "age": {"at_least": "年龄不小于 {} 周岁", "at_most": "年龄不超过 {} 周岁", "more_than": "年龄大于 {} 周岁", "less_than": "年龄小于 {} 周岁"},
    "years": {"at_least": "{post}年限满 {} 年", "at_most": "{post}年限不超过 {} 年", "more_than": "{post}年限超过 {} 年", "less_than": "{post}年限不满 {} 年"},
}  # fmt: skip


def day_words(day: date) -> str:
    """A day long past or far ahead, where the weekday tells nothing: 2019年8月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def asked(criterion: Criterion) -> tuple[str, ...]:
    """The words a fact may be: `is`, or any of `among`."""
    return (criterion.is_,) if criterion.is_ is not None else criterion.among


def bounds(criterion: Criterion) -> tuple[tuple[str, int], ...]:
    """The figures a fact is compared with, by operator; `以上` and `以下` include the figure (D-INCL)."""
    operators = ("at_least", "at_most", "more_than", "less_than")
    return tuple((name, getattr(criterion, name)) for name in operators if getattr(criterion, name) is not None)


def title_of(criterion: Criterion) -> str:
    """The criterion as one Chinese sentence: `近 5 年内获县级以上教学荣誉`."""
    if criterion.commits and criterion.for_:
        return f"承诺今后 {criterion.for_.chinese}继续担任{SERVICE_WORDS[criterion.commits]}"
    if criterion.any_of:
        return f"具备以下任一项：{_listed(criterion.any_of)}"
    if criterion.all_of:
        return f"同时具备以下各项：{_listed(criterion.all_of)}"
    if criterion.document:
        return f"{criterion.document}（须有材料证明）"
    return criterion.judged or (_has(criterion) if criterion.has else _fact(criterion))


def what_is_asked(criterion: Criterion) -> str:
    """What a credential must be, without the verb: `县级以上先进班集体`."""
    assert criterion.has is not None
    kind = CREDENTIAL_WORDS[criterion.has]
    level = f"{LEVEL_WORDS[criterion.level]}以上" if criterion.level else ""
    names = "或".join(criterion.among)
    if names and kind not in names and criterion.has in ("title", "project", "paper"):
        names += kind
    flags = ("公开发表的" if criterion.published else "") + ("重点" if criterion.key else "")
    if criterion.published and criterion.has != "paper":
        flags = flags.replace("公开发表的", "成果公开发表的")
    return f"{level}{flags}{names or kind}"


def paper_of(criterion: Criterion) -> str:
    """The name of the paper that proves a commitment: `班主任任期承诺书`."""
    assert criterion.commits is not None
    return f"{SERVICE_WORDS[criterion.commits]}任期承诺书"


def _fact(criterion: Criterion) -> str:
    if criterion.fact in _BOUNDS:
        return _figure(criterion)
    words = asked(criterion)
    known = {"post": POST_WORDS, "area": AREA_WORDS}.get(criterion.fact or "", {})
    listed = "或".join(known.get(word, word) for word in words)
    sentence = _FACTS[criterion.fact or ""]
    return "与主持人同一学科" if "host_subject" in words else sentence.format(listed)


def _figure(criterion: Criterion) -> str:
    assert criterion.fact is not None
    post = SERVICE_WORDS[criterion.as_] if criterion.as_ else "任职"
    words = _BOUNDS[criterion.fact]
    exact = (
        [f"{'年龄' if criterion.fact == 'age' else f'{post}年限'}为 {'或 '.join(asked(criterion))}"]
        if asked(criterion)
        else []
    )
    return "，".join([*exact, *(words[name].format(figure, post=post) for name, figure in bounds(criterion))])


def _has(criterion: Criterion) -> str:
    assert criterion.has is not None
    since = f"近 {criterion.within.chinese}内" if criterion.within else ""
    many = f"，不少于 {criterion.at_least} 项" if (criterion.at_least or 1) > 1 else ""
    return f"{since}{_VERBS[criterion.has]}{what_is_asked(criterion)}{many}"


def _listed(criteria: Sequence[Criterion]) -> str:
    return "；".join(f"（{title_of(one)}）" if one.form in {"any", "all"} else title_of(one) for one in criteria)
