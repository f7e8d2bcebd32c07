"""Members of a studio as its page shows them (成员): numbers and shares against the text, each seat with its attendance, who comes and goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.work import Work
from flows.programme.rosters import Number, OwnShare, held, roster_rules
from models.facts import SeatFact
from models.queries.attendance import presence
from models.queries.facts.seating import seats_of
from models.queries.studios import seats_of_studio, under_way
from web.display import Provenance, StateMark, run_mark, state_mark
from web.i18n import _
from web.studio_doors import Door
from web.views.cases import provenance_of
from web.views.studios import absent_too_often


@dataclass(frozen=True)
class Rule:
    """One number or share that the roster is measured by."""

    title: str
    have: str
    wanted: str
    mark: StateMark
    origin: Provenance | None
    only_warns: bool


@dataclass(frozen=True)
class SeatLine:
    """One member with what can be done about the seat."""

    person_id: int
    name: str
    staff_no: str
    body: str
    role: str
    duty: str
    since: date
    there: int
    held: int
    warned: bool
    may_be: tuple[tuple[str, str], ...] = ()
    unnames: str = ""
    leaves: bool = False


@dataclass(frozen=True)
class Moving:
    """Somebody on the way in or out."""

    name: str
    what: str
    mark: StateMark
    href: str


def rules_of(work: Work, door: Door) -> list[Rule]:
    """Every number and share of the text with how the roster stands to it today."""
    seats = seats_of(work.session, [door.studio.id]).get(door.studio.id, ())
    rules = roster_rules(door.programme)
    numbers = [_number(door, seats, one) for one in (*rules.numbers, *rules.hints) if one.role != "host"]
    return [*numbers, *(_share(door, seats, one) for one in rules.shares)]


def _number(door: Door, seats: Sequence[SeatFact], one: Number) -> Rule:
    n = held(seats, one)
    short, beyond = one.short(seats), one.beyond(seats)
    wanted = _wanted(one)
    label = _("不足") if short else _("超出") if beyond else _("符合")
    code = "passed" if not (short or beyond) else "soft" if one.only_warns or one.if_not == "waive" else "failed"
    return Rule(
        one.title,
        _("{n} 人", n=n),
        wanted,
        state_mark("eligibility", code, label),
        provenance_of(one.origin, door.address),
        one.only_warns,
    )


def _wanted(one: Number) -> str:
    if one.about is not None:
        return _("{n} 人左右", n=one.about)
    if one.least is not None and one.most is not None:
        return _("{n} 人", n=one.least if one.least == one.most else f"{one.least}–{one.most}")
    return _("至少 {n} 人", n=one.least) if one.least is not None else _("至多 {n} 人", n=one.most)


def _share(door: Door, seats: Sequence[SeatFact], one: OwnShare) -> Rule:
    own, of_all = one.of(seats)
    over = one.exceeded(seats)
    mark = state_mark("eligibility", "failed" if over else "passed", _("超出") if over else _("符合"))
    return Rule(
        _("本校人员"),
        f"{own} / {of_all}",
        _("不超过 {share}", share=f"{float(one.at_most):.0%}"),
        mark,
        provenance_of(one.origin, door.address),
        False,
    )


def seat_lines(work: Work, door: Door, person_id: int) -> list[SeatLine]:
    """Every seat but the host's, with attendance; what a member sees of others leaves attendance out."""
    since = door.cycle.begins_on if door.cycle is not None else door.today
    found = presence(work.session, door.studio.id, since, door.today) if door.sees_all else {}
    return [
        _line(door, seat, found.get(seat.person_id, (0, 0)), person_id)
        for seat in door.seats
        if seat.person_id != door.studio.host_id
    ]


def _line(door: Door, seat: Any, kept: tuple[int, int], person_id: int) -> SeatLine:
    people, there, held_ = door.programme.people, kept[0], kept[1]
    title = people[seat.role].title if seat.role in people else seat.role
    duty = people[seat.duty_role].title if seat.duty_role in people else seat.duty_role
    may_be = tuple(
        (role.name, role.title)
        for role in people.values()
        if role.chosen_by == "host" and role.within == seat.role and not seat.duty_role
    )
    unnames = seat.duty_role if seat.duty_role in people and people[seat.duty_role].chosen_by == "host" else ""
    exits = any(True for _path in door.programme.paths_giving("exit")) and door.runs
    return SeatLine(
        seat.person_id, seat.name, seat.staff_no or "", seat.body, title, duty, seat.from_on, there, held_, absent_too_often(door, there, held_),
        may_be if door.hosts and door.runs else (), unnames if door.hosts and door.runs else "",
        exits and (door.hosts or seat.person_id == person_id),
    )  # fmt: skip


def movements(work: Work, door: Door) -> list[Moving]:
    """Who is on the way in or out."""
    live = [
        row for row in under_way(work.session, door.studio.id) if row.gives in {"seat", "exit"} and row.application_id
    ]
    return [
        Moving(row.title, _("加入") if row.gives == "seat" else _("退出"), run_mark(row.stage, row.state), f"/applications/{row.application_id}")
        for row in live if row.parent_id is None
    ]  # fmt: skip


def former(work: Work, door: Door) -> Sequence[Any]:
    """Who had a seat before, the latest first."""
    return seats_of_studio(work.session, door.studio.id, past=True)


def ways_in(door: Door, person_id: int) -> bool:
    """Whether the visitor may begin somebody's way in: the host where hosts nominate."""
    del person_id
    return door.hosts and door.runs and any("host" in path.steps[0].by for path in door.programme.paths_giving("seat"))
