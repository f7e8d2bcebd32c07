"""Rounds (申报批次): the list, one round, its preview before launch, and the acts by which it goes on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import ColumnElement, true

from flows.engine.apply import apply
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from flows.office.changes import left_out_of, rules_of
from flows.office.planning import Revision
from flows.office.rounds import Places, RoundPlan, plan_round
from flows.office.timeline import Dates, forecast
from models.queries.programmes import VersionRow, versions
from models.queries.rounds import (
    begun,
    bodies_above,
    lists_of,
    places_of,
    round_of,
    rounds,
    step_counts,
    visible_rounds,
)
from models.queries.scope import visible_applications
from web.display import Choice, day, plain_day
from web.i18n import _
from web.routes.placement import placing_in
from web.views.round_progress import ACTS, funnel_of, next_acts, pages_of, step_lines
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST_TITLE = 100
DRAFTED = ("path", "year", "title", "opens_on", "closes_on", "prefix", "whole")


@router.get("/rounds")
def all_rounds(visit: Visiting, note: str = "") -> Response:
    """Every round one may see, newest first."""
    with visit.reading() as work:
        lines = rounds(work.session, round_scope(work, visit), seen_by(visit), visit.now)
    mine = {office.body_id for office in visit.visitor.offices if office.role == "administrator"}
    return visit.page("rounds/list.html", lines=lines, note=note, mine=mine, administers=bool(mine))


@router.get("/rounds/new")
def new_round(visit: Visiting, version: int = 0) -> Response:
    """Choose the regulation and the path, then set the year and the dates."""
    return _draft_page(visit, version)


def _draft_page(visit: Visit, version: int, said: Form | None = None, error: str = "") -> Response:
    """The form of a new round, with what was typed into it when it was refused."""
    with visit.reading() as work:
        offered = _offered(work, visit)
        paths = {one.id: _paths(work, one.id) for one in offered}
    chosen = version if version in paths else next((one.id for one in offered if paths[one.id]), 0)
    typed = {key: said.text(key) if said else "" for key in DRAFTED}
    if said:
        paths[chosen] = [replace(one, chosen=one.value == typed["path"]) for one in paths.get(chosen, [])]
    return visit.page(
        "rounds/new.html", 409 if error else 200, offered=offered, paths=paths, chosen=chosen, year=visit.today.year,
        typed=typed, error=error,
    )  # fmt: skip


def _offered(work: Work, visit: Visit) -> list[VersionRow]:
    """Versions of programmes that one administers, in force by now."""
    mine = {office.body_id for office in visit.visitor.offices if office.role == "administrator"}
    return [one for one in versions(work.session) if one.authority_id in mine and one.in_force_on <= visit.today]


def _paths(work: Work, version_id: int) -> list[Choice]:
    book: Any = work.book
    programme = book.programme(work.session, version_id)
    gives = {"studio": _("设立工作室"), "level": _("升级"), "seat": _("入室"), "cycle": _("续期"), "exit": _("退出")}
    called = [one for one in programme.paths.values() if one.call == "round"]
    return [
        Choice(one.name, gives.get(one.gives, one.name) + (f"（{one.name}）" if len(called) > 1 else ""))
        for one in called
    ]


@router.post("/rounds")
def plan(visit: Visiting, form: Posted) -> Response:
    """Draft a round; what follows is its preview. What is wrong with it is said above what was typed."""
    try:
        return _plan(visit, form)
    except Refused as refusal:
        version = form.text("version_id")
        return _draft_page(visit, int(version) if version.isdigit() else 0, form, refusal.says)


def _plan(visit: Visit, form: Form) -> Response:
    wanted = RoundPlan(
        _number(form, "version_id"), form.text("path"), _number(form, "year"), form.text("title"), _day(form, "opens_on"),
        _day(form, "closes_on"), form.text("prefix"), whole_places(form),
    )  # fmt: skip
    if not wanted.title:
        raise Refused("without_title", _("请写批次名称。没有改动任何内容。"))
    if len(wanted.title) > LONGEST_TITLE:
        raise Refused("long_title", _("批次名称最多 {n} 个字，请写短一些。没有改动任何内容。", n=LONGEST_TITLE))

    def draft(work: Work) -> Mapping[str, Any]:
        if wanted.version_id not in {one.id for one in _offered(work, visit)}:
            raise NotFound
        return {"round": plan_round(work, visit.visitor.actor, wanted)[0]}

    said = visit.once(form, "plan round", draft)
    return visit.go(f"/rounds/{said['round']}/preview", _("批次草稿已建好，请核对时间、名额和专家。"))


@router.get("/rounds/{round_id}")
def one_round(visit: Visiting, round_id: int, note: str = "") -> Response:
    """Where a round stands, and what may be done next."""
    with visit.reading() as work:
        row = round_seen(work, visit, round_id)
        leads = f"body:{row.authority_body_id}" in visit.visitor.keys
        counted = (
            true() if leads else seen_by(visit)
        )  # drafts count in the authority's figures, though nobody reads them
        counts, live = step_counts(work.session, round_id, counted, visit.now)
        total = begun(work.session, round_id, counted)
        rules = rules_of(work, row.version_id, row.path, row.changes)[1]
        left_out = left_out_of(work, row.version_id, row.path, row.changes)
        found = forecast(rules, planned_dates(row), work.calendar, (), visit.today)
        address = f"/programmes/{row.code}/{row.version_number}"
        lines = step_lines(rules, counts, found, visit.today, address)
        ends = {one.key: plain_day(one.ends_on) for one in found.stretches}
        bars = funnel_of(rules, counts, total.begun, total.submitted, ends, round_id)
        lists = lists_of(work.session, round_id) if leads else ()
        places = places_of(work.session, round_id)
        acts = next_acts(row, live, total.undecided) if leads else []
        pages = pages_of(round_id, rules, counts) if leads else []
        placing = placing_in(visit, work, round_id) is not None
    return visit.page(
        "rounds/round.html", row=row, lines=lines, bars=bars, lists=lists, acts=acts, pages=pages, leads=leads, note=note, total=total, ends=ends,
        places=places, placing=placing, words=ACTS, left_out=left_out, address=address, steps=[(rule.name, rule.title) for rule in rules],
    )  # fmt: skip


# Acts on a launched round


@router.get("/rounds/{round_id}/extend")
def ask_extend(visit: Visiting, round_id: int, due_on: str = "") -> Response:
    """More time for all: a later day and the reason."""
    return _ask(visit, round_id, "extend", due_on)


@router.get("/rounds/{round_id}/cancel")
def ask_cancel(visit: Visiting, round_id: int) -> Response:
    """Cancel a round: what ends with it, and the reason."""
    return _ask(visit, round_id, "cancel")


@router.get("/rounds/{round_id}/conclude")
def ask_conclude(visit: Visiting, round_id: int) -> Response:
    """Conclude a round when every application has an outcome."""
    return _ask(visit, round_id, "conclude")


def _ask(
    visit: Visit, round_id: int, event: str, due_on: str = "", said: Form | None = None, error: str = ""
) -> Response:
    with visit.reading() as work:
        row = round_seen(work, visit, round_id)
        if f"body:{row.authority_body_id}" not in visit.visitor.keys:
            raise NotFound
        counts, _live = step_counts(work.session, round_id, true(), visit.now)
        total = begun(work.session, round_id, true())
        moved: list[tuple[str, str, str]] = []
        rules = rules_of(work, row.version_id, row.path, row.changes)[1]
        drafts = counts[rules[0].name].here if rules[0].name in counts else 0
        until = day_of(due_on) if event == "extend" and due_on else None
        if until is not None and until > row.closes_on:
            saved = saved_plan(row)
            later = Revision(saved.title, saved.opens_on, until, saved.timetable, saved.changes)
            old = forecast(rules, planned_dates(row), work.calendar, (), visit.today)
            new = forecast(rules, dates_of(later), work.calendar, (), visit.today)
            moved = [
                (one.title, day(was.ends_on, visit.today), day(one.ends_on, visit.today))
                for was, one in zip(old.stretches, new.stretches, strict=True)
                if was.ends_on != one.ends_on
            ]
    return visit.page(
        "rounds/act.html", 409 if error else 200, row=row, event=event, total=total, drafts=drafts, due_on=due_on, until=until,
        moved=moved, reason=said.text("reason") if said else "", error=error,
    )  # fmt: skip


@router.post("/rounds/{round_id}/extend")
def extend(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Extend the round for all."""
    on = _day(form, "due_on")
    try:
        _acted(visit, form, round_id, "extend", {"due_on": on.isoformat(), "reason": form.text("reason")})
    except Refused as refusal:
        return _asked_again(visit, form, round_id, "extend", refusal)
    return visit.go(f"/rounds/{round_id}", _("已延期到 {day}，草稿的截止日一并顺延。", day=day(on, visit.today)))


@router.post("/rounds/{round_id}/cancel")
def cancel(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Cancel the round with everything open in it."""
    try:
        _acted(visit, form, round_id, "cancel", {"reason": form.text("reason")})
    except Refused as refusal:
        return _asked_again(visit, form, round_id, "cancel", refusal)
    return visit.go(f"/rounds/{round_id}", _("批次已取消，未办结的申报一并终止，已通知有关的人。"))


@router.post("/rounds/{round_id}/conclude")
def conclude(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Conclude the round."""
    _acted(visit, form, round_id, "conclude", {})
    return visit.go(f"/rounds/{round_id}", _("批次已办结。"))


def _asked_again(visit: Visit, form: Form, round_id: int, event: str, refusal: Refused) -> Response:
    """The page of an act once more, with what was typed; a page that is out of date says so in its own way."""
    if refusal.because in {"stale", "wrong_state", "ended"}:
        raise refusal
    return _ask(visit, round_id, event, form.text("due_on"), form, refusal.says)


def _acted(visit: Visit, form: Form, round_id: int, event: str, payload: Mapping[str, Any]) -> None:
    def act(work: Work) -> Mapping[str, Any]:
        row = round_seen(work, visit, round_id)
        return {"state": apply(work, Intent(row.run_id, event, payload, form.version), visit.visitor.actor).move.to}

    visit.once(form, f"{event} round", act)


# What forms and addresses say


def round_scope(work: Work, visit: Visit) -> ColumnElement[bool]:
    """The rounds a visitor may see."""
    return visible_rounds(visit.visitor.body_ids, bodies_above(work.session, visit.visitor.body_ids))


def seen_by(visit: Visit) -> ColumnElement[bool]:
    """The applications a visitor may see."""
    return visible_applications(visit.visitor.person_id or 0, visit.visitor.body_ids)


def round_seen(work: Work, visit: Visit, round_id: int) -> Any:
    """A round in the visitor's scope. Raises NotFound."""
    row = round_of(work.session, round_id, round_scope(work, visit))
    if row is None:
        raise NotFound
    return row


def day_of(text: str) -> date:
    """A day as a form or an address writes it. Raises Refused."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused("no_day", _("请填日期，例如 2026-09-30。没有改动任何内容。")) from error


def _day(form: Form, key: str) -> date:
    return day_of(form.text(key))


def _number(form: Form, key: str) -> int:
    found = form.text(key)
    if not found.isdigit() or len(found) > 9:
        raise Refused("no_number", _("请填写完整再继续。没有改动任何内容。"))
    return int(found)


def count_of(form: Form, key: str) -> int | None:
    """A number of places, none when left empty. Raises Refused."""
    found = form.text(key)
    if not found:
        return None
    if not found.isdigit() or len(found) > 5:
        raise Refused("no_number", _("名额请写 0 以上的整数，不限的留空。没有改动任何内容。"))
    return int(found)


def whole_places(form: Form) -> list[Places]:
    """The places of the whole round that a form sets, if any."""
    most = count_of(form, "whole")
    return [Places("round", most)] if most is not None else []


def saved_plan(row: Any) -> Revision:
    """The plan of a round as it is stored."""
    return Revision(row.title, row.opens_on, row.closes_on, dict(row.timetable), dict(row.changes))


def planned_dates(row: Any) -> Dates:
    """The dates of a round as they are stored."""
    return dates_of(saved_plan(row))


def dates_of(revision: Revision) -> Dates:
    """The dates of a plan, as the forecast takes them."""
    timetable = {step: date.fromisoformat(on) for step, on in revision.timetable.items()}
    return Dates(revision.opens_on, revision.closes_on, timetable)
