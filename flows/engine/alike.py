"""Runs that open alike (成批开启): one step, one due date, many subjects; written set by set, row for row as `open_runs` writes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.engine.decide import entered
from flows.engine.declare import THE_ENGINE, Actor, Ask, RunState
from flows.engine.steps import NOTHING, Opening, identity
from flows.engine.work import Work, explained, insert_transitions, link, said
from models import StageRun
from models.columns import table_of
from models.facts import Facts
from models.statements import insert_rows

RUNS = table_of(StageRun)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one of the runs is about: its subject, its studio, and the desk it waits at."""

    id: int
    studio_id: int
    desk: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Runs of one step that differ in nothing but their subject. `facts`: what its due rule asks for, with a desk for each part.

    `actor`: whoever called for them, and why; else the engine.
    """

    version_id: int
    path: str
    step: str
    subject_kind: str
    facts: Facts
    subjects: Sequence[Subject]
    actor: Actor = THE_ENGINE
    reason: str = ""


def open_alike(work: Work, groups: Iterable[Alike]) -> Sequence[int]:
    """Open these runs with their due date, desk and history row; returns their ids in order.

    Nobody is told: what opens by the calendar is asked for by its reminders.
    """
    runs: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for group in groups:
        run, opened, before = _pattern(work, group)
        text = said(opened)
        for one in group.subjects:
            first = before.replace("{}", str(one.id), 1)
            head = link(first, text)
            runs.append(
                {
                    **run,
                    "subject_id": one.id,
                    "studio_id": one.studio_id,
                    "desk": run["desk"] and one.desk,
                    "head": head,
                }
            )
            history.append({**opened, "before": first, "hash": head})
    if not runs:
        return ()
    ids = insert_rows(work.session, RUNS, runs)
    for run_id, row in zip(ids, history, strict=True):
        row["run_id"] = run_id
    insert_transitions(work, history)
    return ids


def _pattern(work: Work, group: Alike) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    """The run and the history row that the subjects of a group share, and where their chains begin (`{}`: the subject)."""
    rule = work.book.rule(work.session, group.version_id, group.path, group.step, None)
    initial = str(rule.stage.initial)
    draft = RunState(
        0, rule.stage.name, group.path, group.step, "", group.subject_kind, 0, group.version_id, None, None, None, None,
        initial, 1, work.now, None, None, "", "", "",
    )  # fmt: skip
    ask = Ask(draft, "open", THE_ENGINE, {}, rule.policy, group.facts, work.now, work.calendar)
    place = entered(rule.stage, ask, initial, work.book.ladder(work.session, group.version_id))
    run = {name: getattr(draft, name) for name in RunState.__dataclass_fields__ if name != "id"} | {
        "desk": place.desk, "due_at": place.due_at, "wake_at": place.wake_at, "due_steps": explained(place.due),
        "due_provisional": bool(place.due and place.due.provisional), "attempts": 0, "ended_at": None, "outcome": None,
    }  # fmt: skip
    opened = {
        "version": 1, "event": "open", "from_state": "", "to_state": initial, "actor_id": group.actor.person_id,
        "actor_kind": group.actor.kind,
        "for_person_id": group.actor.for_person_id, "at": work.now, "payload": NOTHING, "reason": group.reason, "origin": rule.origin,
        "request_id": work.request_id, "cause_id": None, "listing_id": None,
    }  # fmt: skip
    opening = Opening(group.version_id, group.path, group.step, group.subject_kind, 0)
    before = identity(rule.stage.name, opening).replace(f":{group.subject_kind}:0:", f":{group.subject_kind}:{{}}:", 1)
    return run, opened, before
