"""Seats in doubt (任职变动): whose post no longer bears their seat; an officer looks and notes it, nothing follows by itself."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.eligibility import Unfit, seats_in_doubt
from flows.office.findings import note_loss
from models.queries.naming import losses_noted, losses_under_way, running_studios, running_versions, seat_studio
from web.display import Paging
from web.i18n import _
from web.views.cases import provenance_of
from web.visit import Posted, Visit, Visiting

router = APIRouter()
PAGE = 300  # studios looked at for one page


@router.get("/doubts")
def doubts(visit: Visiting, page: int = 1, note: str = "") -> Response:
    """The seats of one's running studios whose holders lost what the text asks, with each criterion and its clause."""
    with visit.reading() as work:
        mine = own_studios(visit, work)
        first = PAGE * (max(page, 1) - 1)
        found = seats_in_doubt(work, mine[first : first + PAGE]) if mine else ()
        noted = losses_noted(work.session, [one.seat_id for one in found])
        settling = losses_under_way(work.session, noted)
        titles = _titles(visit, work)
        lines = [_line(one, titles, noted.get(one.seat_id), settling=one.seat_id in settling) for one in found]
    last = min(first + PAGE, len(mine))
    paging = Paging(
        first + 1, last, len(mine), f"/doubts?page={page - 1}" if page > 1 else "", f"/doubts?page={page + 1}" if last < len(mine) else ""
    )  # fmt: skip
    open_ = sum(line["noted"] is None for line in lines)
    return visit.page(
        "studios/doubts.html",
        lines=lines,
        paging=paging if len(mine) > PAGE else None,
        looked=len(mine),
        open=open_,
        note=note,
    )


def own_studios(visit: Visit, work: Work) -> list[int]:
    """The running studios under programmes that the visitor's body decides on, or runs as its office."""
    mine = []
    for version_id in running_versions(work.session, visit.today):
        cast = work.book.cast(work.session, version_id)
        if {f"body:{cast.authority_id}", f"body:{cast.office_id}"} & visit.visitor.keys:
            mine.append(version_id)
    return list(running_studios(work.session, mine, visit.today)) if mine else []


def _line(one: Unfit, titles: Mapping[str, str], noted: Any, *, settling: bool) -> dict[str, Any]:
    checks = [(check.title, check.reason, provenance_of(check.origin)) for check in one.checks]
    return {"seat": one, "role": titles.get(one.role, one.role), "checks": checks, "noted": noted, "settling": settling}


def _titles(visit: Visit, work: Work) -> Mapping[str, str]:
    """What the roles of the running programmes are called."""
    people = [visit.book.programme(work.session, one).people for one in running_versions(work.session, visit.today)]
    return {role.name: role.title for roles in people for role in roles.values()}


@router.post("/doubts/{seat_id}")
def note_one(visit: Visiting, form: Posted, seat_id: int) -> Response:
    """Note that somebody no longer has what their role asks; what the text lets follow, follows."""

    def do(work: Work) -> Mapping[str, Any]:
        if seat_studio(work.session, seat_id) not in own_studios(visit, work):
            raise NotFound
        return {"decision": note_loss(work, visit.visitor.actor, seat_id, form.text("reason")[:500])}

    done = visit.once(form, f"note loss:{seat_id}", do)
    return visit.go(f"/decisions/{done['decision']}", _("已记录，理由和条款写入决定；办法规定要跟着办的已经开始。"))
