"""Ranking and lists (评审排序、名单): how the places were found, and every list of a round: drafted, shown, made, applied."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import local_day
from flows.engine.errors import EngineError, NotFound, Refused
from flows.engine.lists import CHUNK, apply_list, make_list, preview_list
from flows.engine.work import Work
from flows.office.selection import (
    announce,
    draft_announcement,
    draft_draw,
    draft_posting,
    draft_ranking,
    post,
)
from models.queries.programmes import programme_of
from models.queries.selection import (
    entries_of,
    experts_named,
    list_of,
    lists_of,
    places_of,
    refusals_in,
    reviews_in,
    round_for,
)
from web.app import provenance
from web.i18n import _
from web.views.minutes import SCORES
from web.views.notices import period_of
from web.views.selection import drafted_lines, drawn_again, made_lines, ranking_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/ranking")
def ranking(visit: Visiting, round_id: int, note: str = "", all: int = 0) -> Response:  # noqa: A002  the name in the address
    """How the places were found: marks, means, spreads, ties, the cut; `all` shows every row."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        policy = policy_of(work, one, "expert_review")
        shown = ranking_of(work, round_id, policy, blind=policy.blind)
        states = reviews_in(work.session, round_id)
        places, home = places_of(work.session, round_id), programme_of(work.session, one.version_id)
        draws = [row for row in lists_of(work.session, round_id, "draw") if row.made_at is not None]
        context = {
            "round": one, "ranking": shown, "policy": policy, "states": states, "draws": draws,
            "out": states.get("unassigned", 0) + states.get("scoring", 0), "selected": sum(row.outcome == "selected" for row in shown.rows),
            "places": places, "places_by": provenance(places.origin, home) if places else None, "tie_by": provenance(policy.origin("tie"), home),
            "disputed_by": provenance(policy.origin("disputed_above"), home), "recused": refusals_in(work.session, round_id), "reserved": policy.runners_up,
            "score": SCORES[policy.score],
        }  # fmt: skip
    return visit.page("selection/ranking.html", note=note, everything=bool(all), **context)


@router.post("/rounds/{round_id}/lists")
def draft(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Write a list down without deciding it; its page shows what it would do."""
    act = form.text("act")
    answer = visit.once(form, f"draft {act}", lambda work: {"listing": _drafted(work, visit, form, round_id, act)})
    return visit.go(f"/rounds/{round_id}/lists/{answer['listing']}")


def _drafted(work: Work, visit: Visit, form: Form, round_id: int, act: str) -> int:
    round_under(work, visit, round_id)
    actor = visit.visitor.actor
    runs = [int(one) for one in form.texts("run") if one.isdigit()] or None
    if act == "draw":
        limit = form.text("limit")
        if not form.text("seed"):
            raise Refused("needs_seed", _("请填写抽取种子。没有改动任何内容。"))
        try:
            return draft_draw(
                work, actor, round_id, form.text("seed"), int(limit) if limit.isdigit() and int(limit) else None
            )
        except Refused:
            raise
        except EngineError as lacking:
            raise Refused("too_few_experts", str(lacking)) from lacking
    if act == "rank":
        kept = form.text("reserved")
        return draft_ranking(work, actor, round_id, int(kept) if kept.isdigit() else None)
    if act == "post":
        return draft_posting(work, actor, round_id, runs)
    if act in {"announce", "register", "hang"}:
        return draft_announcement(work, actor, round_id, act, runs)
    raise Refused("unknown_act", _("没有这种名单。没有改动任何内容。"))


@router.get("/rounds/{round_id}/lists/{listing_id}")
def listing(visit: Visiting, round_id: int, listing_id: int, note: str = "", check: int = 0) -> Response:
    """A list: what it would do while drafted, refusals first; what it did once made. `check` repeats a draw."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        found = _list(work, round_id, listing_id)
        entries = entries_of(work.session, listing_id)
        people = experts_named(
            work.session, {who for row in entries for key in ("panel", "reserves") for who in row.payload.get(key, ())}
        )
        hidden = _names_hidden(work, one, found)
        if found.made_at is None:
            results = preview_list(work, visit.visitor.actor, listing_id)
            lines = drafted_lines(entries, results, hidden=hidden, people=people)
        else:
            lines = made_lines(entries, hidden=hidden, people=people)
        context = {
            "round": one, "list": found, "lines": lines, "hidden": hidden, "passing": sum(not line.refused for line in lines),
            "settled": sum(row.applied_at is not None for row in entries), "groups": _groups(entries),
            "period": _period(work, one, found), "proof": drawn_again(found, entries) if check and found.act == "draw" and entries else None,
        }  # fmt: skip
    return visit.page("selection/list.html", note=note, **context)


@router.post("/rounds/{round_id}/lists/{listing_id}")
def make(visit: Visiting, form: Posted, round_id: int, listing_id: int) -> Response:
    """Make a list: this is the decision. A short one is applied at once, a long one by the clock."""

    def decide(work: Work) -> Mapping[str, Any]:
        round_under(work, visit, round_id)
        found = _list(work, round_id, listing_id)
        number = _made(work, visit, round_id, found)
        return {"number": number, "entries": len(entries_of(work.session, listing_id))}

    answer = visit.once(form, "make list", decide)
    if answer["entries"] <= CHUNK:
        apply_list(visit.engine, visit.book, listing_id, visit.now)
    says = _("名单已定，编号 {number}。", number=answer["number"]) if answer["number"] else _("名单已定。")
    return visit.go(f"/rounds/{round_id}/lists/{listing_id}", says)


def _made(work: Work, visit: Visit, round_id: int, found: Any) -> str:
    actor = visit.visitor.actor
    if found.made_at is not None:
        raise Refused("made_before", _("这份名单已经定了，不能再定一次。"))
    if found.act == "post":
        return post(work, actor, found.id, round_id)
    if found.act == "announce":
        return announce(work, actor, found.id, round_id)
    make_list(work, actor, found.id)
    return ""


def _list(work: Work, round_id: int, listing_id: int) -> Any:
    found = list_of(work.session, round_id, listing_id)
    if found is None:
        raise NotFound
    return found


def round_under(work: Work, visit: Visit, round_id: int) -> Any:
    """A round under the visitor's authority. Raises NotFound."""
    bodies = [office.body_id for office in visit.visitor.offices if office.role == "administrator"]
    one = round_for(work.session, round_id, bodies)
    if one is None:
        raise NotFound
    return one


def policy_of(work: Work, one: Any, stage: str) -> Any:
    """The policy of a round's first step of a stage. Raises NotFound when its path has none."""
    book: Any = work.book
    path = book.programme(work.session, one.version_id).path(one.path)
    step = next((step.name for step in path.steps if step.stage == stage), None)
    if step is None:
        raise NotFound
    return work.book.rule(work.session, one.version_id, one.path, step, one.id).policy


def _names_hidden(work: Work, one: Any, found: Any) -> bool:
    """In a blind review names appear only once a ranking is confirmed."""
    if found.act not in {"draw", "rank"} or not policy_of(work, one, "expert_review").blind:
        return False
    return not any(row.made_at for row in lists_of(work.session, one.id, "rank"))


def _groups(entries: Any) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for row in entries:
        outcome = row.payload.get("outcome")
        if outcome:
            found[outcome] = found.get(outcome, 0) + 1
    return found


def _period(work: Work, one: Any, found: Any) -> Any:
    """From when to when the notice would run, were it posted today (or as it was posted)."""
    if found.act not in {"rank", "post"}:
        return None
    try:
        policy = policy_of(work, one, "public_notice")
    except NotFound:
        return None
    posted = local_day(found.made_at if found.act == "post" and found.made_at else work.now)
    return posted, period_of(work, policy, posted).on
