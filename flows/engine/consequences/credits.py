"""Effects of duties: what was handed in becomes a record credited to the duty, is accepted or refused, and brings about further duties."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.owing import open_for_records
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Credit, Duty, Record, RecordFile, StageRun
from models.columns import table_of

CREDITS, DUTIES, RECORDS, FILES, RUNS = (table_of(one) for one in (Credit, Duty, Record, RecordFile, StageRun))
KEPT = ("text", "texts", "parts", "key", "listed", "content")


def credit_record(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep what was handed in and credit it to the duty: accepted at once where receiving means taking note, else claimed.

    A record that was handed in after the duty's last day is late, and says so for ever.
    """
    for one in happened:
        record_id = one.intent.payload.get("record_id") or _new_record(work, one)
        noted = getattr(one.rule.policy, "receipt", "noted") == "noted"
        due_on = one.facts.due_on
        values = {
            "amount": 1, "standing": "accepted" if noted else "claimed", "reason": "", "by_person_id": None, "at": work.now,
            "late": due_on is not None and local_day(work.now) > due_on,
        }  # fmt: skip
        _put_credit(work, record_id, one.run.subject_id, values)
        if noted:
            _count(work, one, 1, [record_id])
    return ()


def accept_credits(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Accept everything that was handed in for the duty."""
    for one in happened:
        accepted = _settle(work, one, "accepted")
        _count(work, one, len(accepted), accepted)
    return ()


def refuse_credits(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Refuse what was handed in for the duty, with the reason; it may be handed in again."""
    for one in happened:
        _settle(work, one, "refused")
    return ()


def assign_duty(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Give a duty to the person the host names: from now on they answer for it, and are asked."""
    tellings = []
    for one in happened:
        desk = f"person:{int(one.intent.payload['person_id'])}"
        work.session.execute(update(DUTIES).where(DUTIES.c.id == one.run.subject_id).values(responsible=desk))
        work.session.execute(update(RUNS).where(RUNS.c.id == one.run.id).values(desk=desk))
        tellings.append(Telling(desk, "filing_asked", one.run, one.version, one.rule, one.facts, one.move.due_at))
    tell(work, tellings)
    return ()


def tell_overdue(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell whoever answers for a duty that it is overdue; what a text only encourages never is."""
    tell(work, [
        Telling(one.facts.parts["responsible"], "overdue", one.run, one.version, one.rule, one.facts, one.run.due_at)
        for one in happened
        if one.move.to != one.run.state
    ])  # fmt: skip
    return ()


def _new_record(work: Work, one: Happening) -> int:
    payload, policy = one.intent.payload, one.rule.policy
    content: dict[str, Any] = {key: payload[key] for key in KEPT if payload.get(key)}
    if getattr(policy, "stands_for", ""):
        content["stands_for"] = policy.stands_for  # type: ignore[attr-defined]
    held_on, ends_on = payload.get("held_on"), payload.get("ends_on")
    record_id: int = work.session.execute(
        insert(RECORDS).values(
            kind=payload.get("kind") or "filing", title=payload.get("title") or one.facts.title, studio_id=one.run.studio_id,
            standing="held", held_on=_day(held_on) or local_day(work.now), ends_on=_day(ends_on), minutes=payload.get("minutes"),
            place=payload.get("place") or "", theme=payload.get("theme") or "", agenda=[one.run.step], level=payload.get("level") or "",
            published=bool(payload.get("published")), link=payload.get("link") or "", content=content, filed_by=one.actor.person_id,
            filed_at=work.now,
        ).returning(RECORDS.c.id)
    ).scalar_one()  # fmt: skip
    files = [
        {"record_id": record_id, "proof": sent.get("proof") or "materials", "filename": sent.get("filename") or sent.get("name") or "",
         "file_sha256": sent["sha256"], "uploaded_by": one.actor.person_id, "uploaded_at": work.now}
        for sent in payload.get("files") or ()
        if sent.get("sha256")
    ]  # fmt: skip
    if files:
        work.session.execute(insert(FILES), files)
    return record_id


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _put_credit(work: Work, record_id: int, duty_id: int, values: dict[str, Any]) -> None:
    """A record that was refused before and is handed in again keeps its row."""
    there = (CREDITS.c.record_id == record_id) & (CREDITS.c.duty_id == duty_id)
    if work.session.execute(update(CREDITS).where(there).values(**values)).rowcount == 0:  # type: ignore[attr-defined]
        work.session.execute(insert(CREDITS).values(record_id=record_id, duty_id=duty_id, **values))


def _settle(work: Work, one: Happening, standing: str) -> list[int]:
    """Settle what is claimed for a duty; returns the records."""
    claimed = (CREDITS.c.duty_id == one.run.subject_id) & (CREDITS.c.standing == "claimed")
    ids = list(work.session.execute(select(CREDITS.c.record_id).where(claimed).order_by(CREDITS.c.id)).scalars())
    settled = {"standing": standing, "by_person_id": one.actor.person_id, "reason": one.move.reason, "at": work.now}
    work.session.execute(update(CREDITS).where(claimed).values(**settled))
    return ids


def _count(work: Work, one: Happening, n: int, record_ids: Sequence[int]) -> None:
    counted = update(DUTIES).where(DUTIES.c.id == one.run.subject_id).values(counted=DUTIES.c.counted + n)
    work.session.execute(counted)
    open_for_records(work, one.run.version_id, one.run.subject_id, record_ids, one.transition_id)
