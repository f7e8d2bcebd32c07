"""What an expectation means (看得懂): a name or word that means nothing here is a fault, never a proof that something is not there."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

from flows.engine.declare import CANCELLED, WITHDRAWN
from flows.lifecycle import STAGES
from flows.programme.loading import shared_defaults
from flows.programme.vocabulary import GRADES, LEVELS, AbsentPart
from flows.rehearsal.addresses import BY_ITSELF, NotYet, find
from flows.rehearsal.bodies import titles
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.payloads import grade_named
from flows.rehearsal.seated import IN, OUT
from flows.rehearsal.spelling import spelled
from flows.rehearsal.warned import WARNINGS
from flows.rehearsal.words import reasons

STANDINGS = ("forming", "active", "suspended", "revoked", "ended", "lapsed")
NOTHING = ("none", "没有期限", "没有等次", "没有环节", "未办结")
# Kinds that are written by addresses: alone, in a list, or each with what is found there.
WHO = frozenset(
    {"nobody", "authority", "office", "host", "applicant", "person", "public", "experts", "seats", "studio"}
)
ADDRESSED = frozenset(
    {"state", "outcome", "standing", "level", "due", "overdue", "waits_for", "met", "grade", "open", "credit"}
)
FOLLOWING = frozenset({"rectification", "decision", "refill", "succession"})
MONTH, SEMESTER = r"\d{4}-(0[1-9]|1[0-2])", r"\d{4}[春秋]"
DAY = rf"{MONTH}-\d\d"
WEEK = r"\d{4}-W\d\d"
# How the periods of each kind are called, before the number of one of several.
PERIODS: Mapping[str, str] = {
    "week": WEEK, "school_week": rf"{WEEK}|{SEMESTER}#\d+", "fortnight": rf"{WEEK}|{SEMESTER}#\d+", "month": MONTH, "semester": SEMESTER, "half_year": r"h\d+",
    "school_year": r"\d{4}/\d\d", "programme_year": r"y\d+", "cycle": "cycle", "setup": "setup",
}  # fmt: skip


def misunderstood(bureau: Bureau, kind: str, said: Any) -> list[str]:
    """What in an expectation names nothing that there could be; empty when everything is understood."""
    if kind == "none":
        many = [each for each in (said if isinstance(said, list) else [said]) if isinstance(each, dict)]
        return [fault for each in many for inner, of in each.items() for fault in misunderstood(bureau, inner, of)]
    if kind == "count":
        named = said.items() if isinstance(said, dict) and not all("/" in str(key) for key in said) else ()
        return [fault for inner, of in named if inner != "is" for fault in misunderstood(bureau, inner, of)]
    if kind in DESCRIPTIONS:
        return [fault for one in spelled(kind, said) for fault in DESCRIPTIONS[kind](bureau, one)]
    if kind not in ADDRESSED:
        return []
    if isinstance(said, dict):
        return [fault for name, value in said.items() for fault in _of_pair(bureau, kind, str(name), value)]
    return [fault for one in (said if isinstance(said, list) else [said]) for fault in _alone(bureau, kind, str(one))]


def _of_money(bureau: Bureau, said: Any) -> Iterator[str]:
    if not isinstance(said, dict):
        return
    fund = bureau.programme.funds.get(str(said.get("fund", "")))
    if "fund" in said:
        yield from _unknown(str(said["fund"]), bureau.programme.funds, "经费")
    if "status" in said:
        yield from _unknown(str(said["status"]), _states(bureau), "经费状态")
    form = PERIODS.get(str(fund.per)) if fund is not None else None
    if form is not None and "period" in said and not re.fullmatch(rf"({form}|{DAY})(#\d+)?", str(said["period"])):
        yield f"经费 {said['fund']} 没有叫“{said['period']}”的期次，写法如 {EXAMPLES.get(str(fund.per), fund.per) if fund else ''}"


def _of_warning(_bureau: Bureau, said: Any) -> Iterator[str]:
    if isinstance(said, dict) and "because" in said:
        yield from _unknown(str(said["because"]), {*reasons(), *WARNINGS, *WARNINGS.values()}, "提示")


def _of_consequence(bureau: Bureau, said: Any) -> Iterator[str]:
    if isinstance(said, dict) and "to" in said:
        yield from _who(bureau, str(said["to"]))


def _of_roster(bureau: Bureau, said: Any) -> Iterator[str]:
    """Who is expected to have which role, also of one studio: `{studio: {L1: learner}}`; alone a role or a name."""
    if isinstance(said, str):
        yield from _unknown(
            said, {"studio", *bureau.programme.people, *bureau.people, *bureau.people_given}, "角色或人"
        )
    for name, role in said.items() if isinstance(said, dict) else ():
        if isinstance(role, int) and not isinstance(role, bool):
            yield from _unknown(str(name), {*bureau.programme.people, *bureau.studios, "studio"}, "角色")
        if isinstance(role, dict):
            yield from _of_roster(bureau, role)
        elif name != "of" and isinstance(role, str):
            titles = {one.title for one in bureau.programme.people.values()}
            yield from _unknown(role.lower(), {*bureau.programme.people, *titles, *OUT, *IN}, "角色")


# Kinds that are written by a description, and what in it are words.
DESCRIPTIONS: Mapping[str, Any] = {
    "money": _of_money,
    "warning": _of_warning,
    "roster": _of_roster,
    "consequence": _of_consequence,
}


def _alone(bureau: Bureau, kind: str, said: str) -> Iterator[str]:
    """One address, or for some kinds one value by itself: `plaque.unannounced`, `revoked`."""
    if kind in WORDS and "/" not in said and "@" not in said:
        yield from _value(bureau, kind, said)
    else:
        yield from _address(bureau, said)


def _of_pair(bureau: Bureau, kind: str, address: str, value: Any) -> Iterator[str]:
    if kind != "open" or address != "at":
        yield from _address(bureau, address)
    if kind in WORDS:
        for one in value if isinstance(value, list) else [value]:
            yield from _value(bureau, kind, one)
    if kind == "waits_for":
        for who in value if isinstance(value, list) else [value]:
            yield from _who(bureau, str(who))


def _who(bureau: Bureau, who: str) -> Iterator[str]:
    """Why somebody is nobody: neither a part of the text, nor a person or body that there is."""
    words = {
        *bureau.programme.bodies,
        *bureau.people,
        *bureau.people_given,
        *bureau.bodies,
        *bureau.studios,
        *titles(bureau.programme),
        *WHO,
    }
    if who.partition("/")[0] not in words:
        yield from _unknown(who, words, "办理的人或单位")


def _value(bureau: Bureau, kind: str, value: Any) -> Iterator[str]:
    what, known = WORDS[kind]
    words = {*known(bureau), *NOTHING}
    said = str(grade_named(bureau.programme, value) if kind == "grade" else value)
    parts = [said] if kind != "state" or said in words else said.removesuffix(".*").rsplit(".", 1)
    for part in parts:
        yield from _unknown(part, words, what)


@cache
def _usual_steps() -> frozenset[str]:
    """The steps of the shared paths: a text that has one of them not may be asked for its absence."""
    steps = (one.get("steps", ()) for one in shared_defaults().values() if isinstance(one, Mapping))
    return frozenset(str(step["step"]) for each in steps for step in each)


def _states(bureau: Bureau) -> set[str]:
    """Every step of the programme, of the shared paths and of what follows, and every state of a stage."""
    text = bureau.programme
    steps = (
        {step.name for path in text.paths.values() for step in path.steps}
        | set(STAGES)
        | FOLLOWING
        | BY_ITSELF
        | _usual_steps()
    )
    states = {str(state) for stage in STAGES.values() for state in stage.states}
    return steps | states | {*text.obligations, *text.assessments, *text.funds} | {CANCELLED, WITHDRAWN, "*"}


def _outcomes(bureau: Bureau) -> set[str]:
    return _states(bureau) | {str(name) for stage in STAGES.values() for name in stage.exits}


# What a value of a kind may be, and how it is called.
WORDS: Mapping[str, tuple[str, Any]] = {
    "state": ("步骤或状态", _states), "outcome": ("办理结果", _outcomes), "grade": ("等次", lambda _: GRADES),
    "standing": ("工作室状态", lambda _: STANDINGS), "level": ("层级", lambda _: LEVELS),
}  # fmt: skip


def _unknown(said: str, known: Any, what: str) -> Iterator[str]:
    if said not in known:
        near = "、".join(get_close_matches(said, [str(one) for one in known], 3, 0.5))
        yield f"没有叫“{said}”的{what}{f'；是不是想写 {near}' if near else ''}"


def _address(bureau: Bureau, address: str) -> Iterator[str]:
    """Why an address can mean nothing; what is only not there yet, and what the text says it has not, is understood."""
    try:
        find(bureau, address)
    except NotYet:
        yield from _no_period(bureau, address)
    except UnknownName as missing:
        if not is_absent(bureau, address) and not _somebody(bureau, address):
            yield str(missing)


# Paths whose absence the text writes under another name.
PARTS: Mapping[str, str] = {"renew": "renewal"}


def is_absent(bureau: Bureau, address: str) -> bool:
    """Whether it is a part of a lifecycle that the text says it has not (没有年度考核)."""
    key = address.rpartition("/")[2].partition("@")[0]
    part = PARTS.get(key, key)
    return part in get_args(AbsentPart) and part in bureau.programme.absent.parts()


def _somebody(bureau: Bureau, address: str) -> bool:
    """Whether it is somebody whom the scenario knows, by themselves or on a path they have not begun."""
    head, _, rest = address.partition("/")
    name = rest if head in bureau.programme.paths or rest in bureau.programme.paths else address
    known = {*bureau.people, *bureau.people_given, *bureau.bodies, *bureau.studios}
    return name in known or (rest in bureau.programme.paths and head in {*known, "studio"})


def _no_period(bureau: Bureau, address: str) -> Iterator[str]:
    """A period that what is named never has (`2025-13`, a semester of what is owed each month)."""
    key, _, period = address.partition("/")[2].partition("@")
    asked = bureau.programme.obligations.get(key) or bureau.programme.assessments.get(key)
    while (beside := getattr(asked, "with_", None)) in bureau.programme.assessments:
        asked = bureau.programme.assessments[beside]
    per = str(getattr(asked, "per", None) or "")
    form = PERIODS.get(per)
    each = getattr(asked, "each", None) in bureau.programme.obligations
    if not period or form is None or each or any(period.startswith(name) for name in bureau.programme.obligations):
        return
    if not re.match(rf"({form}|{DAY})(#\d+)?(/|$)", period):
        yield f"{address}：“{key}”没有叫“{period}”的期次，写法如 {EXAMPLES.get(per, per)}"


EXAMPLES: Mapping[str, str] = {
    "week": "2025-W38", "school_week": "2025-W38", "fortnight": "2025秋#3", "month": "2025-10", "semester": "2025秋", "half_year": "h2",
    "school_year": "2025/26", "programme_year": "y1",
}  # fmt: skip
