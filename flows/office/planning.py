"""Planning (设定批次): what may still be changed of a round before it is launched: dates, spans with a reason, places by county."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.changes import DECIDED, signed_changes
from flows.office.rounds import Places, counted_at, refuse_foreign
from flows.regulations import programme_under
from flows.regulations.left_out import left_out
from models import Quota, Round, StageRun
from models.columns import table_of

ROUNDS, QUOTAS, RUNS = table_of(Round), table_of(Quota), table_of(StageRun)
SPAN_KEYS = {"public_notice": "length"}


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
    changes = signed_changes(work, actor, row.version_id, row.path, revision.changes, row.changes)
    work.session.execute(
        update(ROUNDS)
        .where(ROUNDS.c.id == round_id)
        .values(
            title=revision.title or row.title, opens_on=revision.opens_on, closes_on=revision.closes_on,
            timetable=dict(revision.timetable), changes=changes,
        )
    )  # fmt: skip
    path = programme_under(work, row.version_id).path(row.path)
    for scope in {quota.scope for quota in _quotas(work, round_id)}:
        mine = (QUOTAS.c.round_id == round_id) & (QUOTAS.c.scope == scope)
        work.session.execute(update(QUOTAS).where(mine).values(step=counted_at(path, scope, left_out(changes))))


def set_places(work: Work, actor: Actor, round_id: int, places: Sequence[Places]) -> None:
    """Replace the places that the authority set for a planned round; those of the regulation stay.

    Raises Refused when a fewest is above its most, or the round is launched.
    """
    row = planned_round(work, actor, round_id)
    path = programme_under(work, row.version_id).path(row.path)
    for one in places:
        if one.at_least is not None and one.at_most is not None and one.at_least > one.at_most:
            raise Refused("range", f"最少 {one.at_least} 个多于最多 {one.at_most} 个，请改名额。没有改动任何内容。")
    refuse_foreign(work, row.authority_body_id, places)
    kept = [quota for quota in _quotas(work, round_id) if quota.origin.get("kind") != "decision"]
    work.session.execute(
        delete(QUOTAS).where(QUOTAS.c.round_id == round_id, QUOTAS.c.id.not_in([quota.id for quota in kept]))
    )
    taken = {(quota.scope, quota.body_id, quota.kind) for quota in kept}
    rows = [
        {"round_id": round_id, "scope": one.scope, "body_id": one.body_id, "kind": one.kind, "step": counted_at(path, one.scope, left_out(row.changes)),
         "at_least": one.at_least, "at_most": one.at_most, "origin": {**DECIDED, "reason": row.title}}
        for one in places
        if (one.at_least is not None or one.at_most is not None) and (one.scope, one.body_id, one.kind) not in taken
    ]  # fmt: skip
    if rows:
        work.session.connection().execute(insert(QUOTAS), rows)


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
