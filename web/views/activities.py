"""An activity as pages show it (活动记录): who was there, what was done, what proves it, and what it counts for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.engine.apply import preview
from flows.engine.calendar import CHINA, local_day, start_of_day
from flows.engine.decide import Refusal
from flows.engine.declare import THE_ENGINE
from flows.engine.work import Intent, Work
from flows.office.crediting import evidence_of
from flows.office.noting import Noted, draft_of
from flows.programme.comparing_words import VALUES_ZH
from flows.programme.sections import Obligation
from models.queries.activities import credits_of_record, duties_named, expected, files_of, leaves_of, marks_of
from models.queries.attendance import presence
from web.display import Choice, DueMark, StateMark, clock_time, day, run_mark, state_mark
from web.i18n import _
from web.studio_doors import Door
from web.views.studios import absent_too_often, due_text

# What one writes about the event itself stands for these; everything else is a paper of its own.
WRITTEN = frozenset({"minutes", "record"})
NO_PAPER = frozenset({"attendance", "link", "signatures"}) | WRITTEN
OF_EVENTS = frozenset({"attendance", "minutes", "record", "photos", "itinerary", "recording"})
MARK_WORDS = ("present", "leave", "absent")


@dataclass(frozen=True)
class Row:
    """One person at an activity: how they are marked, and why it cannot be changed."""

    person_id: int
    name: str
    body: str
    mark: str
    locked: bool = False
    note: str = ""
    tone: str = "muted"
    leave_id: int | None = None

    @property
    def may_leave(self) -> bool:
        """Whether 请假 can be chosen: only where it was granted on a request made in time."""
        return self.mark == "leave" and self.locked


@dataclass(frozen=True)
class Paper:
    """A file that proves the activity."""

    id: int
    name: str
    size: str
    icon: str
    proof: str


@dataclass(frozen=True)
class Purpose:
    """A duty that the activity is held for: how it stands, and what is still lacking."""

    duty_id: int
    title: str
    mark: StateMark
    says: str = ""
    due: DueMark | None = None


@dataclass(frozen=True)
class Sheet:
    """Everything an activity's page shows."""

    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    noted: Noted
    papers: tuple[Paper, ...]
    asked: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    wants_link: bool
    noted_at: str
    pending: int


def sheet_of(work: Work, door: Door, record: Any) -> Sheet:
    """The sheet of one activity."""
    on = record.held_on or door.today
    leaves, known, noted = leaves_of(work.session, record.id), marks_of(work.session, record.id), draft_of(record)
    marks = {**known, **noted.marks} if record.standing == "held" else dict(noted.marks)
    seats = expected(work.session, door.studio.id, on)
    missed = _missed(work, door, record)
    rows = tuple(
        _row(door, seat, marks.get(seat.person_id, ""), leaves.get(seat.person_id), missed, record) for seat in seats
    )
    counts = {word: sum(row.mark == word for row in rows) for word in (*MARK_WORDS, "")} | {
        "late": sum(row.mark == "late" for row in rows)
    }
    owed = [door.programme.obligations[key] for key in agenda_keys(record) if key in door.programme.obligations]
    proofs = [proof for one in owed for proof in one.proof]
    asked = tuple(
        (proof, VALUES_ZH["proof"].get(proof, proof))
        for proof in dict.fromkeys(proofs)
        if proof not in NO_PAPER and proof != "photos"
    )
    at = (record.content or {}).get("draft", {}).get("at")
    return Sheet(
        rows, counts, _texts(record, noted), tuple(_paper(one) for one in files_of(work.session, [record.id])), asked,
        tuple(dict.fromkeys(part for one in owed for part in one.checklist)), purposes_of(work, door, record), "link" in proofs,
        _("{time} 已暂存", time=clock_time(datetime.fromisoformat(at))) if at and record.standing == "planned" else "",
        sum(1 for one in leaves.values() if not one.answer),
    )  # fmt: skip


def agenda_keys(record: Any) -> list[str]:
    """The obligations that an activity is for."""
    return list(dict.fromkeys(str(one).partition("/")[0] for one in record.agenda))


def _texts(record: Any, noted: Noted) -> Noted:
    """What was written: the draft, and under it what was filed before."""
    content: Mapping[str, Any] = record.content or {}
    texts = {**(content.get("texts") or {}), **noted.texts}
    parts = tuple(dict.fromkeys([*noted.parts, *(content.get("parts") or ())]))
    return Noted(noted.marks, texts, parts, noted.minutes or record.minutes, noted.link or record.link)


def _missed(work: Work, door: Door, record: Any) -> Mapping[int, tuple[int, int]]:
    """How often each was there of how many, this activity left out while it is not filed."""
    since = door.cycle.begins_on if door.cycle is not None else door.today
    del record
    return presence(work.session, door.studio.id, since, door.today)


def _row(
    door: Door, seat: Any, mark: str, leave: Any | None, missed: Mapping[int, tuple[int, int]], record: Any
) -> Row:
    if leave is not None and leave.answer == "granted":
        on = day(local_day(leave.answered_at), door.today)
        return Row(seat.person_id, seat.name, seat.body, "leave", True, _("{day} 准假，不算缺勤", day=on), "blue")
    if leave is not None and not leave.answer:
        note = _("{day} 申请请假：{reason}", day=day(local_day(leave.asked_at), door.today), reason=leave.reason)
        return Row(seat.person_id, seat.name, seat.body, mark, False, note, "amber", leave.id)
    there, held = missed.get(seat.person_id, (0, 0))
    if record.standing == "planned" and mark == "absent":
        held += 1
    if mark == "absent" and absent_too_often(door, there, held):
        return Row(
            seat.person_id,
            seat.name,
            seat.body,
            mark,
            False,
            _("累计缺勤 {n} / {all}，达到界限", n=held - there, all=held),
            "red",
        )
    if leave is not None:
        return Row(seat.person_id, seat.name, seat.body, mark, False, _("请假没有批准"), "muted")
    note = "" if mark else _("还没点")
    return Row(seat.person_id, seat.name, seat.body, mark, False, note, "amber" if note else "muted")


def _paper(one: Any) -> Paper:
    icons = {"application/pdf": "file-pdf", "image/jpeg": "image", "image/png": "image"}
    size = f"{one.size / 1_048_576:.1f} MB" if one.size >= 104_858 else f"{max(one.size // 1024, 1)} KB"
    return Paper(
        one.id,
        one.filename or _("附件"),
        size,
        icons.get(one.type, "file-lines"),
        VALUES_ZH["proof"].get(one.proof, one.proof),
    )


def purposes_of(work: Work, door: Door, record: Any) -> tuple[Purpose, ...]:
    """What an activity counts for: the duties of its day, each with what the engine says of it now."""
    counted = {row.duty_id: row for row in credits_of_record(work.session, record.id)}
    on = record.held_on or door.today
    duties = [
        row for row in duties_named(work.session, door.studio.id, agenda_keys(record), on) if row.unit_kind == "studio"
    ]
    waiting = [row for row in duties if row.id not in counted and row.ended_at is None and record.standing == "held"]
    payload = evidence_of(work, record) if waiting else {}
    said = preview(work, [Intent(row.run_id, "credit", payload) for row in waiting], THE_ENGINE)
    lacking = {
        row.id: one.outcome.says for row, one in zip(waiting, said, strict=True) if isinstance(one.outcome, Refusal)
    }
    found = [_purpose(work, door, row, counted.get(row.id), lacking.get(row.id, "")) for row in duties]
    others = [row for duty_id, row in counted.items() if duty_id not in {one.id for one in duties}]
    return (*found, *(Purpose(row.duty_id, row.title, _credit_mark(row), row.reason) for row in others))


def _purpose(work: Work, door: Door, row: Any, credit: Any | None, says: str) -> Purpose:
    if credit is not None:
        return Purpose(row.id, row.title, _credit_mark(credit), credit.reason)
    due = due_text(work, row.due_on, door.today) if row.ended_at is None and row.due_on is not None else None
    return Purpose(row.id, row.title, run_mark("activities", row.state), says, due)


def _credit_mark(credit: Any) -> StateMark:
    words = {
        "accepted": ("accepted", _("已计入")),
        "claimed": ("submitted", None),
        "refused": ("returned", None),
        "noted": ("excused", _("已够，只备查")),
    }
    code, label = words[credit.standing]
    return state_mark("obligation", code, label)


def may_ask_leave(record: Any, now: datetime, asked: Any | None) -> bool:
    """Whether leave may still be asked for; the act itself applies the programme's hour."""
    starts = record.starts_at or start_of_day(record.held_on)
    return record.standing == "planned" and now < starts and asked is None


def purposes_to_choose(door: Door, chosen: Collection[str] = ()) -> tuple[list[Choice], list[Choice]]:
    """The obligations an activity may be held for: those that events meet, and the others."""
    first: list[Choice] = []
    others: list[Choice] = []
    for one in door.programme.obligations.values():
        if one.per == "setup" or any(counted.record == "roster" for counted in one.counts):
            continue
        asks = "、".join(VALUES_ZH["proof"].get(proof, proof) for proof in one.proof)
        (first if _of_event(one) else others).append(
            Choice(one.name, one.title, _("要有：{proofs}", proofs=asks) if asks else "", one.name in chosen)
        )
    return first, others


def _of_event(one: Obligation) -> bool:
    return bool(OF_EVENTS & set(one.proof)) and not one.counts


def suggestions(door: Door) -> list[tuple[int, str, str, str]]:
    """Activities that come with the text: place in the list, month, where, what."""
    return [
        (n, _("{n} 月", n=one.month), one.place or "", "、".join(one.items))
        for n, one in enumerate(door.programme.plan)
    ]  # fmt: skip


def suggested(door: Door, n: int) -> dict[str, str]:
    """One activity of the text as the form of a new one begins with it; nothing where there is none."""
    if not 0 <= n < len(door.programme.plan):
        return {}
    one = door.programme.plan[n]
    year = door.today.year + (one.month < door.today.month)
    return {"title": one.items[0] if one.items else "", "place": one.place or "", "theme": "、".join(one.items[1:]),
            "held_on": max(date(year, one.month, 1), door.today).isoformat()}  # fmt: skip


def hours_words(record: Any) -> str:
    """The hours of an activity, where they are known."""
    if record.starts_at is None:
        return ""
    begins = clock_time(record.starts_at)
    return f"{begins}–{clock_time(record.starts_at + timedelta(minutes=record.minutes))}" if record.minutes else begins


def unmarked(rows: Sequence[Row]) -> list[Row]:
    """Who is neither marked nor on leave."""
    return [row for row in rows if not row.mark]


def moment_of(on: date, text: str) -> datetime | None:
    """An hour of a day as a form writes it, as a moment; None where none is written."""
    try:
        return datetime.combine(on, time.fromisoformat(text), CHINA)
    except ValueError:
        return None
