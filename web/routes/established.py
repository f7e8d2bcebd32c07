"""Importing established studios (已有工作室导入): a programme and a workbook, a dry run by sheet, row and column, then all or the good ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.surveying import survey
from flows.office.taking_over import ask, latest, run
from flows.programme.vocabulary import GRADES_ZH
from flows.roster import UnreadableWorkbook
from flows.roster.established_rows import (
    MEMBERS,
    PAYMENTS,
    RESULTS,
    STUDIOS,
    established_template,
    marked_established,
    read_established,
)
from flows.roster.rows import Fault
from models.queries.programmes import VersionRow, versions
from web.display import Choice
from web.i18n import _
from web.long_imports import ImportPage, at_work, content_of, is_long, start, waiting_page
from web.papers import keep
from web.routes.imports import SHOWN, tabs_of, workbook_answer, workbook_in
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
HOME = "/imports/studios"


@router.get("/imports/studios")
def upload_page(visit: Visiting, programme: str = "", note: str = "") -> Response:
    """Choose the programme, take its template, send the workbook."""
    return _upload(visit, programme, note=note)


def _upload(visit: Visit, programme: str, status: int = 200, *, note: str = "", error: str = "") -> Response:
    with visit.reading() as work:
        offered = _offered(work, visit)
    chosen = programme if programme in {one.code for one in offered} else next((one.code for one in offered), "")
    choices = [Choice(one.code, one.title, chosen=one.code == chosen) for one in offered]
    return visit.page(
        "imports/studios_upload.html",
        status,
        offered=choices,
        chosen=chosen,
        note=note,
        error=error,
        tabs=tabs_of(HOME),
    )


@router.get("/imports/studios/template.xlsx")
def template(visit: Visiting, programme: str = "") -> Response:
    """The empty workbook, with the programme's own words to choose from."""
    with visit.reading() as work:
        offered = _offered(work, visit)
        version = next((one for one in offered if one.code == programme), None)
        choices = _choices(work, version.id) if version is not None else {}
    return workbook_answer(established_template(choices), "studios-template.xlsx")


@router.post("/imports/studios")
def upload(visit: Visiting, form: Posted) -> Response:
    """Keep the workbook; nothing of it is stored yet."""
    code = form.text("programme")

    def take(work: Work) -> Mapping[str, Any]:
        programme = _programme(work, visit, code)
        return {"sha256": keep(work.session, workbook_in(form, "studios"), visit.now)[0], "code": programme.code}

    try:
        said = visit.once(form, "keep studios", take)
    except Refused as refusal:
        return _upload(visit, code, 409, error=refusal.says)
    return visit.go(f"{HOME}/{said['sha256']}?programme={said['code']}")


@router.get("/imports/studios/{import_id}")
def dry_run(
    visit: Visiting, import_id: str, programme: str = "", note: str = "", every: int = 0, job: int = 0
) -> Response:
    """What would be taken over, and every fault by sheet, row and column; of a long one, how far it is."""
    long, person = is_long(import_id), visit.visitor.person_id or 0
    with visit.reading() as work:
        chosen = _programme(work, visit, programme)
        stored = latest(work.session, import_id, chosen.programme_id, person, "store")
        checked = latest(work.session, import_id, chosen.programme_id, person, "check") if long else None
        waits = long or at_work(stored, work.now) or (stored is not None and stored.id == job)
        found = None if waits else survey(work, chosen.programme_id, _read(visit, import_id))
    page = _page(import_id, chosen)
    if waits and (answer := waiting_page(visit, page, stored, checked, job)) is not None:
        return answer
    plan: Any = found if checked is None or found is not None else checked.result
    shown = plan["faults"] if every else plan["faults"][:SHOWN]
    return visit.page("imports/studios_plan.html", plan=plan, page=page, programme=chosen, note=note, shown=shown)


@router.post("/imports/studios/{import_id}/check")
def check_again(visit: Visiting, form: Posted, import_id: str) -> Response:
    """Check a long workbook, or check it anew."""
    return _begin(visit, form, import_id, "check")


@router.post("/imports/studios/{import_id}")
def import_studios(visit: Visiting, form: Posted, import_id: str) -> Response:
    """Take over all studios of the workbook, or only those without a fault."""
    return _begin(visit, form, import_id, "store")


def _begin(visit: Visit, form: Form, import_id: str, kind: str) -> Response:
    content_of(import_id)

    def order(work: Work) -> Mapping[str, Any]:
        chosen, person = _programme(work, visit, form.text("programme")), visit.visitor.person_id or 0
        live = latest(work.session, import_id, chosen.programme_id, person, kind)
        if at_work(live, work.now):
            return {"job": live.id}
        good = bool(form.text("only_good"))
        return {"job": ask(work.session, import_id, chosen.programme_id, kind, person, work.now, only_good=good)}

    job = visit.once(form, f"{kind} studios", order)["job"]
    start(visit, job, run)
    with visit.reading() as work:
        page = _page(import_id, _programme(work, visit, form.text("programme")))
    return visit.go(page.address(job if kind == "store" else 0))


@router.get("/imports/studios/{import_id}/marked.xlsx")
def marked(visit: Visiting, import_id: str, programme: str = "") -> Response:
    """The workbook as it came, each fault written beside its row."""
    with visit.reading() as work:
        found = survey(work, _programme(work, visit, programme).programme_id, _read(visit, import_id))
    try:
        faults = [Fault(**one) for one in found["faults"]]
        return workbook_answer(marked_established(content_of(import_id), faults), "studios-marked.xlsx")
    except UnreadableWorkbook as error:
        raise Refused("unreadable", str(error)) from error


def _read(visit: Visit, import_id: str) -> Any:
    return read_established(content_of(import_id), visit.today)


def _offered(work: Work, visit: Visit) -> list[VersionRow]:
    """The version in force of each programme that one administers."""
    mine = {office.body_id for office in visit.visitor.offices if office.role == "administrator"}
    found = [one for one in versions(work.session) if one.authority_id in mine and one.in_force_on <= visit.today]
    return [one for n, one in enumerate(found) if one.code not in {earlier.code for earlier in found[:n]}]


def _programme(work: Work, visit: Visit, code: str) -> VersionRow:
    """The chosen programme, or the only one there is. Raises NotFound."""
    found = [one for one in _offered(work, visit) if code in ("", one.code)]
    if len(found) != 1:
        raise NotFound
    return found[0]


def _page(import_id: str, programme: VersionRow) -> ImportPage:
    carries = {"programme": programme.code}
    return ImportPage(HOME, f"{HOME}/{import_id}", _("已有工作室"), carries, "/dashboard/studios/list", _words)


def _words(said: Mapping[str, int]) -> str:
    words = _(
        "已接入工作室 {studios} 个，席位 {seats} 个，考核结果 {results} 项，拨款 {payments} 笔；开启还没有过去的事项 {opened} 件。",
        **said,
    )
    return words + (_("有错的 {left_out} 个没有接入，留在表里。", **said) if said["left_out"] else "")


def _choices(work: Work, version_id: int) -> dict[tuple[str, str], Iterable[str]]:
    """What a programme calls its roles, kinds, assessments, grades and funds, for the lists of the template."""
    book: Any = work.book
    programme = book.programme(work.session, version_id)
    graded = [(one, grade) for one in programme.assessments.values() for grade in one.grades]
    roles = [role.title for role in programme.member_roles()]
    return {
        (STUDIOS, "类别"): list(programme.kinds.values()), (MEMBERS, "角色"): roles, (MEMBERS, "兼任"): roles,
        (RESULTS, "考核"): [one.title for one in programme.assessments.values()],
        (RESULTS, "等次"): list(dict.fromkeys(one.words.get(grade, GRADES_ZH[grade]) for one, grade in graded)),
        (PAYMENTS, "经费"): [one.title for one in programme.funds.values()],
    }  # fmt: skip
