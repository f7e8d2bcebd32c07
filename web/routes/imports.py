"""Importing a roster (名册导入): upload, a dry run that names every fault, then all rows or only the good ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.rounds import begin_application
from flows.roster import (
    AppliedRow,
    ImportPlan,
    UnreadableWorkbook,
    marked_workbook,
    plan_import,
    store_import,
    template_workbook,
)
from flows.roster.rows import Status
from models.queries.rounds import rounds
from web.display import Choice
from web.i18n import _
from web.papers import keep, place_of
from web.routes.rounds import round_scope, seen_by
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE, SHOWN = 200, 200
STATUSES: tuple[Status, ...] = ("new", "changed", "same", "faulty")


@router.get("/imports")
def upload_page(visit: Visiting, note: str = "") -> Response:
    """Take the template, send the workbook."""
    return visit.page("imports/upload.html", note=note)


@router.get("/imports/template.xlsx")
def template(visit: Visiting) -> Response:
    """The empty workbook with headers, lists and guidance."""
    del visit
    return _workbook(template_workbook(), "roster-template.xlsx")


@router.post("/imports")
def upload(visit: Visiting, form: Posted) -> Response:
    """Keep the workbook; nothing of it is stored yet."""
    sent = form.files("roster")
    if not sent or not (sent[0].filename or "").lower().endswith(".xlsx"):
        raise Refused("wrong_kind", _("没有传上：请选一个 Excel 工作簿（.xlsx）。没有写入任何数据。"))
    said = visit.once(form, "keep roster", lambda work: {"sha256": keep(work.session, sent[0], visit.now)[0]})
    return visit.go(f"/imports/{said['sha256']}")


@router.get("/imports/{import_id}")
def dry_run(visit: Visiting, import_id: str, round_id: int = 0, note: str = "", every: int = 0) -> Response:
    """What an import would do, and every fault by sheet, row and column."""
    with visit.reading() as work:
        plan = _plan(work, visit, import_id, round_id)
        open_rounds = [Choice(str(one.id), one.title, chosen=one.id == round_id) for one in _open_rounds(work, visit)]
    counts = {status: plan.count(status) for status in STATUSES}
    sheets = [
        (name, [plan.count(status, name) for status in counts])
        for name in dict.fromkeys(row.sheet for row in plan.rows)
    ]
    good = counts["new"] + counts["changed"]
    return visit.page("imports/plan.html", plan=plan, counts=counts, sheets=sheets, good=good, import_id=import_id, rounds=open_rounds,
                      round_id=round_id, note=note, shown=plan.faults if every else plan.faults[:SHOWN], every=every)  # fmt: skip


@router.get("/imports/{import_id}/marked.xlsx")
def marked(visit: Visiting, import_id: str, round_id: int = 0) -> Response:
    """The workbook as it came, each fault written beside its row."""
    with visit.reading() as work:
        plan = _plan(work, visit, import_id, round_id)
    try:
        return _workbook(marked_workbook(_content(import_id), plan), "roster-marked.xlsx")
    except UnreadableWorkbook as error:
        raise Refused("unreadable", str(error)) from error


@router.post("/imports/{import_id}")
def import_rows(visit: Visiting, form: Posted, import_id: str) -> Response:
    """Store all rows, or only the good ones; rows of the sheet 申报 become drafts of their people in the round that was chosen."""
    round_id = _round(form)

    def store(work: Work) -> Mapping[str, Any]:
        if round_id and round_id not in {one.id for one in _open_rounds(work, visit)}:
            raise NotFound
        plan = _plan(work, visit, import_id, round_id)
        result = store_import(work.session, plan, visit.now, only_good=bool(form.text("only_good")))
        if not result.stored:
            raise Refused(
                "faulty", _("还有 {n} 行有错，没有写入任何数据。请改好再传，或只导入没有错的行。", n=result.faulty)
            )
        begun, refused = _begin(work, result.applied[:AT_ONCE], round_id) if round_id else (0, 0)
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
    words = _("已导入：新增 {new} 行，更新 {changed} 行。", new=said["new"], changed=said["changed"])
    words += _("有错的 {n} 行没有导入，留在表里。", n=said["faulty"]) if said["faulty"] else ""
    words += _("建立申报草稿 {n} 份，由本人核对提交。", n=said["begun"]) if said["begun"] else ""
    words += _("{n} 人不能建立申报，多半已有一份在办。", n=said["refused"]) if said["refused"] else ""
    if said["left"]:
        return visit.go(
            f"/imports/{import_id}?round_id={round_id}",
            words + _("还有 {n} 份草稿没有建立，请接着导入。", n=said["left"]),
        )
    return visit.go("/people", words)


def _begin(work: Work, rows: Sequence[AppliedRow], round_id: int) -> tuple[int, int]:
    """Begin a draft for each row, by and for its person; returns how many were begun and how many refused."""
    begun = refused = 0
    for row in rows:
        actor = Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))
        try:
            begin_application(
                work, actor, round_id, school_stage=row.school_stage, studio_name=row.studio_name, answers=row.answers
            )
            begun += 1
        except Refused:
            refused += 1
    return begun, refused


def _plan(work: Work, visit: Visit, import_id: str, round_id: int) -> ImportPlan:
    authority = next((office.body_id for office in visit.visitor.offices if office.role == "administrator"), None)
    if round_id and round_id not in {one.id for one in _open_rounds(work, visit)}:
        raise NotFound
    return plan_import(work.session, authority, _content(import_id), visit.now, round_id or None)


def _open_rounds(work: Work, visit: Visit) -> list[Any]:
    return [
        one for one in rounds(work.session, round_scope(work, visit), seen_by(visit), visit.now) if one.state == "open"
    ]


def _content(import_id: str) -> bytes:
    place = place_of(import_id)
    if not place.is_file():
        raise NotFound
    return place.read_bytes()


def _round(form: Form) -> int:
    found = form.text("round_id")
    return int(found) if found.isdigit() else 0


def _workbook(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
