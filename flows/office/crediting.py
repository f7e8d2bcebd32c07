"""Crediting (计入): an activity counts for every duty its agenda names, of every studio that took part, each by its own rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from flows.engine.apply import apply_many
from flows.engine.calendar import local_day
from flows.engine.decide import Refusal
from flows.engine.declare import THE_ENGINE
from flows.engine.work import Intent, Work
from models import Attendance, Credit, Duty, Record, RecordFile, RecordStudio, StageRun
from models.columns import table_of

ATTENDANCES, CREDITS, DUTIES, FILES = table_of(Attendance), table_of(Credit), table_of(Duty), table_of(RecordFile)
RECORDS, RUNS, SHARED = table_of(Record), table_of(StageRun), table_of(RecordStudio)
PRESENT = ("present", "late")
PERSONS = frozenset({"studio", "school", "record"})  # units that are no person


@dataclass(frozen=True, slots=True)
class Credited:
    """What became of one duty that an activity was held for: counted, waiting for its receiver, only noted, or why not."""

    duty_id: int
    title: str
    standing: str
    says: str = ""


def credit_agenda(work: Work, record_id: int) -> Sequence[Credited]:
    """Credit a held activity to the duties its agenda names: those of its day, of each studio that took part.

    A duty that is met already keeps the activity as noted; one that refuses it says what is lacking. Nothing is credited twice.
    """
    record = work.session.execute(select(RECORDS).where(RECORDS.c.id == record_id)).one()
    payload = evidence_of(work, record)
    named = _named(work, record)
    intents = [Intent(one.run_id, "credit", payload) for one in named if one.ended_at is None]
    by_run = {result.intent.run_id: result for result in apply_many(work, intents, THE_ENGINE)}
    found = []
    for one in named:
        if one.ended_at is not None:
            found.append(_noted(work, record_id, one))
            continue
        outcome = by_run[one.run_id].outcome
        if isinstance(outcome, Refusal):
            found.append(Credited(one.id, one.title, "refused", outcome.says))
        else:
            found.append(Credited(one.id, one.title, "claimed" if outcome.move.to == "submitted" else "accepted"))
    return found


def evidence_of(work: Work, record: Any) -> dict[str, Any]:
    """What a stored record carries, as an event of a duty takes it."""
    files = work.session.execute(select(FILES.c.proof).where(FILES.c.record_id == record.id)).scalars()
    marked = work.session.execute(select(ATTENDANCES.c.id).where(ATTENDANCES.c.record_id == record.id).limit(1)).first()
    content: Mapping[str, Any] = record.content
    texts = {key for key, value in (content.get("texts") or {}).items() if value}
    return {
        "record_id": record.id, "kind": record.kind, "title": record.title, "level": record.level, "theme": record.theme,
        "held_on": record.held_on.isoformat() if record.held_on else None,
        "ends_on": record.ends_on.isoformat() if record.ends_on else None, "minutes": record.minutes, "link": record.link,
        "key": bool(content.get("key")), "listed": bool(content.get("listed")), "parts": list(content.get("parts") or ()),
        "proofs": sorted({*files, *texts, *(("attendance",) if marked else ())}),
    }  # fmt: skip


def _named(work: Work, record: Any) -> Sequence[Any]:
    """The duties that the agenda names, of the period the day lies in; `key/unit` names one of several units."""
    studios = [record.studio_id, *work.session.execute(
        select(SHARED.c.studio_id).where(SHARED.c.record_id == record.id, SHARED.c.studio_id != record.studio_id)
    ).scalars()]  # fmt: skip
    wanted = [str(one).partition("/") for one in record.agenda]
    on: date = record.held_on or local_day(work.now)
    there = set(work.session.execute(
        select(ATTENDANCES.c.person_id).where(ATTENDANCES.c.record_id == record.id, ATTENDANCES.c.mark.in_(PRESENT))
    ).scalars())  # fmt: skip
    found = work.session.execute(
        select(DUTIES.c.id, DUTIES.c.key, DUTIES.c.title, DUTIES.c.unit_kind, DUTIES.c.unit_id, DUTIES.c.counted,
               RUNS.c.id.label("run_id"), RUNS.c.step, RUNS.c.ended_at, RUNS.c.outcome, RUNS.c.version_id)
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id.in_(studios), DUTIES.c.key.in_({key for key, _, _ in wanted}))
        .where(DUTIES.c.begins_on <= on, DUTIES.c.ends_on >= on)
        .order_by(RUNS.c.id)
    ).all()  # fmt: skip
    return [one for one in found if any(_meant(one, key, unit, there) for key, _, unit in wanted)]


def _meant(duty: Any, key: str, unit: str, there: set[int]) -> bool:
    """Owed by each of several: the one that is named, else everybody who was there; a school must be named."""
    if duty.key != key:
        return False
    if unit:
        return str(duty.unit_id) == unit
    if duty.unit_kind in PERSONS:
        return bool(duty.unit_kind == "studio")
    return duty.unit_id in there


def _noted(work: Work, record_id: int, duty: Any) -> Credited:
    """More than is needed: up to the upper number of a range it still counts, beyond it is only noted; nothing reopens."""
    if duty.outcome != "met":
        return Credited(duty.id, duty.title, "refused", "这一期已经结账，不能再计入。")
    known = (CREDITS.c.record_id == record_id) & (CREDITS.c.duty_id == duty.id)
    if work.session.execute(select(CREDITS.c.id).where(known)).first():
        return Credited(duty.id, duty.title, "accepted")
    policy: Any = work.book.rule(work.session, duty.version_id, "obligations", duty.step, None).policy
    counts = policy.most is not None and duty.counted < policy.most and policy.receipt == "noted"
    standing = "accepted" if counts else "noted"
    work.session.execute(insert(CREDITS).values(
        record_id=record_id, duty_id=duty.id, amount=1, standing=standing, reason="", late=False, at=work.now,
    ))  # fmt: skip
    if counts:
        work.session.execute(update(DUTIES).where(DUTIES.c.id == duty.id).values(counted=DUTIES.c.counted + 1))
    return Credited(duty.id, duty.title, standing)
