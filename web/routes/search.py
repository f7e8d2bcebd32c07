"""Search (搜索): applications in the visitor's own scope by name, number or school."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from models.queries.applications import ApplicationFilter, applications
from models.queries.scope import visible_applications
from web.views.search import hit_of
from web.visit import Visiting

router = APIRouter()
LONGEST = 40


@router.get("/search")
def search(visit: Visiting, q: str = "") -> Response:
    """What fits the words, newest number first, at most 50; a whole number leads to its case at once."""
    words = q.strip()[:LONGEST]
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        rows, total = applications(work.session, scope, ApplicationFilter(words=words)) if words else ((), 0)
        hits = [hit_of(work, row) for row in rows]
    if len(hits) == 1 and hits[0].number == words.upper():
        return RedirectResponse(hits[0].href, status_code=303)
    return visit.page("search/results.html", words=words, hits=hits, total=total)
