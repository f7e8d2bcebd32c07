"""Minutes (评审纪要): the expert review of a round on A4 paper, a draft until its ranking is confirmed."""

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from models.queries.selection import reviews_in
from web.routes.ranking import policy_of, round_under
from web.views.minutes import SCORES, minutes_of
from web.visit import Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/minutes")
def minutes(visit: Visiting, round_id: int) -> Response:
    """Who was drawn, who stood back, how marks were counted, the order, and who confirmed it; to be printed and signed."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        policy = policy_of(work, one, "expert_review")
        paper = minutes_of(work, round_id, policy, visit.today)
        if not paper.lines:
            raise NotFound
        states = reviews_in(work.session, round_id)
        source = work.book.programme(work.session, one.version_id).source  # type: ignore[attr-defined]
    return visit.page(
        "selection/minutes.html", round=one, paper=paper, source=source, score=SCORES[policy.score], chrome=None,
        out=states.get("unassigned", 0) + states.get("scoring", 0),
    )  # fmt: skip
