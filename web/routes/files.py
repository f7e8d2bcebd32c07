"""Attached files (附件): given as downloads to whoever may see the application, under a name of ours."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from models.queries.applications import application_of, papers_of, runs_of
from models.queries.files import attach, attachment_of
from models.queries.scope import visible_applications
from web.i18n import _
from web.papers import keep, serve, serve_archive
from web.views.paper_package import papers_package
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
SEALED = "审核盖章件"


@router.get("/files/{attachment_id}")
def download(visit: Visiting, attachment_id: int) -> Response:
    """One paper; always saved, never shown by the browser, so that nothing in it can act as a page of ours."""
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        paper = attachment_of(work.session, attachment_id, scope)
    if paper is None:
        raise NotFound
    return serve(paper, f"{paper.number or '草稿'} {paper.slot}")


@router.get("/applications/{application_id}/papers.zip")
def download_all(visit: Visiting, application_id: int) -> Response:
    """All papers of an application, with a list of their names and hashes."""
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        row = application_of(work.session, application_id, scope)
        if row is None:
            raise NotFound
        papers = papers_of(work.session, application_id)
    if not papers:
        raise NotFound
    name = _("{number} 申报材料.zip", number=row.number or _("草稿"))
    return serve_archive(papers_package(papers), f"application-{application_id}.zip", name)


@router.post("/applications/{application_id}/seal")
def upload_seal(visit: Visiting, form: Posted, application_id: int) -> Response:
    """The reviewer's sealed scan, by whoever holds the review now."""

    def do(work: Work) -> Mapping[str, int]:
        _refuse_others(visit, work, application_id)
        return {"kept": _keep_seal(visit, work, form, application_id)}

    visit.once(form, f"seal:{application_id}", do)
    return visit.go(f"/applications/{application_id}", _("已上传审核盖章件。"))


def _refuse_others(visit: Visit, work: Work, application_id: int) -> None:
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    if application_of(work.session, application_id, scope) is None:
        raise NotFound
    live = [one for one in runs_of(work.session, application_id) if one.ended_at is None and one.stage == "tier_review"]
    if not any(one.desk in visit.visitor.keys and one.state == "reviewing" for one in live):
        raise Refused("not_yours", _("这一步不由您办理。"))


def _keep_seal(visit: Visit, work: Work, form: Form, application_id: int) -> int:
    sent = form.files("seal")
    if not sent:
        raise Refused("no_file", _("没有传上：请先选择文件，再按上传。"))
    sha256, _ending = keep(work.session, sent[0], visit.now)
    person, name = visit.visitor.person_id or 0, (sent[0].filename or "")[:200]
    attach(work.session, application_id, SEALED, name, sha256, person, visit.now, replaces=True)
    return 1
