"""Apply: write moves. One implementation for one run or a list; the caller owns the transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update

from flows.engine.consequences import carry_out
from flows.engine.consequences.cycles import settle_paths
from flows.engine.decide import Refusal, decide
from flows.engine.declare import CANCELLED, THE_ENGINE, WITHDRAWN, Actor, RunState
from flows.engine.errors import NotFound, Refused
from flows.engine.steps import cancelling, leave_steps
from flows.engine.work import (
    Happening,
    Intent,
    Result,
    Work,
    ask_of,
    chain,
    explained,
    insert_transitions,
    read_facts,
    run_state,
)
from models import StageRun
from models.columns import Document, table_of
from models.facts import Facts
from models.queries.cases import forget_cases, keeping_cases
from models.queries.rankings import hold_rankings
from models.queries.runs import live_children, lock_runs
from models.statements import write

RUNS = table_of(StageRun)
ENDING = frozenset({"cancel", "stop"})
SETTLING = frozenset({"application", "assessment", "decision", "rectification"})

MOVE_RUN = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("b_id"), RUNS.c.version == bindparam("b_version"))
    .values(
        state=bindparam("b_state"), version=bindparam("b_next"), entered_at=bindparam("b_entered"), due_at=bindparam("b_due"),
        due_steps=bindparam("b_steps", type_=RUNS.c.due_steps.type), due_provisional=bindparam("b_provisional"),
        wake_at=bindparam("b_wake"), attempts=0, head=bindparam("b_head"), desk=bindparam("b_desk"),
        ended_at=bindparam("b_ended"), outcome=bindparam("b_outcome"),
    )
)  # fmt: skip


def apply(work: Work, intent: Intent, actor: Actor) -> Happening:
    """Send one event to one run. Raises NotFound, or Refused with the reason and its origin; then nothing is changed."""
    outcome = apply_many(work, [intent], actor)[0].outcome
    if isinstance(outcome, Refusal):
        if outcome.because == "not_found":
            raise NotFound
        raise Refused(outcome.because, outcome.says, outcome.origin, outcome.missing)
    return outcome


def apply_many(work: Work, intents: Sequence[Intent], actor: Actor) -> list[Result]:
    """Send events to many runs: refused ones fall out with their reason, the others are written set by set.

    What follows (effects, next steps, parents) is written before this returns. Intents for the same subject, and those
    that settle matters of the same studio, are taken one after the other, because what the first brings about decides
    what the next may do: nothing more follows for a studio that the first has ended.
    """
    rows = lock_runs(work.session, [intent.run_id for intent in intents])
    first, later = _in_turn(work, rows, intents)
    results = _apply_set(work, rows, first, actor)
    if not later:
        return results
    found = {id(result.intent): result for result in (*results, *apply_many(work, later, actor))}
    return [found[id(intent)] for intent in intents]


def _in_turn(work: Work, rows: Sequence[Any], intents: Sequence[Intent]) -> tuple[list[Intent], list[Intent]]:
    """What can be done at once, and what comes after it."""
    known = {row.id: row for row in rows}
    seen: set[object] = set()
    first: list[Intent] = []
    later: list[Intent] = []
    for intent in intents:
        row = known.get(intent.run_id)
        touched: set[object] = {(row.subject_kind, row.subject_id) if row is not None else intent.run_id}
        if row is not None and row.studio_id is not None and _settles(work, row, intent.event):
            touched.add(("studio", row.studio_id))
        (first if seen.isdisjoint(touched) else later).append(intent)
        seen |= touched
    return first, later


def _settles(work: Work, row: Any, event: str) -> bool:
    """Whether an act may end a matter that can end its studio, or open more for it."""
    if row.subject_kind not in SETTLING:
        return False
    stage = work.book.stage(row.stage)
    on = stage.find(row.state, event)
    return on is not None and not on.targets.isdisjoint(stage.exits)


def _apply_set(work: Work, rows: Sequence[Any], intents: Sequence[Intent], actor: Actor) -> list[Result]:
    with keeping_cases(work.session):
        results = _decide_all(work, rows, intents, actor)
        accepted = [result for result in results if not result.refused]
        happened = _write(work, [_planned(result) for result in accepted], actor)
        by_run = {happening.run.id: happening for happening in happened}
        _follow(work, happened)
    return [result if result.refused else Result(result.intent, by_run[result.intent.run_id]) for result in results]


def carry_on(work: Work) -> None:
    """Carry out, as the engine, what was asked for outside an act: what an opening or an ending brought about."""
    waiting = work.at_once()
    if waiting:
        apply_many(work, waiting, THE_ENGINE)


def preview(work: Work, intents: Sequence[Intent], actor: Actor) -> list[Result]:
    """What `apply_many` would do, in the same order and with the same refusals; writes nothing.

    Accepted results carry a Happening whose `transition_id` is 0.
    """
    return _decide_all(work, lock_runs(work.session, [intent.run_id for intent in intents]), intents, actor)


def _decide_all(work: Work, rows: Sequence[Any], intents: Sequence[Intent], actor: Actor) -> list[Result]:
    runs = {row.id: run_state(row) for row in rows}
    ranking = [runs[one.run_id] for one in intents if "rank" in one.payload and one.run_id in runs]
    hold_rankings(work.session, {run.round_id for run in ranking if run.round_id is not None})
    facts = read_facts(work, [runs[intent.run_id] for intent in intents if intent.run_id in runs])
    taken: dict[str, int] = defaultdict(int)
    return [Result(intent, _decide_one(work, runs, facts, taken, intent, actor)) for intent in intents]


def _decide_one(
    work: Work,
    runs: Mapping[int, RunState],
    facts: Mapping[int, Facts],
    taken: dict[str, int],
    intent: Intent,
    actor: Actor,
) -> Happening | Refusal:
    run = runs.get(intent.run_id)
    if run is None:
        return Refusal("not_found", str(NotFound()))
    if intent.expect is not None and intent.expect != run.version:
        return Refusal("stale", "这一件刚被办理过，您的操作没有生效，填写的意见已保留。请看最新情况再办。")
    rule, ask = ask_of(work, run, facts[run.id], intent.event, actor, intent.payload, taken)
    move = decide(rule.stage, ask, work.book.ladder(work.session, run.version_id))
    if isinstance(move, Refusal):
        return move
    if move.counts:
        for quota in getattr(ask.facts, "quotas", ()):
            taken[quota.share] += 1
        for key in rule.stage.takes(ask) if rule.stage.takes else ():
            taken[key] += 1
    if move.counts and "rank" in intent.payload:  # only who gets a place takes it; a decline that names one does not
        taken[ask.place(intent.payload["rank"])] += 1
    return Happening(run, rule, ask.facts, actor, intent, move, 0, run.version + 1)


def _planned(result: Result) -> Happening:
    if isinstance(result.outcome, Refusal):
        raise TypeError("a refusal is not written")
    return result.outcome


def _write(work: Work, planned: Sequence[Happening], actor: Actor) -> list[Happening]:
    if not planned:
        return []
    rows = [_transition_row(work, happening, actor) for happening in planned]
    updates = [_run_update(work, happening, row["hash"]) for happening, row in zip(planned, rows, strict=True)]
    if write(work.session, MOVE_RUN, updates) not in {len(updates), -1}:
        raise Refused("stale", "这一件刚被办理过，您的操作没有生效。请看最新情况再办。")
    ids = insert_transitions(work, rows)
    return [
        Happening(h.run, h.rule, h.facts, h.actor, h.intent, h.move, transition_id, h.version)
        for h, transition_id in zip(planned, ids, strict=True)
    ]


def _transition_row(work: Work, happening: Happening, actor: Actor) -> dict[str, Any]:
    run, intent, move = happening.run, happening.intent, happening.move
    row: dict[str, Any] = {
        "run_id": run.id, "version": run.version + 1, "event": intent.event, "from_state": run.state, "to_state": move.to,
        "actor_id": actor.person_id, "actor_kind": actor.kind, "for_person_id": actor.for_person_id, "at": work.now,
        "payload": Document(intent.payload), "reason": move.reason, "origin": happening.rule.origin,
        "request_id": work.request_id, "cause_id": intent.cause_id, "listing_id": intent.listing_id, "before": run.head,
    }  # fmt: skip
    row["hash"] = chain(run.head, row)
    return row


def _run_update(work: Work, happening: Happening, head: str) -> dict[str, Any]:
    run, move = happening.run, happening.move
    stays = move.to == run.state  # whoever waits there has waited since it was entered
    return {
        "b_id": run.id, "b_version": run.version, "b_state": move.to, "b_next": run.version + 1,
        "b_entered": run.entered_at if stays else work.now, "b_due": move.due_at, "b_steps": explained(move.due),
        "b_provisional": bool(move.due and move.due.provisional), "b_wake": None if move.ends else move.wake_at,
        "b_head": head, "b_desk": "" if move.ends else move.desk,
        "b_ended": work.now if move.ends else None, "b_outcome": move.to if move.ends else None,
    }  # fmt: skip


# What follows from a move, in the same transaction: effects, then the cross-run rules


def _follow(work: Work, happened: Sequence[Happening]) -> None:
    if not happened:
        return
    further = list(carry_out(work, happened))
    ended = [happening for happening in happened if happening.move.ends]
    further += _cascade(work, ended)
    leaving = [happening for happening in ended if happening.move.to != CANCELLED]
    further += leave_steps(work, leaving)
    settle_paths(work, ended)
    further += work.at_once()
    forget_cases(work.session)
    if further:
        # What ends comes first: nothing more follows from a run that the same act cancels.
        apply_many(work, sorted(further, key=lambda one: one.event not in ENDING), THE_ENGINE)
    _answer_parents(work, ended)


def _cascade(work: Work, ended: Sequence[Happening]) -> list[Intent]:
    """Rule 4: what hangs on a run that ended is cancelled with it."""
    if not ended:
        return []
    causes = {happening.run.id: happening.transition_id for happening in ended}
    return [
        cancelling(run_id, causes[parent_id], quiet=True) for run_id, parent_id in live_children(work.session, causes)
    ]


def _answer_parents(work: Work, ended: Sequence[Happening]) -> None:
    """Rule 2: when a child ends, its parent is told; the parent's guards say whether it goes on."""
    answers = [
        (happening.run.parent_id, happening.transition_id, happening.move.to)
        for happening in ended
        if happening.run.parent_id is not None and happening.move.to not in {CANCELLED, WITHDRAWN}
    ]
    for parent_id, cause_id, answer in sorted(answers):
        _tell_parent(work, parent_id, answer, cause_id)


def _tell_parent(work: Work, parent_id: int, answer: str, cause_id: int) -> None:
    row = next((row for row in lock_runs(work.session, [parent_id]) if row.id == parent_id), None)
    if row is None or row.ended_at is not None:
        return
    run = run_state(row)
    known = read_facts(work, [run])[run.id]
    stage = work.book.stage(run.stage)
    for event in (stage.refused, *stage.answered) if answer == "refused" and stage.refused else stage.answered:
        rule, ask = ask_of(work, run, known, event, THE_ENGINE, {})
        if not isinstance(decide(rule.stage, ask), Refusal):
            apply_many(work, [Intent(parent_id, event, cause_id=cause_id)], THE_ENGINE)
            return
