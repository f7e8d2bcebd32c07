"""A rectification (整改) as its page shows it: how much time is left, findings with their measures, and what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.calendar import due_after, local_day, rungs
from flows.engine.periods import vacations
from flows.engine.work import Work
from flows.opening.cycles import entered_terms
from flows.programme import Programme
from web.display import Ground, StateMark, due_day, percent, plain_day
from web.i18n import _, word

AMBER_FROM = 10  # working days
MEASURES = {
    "begun": StateMark(word("未开始"), "minus", "gray"), "doing": StateMark(word("办理中"), "spinner", "blue"),
    "done": StateMark(word("已完成"), "circle-check", "green"),
}  # fmt: skip


@dataclass(frozen=True)
class Time:
    """The time to mend: days left, where today is between delivery and limit, who set the limit."""

    left: int
    days: int
    tone: str
    first: date
    last: date
    used: int
    whole: int
    today: str
    rest: tuple[Ground, ...]
    reminders: tuple[str, ...]
    offsets: tuple[int, ...]
    set_by: str

    @property
    def today_at(self) -> float:
        """Where today lies on the line, in per cent."""
        return float(self.today.rstrip("%"))


@dataclass(frozen=True)
class Measure:
    """One measure with its state as a mark."""

    what: str
    who: str
    until: date | None
    state: str
    mark: StateMark
    proof: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that was found wanting, with what is done about it."""

    number: int
    title: str
    said: str
    measures: tuple[Measure, ...]


def time_of(work: Work, row: Any, policy: Any, moves: Sequence[Any], body: str) -> Time:
    """How much of the time to mend is used and left; once it is over, as it was then."""
    today = local_day(row.ended_at or work.now)
    first = local_day(row.released_at) if row.released_at else local_day(row.entered_at)
    last = due_day(row.due_at) if row.state == "mending" and row.due_at else row.limit_on
    now = min(max(today, first), last)
    span = max((last - first).days, 1)
    left = work.calendar.working_days_between(today, last)
    ladder = rungs(last, first, work.book.ladder(work.session, row.version_id), work.calendar)
    reminded = [local_day(one.at) for one in ladder if one.offset < 0]
    return Time(
        left, (last - today).days, "red" if left < 0 else "amber" if left <= AMBER_FROM else "ink", first, last,
        work.calendar.working_days_between(first, now), work.calendar.working_days_between(first, last), percent((now - first).days, span),
        _rest(work, row.version_id, first, last), tuple(percent((one - first).days, span) for one in reminded), tuple((last - one).days for one in reminded),
        _set_by(work, policy, moves, body, first, last),
    )  # fmt: skip


def _rest(work: Work, version_id: int, first: date, last: date) -> tuple[Ground, ...]:
    """The holidays between the bureau's terms, as named stretches of the line; one query."""
    authority, span = work.book.cast(work.session, version_id).authority_id, max((last - first).days, 1)
    entered = entered_terms(work.session, {authority}).get(authority, ())
    found = []
    for one in vacations(entered, first, last):
        since, until = max(one.begins_on, first), min(one.ends_on, last)
        label = _("{holiday} {day}起", holiday=_(one.key), day=plain_day(since)) if since > first else _(one.key)
        start, width = percent((since - first).days, span), percent((until - since).days, span)
        found.append(Ground(start, width, "holiday", label))
    return tuple(found)


def _set_by(work: Work, policy: Any, moves: Sequence[Any], body: str, first: date, last: date) -> str:
    set_since = next((one for one in reversed(moves) if one.event in {"set_limit", "extend"}), None)
    if set_since is not None:
        who, on = set_since.actor or body, plain_day(local_day(set_since.at))
        return _("期限由{body} {who} {day}确定", body=body, who=who, day=on)
    usual = due_after(first, policy.limit, work.calendar, roll=policy.roll).on
    if usual != last and policy.set_by:
        return _("期限由{body}送达时确定", body=body)
    if policy.set_by:
        return _("办法只写“限期”，取缺省 {span}", span=policy.limit.chinese)
    return _("办法规定 {span}，从送达之日起算", span=policy.limit.chinese)


def findings_of(row: Any) -> list[Finding]:
    """What was found, each with its measures; what belongs to none stands with the first."""
    by_finding: dict[int, list[Measure]] = {}
    for one in row.measures:
        said: Mapping[str, Any] = one if isinstance(one, Mapping) else {"what": str(one), "state": "done"}
        place = int(said.get("finding") or 0)
        place = place if 0 <= place < max(len(row.findings), 1) else 0
        by_finding.setdefault(place, []).append(_measure(said))
    listed = row.findings or [{"indicator": _("考核意见"), "value": "", "comment": ""}]
    return [
        Finding(n + 1, str(one.get("indicator", "")), _said(one), tuple(by_finding.get(n, ())))
        for n, one in enumerate(listed)
    ]


def _said(one: Mapping[str, Any]) -> str:
    points = _("{n} 分", n=one["value"]) if one.get("value") else ""
    return "，".join(part for part in (points, str(one.get("comment", ""))) if part)


def _measure(said: Mapping[str, Any]) -> Measure:
    state = str(said.get("state") or "begun")
    mark = MEASURES.get(state, MEASURES["begun"])
    until = str(said.get("until") or "")
    return Measure(
        str(said.get("what", "")), str(said.get("who", "")), date.fromisoformat(until) if until else None, state,
        StateMark(_(mark.label), mark.icon, mark.tone), str(said.get("proof", "")), tuple(files_of([said]).items()),
    )  # fmt: skip


def files_of(measures: Iterable[Any]) -> dict[str, str]:
    """The stored files that prove these measures: SHA-256 and the name each was sent with."""
    return {
        str(file["sha256"]): str(file["name"])
        for one in measures
        if isinstance(one, Mapping)
        for file in one.get("files", ())
    }


def counts_of(findings: Sequence[Finding]) -> str:
    """How far the measures are, in words."""
    states = [one.state for finding in findings for one in finding.measures]
    if not states:
        return _("{n} 个问题，还没有措施", n=len(findings))
    return _("{n} 个问题，{m} 项措施：完成 {done}，办理中 {doing}，未开始 {begun}", n=len(findings), m=len(states),
             done=states.count("done"), doing=states.count("doing"), begun=states.count("begun"))  # fmt: skip


def assessor_title(programme: Programme, policy: Any, name: str) -> str:
    """Who looks again."""
    return name or (programme.bodies[policy.assessor].title if policy.assessor in programme.bodies else _("考核人"))
