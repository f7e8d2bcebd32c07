"""Studios (工作室): those one may see, a studio's home, its calendar, and the feed of it for phones."""

import hmac
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from flows.engine.calendar import add_months
from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.calling import callable_by
from models.queries.accounts import live_tokens
from models.queries.scope import visible_studios
from models.queries.studio_board import mending_now
from models.queries.studios import activities_of, duties_of_studio, returned, studios_seen
from models.settings import settings
from web.accounts import make_token, own_account
from web.display import Choice
from web.i18n import _
from web.routes.studio_levels import may_begin, paths_up
from web.studio_doors import Door, enter, enter_for
from web.views.activity_waits import todo_of_activities
from web.views.studio_board import standing_mark
from web.views.studio_calendar import Month, events_of, feed_key, feed_of, month_key, month_of, year_title
from web.views.studio_standing import aims_of, my_standing
from web.views.studios import (
    absence_origin,
    desks_of,
    due_text,
    duty_mark,
    members_of,
    money_of,
    number_words,
    obligations_of,
    only_reminds,
    present_of,
    standing_of,
)
from web.visit import Posted, Visit, Visiting

router = APIRouter()
FEED = "日历订阅"


@router.get("/studios")
def studios(visit: Visiting, all: str = "") -> Response:  # noqa: A002  a name in the address
    """The studios one may see; who has only one is taken there."""
    visitor = visit.visitor
    desks = [key for key in visitor.keys if key.startswith("body:")]
    with visit.reading() as work:
        found = studios_seen(work.session, visible_studios(visitor.person_id or 0, visitor.body_ids, desks))
        mending = mending_now(work.session)
    if len(found) == 1 and not all:
        return RedirectResponse(f"/studios/{found[0].id}", status_code=303)
    lines = [(row, standing_mark(row, visit.today, mending=row.id in mending)) for row in found]
    return visit.page("studios/list.html", lines=lines)


@router.get("/studios/{studio_id}")
def home(visit: Visiting, studio_id: int, month: str = "", note: str = "") -> Response:
    """What is to be done now, who has the rest, the month, the year's obligations, members and money."""
    with visit.reading() as work:
        door = enter(visit, work, studio_id)
        number, first, last = door.year
        duties = [row for row in duties_of_studio(work.session, studio_id, first, last) if _shown(door, row)]
        desks = desks_of(door, visit.visitor.keys)
        present = present_of(work, door, desks, todo_of_activities(work, door, desks, duties))
        back = returned(work.session, [row.run_id for row in duties if row.run_id and row.ended_at is None])
        context = {
            "door": door, "studio": door.studio, "present": present, "mark": standing_of(door, present), "number": number,
            "obligations": obligations_of(door, duties, back) if door.sees_all else [],
            "own": [(row, duty_mark(row, back), due_text(work, row.due_on, door.today)) for row in duties] if not door.sees_all else [],
            "month": _month(visit, work, door, month, back), "members": members_of(work, door), "numbers": number_words(door),
            "ledger": money_of(work, door), "only_reminds": only_reminds(door), "year": year_title(door),
            "absence_origin": absence_origin(door), "standing": my_standing(work, door, duties), "aims": aims_of(work, door),
            "rises": any(may_begin(visit, work, door, one) for one in paths_up(door)) if door.runs and door.sees_all else False,
            "calls": [Choice(one.key, one.title) for one in callable_by(work, visit.visitor.actor, studio_id)] if door.oversees and door.runs else [],
        }  # fmt: skip
    return visit.page("studios/home.html", note=note, **context)


def _shown(door: Door, row: Any) -> bool:
    """A member sees what they answer for; the others see all."""
    return door.sees_all or (door.seat is not None and row.responsible == f"person:{door.seat.person_id}")


def _month(visit: Visit, work: Work, door: Door, month: str, back: Mapping[int, Any]) -> Month:
    first = month_key(month, visit.today)
    last = add_months(first, 1)
    events = [one for one in events_of(work.session, door, first, last, back) if one.on < last]
    return month_of(work.calendar, first, visit.today, events)


@router.get("/studios/{studio_id}/calendar")
def calendar(visit: Visiting, studio_id: int, month: str = "", key: str = "", note: str = "") -> Response:
    """The month, every duty of the year (or of one obligation), the activities, and how to have it all on a phone."""
    with visit.reading() as work:
        door = enter(visit, work, studio_id)
        _number, first, last = door.year
        duties = [row for row in duties_of_studio(work.session, studio_id, first, last) if _shown(door, row)]
        back = returned(work.session, [row.run_id for row in duties if row.run_id and row.ended_at is None])
        titles = {
            row.key: door.programme.obligations[row.key].title
            for row in duties
            if row.key in door.programme.obligations
        }
        lines = [(row, duty_mark(row, back), due_text(work, row.due_on, door.today) if row.ended_at is None else None)
                 for row in sorted(duties, key=_done) if not key or row.key == key]  # fmt: skip
        activities = activities_of(work.session, studio_id, first, last)
        feed = _feed_of(visit, work, studio_id)
        context = {"door": door, "studio": door.studio, "month": _month(visit, work, door, month, back), "lines": lines, "key": key,
                   "titles": titles, "activities": activities, "feed": feed, "year": year_title(door), "present": None,
                   "mark": standing_of(door, None)}  # fmt: skip
    return visit.page("studios/calendar.html", note=note, **context)


def _done(row: Any) -> bool:
    """Whether nothing has to be done any more; what is still to do stands first."""
    return row.run_id is None or row.ended_at is not None


def _feed_of(visit: Visit, work: Work, studio_id: int) -> str:
    """The address of the visitor's feed of this studio; empty until they ask for one."""
    name = f"{FEED} {studio_id}"
    row = next((one for one in live_tokens(work.session, visit.visitor.person_id or 0) if one.name == name), None)
    return (
        f"{settings().address}/studios/{studio_id}/calendar.ics?key={feed_key(row.id, row.token_hash, studio_id)}"
        if row
        else ""
    )


@router.post("/studios/{studio_id}/calendar")
def subscribe(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Make the visitor's own feed of this studio. Its key opens the feed and nothing else; it is ended among the keys of one's settings."""

    def do(work: Work) -> Mapping[str, Any]:
        door = enter(visit, work, studio_id)
        if not _feed_of(visit, work, studio_id):  # nobody is told the token itself, so that it opens nothing else
            account = own_account(work.session, visit.visitor.person_id or 0)
            make_token(work.session, account.id, f"{FEED} {studio_id}", work.now)
        return {"studio": door.studio.id}

    visit.once(form, f"calendar feed:{studio_id}", do)
    return visit.go(f"/studios/{studio_id}/calendar", _("订阅地址已生成，只供您本人使用，可以随时在个人设置里停用。"))


@router.get("/studios/{studio_id}/calendar.ics")
def feed(visit: Visiting, studio_id: int, key: str = "") -> Response:
    """The feed, for whoever has its key; what it holds is what that person may see now. Raises NotFound."""
    token_id, _dash, _made = key.partition("-")
    if not token_id.isdigit():
        raise NotFound
    with visit.reading() as work:
        row = next(iter(live_tokens(work.session, None, int(token_id))), None)
        if row is None or not hmac.compare_digest(feed_key(row.id, row.token_hash, studio_id).encode(), key.encode()):
            raise NotFound
        door = enter_for(visit, work, studio_id, row.person_id)
        first, last = add_months(visit.today, -3), add_months(visit.today, 12)
        content = feed_of(door.studio.name, events_of(work.session, door, first, last), visit.now)
    headers = {"Content-Disposition": 'inline; filename="studio.ics"', "Cache-Control": "private, max-age=3600"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
