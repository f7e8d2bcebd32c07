"""Assessments (考核): the sheet with what the system knows, the grade with its consequences, and the opinion of a party."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work, read_facts, run_state
from flows.office.appeals import appeal
from flows.office.urging import urge
from flows.programme import Programme, origin_of
from models.queries.applications import holders_of
from models.queries.assessments import (
    assessment_of,
    earlier_results,
    followed,
    hearing_of,
    moves_of,
    opened_by,
)
from models.queries.runs import lock_runs
from models.queries.scope import visible_studios
from web.i18n import _, word
from web.views import assessments as views
from web.views.cases import due_of, provenance_of
from web.views.following import became_mark, followed_words, grade_mark, left_to_do
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST = 2000
EVENTS = {"open": ("propose", "record"), "proposed": ("confirm", "return"), "confirmed": ("release",)}
DONE = {
    "propose": word("等次已提出，转主管部门确认。"), "confirm": word("等次已确认，还没有送达；送达以后后果才发生。"), "return": word("已退回考核人补充。"),
    "release": word("结果已送达，后果已按办法发生。"), "record": word("考核记录已提交。"),
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """An assessment as one visitor may see it."""

    row: Any
    programme: Programme
    policy: Any
    rule: Any
    facts: Any
    address: str
    events: Mapping[str, str]
    judges: bool
    hosts: bool
    oversees: bool

    @property
    def shows_grade(self) -> bool:
        """Nobody but those who judge is told before the result is delivered."""
        return self.judges or self.row.released_at is not None

    @property
    def sees_facts(self) -> bool:
        """What is known of the studio is for those who judge it, lead it and oversee it."""
        return self.judges or self.hosts or self.oversees


def scope_of(visit: Visit) -> Any:
    """Studios that the visitor may see."""
    visitor = visit.visitor
    return visible_studios(
        visitor.person_id or 0, visitor.body_ids, [key for key in visitor.keys if key.startswith("body:")]
    )


def sheet_for(visit: Visit, work: Work, assessment_id: int) -> Sheet:
    """One assessment, if it is the visitor's to see. Raises NotFound."""
    visitor = visit.visitor
    row = assessment_of(work.session, assessment_id, scope_of(visit), visitor.keys)
    if row is None:
        raise NotFound
    programme = visit.book.programme(work.session, row.version_id)
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
    (run,) = lock_runs(work.session, [row.run_id])
    facts: Any = read_facts(work, [run_state(run)])[row.run_id]
    desks = {row.assessor, row.confirmer, f"body:{row.authority_body_id}"} - {""}
    judges = bool(desks & visitor.keys)
    seated = {seat.person_id for seat in facts.seats}
    oversees = bool(visitor.body_ids) and visitor.person_id not in seated
    events = _events(work, visit, row, rule, facts)
    address = f"/programmes/{row.code}/{row.version_number}"
    return Sheet(
        row, programme, rule.policy, rule, facts, address, events, judges, row.host_id == visitor.person_id, oversees
    )


def _events(work: Work, visit: Visit, row: Any, rule: Any, facts: Any) -> dict[str, str]:
    """What the visitor may press in this state, with the reason where it is refused now."""
    if row.ended_at is not None:
        return {}
    seats = {
        str(seat.seat_id): rule.policy.grades[0]
        for seat in facts.seats
        if rule.policy.grades and seat.role in rule.policy.roles
    }
    trial: dict[str, Any] = {
        "grade": rule.policy.grades[0] if rule.policy.grades else "",
        "results": seats,
        "reason": "–",
    }
    intents = [Intent(row.run_id, event, trial) for event in EVENTS.get(row.state, ())]
    found = {}
    for result in preview(work, intents, visit.visitor.actor):
        refusal = result.outcome if isinstance(result.outcome, Refusal) else None
        if refusal is None:
            found[result.intent.event] = ""
        elif refusal.because not in {"not_yours", "with_grades", "without_grades", "no_reckoning"}:
            found[result.intent.event] = refusal.says
    return found


@router.get("/assessments/{assessment_id}")
def assessment(visit: Visiting, assessment_id: int, note: str = "") -> Response:
    """The sheet: what is known, what was marked and said, the grade, and what follows."""
    return _shown(visit, assessment_id, None, note)


def _shown(visit: Visit, assessment_id: int, said: views.Said | None, note: str = "", status: int = 200) -> Response:
    with visit.reading() as work:
        sheet = sheet_for(visit, work, assessment_id)
        context = _context(visit, work, sheet, said)
    return visit.page(
        "assessments/sheet.html", status, sheet=sheet, row=sheet.row, said=said or views.Said(), note=note, **context
    )


def _context(visit: Visit, work: Work, sheet: Sheet, said: views.Said | None) -> dict[str, Any]:
    row, policy, programme = sheet.row, sheet.policy, sheet.programme
    key = row.key if row.key in programme.assessments else ""
    roles = {name: role.title for name, role in programme.people.items()}
    known, own = views.knowledge(work, programme, row, sheet.address) if sheet.sees_facts else ([], [])
    graded = views.graded_of(work, row, policy, sheet.facts, roles, said) if sheet.shows_grade else []
    if not sheet.sees_facts:
        graded = [one for one in graded if one.person_id == visit.visitor.person_id or not policy.roles]
    event = next(iter(sheet.events), "")
    brought = (
        views.brought_of(work, programme, row, policy, graded, sheet.address)
        if key and sheet.judges and row.ended_at is None
        else []
    )
    moves = moves_of(work.session, row.run_id) if sheet.shows_grade else []
    opened = opened_by(work.session, row.id) if row.released_at is not None else []
    holder = holders_of(work.session, {row.desk}, visit.today).get(row.desk) if row.desk else None
    return {
        "earlier": _earlier(work, sheet, key) if sheet.sees_facts else [], "known": known, "own": own, "graded": graded, "brought": brought, "event": event, "holder": holder,
        "opinions": views.opinions_of(work, row) if sheet.judges else [], "opened": opened,
        "appeals": _appealing(visit, sheet, opened, graded),
        "marks": views.mark_lines(work, row, programme, said) if sheet.shows_grade else [],
        "due": due_of(work, row, sheet.rule, sheet.address) if row.ended_at is None else None,
        "grades": [(grade, grade_mark(grade, policy.words)) for grade in policy.grades],
        "press": views.button_words(policy, brought, event) if event in {"propose", "confirm", "release"} else "",
        "moves": [one for one in moves if one.event in {"propose", "confirm", "return", "release", "record"}],
        "followed": [(one, followed_words(programme, one), provenance_of(one.origin, sheet.address), became_mark(one), left_to_do(one)) for one in followed(work.session, row.run_id)]
        if row.released_at is not None and sheet.sees_facts else [],
        "origin": provenance_of(origin_of(programme, f"assessments.{key}").as_row(), sheet.address) if key else None,
    }  # fmt: skip


def _earlier(work: Work, sheet: Sheet, key: str) -> list[tuple[str, str, Any]]:
    """The studio's results that the text has laid beside this assessment (`basis`): title, period and mark."""
    basis = sheet.programme.assessments[key].basis if key else ()
    if not basis:
        return []
    return [
        (
            one.title,
            one.period,
            grade_mark(one.after_rectification or one.grade, sheet.programme.assessments[one.key].words),
        )
        for one in earlier_results(work.session, sheet.row.cycle_id, basis)
        if one.seat_id is None
    ]


def _appealing(visit: Visit, sheet: Sheet, opened: Any, graded: Any) -> list[tuple[int, str]]:
    """The results that the visitor may appeal against: their own, delivered, not being looked at."""
    if sheet.row.released_at is None or not sheet.policy.grades:
        return []
    open_for = {
        one.seat_id or 0
        for one in opened
        if one.subject_kind == "decision" and one.ended_at is None and one.origin.get("kind") == "appeal"
    }
    me = visit.visitor.person_id
    return [(one.seat_id, one.name) for one in graded if one.person_id == me and one.seat_id not in open_for]


@router.post("/assessments/{assessment_id}")
def act(visit: Visiting, form: Posted, assessment_id: int) -> Response:
    """Look at what a grade brings (writes nothing), or propose, confirm, return, release or record it."""
    event = form.text("act")
    with visit.reading() as work:
        sheet = sheet_for(visit, work, assessment_id)
    said = _said(form, sheet)
    if event == "look":
        return _shown(visit, assessment_id, said)
    if event not in DONE:
        raise NotFound
    said = replace(said, errors=tuple(_faults(said, sheet, event, form.text("seen"))))
    if said.errors:
        return _shown(visit, assessment_id, said, status=422)
    payload = _payload(said, sheet, event)

    def do(work: Work) -> Mapping[str, Any]:
        happened = apply(work, Intent(sheet.row.run_id, event, payload, form.version), visit.visitor.actor)
        return {"version": happened.version, "to": happened.move.to}

    done = visit.once(form, f"{event}:{sheet.row.run_id}", do)
    words = _("等次已评定，等待送达。") if event == "propose" and done["to"] == "confirmed" else _(DONE[event])
    return visit.go(f"/assessments/{assessment_id}", words)


def _said(form: Form, sheet: Sheet) -> views.Said:
    grades, reasons = {}, {}
    for key in form.values:
        seat = key.rpartition(".")[2]
        if key.startswith("grade.") and seat.isdigit() and form.text(key):
            grades[int(seat)] = form.text(key)
        elif key.startswith("reason.") and seat.isdigit() and form.text(key):
            reasons[int(seat)] = form.text(key)[:LONGEST]
    content = _contents(sheet)
    marks = {n: (form.text(f"mark.{n}"), form.text(f"comment.{n}")[:LONGEST]) for n in range(len(content))}
    return views.Said(
        grades, reasons, tuple(form.texts("award")), marks, form.text("reason")[:LONGEST], form.text("held_on"), form.text("limit_on"),
    )  # fmt: skip


def _contents(sheet: Sheet) -> Sequence[str]:
    """What is judged, by the programme; nothing for what it counts by itself (attendance)."""
    judged = sheet.programme.assessments.get(sheet.row.key)
    return judged.content if judged is not None else ()


def _faults(said: views.Said, sheet: Sheet, event: str, seen: str) -> list[tuple[str, str]]:
    """What is wrong in the form, by field; the engine refuses the rest."""
    found = []
    for n, (value, _comment) in said.marks.items():
        if value and not (value.replace(".", "", 1).isdigit() and 0 <= float(value) <= views.MOST_POINTS):
            found.append((f"mark.{n}", _("第 {n} 项分值要在 0 到 100 之间。", n=n + 1)))
    adverse = any(grade == "unqualified" for grade in said.grades.values())
    if event == "propose":
        if not sheet.policy.roles and not said.grades.get(0):
            found.append(("grades", _("请先选定等次。")))
        elif seen != said.seen:
            found.append(("follows", _("选的等次变了：下面是它的后果，看过以后再按一次。")))
    if (event == "return" or (event == "propose" and adverse and not said.reasons)) and not said.reason:
        found.append(("reason", _("请写明理由，原文通知对方。")))
    if event == "record" and not said.reason:
        found.append(("reason", _("请写明考核意见。")))
    return found


def _payload(said: views.Said, sheet: Sheet, event: str) -> dict[str, Any]:
    reason = {"reason": said.reason} if said.reason else {}
    if event in {"confirm", "return"}:
        return dict(reason)
    if event == "release":
        return reason | ({"limit_on": _day(said.limit_on)} if said.limit_on else {})
    content = _contents(sheet)
    marks = {
        content[n]: {"value": value, "comment": comment}
        for n, (value, comment) in said.marks.items()
        if value or comment
    }
    held = {"held_on": _day(said.held_on)} if said.held_on else {}
    graded: dict[str, Any] = {}
    if event == "propose" and sheet.policy.roles:
        graded = {
            "results": {str(seat): grade for seat, grade in said.grades.items()},
            "reasons": {str(seat): text for seat, text in said.reasons.items()},
        }
    elif event == "propose":
        graded = {"grade": said.grades.get(0, ""), "awards": list(said.awards)}
    else:
        graded = {"comment": said.reason}
    return reason | held | graded | ({"marks": marks} if marks else {})


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused("bad_date", _("日期要写成 2026-01-20 这样。没有改动任何内容。")) from None


@router.post("/assessments/{assessment_id}/appeal")
def appeal_against(visit: Visiting, form: Posted, assessment_id: int) -> Response:
    """Ask for the result to be looked at again (申请复核); what followed stands until it is answered."""
    seat = int(form.text("seat")) if form.text("seat").isdigit() else 0

    def do(work: Work) -> Mapping[str, Any]:
        sheet_for(visit, work, assessment_id)
        return {
            "decision": appeal(work, visit.visitor.actor, assessment_id, form.text("facts")[:LONGEST], seat or None)
        }

    visit.once(form, f"appeal:{assessment_id}:{seat}", do)
    return visit.go(f"/assessments/{assessment_id}", _("复核申请已提交，由主管部门决定；答复以前原结果照常有效。"))


@router.post("/assessments/{assessment_id}/urge")
def urge_report(visit: Visiting, form: Posted, assessment_id: int) -> Response:
    """Remind the host of an own evaluation that has not been handed in; once a day."""

    def do(work: Work) -> Mapping[str, Any]:
        sheet = sheet_for(visit, work, assessment_id)
        if not sheet.judges:
            raise NotFound
        _known, own = views.knowledge(work, sheet.programme, sheet.row, sheet.address)
        waiting = {one.run_id for one in own if one.run_id is not None}
        rows = [run for run in lock_runs(work.session, sorted(waiting)) if run.desk] if waiting else []
        return {"told": urge(work, rows, visit.visitor.name)}

    done = visit.once(form, f"urge report:{assessment_id}", do)
    words = _("已催办自评。") if done["told"] else _("今天已经提醒过，不再重复发。")
    return visit.go(f"/assessments/{assessment_id}", words)


@router.get("/opinions/{run_id}")
def opinion(visit: Visiting, run_id: int, note: str = "") -> Response:
    """What one party is asked about a studio, and its answer."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
        due = due_of(work, row, rule) if row.ended_at is None else None
    return visit.page("assessments/opinion.html", row=row, due=due, note=note)


def _own(work: Work, visit: Visit, run_id: int) -> Any:
    row = hearing_of(work.session, run_id, visit.visitor.keys)
    if row is None:
        raise NotFound
    return row


@router.post("/opinions/{run_id}")
def answer(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Give the opinion, or say why none is given."""
    stands_back = form.text("act") == "refuse"
    text = form.text("comment")[:LONGEST]
    if not text:
        raise Refused("without_comment", _("请写明意见。没有改动任何内容。"))

    def do(work: Work) -> Mapping[str, Any]:
        _own(work, visit, run_id)
        event, payload = ("refuse", {"reason": text}) if stands_back else ("give", {"comment": text})
        return {"version": apply(work, Intent(run_id, event, payload, form.version), visit.visitor.actor).version}

    visit.once(form, f"opinion:{run_id}", do)
    return visit.go(f"/opinions/{run_id}", _("已回避。") if stands_back else _("意见已提交，谢谢。"))
