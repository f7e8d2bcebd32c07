"""Many at once (批量办理): a preview of what passes and what does not, one act for what passes, and the sheet of results."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply_many
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import CHUNK, Entry, draft_list, make_list, progress
from flows.engine.work import Intent, Work
from models.queries.inbox import answer_of, filtered_runs, inbox_cases
from web.i18n import _
from web.routes.inbox import list_context, wanted_of
from web.views.bulk import ACTS, payload_of, plan_of
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
    """Do what the preview showed, once; what has changed since falls out with its reason. More than 200 become a list."""
    act, reason, chosen = form.text("act"), form.text("reason"), _pairs(form)
    if act not in ACTS or not chosen:
        raise NotFound
    if act != "endorse" and not reason:
        raise Refused("without_reason", _("请先写明理由。没有改动任何内容。"))
    payloads = {run: payload_of(act, reason, form.text(f"rank.{run}")) for run, _version in chosen}

    def do(work: Work) -> Mapping[str, Any]:
        if len(chosen) > CHUNK:
            return {"act": act, "lists": _as_lists(visit, work, act, chosen, payloads)}
        intents = [Intent(run, act, payloads[run], version) for run, version in chosen]
        results = apply_many(work, intents, visit.visitor.actor)
        said = {one.intent.run_id: one.outcome.says if isinstance(one.outcome, Refusal) else "" for one in results}
        named = {row.run_id: row for row in inbox_cases(work.session, list(said))}
        mine = {run: row for run, row in named.items() if not said[run] or row.desk in visit.visitor.keys}
        rows = [
            {"run": run, "name": mine[run].person, "body": mine[run].body, "says": says}
            for run, says in said.items()
            if run in mine
        ]
        return {"act": act, "rows": rows}

    visit.once(form, ACT, do)
    return visit.go(f"/inbox/bulk/{form.request_id}")


def _as_lists(
    visit: Visit, work: Work, act: str, chosen: Sequence[tuple[int, int]], payloads: Mapping[int, Mapping[str, Any]]
) -> list[int]:
    """One made list for each desk, round and step; the clock applies them in chunks."""
    if act == "send_back":
        raise Refused("too_many", _("一次最多退回 {n} 件，请分几次办理。没有改动任何内容。", n=CHUNK))
    versions, groups = dict(chosen), defaultdict(list)
    for row in inbox_cases(work.session, list(versions)):
        groups[row.desk, row.round_id, row.step].append(row)
    made = []
    for (desk, round_id, step), rows in groups.items():
        if desk not in visit.visitor.keys or not desk.startswith("body:"):
            continue
        entries = [
            Entry(row.run_id, versions[row.run_id], n, payloads[row.run_id], {"name": row.person, "body": row.body})
            for n, row in enumerate(rows, 1)
        ]
        listing_id = draft_list(
            work, visit.visitor.actor, act, step, int(desk.removeprefix("body:")), entries, round_id=round_id
        )
        make_list(work, visit.visitor.actor, listing_id)
        made.append(listing_id)
    return made


@router.get("/inbox/bulk/{request_id}")
def result_page(visit: Visiting, request_id: str) -> Response:
    """What became of each case of a bulk act: what was not done first, then what was."""
    with visit.reading() as work:
        answer = answer_of(work.session, request_id, f"person:{visit.visitor.person_id}", ACT)
        if answer is None:
            raise NotFound
        lists = [progress(work.session, one) for one in answer.get("lists", [])]
    rows = answer.get("rows", [])
    refused, done = [one for one in rows if one["says"]], [one for one in rows if not one["says"]]
    settled, every = sum(one[0] for one in lists), sum(one[1] for one in lists)
    return visit.page(
        "inbox/result.html",
        label=_(ACTS[answer["act"]]),
        refused=refused,
        done=done,
        settled=settled,
        every=every,
        lists=bool(lists),
    )
