"""The summary of a round (汇总表): one workbook of what one may see, for the file that counties hand in."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from web.i18n import _
from web.routes.ranking import policy_of
from web.routes.rounds import round_seen, seen_by
from web.views.offline_sheets import SPREADSHEET
from web.views.summaries import summary_of, summary_workbook
from web.visit import Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/summary.xlsx")
def summary(visit: Visiting, round_id: int) -> Response:
    """Every submitted application of the round in the visitor's scope."""
    visitor = visit.visitor
    with visit.reading() as work:
        row = round_seen(work, visit, round_id)
        lines = summary_of(
            work, round_id, seen_by(visit), visitor.person_id or 0, visitor.keys, blind=_blind(work, row)
        )
    if not lines:
        raise Refused("nothing_yet", _("这一批还没有提交到您这里的申报，没有可以导出的内容。"))
    content = summary_workbook(_("{round}汇总表", round=row.title), visitor.body_name, lines, visit.today)
    name = quote(f"{row.title} 汇总表.xlsx")
    said = f"attachment; filename=\"summary-{round_id}.xlsx\"; filename*=UTF-8''{name}"
    return Response(content, media_type=SPREADSHEET, headers={"Content-Disposition": said, "Cache-Control": "no-store"})


def _blind(work: Work, row: object) -> bool:
    """Whether experts mark without names in this round."""
    try:
        return bool(policy_of(work, row, "expert_review").blind)
    except NotFound:
        return False
