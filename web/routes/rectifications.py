"""Rectifications (整改): how much time is left, findings and measures, the report, and looking at it again."""

from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.calendar import add_months
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.following import rows_of
from flows.engine.work import Intent, Work
from flows.office.mending import keep_measures
from models.files import ACCEPT
from models.queries.assessments import followed, moves_of, names_of, others_under_way, rectification_of
from web.i18n import _, word
from web.papers import keep_photo, serve_kept
from web.routes.assessments import scope_of
from web.views.cases import due_of, provenance_of
from web.views.following import followed_words, grade_mark, rule_words
from web.views.rectifications import assessor_title, counts_of, files_of, findings_of, time_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST = 4000
EVENTS = {"mending": ("report", "set_limit", "extend", "reassess"), "reported": ("reassess", "extend")}
DONE = {
    "report": word("整改报告已提交，由考核人复核。"), "set_limit": word("整改期限已改，已通知工作室。"), "extend": word("已延期，已通知相关人员。"),
    "reassess": word("复核结果已登记。"),
}  # fmt: skip


def _seen(visit: Visit, work: Work, rectification_id: int) -> Any:
    row = rectification_of(work.session, rectification_id, scope_of(visit), visit.visitor.keys)
    if row is None:
        raise NotFound
    return row


@router.get("/rectifications/{rectification_id}")
def rectification(visit: Visiting, rectification_id: int, note: str = "") -> Response:
    """Days left, findings with their measures, what comes next in both cases, and what goes on meanwhile."""
    with visit.reading() as work:
        row = _seen(visit, work, rectification_id)
        context = _context(visit, work, row)
    return visit.page("rectifications/page.html", row=row, note=note, **context)


def _context(visit: Visit, work: Work, row: Any) -> dict[str, Any]:
    programme = visit.book.programme(work.session, row.version_id)
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
    policy: Any = rule.policy
    address = f"/programmes/{row.code}/{row.version_number}"
    moves = moves_of(work.session, row.run_id)
    authority = f"body:{row.authority_body_id}"
    names = names_of(work.session, {row.assessor, authority})
    findings = findings_of(row)
    hosts = row.host_id == visit.visitor.person_id
    words = programme.assessments[row.key].words if row.key in programme.assessments else {}
    return {
        "time": time_of(work, row, policy, moves, names.get(authority, "")), "findings": findings, "counts": counts_of(findings),
        "events": _events(work, visit, row), "hosts": hosts, "policy": policy, "moves": moves, "accept": ACCEPT,
        "assessor": assessor_title(programme, policy, names.get(row.assessor, "")), "best": grade_mark(policy.capped, words),
        "grades": [(grade, grade_mark(grade, words)) for grade in _open_to(policy)],
        "due": due_of(work, row, rule, address) if row.ended_at is None else None,
        "origin": provenance_of(policy.origin(""), address), "limit_origin": provenance_of(policy.origin("limit"), address),
        "again_origin": provenance_of(policy.origin("reassess_within"), address), "failing_origin": provenance_of(policy.origin("ineffective"), address),
        "failing": rule_words(programme, rows_of(policy.ineffective)), "others": others_under_way(work.session, row.studio_id),
        "followed": [(one, followed_words(programme, one), provenance_of(one.origin, address)) for one in followed(work.session, row.run_id)],
        "result": grade_mark(row.grade, words) if row.grade else None,
    }  # fmt: skip


def _open_to(policy: Any) -> tuple[str, ...]:
    """The grades that can be given after mending: at most what the text allows."""
    grades: tuple[str, ...] = policy.grades
    return grades[grades.index(policy.capped) :] if policy.capped in grades else grades


def _events(work: Work, visit: Visit, row: Any) -> dict[str, str]:
    """What the visitor may press now, with the reason where it is refused."""
    if row.ended_at is not None:
        return {}
    trial = {"measures": ["–"], "due_on": add_months(visit.today, 1).isoformat(), "reason": "–", "grade": "qualified"}
    intents = [Intent(row.run_id, event, trial) for event in EVENTS.get(row.state, ())]
    found = {}
    for result in preview(work, intents, visit.visitor.actor):
        refusal = result.outcome if isinstance(result.outcome, Refusal) else None
        if refusal is None:
            found[result.intent.event] = ""
        elif refusal.because == "too_early":
            found[result.intent.event] = refusal.says
    return found


@router.post("/rectifications/{rectification_id}")
def act(visit: Visiting, form: Posted, rectification_id: int) -> Response:
    """Report, set or extend the limit, or look at it again."""
    event = form.text("act")
    if event not in DONE:
        raise NotFound

    def do(work: Work) -> Mapping[str, Any]:
        row = _seen(visit, work, rectification_id)
        payload = _payload(form, event, row)
        happened = apply(work, Intent(row.run_id, event, payload, form.version), visit.visitor.actor)
        return {"version": happened.version, "to": happened.move.to}

    done = visit.once(form, f"{event}:rectification:{rectification_id}", do)
    words = {"effective": _("整改有效，工作室恢复正常。"), "ineffective": _("整改不力，后果已按办法发生。")}.get(
        done["to"], _(DONE[event])
    )
    return visit.go(f"/rectifications/{rectification_id}", words)


def _payload(form: Form, event: str, row: Any) -> dict[str, Any]:
    reason = form.text("reason")[:LONGEST]
    if event == "report":
        if not reason:
            raise Refused("without_report", _("请写明整改情况。没有改动任何内容。"))
        return {"report": reason, "measures": list(row.measures)}
    if event == "reassess":
        if not reason:
            raise Refused("without_reason", _("请写明复核意见。没有改动任何内容。"))
        return {"grade": form.text("grade"), "reason": reason}
    if not form.text("due_on"):
        raise Refused("without_due_on", _("请选新的期限。没有改动任何内容。"))
    return {"due_on": form.text("due_on")} | ({"reason": reason} if reason else {})


@router.post("/rectifications/{rectification_id}/measures")
def measures(visit: Visiting, form: Posted, rectification_id: int) -> Response:
    """Keep the measures as the host has written them, with the files that prove each; a line without words falls out."""

    def do(work: Work) -> Mapping[str, Any]:
        row = _seen(visit, work, rectification_id)
        lines = [one | {"files": _proofs(work, form, row, place)} for place, one in _lines(form)]
        return {"n": keep_measures(work, visit.visitor.actor, rectification_id, lines)}

    done = visit.once(form, f"measures:{rectification_id}", do)
    return visit.go(f"/rectifications/{rectification_id}", _("已保存 {n} 项措施。", n=done["n"]))


def _lines(form: Form) -> list[tuple[str, dict[str, Any]]]:
    """Every measure of the form that has words, under the name its files go by."""
    columns = ("finding", "what", "who", "until", "state", "proof")
    found = zip(*(_column(form, name) for name in columns), strict=False)
    places = chain(_column(form, "line"), repeat(""))
    lines = [(place, dict(zip(columns, one, strict=True))) for one, place in zip(found, places, strict=False)]
    return [(place, one) for place, one in lines if one["what"].strip()]


def _proofs(work: Work, form: Form, row: Any, place: str) -> list[dict[str, str]]:
    """The files of one measure: those that were there and are kept, and those that came with the form. Raises Refused."""
    known = files_of(row.measures)
    kept = [{"sha256": one, "name": known[one]} for one in form.texts(f"keep.{place}") if one in known]
    for sent in form.files(f"file.{place}"):
        sha256, _ending = keep_photo(work.session, sent, work.now, _("佐证"))
        kept.append({"sha256": sha256, "name": sent.filename or ""})
    return kept


@router.get("/rectifications/{rectification_id}/files/{digest}")
def proof(visit: Visiting, rectification_id: int, digest: str) -> Response:
    """One file that proves a measure, for whoever may see the rectification. Raises NotFound."""
    with visit.reading() as work:
        row = _seen(visit, work, rectification_id)
        if digest not in files_of(row.measures):
            raise NotFound
        return serve_kept(work.session, digest, f"{rectification_id}-{_('佐证')}")


def _column(form: Form, name: str) -> list[str]:
    return [str(one) for one in form.values.getlist(name)]
