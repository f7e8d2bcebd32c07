"""Renewals (续期): whether a studio can go on, with whom, until when; and the choice where the text lets a body choose."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from flows.programme import Programme, origin_of
from flows.programme.vocabulary import GRADES
from models.queries.applications import holders_of
from models.queries.renewals import grades_of_cycle, renewal_of
from models.queries.studios import seats_of_studio
from models.queries.votes import votes_of
from web.i18n import _
from web.routes.assessments import scope_of
from web.views.cases import due_of, provenance_of
from web.views.following import grade_mark
from web.visit import Posted, Visit, Visiting

router = APIRouter()
LONGEST = 2000


def _seen(visit: Visit, work: Work, application_id: int) -> Any:
    row = renewal_of(work.session, application_id, scope_of(visit), visit.visitor.keys)
    if row is None:
        raise NotFound
    return row


@router.get("/renewals/{application_id}")
def renewal(visit: Visiting, application_id: int, note: str = "") -> Response:
    """Whether it can go on, the roster, the next cycle, and the choice."""
    with visit.reading() as work:
        row = _seen(visit, work, application_id)
        programme = visit.book.programme(work.session, row.version_id)
        rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
        policy: Any = rule.policy
        address = f"/programmes/{row.code}/{row.version_number}"
        choosing = row.stage == "renewal" and row.ended_at is None
        path = programme.path(row.path)
        context = {
            "mine": row.desk in visit.visitor.keys, "needs": _needs(work, programme, row, path.needs), "seats": seats_of_studio(work.session, row.studio_id),
            "roles": {name: role.title for name, role in programme.people.items()}, "policy": policy, "rule": rule,
            "choices": policy.choices if choosing else {}, "refusal": _refusal(work, visit, row, policy) if choosing and policy.choices else None,
            "votes": votes_of(work.session, [row.run_id])[row.run_id] if choosing and policy.vote is not None else None,
            "holder": holders_of(work.session, {row.desk}, visit.today).get(row.desk) if row.desk else None,
            "due": due_of(work, row, rule, address) if row.ended_at is None else None,
            "origin": provenance_of(origin_of(programme, f"paths.{row.path}").as_row(), address),
            "length": "、".join(span.chinese for span in programme.cycle_length()),
        }  # fmt: skip
    return visit.page("renewals/page.html", row=row, note=note, **context)


def _needs(
    work: Work, programme: Programme, row: Any, needs: Mapping[str, str]
) -> list[tuple[str, Any, Any, str, str]]:
    """Each result that going on asks for: its title, the least grade, the grade reached, how it looks, and its page."""
    grades = grades_of_cycle(work.session, row.cycle_id)
    found = []
    for key, least in needs.items():
        one = programme.assessments[key]
        assessment_id, grade = grades.get(key, (0, ""))
        enough = grade in GRADES[: GRADES.index(least) + 1]
        look = "met" if enough else "unmet" if grade else "later"
        reached = grade_mark(grade, one.words) if grade else None
        found.append(
            (
                one.title,
                grade_mark(least, one.words),
                reached,
                look,
                f"/assessments/{assessment_id}" if assessment_id else "",
            )
        )
    return found


def _refusal(work: Work, visit: Visit, row: Any, policy: Any) -> str | None:
    """Why the visitor cannot choose now: empty when they can, None when it is not theirs."""
    trial = {"choice": next(iter(policy.choices)), "reason": "–"}
    (result,) = preview(work, [Intent(row.run_id, "choose", trial)], visit.visitor.actor)
    if not isinstance(result.outcome, Refusal):
        return ""
    return None if result.outcome.because == "not_yours" else result.outcome.says


@router.post("/renewals/{application_id}")
def choose(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Choose how the studio goes on."""
    reason = form.text("reason")[:LONGEST]
    if not form.text("choice"):
        raise Refused("without_choice", _("请先选定续期的方式。没有改动任何内容。"))

    def do(work: Work) -> Mapping[str, Any]:
        row = _seen(visit, work, application_id)
        payload = {"choice": form.text("choice")} | ({"reason": reason} if reason else {})
        return {
            "version": apply(work, Intent(row.run_id, "choose", payload, form.version), visit.visitor.actor).version
        }

    visit.once(form, f"renew:{application_id}", do)
    return visit.go(f"/renewals/{application_id}", _("已定，工作室进入下一周期，已通知主持人。"))
