"""Objections (异议): the bureau looks into one and rules on it; the objector asks again by code, without login."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from models.queries.notices import objection_by_code, objection_for, objections_beside, objections_for
from models.queries.rankings import next_reserved
from web.display import due_day
from web.i18n import _
from web.papers import serve_kept
from web.views.scores import due_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@router.get("/objections")
def objections(visit: Visiting) -> Response:
    """All objections under one's authority, open ones first."""
    with visit.reading() as work:
        rows = objections_for(work.session, visit.visitor.body_ids)
        lines = [(row, due_of(work, row)) for row in rows]
    return visit.page("notices/objections.html", lines=lines)


@router.get("/objections/{objection_id}")
def objection(visit: Visiting, objection_id: int, note: str = "") -> Response:
    """What is said, by whom, and the ruling to be made; one ruling settles all objections to the same entry."""
    with visit.reading() as work:
        row = _under(work, visit, objection_id)
        policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
        promoted = (
            policy.promote_next and row.state == "objected" and next_reserved(work.session, row.round_id, row.path, ())
        )
        context = {"row": row, "run": row, "others": objections_beside(work.session, row.run_id), "due": due_of(work, row),
                   "promoted": bool(promoted), "policy": policy}  # fmt: skip
    return visit.page("notices/objection.html", note=note, **context)


@router.get("/objections/{objection_id}/files/{n}")
def evidence(visit: Visiting, objection_id: int, n: int) -> Response:
    """A file that came with an objection."""
    with visit.reading() as work:
        row = _under(work, visit, objection_id)
        if not 1 <= n <= len(row.files):
            raise NotFound
        return serve_kept(work.session, row.files[n - 1]["sha256"], f"{row.code}-{n}")


@router.post("/objections/{objection_id}")
def rule(visit: Visiting, form: Posted, objection_id: int) -> Response:
    """Dismiss or uphold, with the reason that the objector and the person named will read."""
    event = form.text("ruling")
    if event not in {"dismiss", "uphold"}:
        raise Refused("without_ruling", _("请先选择成立或不成立。没有改动任何内容。"))
    visit.once(form, event, lambda work: _ruled(work, visit, form, objection_id, event))
    says = _("已认定异议不成立，公示继续。") if event == "dismiss" else _("已认定异议成立，取消资格。")
    return visit.go(f"/objections/{objection_id}", says + _("已告知当事人，异议人凭查询码可看。"))


def _ruled(work: Work, visit: Visit, form: Form, objection_id: int, event: str) -> Mapping[str, Any]:
    row = _under(work, visit, objection_id)
    intent = Intent(row.run_id, event, {"reason": form.text("reason")}, form.version)
    return {"version": apply(work, intent, visit.visitor.actor).version}


def _under(work: Work, visit: Visit, objection_id: int) -> Any:
    row = objection_for(work.session, objection_id, visit.visitor.body_ids)
    if row is None:
        raise NotFound
    return row


@router.get("/o")
def ask_by_code(visit: Visiting, code: str = "") -> Response:
    """Where an objector writes the code."""
    if code.strip():
        return RedirectResponse(f"/o/{written(code)}", status_code=303)
    return visit.page("notices/ask.html", unknown="", chrome=None)


@router.get("/o/{code}")
def answer(visit: Visiting, code: str, note: str = "") -> Response:
    """How far an objection is, for whoever holds its code; nobody is named."""
    with visit.reading() as work:
        row = objection_by_code(work.session, written(code))
    if row is None:
        return visit.page("notices/ask.html", 404, unknown=code, chrome=None)
    due = due_day(row.due_at) if row.ruling == "" and row.state == "objected" and row.due_at else None
    return visit.page("notices/answer.html", row=row, due=due, note=note, chrome=None)


def written(code: str) -> str:
    """A code as it was given, however it was typed: small letters, spaces and a missing dash are forgiven."""
    plain = "".join(one for one in code.upper() if one.isascii() and one.isalnum())
    return f"{plain[:4]}-{plain[4:]}"
