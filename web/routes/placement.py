"""Central placement (统筹调配): propose, look at every reason, change one with a reason, make the list, hand it out as xlsx."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from flows.engine.errors import NotFound, Refused
from flows.engine.lists import CHUNK, apply_list, make_list, preview_list
from flows.engine.work import Work
from flows.membership import MembershipPolicy
from flows.office.placing import place_otherwise
from models.queries.applications import launched_round
from models.queries.inbox import answer_of
from models.queries.placement import placements, round_placed, who_waits
from models.queries.selection import entries_of
from web.i18n import _
from web.placing import ACT, ask, refusal_of
from web.views.cases import provenance_of
from web.views.offline_sheets import SPREADSHEET
from web.views.placement import PREFERS, PlaceLine, loads_of, place_lines, placement_workbook
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@dataclass(frozen=True)
class Placing:
    """A round in which the visitor's body gives the places: the row, the step, its policy, the body, the role."""

    row: Any
    step: str
    policy: MembershipPolicy
    body_id: int
    role: str


def placing_in(visit: Visit, work: Work, round_id: int) -> Placing | None:
    """The round with its placing step, if the visitor sits at the desk that gives its places."""
    row = launched_round(work.session, round_id)
    if row is None:
        return None
    programme, cast = visit.book.programme(work.session, row.version_id), work.book.cast(work.session, row.version_id)
    path = programme.path(row.path)
    for step in path.steps:
        if step.stage != "membership":
            continue
        rule = work.book.rule(work.session, row.version_id, row.path, step.name, round_id)
        policy: Any = rule.policy
        body_id = next((cast.bodies[who] for who in rule.by if who in cast.bodies), cast.authority_id)
        if policy.seats == "allocated" and f"body:{body_id}" in visit.visitor.keys:
            return Placing(row, step.name, policy, body_id, programme.roles_of(path)[0])
    return None


def own_placing(visit: Visit, work: Work, round_id: int) -> Placing:
    """The round, for the body that gives its places. Raises NotFound."""
    found = placing_in(visit, work, round_id)
    if found is None:
        raise NotFound
    return found


@router.get("/rounds/{round_id}/placement")
def placement(
    visit: Visiting, round_id: int, list: int = 0, studio: str = "", only: str = "", solving: str = "", note: str = ""  # noqa: A002  names in the address
) -> Response:  # fmt: skip
    """Who waits, and the newest list (or the one asked for): where each goes, why, and what making it would do."""
    with visit.reading() as work:
        placing = own_placing(visit, work, round_id)
        if solving:
            return _solving(visit, work, placing, solving)
        context = _shown(visit, work, placing, list, studio, only)
    return visit.page("selection/placement.html", note=note, studio=studio, only=only, **context)


def _solving(visit: Visit, work: Work, placing: Placing, request_id: str) -> Response:
    """How far a proposal is: there, refused, or still being solved."""
    done = answer_of(work.session, request_id, f"person:{visit.visitor.person_id}", ACT)
    here = f"/rounds/{placing.row.id}/placement"
    if done:
        return RedirectResponse(f"{here}?list={done['listing']}", status_code=303)
    waiting = who_waits(work.session, placing.row.id, placing.step)
    return visit.page(
        "selection/placing.html", round=placing.row, here=here, address=f"{here}?solving={quote(request_id)}",
        refusal=refusal_of(visit, request_id, placing.row.id), waiting=len(waiting),
    )  # fmt: skip


def _shown(visit: Visit, work: Work, placing: Placing, wanted: int, studio: str, only: str) -> dict[str, Any]:
    row = placing.row
    lists = placements(work.session, row.id, placing.body_id)
    shown = next((one for one in lists if one.id == wanted), None if wanted else next(iter(lists), None))
    if wanted and shown is None:
        raise NotFound
    address = f"/programmes/{row.code}/{row.version_number}"
    lines = _lines(visit, work, shown) if shown is not None else []
    return {
        "round": row, "lists": lists, "list": shown, "all_lines": lines, "lines": _narrowed(lines, studio, only),
        "loads": loads_of(work, shown, lines, placing.policy, placing.role) if shown is not None else [],
        "waiting": who_waits(work.session, row.id, placing.step), "prefers": [_(PREFERS.get(one, one)) for one in placing.policy.prefer],
        "origin": provenance_of(placing.policy.origin("seats"), address),
    }  # fmt: skip


def _lines(visit: Visit, work: Work, listing: Any) -> list[PlaceLine]:
    results = preview_list(work, visit.visitor.actor, listing.id) if listing.made_at is None else None
    return place_lines(work, listing, entries_of(work.session, listing.id), results)


def _narrowed(lines: list[PlaceLine], studio: str, only: str) -> list[PlaceLine]:
    """The lines of one studio, or those changed by hand, without a place, or not as wished first."""
    kept = [one for one in lines if not studio.isdigit() or one.studio_id == int(studio)]
    ways = {
        "changed": lambda one: bool(one.changed_by),
        "left": lambda one: one.studio_id is None or bool(one.refused),
        "other": lambda one: one.studio_id is not None and not one.wishes.startswith(f"1. {one.studio}"),
    }
    return [one for one in kept if ways[only](one)] if only in ways else kept


@router.post("/rounds/{round_id}/placement")
def draft(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Propose a placement; one that takes longer than a page may wait goes on beside it."""
    with visit.reading() as work:
        own_placing(visit, work, round_id)
    listing_id = ask(visit, form.request_id, round_id)
    here = f"/rounds/{round_id}/placement"
    if listing_id is None:
        return visit.go(f"{here}?solving={quote(form.request_id)}")
    return visit.go(f"{here}?list={listing_id}", _("建议已算好，请逐人核对；定名单之前都可以调整。"))


@router.post("/rounds/{round_id}/placement/{listing_id}")
def act(visit: Visiting, form: Posted, round_id: int, listing_id: int) -> Response:
    """Change one entry with a reason, or make the list: this is the decision."""
    here = f"/rounds/{round_id}/placement?list={listing_id}"
    match form.text("act"):
        case "change":
            visit.once(
                form, f"place otherwise:{listing_id}", lambda work: _change(visit, work, form, round_id, listing_id)
            )
            return visit.go(f"{here}#run-{form.text('run')}", _("已调整，理由和原建议都写在名单上。"))
        case "make":
            said = visit.once(
                form, f"make placement:{listing_id}", lambda work: _make(visit, work, round_id, listing_id)
            )
            if said["entries"] > CHUNK:
                return visit.go(here, _("名单已定，正在逐人办理；本人都会收到通知。"))
            apply_list(visit.engine, visit.book, listing_id, visit.now)
            return visit.go(here, _("名单已定，逐人办完；本人都会收到通知。"))
    raise Refused("unknown_act", _("没有这种办理。没有改动任何内容。"))


def _change(visit: Visit, work: Work, form: Form, round_id: int, listing_id: int) -> Mapping[str, Any]:
    _list(visit, work, round_id, listing_id)
    run, studio = form.text("run"), form.text("studio")
    if not run.isdigit():
        raise NotFound
    wanted = int(studio) if studio.isdigit() else None
    place_otherwise(work, visit.visitor.actor, listing_id, int(run), wanted, form.text("reason")[:500])
    return {"run": int(run)}


def _make(visit: Visit, work: Work, round_id: int, listing_id: int) -> Mapping[str, Any]:
    _list(visit, work, round_id, listing_id)
    make_list(work, visit.visitor.actor, listing_id)
    return {"entries": len(entries_of(work.session, listing_id))}


def _list(visit: Visit, work: Work, round_id: int, listing_id: int) -> Any:
    """A list of the visitor's body in the round. Raises NotFound."""
    placing = own_placing(visit, work, round_id)
    found = next((one for one in placements(work.session, round_id, placing.body_id) if one.id == listing_id), None)
    if found is None:
        raise NotFound
    return found


def list_in(visit: Visit, work: Work, listing_id: int) -> Any:
    """A placement of the visitor's body, in whatever round it is. Raises NotFound."""
    return _list(visit, work, round_placed(work.session, listing_id), listing_id)


@router.get("/rounds/{round_id}/placement/{listing_id}/list.xlsx")
def workbook(visit: Visiting, round_id: int, listing_id: int) -> Response:
    """The list with every reason, as xlsx."""
    with visit.reading() as work:
        placing = own_placing(visit, work, round_id)
        lines = _lines(visit, work, _list(visit, work, round_id, listing_id))
    title = _("{round}统筹调配名单", round=placing.row.title)
    said = f"attachment; filename=\"placement-{listing_id}.xlsx\"; filename*=UTF-8''{quote(title + '.xlsx')}"
    headers = {"Content-Disposition": said, "Cache-Control": "no-store"}
    return Response(placement_workbook(title, lines, visit.today), media_type=SPREADSHEET, headers=headers)
