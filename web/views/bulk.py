"""Many at once (批量办理): what an act would do to each case, refusals first, before anything is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.engine.apply import preview
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.work import Happening, Intent, Result, Work
from models.queries.bulk import held_runs
from models.queries.inbox import inbox_cases
from web.display import Provenance
from web.i18n import _, word
from web.views.cases import CANNED, provenance_of, span_of

ACTS = {"endorse": word("同意并推荐"), "send_back": word("退回补正"), "decline": word("不予推荐")}
TRIAL: Mapping[str, Mapping[str, Any]] = {
    "endorse": {}, "decline": {"reason": "–"}, "send_back": {"defects": [{"place": "–", "what": "–"}]},
}  # fmt: skip
OPINIONS = {"endorse": word("共同的推荐意见"), "send_back": word("共同要补正的地方"), "decline": word("共同的理由")}

HELD = word("已在一次批量办理中，还没有生效。要改的，请先到那次办理的结果页整批撤回。")


@dataclass(frozen=True)
class Settled:
    """A case on the sheet of results: refused, held (can be taken back), running, done or withdrawn."""

    look: str
    run_id: int
    name: str
    body: str
    says: str = ""


def settled_of(entries: Sequence[Any], now: datetime, fell_out: str) -> list[Settled]:
    """Entries of lists as the sheet shows them."""
    found = []
    for one in entries:
        look = "done"
        if one.withdrawn_at is not None:
            look = "withdrawn"
        elif one.outcome == fell_out:
            look = "refused"
        elif one.applied_at is None:
            look = "held" if one.held_until is not None and now < one.held_until else "running"
        says = one.reason if look == "refused" else ""
        found.append(Settled(look, one.run_id, str(one.shown.get("name", "")), str(one.shown.get("body", "")), says))
    return found


@dataclass(frozen=True)
class Refused:
    """A case that would not pass, and why."""

    run_id: int
    name: str
    body: str
    says: str
    origin: Provenance | None


@dataclass(frozen=True)
class Passing:
    """A case that would pass, what becomes of it, and its place in the order of recommendation."""

    run_id: int
    version: int
    name: str
    body: str
    then: str
    rank: int | None = None


@dataclass(frozen=True)
class Plan:
    """A whole preview."""

    act: str
    label: str
    opinion: str
    canned: str
    refused: tuple[Refused, ...]
    passing: tuple[Passing, ...]
    follows: tuple[str, ...]

    @property
    def picked(self) -> int:
        """How many were chosen."""
        return len(self.refused) + len(self.passing)


def plan_of(work: Work, act: str, chosen: Sequence[tuple[int, int]], actor: Actor) -> Plan:
    """What `act` would do to each of these (run, version); nothing is written."""
    waiting = held_runs(work.session, [run for run, _version in chosen], work.now)
    results = [
        Result(one.intent, Refusal("held", _(HELD))) if one.intent.run_id in waiting else one
        for one in preview(work, [Intent(run, act, TRIAL[act], version) for run, version in chosen], actor)
    ]
    named = {row.run_id: row for row in inbox_cases(work.session, [run for run, _version in chosen])}
    refused, passed = [], []
    for one in results:
        row = named.get(one.intent.run_id)
        known = row is not None and row.desk in actor.keys
        name, body = (
            (row.person or row.number, row.body) if row and known else (_("第 {n} 号", n=one.intent.run_id), "")
        )
        if isinstance(one.outcome, Refusal):
            refused.append(Refused(one.intent.run_id, name, body, one.outcome.says, provenance_of(one.outcome.origin)))
        else:
            passed.append((one.outcome, name, body))
    ranks = _ranks([one for one, _name, _body in passed]) if act == "endorse" else {}
    passing = tuple(
        Passing(one.run.id, one.run.version, name, body, _then(work, one), ranks.get(one.run.id))
        for one, name, body in passed
    )
    follows = _follows(work, act, [one for one, _name, _body in passed])
    return Plan(act, _(ACTS[act]), _(OPINIONS[act]), _(CANNED[act][0]), tuple(refused), passing, follows)


def _ranks(accepted: Sequence[Happening]) -> Mapping[int, int]:
    """The next free places in the order of recommendation, given in the order of the list."""
    given: dict[tuple[int | None, str, str], set[int]] = defaultdict(set)
    found: dict[int, int] = {}
    for one in accepted:
        policy: Any = one.rule.policy
        if not policy.ranks:
            continue
        key = (one.run.round_id, one.run.step, one.run.held_by)
        taken = given[key] | one.facts.ranks_taken
        place = next(n for n in range(1, len(taken) + 2) if n not in taken)
        given[key].add(place)
        found[one.run.id] = place
    return found


def _then(work: Work, one: Happening) -> str:
    match one.intent.event:
        case "endorse" if one.rule.next:
            run = one.run
            return _(
                "转{step}",
                step=work.book.rule(work.session, run.version_id, run.path, one.rule.next, run.round_id).title,
            )
        case "send_back":
            span = span_of(one.rule, "returned")
            return _("退回本人，{span}内补正", span=span.chinese if span else "")
        case _:
            return _("办结，通知本人")


def _follows(work: Work, act: str, accepted: Sequence[Happening]) -> tuple[str, ...]:
    """What happens when it is confirmed, in sentences."""
    if not accepted:
        return ()
    by_step: dict[str, int] = defaultdict(int)
    for one in accepted:
        by_step[_then(work, one)] += 1
    said = [_("{n} 件{then}", n=n, then=then) for then, n in by_step.items()]
    said.append(_("通知本人 {n} 人", n=len(accepted)))
    lines = ["；".join(said) + "。"]
    if act == "endorse":
        lines += _quotas(accepted)
    lines.append(_("操作记在您名下，写入每一件的流转记录。"))
    return tuple(lines)


def _quotas(accepted: Sequence[Happening]) -> list[str]:
    counted: dict[str, tuple[Any, int]] = {}
    for one in accepted:
        for quota in getattr(one.facts, "quotas", ()):
            counted[quota.share] = (quota, counted.get(quota.share, (quota, 0))[1] + 1)
    return [
        _("{scope}名额 {most}：已用 {taken} → {after}，余 {left}。", scope=quota.scope, most=quota.at_most, taken=quota.taken,
          after=quota.taken + n, left=quota.at_most - quota.taken - n)
        for quota, n in counted.values()
    ]  # fmt: skip


def payload_of(act: str, reason: str, rank: str) -> dict[str, Any]:
    """What each case is sent: the common opinion, and its own place."""
    if act == "send_back":
        return {"defects": [{"place": _("共同"), "what": line} for line in reason.splitlines() if line.strip()]}
    return ({"reason": reason} if reason else {}) | ({"rank": int(rank)} if rank.isdigit() and act == "endorse" else {})
