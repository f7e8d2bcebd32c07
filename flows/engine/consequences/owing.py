"""What is owed for a record of another obligation (连环事项): a report after each visit, a speaker before each meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from flows.engine.calendar import due_after, due_before, local_day
from flows.engine.rulebook import SetupRule
from flows.engine.steps import Opening, desk_of, open_runs
from flows.engine.work import Work
from models import Attendance, Duty, Person, Record, Studio
from models.columns import table_of
from models.queries.bodies import lineages

ATTENDANCES, DUTIES, PEOPLE, RECORDS, STUDIOS = (table_of(one) for one in (Attendance, Duty, Person, Record, Studio))
PRESENT = ("present", "late")


@dataclass(frozen=True, slots=True)
class _Concerned:
    person_id: int
    host_id: int | None


def open_for_records(
    work: Work, version_id: int, duty_id: int, record_ids: Sequence[int], cause_id: int | None, *, before: bool = False
) -> int:
    """Open what is owed for each of these records of a duty, each once; returns how many duties.

    After the event for everybody who was there, where the text asks the attendees; `before`: what must be ready before it.
    """
    duty = work.session.execute(select(DUTIES).where(DUTIES.c.id == duty_id)).one()
    rules = [one for one in work.book.owed_for(work.session, version_id, duty.key) if one.before is before]
    if not rules or not record_ids:
        return 0
    found = work.session.execute(select(RECORDS).where(RECORDS.c.id.in_(record_ids)).order_by(RECORDS.c.id))
    rows = [row for record in found for rule in rules for row in _rows(work, version_id, duty, record, rule)]
    if not rows:
        return 0
    statement = insert(DUTIES).returning(DUTIES.c.id, sort_by_parameter_order=True)
    ids = work.session.connection().execute(statement, rows).scalars()
    open_runs(work, [
        Opening(version_id, "obligations", row["key"], "duty", one, studio_id=duty.studio_id, cause_id=cause_id)
        for one, row in zip(ids, rows, strict=True)
    ])  # fmt: skip
    return len(rows)


def _rows(work: Work, version_id: int, duty: Any, record: Any, rule: SetupRule) -> list[dict[str, Any]]:
    on = record.ends_on or record.held_on or local_day(work.now)
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == duty.studio_id)).one()
    cast = work.book.cast(work.session, version_id)
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    there = _there(work, duty, rule.key, record.id)
    units = _attendees(work, record.id) if rule.who == "attendee" else {}
    shared = {
        "studio_id": duty.studio_id, "cycle_id": duty.cycle_id, "key": rule.key, "period": _period(on, record.id), "need": rule.times,
        "counted": 0, "begins_on": None if rule.before else on, "ends_on": None if rule.before else on,
        "due_on": _due_on(work, rule, record, on), "blocks": list(rule.blocks), "soft": rule.soft, "waived": "", "record_id": record.id,
    }  # fmt: skip
    rows = []
    for person_id, name in (units or {None: ""}).items():
        unit = ("attendee", person_id) if person_id is not None else ("record", record.id)
        concerned = _Concerned(person_id or studio.host_id, studio.host_id)
        who = (
            "person"
            if person_id is not None
            else rule.who
            if rule.who not in {"named", "attendee", "studio", "member"}
            else "host"
        )
        row = {
            **shared, "unit_kind": unit[0], "unit_id": unit[1], "title": f"{rule.title}（{name}）" if name else rule.title,
            "responsible": desk_of(who, cast, concerned, above), "receiver": desk_of(rule.to, cast, concerned, above) if rule.to else "",
        }  # fmt: skip
        if unit not in there:
            rows.append(row)
    return rows


def _period(on: date, record_id: int) -> str:
    """Two records of one day are told apart."""
    return f"{on.isoformat()}#{record_id}"


def _due_on(work: Work, rule: SetupRule, record: Any, on: date) -> date | None:
    if rule.within is None:
        return None
    if rule.before:
        return due_before(record.held_on or on, rule.within, work.calendar).on
    return due_after(on, rule.within, work.calendar, roll=rule.roll).on


def _there(work: Work, duty: Any, key: str, record_id: int) -> set[tuple[str, int]]:
    found = work.session.execute(
        select(DUTIES.c.unit_kind, DUTIES.c.unit_id).where(
            DUTIES.c.studio_id == duty.studio_id, DUTIES.c.key == key, DUTIES.c.record_id == record_id
        )
    )
    return {(row.unit_kind, row.unit_id) for row in found}


def _attendees(work: Work, record_id: int) -> Mapping[int | None, str]:
    found = work.session.execute(
        select(PEOPLE.c.id, PEOPLE.c.name)
        .join(ATTENDANCES, ATTENDANCES.c.person_id == PEOPLE.c.id)
        .where(ATTENDANCES.c.record_id == record_id, ATTENDANCES.c.mark.in_(PRESENT))
        .order_by(PEOPLE.c.id)
    )
    return {row.id: row.name for row in found}
