"""Criteria (资格条件): each checked against a person, with what was found, what is lacking and the clause that asks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from flows.programme.criterion_evidence import committed, earned, shown
from flows.programme.criterion_findings import Finding, Result, Situation, fact_found
from flows.programme.criterion_words import title_of
from flows.programme.entries import Criterion
from models.facts import PersonFacts

# In a group the best of `any` and the worst of `all` decides.
_ORDER: tuple[Result, ...] = ("failed", "judge", "warned", "waived", "passed")


@dataclass(frozen=True, slots=True)
class Check:
    """One criterion, checked: the sentence, the result, what was found, why not, and the rule that asks it.

    `asks` says who is still to judge it: the tier that reviews, or the experts; empty when nobody is.
    """

    place: str
    title: str
    result: Result
    value: str
    reason: str
    origin: Mapping[str, Any]
    asks: Literal["tier", "expert", ""] = ""


def check(
    criteria: Sequence[Criterion],
    person: PersonFacts,
    on: date,
    *,
    kind: str = "",
    authority_body_id: int | None = None,
    attached: frozenset[str] = frozenset(),
    waived: Mapping[str, str] | None = None,
    origins: Callable[[str], Mapping[str, Any]] = lambda _place: {},
    expert_judges: bool = False,
    host_school_id: int | None = None,
    home_body_id: int | None = None,
    host_subject: str = "",
    kind_exists: bool = True,
    applied_on: date | None = None,
) -> tuple[Check, ...]:
    """Every criterion that concerns this kind, in the order of the file; a group (`any`, `all`) is one check.

    `on` is the reference day, by default the closing day of the round (D-AGE). Places are `criteria.0`, inside groups
    `criteria.1.any.0`; `waived` holds the reason by place and counts only where the text lets it (`if_not: waive`).
    A comparison whose other side is unknown (the host's school or subject) is left to the tier, not refused.
    """
    case = Situation(
        person, on, authority_body_id, attached, kind, expert_judges, host_school_id, home_body_id, host_subject, kind_exists,
        applied_on,
    )  # fmt: skip
    checks = []
    for number, criterion in enumerate(criteria):
        if _concerns(criterion, kind):
            place = f"criteria.{number}"
            found = _found(criterion, place, case, waived or {})
            title = title_of(criterion)
            checks.append(Check(place, title, found.result, found.value, found.reason, origins(place), found.asks))
    return tuple(checks)


def unmet(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Those that refuse: not met, and neither waived nor only warned about."""
    return tuple(one for one in checks if one.result == "failed")


def unjudged(checks: Sequence[Check], by: Literal["tier", "expert"]) -> tuple[Check, ...]:
    """Those that this judge has still to look at."""
    return tuple(one for one in checks if one.result == "judge" and one.asks == by)


def _concerns(criterion: Criterion, kind: str) -> bool:
    return criterion.only_kind is None or criterion.only_kind == kind


def _found(criterion: Criterion, place: str, case: Situation, waived: Mapping[str, str]) -> Finding:
    group = criterion.any_of or criterion.all_of
    found = _group(criterion, group, place, case, waived) if group else _single(criterion, case)
    if found.result != "failed":
        return found
    if criterion.if_not == "warn":
        return Finding("warned", found.value, found.reason)
    if criterion.if_not == "waive" and place in waived:
        return Finding("waived", found.value, f"{found.reason}；豁免理由：{waived[place]}")
    return found


def _single(criterion: Criterion, case: Situation) -> Finding:
    match criterion.form:
        case "fact":
            return fact_found(criterion, case)
        case "has":
            return earned(criterion, case)
        case "commits":
            return committed(criterion, case)
        case "document":
            return shown(criterion, case)
        case _:
            return Finding("judge", asks="expert" if case.expert_judges else "tier")


def _group(
    criterion: Criterion, group: Sequence[Criterion], place: str, case: Situation, waived: Mapping[str, str]
) -> Finding:
    """One finding for a group: `any` takes its best alternative, `all` its worst; the reason names what each lacks."""
    form = criterion.form
    inner = replace(case, expert_judges=False)  # the score sheet has no lines for parts of a group
    parts = [
        (title_of(one), _found(one, f"{place}.{form}.{number}", inner, waived))
        for number, one in enumerate(group)
        if _concerns(one, case.kind)
    ]
    if not parts:
        return Finding("passed", "不涉及这一类工作室")
    pick = max if form == "any" else min
    result = pick((found.result for _, found in parts), key=_ORDER.index)
    deciding = [(title, found) for title, found in parts if found.result == result]
    told = deciding if form == "any" else parts
    value = "；".join(dict.fromkeys(found.value for _, found in told if found.value))
    reason = "" if result == "passed" else "；".join(_lack(title, found) for title, found in deciding)
    asks = sorted({found.asks for _, found in deciding}, reverse=True)
    return Finding(result, value, reason, asks[0])


def _lack(title: str, found: Finding) -> str:
    return f"{title}：{found.reason}" if found.reason else title
