"""The calendar (日历): which days are worked and what falls due; its upkeep with a preview of every deadline it moves."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import CalendarDay, end_of_day, start_of_day
from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.recount import correct_calendar, recounted
from models.queries.calendars import falling_due
from web.i18n import _
from web.views.calendar import agenda, months_of, published, read_changes, settles, shifts, written, year_bounds
from web.visit import Posted, Visiting

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
    year = gazette or year or visit.today.year
    year_bounds(year)
    error, moved = "", []
    days: Sequence[CalendarDay] = ()
    with visit.reading() as work:
        text = written(published(gazette, work.calendar)) if gazette else changes
        try:
            days = _wanted(work, text)
            moved = shifts(recounted(work, days), visit.today)
        except Refused as refusal:
            error = refusal.says
        open_years = [one for one in (visit.today.year, visit.today.year + 1) if published(one, work.calendar)]
        provisional = work.calendar.provisional_year(year)
    return visit.page(
        "calendar/edit.html", year=year, text=text, reason=reason, error=error, days=days, moved=moved, gazettes=open_years,
        gazette=gazette, provisional=provisional,
    )  # fmt: skip


@router.post("/calendar/edit")
def save(visit: Visiting, form: Posted) -> Response:
    """Save the days as a new edition, recount what they touch, tell the people."""

    def correct(work: Work) -> dict[str, int]:
        days = _wanted(work, form.text("changes"))
        moved = correct_calendar(work, visit.visitor.actor, days, "bureau", form.text("reason"))
        return {"days": len(days), "moved": moved}

    said = visit.once(form, "correct calendar", correct)
    note = _(
        "日历已保存，{days} 天有变化；重算了 {moved} 个期限，已通知有关的人。", days=said["days"], moved=said["moved"]
    )
    return visit.go("/calendar", note)


def _wanted(work: Work, text: str) -> Sequence[CalendarDay]:
    """The days written down, with the provisional ones that they settle."""
    days = read_changes(text)
    return sorted([*days, *settles(days, work.calendar)], key=lambda one: one.day)
