"""What waits at activities (活动待办): leave that is to be answered, and the records of activities that are over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import end_of_day, local_day
from flows.engine.work import Work
from flows.office.noting import draft_of
from models.queries.activities import leaves_waiting, unfiled
from models.queries.attendance import presence
from models.queries.inbox import InboxFilter
from models.queries.studios import cycles_of
from web.display import DueMark, clock_time, day, due_mark, moment, plain_day
from web.i18n import _
from web.studio_doors import Door, keeps_activities
from web.views.activities import agenda_keys
from web.views.inbox import Group, Line, Special, urgency
from web.views.studios import SOON, Todo, due_text

LEAVE = "leave"  # stands among the stages that an inbox is narrowed to


@dataclass(frozen=True)
class Asked:
    """Leave that somebody asked for: from what, why, and the beginning of the activity, before which it is to be answered."""

    row: Any
    at: datetime
    due: DueMark

    @property
    def value(self) -> int:
        """Its number."""
        return int(self.row.id)


@dataclass(frozen=True)
class OpenLeave:
    """Leave that is open beside the list: what it is from, why, and how often the person was there."""

    asked: Asked
    facts: tuple[tuple[str, str], ...]


def asked_leave(work: Work, keys: Collection[str]) -> list[Asked]:
    """All leave that waits for whoever holds these keys, the soonest activity first; one query."""
    people = [int(key.removeprefix("person:")) for key in keys if key.startswith("person:")]
    return [_asked(work, row) for row in leaves_waiting(work.session, people)] if people else []


def _asked(work: Work, row: Any) -> Asked:
    at = row.starts_at or end_of_day(row.held_on)
    today = local_day(work.now)
    left = work.calendar.working_days_between(today, row.held_on)
    left = -1 if at <= work.now else 0 if row.held_on <= today else max(left, 1)
    return Asked(row, at, due_mark(row.held_on, left, today))


def in_box(asked: Iterable[Asked], box: str, now: datetime, soon_until: datetime) -> list[Asked]:
    """What of it is in a box of the inbox."""
    if box == "overdue":
        return [one for one in asked if one.at <= now]
    if box == "soon":
        return [one for one in asked if now < one.at <= soon_until]
    return list(asked) if box == "todo" else []


def shown(asked: Sequence[Asked], wanted: InboxFilter) -> Sequence[Asked]:
    """What of it a narrowed box shows; it stands on the first page and belongs to no round and no school stage."""
    narrowed = wanted.round_id is not None or wanted.school_stage or wanted.stage not in {"", LEAVE}
    return () if narrowed or wanted.page > 1 else asked


def among(
    groups: Sequence[Group], work: Work, asked: Sequence[Asked], box: str, open_leave: int | None
) -> tuple[Group, ...]:
    """The groups of a box with leave in its place by urgency and day."""
    if not asked:
        return tuple(groups)
    titles = [_("逾期"), _("今天截止"), _("3 个工作日内"), _("以后")]
    lines = {group.title: list(group.lines) for group in groups}
    for one in asked:
        address = f"/inbox?{'' if box == 'todo' else f'box={box}&'}leave={one.value}"
        lines.setdefault(urgency(work, one.at), []).append(_line(one, address, is_open=one.value == open_leave))
    return tuple(
        Group(title, tuple(sorted(lines[title], key=lambda line: (line.at is None, line.at or work.now))))
        for title in titles if title in lines
    )  # fmt: skip


def _line(one: Asked, address: str, *, is_open: bool) -> Line:
    kind = " · ".join((_("请假"), one.row.title))
    return Line(0, "", address, one.row.name, one.row.studio, kind, Special("comment", "muted", one.row.reason), one.due, is_open,
                _("这一类要一件一件办"), at=one.at, leave=one.value)  # fmt: skip


def open_leave(work: Work, one: Asked) -> OpenLeave:
    """What is needed to answer it; two queries more."""
    row, today = one.row, local_day(work.now)
    cycle = next((each for each in cycles_of(work.session, row.studio_id) if each.begins_on <= today), None)
    since = cycle.begins_on if cycle else today
    there, held = presence(work.session, row.studio_id, since, today).get(row.person_id, (0, 0))
    hour = f" {clock_time(row.starts_at)}" if row.starts_at else ""
    return OpenLeave(one, (
        (_("活动"), row.title), (_("时间"), f"{day(row.held_on, today)}{hour}"), (_("地点"), row.place or "—"),
        (_("提出时间"), moment(row.asked_at, today)), (_("本周期出勤"), f"{there} / {held}" if held else _("还没有活动")),
    ))  # fmt: skip


def todo_of_activities(work: Work, door: Door, keys: Collection[str], duties: Sequence[Any]) -> list[Todo]:
    """What waits at the activities of one studio, for its host and assistants: leave to answer, records to file."""
    if not (door.oversees or keeps_activities(door)) or not door.runs:
        return []
    leave = [_answer(one, door.today) for one in asked_leave(work, keys) if one.row.studio_id == door.studio.id]
    return [*leave, *(_file(work, door, row, duties) for row in unfiled(work.session, door.studio.id, door.today))]


def _answer(one: Asked, today: date) -> Todo:
    title = _("答复{name}的请假", name=one.row.name)
    detail = _("{day} {title}：{reason}", day=plain_day(one.row.held_on), title=one.row.title, reason=one.row.reason)
    order = (0 if one.row.held_on < today else 2, one.row.held_on)
    return Todo(one.due, title, f"/activities/{one.row.record_id}#leave", _("去答复"), detail=detail, order=order)


def _file(work: Work, door: Door, record: Any, duties: Sequence[Any]) -> Todo:
    """A record to file: by the day of what it counts for where that is near; else it only says that the day has passed."""
    keys = set(agenda_keys(record))
    ends = [row.due_on for row in duties if row.key in keys and row.ended_at is None and row.due_on is not None
            and row.due_on <= door.today + SOON and row.begins_on <= record.held_on <= row.ends_on]  # fmt: skip
    marked = len(draft_of(record).marks)
    detail = _("考勤已点 {n} 人，还没有报送", n=marked) if marked else _("活动已过，还没有点考勤和报送")
    over = DueMark("soon", _("活动已过 {n} 天", n=(door.today - record.held_on).days), day(record.held_on, door.today))
    due = due_text(work, min(ends), door.today) if ends else over
    title = _("报送{day}“{title}”的活动记录", day=plain_day(record.held_on), title=record.title)
    order = (0, min(ends)) if ends and min(ends) < door.today else (1, record.held_on)
    return Todo(due, title, f"/activities/{record.id}", _("去报送"), detail=detail, order=order)
