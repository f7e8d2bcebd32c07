"""The calendar (日历): which days are worked and what falls due; its upkeep with a preview of every deadline it moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import CalendarDay, end_of_day, start_of_day
from flows.engine.declare import Part
from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.recount import correct_calendar, recounted
from models.queries.calendars import falling_due, others_live_by_it
from models.queries.roll import under
from web.i18n import _
from web.routes.people import administered_by
from web.views.calendar import (
    agenda,
    as_published,
    months_of,
    published,
    read_changes,
    settles,
    shifts,
    written,
    year_bounds,
)
from web.visit import Posted, Visit, Visiting

router = APIRouter()


@router.get("/calendar")
def calendar(visit: Visiting, year: int = 0) -> Response:
    """A year in month grids, with what falls due for the visitor."""
    year = year or visit.today.year
    first, last = year_bounds(year)
    with visit.reading() as work:
        falling = falling_due(work.session, visit.visitor.keys, start_of_day(first), end_of_day(last))
        months = months_of(work.calendar, year, visit.today, falling)
        provisional = work.calendar.provisional_year(year)
    return visit.page(
        "calendar/year.html", year=year, months=months, agenda=agenda(months), provisional=provisional, falling=falling,
        edits="administrator" in visit.visitor.roles,
    )  # fmt: skip


@router.get("/calendar/edit")
def upkeep(visit: Visiting, year: int = 0, changes: str = "", reason: str = "", gazette: int = 0) -> Response:
    """Write days down, see which deadlines would move, then save."""
    return _upkeep(visit, _Written(gazette or year or visit.today.year, changes, reason, gazette))


@dataclass(frozen=True)
class _Written:
    """What was written on the page of upkeep; `refused`: why it was not saved."""

    year: int
    changes: str = ""
    reason: str = ""
    gazette: int = 0
    refused: str = ""


def _upkeep(visit: Visit, said: _Written) -> Response:
    year_bounds(said.year)
    error, moved = "", []
    days: Sequence[CalendarDay] = ()
    with visit.reading() as work:
        text = written(published(said.gazette, work.calendar)) if said.gazette else said.changes
        try:
            days = _wanted(work, text)
            own = {f"body:{one}" for one in _refuse_others(work, visit, days)}
            found = recounted(work, days)
            moved = shifts([one for one in found if one.ask.facts.parts.get(Part.AUTHORITY) in own], visit.today)
        except Refused as refusal:
            error = refusal.says
        open_years = [one for one in (visit.today.year, visit.today.year + 1) if published(one, work.calendar)]
        provisional = work.calendar.provisional_year(said.year)
    return visit.page(
        "calendar/edit.html", 409 if said.refused else 200, year=said.year, text=text, reason=said.reason, error=error, days=days,
        moved=moved, gazettes=open_years, gazette=said.gazette, provisional=provisional, refused=said.refused,
    )  # fmt: skip


@router.post("/calendar/edit")
def save(visit: Visiting, form: Posted) -> Response:
    """Save the days as a new edition, recount what they touch, tell the people. Refused, the page comes back filled in."""

    def correct(work: Work) -> dict[str, int]:
        days = _wanted(work, form.text("changes"))
        _refuse_others(work, visit, days)
        moved = correct_calendar(work, visit.visitor.actor, days, "bureau", form.text("reason"))
        return {"days": len(days), "moved": moved}

    try:
        said = visit.once(form, "correct calendar", correct)
    except Refused as refusal:
        year = form.text("year")
        written_so = (form.text("changes"), form.text("reason"))
        return _upkeep(
            visit, _Written(int(year) if year.isdigit() else visit.today.year, *written_so, refused=refusal.says)
        )
    note = _(
        "日历已保存，{days} 天有变化；重算了 {moved} 个期限，已通知有关的人。", days=said["days"], moved=said["moved"]
    )
    return visit.go("/calendar", note)


def _wanted(work: Work, text: str) -> Sequence[CalendarDay]:
    """The days written down, with the provisional ones that they settle."""
    days = read_changes(text)
    return sorted([*days, *settles(days, work.calendar)], key=lambda one: one.day)


def _refuse_others(work: Work, visit: Visit, days: Sequence[CalendarDay]) -> list[int]:
    """The bodies that the visitor administers. Raises Refused for days of one's own where other bureaus live by this calendar too."""
    own = under(work.session, administered_by(visit))
    strange = [one for one in days if not as_published(one)]
    if strange and others_live_by_it(work.session, own):
        says = _(
            "{day}与国务院办公厅的通知不同。这本日历还有别的主管部门在用，只能按通知改。没有改动任何内容。",
            day=strange[0].day.isoformat(),
        )
        raise Refused("shared_calendar", says)
    return own
