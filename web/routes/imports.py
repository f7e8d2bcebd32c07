"""Importing a roster (名册导入): upload, a dry run that names every fault, then all rows or only the good ones."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.importing import Order, ask, begin_drafts, latest, summary_of
from flows.roster import (
    ImportPlan,
    UnreadableWorkbook,
    marked_workbook,
    plan_import,
    store_import,
    template_workbook,
)
from models.queries.rounds import rounds
from web.display import Choice, Tab
from web.i18n import _
from web.long_imports import ImportPage, at_work, content_of, is_long, jobs_of, start, waiting_page, words_of
from web.papers import keep
from web.routes.rounds import round_scope, seen_by
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE, SHOWN = 200, 200


@router.get("/imports")
def upload_page(visit: Visiting, note: str = "") -> Response:
    """Take the template, send the workbook."""
    return visit.page("imports/upload.html", note=note, error="", tabs=tabs_of("/imports"))


def tabs_of(here: str) -> tuple[Tab, ...]:
    """The two kinds of workbooks that can be imported."""
    kinds = ((_("名册"), "/imports"), (_("已有工作室"), "/imports/studios"))
    return tuple(Tab(label, href, active=href == here) for label, href in kinds)


@router.get("/imports/template.xlsx")
def template(visit: Visiting) -> Response:
    """The empty workbook with headers, lists and guidance."""
    del visit
    return workbook_answer(template_workbook(), "roster-template.xlsx")


@router.post("/imports")
def upload(visit: Visiting, form: Posted) -> Response:
    """Keep the workbook; nothing of it is stored yet."""

    def take(work: Work) -> Mapping[str, Any]:
        sha256 = keep(work.session, workbook_in(form, "roster"), visit.now)[0]
        return {
            "sha256": sha256,
            "job": _asked(work, visit, Order(sha256, "check", importing_body(visit))) if is_long(sha256) else 0,
        }

    try:
        said = visit.once(form, "keep roster", take)
    except Refused as refusal:
        return visit.page("imports/upload.html", 409, note="", error=refusal.says, tabs=tabs_of("/imports"))
    if said["job"]:
        start(visit, said["job"])
    return visit.go(f"/imports/{said['sha256']}")


def workbook_in(form: Form, key: str) -> UploadFile:
    """The workbook that was sent in a field. Raises Refused when none was, or something else."""
    sent = form.files(key)
    if not sent or not (sent[0].filename or "").lower().endswith(".xlsx"):
        raise Refused("wrong_kind", _("没有传上：请选一个 Excel 工作簿（.xlsx）。没有写入任何数据。"))
    return sent[0]


def _page(import_id: str, round_id: int) -> ImportPage:
    carries = {"round_id": str(round_id)} if round_id else {}
    return ImportPage("/imports", f"/imports/{import_id}", _("名册"), carries, "/people", words_of)


@router.get("/imports/{import_id}")
def dry_run(
    visit: Visiting, import_id: str, round_id: int = 0, note: str = "", every: int = 0, job: int = 0
) -> Response:
    """What an import would do, and every fault by sheet, row and column; of a long one, how far it is."""
    long = is_long(import_id)
    with visit.reading() as work:
        open_rounds = [Choice(str(one.id), one.title, chosen=one.id == round_id) for one in _open_rounds(work, visit)]
        if long:
            stored, checked = jobs_of(work, visit, import_id, round_id)
            found = checked.result if checked is not None and checked.state == "done" else None
        else:
            found = summary_of(_plan(work, visit, import_id, round_id))
    if long:
        waiting = waiting_page(visit, _page(import_id, round_id), stored, checked, job)
        if waiting is not None:
            return waiting
    assert found is not None  # what is not done has its own page
    faults, counts = found["faults"], found["counts"]
    return visit.page("imports/plan.html", plan=found, counts=counts, sheets=found["sheets"], good=counts["new"] + counts["changed"],
                      import_id=import_id, rounds=open_rounds, round_id=round_id, note=note, every=every,
                      shown=faults if every else faults[:SHOWN])  # fmt: skip


@router.post("/imports/{import_id}/check")
def check_again(visit: Visiting, form: Posted, import_id: str) -> Response:
    """Check a long workbook, for the chosen round or anew."""
    round_id = _round(form)

    def order(work: Work) -> Mapping[str, Any]:
        must_be_open(work, visit, round_id)
        content_of(import_id)
        return {"job": _asked(work, visit, Order(import_id, "check", importing_body(visit), round_id or None))}

    start(visit, visit.once(form, "check roster", order)["job"])
    return visit.go(_page(import_id, round_id).address())


def _asked(work: Work, visit: Visit, order: Order) -> int:
    """The job that is at this already, else a fresh one."""
    person = visit.visitor.person_id or 0
    live = latest(work.session, order.sha256, person, order.round_id, order.kind)
    if at_work(live, work.now):
        return int(live.id)
    return ask(work.session, order, person, work.now)


@router.get("/imports/{import_id}/marked.xlsx")
def marked(visit: Visiting, import_id: str, round_id: int = 0) -> Response:
    """The workbook as it came, each fault written beside its row."""
    with visit.reading() as work:
        plan = _plan(work, visit, import_id, round_id)
    try:
        return workbook_answer(marked_workbook(content_of(import_id), plan), "roster-marked.xlsx")
    except UnreadableWorkbook as error:
        raise Refused("unreadable", str(error)) from error


@router.post("/imports/{import_id}")
def import_rows(visit: Visiting, form: Posted, import_id: str) -> Response:
    """Store all rows, or only the good ones; rows of the sheet 申报 become drafts of their people in the round that was chosen."""
    round_id = _round(form)
    if is_long(import_id):
        return _store_long(visit, form, import_id, round_id)

    def store(work: Work) -> Mapping[str, Any]:
        must_be_open(work, visit, round_id)
        plan = _plan(work, visit, import_id, round_id)
        result = store_import(work.session, plan, visit.now, only_good=bool(form.text("only_good")))
        if not result.stored:
            raise Refused(
                "faulty", _("还有 {n} 行有错，没有写入任何数据。请改好再传，或只导入没有错的行。", n=result.faulty)
            )
        begun, refused = begin_drafts(work, result.applied[:AT_ONCE], round_id) if round_id else (0, 0)
        left = max(len(result.applied) - AT_ONCE, 0) if round_id else 0
        return {
            "new": result.new,
            "changed": result.changed,
            "faulty": result.faulty,
            "begun": begun,
            "refused": refused,
            "left": left,
        }

    said = visit.once(form, "import roster", store)
    words = words_of(said)
    if said["left"]:
        return visit.go(
            f"/imports/{import_id}?round_id={round_id}",
            words + _("还有 {n} 份草稿没有建立，请接着导入。", n=said["left"]),
        )
    return visit.go("/people", words)


def _store_long(visit: Visit, form: Form, import_id: str, round_id: int) -> Response:
    def order(work: Work) -> Mapping[str, Any]:
        must_be_open(work, visit, round_id)
        wanted = Order(import_id, "store", importing_body(visit), round_id or None, bool(form.text("only_good")))
        return {"job": _asked(work, visit, wanted)}

    job = visit.once(form, "import roster", order)["job"]
    start(visit, job)
    return visit.go(_page(import_id, round_id).address(job))


def _plan(work: Work, visit: Visit, import_id: str, round_id: int) -> ImportPlan:
    must_be_open(work, visit, round_id)
    return plan_import(work.session, importing_body(visit), content_of(import_id), visit.now, round_id or None)


def importing_body(visit: Visit) -> int | None:
    """The body whose roster the visitor imports: the first one administered."""
    return next((office.body_id for office in visit.visitor.offices if office.role == "administrator"), None)


def _open_rounds(work: Work, visit: Visit) -> list[Any]:
    return [
        one for one in rounds(work.session, round_scope(work, visit), seen_by(visit), visit.now) if one.state == "open"
    ]


def must_be_open(work: Work, visit: Visit, round_id: int) -> None:
    """Raises NotFound for a round that takes no applications now, or none of the visitor's; 0 is no round at all."""
    if round_id and round_id not in {one.id for one in _open_rounds(work, visit)}:
        raise NotFound


def _round(form: Form) -> int:
    found = form.text("round_id")
    return int(found) if found.isdigit() else 0


def workbook_answer(content: bytes, name: str) -> Response:
    """A workbook as a download of that name."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
