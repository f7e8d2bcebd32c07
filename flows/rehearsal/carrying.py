"""Carrying applications (办理到某一步): everybody does what they ordinarily do until a step is reached, or the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.lists import Entry, apply_list, draft_list, make_list
from flows.engine.work import Intent
from flows.office.selection import (
    announce,
    draft_announcement,
    draft_draw,
    draft_posting,
    draft_ranking,
    post,
    standings,
)
from flows.rehearsal import seen
from flows.rehearsal.beginning import is_central
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.evidence import handed_in
from flows.rehearsal.placing import allocate, wish_for_any, wishes_of
from flows.rehearsal.waiving import place_meant

RESERVE = "reserve"
BEST_MARK = 95
LEAST_MARK = 70
MOST_ROUNDS = 200


# Acts that carry what people who meet the criteria are judged to meet.
JUDGING = frozenset({"endorse", "judge", "register", "announce"})


class Stuck(RuntimeError):  # noqa: N818  named for what it is
    """An application that ordinary acts do not bring where a scenario wants it; says where it stands."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An application and where it is to be: at a step (`notice`), in a state (`plaque.announced`), in reserve, or at its end.

    `reason`: why somebody is given a seat that the text gives only with one.
    """

    application_id: int
    name: str
    until: str = ""
    reason: str = ""


def carry(bureau: Bureau, goals: Sequence[Goal]) -> None:
    """Take applications on by ordinary acts until each is where it shall be. Raises Refused, Stuck."""
    before: list[tuple[int, int]] = []
    for _ in range(MOST_ROUNDS):
        waiting = [(goal, run) for goal in goals for run in _open_runs(bureau, goal)]
        if not waiting:
            return
        now = [(run.id, run.version) for _, run in waiting]
        before, still = now, before == now
        if still or not any(move(bureau, waiting) for move in MOVES):
            goal, run = min(waiting, key=lambda pair: pair[1].id)
            raise Stuck(f"{goal.name} 停在 {run.step}.{run.state}，到不了{goal.until or '办结'}")
    raise Stuck(f"{'、'.join(goal.name for goal in goals)} 办了 {MOST_ROUNDS} 轮还没有到")


def _open_runs(bureau: Bureau, goal: Goal) -> list[Any]:
    """The live runs of an application that is not yet where it shall be."""
    row = seen.application(bureau.engine, goal.application_id)
    if row.outcome is not None:
        if goal.until:
            raise Stuck(f"{goal.name} 已经办结（{row.outcome}），到不了 {goal.until}")
        return []
    runs = seen.live(seen.runs_of(bureau.engine, "application", goal.application_id))
    at_goal = [run for run in runs if _reached(run, goal.until)]
    return [] if at_goal else runs


def _reached(run: Any, until: str) -> bool:
    if until == RESERVE:
        return bool(run.stage == "expert_review" and run.state == "reserved")
    return until in {run.step, f"{run.step}.{run.state}"}


Waiting = Sequence[tuple[Goal, Any]]


def _submit(bureau: Bureau, waiting: Waiting) -> bool:
    for run in [run for _, run in waiting if run.stage == "application" and _wished_for(bureau, run)]:
        wish_for_any(bureau, run.application_id)
    return _each(bureau, waiting, "application", "drafting", lambda run: _applicant(bureau, run), "submit")


def _wished_for(bureau: Bureau, run: Any) -> bool:
    return run.path in bureau.programme.paths and wishes_of(bureau.programme.paths[run.path]) > 0


def _resubmit(bureau: Bureau, waiting: Waiting) -> bool:
    return _each(bureau, waiting, "tier_review", "returned", lambda run: _applicant(bureau, run), "resubmit")


def _endorse(bureau: Bureau, waiting: Waiting) -> bool:
    return _each(bureau, waiting, "tier_review", "reviewing", lambda run: bureau.desk_acting(run.held_by), "endorse")


def _each(bureau: Bureau, waiting: Waiting, stage: str, state: str, actor: Callable[[Any], Actor], event: str) -> bool:
    mine = [run for _, run in waiting if run.stage == stage and run.state == state]
    for run in mine:
        act(bureau, run, event, actor(run), filled(bureau, run, event, {}))
    return bool(mine)


def filled(bureau: Bureau, run: Any, event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is pressed: people who meet the criteria are judged to meet them, what is handed in carries what is asked."""
    if event == "submit" and run.subject_kind == "duty":
        return handed_in(bureau, run, payload)
    if event == "waive" and run.application_id is not None:
        return {**payload, "place": place_meant(bureau, run, str(payload.get("place", "")))}
    if event == "give" and isinstance(payload.get("marks"), int) and run.stage == "opinion":
        with bureau.at_work() as work:
            policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
        return {**payload, "marks": spread(payload["marks"], policy.rubric)}
    if event not in JUDGING or "judged" in payload or run.application_id is None:
        return payload
    judged = dict.fromkeys(seen.unjudged(bureau.engine, run.application_id), "passed")
    return {**payload, "judged": judged} if judged else payload


def act(bureau: Bureau, run: Any, event: str, actor: Actor, payload: Mapping[str, Any]) -> None:
    """One event sent to one run. Raises Refused."""
    with bureau.at_work() as work:
        apply(work, Intent(run.id, event, payload, run.version), actor)


def _applicant(bureau: Bureau, run: Any) -> Actor:
    row = seen.application(bureau.engine, run.application_id)
    return bureau.person_acting(row.made_by or row.person_id)


# Experts


def _draw(bureau: Bureau, waiting: Waiting) -> bool:
    if not _states(waiting, "expert_review", "unassigned"):
        return False
    draw(bureau, _states(waiting, "expert_review", "unassigned")[0][1].round_id, "预演")
    return True


def draw(bureau: Bureau, round_id: int, seed: str) -> None:
    """The authority draws experts for everybody who waits for them."""
    authority = bureau.acting("authority", None, None, None)
    for run in seen.undrawn(bureau.engine, round_id):
        payload = filled(bureau, run, "judge", {})
        if payload:
            act(bureau, run, "judge", authority, payload)
    with bureau.at_work() as work:
        listing_id = draft_draw(work, authority, round_id, seed)
        make_list(work, authority, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


def _score(bureau: Bureau, waiting: Waiting) -> bool:
    scoring = _states(waiting, "expert_review", "scoring")
    for goal, run in scoring:
        worth = LEAST_MARK if goal.until == RESERVE else BEST_MARK
        score(bureau, run, [max(worth - _turn(bureau, run), LEAST_MARK - 5)])
    return bool(scoring)


def _turn(bureau: Bureau, run: Any) -> int:
    return list(bureau.applications.values()).index(run.application_id)


def score(bureau: Bureau, run: Any, marks: Sequence[float]) -> None:
    """Everybody asked about an application gives a mark: these in turn, the last one again and again."""
    left = list(marks)
    for question in seen.questions(bureau.engine, run.id):
        total, expert = left.pop(0) if len(left) > 1 else left[0], bureau.desk_acting(question.held_by)
        with bureau.at_work() as work:
            policy: Any = work.book.rule(
                work.session, question.version_id, question.path, question.step, question.round_id
            ).policy
            sheet = spread(total, policy.rubric)
            apply(work, Intent(question.id, "give", {"marks": sheet}, question.version), expert)


def spread(total: float, rubric: Sequence[tuple[str, str, int]]) -> dict[str, float]:
    """A sum spread over a sheet, filling one line after another."""
    left, sheet = total, {}
    for place, _, most in rubric:
        sheet[place] = min(left, most)
        left -= sheet[place]
    return sheet


def _rank(bureau: Bureau, waiting: Waiting) -> bool:
    scored = _states(waiting, "expert_review", "scored")
    if not scored:
        return False
    rank(bureau, {run.id: "reserved" if goal.until == RESERVE else "selected" for goal, run in scored})
    return True


def rank(bureau: Bureau, outcomes: Mapping[int, str]) -> None:
    """The authority ranks: each of these runs gets its outcome, in the order of their marks."""
    authority = bureau.acting("authority", None, None, None)
    run = _again(bureau, next(iter(outcomes)))
    with bureau.at_work() as work:
        placed = [one for one in standings(work, run.round_id) if one.run_id in outcomes]
        entries = [
            Entry(one.run_id, one.version, n, {"outcome": outcomes[one.run_id]}, {}, one.mark, one.tie_rule)
            for n, one in enumerate(placed, start=1)
        ]
        listing_id = draft_list(
            work, authority, "rank", run.step, bureau.bodies["bureau"], entries, round_id=run.round_id
        )
        make_list(work, authority, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


def rank_by_marks(bureau: Bureau, round_id: int) -> None:
    """The authority ranks everybody of the round by their marks, as far as there are places."""
    authority = bureau.acting("authority", None, None, None)
    with bureau.at_work() as work:
        listing_id = draft_ranking(work, authority, round_id)
        make_list(work, authority, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


# Notice and plaque


def _post(bureau: Bureau, waiting: Waiting) -> bool:
    unposted = _states(waiting, "public_notice", "unposted")
    if unposted:
        post_list(bureau, [run.id for _, run in unposted])
    return bool(unposted)


def post_list(bureau: Bureau, run_ids: Sequence[int]) -> None:
    """The authority posts the notice of these applications."""
    authority = bureau.acting("authority", None, None, None)
    round_id = _again(bureau, run_ids[0]).round_id
    with bureau.at_work() as work:
        listing_id = draft_posting(work, authority, round_id, run_ids)
        post(work, authority, listing_id, round_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


def _wait_for_notice(bureau: Bureau, waiting: Waiting) -> bool:
    posted = _states(waiting, "public_notice", "posted")
    if posted:
        bureau.pass_to(max(run.due_at for _, run in posted))
    return bool(posted)


def _announce(bureau: Bureau, waiting: Waiting) -> bool:
    unannounced = _states(waiting, "plaque", "unannounced")
    for _, run in unannounced:
        with bureau.at_work() as work:
            policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
        if not policy.plaque:
            authority = bureau.acting("authority", None, None, None)
            act(bureau, run, "register", authority, filled(bureau, run, "register", {}))
    named = [run.id for _, run in unannounced if seen.live([_again(bureau, run.id)])]
    if named:
        announce_list(bureau, named)
    return bool(unannounced)


def announce_list(bureau: Bureau, run_ids: Sequence[int]) -> None:
    """The authority announces these applications under one number."""
    authority = bureau.acting("authority", None, None, None)
    round_id = _again(bureau, run_ids[0]).round_id
    with bureau.at_work() as work:
        listing_id = draft_announcement(work, authority, round_id, "announce", run_ids)
        announce(work, authority, listing_id, round_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


def _again(bureau: Bureau, run_id: int) -> Any:
    return seen.one_row(bureau.engine, seen.RUNS.select().where(seen.RUNS.c.id == run_id))


def _hang(bureau: Bureau, waiting: Waiting) -> bool:
    announced = _states(waiting, "plaque", "announced")
    for _, run in announced:
        settle_setup(bureau, run.application_id)
        act(bureau, run, "hang", bureau.acting("authority", None, None, None), {})
    return bool(announced)


def settle_setup(bureau: Bureau, application_id: int) -> None:
    """Everything owed before the plaque is signed, handed in and accepted."""
    studio_id = seen.application(bureau.engine, application_id).studio_id
    mine = (seen.RUNS.c.subject_kind == "duty") & (seen.RUNS.c.studio_id == studio_id) & seen.RUNS.c.ended_at.is_(None)
    for duty in seen.all_rows(bureau.engine, seen.RUNS.select().where(mine).order_by(seen.RUNS.c.id)):
        settle_duty(bureau, duty)


def settle_duty(bureau: Bureau, run: Any) -> None:
    """A duty is signed by everybody asked, handed in by whoever owes it and accepted by whoever receives it."""
    for question in seen.questions(bureau.engine, run.id):
        act(bureau, question, "give", bureau.desk_acting(question.held_by), {})
    for _ in range(MOST_ROUNDS):
        now = _again(bureau, run.id)
        if now.ended_at is not None or not now.desk:
            return
        event = "accept" if now.state == "submitted" else "submit"
        act(bureau, now, event, bureau.desk_acting(now.desk), filled(bureau, now, event, {}))


# Seats


def _seat(bureau: Bureau, waiting: Waiting) -> bool:
    here = _states(waiting, "membership", "waiting")
    central = {goal.name: run for goal, run in here if _placed_centrally(bureau, run)}
    if central:
        judge_waiting(bureau, central.values())
        runs = {name: _again(bureau, run.id) for name, run in central.items()}
        allocate(bureau, bureau.desk_acting(next(iter(runs.values())).held_by), runs, {})
        return True
    for goal, run in here:
        act(
            bureau,
            run,
            "seat",
            bureau.acting("authority", None, None, None),
            {"reason": goal.reason} if goal.reason else {},
        )
    return bool(here)


def _placed_centrally(bureau: Bureau, run: Any) -> bool:
    return run.path in bureau.programme.paths and is_central(bureau.programme.paths[run.path])


def judge_waiting(bureau: Bureau, runs: Iterable[Any]) -> None:
    """Whoever reviews finds that people who meet the criteria meet what is judged, where nobody has judged it yet."""
    for run in runs:
        payload = filled(bureau, run, "judge", {})
        if payload:
            act(bureau, run, "judge", bureau.desk_acting(run.held_by), payload)


def _states(waiting: Waiting, stage: str, state: str) -> list[tuple[Goal, Any]]:
    return [(goal, run) for goal, run in waiting if run.stage == stage and run.state == state]


# In the order of a path: those behind catch up before anybody is ranked, posted or announced.
MOVES: Sequence[Callable[[Bureau, Waiting], bool]] = (
    _submit, _resubmit, _endorse, _draw, _score, _rank, _post, _announce, _wait_for_notice, _hang, _seat,
)  # fmt: skip
