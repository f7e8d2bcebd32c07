"""The board of studios (工作室看板): which need somebody, what is not done, what ends; lists, a workbook, and urging."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import add_months
from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.urging import urge, who_is_urged
from flows.opening.cycles import entered_terms
from models.queries import studio_board as read
from models.queries.applications import holders_of
from models.queries.rounds import bodies_above
from models.queries.scope import overseen_studios
from web.display import Choice, Filter, Paging, clock_time, run_mark, school_year
from web.i18n import _
from web.views import studio_board as views
from web.views.dashboard import holder_words
from web.views.following import grade_mark
from web.views.offline_sheets import SPREADSHEET
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
ENDING = 180  # days
HOME = "/dashboard/studios"


def _wanted(county: str, programme: str, standing: str = "", q: str = "", page: int = 1) -> read.BoardFilter:
    known = {key for key, _label in views.STANDINGS}
    county_id = int(county) if county.isdigit() else None
    return read.BoardFilter(
        county_id, programme[:40], standing if standing in known else "", q.strip()[:40], max(page, 1)
    )


def _address(path: str, wanted: read.BoardFilter, **changes: Any) -> str:
    county = "" if wanted.county_id is None else wanted.county_id
    said = {"county": county, "programme": wanted.programme, "standing": wanted.standing, "q": wanted.words} | changes
    kept = {key: value for key, value in said.items() if value not in {"", None}}
    return f"{path}?{urlencode(kept)}" if kept else path


def _filters(work: Work, visit: Visit, wanted: read.BoardFilter, path: str) -> list[Filter]:
    scope = overseen_studios(visit.visitor.body_ids)
    counties = [("", _("全部旗县区"))] + [
        (str(row.id or 0), views.county_words(row.name)) for row in read.counties(work.session, scope)
    ]
    programmes = [("", _("全部办法"))] + [
        (row.code, row.title) for row in read.programmes_with_studios(work.session, scope)
    ]
    county = "" if wanted.county_id is None else str(wanted.county_id)
    found = [("county", _("旗县区"), counties, county), ("programme", _("办法"), programmes, wanted.programme)]
    if path != HOME:
        found.append(("standing", _("状态"), [(key, _(label)) for key, label in views.STANDINGS], wanted.standing))
    return [
        Filter(name, label, tuple(Choice(value, words, chosen=value == chosen, href=_address(path, wanted, **{name: value, "page": ""})) for value, words in choices))
        for name, label, choices, chosen in found
        if len(choices) > 2 or chosen or name == "standing"
    ]  # fmt: skip


@router.get("/dashboard/studios")
def board(
    visit: Visiting, county: str = "", programme: str = "", year: int = 0, counts: int = 0, note: str = ""
) -> Response:
    """Figures, obligations met by county and month, rectifications against limits, assessments, cycles that end."""
    wanted, today = _wanted(county, programme), visit.today
    this_year = views.school_year_of(today)
    year = year if this_year - 5 <= year <= this_year else this_year
    with visit.reading() as work:
        session = work.session
        condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, today)
        months = views.months_of(year, today)
        met = read.met_by_month(
            session, condition, months[0], min(add_months(months[-1], 1) - timedelta(days=1), today)
        )
        ending, ending_all = read.ending(session, condition, today, today + timedelta(days=ENDING))
        asked = read.renewals_of(session, [row.renewal_id for row in ending if row.renewal_id])
        entered = entered_terms(session, set(bodies_above(session, visit.visitor.body_ids)))
        late = len(read.overdue_runs(session, condition, visit.now))
        assessing = views.assessing_of(read.assessing(session, condition))
        context = {
            "filters": _filters(work, visit, wanted, HOME), "standings": read.standings(session, condition, today), "months": months,
            "heat": views.heat_of(met, months, wanted, [term for terms in entered.values() for term in terms]), "this_month": views.month_rate(met, today), "limits": views.limits_of(work, read.mending(session, condition)),
            "assessing": assessing, "late": late, "ending_all": ending_all,
            "asked": sum(views.asked_for(one) for one in asked.values()),
            "ending": [(row, grade_mark(row.grade, {}) if row.grade else None, views.renewal_mark(asked.get(row.renewal_id or 0))) for row in ending],
            "years": [(one, school_year(one), _address(HOME, wanted, year=one)) for one in range(this_year - 2, this_year + 1)], "year": year,
        }  # fmt: skip
    return visit.page(
        "dashboard/studios.html", wanted=wanted, note=note, counts=counts, at=clock_time(visit.now), address=lambda path, **more: _address(path, wanted, **more), **context
    )  # fmt: skip


@router.get("/dashboard/studios/list")
def listed(
    visit: Visiting, county: str = "", programme: str = "", standing: str = "", q: str = "", page: int = 1
) -> Response:
    """Studios by standing, county and programme, page by page."""
    wanted = _wanted(county, programme, standing, q, page)
    path = f"{HOME}/list"
    with visit.reading() as work:
        condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, visit.today)
        rows, total = read.studio_rows(work.session, condition, wanted.page)
        filters = _filters(work, visit, wanted, path)
    lines = [
        (
            row,
            views.standing_mark(row, visit.today, mending=bool(row.mending)),
            views.met_words(row),
            views.county_words(row.county),
        )
        for row in rows
    ]
    first = read.PAGE * (wanted.page - 1) + 1
    last = min(first + read.PAGE - 1, total)
    before = _address(path, wanted, page=wanted.page - 1) if wanted.page > 1 else ""
    after = _address(path, wanted, page=wanted.page + 1) if last < total else ""
    paging = Paging(first, last, total, before, after) if total > read.PAGE else None
    chosen = [(one.chosen.label, _address(path, wanted, **{one.name: ""})) for one in filters if one.chosen]
    return visit.page(
        "dashboard/studio_list.html", lines=lines, total=total, paging=paging, filters=filters, wanted=wanted, chosen=chosen,
        workbook=_address(f"{path}.xlsx", wanted), leads="administrator" in visit.visitor.roles,
    )  # fmt: skip


@router.get("/dashboard/studios/list.xlsx")
def workbook(visit: Visiting, county: str = "", programme: str = "", standing: str = "", q: str = "") -> Response:
    """The same studios, all of them, as a workbook."""
    wanted = _wanted(county, programme, standing, q)
    with visit.reading() as work:
        condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, visit.today)
        rows, _total = read.studio_rows(work.session, condition, None)
    marks = {row.id: views.standing_mark(row, visit.today, mending=bool(row.mending)) for row in rows}
    content = views.workbook_of(_("工作室"), rows, marks)
    said = f"attachment; filename=\"studios.xlsx\"; filename*=UTF-8''{quote(_('工作室') + '.xlsx')}"
    return Response(content, media_type=SPREADSHEET, headers={"Content-Disposition": said, "Cache-Control": "no-store"})


@router.get("/dashboard/studios/duties")
def not_met(visit: Visiting, county: str = "", programme: str = "", month: str = "") -> Response:
    """What fell due in a month and is not met: the rows behind a cell of the heat map."""
    wanted = _wanted(county, programme)
    first = _month(month) or visit.today.replace(day=1)
    with visit.reading() as work:
        condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, visit.today)
        rows = read.unmet(work.session, condition, first, min(add_months(first, 1) - timedelta(days=1), visit.today))
        filters = [one for one in _filters(work, visit, wanted, f"{HOME}/duties") if one.name != "standing"]
    lines = [(row, run_mark("activities", row.state or "unmet"), views.county_words(row.county)) for row in rows]
    place = next((one.chosen.label for one in filters if one.name == "county" and one.chosen), "")
    return visit.page("dashboard/studio_duties.html", lines=lines, first=first, place=place, wanted=wanted)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


@router.get("/dashboard/studios/assessments")
def under_assessment(visit: Visiting, county: str = "", programme: str = "", state: str = "") -> Response:
    """Assessments under way, the next due first; those confirmed can be delivered together."""
    wanted = _wanted(county, programme)
    with visit.reading() as work:
        condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, visit.today)
        rows = [row for row in read.assessments_open(work.session, condition) if not state or row.state == state]
        names = holders_of(work.session, {row.desk for row in rows if row.desk}, visit.today)
    lines = [
        (row, run_mark("assessment", row.state), holder_words(names, row.desk) if row.desk else "") for row in rows
    ]
    return visit.page(
        "dashboard/studio_assessments.html",
        lines=lines,
        state=state,
        wanted=wanted,
        leads="administrator" in visit.visitor.roles,
    )


@router.get("/dashboard/studios/urge")
def urge_preview(visit: Visiting, county: str = "", programme: str = "") -> Response:
    """Who would be reminded of what is late, and who was reminded today already."""
    wanted = _wanted(county, programme)
    with visit.reading() as work:
        rows = _late(work, visit, wanted)
        found = who_is_urged(work, rows)
        names = holders_of(work.session, {row.desk for row in rows}, visit.today)
    fresh = {run.id for one in found for run in one.runs}
    named = {one: holder_words(names, one) for one in names}
    return visit.page(
        "dashboard/studio_urge.html", found=found, named=named, fresh=len(fresh), total=len(rows), wanted=wanted
    )


@router.post("/dashboard/studios/urge")
def urge_all(visit: Visiting, form: Posted) -> Response:
    """Write the reminders; whoever was reminded today gets none."""
    wanted = _of_form(form)

    def remind(work: Work) -> Mapping[str, Any]:
        rows = _late(work, visit, wanted)
        if not rows and not visit.visitor.body_ids:
            raise NotFound
        return {"told": urge(work, rows, visit.visitor.actor.name, form.text("reason")[:400])}

    said = visit.once(form, "urge studios", remind)
    words = (
        _("已发出 {n} 份催办，可在“消息”里看是否发到。", n=said["told"])
        if said["told"]
        else _("今天都提醒过了，没有再发。")
    )
    return visit.go(_address(HOME, wanted), words)


def _late(work: Work, visit: Visit, wanted: read.BoardFilter) -> Any:
    condition = read.wanted_studios(overseen_studios(visit.visitor.body_ids), wanted, visit.today)
    return read.overdue_runs(work.session, condition, visit.now)


def _of_form(form: Form) -> read.BoardFilter:
    return _wanted(form.text("county"), form.text("programme"))
