"""Applications (申报): the list one may see, and one case: who has it, until when, whether it qualifies, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.errors import NotFound
from flows.engine.work import Intent, Work
from flows.lifecycle import STAGES
from models.queries.applications import (
    PAGE,
    ApplicationFilter,
    application_choices,
    application_of,
    applications,
    checks_of,
    history_of,
    holders_of,
    papers_of,
    post_title,
    reminders_of,
    revisions_of,
    runs_of,
)
from models.queries.files import writable_run
from models.queries.filing import hosted_by, studio_of
from models.queries.scope import of_authority, visible_applications
from web.access import READERS
from web.display import Choice, DueMark, Filter, Paging, StateMark
from web.i18n import _
from web.saved_views import saved_views
from web.views.applications import (
    Holder,
    Reader,
    application_mark,
    check_lines,
    check_summary,
    coming_of,
    day_words,
    holder_of,
    list_mark,
    paper_lines,
    strip_of,
    timeline_of,
    worked_since,
)
from web.views.asked_for import asked_for
from web.views.cases import Decision, decision_of, due_of, judging_of, unmet_of
from web.views.forms import waivable
from web.views.plaques import duty_marks
from web.views.wishes import answers_of, changes_of
from web.visit import Posted, Visit, Visiting

router = APIRouter()
STATES = ("open", "over")


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    href: str
    person: str
    body: str
    number: str
    school_stage: str
    round_title: str
    mark: StateMark
    due: DueMark | None
    submitted: str
    what: str = ""


@router.get("/applications")
def list_page(
    visit: Visiting, round: str = "", step: str = "", state: str = "", school: str = "", q: str = "", page: int = 1,  # noqa: A002  a name in the address
    note: str = "",
) -> Response:  # fmt: skip
    """Every application the visitor may see; filters in the address, 50 a page."""
    wanted = ApplicationFilter(
        int(round) if round.isdigit() else None, step if step in STAGES else "", state if state in STATES else "", school,
        q.strip()[:40], max(page, 1),
    )  # fmt: skip
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        rows, total = applications(work.session, scope, wanted)
        choices = application_choices(work.session, scope)
        lines = [_line(visit, work, row) for row in rows]
        saved = saved_views(work.session, visit.visitor.person_id or 0, "applications", visit.request.query_params)
        hosted = hosted_by(work.session, visit.visitor.person_id or 0)
        rising = {one.id for one in hosted if _rises(visit, work, one.id)}
    return visit.page(
        "applications/list.html", lines=lines, total=total, filters=_filters(choices, wanted), wanted=wanted, note=note,
        paging=_paging(total, wanted), reads=bool(visit.visitor.roles & READERS), hosted=hosted, rising=rising, saved=saved,
    )  # fmt: skip


def _rises(visit: Visit, work: Work, studio_id: int) -> bool:
    """Whether a studio may ask for another level at any time."""
    studio = studio_of(work.session, studio_id)
    if studio is None:
        return False
    paths = visit.book.programme(work.session, studio.version_id).paths_giving("level")
    return any(path.call == "any_time" for path in paths)


def _line(visit: Visit, work: Work, row: Any) -> Line:
    live = row.run_id is not None
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id) if live else None
    mine = live and row.stage == "application"
    return Line(
        f"/applications/{row.id}/form" if mine else f"/applications/{row.id}", row.person, row.body, row.number or "", row.school_stage,
        row.round_title or "", list_mark(rule, row), due_of(work, row, rule, explained=False) if live else None,
        day_words(row.submitted_at, visit.today),
        asked_for(work, row.version_id, row.asked_by, row.gives, row.role, row.studio_name) if row.gives != "studio" else "",
    )  # fmt: skip


def _address(wanted: ApplicationFilter, **changes: Any) -> str:
    said = {
        "round": wanted.round_id, "step": wanted.step, "state": wanted.state, "school": wanted.school_stage, "q": wanted.words,
        "page": wanted.page if wanted.page > 1 else "",
    } | changes  # fmt: skip
    kept = {key: value for key, value in said.items() if value not in {"", None}}
    return f"/applications?{urlencode(kept)}" if kept else "/applications"


def _filters(choices: Any, wanted: ApplicationFilter) -> tuple[Filter, ...]:
    rounds = sorted({(str(one.round_id), one.title) for one in choices if one.round_id}, reverse=True)
    schools = sorted({one.school_stage for one in choices if one.school_stage})
    steps = [
        (name, STAGES[name].title)
        for name in ("application", "tier_review", "expert_review", "public_notice", "plaque")
    ]
    options = (
        ("round", _("全部批次"), rounds, str(wanted.round_id or "")), ("step", _("全部环节"), steps, wanted.step),
        ("state", _("全部状态"), [("open", _("在办")), ("over", _("已办结"))], wanted.state),
        ("school", _("全部学段"), [(one, one) for one in schools], wanted.school_stage),
    )  # fmt: skip
    return tuple(
        Filter(name, label, tuple(
            Choice(value, words, chosen=value == chosen, href=_address(wanted, **{name: value, "page": ""}))
            for value, words in [("", label), *found]
        ))
        for name, label, found, chosen in options if found
    )  # fmt: skip


def _paging(total: int, wanted: ApplicationFilter) -> Paging | None:
    if total <= PAGE:
        return None
    first = PAGE * (wanted.page - 1) + 1
    last = min(first + PAGE - 1, total)
    before = _address(wanted, page=wanted.page - 1) if wanted.page > 1 else ""
    return Paging(first, last, total, before, _address(wanted, page=wanted.page + 1) if last < total else "")


@router.get("/applications/{application_id}")
def case_page(visit: Visiting, application_id: int, note: str = "") -> Response:
    """One application, for whoever may see it; what they may do is asked of the engine."""
    scope = visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)
    with visit.reading() as work:
        row = application_of(work.session, application_id, scope)
        if row is None:
            raise NotFound
        context = _case(visit, work, row)
    return visit.page("applications/case.html", note=note, application=row, **context)


def _case(visit: Visit, work: Work, row: Any) -> dict[str, Any]:
    session, today, address = work.session, visit.today, f"/programmes/{row.code}/{row.version_number}"
    runs, history = runs_of(session, row.id), history_of(session, row.id)
    checks, papers = checks_of(session, row.id), papers_of(session, row.id)
    live = [one for one in runs if one.ended_at is None]
    holders = holders_of(session, {one.desk for one in live if one.desk}, today)
    reminded = reminders_of(session, [one.id for one in live])
    strip, lines = strip_of(work, row, runs), check_lines(checks, address)
    reader = Reader("administrator" in visit.visitor.roles, row.id)
    record = timeline_of(work, history, runs, holders, reminded, reader)
    return {
        "what": asked_for(work, row.version_id, row.path, row.gives, row.role, row.studio_name), "mark": application_mark(work, row, runs), "post": post_title(session, row.person_id, today), "strip": strip, "checks": lines,
        "summary": check_summary(lines), "papers": paper_lines(papers), "answers": answers_of(work, row),
        "record": (*record, *coming_of(row, strip)), "since": worked_since(work, history, over=row.outcome is not None),
        "holders": _holders(work, live, holders, reminded, address), "decision": _decision(visit, work, live, checks, papers, address),
        "judging": judging_of(work, live, visit.visitor.actor, checks, address), "turned_away": unmet_of(work, live, visit.visitor.actor),
        "placing": _placing(visit, work, live), "acts": _acts(visit, work, row, live), "changes": changes_of(work, revisions_of(session, row.id)), "wide": False, "case": None,
        "back": f"/applications/{row.id}", "duties": duty_marks(work, row.studio_id, f"body:{row.authority_body_id}", visit.visitor.keys),
    }  # fmt: skip


def _holders(work: Work, live: Any, holders: Any, reminded: Any, address: str) -> list[Holder]:
    return [
        holder_of(work, run, work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id), holders,
                  reminded.get(run.id, ()), address)
        for run in live
    ]  # fmt: skip


def _decision(visit: Visit, work: Work, live: Any, checks: Any, papers: Any, address: str) -> Decision | None:
    mine = [run for run in live if run.desk in visit.visitor.keys and run.stage == "tier_review"]
    return decision_of(work, mine[0].id, visit.visitor.actor, checks, papers, address) if mine else None


def _placing(visit: Visit, work: Work, live: Any) -> str:
    """The page on which the visitor's body places this person; empty where nobody is placed by a list."""
    for run in live:
        rule: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)
        if run.stage == "membership" and rule.policy.seats == "allocated" and run.desk in visit.visitor.keys:
            return f"/rounds/{run.round_id}/placement"
    return ""


def _acts(visit: Visit, work: Work, row: Any, live: Any) -> Mapping[str, Any]:
    """What else the visitor may do: (run, version) for withdraw and extend, and whether the form waits for them."""
    found: dict[str, Any] = {"form": ""}
    own = visit.visitor.person_id in {row.person_id, row.made_by}
    if not live:
        return found
    run = live[0]
    trial = [Intent(run.id, "withdraw", {}), Intent(run.id, "extend", {"due_on": "2999-12-31", "reason": "–"})]
    for one in preview(work, trial, visit.visitor.actor):
        if not one.refused:
            found[one.intent.event] = run
    if own and run.desk in visit.visitor.keys and run.state in {"drafting", "returned"}:
        found["form"] = run.state
    return found


@router.get("/applications/{application_id}/waive")
def waive_page(visit: Visiting, application_id: int, note: str = "") -> Response:
    """Criteria of one application that the text lets the authority waive, and which it has waived."""
    with visit.reading() as work:
        row, run = _of_authority(visit, work, application_id)
        checks = waivable(work, run) if run is not None and run.stage == "application" else ()
    return visit.page("applications/waive.html", application=row, run=run, checks=checks, note=note)


@router.post("/applications/{application_id}/waive")
def waive_one(visit: Visiting, form: Posted, application_id: int) -> Response:
    """Waive one criterion with a reason."""
    place, reason = form.text("place"), form.text("reason")

    def do(work: Work) -> Mapping[str, Any]:
        _row, run = _of_authority(visit, work, application_id)
        if run is None:
            raise NotFound
        payload = {"place": place, "reason": reason}
        apply(work, Intent(run.id, "waive", payload, form.version), visit.visitor.actor)
        return {"place": place}

    visit.once(form, f"waive:{application_id}", do)
    return visit.go(f"/applications/{application_id}/waive", _("已豁免，理由写入资格核对。"))


def _of_authority(visit: Visit, work: Work, application_id: int) -> tuple[Any, Any]:
    """An application under the visitor's authority, drafts included, and the run that waits for its writer."""
    row = application_of(work.session, application_id, of_authority(visit.visitor.body_ids))
    if row is None:
        raise NotFound
    return row, writable_run(work.session, application_id)
