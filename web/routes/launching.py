"""Launching (发布前预演): what a launch would do, other dates tried, places set, then the launch itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import QueryParams

from flows.engine.apply import apply
from flows.engine.errors import Refused
from flows.engine.rulebook import StepRule
from flows.engine.work import Intent, Work
from flows.office.changes import left_out_of, rules_of
from flows.office.planning import Revision, plan_digest, planned_round, replan, set_places, span_key
from flows.office.promised import Promised, promised
from flows.office.rounds import Places
from flows.office.timeline import Timeline, forecast
from flows.regulations import programme_under
from flows.trial.gate import Standing, standing, with_trial
from models.queries.bodies import bodies_under
from models.queries.rounds import counties_of, invited, manning, places_of, pool_of, round_before, school_stages
from web.i18n import _
from web.routes.rounds import count_of, dates_of, day_of, planned_dates, round_seen, saved_plan, whole_places
from web.views.cases import provenance_of
from web.views.rounds import circumstances_of, gantt_rows, ground_of, groups_of, place_table, scale_of
from web.visit import Posted, Visit, Visiting

router = APIRouter()


@dataclass(frozen=True)
class Foreseen:
    """Everything a preview shows and a launch checks."""

    row: Any
    revision: Revision
    plain: list[StepRule]
    rules: list[StepRule]
    found: Timeline
    saved: Timeline
    tried: Standing
    context: Mapping[str, Any]


@router.get("/rounds/{round_id}/preview")
def preview_round(visit: Visiting, round_id: int, note: str = "", edit: int = 0) -> Response:
    """What a launch would do: time, places, experts, people; with other dates in the address, what they would move."""
    with visit.reading() as work:
        row = planned_round(work, visit.visitor.actor, round_id)
        row = round_seen(work, visit, round_id)
        error, revision = "", saved_plan(row)
        try:
            revision = _tried(work, row, visit.request.query_params)
            seen = _foreseen(work, visit, row, revision)
        except Refused as refusal:
            error, revision = refusal.says, saved_plan(row)
            seen = _foreseen(work, visit, row, revision)
        digest = plan_digest(work, round_id)
        scale = scale_of(seen.found)
        address = f"/programmes/{row.code}/{row.version_number}"
        rows = gantt_rows(seen.found, seen.saved, seen.plain, scale, work.calendar, visit.today, address)
        ground = ground_of(work.calendar, scale)
        left_out = left_out_of(work, row.version_id, row.path, revision.changes)
        ladder = tuple(work.book.ladder(work.session, row.version_id))
        closing = work.calendar.on(revision.closes_on)
    return visit.page(
        "rounds/preview.html", row=row, revision=revision, found=seen.found, rows=rows, ground=ground, digest=digest, error=error,
        note=note, edit=edit, unsaved=revision != saved_plan(row), rules=seen.rules, plain={one.name: one for one in seen.plain}, ladder=ladder,
        span_key=span_key, address=address, closing=closing, plan_fields=_said(revision), left_out=left_out,
        provenance_of=provenance_of, tried=seen.tried, **seen.context,
    )  # fmt: skip


def _foreseen(work: Work, visit: Visit, row: Any, revision: Revision) -> Foreseen:
    plain, rules = rules_of(work, row.version_id, row.path, revision.changes)
    saved_rules = rules_of(work, row.version_id, row.path, row.changes)[1]
    cast = work.book.cast(work.session, row.version_id)
    ladder = work.book.ladder(work.session, row.version_id)
    before = round_before(work.session, cast.programme_id, row.path, row.id, row.opens_on)
    counties = counties_of(work.session, cast.authority_id, cast.programme_id, before)
    staffed = manning(work.session, cast.authority_id, ("county", "school"), visit.today)
    places = places_of(work.session, row.id)
    table = place_table(counties, places)
    stages = school_stages(work.session, cast.authority_id, before)
    pool = pool_of(
        work.session, cast.authority_id, bodies_under(work.session, cast.authority_id, ("school",)), visit.today
    )
    groups = groups_of(stages, table.sent or table.whole, pool)
    told = invited(work.session, cast.authority_id, visit.today)
    known = circumstances_of(rules, staffed, pool, groups, places, counties, told)
    tried = standing(work, row.id)
    found = with_trial(forecast(rules, dates_of(revision), work.calendar, ladder, visit.today, known), tried)
    saved = forecast(saved_rules, planned_dates(row), work.calendar, ladder, visit.today, known)
    review: Any = next((one.policy for one in rules if one.stage.name == "expert_review"), None)
    context = {
        "table": table, "groups": groups, "told": told, "pool": pool, "before": before, "most_sheets": review.sheets if review else 0,
        "panel": review.panel if review else 0, "officers": staffed, "promised": _promised(work, row, found),
    }  # fmt: skip
    return Foreseen(row, revision, plain, rules, found, saved, tried, context)


def _promised(work: Work, row: Any, found: Timeline) -> Promised | None:
    programme = programme_under(work, row.version_id)
    return promised(programme, programme.path(row.path), found.last_day, work.calendar)


def _tried(work: Work, row: Any, asked: QueryParams | Mapping[str, str]) -> Revision:
    """The plan with what the address or the form says instead: `opens_on`, `closes_on`, `day.STEP`, `n.STEP` with `why.STEP`."""
    saved = saved_plan(row)
    if "closes_on" not in asked:
        return saved
    timetable: dict[str, str] = {}
    changes = {
        step: {key: one for key, one in kept.items() if key not in {"within", "length", "skipped"}}
        for step, kept in saved.changes.items()
    }
    for rule in rules_of(work, row.version_id, row.path, {})[0][1:]:
        if on := str(asked.get(f"day.{rule.name}", "")).strip():
            timetable[rule.name] = day_of(on).isoformat()
        change = _changed_span(
            rule, str(asked.get(f"n.{rule.name}", "")).strip(), str(asked.get(f"why.{rule.name}", "")).strip()
        )
        change |= _switched_off(rule, saved.changes, asked)
        if change:
            changes.setdefault(rule.name, {}).update(change)
    kept = {step: one for step, one in changes.items() if one}
    return Revision(str(asked.get("title", "")).strip() or saved.title, day_of(str(asked.get("opens_on", ""))), day_of(str(asked["closes_on"])),
                    timetable, kept)  # fmt: skip


def _switched_off(rule: StepRule, saved: Mapping[str, Any], asked: QueryParams | Mapping[str, str]) -> dict[str, Any]:
    """Whether the form leaves out a step that the regulation leaves open; one left as it was keeps who decided it."""
    if not rule.optional or not asked.get(f"off.{rule.name}"):
        return {}
    said = {"value": True, "reason": str(asked.get(f"off.why.{rule.name}", "")).strip()}
    before = saved.get(rule.name, {}).get("skipped", {})
    return {"skipped": {**before, **said} if before.get("reason") == said["reason"] else said}


def _said(revision: Revision) -> list[tuple[str, str]]:
    """A plan as the fields of the form that says it."""
    said = [("title", revision.title), ("opens_on", f"{revision.opens_on}"), ("closes_on", f"{revision.closes_on}")]
    said += [(f"day.{step}", on) for step, on in revision.timetable.items()]
    for step, kept in revision.changes.items():
        for key, change in kept.items():
            if key == "skipped":
                said += [(f"off.{step}", "1"), (f"off.why.{step}", change["reason"])]
            elif key in {"within", "length"}:
                said += [(f"n.{step}", change["value"].split(" ")[0]), (f"why.{step}", change["reason"])]
    return said


def _changed_span(rule: StepRule, wrote: str, why: str) -> dict[str, Any]:
    """A number other than the regulation's, as a change with its reason; nothing when it is the same."""
    usual = getattr(rule.policy, span_key(rule.stage.name), None)
    if usual is None or not wrote or wrote == str(usual.n):
        return {}
    if not wrote.isdigit() or not 1 <= int(wrote) <= 366:
        raise Refused("unreadable", _("{step}的时限请写 1 到 366 的整数。", step=rule.title))
    value = str(type(usual)(int(wrote), usual.unit))
    return {span_key(rule.stage.name): {"value": value, "reason": why}}


@router.post("/rounds/{round_id}/plan")
def save_plan(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Keep the dates and spans that were tried."""

    def keep(work: Work) -> Mapping[str, Any]:
        row = planned_round(work, visit.visitor.actor, round_id)
        said = {key: str(value) for key, value in form.plain.items()}
        replan(work, visit.visitor.actor, round_id, _tried(work, row, said))
        return {}

    visit.once(form, "replan round", keep)
    return visit.go(f"/rounds/{round_id}/preview", _("时间已保存，各环节按新的日期重排。"))


@router.post("/rounds/{round_id}/quotas")
def save_places(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Keep the places of the counties and of the whole round."""

    def keep(work: Work) -> Mapping[str, Any]:
        row = planned_round(work, visit.visitor.actor, round_id)
        cast = work.book.cast(work.session, row.version_id)
        counties = counties_of(work.session, cast.authority_id, cast.programme_id, None)
        places = [
            Places("county", count_of(form, f"most.{one.id}"), count_of(form, f"least.{one.id}"), one.id)
            for one in counties
        ]
        set_places(work, visit.visitor.actor, round_id, [*whole_places(form), *places])
        return {}

    visit.once(form, "set places", keep)
    return visit.go(f"/rounds/{round_id}/preview#places", _("名额已保存。"))


@router.post("/rounds/{round_id}/launch")
def launch(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Launch what was previewed; a plan changed meanwhile, or anything that blocks, is refused and nothing happens."""

    def begin(work: Work) -> Mapping[str, Any]:
        planned_round(work, visit.visitor.actor, round_id)
        row = round_seen(work, visit, round_id)
        if form.text("plan") != plan_digest(work, round_id):
            raise Refused("stale", _("预演之后时间或名额又改过，请重新核对预演再发布。没有改动任何内容。"))
        seen = _foreseen(work, visit, row, saved_plan(row))
        blocked = seen.found.of("block")
        if blocked:
            titles = tuple(one.title for one in blocked)
            raise Refused("blocked", _("还不能发布：有 {n} 项要先处理。没有改动任何内容。", n=len(blocked)), {}, titles)
        payload = _warned(seen.found, checked=bool(form.text("checked")), reason=form.text("reason"))
        state = apply(work, Intent(row.run_id, "launch", payload, form.version), visit.visitor.actor).move.to
        return {"state": state, "told": seen.context["told"][1]}

    said = visit.once(form, "launch round", begin)
    note = _("已发布，发出 {n} 份邀请。", n=said["told"])
    return visit.go(f"/rounds/{round_id}", note)


def _warned(found: Timeline, *, checked: bool, reason: str) -> dict[str, Any]:
    """What a launch says of its open warnings. Raises Refused unless they were checked and a reason is given."""
    warned = [one.title for one in found.of("warn")]
    if warned and not checked:
        raise Refused(
            "unchecked", _("请先核对 {n} 项提醒，再勾选确认。没有改动任何内容。", n=len(warned)), {}, tuple(warned)
        )
    if warned and not reason:
        says = _("还有 {n} 项提醒没有处理，照常发布请写明理由。没有改动任何内容。", n=len(warned))
        raise Refused("without_reason", says, {}, tuple(warned))
    return {"warnings": warned, "reason": reason} if warned else {}
