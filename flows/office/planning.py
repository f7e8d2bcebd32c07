"""Planning (设定批次): what may still be changed of a round before it is launched: dates, spans with a reason, places by county."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from flows.engine.calendar import Span
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from flows.office.rounds import Places
from flows.programme.steps import Path
from flows.regulations import Regulations
from models import Quota, Round, StageRun
from models.columns import table_of

ROUNDS, QUOTAS, RUNS = table_of(Round), table_of(Quota), table_of(StageRun)
SPAN_KEYS = {"public_notice": "length"}
DECIDED = {"kind": "decision", "text": "批次设定"}


@dataclass(frozen=True, slots=True)
class Revision:
    """The dates of a planned round as they shall be. `changes`: {step: {key: {value, reason}}}; `timetable`: {step: day}."""

    title: str
    opens_on: date
    closes_on: date
    timetable: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def span_key(stage: str) -> str:
    """Which number of a stage is its length: `length` of a public notice, else `within`."""
    return SPAN_KEYS.get(stage, "within")


def rules_of(
    work: Work, version_id: int, path: str, changes: Mapping[str, Any]
) -> tuple[list[StepRule], list[StepRule]]:
    """The steps of a path as the regulation has them, and with these changes. Raises Refused for a span that cannot be read."""
    book: Regulations = work.book  # type: ignore[assignment]
    names = [step.name for step in book.programme(work.session, version_id).path(path).steps]
    plain = [book.rule(work.session, version_id, path, name, None) for name in names]
    return plain, [_changed(rule, changes.get(rule.name, {})) for rule in plain]


def _changed(rule: StepRule, changes: Mapping[str, Any]) -> StepRule:
    """The rule with the spans that a plan changes, each now a decision of the round."""
    values: dict[str, Any] = {}
    origins = dict(rule.policy.origins)
    for key, change in changes.items():
        if key not in {"within", "length"}:
            continue
        try:
            values[key] = Span.parse(str(change["value"]))
        except ValueError as error:
            raise Refused("unreadable", f"{rule.title}：{error}。没有改动任何内容。") from error
        origins[key] = {**DECIDED, "reason": str(change.get("reason", ""))}
    if not values:
        return rule
    policy = rule.policy.model_copy(update={**values, "origins": origins})
    kept = {name: getattr(rule, name) for name in StepRule.__dataclass_fields__}
    return StepRule(**{**kept, "policy": policy})


def planned_round(work: Work, actor: Actor, round_id: int) -> Any:
    """A round of the actor's authority that is still a draft. Raises NotFound, or Refused once it is launched."""
    row = work.session.execute(
        select(ROUNDS, RUNS.c.state, RUNS.c.id.label("run_id"), RUNS.c.version.label("run_version"))
        .join(RUNS, (RUNS.c.subject_kind == "round") & (RUNS.c.subject_id == ROUNDS.c.id))
        .where(ROUNDS.c.id == round_id)
    ).first()
    if row is None or f"body:{row.authority_body_id}" not in actor.keys:
        raise NotFound
    if row.state != "planned":
        raise Refused("wrong_state", "批次已经发布，时间请用“延期”，名额和规则不再改。没有改动任何内容。")
    return row


def replan(work: Work, actor: Actor, round_id: int, revision: Revision) -> None:
    """Write new dates and spans of a planned round.

    Raises Refused when it is launched, the dates are the wrong way round, or a changed number has no reason.
    """
    row = planned_round(work, actor, round_id)
    if revision.closes_on < revision.opens_on:
        raise Refused("dates_reversed", "截止日早于开始日，请改日期。没有改动任何内容。")
    changes = {step: dict(kept) for step, kept in revision.changes.items() if kept}
    for rule in rules_of(work, row.version_id, row.path, {})[0]:
        if any(not str(one.get("reason", "")).strip() for one in changes.get(rule.name, {}).values()):
            raise Refused("without_reason", f"{rule.title}的时限改了，请写明理由。没有改动任何内容。")
    rules_of(work, row.version_id, row.path, changes)
    work.session.execute(
        update(ROUNDS)
        .where(ROUNDS.c.id == round_id)
        .values(
            title=revision.title or row.title, opens_on=revision.opens_on, closes_on=revision.closes_on,
            timetable=dict(revision.timetable), changes=changes,
        )
    )  # fmt: skip


def set_places(work: Work, actor: Actor, round_id: int, places: Sequence[Places]) -> None:
    """Replace the places that the authority set for a planned round; those of the regulation stay.

    Raises Refused when a fewest is above its most, or the round is launched.
    """
    row = planned_round(work, actor, round_id)
    book: Regulations = work.book  # type: ignore[assignment]
    path = book.programme(work.session, row.version_id).path(row.path)
    for one in places:
        if one.at_least is not None and one.at_most is not None and one.at_least > one.at_most:
            raise Refused("range", f"最少 {one.at_least} 个多于最多 {one.at_most} 个，请改名额。没有改动任何内容。")
    kept = [quota for quota in _quotas(work, round_id) if quota.origin.get("kind") != "decision"]
    work.session.execute(
        delete(QUOTAS).where(QUOTAS.c.round_id == round_id, QUOTAS.c.id.not_in([quota.id for quota in kept]))
    )
    taken = {(quota.scope, quota.body_id, quota.kind) for quota in kept}
    rows = [
        {"round_id": round_id, "scope": one.scope, "body_id": one.body_id, "kind": one.kind, "step": counted_at(path, one.scope),
         "at_least": one.at_least, "at_most": one.at_most, "origin": {**DECIDED, "reason": row.title}}
        for one in places
        if (one.at_least is not None or one.at_most is not None) and (one.scope, one.body_id, one.kind) not in taken
    ]  # fmt: skip
    if rows:
        work.session.connection().execute(insert(QUOTAS), rows)


def counted_at(path: Path, scope: str) -> str:
    """The step at which places are counted: the tier they are given to, else where the authority chooses."""
    own = [step.name for step in path.steps if step.stage == "tier_review" and scope in step.by]
    chosen = [step.name for step in path.steps if step.stage == "expert_review"]
    last = [step.name for step in path.steps if step.stage in {"tier_review", "plaque"}]
    return (own or chosen or last[-1:])[0]


def plan_digest(work: Work, round_id: int) -> str:
    """A short hash of everything a preview shows of a plan: who launches confirms what they saw."""
    row = work.session.execute(
        select(ROUNDS.c.title, ROUNDS.c.opens_on, ROUNDS.c.closes_on, ROUNDS.c.timetable, ROUNDS.c.changes).where(
            ROUNDS.c.id == round_id
        )
    ).one()
    quotas = [(one.scope, one.body_id, one.kind, one.at_least, one.at_most) for one in _quotas(work, round_id)]
    said = json.dumps([list(row), quotas], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _quotas(work: Work, round_id: int) -> Sequence[Any]:
    return work.session.execute(select(QUOTAS).where(QUOTAS.c.round_id == round_id).order_by(QUOTAS.c.id)).all()
