"""Delivering results together (送达名单): drafted from what is confirmed, shown with every refusal, made once, applied in chunks."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import CHUNK, apply_list, make_list, preview_list
from flows.engine.work import Work
from flows.office.releasing import draft_release
from models.queries.releases import release_list, release_lists, released_entries, waiting_results
from web.i18n import _
from web.visit import Posted, Visit, Visiting

router = APIRouter()


def _bodies(visit: Visit) -> list[int]:
    return [office.body_id for office in visit.visitor.offices if office.role == "administrator"]


@router.get("/results")
def results(visit: Visiting, note: str = "") -> Response:
    """Confirmed results that wait to be delivered, by assessment, and the lists made so far."""
    desks = [key for key in visit.visitor.keys if key.startswith("body:")]
    with visit.reading() as work:
        waiting = waiting_results(work.session, desks)
        lists = release_lists(work.session, _bodies(visit))
    return visit.page("assessments/results.html", waiting=waiting, lists=lists, note=note)


@router.post("/results")
def draft(visit: Visiting, form: Posted) -> Response:
    """Write a list of what is confirmed; its page shows what delivering it would do."""
    key, period = form.text("key"), form.text("period")
    answer = visit.once(
        form,
        f"draft release:{key}",
        lambda work: {"listing": draft_release(work, visit.visitor.actor, key, period or None)},
    )
    return visit.go(f"/results/{answer['listing']}")


@router.get("/results/{listing_id}")
def listing(visit: Visiting, listing_id: int, note: str = "") -> Response:
    """A list: what it would do while drafted, refusals first; what it did once made."""
    with visit.reading() as work:
        found = _list(work, visit, listing_id)
        entries = released_entries(work.session, listing_id)
        refused: dict[int, str] = {}
        if found.made_at is None:
            for result in preview_list(work, visit.visitor.actor, listing_id):
                if isinstance(result.outcome, Refusal):
                    refused[result.intent.run_id] = result.outcome.says
        else:
            refused = {row.run_id: row.reason for row in entries if row.outcome == "fell_out"}
    lines = sorted(entries, key=lambda row: (row.run_id not in refused, row.position))
    grades: dict[str, int] = {}
    for row in entries:
        grades[row.shown.get("grade", "")] = grades.get(row.shown.get("grade", ""), 0) + 1
    settled = sum(row.applied_at is not None for row in entries)
    return visit.page(
        "assessments/list.html", list=found, lines=lines, refused=refused, grades=grades, settled=settled, note=note
    )


@router.post("/results/{listing_id}")
def make(visit: Visiting, form: Posted, listing_id: int) -> Response:
    """Make the list: every result on it is delivered as of now, and what follows from it happens."""

    def decide(work: Work) -> Mapping[str, Any]:
        found = _list(work, visit, listing_id)
        if found.made_at is not None:
            raise Refused("made_before", _("这份名单已经定了，不能再定一次。"))
        make_list(work, visit.visitor.actor, listing_id)
        return {"entries": len(released_entries(work.session, listing_id))}

    done = visit.once(form, "make release list", decide)
    if done["entries"] <= CHUNK:
        apply_list(visit.engine, visit.book, listing_id, visit.now)
    return visit.go(f"/results/{listing_id}", _("名单已定，结果按名单送达。"))


def _list(work: Work, visit: Visit, listing_id: int) -> Any:
    found = release_list(work.session, listing_id, _bodies(visit))
    if found is None:
        raise NotFound
    return found
