"""Applying (填写申报): begin in a round, write, attach, see what still stands in the way, submit; mend what was sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from flows.office.rounds import begin_application, write_answers
from flows.programme.criterion_words import title_of
from models.files import ACCEPT
from models.queries.applications import application_of, checks_of, defects_of, launched_round, own_live, papers_of
from models.queries.files import attach, take_away, writable_run, written_by
from models.queries.naming import vacant_studios
from web.display import clock_time
from web.i18n import _
from web.papers import keep
from web.routes.filing import filers_of
from web.views import forms as views
from web.views.applications import check_lines, check_summary
from web.views.cases import OTHER, due_of, provenance_of
from web.views.draft_conflicts import Clash, Meeting, drawn_from, meet, settled, texts_of
from web.views.wishes import KEY as WISHES
from web.views.wishes import wish_words, wishes_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
STALE = {"stale", "wrong_state", "ended", "not_yours"}


@dataclass(frozen=True)
class Draft:
    """An application that its writer may change now: the row, the run that waits, what was sent back, what may be written."""

    row: Any
    run: Any
    policy: Any
    defects: Any
    papers: Any
    allowed: frozenset[str] | None

    @property
    def returned(self) -> bool:
        """Whether a review sent it back."""
        return bool(self.run.state == "returned")


@router.get("/rounds/{round_id}/apply")
def begin_page(visit: Visiting, round_id: int) -> Response:
    """What one applies for, until when, under which conditions; who has begun goes on writing."""
    with visit.reading() as work:
        begun = own_live(work.session, visit.visitor.person_id or 0, round_id)
        row = launched_round(work.session, round_id)
        if row is None:
            raise NotFound
        programme = visit.book.programme(work.session, row.version_id)
        first = programme.path(row.path).steps[0]
        rule: Any = work.book.rule(work.session, row.version_id, row.path, first.name, round_id)
        by, mine = filers_of(visit, work, row.version_id, row.path)
        vacant = vacant_in(visit, work, row)
    if begun is not None:
        return RedirectResponse(f"/applications/{begun}/form", status_code=303)
    if mine:
        return RedirectResponse(f"/rounds/{round_id}/apply/for", status_code=303)
    address = f"/programmes/{row.code}/{row.version_number}"
    conditions = [
        (title_of(one), provenance_of(rule.policy.origin(f"host.criteria.{n}"), address))
        for n, one in enumerate(rule.policy.criteria.get("host", ()))
    ]
    required, _more = views.wanted_papers(rule.policy, "host")
    open_now = row.opens_on <= visit.today <= row.closes_on
    return visit.page(
        "applications/begin.html",
        round=row,
        programme=programme.title,
        conditions=conditions,
        required=required,
        open_now=open_now,
        oneself="person" in by,
        vacant=vacant,
    )


def vacant_in(visit: Visit, work: Work, row: Any) -> Sequence[Any]:
    """The studios whose next host may be sought in this round; only a path that gives a studio fills one."""
    if visit.book.programme(work.session, row.version_id).path(row.path).gives != "studio":
        return ()
    return vacant_studios(work.session, work.book.cast(work.session, row.version_id).programme_id)


@router.post("/rounds/{round_id}/apply")
def begin(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Begin an application for oneself; `studio`: to follow the host of a studio that seeks its next one."""
    studio = form.text("studio")

    def do(work: Work) -> Mapping[str, Any]:
        begun = own_live(work.session, visit.visitor.person_id or 0, round_id)
        if begun is None:
            about = int(studio) if studio.isdigit() else None
            begun = begin_application(
                work, visit.visitor.actor, round_id, person_id=visit.visitor.person_id, studio_id=about
            )[0]
        return {"application": begun}

    done = visit.once(form, f"apply:{round_id}", do)
    return visit.go(f"/applications/{done['application']}/form")


@router.get("/applications/{application_id}/form")
def form_page(visit: Visiting, application_id: int, note: str = "") -> Response:
    """The form as it stands; one that waits for nobody's pen is shown as a case."""
    with visit.reading() as work:
        draft = _draft(visit, work, application_id)
        if draft is None:
            return RedirectResponse(f"/applications/{application_id}", status_code=303)
        context = _context(visit, work, draft, {}, {})
    return visit.page("applications/form.html", note=note, errors=[], **context)


def _draft(visit: Visit, work: Work, application_id: int) -> Draft | None:
    """What the visitor may write. Raises NotFound when it is not theirs; None when it does not wait for them."""
    row = application_of(work.session, application_id, written_by(visit.visitor.person_id or 0))
    if row is None:
        raise NotFound
    run = writable_run(work.session, application_id)
    if run is None:
        return None
    programme = visit.book.programme(work.session, row.version_id)
    step = programme.path(row.path).steps[0].name
    policy = work.book.rule(work.session, row.version_id, row.path, step, row.round_id).policy
    defects = defects_of(work.session, run.id) if run.state == "returned" else []
    papers = papers_of(work.session, application_id)
    names = [name for group in views.wanted_papers(policy, row.role) for name in group] + [one.slot for one in papers]
    return Draft(row, run, policy, defects, papers, views.open_keys(defects, names, returned=run.state == "returned"))


def _context(
    visit: Visit, work: Work, draft: Draft, said: Mapping[str, str], faults: Mapping[str, str]
) -> dict[str, Any]:
    row, run = draft.row, draft.run
    address = f"/programmes/{row.code}/{row.version_number}"
    programme = visit.book.programme(work.session, row.version_id)
    rule = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)
    found, checks = (
        views.obstacles(work, run, visit.visitor.actor) if not draft.returned else ([], checks_of(work.session, row.id))
    )
    lines = check_lines(checks, address)
    return {
        "title": _(views.TITLES.get(row.gives, "申报表")), "open_fields": list(views.lacking(row).values()) if not draft.returned else [],
        "wishes": wishes_of(work, programme, row, draft.policy, draft.allowed), "application": row, "run": run, "returned": draft.returned, "defects": draft.defects, "due": due_of(work, run, rule, address),
        "parts": views.parts_of(row, dict(programme.kinds), draft.allowed, said, faults, draft.defects), "obstacles": found,
        "slots": views.slots_of(draft.policy, draft.row.role, draft.papers, draft.allowed, draft.defects), "checks": lines,
        "summary": check_summary(lines), "drawn": drawn_from(texts_of(row)), "accept": ACCEPT, "limits": _(views.LIMITS),
    }  # fmt: skip


class _Clashing(Exception):  # noqa: N818  both versions are kept, and somebody chooses
    """The same field was changed here and elsewhere."""

    def __init__(self, row: Any, met: Meeting, said: Mapping[str, str]) -> None:
        super().__init__()
        self.row, self.met, self.said = row, met, said


def _save(visit: Visit, work: Work, draft: Draft, form: Form) -> Meeting:
    """Write what was changed here. Raises _Clashing, and writes nothing, when a field was changed elsewhere too."""
    form = _answered(form)
    answers, columns = views.written(form, draft.row, draft.allowed)
    said = {key: str(value) for key, value in {**answers, **columns}.items()}
    met = meet(form.text("drawn"), texts_of(draft.row), said)
    if met.clashes:
        raise _Clashing(draft.row, met, said)
    kept = {key: value for key, value in answers.items() if key in met.write}
    write_answers(work, visit.visitor.actor, draft.row.id, kept,
                  **{key: value for key, value in columns.items() if key in met.write})  # fmt: skip
    return met


def _answered(form: Form) -> Form:
    """A form that answers which version is to stand, as the form it stands for; any other as it is."""
    if not form.text("use"):
        return form
    texts = {key: form.text(key) for key in form.values}
    chosen = settled(texts, form.text("use"))
    return Form(
        FormData([*((key, value) for key, value in form.values.multi_items() if key not in chosen), *chosen.items()])
    )


def _asking(visit: Visit, clash: _Clashing, *, files: bool = False) -> Response:
    """Both versions, field by field; nothing has been written."""
    others = {key: text for key, text in clash.said.items() if key in clash.met.write}
    with visit.reading() as work:
        clashes = [_in_words(work, one) for one in clash.met.clashes]
    return visit.page(
        "applications/conflict.html", 409, application=clash.row, clashes=clashes, others=others, files=files,
        elsewhere=clash.met.elsewhere, drawn=drawn_from(texts_of(clash.row)),
    )  # fmt: skip


def _in_words(work: Work, one: Clash) -> Any:
    """A clash as it is read; of wishes the names, while the form sends back what they stand for."""
    shown = (wish_words(work, one.mine), wish_words(work, one.theirs)) if one.key == WISHES else (one.mine, one.theirs)
    return {"key": one.key, "label": one.label, "mine": one.mine, "shown_mine": shown[0], "shown_theirs": shown[1]}


def _needed(visit: Visit, work: Work, application_id: int) -> Draft:
    draft = _draft(visit, work, application_id)
    if draft is None:
        raise Refused("wrong_state", _("申报已经提交，不能再改。需要修改的，请先撤回，或等审核退回补正。"))
    return draft


@router.post("/applications/{application_id}/form")
def save(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Keep what is written; nothing is submitted."""
    try:
        with visit.writing() as work:
            met = _save(visit, work, _needed(visit, work, application_id), form)
    except _Clashing as clash:
        return _asking(visit, clash)
    words = _("已暂存，还没有提交。")
    if met.elsewhere:
        words += _("另一处改的{names}也保留了。", names="、".join(met.elsewhere))
    return visit.go(f"/applications/{application_id}/form", words)


@router.post("/applications/{application_id}/draft")
def autosave(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Keep what is written, for the script that saves every ten seconds."""
    try:
        with visit.writing() as work:
            met = _save(visit, work, _needed(visit, work, application_id), form)
    except _Clashing:
        return JSONResponse({"words": _("这份草稿在另一处也改了，这里的还没有存。请按暂存，逐处比较。")})
    return JSONResponse({"words": _("{time} 已暂存", time=clock_time(visit.now)), "drawn": met.drawn})


@router.post("/applications/{application_id}/files")
def upload(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Keep the chosen files under the papers they are, and what is written beside them."""
    try:
        with visit.writing() as work:
            _save(visit, work, _needed(visit, work, application_id), form)
    except _Clashing as clash:
        return _asking(visit, clash, files=True)
    with visit.writing() as work:
        draft = _needed(visit, work, application_id)
        slots = views.slots_of(draft.policy, draft.row.role, draft.papers, draft.allowed, draft.defects)
        kept = sum(_keep(visit, work, draft, form, slot) for slot in slots if slot.open)
    if not kept:
        raise Refused("no_file", _("没有传上：请先选择文件，再按上传。填写的内容已暂存。"))
    return visit.go(f"/applications/{application_id}/form", _("已上传 {n} 个文件。", n=kept))


def _keep(visit: Visit, work: Work, draft: Draft, form: Form, slot: views.Slot) -> int:
    sent = form.files(f"file.{slot.n}")
    for one in sent:
        sha256, _ending = keep(work.session, one, visit.now, slot.name)
        attach(work.session, draft.row.id, slot.name, (one.filename or "")[:200], sha256, visit.visitor.person_id or 0, visit.now,
               replaces=slot.name != OTHER)  # fmt: skip
    return len(sent)


@router.post("/applications/{application_id}/files/{attachment_id}/remove")
def remove(visit: Visiting, form: Posted, application_id: int, attachment_id: int) -> Response:
    """Take a paper away from a draft, or from what was sent back, where it may be changed."""
    try:
        with visit.writing() as work:
            draft = _needed(visit, work, application_id)
            _save(visit, work, draft, form)
            slots = views.slots_of(draft.policy, draft.row.role, draft.papers, draft.allowed, draft.defects)
            if not any(attachment_id in slot.ids and slot.open for slot in slots):
                raise NotFound
            take_away(work.session, application_id, attachment_id, visit.now)
    except _Clashing as clash:
        return _asking(visit, clash)
    return visit.go(f"/applications/{application_id}/form", _("已去掉这份材料。"))


@router.post("/applications/{application_id}/submit")
def submit(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Keep what is written and submit it, once; when it cannot be submitted, the page says everything that is lacking."""

    def do(work: Work) -> Mapping[str, Any]:
        draft = _needed(visit, work, application_id)
        _save(visit, work, draft, form)
        fresh = application_of(work.session, application_id, written_by(visit.visitor.person_id or 0))
        missing = views.lacking(fresh)
        if missing:
            raise Refused("incomplete", _("还不能提交，有 {n} 处没有填。", n=len(missing)))
        event = "resubmit" if draft.returned else "submit"
        happened = apply(work, Intent(draft.run.id, event, {}, form.version), visit.visitor.actor)
        return {"to": happened.move.to, "again": draft.returned}

    try:
        done = visit.once(form, f"submit:{application_id}", do)
    except _Clashing as clash:
        return _asking(visit, clash)
    except Refused as refusal:
        if refusal.because in STALE:
            raise
        return _not_yet(visit, form, application_id, refusal)
    said = (
        _("已重新提交，审核单位已收到通知。")
        if done["again"]
        else _("已提交，编号和受理单位见本页；有结果发邮件告诉您，受理期内可以撤回修改。")
    )
    return visit.go(f"/applications/{application_id}", said)


def _not_yet(visit: Visit, form: Form, application_id: int, refusal: Refused) -> Response:
    """The form again, with what was written kept and everything that is lacking."""
    with visit.writing() as work:
        _save(visit, work, _needed(visit, work, application_id), form)
    with visit.reading() as work:
        draft = _needed(visit, work, application_id)
        faults = views.lacking(draft.row)
        context = _context(visit, work, draft, {}, faults)
    at = context["wishes"].first_fault if context["wishes"] else ""
    errors = [
        replace(one, field=at) if one.field == "wishes" else one
        for one in views.errors_of(context["obstacles"], faults)
    ]
    if not errors:
        raise refusal
    return visit.page("applications/form.html", 422, note="", errors=errors, **context)
