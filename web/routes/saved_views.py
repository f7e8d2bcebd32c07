"""Saved views (常用视图): keep the filters of a page under a name, or forget them."""

from fastapi import APIRouter
from fastapi.responses import Response

from web.i18n import _
from web.saved_views import drop_view, keep_view
from web.visit import Posted, Visiting

router = APIRouter()


@router.post("/views")
def keep(visit: Visiting, form: Posted) -> Response:
    """Keep the filters that the page was shown with."""
    person, name = visit.visitor.person_id or 0, form.text("name")
    said = visit.once(
        form,
        "keep view",
        lambda work: {"at": keep_view(work.session, person, form.text("page"), name, form.text("query"), work.now)},
    )
    return visit.go(said["at"], _("已存为常用视图“{name}”。", name=name))


@router.post("/views/{view_id}/remove")
def remove(visit: Visiting, form: Posted, view_id: int) -> Response:
    """Forget one of one's own views."""
    said = visit.once(
        form,
        f"drop view:{view_id}",
        lambda work: {"page": drop_view(work.session, visit.visitor.person_id or 0, view_id)},
    )
    return visit.go(f"/{said['page']}", _("已去掉这个常用视图。"))
