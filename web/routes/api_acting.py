"""API, acting: the same acts as the pages, each once under its Idempotency-Key, refused for the same reasons."""

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import apply_list, make_list, preview_list, progress
from flows.engine.work import Intent, Work
from flows.office.rounds import Places, RoundPlan, plan_round
from flows.office.selection import announce, draft_announcement, draft_draw, draft_posting, draft_ranking
from flows.regulations import version_in_force
from flows.trial.gate import over_warnings
from models.queries import resources
from models.queries.programmes import versions
from web.api.acts import carried, described
from web.api.bodies import ActIn, ActOut, DraftIn, DraftOut, MadeOut, RoundIn, RoundPlannedOut
from web.api.writing import REFUSALS, Writing
from web.visit import Visit

router = APIRouter(prefix="/api", tags=["acting"], responses=REFUSALS)
Act = Literal["draw", "rank", "post", "announce", "hang"]


@router.post("/rounds", status_code=201)
def plan(write: Writing, body: RoundIn) -> RoundPlannedOut:
    """Plan a round; launching it is an event of its run."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        version_id = _version(work, visit, body)
        quotas = [Places(one.scope, one.at_most, one.at_least, one.body_id, one.kind) for one in body.quotas]
        timetable = {step: on.isoformat() for step, on in body.timetable.items()}
        planned = RoundPlan(
            version_id, body.path, body.year, body.title, body.opens_on, body.closes_on, body.prefix, quotas, timetable
        )
        round_id, run_id = plan_round(work, visit.visitor.actor, planned)
        return {"round_id": round_id, "run_id": run_id}

    return RoundPlannedOut(**write.once("api plan round", body.model_dump(mode="json"), do))


@router.post(
    "/runs/{run_id}/{event}", description=f"Send an event to a run. What its payload may say:\n\n{described()}"
)
def act(write: Writing, run_id: int, event: str, body: ActIn) -> ActOut:
    """Send an event to a run that lies at one's desk or in one's sight."""
    visit, payload = write.visit, carried(event, body.payload)
    said = {"run": run_id, "event": event, **body.model_dump(mode="json")}

    def do(work: Work) -> Mapping[str, Any]:
        visitor = visit.visitor
        if not resources.open_to(work.session, run_id, visitor.person_id or 0, visitor.body_ids, visitor.keys):
            raise NotFound
        happened = apply(work, Intent(run_id, event, _told(work, run_id, event, payload), body.version), visitor.actor)
        move = happened.move
        due = move.due_at.isoformat() if move.due_at else None
        return {"run_id": run_id, "state": move.to, "version": happened.version, "ended": move.ends, "due_at": due}

    return ActOut(**write.once("api act", said, do))


@router.post("/rounds/{round_id}/{act}", status_code=201)
def draft(write: Writing, round_id: int, act: Act, body: DraftIn) -> DraftOut:
    """Draft a list of a round, with what making it would refuse; nothing is decided yet."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        _own_round(work, visit, round_id)
        listing_id = _drafted(work, visit.visitor.actor, round_id, act, body)
        results = preview_list(work, visit.visitor.actor, listing_id)
        refused = {str(one.intent.run_id): getattr(one.outcome, "says", "") for one in results if one.refused}
        return {"listing_id": listing_id, "entries": len(results), "refused": refused}

    said = {"round": round_id, "act": act, **body.model_dump(mode="json")}
    return DraftOut(**write.once("api draft list", said, do))


@router.post("/listings/{listing_id}/make")
def make(write: Writing, listing_id: int) -> MadeOut:
    """Make a drafted list: this is the decision; its entries are applied before the answer, chunk by chunk."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        row = resources.listing_of(work.session, listing_id, visit.visitor.body_ids)
        if row is None:
            raise NotFound
        if row.act == "announce":
            number: str | None = announce(work, visit.visitor.actor, listing_id, row.round_id)
        else:
            number = None
            make_list(work, visit.visitor.actor, listing_id)
        made = resources.listing_of(work.session, listing_id, visit.visitor.body_ids)
        return {"listing_id": listing_id, "code": made.code if made else "", "number": number}

    said = write.once("api make list", {"listing": listing_id}, do)
    apply_list(visit.engine, visit.book, listing_id, visit.now)
    with visit.reading() as work:
        settled, entries = progress(work.session, listing_id)
    return MadeOut(**said, settled=settled, entries=entries)


def _told(work: Work, run_id: int, event: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the act says; a launch carries the open warnings of its trial, as on the page."""
    launched = resources.round_launched(work.session, run_id) if event == "launch" else None
    return payload if launched is None else over_warnings(work, launched, payload)


def _version(work: Work, visit: Visit, body: RoundIn) -> int:
    """The version in force of one's own programme. Raises NotFound for a programme one does not decide."""
    rows = versions(work.session, body.programme)
    own = next((row for row in rows if f"body:{row.authority_id}" in visit.visitor.keys), None)
    if own is None:
        raise NotFound
    found = version_in_force(work.session, own.programme_id, body.opens_on)
    if found is None:
        raise Refused("not_in_force", "这一天还没有施行的版本。请改受理开始日，或先启用办法。")
    return found


def _own_round(work: Work, visit: Visit, round_id: int) -> None:
    rows = resources.rounds(work.session, visit.visitor.body_ids, round_id)
    if not rows or f"body:{rows[0].authority_body_id}" not in visit.visitor.keys:
        raise NotFound


def _drafted(work: Work, actor: Actor, round_id: int, act: Act, body: DraftIn) -> int:
    match act:
        case "draw":
            if not body.seed:
                raise Refused("without_seed", "请先写明抽取种子，谁都能照它重抽一遍。没有改动任何内容。", {}, ("seed",))
            return draft_draw(work, actor, round_id, body.seed, body.limit)
        case "rank":
            return draft_ranking(work, actor, round_id, body.reserved)
        case "post":
            return draft_posting(work, actor, round_id, body.runs)
        case _:
            return draft_announcement(work, actor, round_id, act, body.runs)
