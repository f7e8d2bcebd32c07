"""Calls (按要求): an overseer asks a studio for what its text leaves to a call; the form stands on the studio's home."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.calling import call_for
from web.i18n import _
from web.studio_doors import enter
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@router.post("/studios/{studio_id}/calls")
def call(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Open one obligation or fund that is owed on call, due on a day."""
    visit.once(form, f"call:{studio_id}", lambda work: _called(visit, work, form, studio_id))
    return visit.go(f"/studios/{studio_id}", _("已提出要求，并通知了负责人。"))


def _called(visit: Visit, work: Work, form: Form, studio_id: int) -> Mapping[str, Any]:
    enter(visit, work, studio_id)
    try:
        due_on = date.fromisoformat(form.text("due_on"))
    except ValueError:
        raise Refused("without_due_on", _("请写明期限。没有改动任何内容。")) from None
    called = call_for(work, visit.visitor.actor, [studio_id], form.text("key"), due_on, form.text("reason")[:200])
    return {"opened": called}
