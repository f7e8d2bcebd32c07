"""Verification (核验) and open rounds (正在申报): what anybody may ask without login."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from models.queries.notices import issued_document, made_list, open_rounds
from web.display import state_mark
from web.views.notices import check_code
from web.visit import Visiting

router = APIRouter()


@router.get("/verify")
def verify_any(visit: Visiting, code: str = "") -> Response:
    """Where a number or code is written."""
    if code.strip():
        return RedirectResponse(f"/verify/{code.strip()}", status_code=303)
    return visit.page("notices/verify.html", code="", listing=None, document=None, check="", chrome=None)


@router.get("/verify/{code:path}")
def verify(visit: Visiting, code: str) -> Response:
    """Whether a list or a document of this number exists, when it was made, and its check code."""
    with visit.reading() as work:
        listing = made_list(work.session, code)
        document = issued_document(work.session, code)
    found: Any = listing or document
    return visit.page("notices/verify.html", 200 if found else 404, code=code, listing=listing, document=document,
                      check=check_code(found.sha256) if found else "", chrome=None)  # fmt: skip


@router.get("/open")
def open_now(visit: Visiting) -> Response:
    """Rounds that take applications now or soon."""
    with visit.reading() as work:
        rows = open_rounds(work.session)
        lines = [
            (row, visit.book.programme(work.session, row.version_id), state_mark("round", row.state)) for row in rows
        ]
    return visit.page("notices/open.html", lines=lines, chrome=None)
