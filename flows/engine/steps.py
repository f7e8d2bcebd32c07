"""Steps of a path: a step is left when all its branches ended well, and the next one opens a run for each who acts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update

from flows.engine.decide import entered
from flows.engine.declare import END, NEXT, THE_ENGINE, WITHDRAWN, Ask, RunState
from flows.engine.rulebook import Cast, StepRule
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work, chain, explained, insert_transitions, read_facts
from models import Application, StageRun
from models.columns import Document, table_of
from models.queries.bodies import Place, lineages
from models.queries.cases import Case, cases, forget_cases
from models.statements import among, insert_rows, rows
from models.values import dataclass

RUNS, APPLICATIONS = table_of(StageRun), table_of(Application)
NOTHING = Document()
WRITTEN = tuple(name for name in RunState.__dataclass_fields__ if name != "id")
VALUES = attrgetter(*WRITTEN)
LIVE_OF = (
    select(RUNS.c.id, RUNS.c.subject_id, RUNS.c.step)
    .where(RUNS.c.subject_kind == "application", among(RUNS.c.subject_id, "subjects"), RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)
CLOSE_APPLICATION = (
    update(APPLICATIONS).where(APPLICATIONS.c.id == bindparam("b_id")).values(outcome=bindparam("b_outcome"))
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A run to open: of which subject, at which step, for whom, and what brought it about."""

    version_id: int
    path: str
    step: str
    subject_kind: str
    subject_id: int
    branch: str = ""
    held_by: str = ""
    round_id: int | None = None
    application_id: int | None = None
    studio_id: int | None = None
    parent_id: int | None = None
    cause_id: int | None = None


def start_path(
    work: Work, application_ids: Sequence[int], version_id: int, path: str, step: str, cause_id: int | None = None
) -> list[int]:
    """Open the first step of a path for these applications; returns the ids of the runs."""
    return start_paths(work, [(one, cause_id) for one in application_ids], version_id, path, step)


def start_paths(
    work: Work, applications: Sequence[tuple[int, int | None]], version_id: int, path: str, step: str
) -> list[int]:
    """Open the first step of a path for these applications of one round or none, each with its cause; returns the ids of the runs."""
    found = cases(work.session, [one for one, _ in applications])
    rule = work.book.rule(work.session, version_id, path, step, found[applications[0][0]].round_id)
    return _open_step(work, rule, [(found[one], version_id, cause_id) for one, cause_id in applications])


def open_runs(work: Work, openings: Sequence[Opening]) -> list[int]:
    """Open runs with their first due date, desk and history row; returns their ids in the same order."""
    if not openings:
        return []
    rules = [work.book.rule(work.session, one.version_id, one.path, one.step, one.round_id) for one in openings]
    drafts = [_draft(work, rule, one, -place) for place, (rule, one) in enumerate(zip(rules, openings, strict=True), 1)]
    known = read_facts(work, drafts)
    facts = [known[draft.id] for draft in drafts]
    history = [_opened(work, rule, opening) for rule, opening in zip(rules, openings, strict=True)]
    rows = [
        _run_row(work, rule, draft, fact) | {"head": opened["hash"]}
        for rule, draft, fact, opened in zip(rules, drafts, facts, history, strict=True)
    ]
    ids = list(insert_rows(work.session, RUNS, rows))
    insert_transitions(work, [opened | {"run_id": one} for one, opened in zip(ids, history, strict=True)])
    opened_runs = [RunState(one, *VALUES(draft)) for one, draft in zip(ids, drafts, strict=True)]
    _tell_opened(work, rules, opened_runs, facts, rows)
    return ids


def _tell_opened(
    work: Work,
    rules: Sequence[StepRule],
    runs: Sequence[RunState],
    facts: Sequence[Any],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    tellings = []
    for rule, run, known, row in zip(rules, runs, facts, rows, strict=True):
        wait = rule.stage.wait(run.state)
        for event in rule.stage.at_once:
            if rule.policy.sends(event):
                work.send_at_once(run.id, event)
        notice = getattr(known, "asks", "") or (wait.asks if wait else None)
        if notice:
            tellings.append(Telling(row["desk"], notice, run, 1, rule, known, row["due_at"]))
    tell(work, tellings)


def leave_steps(work: Work, ended: Sequence[Happening]) -> list[Intent]:
    """Rule 1: open what follows the steps that these runs left; returns the branches to cancel.

    A step is left when all its branches ended on `next`, or as soon as one ended otherwise.
    """
    on_paths = [happening for happening in ended if happening.rule.gives]
    if not on_paths:
        return []
    siblings = _siblings(work, on_paths)
    further: list[Intent] = []
    advancing: list[Happening] = []
    outcomes: dict[int, str] = {}
    for happening in on_paths:
        live = siblings.get((happening.run.subject_id, happening.run.step), [])
        route = END if happening.move.to == WITHDRAWN else happening.rule.route(happening.move.to)
        if route == NEXT and live:
            continue
        further += [cancelling(run_id, happening.transition_id, quiet=True) for run_id in live]
        if route == END or (route == NEXT and happening.rule.next is None):
            outcomes[happening.run.subject_id] = happening.move.to
        else:
            advancing.append(happening)
    _close_applications(work, outcomes)
    _advance(work, advancing)
    return further


def cancelling(run_id: int, cause_id: int | None, reason: str = "", *, quiet: bool = False) -> Intent:
    """The intent to cancel a run; `quiet` tells nobody, because what caused it tells."""
    return Intent(run_id, "cancel", {"reason": reason, "quiet": quiet}, cause_id=cause_id)


def _siblings(work: Work, ended: Sequence[Happening]) -> Mapping[tuple[int, str], list[int]]:
    """Live runs of the same applications and steps, but those that have just ended."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows(work.session, LIVE_OF, subjects={one.run.subject_id for one in ended}):
        found[row.subject_id, row.step].append(row.id)
    return found


def _close_applications(work: Work, outcomes: Mapping[int, str]) -> None:
    if outcomes:
        rows = [{"b_id": application_id, "b_outcome": outcome} for application_id, outcome in outcomes.items()]
        work.session.connection().execute(CLOSE_APPLICATION, rows)
        forget_cases(work.session)


def _advance(work: Work, leaving: Sequence[Happening]) -> None:
    by_step: dict[tuple[int, str, str, int | None], list[Happening]] = defaultdict(list)
    for happening in leaving:
        route = happening.rule.route(happening.move.to)
        target = happening.rule.next if route == NEXT else route
        by_step[happening.run.version_id, happening.run.path, str(target), happening.run.round_id].append(happening)
    found = cases(work.session, [happening.run.application_id for happening in leaving])
    for (version_id, path, step, round_id), members in by_step.items():
        rule = work.book.rule(work.session, version_id, path, step, round_id)
        _open_step(work, rule, [(found[one.run.subject_id], version_id, one.transition_id) for one in members])


def _open_step(work: Work, rule: StepRule, members: Sequence[tuple[Case, int, int | None]]) -> list[int]:
    above = lineages(work.session, {case.body_id for case, _, _ in members}) if rule.by else {}
    openings: list[Opening] = []
    skipping: list[tuple[Case, int, int | None]] = []
    for case, version_id, cause_id in members:
        cast = work.book.cast(work.session, version_id)
        branches = _branches(rule, cast, case, above.get(case.body_id, ()))
        if not branches:
            skipping.append((case, version_id, cause_id))
        openings += [
            Opening(version_id, rule.path, rule.name, "application", case.id, branch, held_by, case.round_id, case.id,
                    case.studio_id, None, cause_id)
            for branch, held_by in branches
        ]  # fmt: skip
    if skipping and rule.next:
        _open_step(
            work, work.book.rule(work.session, skipping[0][1], rule.path, rule.next, skipping[0][0].round_id), skipping
        )
    return open_runs(work, openings)


def _branches(rule: StepRule, cast: Cast, case: Case, above: Sequence[Place]) -> list[tuple[str, str]]:
    """Who acts at a step: one branch each; a step for the applicant or without `by` has one nameless branch."""
    if not rule.branches:
        return [("", "")]
    return [(who, key) for who in rule.by if (key := desk_of(who, cast, case, above, if_any=rule.if_any))]


class Concerned(Protocol):
    """Whom a question is about: the person, and the host of the studio where there is one."""

    @property
    def person_id(self) -> int:
        """The person the question is about."""
        ...

    @property
    def host_id(self) -> int | None:
        """The host of the studio."""
        ...


def desk_of(who: str, cast: Cast, case: Concerned, above: Sequence[Place], *, if_any: bool = False) -> str:
    """The desk of a `who` for one case: a person, or the body found above the school or bound by the authority.

    A body that a text itself calls `office` is that body (镇 二 教导处). Where the tree lacks the body the office takes its
    place, so that no case is without a desk (none if `if_any`).
    """
    people = {"person": case.person_id, "host": case.host_id or case.person_id}
    if who in people:
        return f"person:{people[who]}"
    named = cast.bodies.get(who) or {"authority": cast.authority_id, "office": cast.office_id}.get(who)
    if named is not None:
        return f"body:{named}"
    level = cast.levels.get(who, "")
    found = next((place.id for place in above if place.level == level), None)
    if found is None and level == "county":
        found = next((place.id for place in above if place.level == "city"), None)
    if found is None and if_any:
        return ""
    return f"body:{found or cast.office_id}"


def _draft(work: Work, rule: StepRule, opening: Opening, temporary_id: int) -> RunState:
    return RunState(
        temporary_id, rule.stage.name, opening.path, opening.step, opening.branch, opening.subject_kind, opening.subject_id,
        opening.version_id, opening.round_id, opening.application_id, opening.studio_id, opening.parent_id,
        rule.stage.initial, 1, work.now, None, None, "", "", opening.held_by,
    )  # fmt: skip


def _run_row(work: Work, rule: StepRule, draft: RunState, facts: Any) -> dict[str, Any]:
    ask = Ask(draft, "open", THE_ENGINE, {}, rule.policy, facts, work.now, work.calendar)
    place = entered(rule.stage, ask, draft.state, work.book.ladder(work.session, draft.version_id))
    return dict(zip(WRITTEN, VALUES(draft), strict=True)) | {
        "desk": place.desk, "due_at": place.due_at, "wake_at": place.wake_at,
        "due_steps": explained(place.due), "due_provisional": bool(place.due and place.due.provisional), "attempts": 0,
        "ended_at": None, "outcome": None,
    }  # fmt: skip


def identity(stage: str, opening: Opening) -> str:
    """What the first link of a run's chain hangs on: which stage of which subject, at which step and branch."""
    return f"{stage}:{opening.subject_kind}:{opening.subject_id}:{opening.path}:{opening.step}:{opening.branch}"


def _left_out(rule: StepRule) -> Document:
    """What the first row of a run carries: the steps before it that its round switched off, by whom and why."""
    return Document({"skipped": [dict(one) for one in rule.skipped]}) if rule.skipped else NOTHING


def _opened(work: Work, rule: StepRule, opening: Opening) -> dict[str, Any]:
    before = identity(rule.stage.name, opening)
    row: dict[str, Any] = {
        "version": 1, "event": "open", "from_state": "", "to_state": str(rule.stage.initial), "actor_id": None,
        "actor_kind": "engine", "for_person_id": None, "at": work.now, "payload": _left_out(rule), "reason": "",
        "origin": rule.origin, "request_id": work.request_id, "cause_id": opening.cause_id,
        "listing_id": None, "before": before,
    }  # fmt: skip
    row["hash"] = chain(before, row)
    return row
