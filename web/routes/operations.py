"""Operations (运行状况) and audit (审计): what the system does for us, whether anything is stuck, who did what."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import end_of_day, start_of_day
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from models.queries.audit import (
    PAGE,
    AuditFilter,
    Resolution,
    chain_of,
    depths,
    incidents,
    leases,
    resolve_incident,
    transitions,
)
from web.i18n import _
from web.routes.people import administered_by
from web.views.audit import chain_fault, line_of
from web.visit import Posted, Visit, Visiting

router = APIRouter()


@router.get("/operations")
def operations(visit: Visiting) -> Response:
    """Incidents first, then who leads, how much waits, what is not finished."""
    return _shown(visit)


def _shown(visit: Visit, refused: str = "", about: int = 0, *, again: bool = True) -> Response:
    """The page; `refused`: why the incident `about` was not resolved, said beside it with what was ticked."""
    bodies = administered_by(visit)
    with visit.reading() as work:
        open_ones, solved = incidents(work.session, bodies), incidents(work.session, bodies, resolved=True)
        led, waits = leases(work.session), depths(work.session, bodies, visit.now)
    return visit.page(
        "operations/status.html", 409 if refused else 200, incidents=open_ones, solved=solved, leases=led, depths=waits, now=visit.now,
        refused=refused, about=about, again=again,
    )  # fmt: skip


@router.post("/operations/incidents/{incident_id}")
def resolve(visit: Visiting, incident_id: int, form: Posted) -> Response:
    """Resolve an incident with a reason, and look at its case once more if wished."""
    reason, again = form.text("reason"), bool(form.text("again"))
    if not reason:
        return _shown(visit, _("请先写明怎样处理的。没有改动任何内容。"), incident_id, again=again)

    def act(work: Work) -> dict[str, int]:
        done = Resolution(visit.visitor.person_id or 0, reason, visit.now, again)
        if not resolve_incident(work.session, incident_id, administered_by(visit), done):
            raise NotFound
        return {"incident": incident_id}

    visit.once(form, f"resolve incident {incident_id}", act)
    return visit.go("/operations", _("故障件已处理。"))


@router.get("/audit")
def audit(
    visit: Visiting, case: str = "", person: str = "", since: str = "", until: str = "", run: int | None = None,
    before: int | None = None,
) -> Response:  # fmt: skip
    """What was done, newest first; the chain of one run is checked when a run is asked for."""
    first, last = _day(since), _day(until)
    wanted = AuditFilter(
        run, case.strip(), person.strip(), start_of_day(first) if first else None, end_of_day(last) if last else None, before
    )  # fmt: skip
    who, bodies = visit.visitor.person_id or 0, visit.visitor.body_ids
    with visit.reading() as work:
        rows = transitions(work.session, who, bodies, wanted)
        head, history = chain_of(work.session, run, who, bodies) if run is not None else ("", ())
    if run is not None and not history:
        raise NotFound
    fault = chain_fault(head, history) if history else None
    return visit.page(
        "operations/audit.html", lines=[line_of(row, visit.today) for row in rows], case=case, person=person, since=since,
        until=until, run=run, fault=fault, links=len(history), older=rows[-1].id if len(rows) == PAGE else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("no_such_day", _("日期没有填对，请从日历里选。")) from error
