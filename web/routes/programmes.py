"""Programmes (办法与规则): every regulation, its versions, and clause by clause what the system does because of it."""

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from models.queries.programmes import VersionRow, adoptions, rounds_under, versions
from web.views.programmes import SHOWN, change_lines, filter_tabs, sheet_of
from web.visit import Visit, Visiting

router = APIRouter()


@router.get("/programmes")
def programmes(visit: Visiting) -> Response:
    """All regulations with their versions and who runs under them."""
    with visit.reading() as work:
        rows = versions(work.session)
    return visit.page("programmes/list.html", rows=rows, edits="administrator" in visit.visitor.roles)


@router.get("/programmes/{code}")
def newest(visit: Visiting, code: str, show: str = "all") -> Response:
    """The newest version of a regulation."""
    return _shown(visit, code, None, show)


@router.get("/programmes/{code}/{number}")
def one_version(visit: Visiting, code: str, number: int, show: str = "all") -> Response:
    """One version, clause left, rules right."""
    return _shown(visit, code, number, show)


@router.get("/programmes/{code}/{number}/compare/{other}")
def compared(visit: Visiting, code: str, number: int, other: int) -> Response:
    """Two versions side by side: what was added, taken out, changed, or only got another origin; the older is the first."""
    with visit.reading() as work:
        rows = versions(work.session, code)
        before, after = (_wanted(rows, n) for n in sorted((number, other)))
        old, new = (visit.book.programme(work.session, row.id) for row in (before, after))
    return visit.page("programmes/compare.html", before=before, after=after, sections=change_lines(old, new))


def _shown(visit: Visit, code: str, number: int | None, show: str) -> Response:
    kept = show if show in SHOWN else "all"
    with visit.reading() as work:
        rows = versions(work.session, code)
        row = _wanted(rows, number)
        programme = visit.book.programme(work.session, row.id)
        rounds = rounds_under(work.session, row.id)
        edits = any(one.role == "administrator" and one.body_id == row.authority_id for one in visit.visitor.offices)
        adopted = adoptions(work.session).get(row.id) if edits else None
    sheet = sheet_of(programme, kept)
    base = f"/programmes/{code}/{row.number}"
    return visit.page(
        "programmes/sheet.html", row=row, rows=rows, programme=programme, sheet=sheet, rounds=rounds, base=base, shown=kept,
        tabs=filter_tabs(sheet.counts, base, kept), edits=edits, adopted=adopted,
    )  # fmt: skip


def _wanted(rows: list[VersionRow], number: int | None) -> VersionRow:
    found = next((row for row in rows if number is None or row.number == number), None)
    if found is None:
        raise NotFound
    return found
