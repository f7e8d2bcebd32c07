"""Facts of duties: who answers for them and receives, what is counted, what blocks, which signatures are out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlmodel import Session

from models import Credit, Cycle, Duty, Opinion, Person, Record, StageRun, Studio
from models.columns import table_of
from models.facts import Anchors, DutyFacts, Facts
from models.queries.facts.ground import OPEN_DUTIES, ground
from models.statements import among, rows

DUTIES, STUDIOS, RUNS, OPINIONS, PEOPLE = (table_of(one) for one in (Duty, Studio, StageRun, Opinion, Person))
CREDITS, CYCLES, RECORDS = table_of(Credit), table_of(Cycle), table_of(Record)
SAME = DUTIES.alias("same")
READ = (
    "id",
    "studio_id",
    "title",
    "need",
    "counted",
    "begins_on",
    "ends_on",
    "due_on",
    "responsible",
    "receiver",
    "record_id",
)

OWED = (
    select(
        *(DUTIES.c[name] for name in READ),
        STUDIOS.c.name.label("studio_name"),
        STUDIOS.c.host_id,
        CYCLES.c.begins_on.label("starts_on"),
        RECORDS.c.held_on,
    )
    .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
    .outerjoin(CYCLES, CYCLES.c.id == DUTIES.c.cycle_id)
    .outerjoin(RECORDS, RECORDS.c.id == DUTIES.c.record_id)
    .where(among(DUTIES.c.id, "duties"))
)
UNSIGNED = (
    select(RUNS.c.parent_id, PEOPLE.c.name)
    .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
    .join(PEOPLE, OPINIONS.c.party == literal("person:") + cast(PEOPLE.c.id, String))
    .where(among(RUNS.c.parent_id, "parents"), RUNS.c.subject_kind == "opinion", OPINIONS.c.kind == "signature")
    .where(func.coalesce(RUNS.c.outcome, "") != "given")
    .order_by(OPINIONS.c.id)
)
CREDITED = (
    select(CREDITS.c.duty_id, CREDITS.c.record_id, CREDITS.c.amount, CREDITS.c.standing)
    .where(among(CREDITS.c.duty_id, "duties"), CREDITS.c.standing.in_(("claimed", "accepted")))
    .order_by(CREDITS.c.id)
)
# Themes that count already for the same obligation of the same cycle, in this period or another.
THEMES = (
    select(DUTIES.c.id, RECORDS.c.theme)
    .join(SAME, (SAME.c.cycle_id == DUTIES.c.cycle_id) & (SAME.c.key == DUTIES.c.key))
    .join(CREDITS, CREDITS.c.duty_id == SAME.c.id)
    .join(RECORDS, RECORDS.c.id == CREDITS.c.record_id)
    .where(among(DUTIES.c.id, "duties"), CREDITS.c.standing.in_(("claimed", "accepted")), RECORDS.c.theme != "")
)


def duty_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of duties, in three queries whatever their number; who signs, which themes count and who has a seat is read where a step asks."""
    del now
    ids = {run.subject_id for run in runs}
    duties = {row.id: row for row in rows(session, OWED, duties=ids)}
    studios = {duty.studio_id for duty in duties.values()}
    credited = _by_duty(rows(session, CREDITED, duties=ids), "duty_id")
    blocking = _by_duty(rows(session, OPEN_DUTIES, studios=studios), "studio_id")
    return {
        run.id: DutyFacts(
            **_stood(run, duty, casts), title=f"{duty.studio_name} {duty.title}",
            due_on=duty.due_on, begins_on=duty.begins_on, days=_days(duty), need=duty.need,
            counted=duty.counted, claimed=sum(one.amount for one in credited[duty.id] if one.standing == "claimed"),
            records=tuple(one.record_id for one in credited[duty.id]),
            blocking=tuple(one.title for one in blocking[duty.studio_id] if run.step in one.blocks and _meet(one, duty)),
        )
        for run in runs
        for duty in [duties[run.subject_id]]
    }  # fmt: skip


def unsigned_by(session: Session, run_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """By run, who has still to sign."""
    found = _by_duty(rows(session, UNSIGNED, parents=run_ids), "parent_id") if run_ids else {}
    return {run_id: tuple(row.name for row in unsigned) for run_id, unsigned in found.items()}


def themes_of(session: Session, duty_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """By duty, the themes that count already."""
    found = _by_duty(rows(session, THEMES, duties=duty_ids), "id") if duty_ids else {}
    return {duty_id: tuple(row.theme for row in used) for duty_id, used in found.items()}


def _days(duty: Any) -> Anchors:
    """What its due day is told from; what is due before the day of a record looks to its first day, else to its last."""
    event_on = duty.held_on if duty.begins_on is None else duty.begins_on
    return Anchors(duty.begins_on, duty.ends_on, duty.starts_on, event_on if duty.record_id else None)


def _by_duty(found: Sequence[Any], key: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        grouped[getattr(row, key)].append(row)
    return grouped


def _stood(run: Any, duty: Any, casts: Mapping[int, Any]) -> dict[str, Any]:
    stood = ground(run, None, casts[run.version_id])
    stood["parts"] |= {
        "responsible": duty.responsible, "receiver": duty.receiver or stood["parts"]["office"], "host": f"person:{duty.host_id}",
    }  # fmt: skip
    return stood


def _meet(one: Any, other: Any) -> bool:
    """Whether the periods of two duties have a day in common; one without days meets every other."""
    if None in {one.begins_on, other.begins_on}:
        return True
    return bool(one.begins_on <= other.ends_on and other.begins_on <= one.ends_on)
