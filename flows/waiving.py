"""Waiving (豁免): the authority lets one criterion go for one application, with a reason, where the text allows it."""

from dataclasses import replace

from sqlalchemy import insert, select, update

from flows.application import STAGE, checks_of
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work, ask_of, read_facts, run_state
from flows.programme.criteria import Check
from models import CriterionCheck, StageRun
from models.columns import table_of

CHECKS, RUNS = table_of(CriterionCheck), table_of(StageRun)


def live_checks(work: Work, application_id: int, actor: Actor) -> tuple[Check, ...]:
    """Every criterion of an application that is being written, checked now; none once it is submitted."""
    row = work.session.execute(
        select(RUNS).where(
            RUNS.c.application_id == application_id, RUNS.c.stage == STAGE.name, RUNS.c.ended_at.is_(None)
        )
    ).first()
    if row is None:
        return ()
    run = run_state(row)
    _rule, ask = ask_of(work, run, read_facts(work, [run])[run.id], "submit", actor, {})
    return checks_of(ask)


def waivable(work: Work, application_id: int) -> tuple[Check, ...]:
    """Criteria of a draft that fail and that the text lets the authority waive, and those it has waived."""
    row = work.session.execute(
        select(RUNS).where(
            RUNS.c.application_id == application_id, RUNS.c.stage == STAGE.name, RUNS.c.ended_at.is_(None)
        )
    ).first()
    if row is None:
        return ()
    run = run_state(row)
    _rule, ask = ask_of(work, run, read_facts(work, [run])[run.id], "submit", Actor("engine"), {})
    open_places = {f"criteria.{n}" for n, one in enumerate(ask.policy.criteria) if one.if_not == "waive"}
    return tuple(one for one in checks_of(ask) if one.place in open_places and one.result in {"failed", "waived"})


def waive(work: Work, actor: Actor, application_id: int, place: str, reason: str) -> None:
    """Let a criterion go for one application. Raises NotFound or Refused: not the authority, no reason, not waivable."""
    row = work.session.execute(
        select(RUNS.c.version_id).where(RUNS.c.application_id == application_id, RUNS.c.ended_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    if f"body:{work.book.cast(work.session, row.version_id).authority_id}" not in actor.keys:
        raise Refused("not_yours", "豁免由主管部门决定。")
    if not reason:
        raise Refused("without_reason", "请先写明豁免的理由。没有改动任何内容。")
    found = next((one for one in waivable(work, application_id) if one.place == place), None)
    if found is None:
        raise Refused("not_waivable", "这一条不能豁免：办法没有允许，或已经符合。没有改动任何内容。")
    _store(work, actor, application_id, replace(found, reason=reason))


def _store(work: Work, actor: Actor, application_id: int, one: Check) -> None:
    values = {"result": "waived", "reason": one.reason, "by_person_id": actor.person_id, "at": work.now}
    changed = work.session.execute(
        update(CHECKS).where(CHECKS.c.application_id == application_id, CHECKS.c.place == one.place).values(**values)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        work.session.execute(insert(CHECKS).values(
            application_id=application_id, place=one.place, title=one.title, value=one.value, asks="", origin=dict(one.origin), **values
        ))  # fmt: skip
