"""Wishes and placement (志愿和统筹调配): who wishes for which studios, and the list by which a body places them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.lists import apply_list, make_list, preview_list
from flows.engine.work import Work
from flows.office.placing import keep_proposal, place_otherwise, propose_allocation
from flows.office.rounds import write_answers
from flows.programme.steps import Path
from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from models.queries.facts.seating import taking_members

NOWHERE = frozenset({"none", "不安排", ""})
OTHERWISE = ("placements", "override", "overrides")


def wish(bureau: Bureau, application_id: int, names: Sequence[Any]) -> None:
    """Say in order which studios an application is for. Raises Refused where it cannot be changed now, UnknownName."""
    row = seen.application(bureau.engine, application_id)
    studios = [the_studio(bureau, str(name)) for name in names]
    actor = bureau.person_acting(row.made_by or row.person_id)
    with bureau.at_work() as work:
        write_answers(work, actor, row.id, {"wishes": studios})


def wish_for_any(bureau: Bureau, application_id: int) -> bool:
    """Wish for the studios there are, where a scenario says nothing of wishes; whether there was any."""
    row = seen.application(bureau.engine, application_id)
    if row.answers.get("wishes"):
        return False
    most = wishes_of(bureau.programme.paths[row.path])
    actor = bureau.person_acting(row.made_by or row.person_id)
    with bureau.at_work() as work:
        programme_id = work.book.cast(work.session, row.version_id).programme_id
        studios = [one.id for one in taking_members(work.session, {programme_id})[programme_id]][:most]
        if studios:
            write_answers(work, actor, row.id, {"wishes": studios})
    return bool(studios)


def wishes_of(path: Path) -> int:
    """How many studios one may wish for on a path; 0 where one names the studio oneself."""
    return next((step.wishes or 0 for step in path.steps if step.stage == "application"), 0)


def allocate(bureau: Bureau, actor: Actor, runs: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Place whom these runs are about as the solver proposes, but for what is said otherwise, and decide the list.

    `runs` by name. Raises Refused as the office and the engine do, UnknownName for a studio there is not.
    """
    otherwise = _otherwise(bureau, runs, said)
    ids = {run.id for run in runs.values()}
    with bureau.at_work() as work:
        proposal = propose_allocation(work, actor, next(iter(runs.values())).round_id)
        mine = [entry for entry in proposal.entries if entry.run_id in ids]
        listing_id = keep_proposal(work, actor, replace(proposal, entries=mine))
        for run_id, studio_id in otherwise.items():
            place_otherwise(work, actor, listing_id, run_id, studio_id, str(said.get("reason", "")))
        _refuse_first(work, actor, listing_id)
        make_list(work, actor, listing_id)
    apply_list(bureau.engine, bureau.book, listing_id, bureau.now)


def _otherwise(bureau: Bureau, runs: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[int, int | None]:
    """Who is placed by name rather than by the solver: `{A: S1}` under `placements`, or `studio` for all of the list."""
    named: Mapping[str, Any] = next((said[key] for key in OTHERWISE if isinstance(said.get(key), Mapping)), {})
    if "studio" in said:
        named = dict.fromkeys(runs, said["studio"])
    unknown = next((name for name in named if name not in runs), None)
    if unknown is not None:
        raise UnknownName(f"allocate：{unknown} 不在这份名单里；名单里有：{'、'.join(runs)}")
    return {
        runs[name].id: None if str(studio) in NOWHERE else the_studio(bureau, str(studio))
        for name, studio in named.items()
    }


def _refuse_first(work: Work, actor: Actor, listing_id: int) -> None:
    """A list is decided as a whole: whoever would fall out stops it. Raises Refused."""
    for result in preview_list(work, actor, listing_id):
        if isinstance(result.outcome, Refusal):
            refusal = result.outcome
            raise Refused(refusal.because, refusal.says, refusal.origin, refusal.missing)
