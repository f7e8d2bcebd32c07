"""Plaques (发文与挂牌): what stands before each, announcing and hanging."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply
from flows.engine.errors import NotFound
from flows.engine.work import Intent, Work
from models.queries.selection import numbers_given, plaque_of, plaques_in, setup_duties
from web.display import run_mark
from web.i18n import _, word
from web.routes.ranking import round_under
from web.views.plaques import plaque_lines
from web.visit import Posted, Visit, Visiting

router = APIRouter()
NUMBERS = {"announcement": word("公布文号"), "plaque": word("牌匾编号"), "certificate": word("证书编号")}


@router.get("/rounds/{round_id}/plaques")
def plaques(visit: Visiting, round_id: int, note: str = "") -> Response:
    """All studios of a round on their way to the plaque."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        lines = plaque_lines(work, plaques_in(work.session, round_id), visit.visitor.actor)
    ready = {event: [line for line in lines if line.ready == event] for event in ("announce", "register", "hang")}
    return visit.page("plaques/round.html", round=one, lines=lines, ready=ready, note=note)


@router.get("/plaques/{run_id}")
def plaque(visit: Visiting, run_id: int, note: str = "") -> Response:
    """One studio before its plaque: what is missing, by name."""
    with visit.reading() as work:
        row = _plaque(work, visit, run_id)
        line = plaque_lines(work, [row], visit.visitor.actor)[0]
        duties = setup_duties(work.session, [row.studio_id]).get(row.studio_id, ())
        marks = [(one, run_mark("activities", one.state)) for one in duties]
        numbers = [(_(NUMBERS[kind]), number) for kind, number in numbers_given(work.session, run_id, row.studio_id)]
    return visit.page("plaques/plaque.html", row=row, line=line, duties=marks, numbers=numbers, note=note)


@router.post("/plaques/{run_id}")
def hang(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Hang one plaque, the cycle begins today; or register where no plaque is hung."""
    event = "register" if form.text("act") == "register" else "hang"

    def act(work: Work) -> Mapping[str, Any]:
        row = _plaque(work, visit, run_id)
        return {"version": apply(work, Intent(row.id, event, {}, form.version), visit.visitor.actor).version}

    visit.once(form, "hang", act)
    said = _("已登记，工作室设立。") if event == "register" else _("已挂牌，建设周期从今天开始。")
    return visit.go(f"/plaques/{run_id}", said)


def _plaque(work: Work, visit: Visit, run_id: int) -> Any:
    bodies = [office.body_id for office in visit.visitor.offices if office.role == "administrator"]
    row = plaque_of(work.session, run_id, bodies)
    if row is None:
        raise NotFound
    return row
