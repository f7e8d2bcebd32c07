"""Importing a year's plan of activities (导入年度计划): sent, checked row by row, and put on the plan when it is confirmed."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.happenings import plan_activity
from web.i18n import _
from web.long_imports import content_of
from web.papers import keep
from web.studio_doors import Door, enter, keeps_activities
from web.views.offline_sheets import SPREADSHEET
from web.views.studio_plan import read_plan, template
from web.visit import Posted, Visit, Visiting

router = APIRouter()


def _door(visit: Visit, work: Work, studio_id: int) -> Door:
    door = enter(visit, work, studio_id)
    if not keeps_activities(door):
        raise NotFound
    return door


@router.get("/studios/{studio_id}/plan")
def plan(visit: Visiting, studio_id: int, file: str = "") -> Response:
    """Send a workbook; of one that was sent, every row with what is wrong with it. Nothing is stored."""
    with visit.reading() as work:
        door = _door(visit, work, studio_id)
        rows, unreadable = read_plan(content_of(file), door) if file else ([], "")
    good = [row for row in rows if row.plan is not None]
    return visit.page(
        "studios/plan.html", door=door, studio=door.studio, rows=rows, good=good, unreadable=unreadable, file=file
    )


@router.get("/studios/{studio_id}/plan/template.xlsx")
def empty(visit: Visiting, studio_id: int) -> Response:
    """The workbook to fill in."""
    with visit.reading() as work:
        content = template(_door(visit, work, studio_id))
    return Response(
        content, media_type=SPREADSHEET, headers={"Content-Disposition": 'attachment; filename="plan.xlsx"'}
    )


@router.post("/studios/{studio_id}/plan")
def send(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Keep a workbook and show what is in it; or put its rows on the plan."""
    if form.text("file"):
        done = visit.once(
            form, f"import plan:{studio_id}", lambda work: _planned(visit, work, studio_id, form.text("file"))
        )
        return visit.go(f"/studios/{studio_id}/calendar", _("已列入计划 {n} 次活动。", n=done["planned"]))
    sent = form.files("plan")
    if not sent:
        raise Refused("no_file", _("没有传上：请先选择文件，再按上传。"))
    with visit.writing() as work:
        _door(visit, work, studio_id)
        sha256, _ending = keep(work.session, sent[0], visit.now)
    return visit.go(f"/studios/{studio_id}/plan?file={sha256}")


def _planned(visit: Visit, work: Work, studio_id: int, file: str) -> Mapping[str, Any]:
    rows, _unreadable = read_plan(content_of(file), _door(visit, work, studio_id))
    if not rows or any(row.plan is None for row in rows):
        raise Refused("faulty", _("还有错误没有改好，没有导入任何一行。"))
    for row in rows:
        if row.plan is not None:
            plan_activity(work, visit.visitor.actor, studio_id, row.plan)
    return {"planned": len(rows)}
