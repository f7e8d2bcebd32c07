"""People who meet the criteria (合格人选): facts made from what a programme asks, over which a scenario lays its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import ONE_DAY, Span, add_months
from flows.programme.criterion_findings import POSTS_NAMED
from flows.programme.criterion_words import POST_WORDS, SERVICE_WORDS
from flows.programme.entries import Criterion
from flows.programme.vocabulary import BODY_LEVELS, POSTS

USUAL_AGE = 40
EARNED_BEFORE = timedelta(days=60)
MONTHS = {"month": 1, "year": 12, "school_year": 12}


class UnknownFact(ValueError):  # noqa: N818  named for what it is
    """A fact of a person that a scenario cannot give; says which there are."""


@dataclass(frozen=True, slots=True)
class Held:
    """A post held since a day, until another or still."""

    kind: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the roster says of one person, and the papers that are with their application."""

    born_on: date
    body: str
    posts: tuple[Held, ...] = ()
    subject: str = ""
    school_stage: str = ""
    kind: str = ""
    established: bool = True
    credentials: tuple[Mapping[str, Any], ...] = ()
    papers: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fitting person is fitted to: the day, where they work, and the host whose school and subject are asked."""

    on: date
    body: str
    level: str
    host_body: str = ""
    host_subject: str = ""
    kind: str = ""


@dataclass
class _Fitting:
    """What has been found to be asked so far."""

    posts: dict[str, date] = field(default_factory=dict)
    ages: list[tuple[str, int]] = field(default_factory=list)
    subject: str = ""
    school_stage: str = ""
    body: str = ""
    credentials: list[Mapping[str, Any]] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)


def fitting(criteria: Sequence[Criterion], ground: Ground) -> Profile:
    """A person who meets all of these criteria; of a group `any` the first alternative."""
    found = _Fitting()
    for criterion in _flat(criteria, ground.kind):
        _fit(found, criterion, ground)
    posts = found.posts or {"teacher": add_months(ground.on, -120)}
    return Profile(
        _born(found.ages, ground.on), found.body or ground.body, tuple(Held(kind, since) for kind, since in posts.items()),
        found.subject, found.school_stage, ground.kind, credentials=tuple(found.credentials), papers=tuple(found.papers),
    )  # fmt: skip


def _flat(criteria: Iterable[Criterion], kind: str) -> Iterable[Criterion]:
    for criterion in criteria:
        if criterion.only_kind is not None and criterion.only_kind != kind:
            continue
        if criterion.any_of:
            yield from _flat(criterion.any_of[:1], kind)
        elif criterion.all_of:
            yield from _flat(criterion.all_of, kind)
        else:
            yield criterion


def _fit(found: _Fitting, criterion: Criterion, ground: Ground) -> None:
    words = [word for word in (criterion.is_, *criterion.among) if word is not None]
    match criterion.form:
        case "fact":
            _fit_fact(found, criterion, words, ground)
        case "has":
            found.credentials += [_credential(criterion, ground)] * (criterion.at_least or 1)
        case "commits":
            until = _after(ground.on, criterion.for_) + timedelta(days=366)
            name = str(criterion.commits)
            found.credentials.append(
                {"kind": "commitment", "name": name, "on": ground.on - EARNED_BEFORE, "until": until}
            )
        case "document":
            found.papers.append(str(criterion.document))


def _fit_fact(found: _Fitting, criterion: Criterion, words: Sequence[str], ground: Ground) -> None:
    match criterion.fact:
        case "post":
            if not any(kind in POSTS_NAMED.get(word, (word,)) for kind in found.posts for word in words):
                _hold(found, _plain(words[0]), add_months(ground.on, -120))
        case "years":
            least = max(criterion.at_least or 0, (criterion.more_than or 0) + 1)
            _hold(found, _plain(criterion.as_ or "teacher"), add_months(ground.on, -12 * max(least + 2, 10)))
        case "age":
            bounds = {
                "at_least": criterion.at_least,
                "at_most": criterion.at_most,
                "more_than": criterion.more_than,
                "less_than": criterion.less_than,
            }
            found.ages += [(name, bound) for name, bound in bounds.items() if bound is not None]
        case "subject":
            found.subject = ground.host_subject if words[0] == "host_subject" else words[0]
        case "school_stage":
            found.school_stage = words[0]
        case "school":
            found.body = ground.host_body or ground.body


def _plain(word: str) -> str:
    """A post one can hold: 学校领导 is any of its leaders."""
    return "principal" if word == "school_leader" else word


def _hold(found: _Fitting, kind: str, since: date) -> None:
    found.posts[kind] = min(since, found.posts.get(kind, since))


def _credential(criterion: Criterion, ground: Ground) -> Mapping[str, Any]:
    return {
        "kind": criterion.has, "name": (criterion.among or ("业绩",))[0], "level": criterion.level or ground.level,
        "on": ground.on - EARNED_BEFORE, "published": True, "key": True,
    }  # fmt: skip


def _born(ages: Sequence[tuple[str, int]], on: date) -> date:
    low = max([bound + (name == "more_than") for name, bound in ages if name in {"at_least", "more_than"}], default=0)
    high = min([bound - (name == "less_than") for name, bound in ages if name in {"at_most", "less_than"}], default=99)
    age = min(max(USUAL_AGE, low + 1), max(high - 4, low))
    return add_months(on, -12 * age) - timedelta(days=100)


def _after(day: date, span: Span | None) -> date:
    return add_months(day, span.n * MONTHS.get(span.unit, 12)) - ONE_DAY if span else day


# What a scenario says of a person

FACTS: Mapping[str, str] = {
    "body": "所在单位（机构名）", "post": "现任职务", "since": "任现职（或所写职务）的第一天", "until": "离任的最后一天；任期里离任的，主管部门次日认定",
    "born": "出生日期", "subject": "任教学科", "stage": "学段", "kind": "申报哪一类工作室", "established": "是否在编",
    "has": "业绩：[{title: 名校长, level: city, on: 2024-01-01, published: true, key: true}]", "commits": "承诺到哪一天（日期），或 none（没有）",
    "posts": "任职经历：[{post: class_teacher, since: 2015-09-01, until: 2020-08-31}]", "papers": "另外带上的材料",
    "lacks": "没有的：业绩的种类、commitment、材料的名称，或 studio（没有下一级的工作室）",
    "age": "周岁，算到批次截止日（不按批次的算到当天），同 born", "years": "任现职几年，同 since；或 {class_teacher: 3}，任某职几年", "school": "同 body", "school_stage": "同 stage",
    "employment": "established（在编）或别的，同 established",
    "county": "所在的县（county_a，或情景加的县）：在那里的一所学校", "area": "所在的范围；other 是外地", "began": "同 since",
    "home": "host_school", "serves": "same_kind",
    **dict.fromkeys(("title", "honour", "class_honour", "competition", "paper", "project", "recommendation", "training"), "这一种业绩：名称、{level: city, on: …}，或 none（没有）"),
}  # fmt: skip
POSTS_CALLED = {
    **{title: post for words in (POST_WORDS, SERVICE_WORDS) for post, title in words.items()}, "园长": "principal",
}  # fmt: skip
CREDENTIALS = ("title", "honour", "class_honour", "competition", "paper", "project", "recommendation", "training")
NOTHING = (None, False, "none", "无", "")


def _held_for(years: Mapping[str, Any], on: date) -> list[Mapping[str, Any]]:
    """Posts held for so many years on a day: `{class_teacher: 3}`."""
    return [{"post": post, "since": add_months(on, -12 * int(number))} for post, number in years.items()]


def as_facts(said: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What a scenario says of a person in the words of the criteria (`age`, `years`, `honour`), as facts on a day."""
    given = {
        key: value
        for key, value in said.items()
        if key not in {"age", "years", "school_stage", "employment", *CREDENTIALS}
    }
    given |= {"stage": said["school_stage"]} if "school_stage" in said else {}
    given |= {"post": POSTS_CALLED.get(str(said["post"]), said["post"])} if "post" in said else {}
    if "employment" in said:
        given["established"] = said["employment"] in ("established", "在编")
    if isinstance(said.get("years"), Mapping):
        given["posts"] = [*said.get("posts", ()), *_held_for(said["years"], on)]
        said = {key: value for key, value in said.items() if key != "years"}
    given |= {
        new: add_months(on, -12 * int(said[old])) for old, new in (("age", "born"), ("years", "since")) if old in said
    }
    lacking = [kind for kind in CREDENTIALS if kind in said and said[kind] in (*NOTHING, [])]
    each = {kind: many(said[kind]) for kind in CREDENTIALS if kind in said and kind not in lacking}
    earned = [_entry(kind, one) for kind, several in each.items() for one in several]
    if given.get("commits", True) in NOTHING:
        del given["commits"]
        lacking.append("commitment")
    if lacking:
        given["lacks"] = [*many(said.get("lacks", ())), *lacking]
    if earned:
        given["has"] = [*said.get("has", ()), *earned]
    return given


def _entry(kind: str, said: Any) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        return {kind: "" if said is True else str(said)}
    return {kind: str(said.get("name", "")), **{key: value for key, value in said.items() if key != "name"}}


def with_facts(profile: Profile, said: Mapping[str, Any]) -> Profile:
    """A person as a scenario gives them. Raises UnknownFact for a key it may not use, ValueError for no date."""
    unknown = next((key for key in said if key not in FACTS), None)
    if unknown is not None:
        raise UnknownFact(f"人员没有“{unknown}”这一项；可以写：{'、'.join(FACTS)}")
    _check_words(said)
    lacks = frozenset(str(one) for one in many(said.get("lacks", ())))
    usual = {str(one["kind"]): one for one in profile.credentials}
    kept = [one for one in profile.credentials if str(one["kind"]) not in lacks]
    kept = [one for one in kept if one["kind"] not in {_kind(entry) for entry in said.get("has", ())}]
    if "commits" in said:
        kept = [{**one, "until": _date(said["commits"])} if one["kind"] == "commitment" else one for one in kept]
    return replace(
        profile,
        born_on=_date(said["born"]) if "born" in said else profile.born_on, body=str(said.get("body", profile.body)),
        posts=_posts(profile, said), subject=str(said.get("subject", profile.subject)),
        school_stage=str(said.get("stage", profile.school_stage)), kind=str(said.get("kind", profile.kind)),
        established=bool(said.get("established", profile.established)), credentials=(*kept, *_earned(said.get("has", ()), usual)),
        papers=tuple(one for one in (*profile.papers, *many(said.get("papers", ()))) if not any(said in one for said in lacks)), lacks=lacks,
    )  # fmt: skip


def _check_words(said: Mapping[str, Any]) -> None:
    """Posts and levels are words of the format. Raises UnknownFact."""
    posts = [str(one["post"]) for one in (said, *said.get("posts", ())) if "post" in one]
    levels = [str(one["level"]) for one in said.get("has", ()) if "level" in one]
    for found, words, what in ((posts, POSTS, "职务"), (levels, BODY_LEVELS, "层级")):
        unknown = next((one for one in found if one not in words), None)
        if unknown is not None:
            raise UnknownFact(f"没有叫“{unknown}”的{what}；有：{'、'.join(words)}")


def _posts(profile: Profile, said: Mapping[str, Any]) -> tuple[Held, ...]:
    if "posts" in said:
        return tuple(
            Held(str(one["post"]), _date(one["since"]), _date(one["until"]) if "until" in one else None)
            for one in said["posts"]
        )
    posts = profile.posts
    if "post" in said:
        posts = (Held(str(said["post"]), min(one.since for one in profile.posts)),)
    if "since" in said:
        posts = tuple(replace(one, since=_date(said["since"])) for one in posts)
    if "until" in said:
        posts = tuple(replace(one, until=_date(said["until"])) for one in posts)
    return posts


def _earned(entries: Iterable[Mapping[str, Any]], usual: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What was earned; what is not said of it is as the criteria ask."""
    found: list[Mapping[str, Any]] = []
    for entry in entries:
        kind = _kind(entry)
        row = {key: value for key, value in entry.items() if key != kind}
        dates: dict[str, Any] = {key: _date(row[key]) for key in ("on", "until") if key in row}
        known = usual.get(kind, {})
        found.append({**known, "kind": kind, "name": str(entry[kind] or known.get("name", "业绩")), **row, **dates})
    return found


def _kind(entry: Mapping[str, Any]) -> str:
    return next(iter(entry), "")


def _date(said: object) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def many(said: object) -> Sequence[Any]:
    """A list as it is, anything else as the only one of a list."""
    return said if isinstance(said, (list, tuple)) else (said,)
