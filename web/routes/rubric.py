"""Rubric (评分表): what the experts of a round score, edited by the authority until the panel is drawn."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.rubric import FIGURES, set_rubric, sheet_of
from flows.regulations import FULL_MARK
from models.queries.programmes import programme_of
from web.app import provenance
from web.i18n import _
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
BLANK_LINES, MOST_LINES = 3, 30


@router.get("/rounds/{round_id}/rubric")
def rubric(visit: Visiting, round_id: int, note: str = "") -> Response:
    """The score sheet as it is, and where each part of it comes from."""
    return _page(visit, round_id, None, note=note)


def _page(
    visit: Visit, round_id: int, said: Form | None, status: int = 200, error: str = "", note: str = ""
) -> Response:
    with visit.reading() as work:
        sheet = sheet_of(work, visit.visitor.actor, round_id)
        policy: Any = sheet.rule.policy
        usual: Any = sheet.usual.policy
        home = programme_of(work.session, sheet.round.version_id)
        change = sheet.round.changes.get(sheet.rule.name, {})
        origins = {key: provenance(policy.origin(key), home) for key in FIGURES}
    lines = [(title, str(most)) for _place, title, most in policy.rubric] if said is None else _written(said)
    figures = {key: str(getattr(policy, key)) if said is None else said.text(key) for key in FIGURES}
    total = sum(int(most) for _title, most in lines if most.isdigit())
    return visit.page(
        "rounds/rubric.html", status, row=sheet.round, lines=lines, figures=figures, total=total, full=FULL_MARK, drawn=sheet.drawn,
        change=change, usual=usual, origins=origins, error=error, note=note, reason=said.text("reason") if said else "",
        blank=range(len(lines), min(len(lines) + BLANK_LINES, MOST_LINES)),
    )  # fmt: skip


def _written(form: Form) -> list[tuple[str, str]]:
    """The lines of the form that say anything; marks as they were typed."""
    pairs = zip(form.texts("title"), form.texts("marks"), strict=False)
    return [(title.strip(), most.strip()) for title, most in pairs if title.strip() or most.strip()][:MOST_LINES]


@router.post("/rounds/{round_id}/rubric")
def keep(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Keep the score sheet; what is wrong with it is said above what was typed."""
    lines = [(title, int(most) if most.isdigit() and len(most) < 5 else 0) for title, most in _written(form)]
    figures = {key: int(found) for key in FIGURES if (found := form.text(key)).isdigit() and len(found) < 5}

    def write(work: Work) -> Mapping[str, Any]:
        set_rubric(work, visit.visitor.actor, round_id, lines, figures, form.text("reason"))
        return {}

    try:
        visit.once(form, "set rubric", write)
    except Refused as refusal:
        return _page(visit, round_id, form, 409, refusal.says)
    return visit.go(f"/rounds/{round_id}/rubric", _("评分表已保存，抽取的专家按它评分。"))
