"""Plaques (发文与挂牌): what stands before each, announcing and hanging; the duties of the setup period, signed, handed in, received."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from models.queries.selection import duty_of, plaque_of, plaques_in, setup_duties
from web.display import run_mark
from web.i18n import _
from web.papers import keep
from web.routes.ranking import round_under
from web.views.plaques import party_words, plaque_lines, signatures
from web.views.scores import due_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
SAID = {"sign": "已签署。", "submit": "已报送。", "accept": "已通过。", "return": "已退回。"}


@router.get("/rounds/{round_id}/plaques")
def plaques(visit: Visiting, round_id: int, note: str = "") -> Response:
    """All studios of a round on their way to the plaque."""
    with visit.reading() as work:
        one = round_under(work, visit, round_id)
        lines = plaque_lines(work, plaques_in(work.session, round_id), visit.visitor.actor)
    ready = {event: [line for line in lines if line.ready == event] for event in ("announce", "register", "hang")}
    return visit.page("plaques/round.html", round=one, lines=lines, ready=ready, note=note)


@router.get("/plaques/{run_id}")
def plaque(visit: Visiting, run_id: int, note: str = "") -> Response:
    """One studio before its plaque: what is missing, by name."""
    with visit.reading() as work:
        row = _plaque(work, visit, run_id)
        line = plaque_lines(work, [row], visit.visitor.actor)[0]
        duties = setup_duties(work.session, [row.studio_id]).get(row.studio_id, ())
        marks = [(one, run_mark("activities", one.state)) for one in duties]
    return visit.page("plaques/plaque.html", row=row, line=line, duties=marks, note=note)


@router.post("/plaques/{run_id}")
def hang(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Hang one plaque; the cycle begins today."""

    def act(work: Work) -> Mapping[str, Any]:
        row = _plaque(work, visit, run_id)
        event = "register" if form.text("act") == "register" else "hang"
        return {"version": apply(work, Intent(row.id, event, {}, form.version), visit.visitor.actor).version}

    visit.once(form, "hang", act)
    return visit.go(f"/plaques/{run_id}", _("已挂牌，建设周期从今天开始。"))


def _plaque(work: Work, visit: Visit, run_id: int) -> Any:
    bodies = [office.body_id for office in visit.visitor.offices if office.role == "administrator"]
    row = plaque_of(work.session, run_id, bodies)
    if row is None:
        raise NotFound
    return row


@router.get("/duties/{duty_id}")
def duty(visit: Visiting, duty_id: int, note: str = "") -> Response:
    """A filing or agreement: what it needs, who has signed, who receives it, and what the visitor can do now."""
    with visit.reading() as work:
        row, signers = _duty(work, visit, duty_id)
        rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
        acts = _possible(work, visit, row)
        context = {
            "row": row, "run": row, "signers": signers, "mine": next((one for one in signers if one.mine), None), "policy": rule.policy,
            "acts": acts, "due": due_of(work, row), "mark": run_mark("activities", row.state),
            "receiver": party_words(work, row.receiver, row.host), "responsible": party_words(work, row.responsible, row.host),
        }  # fmt: skip
    return visit.page("plaques/duty.html", note=note, **context)


def _possible(work: Work, visit: Visit, row: Any) -> Mapping[str, str]:
    """What the visitor's desks may do to a duty now, each with the reason against it (empty when it can be done)."""
    found = {}
    for event in ("submit", "accept", "return"):
        payload = {"reason": "-"} if event == "return" else _as_if_complete(work, row) if event == "submit" else {}
        outcome = preview(work, [Intent(row.run_id, event, payload, row.version)], visit.visitor.actor)[0].outcome
        if not isinstance(outcome, Refusal):
            found[event] = ""
        elif outcome.because not in {"not_yours", "wrong_state", "ended"}:
            found[event] = outcome.says
    return found


@router.post("/duties/{duty_id}")
def act_on_duty(visit: Visiting, form: Posted, duty_id: int) -> Response:
    """Sign, hand in, accept or return."""
    event = form.text("act")
    if event not in SAID:
        raise Refused("unknown_act", _("没有这种办理。没有改动任何内容。"))
    visit.once(form, f"duty {event}", lambda work: _acted(work, visit, form, duty_id, event))
    return visit.go(f"/duties/{duty_id}", _(SAID[event]))


def _acted(work: Work, visit: Visit, form: Form, duty_id: int, event: str) -> Mapping[str, Any]:
    row, signers = _duty(work, visit, duty_id)
    if event == "sign":
        mine = next((one for one in signers if one.mine), None)
        if mine is None:
            raise Refused("not_yours", _("这份协议不由您签署，或您已经签过。"))
        intent = Intent(mine.run_id, "give", {"signed": True}, mine.version)
    elif event == "return":
        intent = Intent(row.run_id, event, {"reason": form.text("reason")}, form.version)
    else:
        intent = Intent(row.run_id, event, _handed_in(work, form) if event == "submit" else {}, form.version)
    return {"version": apply(work, intent, visit.visitor.actor).version}


def _handed_in(work: Work, form: Form) -> dict[str, Any]:
    files = []
    for n, sent in enumerate(form.files("files"), start=1):
        sha256, ending = keep(work.session, sent, work.now)
        files.append({"sha256": sha256, "name": f"{n}{ending}"})
    return {"text": form.text("text"), "files": files, "link": form.text("link"), "parts": form.texts("parts")}


def _as_if_complete(work: Work, row: Any) -> dict[str, Any]:
    """What will be handed in, as far as the form can carry it: what else is lacking is said before anybody fills it in."""
    policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
    return {"text": "-", "link": "-", "parts": list(policy.checklist)}


def _duty(work: Work, visit: Visit, duty_id: int) -> tuple[Any, Any]:
    """A duty with its signers, if the visitor answers for it, receives it, signs it, or is of its authority."""
    row = duty_of(work.session, duty_id)
    if row is None:
        raise NotFound
    keys = visit.visitor.keys
    signers = signatures(work, row.run_id, keys)
    authority = f"body:{work.book.cast(work.session, row.version_id).authority_id}"
    if not ({row.responsible, row.receiver, authority} & keys or any(one.own for one in signers)):
        raise NotFound
    return row, signers
