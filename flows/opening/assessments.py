"""Assessments (考核) and attendance checks (考勤核查) of a cycle: opened on their day, those held in step together, parties asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from flows.engine.apply import apply_many
from flows.engine.consequences.follower import Host
from flows.engine.declare import THE_ENGINE
from flows.engine.steps import Opening, desk_of, open_runs
from flows.engine.work import Intent, Work
from flows.opening.cycles import CycleItem
from flows.programme import Programme
from flows.programme.sections import Assessment as Rule
from flows.regulations import programme_under
from flows.regulations.assessing import graded_roles
from models import Assessment, Opinion, Seat
from models.columns import table_of
from models.queries.bodies import Place, lineages
from models.statements import among, insert_rows, rows

ASSESSMENTS, OPINIONS, SEATS = table_of(Assessment), table_of(Opinion), table_of(Seat)
ATTENDANCE = "attendance"
THERE = select(ASSESSMENTS.c.id, ASSESSMENTS.c.cycle_id, ASSESSMENTS.c.key, ASSESSMENTS.c.period).where(
    among(ASSESSMENTS.c.cycle_id, "cycles")
)
HELD = (
    select(SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.to_on.is_(None))
    .order_by(SEATS.c.id)
)
Above = Mapping[int, Sequence[Place]]


def open_assessments(work: Work, items: Sequence[CycleItem]) -> int:
    """Open these assessments, each once, and ask the parties that the text has heard; returns how many were opened.

    One that is held in step with another is tied to it.
    """
    there = _there(work, items)
    above = lineages(work.session, {one.cycle.home_body_id for one in items})
    new = [one for one in items if (one.cycle.id, one.item.key, one.item.period) not in there and not passed(one)]
    opened: list[tuple[CycleItem, Rule, int]] = []
    for in_step in (False, True):  # what is held in step is tied to what is opened before it
        part = [one for one in new if bool(one.item.beside) is in_step]
        written = [_row(work, one, _rule(work, one), above, there) for one in part]
        ids = insert_rows(work.session, ASSESSMENTS, written) if written else ()
        there |= {(one.cycle.id, one.item.key, one.item.period): made for one, made in zip(part, ids, strict=True)}
        opened += [(one, _rule(work, one), made) for one, made in zip(part, ids, strict=True)]
    runs = open_runs(work, [_opening(one, "assessments", one.item.key, made) for one, _, made in opened])
    _ask_parties(work, [(one, rule, run) for (one, rule, _), run in zip(opened, runs, strict=True)], above)
    return len(opened)


def open_attendance(work: Work, items: Sequence[CycleItem]) -> int:
    """Look at attendance up to the end of a period: opened and reckoned at once by the engine; returns how many."""
    there = _there(work, items)
    new = [one for one in items if (one.cycle.id, ATTENDANCE, one.item.period) not in there]
    written = [
        {**_days(one), "key": ATTENDANCE, "title": "考勤核查", "in_step_with": None, "assessor": "", "confirmer": ""}
        for one in new
    ]
    if not written:
        return 0
    ids = insert_rows(work.session, ASSESSMENTS, written)
    runs = open_runs(work, [_opening(one, ATTENDANCE, one.item.key, made) for one, made in zip(new, ids, strict=True)])
    apply_many(work, [Intent(run, "reckon") for run in runs], THE_ENGINE)
    return len(new)


def _there(work: Work, items: Sequence[CycleItem]) -> dict[tuple[int, str, str], int]:
    found = rows(work.session, THERE, cycles={one.cycle.id for one in items})
    return {(row.cycle_id, row.key, row.period): row.id for row in found}


def passed(one: CycleItem) -> bool:
    """What had fallen due before a cycle was granted is not held any more."""
    granted_on, due_on = one.cycle.granted_on, one.item.due_on
    return granted_on is not None and due_on is not None and due_on < granted_on


def _rule(work: Work, one: CycleItem) -> Rule:
    return _programme(work, one).assessments[one.item.key]


def _programme(work: Work, one: CycleItem) -> Programme:
    return programme_under(work, one.cycle.version_id)


def _days(one: CycleItem) -> dict[str, Any]:
    item = one.item
    return {
        "studio_id": one.cycle.studio_id, "cycle_id": one.cycle.id, "period": item.period, "begins_on": item.begins_on,
        "ends_on": item.ends_on, "opens_on": item.opens_on, "due_on": item.due_on, "comment": "", "released_at": None,
    }  # fmt: skip


def _row(
    work: Work, one: CycleItem, rule: Rule, above: Above, there: Mapping[tuple[int, str, str], int]
) -> dict[str, Any]:
    item = one.item
    return {
        **_days(one), "key": item.key, "title": rule.title, "in_step_with": _tied_to(one, there),
        "assessor": _desk(work, one, rule.by, above), "confirmer": _desk(work, one, rule.confirmed_by, above),
    }  # fmt: skip


def _tied_to(one: CycleItem, there: Mapping[tuple[int, str, str], int]) -> int | None:
    """What it is held together with: of the same period, or the last one of the cycle."""
    item = one.item
    if not item.beside:
        return None
    same = there.get((one.cycle.id, item.beside, item.period))
    return same or there.get((one.cycle.id, item.beside, "cycle"))


def _desk(work: Work, one: CycleItem, who: str | None, above: Above) -> str:
    if not who:
        return ""
    host = Host(one.cycle.host_id, one.cycle.host_id)
    return desk_of(who, work.book.cast(work.session, one.cycle.version_id), host, above[one.cycle.home_body_id])


def _opening(one: CycleItem, section: str, key: str, made: int) -> Opening:
    return Opening(one.cycle.version_id, section, key, "assessment", made, studio_id=one.cycle.studio_id)


def _ask_parties(work: Work, opened: Sequence[tuple[CycleItem, Rule, int]], above: Above) -> None:
    """Ask each party once (十(一)2 听取学员、所在学校、县教育局意见); nobody waits for those whose time is over."""
    heard = [(one, rule, run) for one, rule, run in opened if rule.opinions]
    if not heard:
        return
    seats: dict[int, list[Any]] = {}
    for row in rows(work.session, HELD, studios={one.cycle.studio_id for one, _, _ in heard}):
        seats.setdefault(row.studio_id, []).append(row)
    asked = [
        (one, run, place, party)
        for one, rule, run in heard
        for place, party in enumerate(dict.fromkeys(_parties(work, one, rule, seats, above)))
    ]
    if not asked:
        return
    written = [
        {
            "run_id": run,
            "kind": "hearing",
            "party": party,
            "place": place,
            "further": False,
            "draft": {},
            "answer": {},
            "reason": "",
        }
        for _, run, place, party in asked
    ]
    ids = insert_rows(work.session, OPINIONS, written)
    open_runs(work, [
        Opening(one.cycle.version_id, "assessments", f"{one.item.key}/opinion", "opinion", made, held_by=party,
                studio_id=one.cycle.studio_id, parent_id=run)
        for (one, run, _, party), made in zip(asked, ids, strict=True)
    ])  # fmt: skip


def _parties(work: Work, one: CycleItem, rule: Rule, seats: Mapping[int, Sequence[Any]], above: Above) -> Iterator[str]:
    programme = _programme(work, one)
    for who in rule.opinions:
        if who == "member" or (who in programme.people and who != "host"):
            roles = graded_roles(programme, who)
            yield from (f"person:{seat.person_id}" for seat in seats.get(one.cycle.studio_id, ()) if seat.role in roles)
        else:
            yield _desk(work, one, who, above)
