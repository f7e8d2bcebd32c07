"""Single acts (办理一件): one event to one run, with no more than the payload that this event may carry."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from models.queries.inbox import inbox_case
from models.queries.resources import open_to
from web.i18n import _, word
from web.routes.account import local
from web.visit import Form, Posted, Visiting

router = APIRouter()
Payload = Callable[[Form], dict[str, Any]]
LONGEST = 2000


def _reason(form: Form) -> dict[str, Any]:
    text = form.text("reason")[:LONGEST]
    return {"reason": text} if text else {}


def _endorsement(form: Form) -> dict[str, Any]:
    rank = form.text("rank")
    return _reason(form) | _judged(form) | ({"rank": int(rank)} if rank.isdigit() else {})


def _judged(form: Form) -> dict[str, Any]:
    said = {key.removeprefix("judged."): form.text(key) for key in form.values if key.startswith("judged.")}
    kept = {place: result for place, result in said.items() if result in {"passed", "failed"}}
    return {"judged": kept} if kept else {}


def _declining(form: Form) -> dict[str, Any]:
    return _reason(form) | _judged(form)


def _defects(form: Form) -> dict[str, Any]:
    places = [str(one).strip() for one in form.values.getlist("defect_place")]
    whats = [str(one).strip() for one in form.values.getlist("defect_what")]
    listed = [
        {"place": place or _("其他"), "what": what[:LONGEST]}
        for place, what in zip(places, whats, strict=False)
        if what
    ]
    if not listed and form.text("reason"):
        listed = [
            {"place": _("其他"), "what": line.strip()} for line in form.text("reason").splitlines() if line.strip()
        ]
    return {"defects": listed} | _reason(form)


def _extension(form: Form) -> dict[str, Any]:
    due_on = form.text("due_on")
    try:
        date.fromisoformat(due_on)
    except ValueError:
        raise Refused("without_due_on", _("请选新的期限。没有改动任何内容。")) from None
    return {"due_on": due_on} | _reason(form)


# What each event may carry; an event that is not here is not taken from this page.
PAYLOADS: Mapping[str, Payload] = {
    "endorse": _endorsement, "decline": _declining, "send_back": _defects, "resubmit": _reason, "withdraw": _reason,
    "extend": _extension, "submit": lambda _form: {}, "ask_seats": lambda _form: {},
    "judge": _declining,
}  # fmt: skip

DONE = {
    "endorse": word("已同意并推荐：{name}。"), "decline": word("已不予推荐：{name}，理由已通知本人。"), "send_back": word("已退回{name}补正，已通知本人。"),
    "resubmit": word("已重新提交，编号不变。"), "withdraw": word("已撤回。"), "extend": word("已延期：{name}，相关人员已收到通知。"), "submit": word("已提交。"),
    "judge": word("已判断资格：{name}。"), "ask_seats": word("已请还没有问过的成员投票。"),
}  # fmt: skip
AGREED = {
    "endorse": word("已同意：{name}。"),
    "decline": word("不同意：{name}，理由已通知本人。"),
}  # to a seat, an exit or a next cycle


@router.post("/runs/{run_id}/{event}")
def act(visit: Visiting, form: Posted, run_id: int, event: str) -> Response:
    """One act on one case; `act` takes the event from the choice made in the form. The engine decides who may."""
    chosen = (form.text("choice") or form.text("choice_pressed")) if event == "act" else event
    if event == "act" and not chosen:
        raise Refused("without_choice", _("请先选同意、退回或不同意。没有改动任何内容。"))
    if chosen not in PAYLOADS:
        raise NotFound
    payload = PAYLOADS[chosen](form)

    def do(work: Work) -> Mapping[str, Any]:
        visitor = visit.visitor
        if not open_to(work.session, run_id, visitor.person_id or 0, visitor.body_ids, visitor.keys):
            raise NotFound  # a refusal would tell a stranger that there is such a case, and how it stands
        happened = apply(work, Intent(run_id, chosen, payload, form.version), visitor.actor)
        return {
            "version": happened.version,
            "to": happened.move.to,
            "name": name_of(work, run_id),
            "gives": happened.rule.gives,
        }

    done = visit.once(form, f"{chosen}:{run_id}", do)
    words = DONE if done.get("gives") in {None, "", "studio"} else {**DONE, **AGREED}
    return visit.go(local(form.text("back") or "/inbox"), _(words[chosen], name=done["name"]))


def name_of(work: Work, run_id: int) -> str:
    """Whose case it is, as a note says it."""
    row = inbox_case(work.session, run_id)
    return (row.person or row.number) if row else ""
