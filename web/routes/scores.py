"""Expert scoring (我的评分): the list of sheets, one sheet with its material, drafts, submission, recusal, the offline sheet."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy import update

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from models import Opinion
from models.columns import table_of
from models.queries.programmes import programme_of
from models.queries.scores import given_beside, papers_of, sheet_of, sheets_of
from web.app import provenance
from web.display import FieldError
from web.i18n import _
from web.papers import serve, serve_archive
from web.views.offline_sheets import SPREADSHEET, offline_sheet, read_offline_sheet
from web.views.paper_package import material_package
from web.views.scores import (
    due_of,
    indicators,
    line_of,
    material_of,
    place_among,
    saved_words,
    sheet_said,
    sheet_state,
    total,
)
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
OPINIONS = table_of(Opinion)


@router.get("/scores")
def scores(visit: Visiting, note: str = "") -> Response:
    """All sheets of an expert: what is due when, and how many of all are in."""
    with visit.reading() as work:
        rows = sheets_of(work.session, _expert(visit))
        lines = [line_of(work, row, blind=_policy(work, row)[1].blind) for row in rows]
    counted = [line for line, row in zip(lines, rows, strict=True) if row.refused_at is None]
    return visit.page(
        "scores/list.html", lines=lines, given=sum(not one.open for one in counted), total=len(counted), note=note
    )


@router.get("/scores/{run_id}")
def sheet(visit: Visiting, run_id: int, note: str = "") -> Response:
    """One sheet: the material left, the marks right."""
    return _sheet_page(visit, run_id, None, {}, note=note)


def _sheet_page(
    visit: Visit,
    run_id: int,
    said: Mapping[str, Any] | None,
    faults: Mapping[str, str],
    status: int = 200,
    note: str = "",
) -> Response:
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        rule, policy = _policy(work, row)
        programme = visit.book.programme(work.session, row.version_id)
        kept = {"comment": "", **(said if said is not None else row.answer if row.given_at else row.draft)}
        home = programme_of(work.session, row.version_id)
        shown = indicators(programme, rule.policy, kept, faults, home)
        given = row.given_at is not None
        context: dict[str, Any] = {
            "row": row, "run": row, "blind": policy.blind, "lines": shown, "kept": kept, "sum": total(kept),
            "full": sum(one.most for one in shown), "material": material_of(work, row, blind=policy.blind),
            "place": place_among(sheets_of(work.session, _expert(visit)), run_id), "due": due_of(work, row), "mark": sheet_state(row),
            "others": given_beside(work.session, row.parent_id, row.party) if given else (), "saved": saved_words(kept),
            "blind_by": provenance(policy.origin("blind"), home),
        }  # fmt: skip
    titles = {one.place: one.title for one in shown}
    errors = [FieldError(place, titles.get(place, _("评分表")), says) for place, says in faults.items()]
    return visit.page("scores/sheet.html", status, errors=errors, note=note, given=given, **context)


@router.get("/scores/{run_id}/material")
def material(visit: Visiting, run_id: int) -> Response:
    """The material alone, over the whole width; on a phone its own page."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        blind = _policy(work, row)[1].blind
        shown = material_of(work, row, blind=blind)
    return visit.page("scores/material.html", row=row, blind=blind, material=shown)


@router.get("/scores/{run_id}/papers.zip")
def papers(visit: Visiting, run_id: int) -> Response:
    """All papers of the application, under the names that the sheet shows them by."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        found = papers_of(work.session, row.application_id)
        shown = material_of(work, row, blind=_policy(work, row)[1].blind)
    if not found:
        raise NotFound
    made = material_package(found, [_("材料 {n} {kind}", n=n, kind=slot) for n, slot, _size in shown.papers])
    return serve_archive(made, f"material-{run_id}.zip", _("{number} 佐证.zip", number=row.number))


@router.get("/scores/{run_id}/papers/{n}")
def paper(visit: Visiting, run_id: int, n: int) -> Response:
    """A paper of the application, under its number alone."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        found = papers_of(work.session, row.application_id)
    if not 1 <= n <= len(found):
        raise NotFound
    return serve(found[n - 1], f"{row.number}-{n}", inline=True)


@router.post("/scores/{run_id}/draft")
def draft(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Keep the sheet as it is; saving twice keeps the later one."""
    with visit.writing() as work:
        row = _open(work, visit, run_id)
        said, faults, _differ = sheet_said(form, _policy(work, row)[0].policy.rubric)
        _keep(work, row, said)
    if "application/json" in visit.request.headers.get("accept", ""):
        return JSONResponse({"words": saved_words(said), "sum": total(said)})
    if faults:
        return _sheet_page(visit, run_id, said, faults, 422)
    return visit.go(f"/scores/{run_id}", _("已暂存，合计 {sum} 分。", sum=f"{total(said):g}"))


@router.post("/scores/{run_id}")
def submit(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Give the marks; then go to the next sheet that is open."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        rubric = _policy(work, row)[0].policy.rubric
    said, faults, differ = sheet_said(form, rubric)
    faults |= {
        place: _("还没有评分。")
        for place, _title, _most in rubric
        if place not in said["marks"] and place not in faults
    }
    if faults:
        if row.ended_at is None:
            with visit.writing() as work:
                _keep(work, row, said)
        return _sheet_page(visit, run_id, said, faults, 422)
    visit.once(form, "score", lambda work: _given(work, visit, form, run_id, said))
    return _onwards(visit, run_id, row.number or "", said, differ)


def _given(work: Work, visit: Visit, form: Form, run_id: int, said: Mapping[str, Any]) -> Mapping[str, Any]:
    happened = apply(work, Intent(run_id, "give", said, form.version), visit.visitor.actor)
    return {"version": happened.version}


def _onwards(visit: Visit, run_id: int, number: str, said: Mapping[str, Any], differ: list[str]) -> Response:
    with visit.reading() as work:
        place = place_among(sheets_of(work.session, _expert(visit)), run_id)
    says = _("已提交 {number}，{sum} 分。", number=number, sum=f"{total(said):g}")
    if differ:
        says += _("等级与分数不一致的按分数计：{titles}。", titles="、".join(differ))
    following = [one for one in place.further if one > run_id] or place.further
    if not following:
        return visit.go("/scores", says + _("{n} 份都已提交，可以查看同组评分。", n=place.total))
    return visit.go(f"/scores/{following[0]}", says)


@router.get("/scores/{run_id}/recusal")
def recusal(visit: Visiting, run_id: int) -> Response:
    """What recusing means, before it is done."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        if row.ended_at is not None:
            raise Refused("ended", _("这一份已经办结，不能再回避。"))
    return visit.page("scores/recusal.html", row=row, run=row)


@router.post("/scores/{run_id}/recusal")
def recuse(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Stand back from one application, with the reason; the first reserve takes the place."""
    with visit.reading() as work:
        number = _own(work, visit, run_id).number

    def refuse(work: Work) -> Mapping[str, Any]:
        intent = Intent(run_id, "refuse", {"reason": form.text("reason")}, form.version)
        return {"version": apply(work, intent, visit.visitor.actor).version}

    visit.once(form, "recuse", refuse)
    return visit.go("/scores", _("已回避 {number}，由候补专家接替。", number=number))


@router.get("/scores/{run_id}/sheet.xlsx")
def download(visit: Visiting, run_id: int) -> Response:
    """The sheet to fill in without a network; it carries the number and nothing else of the application."""
    with visit.reading() as work:
        row = _own(work, visit, run_id)
        rubric = _policy(work, row)[0].policy.rubric
    content = offline_sheet(row.number or "", rubric, row.draft or row.answer)
    name = f"score-{row.number}.xlsx"
    return Response(content, media_type=SPREADSHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/scores/{run_id}/sheet")
def upload(visit: Visiting, form: Posted, run_id: int) -> Response:
    """Take the marks of an offline sheet into the draft; nothing is submitted by it."""
    sent = form.files("sheet")
    if not sent:
        raise Refused("without_file", _("请先选择离线评分表。没有改动任何内容。"))
    with visit.writing() as work:
        row = _open(work, visit, run_id)
        said = read_offline_sheet(sent[0].file.read(1_000_000), row.number or "", _policy(work, row)[0].policy.rubric)
        _keep(work, row, said)
    return visit.go(f"/scores/{run_id}", _("已读入离线评分表，合计 {sum} 分。核对后请提交。", sum=f"{total(said):g}"))


def _keep(work: Work, row: Any, said: Mapping[str, Any]) -> None:
    kept = {**said, "saved_at": work.now.isoformat()}
    work.session.execute(
        update(OPINIONS).where(OPINIONS.c.id == row.opinion_id, OPINIONS.c.given_at.is_(None)).values(draft=kept)
    )


def _own(work: Work, visit: Visit, run_id: int) -> Any:
    row = sheet_of(work.session, run_id, _expert(visit))
    if row is None:
        raise NotFound
    return row


def _open(work: Work, visit: Visit, run_id: int) -> Any:
    row = _own(work, visit, run_id)
    if row.ended_at is not None:
        raise Refused("ended", _("这一份已经提交或回避，不能再改。"))
    return row


def _policy(work: Work, row: Any) -> tuple[Any, Any]:
    """The rule of the sheet, and the policy of the review that asks for it."""
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
    review: Any = work.book.rule(
        work.session, row.version_id, row.path, row.step.removesuffix("/opinion"), row.round_id
    ).policy
    return rule, review


def _expert(visit: Visit) -> int:
    return visit.visitor.person_id or 0
