"""Votes (表决): one seat's vote about one case: yes, no, or standing back; the tally is seen once one's own is given."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from models.queries.applications import application_of
from models.queries.programmes import programme_of
from models.queries.scope import visible_applications
from models.queries.votes import ballot_of, votes_of
from web.app import provenance
from web.i18n import _, word
from web.views.cases import due_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST = 2000
SAID = {"agree": word("同意"), "against": word("不同意")}


@router.get("/votes/{run_id}")
def ballot(visit: Visiting, run_id: int, note: str = "") -> Response:
    """The case in short, the rule of the vote, and the choice."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        step = work.book.rule(work.session, row.version_id, row.path, row.step.removesuffix("/opinion"), row.round_id)
        policy: Any = step.policy
        origin = provenance(policy.origin("vote"), programme_of(work.session, row.version_id))
        scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
        opens = application_of(work.session, row.application_id, scope) is not None
        votes = votes_of(work.session, [row.parent_id])[row.parent_id]
        due = due_of(work, row, step) if row.ended_at is None else None
    return visit.page(
        "votes/ballot.html", row=row, run=row, step=step, rule=policy.vote, origin=origin, opens=opens, due=due, note=note,
        votes=votes if row.given_at else None, said=SAID.get(row.answer.get("choice", ""), ""),
    )  # fmt: skip


def _own(work: Work, visit: Visit, run_id: int) -> Any:
    row = ballot_of(work.session, run_id, visit.visitor.person_id or 0)
    if row is None:
        raise NotFound
    return row


@router.post("/votes/{run_id}")
def vote(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Vote, or stand back with the reason."""
    chosen = form.text("choice")
    if chosen not in {*SAID, "stand_back"}:
        raise Refused("no_choice", _("请先选同意、不同意或回避。没有改动任何内容。"))

    def do(work: Work) -> Mapping[str, Any]:
        row = _own(work, visit, run_id)
        happened = apply(work, _intent(run_id, form, chosen), visit.visitor.actor)
        return {"version": happened.version, "name": row.person}

    done = visit.once(form, f"vote:{run_id}", do)
    words = (
        _("已回避{name}的表决。", name=done["name"])
        if chosen == "stand_back"
        else _("已投票：{name}。", name=done["name"])
    )
    return visit.go(f"/votes/{run_id}", words)


def _intent(run_id: int, form: Form, chosen: str) -> Intent:
    reason = {"reason": form.text("reason")[:LONGEST]} if form.text("reason") else {}
    if chosen == "stand_back":
        return Intent(run_id, "refuse", reason, form.version)
    return Intent(run_id, "give", {"choice": chosen, **reason}, form.version)
