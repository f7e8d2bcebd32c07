"""Panel (专家抽取): the pool, who must stay away and why, the seed, and the proof that it gives the same panel again."""

import secrets

from fastapi import APIRouter
from fastapi.responses import Response

from models.queries.selection import entries_of, lists_of, refusals_in, reviews_in
from web.routes.ranking import policy_of, round_under
from web.views.selection import drawn_again, pool_of
from web.visit import Visiting

router = APIRouter()


@router.get("/rounds/{round_id}/panel")
def panel(visit: Visiting, round_id: int, check: int = 0, note: str = "") -> Response:
    """Who can be drawn, who stays away, and every draw so far; `check` repeats one of them."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        policy = policy_of(work, one, "expert_review")
        draws = lists_of(work.session, round_id, "draw")
        again = next((row for row in draws if row.id == check), None)
        context = {
            "round": one, "policy": policy, "pool": pool_of(work, round_id, one.authority_body_id, policy), "draws": draws, "checked": again,
            "differing": drawn_again(again, entries_of(work.session, again.id)) if again else (),
            "states": reviews_in(work.session, round_id), "recused": refusals_in(work.session, round_id),
        }  # fmt: skip
    seed = f"{visit.today:%Y%m%d}-{secrets.token_hex(3)}"
    return visit.page("selection/panel.html", note=note, seed=seed, **context)
