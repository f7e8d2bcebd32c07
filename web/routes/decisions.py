"""Decisions (决定事项): what the text leaves open, put to a body: its choices, what each brings, and the answer with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work, read_facts, run_state
from flows.programme import Programme
from models.queries.applications import holders_of
from models.queries.assessments import corrected_by, decision_of, followed, moves_of
from models.queries.runs import lock_runs
from models.queries.studios import seats_of_studio
from web.i18n import _
from web.routes.assessments import scope_of
from web.views.cases import due_of, provenance_of
from web.views.following import ADVERSE, became_mark, followed_words, fund_title, left_to_do, rule_words
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST = 2000
PASSED = frozenset({"stale", "wrong_state", "ended", "not_yours"})  # then there is nothing left to decide here


@dataclass(frozen=True)
class Said:
    """What was chosen and written, and why it was refused, so that a refusal loses nothing."""

    choice: str = ""
    share: str = ""
    seats: tuple[str, ...] = ()
    reason: str = ""
    refused: str = ""


def _seen(visit: Visit, work: Work, decision_id: int) -> Any:
    """A question, for whoever decides it, hosts the studio or oversees it. Raises NotFound."""
    row = decision_of(work.session, decision_id, scope_of(visit), visit.visitor.keys)
    me = visit.visitor
    if row is None or not (me.body_ids or row.host_id == me.person_id or row.desk in me.keys):
        raise NotFound
    return row


@router.get("/decisions/{decision_id}")
def decision(visit: Visiting, decision_id: int, note: str = "", choice: str = "") -> Response:
    """The question, what each choice brings, and the answer; silence never answers it."""
    with visit.reading() as work:
        row = _seen(visit, work, decision_id)
        context = _context(visit, work, row)
    return visit.page("decisions/page.html", row=row, note=note, said=Said(choice), **context)


def _context(visit: Visit, work: Work, row: Any) -> dict[str, Any]:
    programme = visit.book.programme(work.session, row.version_id)
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
    address = f"/programmes/{row.code}/{row.version_number}"
    (run,) = lock_runs(work.session, [row.run_id])
    facts: Any = read_facts(work, [run_state(run)])[row.run_id]
    mine = row.ended_at is None and _may(work, visit, row)
    holder = holders_of(work.session, {run.desk}, visit.today).get(run.desk) if run.desk else None
    kind, _colon, number = str(row.about).partition(":")
    return {
        "programme": programme, "choices": _choices(programme, row), "names_seats": facts.names_seats, "mine": mine, "holder": holder,
        "seats": [seat for seat in seats_of_studio(work.session, row.studio_id) if seat.id in set(facts.seats)] if facts.names_seats else [],
        "roles": {name: role.title for name, role in programme.people.items()},
        "due": due_of(work, row, rule, address) if row.ended_at is None else None,
        "origin": provenance_of(row.origin if row.origin.get("kind") in {"clause", "default", "decision"} else {}, address),
        "appeal": row.origin.get("text", "") if row.origin.get("kind") == "appeal" else "",
        "about": f"/assessments/{number}" if kind == "assessment" else f"/studios/{row.studio_id}", "fund": fund_title(programme, row.fund),
        "moves": moves_of(work.session, row.run_id),
        "corrected": [(one, followed_words(programme, one), became_mark(one), left_to_do(one)) for one in corrected_by(work.session, row.studio_id, row.id)],
        "followed": [(one, followed_words(programme, one), provenance_of(one.origin, address)) for one in followed(work.session, row.run_id)],
    }  # fmt: skip


def _choices(programme: Programme, row: Any) -> list[tuple[str, str, bool]]:
    """Each choice with what it brings, and whether that is to somebody's disadvantage."""
    return [
        (str(one["title"]), rule_words(programme, one["then"]), any(then["kind"] in ADVERSE for then in one["then"]))
        for one in row.choices
    ]


def _may(work: Work, visit: Visit, row: Any) -> bool:
    (result,) = preview(work, [Intent(row.run_id, "decide", {"choice": "–"})], visit.visitor.actor)
    return not (isinstance(result.outcome, Refusal) and result.outcome.because == "not_yours")


@router.post("/decisions/{decision_id}")
def decide(visit: Visiting, form: Posted, decision_id: int) -> Response:
    """Answer the question, with the reason; what was chosen follows at once. What cannot be decided so comes back filled in."""
    said = Said(form.text("choice"), form.text("share"), tuple(form.texts("seat")), form.text("reason")[:LONGEST])
    try:
        return _decide(visit, form, decision_id, said)
    except Refused as refused:
        if refused.because in PASSED:
            raise
        with visit.reading() as work:
            row = _seen(visit, work, decision_id)
            context = _context(visit, work, row)
        return visit.page(
            "decisions/page.html", 422, row=row, note="", said=replace(said, refused=refused.says), **context
        )


def _decide(visit: Visit, form: Form, decision_id: int, said: Said) -> Response:
    if not said.reason:
        raise Refused("without_reason", _("请写明理由，写入决定记录。没有改动任何内容。"))
    payload: dict[str, Any] = {"reason": said.reason}
    if said.choice:
        payload["choice"] = said.choice
    if said.share.isdigit():
        payload["share"] = int(said.share)
    if said.seats:
        payload["seats"] = [int(one) for one in said.seats if one.isdigit()]

    def do(work: Work) -> Mapping[str, Any]:
        row = _seen(visit, work, decision_id)
        return {
            "version": apply(work, Intent(row.run_id, "decide", payload, form.version), visit.visitor.actor).version
        }

    visit.once(form, f"decide:{decision_id}", do)
    return visit.go(f"/decisions/{decision_id}", _("已作出决定，后果已按所选发生。"))
