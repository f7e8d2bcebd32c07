"""Attached files (附件): given as downloads to whoever may see the application, under a name of ours."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from flows.engine.errors import NotFound
from models.files import ENDINGS, place_of
from models.queries.files import attachment_of
from models.queries.scope import visible_applications
from web.visit import Visiting

router = APIRouter()


@router.get("/files/{attachment_id}")
def download(visit: Visiting, attachment_id: int) -> Response:
    """One paper; always saved, never shown by the browser, so that nothing in it can act as a page of ours."""
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        paper = attachment_of(work.session, attachment_id, scope)
    if paper is None or not (place := place_of(paper.file_sha256)).is_file():
        raise NotFound
    name = f"{paper.number or '草稿'} {paper.slot}{ENDINGS.get(paper.type, '')}"
    answer = FileResponse(place, media_type=paper.type, filename=name, content_disposition_type="attachment")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
