"""What a person has earned, promised or handed in for one criterion (业绩、承诺与材料); pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from flows.engine.calendar import ONE_DAY, Span, add_months
from flows.programme.criterion_findings import Finding, Situation
from flows.programme.criterion_words import (
    CREDENTIAL_WORDS,
    LEVEL_WORDS,
    SERVICE_WORDS,
    day_words,
    paper_of,
    what_is_asked,
)
from flows.programme.entries import Criterion
from models.facts import CredentialFact

LEVEL_ORDER = ("department", "school", "township", "county", "city", "province")
LEVEL_PREFIXES = (
    "国家级", "自治区级", "直辖市级", "旗县区级", "省级", "市级", "盟市级", "县级", "县区级", "区级", "乡镇级", "镇级", "校级",
)  # fmt: skip


def bare_name(name: str) -> str:
    """A credential's name without spaces and without the level that some rosters write before it: `市级名校长` is 名校长."""
    bare = "".join(name.split())
    prefix = next((prefix for prefix in LEVEL_PREFIXES if bare.startswith(prefix)), "")
    return bare.removeprefix(prefix) or bare


def earliest(span: Span, on: date) -> date:
    """The first day of 近 n 年 (D-AGE): the same day so long before. Raises ValueError for spans that need a calendar."""
    match span.unit:
        case "year" | "school_year":
            return add_months(on, -12 * span.n)
        case "month":
            return add_months(on, -span.n)
        case "week":
            return on - timedelta(weeks=span.n)
        case "day":
            return on - timedelta(days=span.n)
        case _:
            raise ValueError(f"资格条件的期限不能用“{span.chinese}”：请改用天、周、月或年")


def earned(criterion: Criterion, case: Situation) -> Finding:
    """Whether enough credentials of the kind count; the reason tells what the nearest one lacks."""
    held = [one for one in case.person.credentials if one.kind == criterion.has and _named(one, criterion.among)]
    faults = [(one, _faults(one, criterion, case.on)) for one in held]
    fitting = sorted((one for one, lacking in faults if not lacking), key=_standing, reverse=True)
    need = 1 if criterion.at_least is None else criterion.at_least
    if len(fitting) >= need:
        return Finding("passed", "；".join(_words(one) for one in fitting[: max(need, 1)]))
    wanted = what_is_asked(criterion)
    if not held:
        return Finding("failed", "没有登记", f"没有登记{wanted}")
    best = _nearest(faults)
    reasons = [f"符合的只有 {len(fitting)} 项，要求 {need} 项，还差 {need - len(fitting)} 项"] if need > 1 else []
    reasons += [f"“{best[0].name}”{'，'.join(best[1])}"] if best else []
    return Finding("failed", _words(best[0] if best else fitting[0]), "；".join(reasons))


def _nearest(faults: Sequence[tuple[CredentialFact, list[str]]]) -> tuple[CredentialFact, list[str]] | None:
    """The one that lacks least; of equals the one best to show."""
    lacking = sorted((pair for pair in faults if pair[1]), key=lambda pair: _standing(pair[0]), reverse=True)
    return min(lacking, key=lambda pair: len(pair[1]), default=None)


def _named(credential: CredentialFact, names: Sequence[str]) -> bool:
    return not names or bare_name(credential.name) in {bare_name(name) for name in names}


def _faults(credential: CredentialFact, criterion: Criterion, on: date) -> list[str]:
    """What this one credential lacks; empty when it counts."""
    faults = []
    if criterion.level and _rank(credential.level) < _rank(criterion.level):
        faults.append(_level_fault(credential, criterion))
    faults += _date_faults(credential, criterion, on)
    if criterion.published and not credential.published:
        faults.append("成果没有公开发表" if credential.kind == "project" else "没有公开发表")
    if criterion.key and not credential.key:
        faults.append("不是重点")
    return faults


def _date_faults(credential: CredentialFact, criterion: Criterion, on: date) -> list[str]:
    faults = []
    if criterion.within:
        since = earliest(criterion.within, on)
        if credential.on is None:
            faults.append("没有登记取得日期")
        elif credential.on < since:
            faults.append(f"取得于{day_words(credential.on)}，早于{day_words(since)}")
    if credential.on and credential.on > on:
        faults.append(f"取得于{day_words(credential.on)}，晚于{day_words(on)}")
    if credential.until and credential.until < on:
        faults.append(f"已于{day_words(credential.until)}到期")
    return faults


def _level_fault(credential: CredentialFact, criterion: Criterion) -> str:
    wanted = LEVEL_WORDS.get(criterion.level or "", "")
    found = LEVEL_WORDS.get(credential.level)
    return f"是{found}，低于{wanted}" if found else f"没有登记级别，要求{wanted}以上"


def _rank(level: str) -> int:
    return LEVEL_ORDER.index(level) if level in LEVEL_ORDER else -1


def _standing(credential: CredentialFact) -> tuple[int, int, int]:
    """Which of several to show: a confirmed one first, then the higher level, then the later."""
    return int(credential.confirmed), _rank(credential.level), credential.on.toordinal() if credential.on else 0


def _words(credential: CredentialFact) -> str:
    level = LEVEL_WORDS.get(credential.level, "")
    name = credential.name or CREDENTIAL_WORDS.get(credential.kind, credential.kind)
    words = name if name.startswith(level) else level + name
    notes = [day_words(credential.on)] if credential.on else []
    notes += [] if credential.confirmed else ["待核实"]
    return f"{words}（{'，'.join(notes)}）" if notes else words


def committed(criterion: Criterion, case: Situation) -> Finding:
    """The next years count from the day of application (D-AGE); a paper that is there but not entered is judged.

    Where that day is not known, they count from the day the commitment was signed.
    """
    assert criterion.commits is not None
    assert criterion.for_ is not None
    post, span = SERVICE_WORDS[criterion.commits], criterion.for_
    lasting = sorted(
        (one.until, _promised(span, case.applied_on or min(one.on or case.on, case.on)))
        for one in case.person.credentials
        if one.kind == "commitment" and bare_name(one.name) in {criterion.commits, post}
        if one.until is not None and one.until >= case.on
    )
    kept = [until for until, needed in lasting if until >= needed]
    if kept:
        return Finding("passed", f"承诺任{post}到{day_words(kept[-1])}")
    if paper_of(criterion) in case.attached:
        return Finding("judge", f"已上传{paper_of(criterion)}，待核实", asks="tier")
    if not lasting:
        return Finding("failed", "没有承诺", f"没有有效的{paper_of(criterion)}")
    until, needed = lasting[-1]
    reason = f"承诺须到{day_words(needed)}，还差 {(needed - until).days} 天"
    return Finding("failed", f"承诺任{post}到{day_words(until)}", reason)


def shown(criterion: Criterion, case: Situation) -> Finding:
    """A document that is there is for the tier to confirm; one that is not there is lacking."""
    if criterion.document in case.attached:
        return Finding("judge", "已上传证明材料，待核实", asks="tier")
    return Finding("failed", "没有上传", f"没有上传“{criterion.document}”的证明材料")


def _promised(span: Span, start: date) -> date:
    """The last day of a span that begins on `start`."""
    if span.unit not in {"year", "school_year", "month"}:
        raise ValueError(f"承诺的期限不能用“{span.chinese}”：请改用月或年")
    return add_months(start, span.n if span.unit == "month" else 12 * span.n) - ONE_DAY
