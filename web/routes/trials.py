"""Trials (发布前演练): a draft walked through on a copy of the bureau; how far it is, and what was found."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.planning import planned_round
from flows.trial.asking import ask, run
from flows.trial.gate import standing
from flows.trial.paces import ORDINARY
from web.long_imports import WORKERS
from web.routes.rounds import round_seen
from web.views.cases import provenance_of
from web.views.trials import loads_shown, steps_shown
from web.visit import Posted, Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/trial")
def trial(visit: Visiting, round_id: int, note: str = "") -> Response:
    """How far the trial of a round is, or what it found; after the launch what it had found."""
    with visit.reading() as work:
        row = round_seen(work, visit, round_id)
        if f"body:{row.authority_body_id}" not in visit.visitor.keys:
            raise NotFound
        tried = standing(work, round_id)
        address = f"/programmes/{row.code}/{row.version_number}"
        report = tried.report
        rows, ground = steps_shown(report, work.calendar, visit.today) if report is not None else ((), ())
    return visit.page(
        "rounds/trial.html", row=row, tried=tried, report=report, rows=rows, ground=ground, paces=ORDINARY, note=note,
        loads=loads_shown(report) if report is not None else (), planned=row.state == "planned", address=address,
        provenance_of=provenance_of,
    )  # fmt: skip


@router.post("/rounds/{round_id}/trial")
def begin(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Begin a trial of the draft as it is now; one that is at it already goes on."""

    def order(work: Work) -> Mapping[str, Any]:
        planned_round(work, visit.visitor.actor, round_id)
        return {"trial": ask(work, round_id, visit.visitor.person_id or 0)}

    said = visit.once(form, "try round", order)
    WORKERS.submit(run, visit.engine, visit.request.app.state.clock, said["trial"])
    return visit.go(f"/rounds/{round_id}/trial")
