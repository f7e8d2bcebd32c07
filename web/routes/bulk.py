"""Many at once (批量办理): a preview, one act for what passes, the sheet of results, and five minutes to take it back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply_many, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import CHUNK, FELL_OUT, Entry, draft_list, make_list, withdraw_list
from flows.engine.work import Happening, Intent, Result, Work
from models.queries.bulk import entries_of, held_runs
from models.queries.inbox import InboxRow, answer_of, filtered_runs, inbox_cases
from models.settings import settings
from web.display import clock_time
from web.i18n import _
from web.routes.inbox import list_context, wanted_of
from web.views.bulk import ACTS, HELD, Settled, payload_of, plan_of, settled_of
from web.views.inbox import address, narrowed
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
ACT = "bulk"


@router.post("/inbox/bulk")
def preview_page(visit: Visiting, form: Posted) -> Response:
    """What the act would do to each chosen case; nothing is written."""
    act = form.text("act") or "endorse"
    if act not in ACTS:
        raise NotFound
    wanted = wanted_of(form.text("box"), form.text("stage"), form.text("round"), form.text("school"), 1)
    with visit.reading() as work:
        chosen = _chosen(visit, work, form, narrowed(work, wanted))
        if not chosen:
            raise Refused("none_chosen", _("还没有选。请回到收件箱，勾选要一起办理的事项。"))
        plan = plan_of(work, act, chosen, visit.visitor.actor)
        context = list_context(visit, work, wanted, None, frozenset(run for run, _version in chosen))
    return visit.page(
        "inbox/list.html", wanted=wanted, case=None, asked=False, note="", bulk=plan, back=address(wanted), **context
    )


def _chosen(visit: Visit, work: Work, form: Form, wanted: Any) -> Sequence[tuple[int, int]]:
    if form.text("everything"):
        return filtered_runs(work.session, visit.visitor.keys, visit.visitor.person_id or 0, visit.now, wanted)
    return _pairs(form)


def _pairs(form: Form) -> list[tuple[int, int]]:
    """The cases of a form as (run, version); what is not written so is left out."""
    parts = [one.split(".") for one in dict.fromkeys(form.texts("run"))]
    return [(int(one[0]), int(one[1])) for one in parts if len(one) == 2 and all(part.isdigit() for part in one)]


@router.post("/inbox/bulk/apply")
def act_on_many(visit: Visiting, form: Posted) -> Response:
    """Do what the preview showed, once; what has changed since falls out with its reason.

    What a body decides becomes a list that is held for a few minutes and can be withdrawn; the rest is done at once.
    """
    act, reason, chosen = form.text("act"), form.text("reason"), _pairs(form)
    if act not in ACTS or not chosen:
        raise NotFound
    if act != "endorse" and not reason:
        raise Refused("without_reason", _("请先写明理由。没有改动任何内容。"))
    intents = [Intent(run, act, payload_of(act, reason, form.text(f"rank.{run}")), version) for run, version in chosen]

    visit.once(form, ACT, lambda work: _acted(visit, work, act, intents))
    return visit.go(f"/inbox/bulk/{form.request_id}")


def _acted(visit: Visit, work: Work, act: str, intents: Sequence[Intent]) -> Mapping[str, Any]:
    actor = visit.visitor.actor
    named = {row.run_id: row for row in inbox_cases(work.session, [one.run_id for one in intents])}
    waiting = held_runs(work.session, list(named), work.now)
    results = preview(work, [one for one in intents if one.run_id not in waiting], actor)
    accepted = [one.outcome for one in results if isinstance(one.outcome, Happening)]
    listed = [one for one in accepted if _by_list(one, visit)]
    direct = [one.intent for one in accepted if not _by_list(one, visit)]
    if len(direct) > CHUNK:
        raise Refused("too_many", _("一次最多这样办理 {n} 件，请分几次。没有改动任何内容。", n=CHUNK))
    said = {one: _(HELD) for one in waiting}
    said |= _refusals(results) | _refusals(apply_many(work, direct, actor) if direct else ())
    lists = _as_lists(visit, work, act, listed, named)
    shown = {row.run_id: row for row in named.values() if row.run_id not in said or row.desk in visit.visitor.keys}
    apart = {one.run_id for one in direct} | set(said)
    rows = [
        {"run": run, "name": shown[run].person, "body": shown[run].body, "says": said.get(run, "")}
        for run in (one.run_id for one in intents)
        if run in apart and run in shown
    ]
    return {"act": act, "rows": rows, "lists": lists}


def _refusals(results: Sequence[Result]) -> dict[int, str]:
    return {one.intent.run_id: one.outcome.says for one in results if isinstance(one.outcome, Refusal)}


def _by_list(happening: Happening, visit: Visit) -> bool:
    """Whether a list may say it: an act that the stage takes from lists, at the desk of a body of the visitor's."""
    on = happening.rule.stage.find(happening.run.state, happening.intent.event)
    desk = happening.run.desk
    return on is not None and on.on_list and desk.startswith("body:") and desk in visit.visitor.keys


def _as_lists(
    visit: Visit, work: Work, act: str, accepted: Sequence[Happening], named: Mapping[int, InboxRow]
) -> list[int]:
    """One made list for each desk and step; the clock applies them when the time to take them back has passed."""
    groups = defaultdict(list)
    for one in accepted:
        groups[one.run.desk, one.run.step].append(one)
    made = []
    for (desk, step), members in groups.items():
        entries = [
            Entry(one.run.id, one.run.version, n, one.intent.payload,
                  {"name": named[one.run.id].person, "body": named[one.run.id].body})
            for n, one in enumerate(members, 1)
        ]  # fmt: skip
        body_id = int(desk.removeprefix("body:"))
        listing_id = draft_list(work, visit.visitor.actor, act, step, body_id, entries)
        make_list(work, visit.visitor.actor, listing_id, hold=timedelta(minutes=settings().undo_minutes))
        made.append(listing_id)
    return made


def _answer(visit: Visit, work: Work, request_id: str) -> Mapping[str, Any]:
    """What a bulk act of the visitor answered. Raises NotFound."""
    answer = answer_of(work.session, request_id, f"person:{visit.visitor.person_id}", ACT)
    if answer is None:
        raise NotFound
    return answer


@router.get("/inbox/bulk/{request_id}")
def result_page(visit: Visiting, request_id: str, note: str = "") -> Response:
    """What became of each case of a bulk act: what was not done first, what can still be taken back, what is done."""
    with visit.reading() as work:
        answer = _answer(visit, work, request_id)
        entries = entries_of(work.session, answer.get("lists", []))
    rows = answer.get("rows", [])
    sheet = [
        Settled("refused" if one["says"] else "done", one["run"], one["name"], one["body"], one["says"]) for one in rows
    ]
    sheet = sorted([*sheet, *settled_of(entries, visit.now, FELL_OUT)], key=lambda one: one.look != "refused")
    until = max((one.held_until for one in entries if one.held_until and not one.withdrawn_at), default=None)
    counts = {
        look: sum(one.look == look for one in sheet) for look in ("refused", "held", "running", "done", "withdrawn")
    }
    return visit.page(
        "inbox/result.html", label=_(ACTS[answer["act"]]), sheet=sheet, counts=counts, request=request_id, note=note,
        until=clock_time(until) if until else "", every=len(sheet),
    )  # fmt: skip


@router.post("/inbox/bulk/{request_id}/withdraw")
def withdraw(visit: Visiting, form: Posted, request_id: str) -> Response:
    """Take a whole bulk act back while nothing of it has been applied."""

    def take_back(work: Work) -> Mapping[str, Any]:
        lists = _answer(visit, work, request_id).get("lists", [])
        for listing_id in lists:
            withdraw_list(work, visit.visitor.actor, listing_id)
        return {"lists": lists}

    visit.once(form, f"withdraw bulk:{request_id}", take_back)
    return visit.go(f"/inbox/bulk/{request_id}", _("已整批撤回，都回到待办，没有发出任何通知。"))
