"""Where things stand (进展): how a member keeps up in the cycle, and how far the figures that a text aims at are reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.engine.work import Work
from flows.office.targets import Progress, progress
from flows.programme.vocabulary import CONSEQUENCES_ZH
from models.queries.archives import honours_of
from models.queries.attendance import attendance_of
from web.display import StateMark, state_mark
from web.i18n import _
from web.studio_doors import Door
from web.views.studio_archive import items_of, person_file
from web.views.studios import absent_too_often


@dataclass(frozen=True)
class MyStanding:
    """A member in this cycle: activities they were at of those held, leave, what is due, what was given, and their file."""

    person_id: int
    there: int
    held: int
    on_leave: int
    warned: bool
    due: int
    given: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]

    @property
    def kept(self) -> int:
        """How many parts of the growth file hold something."""
        return sum(size > 0 for _title, size in self.parts)


@dataclass(frozen=True)
class Aim:
    """One figure that the text aims at: what there is, what is aimed at, and how it stands."""

    title: str
    reached: str
    wanted: str
    mark: StateMark


def my_standing(work: Work, door: Door, duties: Sequence[Any]) -> MyStanding | None:
    """Where the visitor stands as a member; nothing for whoever has no seat or hosts the studio. Leave that was granted is no absence."""
    if door.seat is None or door.hosts:
        return None
    since = door.cycle.begins_on if door.cycle is not None else door.today
    own = attendance_of(work.session, [door.studio.id], since, door.today).get(door.seat.id)
    held, missed, leave = (own.held, own.missed, own.on_leave) if own else (0, 0, 0)
    person_id = door.seat.person_id
    given = [one for one in honours_of(work.session, door.studio.id) if one.person_id == person_id]
    file = person_file(door, door.seat, items_of(work, door))
    return MyStanding(
        person_id, held - missed - leave, held, leave, absent_too_often(door, held - missed, held),
        sum(1 for row in duties if row.run_id and row.ended_at is None and not row.waived),
        tuple(" ".join(part for part in (CONSEQUENCES_ZH.get(one.kind, one.kind), one.value) if part) for one in given),
        tuple((part.title, part.size) for part in file.parts),
    )  # fmt: skip


def aims_of(work: Work, door: Door) -> list[Aim]:
    """How far the figures of the text are reached, in its order; nothing follows from them."""
    if not door.programme.targets or not door.sees_all:
        return []
    return [_aim(one) for one in progress(work, door.programme, door.studio.programme_id, door.today)]


def _aim(one: Progress) -> Aim:
    if one.reached is None:
        mark = StateMark(_("没有记录"), "minus", "gray")
    elif one.met:
        mark = state_mark("obligation", "accepted", _("已达到"))
    else:
        mark = StateMark(_("未达到"), "spinner", "blue")
    reached = "—" if one.reached is None else f"{float(one.reached):.1f}".removesuffix(".0")
    return Aim(one.title, reached, _wanted(one), mark)


def _wanted(one: Progress) -> str:
    if one.average is not None:
        return _("平均 {n}", n=one.average)
    if one.at_least is not None and one.at_most is not None:
        return f"{one.at_least}–{one.at_most}"
    if one.at_least is not None:
        return _("至少 {n}", n=one.at_least)
    return _("至多 {n}", n=one.at_most) if one.at_most is not None else _("没有写数")
