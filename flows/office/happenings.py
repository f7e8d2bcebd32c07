"""Activities (活动): planned, held with attendance and minutes, cancelled; and leave, which is asked for before they start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from flows.engine.calendar import due_before, end_of_day, local_day, start_of_day
from flows.engine.consequences.owing import open_for_records
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.crediting import Credited, credit_agenda
from flows.programme import Programme, origin_of
from flows.programme.phrases import Moment
from flows.regulations import programme_under
from models import Attendance, Cycle, Duty, Leave, Record, RecordFile, RecordStudio, Seat, StageRun, Studio
from models.columns import table_of

ATTENDANCES, CYCLES, DUTIES, LEAVES = table_of(Attendance), table_of(Cycle), table_of(Duty), table_of(Leave)
RECORDS, FILES, SHARED, RUNS = table_of(Record), table_of(RecordFile), table_of(RecordStudio), table_of(StageRun)
SEATS, STUDIOS = table_of(Seat), table_of(Studio)
MARKS = ("present", "late", "absent", "leave")


@dataclass(frozen=True, slots=True)
class Planned:
    """An activity to come. `agenda`: the obligations it is for (`key`, or `key/unit`). `studios`: others that take part."""

    title: str
    held_on: date
    agenda: Sequence[str] = ()
    ends_on: date | None = None
    starts_at: datetime | None = None
    place: str = ""
    theme: str = ""
    participants: str = ""
    studios: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What was held: its marks by person, and what proves it. `texts`: minutes and the like, by the programme's word."""

    marks: Mapping[int, str] = field(default_factory=dict)
    minutes: int | None = None
    held_on: date | None = None
    theme: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[str] = ()
    files: Sequence[Mapping[str, str]] = ()
    link: str = ""
    level: str = ""


def plan_activity(work: Work, actor: Actor, studio_id: int, plan: Planned) -> int:
    """Put an activity on a studio's plan; what must be ready before it is owed from now on. Returns its id. Raises Refused."""
    refuse_stranger(work, actor, studio_id)
    record_id: int = work.session.execute(
        insert(RECORDS).values(
            kind="activity", title=plan.title, studio_id=studio_id, standing="planned", held_on=plan.held_on, ends_on=plan.ends_on,
            starts_at=plan.starts_at, place=plan.place, theme=plan.theme, agenda=list(plan.agenda), level="", published=False, link="",
            content={"participants": plan.participants} if plan.participants else {}, filed_by=actor.person_id, filed_at=work.now,
        ).returning(RECORDS.c.id)
    ).scalar_one()  # fmt: skip
    shared = [{"record_id": record_id, "studio_id": one} for one in plan.studios if one != studio_id]
    if shared:
        work.session.execute(insert(SHARED), shared)
    for duty in _duties_of_day(work, studio_id, plan):
        open_for_records(work, duty.version_id, duty.id, [record_id], None, before=True)
    return record_id


def hold_activity(work: Work, actor: Actor, record_id: int, held: Held) -> Sequence[Credited]:
    """Record that an activity was held, who was there and what proves it, and credit it to what its agenda names.

    May be repeated to add what was lacking. Who has a seat and is not marked was absent; leave counts only where it was
    granted on a request made in time. Raises NotFound, Refused.
    """
    record = kept_activity(work, record_id)
    refuse_stranger(work, actor, record.studio_id)
    on = held.held_on or record.held_on or local_day(work.now)
    if record.standing == "cancelled":
        raise Refused("wrong_state", "这次活动已经取消，不能再登记。")
    if on > local_day(work.now):
        raise Refused("too_early", "活动还没有举行，举行以后再登记。")
    _mark(work, actor, record, held, on)
    content = {**record.content, "texts": {**(record.content.get("texts") or {}), **held.texts}}
    if held.parts:
        content["parts"] = sorted({*(record.content.get("parts") or ()), *held.parts})
    changed = {"standing": "held", "held_on": on, "content": content}
    changed |= {key: value for key in ("minutes", "theme", "link", "level") if (value := getattr(held, key))}
    work.session.execute(update(RECORDS).where(RECORDS.c.id == record_id).values(**changed))
    keep_files(work, actor, record_id, held.files)
    return credit_agenda(work, record_id)


def cancel_activity(work: Work, actor: Actor, record_id: int, reason: str) -> None:
    """Take a planned activity off the plan, with a reason. Raises NotFound, Refused."""
    record = kept_activity(work, record_id)
    refuse_stranger(work, actor, record.studio_id)
    if not reason:
        raise Refused("without_reason", "请先写明理由。没有改动任何内容。")
    if record.standing != "planned":
        raise Refused("wrong_state", "只有还没有举行的活动可以取消。")
    content = {**record.content, "cancelled": reason}
    work.session.execute(update(RECORDS).where(RECORDS.c.id == record_id).values(standing="cancelled", content=content))


def ask_leave(work: Work, actor: Actor, record_id: int, reason: str) -> int:
    """Ask for leave from an activity, for oneself and before the programme's hour; returns its id. Raises NotFound, Refused."""
    record = kept_activity(work, record_id)
    _seat(work, record.studio_id, actor.person_id or 0)
    if not reason:
        raise Refused("without_reason", "请先写明理由。没有改动任何内容。")
    if record.standing != "planned" or work.now >= _leave_until(work, record):
        says = "请假要在活动开始之前提出，现在已经过了时间；没有到的记作缺勤。"
        raise Refused("too_late", says, _leave_origin(work, record))
    mine = (LEAVES.c.record_id == record_id) & (LEAVES.c.person_id == actor.person_id)
    if work.session.execute(select(LEAVES.c.id).where(mine)).first():
        raise Refused("asked_already", "这次活动您已经请过假。")
    leave_id: int = work.session.execute(
        insert(LEAVES)
        .values(record_id=record_id, person_id=actor.person_id, reason=reason, asked_at=work.now, answer="")
        .returning(LEAVES.c.id)
    ).scalar_one()
    return leave_id


def answer_leave(work: Work, actor: Actor, leave_id: int, *, granted: bool) -> None:
    """Grant or refuse leave that was asked for. Raises NotFound, Refused."""
    leave = work.session.execute(select(LEAVES).where(LEAVES.c.id == leave_id)).first()
    if leave is None:
        raise NotFound
    record = kept_activity(work, leave.record_id)
    refuse_stranger(work, actor, record.studio_id)
    if leave.answer:
        raise Refused("wrong_state", "这次请假已经答复过。")
    answered = {"answer": "granted" if granted else "refused", "answered_by": actor.person_id, "answered_at": work.now}
    work.session.execute(update(LEAVES).where(LEAVES.c.id == leave_id).values(**answered))
    if record.standing == "held":
        mark = "leave" if granted else "absent"
        own = (ATTENDANCES.c.record_id == record.id) & (ATTENDANCES.c.person_id == leave.person_id)
        away = ATTENDANCES.c.mark.in_(("absent", "leave"))
        work.session.execute(update(ATTENDANCES).where(own, away).values(mark=mark))


def _mark(work: Work, actor: Actor, record: Any, held: Held, on: date) -> None:
    unknown = sorted({mark for mark in held.marks.values() if mark not in MARKS})
    if unknown:
        raise Refused("unknown_mark", f"没有这种考勤：{'、'.join(unknown)}。")
    noted = select(ATTENDANCES.c.person_id, ATTENDANCES.c.mark).where(ATTENDANCES.c.record_id == record.id)
    known = {row.person_id: row.mark for row in work.session.execute(noted)}
    if not held.marks and (known or not record.agenda):
        return
    granted = set(work.session.execute(
        select(LEAVES.c.person_id).where(LEAVES.c.record_id == record.id, LEAVES.c.answer == "granted")
    ).scalars())  # fmt: skip
    expected = _seated(work, [record.studio_id], on) if held.marks else set()
    marks = dict.fromkeys(expected | granted, "absent") | known | dict(held.marks)
    for person_id, mark in marks.items():
        said = ("leave" if person_id in granted else "absent") if mark in {"absent", "leave"} else mark
        _put_mark(work, actor, record.id, person_id, said, known)


def _put_mark(work: Work, actor: Actor, record_id: int, person_id: int, mark: str, known: Mapping[int, str]) -> None:
    values = {"mark": mark, "noted_by": actor.person_id, "noted_at": work.now}
    if person_id in known:
        own = (ATTENDANCES.c.record_id == record_id) & (ATTENDANCES.c.person_id == person_id)
        work.session.execute(update(ATTENDANCES).where(own).values(**values))
    else:
        work.session.execute(insert(ATTENDANCES).values(record_id=record_id, person_id=person_id, **values))


def keep_files(work: Work, actor: Actor, record_id: int, files: Sequence[Mapping[str, str]]) -> None:
    """Keep what proves an activity, each file once under each proof."""
    there = select(FILES.c.proof, FILES.c.file_sha256).where(FILES.c.record_id == record_id)
    known = {(row.proof, row.file_sha256) for row in work.session.execute(there)}
    new = {(one["proof"], one["sha256"]): one.get("filename", "") for one in files} if files else {}
    rows = [
        {"record_id": record_id, "proof": proof, "filename": name, "file_sha256": sha256, "uploaded_by": actor.person_id,
         "uploaded_at": work.now}
        for (proof, sha256), name in new.items()
        if (proof, sha256) not in known
    ]  # fmt: skip
    if rows:
        work.session.execute(insert(FILES), rows)


def _leave_until(work: Work, record: Any) -> datetime:
    """The moment until which leave may be asked for: as the programme says, told from the start of the activity."""
    starts: datetime = record.starts_at or start_of_day(record.held_on)
    programme = _programme_of(work, record.studio_id)
    if programme is None:
        return starts
    leave_by = programme.attendance.leave_by if programme.attendance else Moment("start")
    if leave_by.side != "before" or leave_by.span is None:
        return starts
    return min(starts, end_of_day(due_before(record.held_on, leave_by.span, work.calendar).on))


def _leave_origin(work: Work, record: Any) -> Mapping[str, Any]:
    """Where the hour of leave comes from (北海 八1, D-LEAVE)."""
    programme = _programme_of(work, record.studio_id)
    return origin_of(programme, "attendance.leave_by").as_row() if programme is not None else {}


def _programme_of(work: Work, studio_id: int | None) -> Programme | None:
    """The regulation of a studio's last cycle; None where it has none."""
    last = select(CYCLES.c.version_id).where(CYCLES.c.studio_id == studio_id).order_by(CYCLES.c.number.desc()).limit(1)
    version_id = work.session.execute(last).scalar()
    return programme_under(work, version_id) if version_id is not None else None


def _duties_of_day(work: Work, studio_id: int, plan: Planned) -> Sequence[Any]:
    keys = {one.partition("/")[0] for one in plan.agenda}
    return work.session.execute(
        select(DUTIES.c.id, RUNS.c.version_id)
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id == studio_id, DUTIES.c.key.in_(keys), DUTIES.c.unit_kind == "studio")
        .where(DUTIES.c.begins_on <= plan.held_on, DUTIES.c.ends_on >= plan.held_on)
    ).all()


def _seated(work: Work, studios: Sequence[int], on: date) -> set[int]:
    there = (SEATS.c.from_on <= on) & (SEATS.c.to_on.is_(None) | (SEATS.c.to_on >= on))
    return set(work.session.execute(select(SEATS.c.person_id).where(SEATS.c.studio_id.in_(studios), there)).scalars())


def kept_activity(work: Work, record_id: int) -> Any:
    """One activity of a studio. Raises NotFound."""
    found = work.session.execute(select(RECORDS).where(RECORDS.c.id == record_id)).first()
    if found is None or found.studio_id is None or found.kind != "activity":
        raise NotFound
    return found


def _seat(work: Work, studio_id: int, person_id: int) -> None:
    held = (SEATS.c.studio_id == studio_id) & (SEATS.c.person_id == person_id) & SEATS.c.to_on.is_(None)
    if work.session.execute(select(SEATS.c.id).where(held)).first() is None:
        raise NotFound


def refuse_stranger(work: Work, actor: Actor, studio_id: int) -> None:
    """Activities are kept by the host, and by whoever assists the host."""
    host = work.session.execute(select(STUDIOS.c.host_id).where(STUDIOS.c.id == studio_id)).scalar()
    if host is None:
        raise NotFound
    assistant = (SEATS.c.role == "assistant") | (SEATS.c.duty_role == "assistant")
    held = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None) & assistant
    helping = work.session.execute(select(SEATS.c.person_id).where(held)).scalars()
    if not {f"person:{one}" for one in (host, *helping)} & actor.keys:
        raise Refused("not_yours", "活动由主持人或助理登记，不由您办理。")
