"""The dashboard (看板): where it is stuck and with whom; urging whoever holds overdue work, previewed first."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import ColumnElement, true
from sqlalchemy.exc import SQLAlchemyError

from flows.engine.calendar import end_of_day
from flows.engine.errors import NotFound
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from flows.lifecycle import STAGES
from flows.office.changes import rules_of
from flows.office.timeline import forecast
from flows.office.urging import urge, who_is_urged
from models.queries import dashboard as read
from models.queries.applications import holders_of
from models.queries.rounds import begun, places_of, round_before, rounds, step_counts
from models.queries.scope import overseen_studios
from models.queries.studio_board import standings
from web.display import Choice, Filter, Part, clock_time, plain_day, run_mark
from web.i18n import _, word
from web.routes.rounds import planned_dates, round_scope, seen_by
from web.saved_views import saved_views
from web.views.dashboard import (
    HolderRow,
    bottleneck,
    due_days,
    durations_of,
    holder_rows,
    holder_words,
    short_body,
    short_step,
    tiles_of,
)
from web.views.round_progress import funnel_of, next_acts
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LOG = logging.getLogger(__name__)
NONE_BEGUN = SimpleNamespace(begun=0, submitted=0, undecided=0)
BY = ("county", "person", "school")
STANDINGS = (("running", word("运行中"), "green"), ("forming", word("待备案"), "blue"), ("rectifying", word("整改中"), "amber"),
             ("final", word("期满评估中"), "gray"), ("suspended", word("暂停"), "purple"))  # fmt: skip
RoundId = Annotated[int, Query(alias="round")]
EveryRow = Annotated[int, Query(alias="all")]


@dataclass(frozen=True)
class Looked:
    """What of which round the visitor looks at, and the condition that keeps it to their scope."""

    row: Any
    rounds: Sequence[Any]
    by: str
    wanted: read.Narrowing
    leads: bool
    scope: ColumnElement[bool]
    condition: ColumnElement[bool]

    def address(self, **changes: Any) -> str:
        """The address of this view with something else."""
        said = {"round": self.row.id, "by": self.by if self.by != "county" else "", "county": self.wanted.county_id or "",
                "school": self.wanted.school_stage} | changes  # fmt: skip
        kept = "&".join(f"{key}={value}" for key, value in said.items() if value != "")
        return f"/dashboard?{kept}"


def _looked(work: Work, visit: Visit, round_id: int, by: str, county: int, school: str) -> Looked | None:
    found = [
        one
        for one in rounds(work.session, round_scope(work, visit), seen_by(visit), visit.now)
        if one.state != "planned"
    ]
    if not found:
        return None
    going = [one for one in found if one.state not in {"concluded", "cancelled"}]
    row = next((one for one in found if one.id == round_id), None) if round_id else _first_shown(going or found, visit)
    if row is None:
        raise NotFound
    leads = f"body:{row.authority_body_id}" in visit.visitor.keys
    scope = true() if leads else seen_by(visit)
    levels = {office.body_level for office in visit.visitor.offices if office.role != "expert"}
    usual = "county" if leads else "school" if "county" in levels else "person"
    wanted = read.Narrowing(county or None, school)
    return Looked(row, found, by if by in BY else usual, wanted, leads, scope, read.narrowed(scope, row.id, wanted))


def _first_shown(going: Sequence[Any], visit: Visit) -> Any:
    """The round that opens unasked: to who leads one, that where something is late or most is under way; to others, the newest that takes applications."""
    led = [one for one in going if f"body:{one.authority_body_id}" in visit.visitor.keys]
    if led:
        return max(led, key=lambda one: (one.late > 0, one.open, one.id))
    return max(going, key=lambda one: (one.state == "open", one.opens_on, one.id))


@router.get("/dashboard")
def dashboard(
    visit: Visiting,
    round_id: RoundId = 0,
    by: str = "",
    county: int = 0,
    school: str = "",
    every: EveryRow = 0,
    note: str = "",
) -> Response:
    """Five figures, who holds how much, what falls due, the funnel, how long steps take."""
    with visit.reading() as work:
        seen = _looked(work, visit, round_id, by, county, school)
        if seen is None:
            return visit.page("dashboard/empty.html", leads="administrator" in visit.visitor.roles)
        context = _figures(work, visit, seen)
        saved = saved_views(work.session, visit.visitor.person_id or 0, "dashboard", visit.request.query_params)
    return visit.page(
        "dashboard/page.html", seen=seen, saved=saved, note=note, every=every, at=clock_time(visit.now), **context
    )


class Parts:
    """Reads the parts of the page one by one: one that fails is named in `failed` and shows it, the others stand."""

    def __init__(self, work: Work) -> None:
        """Begins with nothing failed."""
        self._work, self.failed = work, set[str]()

    def read(self, part: str, reads: Callable[[], Any], instead: Any) -> Any:
        """What a part reads; `instead` where its query fails."""
        try:
            return reads()
        except SQLAlchemyError:
            LOG.exception("the dashboard cannot read %s", part)
            self._work.session.rollback()
            self.failed.add(part)
            return instead


def _figures(work: Work, visit: Visit, seen: Looked) -> Mapping[str, Any]:
    row, today, parts = seen.row, visit.today, Parts(work)
    rules = rules_of(work, row.version_id, row.path, row.changes)[1]
    named = {rule.name: rule for rule in rules}
    tomorrow = end_of_day(today + timedelta(days=1))
    held = parts.read(
        "held", lambda: read.held(work.session, seen.condition, visit.now, tomorrow, end_of_day(today)), []
    )
    names = parts.read("held", lambda: holders_of(work.session, {one.desk for one in held}, today), {})
    table = holder_rows(work, held, named, seen.by, names)
    counties = parts.read("counties", lambda: read.submitted_stages(work.session, row.id, seen.scope), [])
    passed = parts.read("passed", lambda: _passed(work, seen, rules), {})
    places = parts.read("passed", lambda: places_of(work.session, row.id), [])
    if seen.by == "county":
        table = _with_counties(table, counties, passed, places, seen.wanted)
    submitted = sum(one.n for one in counties if _within(one, seen.wanted))
    total_places = (
        _places_of_all(places, {one.county_id for one in counties})
        if not seen.wanted.county_id
        else _place(places, seen.wanted.county_id)
    )
    weeks = parts.read("weeks", lambda: _weeks(work, visit, seen, named), [])
    counts, live = parts.read("funnel", lambda: step_counts(work.session, row.id, seen.scope, visit.now), ({}, {}))
    total = parts.read("funnel", lambda: begun(work.session, row.id, seen.scope), NONE_BEGUN)
    ends = {
        one.key: plain_day(one.ends_on)
        for one in forecast(rules, planned_dates(row), work.calendar, (), today).stretches
    }
    lasted = parts.read("lasted", lambda: _lasted(work, seen, rules), [])
    return {
        "tiles": tiles_of(held, named, work, submitted, sum(passed.values()), total_places), "table": table,
        "columns": [(rule.name, short_step(rule)) for rule in rules if rule.stage.name == "tier_review"][:3],
        "weeks": weeks, "bars": funnel_of(rules, counts, total.begun, total.submitted, ends, row.id), "lasted": lasted,
        "slowest": bottleneck(lasted), "studios": parts.read("studios", lambda: _studios(work, visit), {"total": 0, "parts": []}),
        "stages": _stages(counties, seen.wanted), "filters": _filters(seen, counties), "outs": _outs(counties, seen.wanted),
        "waiting": parts.read("waiting", lambda: _waiting(work, visit, seen, live, total.undecided), []), "places": total_places,
        "failed": parts.failed,
    }  # fmt: skip


def _passed(work: Work, seen: Looked, rules: Sequence[StepRule]) -> dict[int, int]:
    """How many the last tier recommended, by county."""
    last = next((rule for rule in reversed(rules) if rule.stage.name == "tier_review"), None)
    if last is None:
        return {}
    return {one.county_id: one.n for one in read.recommended(work.session, seen.condition, last.name)}


def _weeks(work: Work, visit: Visit, seen: Looked, named: Mapping[str, StepRule]) -> Any:
    """What falls due this week and the next."""
    until = visit.today + timedelta(days=13 - visit.today.weekday())
    falling = read.falling(work.session, seen.condition, visit.now, end_of_day(until))
    return due_days(work.calendar, falling, named, visit.today, until)


def _lasted(work: Work, seen: Looked, rules: Sequence[StepRule]) -> Any:
    """How long the steps took, beside the round before."""
    row = seen.row
    before = round_before(work.session, row.programme_id, row.path, row.id, row.opens_on)
    ids = [one for one in (row.id, before) if one is not None]
    spent, mended = read.spent(work.session, ids, seen.scope), read.mended(work.session, ids, seen.scope)
    return durations_of(work.calendar, rules, spent, mended, row.id, before)


def _within(one: Any, wanted: read.Narrowing) -> bool:
    return wanted.county_id in {None, one.county_id} and wanted.school_stage in {"", one.school_stage}


def _with_counties(
    table: list[HolderRow],
    counties: Sequence[Any],
    passed: Mapping[int, int],
    places: Sequence[Any],
    wanted: read.Narrowing,
) -> list[HolderRow]:
    """Every county from which somebody applied, those with nothing waiting last."""
    there = {row.key for row in table}
    for one in counties:
        if f"{one.county_id or ''}" not in there and _within(one, wanted):
            there.add(f"{one.county_id or ''}")
            table.append(HolderRow(f"{one.county_id or ''}", short_body(one.county or _("市直"))))
    for row in table:
        row.passed = passed.get(int(row.key), 0) if row.key else 0
        row.places = _place(places, int(row.key)) if row.key else None
    return table


def _place(places: Sequence[Any], county_id: int) -> int | None:
    own = [
        one.at_most
        for one in places
        if one.scope == "county" and one.body_id in {None, county_id} and one.at_most is not None
    ]
    return min(own) if own else None


def _places_of_all(places: Sequence[Any], counties: set[int | None]) -> int | None:
    found = [_place(places, one) for one in counties if one is not None]
    return sum(one for one in found if one is not None) if found and None not in found else None


def _stages(counties: Sequence[Any], wanted: read.Narrowing) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for one in counties:
        if _within(one, wanted):
            found[one.school_stage or _("未填学段")] = found.get(one.school_stage or _("未填学段"), 0) + one.n
    return sorted(found.items(), key=lambda one: -one[1])


def _outs(counties: Sequence[Any], wanted: read.Narrowing) -> list[tuple[str, int]]:
    words = {
        "declined": _("不予推荐"),
        "withdrawn": _("撤回"),
        "lapsed": _("逾期未补正"),
        "rejected": _("未入选"),
        "upheld": _("异议成立"),
    }
    found: dict[str, int] = {}
    for one in counties:
        if one.outcome in words and _within(one, wanted):
            found[words[one.outcome]] = found.get(words[one.outcome], 0) + one.n
    return list(found.items())


def _filters(seen: Looked, counties: Sequence[Any]) -> tuple[Filter, ...]:
    named = sorted({(one.county_id, short_body(one.county)) for one in counties if one.county_id})
    stages = sorted({one.school_stage for one in counties if one.school_stage})
    whole = (
        Filter("round", seen.row.title, tuple(Choice(str(one.id), one.title, chosen=one.id == seen.row.id, href=f"/dashboard?round={one.id}")
                                              for one in seen.rounds), "layer-group"),
        Filter("county", _("全部旗县区"), (
            Choice("", _("全部旗县区"), chosen=not seen.wanted.county_id, href=seen.address(county="")),
            *(Choice(str(key), name, chosen=key == seen.wanted.county_id, href=seen.address(county=key)) for key, name in named))),
        Filter("school", _("全部学段"), (
            Choice("", _("全部学段"), chosen=not seen.wanted.school_stage, href=seen.address(school="")),
            *(Choice(one, one, chosen=one == seen.wanted.school_stage, href=seen.address(school=one)) for one in stages))),
    )  # fmt: skip
    return tuple(one for one in whole if len(one.choices) > 1)


def _studios(work: Work, visit: Visit) -> Mapping[str, Any]:
    """The studios that are there, by how they stand; those that are over are on their own list."""
    found = standings(work.session, overseen_studios(visit.visitor.body_ids), visit.today)
    counted = {key: getattr(found, key, 0) for key, _label, _tone in STANDINGS}
    counted["running"] = found.active - found.rectifying - found.final
    parts = [
        Part(_(label), counted[key], tone, f"/dashboard/studios/list?standing={'active' if key == 'running' else key}")
        for key, label, tone in STANDINGS
        if counted[key]
    ]
    return {"total": found.open, "parts": parts}


def _waiting(
    work: Work, visit: Visit, seen: Looked, live: Mapping[tuple[str, str], int], undecided: int
) -> list[tuple[str, str, str, str]]:
    """What waits for the visitor: icon, words, where it leads, one line more."""
    found = [
        ("list-check", one.label, f"/rounds/{seen.row.id}", one.why)
        for one in (next_acts(seen.row, live, undecided) if seen.leads else [])
    ]
    for one in read.desk_stages(work.session, visit.visitor.keys, visit.now):
        if not (seen.leads and one.stage in {"expert_review", "public_notice", "plaque", "round"}):
            late = _("其中逾期 {n} 件", n=one.late) if one.late else _("都没有逾期")
            found.append(
                (
                    "inbox",
                    _(
                        "{stage}：{state} {n} 件",
                        stage=_(STAGES[one.stage].title),
                        state=run_mark(one.stage, one.state).label,
                        n=one.n,
                    ),
                    f"/inbox?stage={one.stage}",
                    late,
                )
            )
    if seen.leads and (lost := read.bounced(work.session)):
        found.append(("envelope-circle-check", _("{n} 封消息没有送出", n=lost), "/messages", _("改地址或打印提醒函")))
    if unsettled := read.provisional(work.session, seen.condition):
        found.append(("calendar-day", _("放假安排未公布"), "/calendar", _("{n} 件的到期日暂定", n=unsettled)))
    return found


# Urging


@router.get("/dashboard/urge")
def urge_preview(visit: Visiting, round_id: RoundId = 0, county: int = 0, school: str = "", desk: str = "") -> Response:
    """Who would get what, and who was reminded today already and is left out."""
    with visit.reading() as work:
        seen = _looked(work, visit, round_id, "", county, school)
        if seen is None:
            raise NotFound
        rows = _overdue(work, visit, seen, desk)
        found = who_is_urged(work, rows)
        names = holders_of(work.session, {row.desk for row in rows}, visit.today)
        named = {one: holder_words(names, one) for one in names}
        titles = {
            row.id: work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).title for row in rows
        }
    fresh = {row.id for one in found for row in one.runs}
    return visit.page(
        "dashboard/urge.html",
        seen=seen,
        found=found,
        named=named,
        fresh=len(fresh),
        rows=rows,
        desk=desk,
        titles=titles,
    )


@router.post("/dashboard/urge")
def urge_all(visit: Visiting, form: Posted) -> Response:
    """Write the reminders; whoever was reminded today gets none."""

    def remind(work: Work) -> Mapping[str, Any]:
        seen = _looked(work, visit, _int(form, "round"), "", _int(form, "county"), form.text("school"))
        if seen is None:
            raise NotFound
        rows = _overdue(work, visit, seen, form.text("desk"))
        return {"told": urge(work, rows, visit.visitor.actor.name, form.text("reason")), "round": seen.row.id}

    said = visit.once(form, "urge overdue", remind)
    words = (
        _("已发出 {n} 份催办，可在“消息”里看是否发到。", n=said["told"])
        if said["told"]
        else _("今天都提醒过了，没有再发。")
    )
    return visit.go(f"/dashboard?round={said['round']}", words)


def _overdue(work: Work, visit: Visit, seen: Looked, desk: str) -> Sequence[Any]:
    wanted = read.Narrowing(seen.wanted.county_id, seen.wanted.school_stage, desk)
    return read.overdue_runs(work.session, read.narrowed(seen.scope, seen.row.id, wanted), visit.now)


def _int(form: Form, key: str) -> int:
    found = form.text(key)
    return int(found) if found.isdigit() else 0
