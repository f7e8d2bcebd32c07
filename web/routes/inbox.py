"""The inbox (收件箱): what waits for me, which first, and the decision of the open case; many at once with a preview."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.work import Work
from models.queries.applications import (
    application_of,
    checks_of,
    history_of,
    holders_of,
    papers_of,
    post_title,
    reminders_of,
    runs_of,
)
from models.queries.bulk import held_acts, held_runs
from models.queries.inbox import InboxFilter, box_choices, box_counts, findings, inbox, inbox_case
from models.queries.notices import open_rounds
from models.queries.scope import visible_applications
from models.queries.studios import returned
from web.display import Tab, clock_time
from web.i18n import _
from web.saved_views import saved_views
from web.views import inbox as views
from web.views.activity_waits import LEAVE, Asked, among, asked_leave, in_box, open_leave, shown
from web.views.applications import (
    Reader,
    check_lines,
    check_summary,
    facts_of,
    paper_lines,
    timeline_of,
)
from web.views.bulk import ACTS
from web.views.cases import decision_of
from web.views.plain_cases import plain_facts
from web.views.wishes import answers_of
from web.visit import Visit, Visiting

router = APIRouter()
TABS = ("act", "papers", "checks", "record")


@router.get("/inbox")
def inbox_page(
    visit: Visiting, box: str = "todo", run: int | None = None, round: str = "", stage: str = "", school: str = "",  # noqa: A002  names in the address
    page: int = 1, tab: str = "act", leave: int | None = None, note: str = "",
) -> Response:  # fmt: skip
    """The list of a box, and beside it the case that is open: the one asked for, else (on a desk) the first."""
    wanted = wanted_of(box, stage, round, school, page)
    with visit.reading() as work:
        context = list_context(visit, work, wanted, run, leave=leave)
        opened = context["open_run"]
        case = case_context(visit, work, opened, tab, wanted) if opened else None
        asked = next((one for one in context["leaves"] if one.value == context["open_leave"]), None)
        answer = open_leave(work, asked) if asked is not None else None
    return visit.page(
        "inbox/list.html", wanted=wanted, case=case, answer=answer, asked=run is not None or leave is not None, note=note, bulk=None, **context
    )  # fmt: skip


def wanted_of(box: str, stage: str, round_: str, school: str, page: int) -> InboxFilter:
    """The filter that an address or a form asks for; unknown boxes are the first."""
    number = int(round_) if round_.isdigit() else None
    return InboxFilter(box if box in views.BOXES else "todo", stage, number, school, None, max(page, 1))


def list_context(
    visit: Visit, work: Work, wanted: InboxFilter, run: int | None, checked: frozenset[int] = frozenset(), *, leave: int | None = None
) -> dict[str, Any]:  # fmt: skip
    """Everything the list shows; a fixed number of queries, however many rows."""
    visitor = visit.visitor
    person = visitor.person_id or 0
    wanted = views.narrowed(work, wanted)
    until = views.soon_until(work)
    counts = box_counts(work.session, visitor.keys, person, visit.now, until)
    rows, total = inbox(work.session, visitor.keys, person, visit.now, wanted)
    choices = box_choices(work.session, visitor.keys, person, visit.now, wanted)
    found = findings(work.session, {row.application_id for row in rows if row.application_id and not row.blind})
    leaves = asked_leave(work, visitor.keys)
    counts = {box: n + len(in_box(leaves, box, visit.now, until)) for box, n in counts.items()}
    boxed = in_box(leaves, wanted.box, visit.now, until)
    filters = views.filters_of(choices, wanted, [(LEAVE, _("请假"))] if boxed else [])
    listed = shown(boxed, wanted)
    open_run, opened = _opened(rows, listed, run, leave)
    held = held_runs(work.session, [row.run_id for row in rows], visit.now)
    groups = views.groups_of(work, rows, found, wanted, open_run, checked, mine=visitor.keys, held=held)
    groups = among(groups, work, listed, wanted.box, opened)
    # Who holds no office and has nothing to do may come to apply: the round that takes applications is named to them.
    taking = open_rounds(work.session) if not counts["todo"] and not visitor.offices else ()
    return {
        "taking": [one for one in taking if one.state == "open"], "leaves": leaves, "open_leave": opened, "open_run": open_run,
        "tabs": views.tabs_of(counts, wanted), "counts": counts, "filters": filters, "chosen": views.chosen_of(filters, wanted),
        "groups": groups, "total": total, "paging": views.paging_of(total, wanted), "clear": f"/inbox?box={wanted.box}",
        "held_open": clock_time(held[open_run][1]) if open_run is not None and open_run in held else "",
        "undoable": held_lines(visit, work),
        "saved": saved_views(work.session, person, "inbox", visit.request.query_params),
    }  # fmt: skip


def _opened(
    rows: Sequence[Any], leaves: Sequence[Asked], run: int | None, leave: int | None
) -> tuple[int | None, int | None]:
    """What is open beside the list, as (run, leave): what was asked for, else whatever is due first."""
    if run is not None or leave is not None:
        return run, leave
    due = rows[0].due_at if rows else None
    if leaves and (due is None or leaves[0].at < due):
        return None, leaves[0].value
    return (rows[0].run_id if rows else None), None


def held_lines(visit: Visit, work: Work) -> list[tuple[str, str]]:
    """What the visitor may still take back whole: words and where."""
    return [
        (_("{act} {n} 件，{time} 前可以整批撤回。", act=_(ACTS.get(one.act, one.act)), n=one.n, time=clock_time(one.until)),
         f"/inbox/bulk/{one.request_id}")
        for one in held_acts(work.session, visit.visitor.person_id or 0, visit.now)
    ]  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What of an application the visitor may see."""

    row: Any
    address: str


def _seen(visit: Visit, work: Work, application_id: int | None) -> _Seen | None:
    if application_id is None:
        return None
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    row = application_of(work.session, application_id, scope)
    return _Seen(row, f"/programmes/{row.code}/{row.version_number}") if row else None


def case_context(visit: Visit, work: Work, run_id: int, tab: str, wanted: InboxFilter) -> dict[str, Any] | None:
    """The open case; None when it is not there or not the visitor's to see (the same for both)."""
    row = inbox_case(work.session, run_id)
    if row is None:
        return None
    apart = row.blind or row.opinion_kind in {"vote", "hearing"}  # what has a page of its own
    seen = _seen(visit, work, None if apart else row.application_id)
    if seen is None:
        if row.desk not in visit.visitor.keys:
            return None
        said = returned(work.session, [row.run_id]).get(row.run_id) if row.subject_kind == "duty" else None
        return {"head": views.open_case(work, row, ""), "tab": "act", "tabs": (), "decision": None, "plain": True,
                "facts": plain_facts(work, row), "said": said}  # fmt: skip
    return _application_case(visit, work, row, seen, tab, wanted)


def _application_case(visit: Visit, work: Work, row: Any, seen: _Seen, tab: str, wanted: InboxFilter) -> dict[str, Any]:
    today, application = visit.today, seen.row
    checks, papers = checks_of(work.session, application.id), papers_of(work.session, application.id)
    runs, history = runs_of(work.session, application.id), history_of(work.session, application.id)
    live = [one for one in runs if one.ended_at is None]
    holders = holders_of(work.session, {one.desk for one in live if one.desk}, today)
    reader = Reader("administrator" in visit.visitor.roles, application.id)
    record = timeline_of(work, history, runs, holders, reminders_of(work.session, [one.id for one in live]), reader)
    lines = check_lines(checks, seen.address)
    met = sum(one.look in {"passed", "judged", "waived"} for one in lines)
    decision = decision_of(work, row.run_id, visit.visitor.actor, checks, papers, seen.address)
    said = [one for one in record if one.look == "done" and one.opinion]
    shown = tab if tab in TABS else "act"
    titles = {"act": (_("办理"), None), "papers": (_("申报材料"), len(papers)), "checks": (_("资格核对"), f"{met}/{len(lines)}"),
              "record": (_("流转记录"), len(record))}  # fmt: skip
    tabs = tuple(
        Tab(label, views.address(wanted, run=row.run_id, tab=key if key != "act" else ""), count, key == shown)
        for key, (label, count) in titles.items()
    )
    return {
        "head": views.open_case(work, row, seen.address, post_title(work.session, application.person_id, today)), "plain": False,
        "tab": shown, "tabs": tabs, "decision": decision, "checks": lines, "summary": check_summary(lines), "record": record,
        "papers": paper_lines(papers), "answers": answers_of(work, application), "before": said[-1] if said else None,
        "facts": facts_of(application, lines),
        "back": views.address(wanted), "mine": row.desk in visit.visitor.keys and row.ended_at is None,
    }  # fmt: skip
