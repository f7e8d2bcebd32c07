"""The studio's calendar (义务日历): what falls due and what is planned, as a month, as an agenda, and as a feed for phones."""

import calendar as gregorian
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from flows.engine.calendar import WorkCalendar, add_months, local_day
from models.queries.studios import activities_of, assessments_of_studio, duties_of_studio
from models.settings import settings
from web.display import BLUE, GRAY, GREEN, formal_day, month, short_range
from web.i18n import _
from web.studio_doors import Door
from web.views.studios import duty_mark

FOLD = 73  # octets of a line of a feed, without its end
LOOKS = {"weekday": "work", "weekend": "rest", "holiday": "holiday", "makeup": "makeup"}


@dataclass(frozen=True)
class Event:
    """Something on a day: a deadline, or an activity. `uid` names it in feeds for ever."""

    on: date
    words: str
    tone: str
    href: str
    uid: str
    long: str = ""
    starts_at: datetime | None = None
    minutes: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Cell:
    """One day of the month; no day outside it."""

    day: date | None = None
    look: str = "rest"
    name: str = ""
    today: bool = False
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class AgendaLine:
    """One line of the agenda: a day or days, and what is on."""

    when: date | None
    days: str
    words: str
    href: str = ""
    tone: str = GRAY


@dataclass(frozen=True)
class Month:
    """A month with its events, and the months beside it as they stand in an address."""

    title: str
    key: str
    before: str
    after: str
    weeks: tuple[tuple[Cell, ...], ...]
    agenda: tuple[AgendaLine, ...]
    provisional: bool


def month_key(text: str, today: date) -> date:
    """The first day of a month written as 2026-04; this month where it is none."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def events_of(session: Session, door: Door, first: date, last: date, sent_back: Iterable[int] = ()) -> list[Event]:
    """What of a studio falls on the days from `first` to `last`; a member sees their own deadlines and all activities."""
    back = set(sent_back)
    found = [_activity(one) for one in activities_of(session, door.studio.id, first, last)]
    for row in duties_of_studio(session, door.studio.id, first, last):
        if (
            row.due_on is not None
            and first <= row.due_on <= last
            and not row.waived
            and (door.sees_all or _own(door, row))
        ):
            mark = duty_mark(row, back)
            words = _("补正截止") if row.run_id in back else row.title
            found.append(Event(row.due_on, words, BLUE if row.state == "open" and row.run_id not in back else mark.tone, f"/duties/{row.id}",
                               f"duty-{row.id}", _("{title}截止", title=row.title)))  # fmt: skip
    judged = assessments_of_studio(session, door.studio.id) if door.sees_all else ()
    found += [_assessment(row) for row in judged if row.due_on is not None and first <= row.due_on <= last]
    return sorted(found, key=lambda one: (one.on, one.uid))


def _assessment(row: Any) -> Event:
    tone = GREEN if row.ended_at else BLUE
    return Event(
        row.due_on, row.title, tone, f"/assessments/{row.id}", f"assessment-{row.id}", _("{title}截止", title=row.title)
    )


def _own(door: Door, row: Any) -> bool:
    return door.seat is not None and row.responsible == f"person:{door.seat.person_id}"


def _activity(row: Any) -> Event:
    tone = {"planned": GRAY, "held": GREEN}.get(row.standing, GRAY)
    planned = _("{title}（计划）", title=row.title) if row.standing == "planned" else row.title
    if row.standing == "cancelled":
        planned = _("{title}（已取消）", title=row.title)
    return Event(
        row.held_on,
        row.title,
        tone,
        f"/activities/{row.id}",
        f"activity-{row.id}",
        planned,
        row.starts_at,
        row.minutes,
        row.place,
    )


def month_of(calendar: WorkCalendar, first: date, today: date, events: Sequence[Event]) -> Month:
    """A month from Monday to Sunday with what is on each day."""
    by_day: dict[date, list[Event]] = defaultdict(list)
    for one in events:
        by_day[one.on].append(one)
    weeks = tuple(
        tuple(_cell(calendar, one, first.month, today, by_day) for one in week)
        for week in gregorian.Calendar().monthdatescalendar(first.year, first.month)
    )
    before, after = add_months(first, -1), add_months(first, 1)
    title = _("{year}年{month}", year=first.year, month=month(first.month))
    return Month(title, f"{first:%Y-%m}", f"{before:%Y-%m}", f"{after:%Y-%m}", weeks, _agenda(weeks, today, events),
                 calendar.provisional_year(first.year))  # fmt: skip


def _cell(calendar: WorkCalendar, one: date, number: int, today: date, by_day: Mapping[date, list[Event]]) -> Cell:
    if one.month != number:
        return Cell()
    listed = calendar.on(one)
    return Cell(one, LOOKS[listed.kind], listed.name or "", one == today, tuple(by_day.get(one, ())))


def _agenda(weeks: Sequence[Sequence[Cell]], today: date, events: Sequence[Event]) -> tuple[AgendaLine, ...]:
    """Events from today on (all of them in another month), and the holidays between."""
    cells = [cell for week in weeks for cell in week if cell.day]
    here = any(cell.today for cell in cells)
    shown = [
        AgendaLine(one.on, "", one.long or one.words, one.href, one.tone)
        for one in events
        if not here or one.on >= today
    ]
    return tuple(sorted([*shown, *_holidays(cells, today if here else None)], key=lambda one: one.when or today))


def _holidays(cells: Sequence[Cell], since: date | None) -> list[AgendaLine]:
    runs: list[list[Cell]] = []
    for cell in cells:
        if cell.look != "holiday":
            continue
        if runs and runs[-1][-1].day == (cell.day or date.max) - timedelta(days=1):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    found = []
    for run in runs:
        first, last = run[0].day, run[-1].day
        if first is None or last is None or (since is not None and last < since):
            continue
        name = next((cell.name for cell in run if cell.name), _("放假"))
        found.append(
            AgendaLine(first, short_range(first, last), _("{name}放假", name=name) if name != _("放假") else name)
        )
    return found


def feed_key(token_id: int, token_hash: str, studio_id: int) -> str:
    """The key of one person's feed of one studio: it opens nothing else, and ends with the token it is made of."""
    made = hmac.new(token_hash.encode(), f"calendar/{studio_id}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{token_id}-{made}"


def feed_of(title: str, events: Sequence[Event], now: datetime) -> str:
    """A calendar that phones subscribe to (iCalendar, RFC 5545): deadlines as whole days, activities at their hours."""
    host = settings().address.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    said = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//StudioFlow//Studio calendar//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            f"X-WR-CALNAME:{_plain(title)}", "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]  # fmt: skip
    for one in events:
        said += _vevent(one, host, now)
    return "\r\n".join(_folded([*said, "END:VCALENDAR"])) + "\r\n"


def _vevent(one: Event, host: str, now: datetime) -> list[str]:
    said = ["BEGIN:VEVENT", f"UID:{one.uid}@{host}", f"DTSTAMP:{_stamp(now)}"]
    if one.starts_at is not None:
        said += [
            f"DTSTART:{_stamp(one.starts_at)}",
            f"DTEND:{_stamp(one.starts_at + timedelta(minutes=one.minutes or 60))}",
        ]
    else:
        said += [f"DTSTART;VALUE=DATE:{one.on:%Y%m%d}", f"DTEND;VALUE=DATE:{one.on + timedelta(days=1):%Y%m%d}"]
    place = [f"LOCATION:{_plain(one.place)}"] if one.place else []
    return [
        *said,
        f"SUMMARY:{_plain(one.long or one.words)}",
        *place,
        f"URL:{settings().address}{one.href}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(said: Iterable[str]) -> Iterable[str]:
    """Lines of at most 75 octets; what is longer goes on in a line that begins with a space, never inside a character."""
    for line in said:
        part = ""
        for character in line:
            if len((part + character).encode()) > FOLD:
                yield part
                part = " "
            part += character
        yield part


def year_title(door: Door) -> str:
    """The days of the year one is in, as papers write them."""
    _number, first, last = door.year
    return _("{first} 至 {last}", first=formal_day(first), last=formal_day(last))


def day_of(at: datetime) -> date:
    """The local day of a moment."""
    return local_day(at)
