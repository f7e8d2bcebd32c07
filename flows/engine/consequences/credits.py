"""Effects of duties: what was handed in becomes a record credited to the duty, is accepted or refused, and brings about further duties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.owing import open_for_records
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Credit, Duty, Record, RecordFile, StageRun
from models.columns import table_of
from models.statements import among, insert_rows, rows, write

CREDITS, DUTIES, RECORDS, FILES, RUNS = (table_of(one) for one in (Credit, Duty, Record, RecordFile, StageRun))
CREDITED = select(CREDITS.c.id, CREDITS.c.record_id, CREDITS.c.duty_id).where(among(CREDITS.c.record_id, "records"))
COUNT = update(DUTIES).where(DUTIES.c.id == bindparam("b_id")).values(counted=DUTIES.c.counted + bindparam("b_n"))
CLAIMED = (
    select(CREDITS.c.id, CREDITS.c.duty_id, CREDITS.c.record_id)
    .where(among(CREDITS.c.duty_id, "duties"), CREDITS.c.standing == "claimed")
    .order_by(CREDITS.c.id)
)
SETTLE = (
    update(CREDITS)
    .where(CREDITS.c.id == bindparam("b_id"))
    .values(
        standing=bindparam("b_standing"),
        by_person_id=bindparam("b_by"),
        reason=bindparam("b_reason"),
        at=bindparam("b_at"),
    )
)
KEPT = ("text", "texts", "parts", "key", "listed", "content")


def credit_record(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep what was handed in and credit it to the duty: accepted at once where receiving means taking note, else claimed.

    A record that was handed in after the duty's last day is late, and says so for ever.
    """
    today = local_day(work.now)
    records = _records(work, happened)
    credited: list[dict[str, Any]] = []
    for one, record_id in zip(happened, records, strict=True):
        noted, due_on = _noted(one), one.facts.due_on
        credited.append({
            "record_id": record_id, "duty_id": one.run.subject_id, "amount": 1, "standing": "accepted" if noted else "claimed",
            "reason": "", "by_person_id": None, "at": work.now, "late": due_on is not None and today > due_on,
        })  # fmt: skip
    _put_credits(work, credited)
    _count(work, [(one, [record]) for one, record in zip(happened, records, strict=True) if _noted(one)])
    _warn_of_roster(work, happened)
    return ()


def _warn_of_roster(work: Work, happened: Sequence[Happening]) -> None:
    """A roster that is confirmed although it does not keep what only warns: the host and the office are told."""
    tellings: list[Telling] = []
    for one in happened:
        rules, parts = getattr(one.rule.policy, "roster", None), one.facts.parts
        hints = "；".join(rules.hinted(one.facts.seats)) if rules is not None else ""
        if hints:
            desks = dict.fromkeys(parts[part] for part in ("host", "office") if part in parts)
            tellings += [
                Telling(to, "roster_warned", one.run, one.version, one.rule, one.facts, None, reason=hints)
                for to in desks
            ]
    tell(work, tellings)


def _noted(one: Happening) -> bool:
    return getattr(one.rule.policy, "receipt", "noted") == "noted"


def tell_receiver(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell whoever receives what was handed in: that it waits for them, or, where a text only lets them take note, that it is there."""
    tellings = []
    for one in happened:
        waits = one.move.to == "submitted"
        desk = one.facts.parts.get("receiver", "") if waits or getattr(one.rule.policy, "reported", False) else ""
        notice = "filing_received" if waits else "filing_noted"
        tellings.append(Telling(desk, notice, one.run, one.version, one.rule, one.facts, None, actor=one.actor.name))
    tell(work, tellings)
    return ()


def accept_credits(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Accept everything that was handed in for the duty."""
    records = _settle(work, happened, "accepted")
    _count(work, [(one, records.get(one.run.subject_id, ())) for one in happened])
    return ()


def refuse_credits(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Refuse what was handed in for the duty, with the reason; it may be handed in again."""
    _settle(work, happened, "refused")
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
    """Tell whoever answers for a duty that it is overdue; what a text only encourages never is.

    This is the reminder of the day after (D-REMIND): the ladder's own of that day is not sent beside it.
    """
    tell(work, [
        Telling(one.facts.parts["responsible"], "overdue", one.run, one.version, one.rule, one.facts, one.run.due_at, "rung+1")
        for one in happened
        if one.move.to != one.run.state
    ])  # fmt: skip
    return ()


def _records(work: Work, happened: Sequence[Happening]) -> list[int]:
    """The record of each: the one it names, or a new one of what it carries; written as a set."""
    new = [one for one in happened if not one.intent.payload.get("record_id")]
    made = iter(insert_rows(work.session, RECORDS, [_new_record(work, one) for one in new]) if new else ())
    ids = [int(one.intent.payload.get("record_id") or next(made)) for one in happened]
    files = [row for one, record_id in zip(happened, ids, strict=True) for row in _files(work, one, record_id)]
    if files:
        work.session.execute(insert(FILES), files)
    return ids


def _new_record(work: Work, one: Happening) -> dict[str, Any]:
    payload, policy = one.intent.payload, one.rule.policy
    content: dict[str, Any] = {key: payload[key] for key in KEPT if payload.get(key)}
    if getattr(policy, "stands_for", ""):
        content["stands_for"] = policy.stands_for  # type: ignore[attr-defined]
    held_on, ends_on = payload.get("held_on"), payload.get("ends_on")
    return {
        "kind": payload.get("kind") or "filing", "title": payload.get("title") or one.facts.title, "studio_id": one.run.studio_id,
        "standing": "held", "held_on": _day(held_on) or local_day(work.now), "ends_on": _day(ends_on), "minutes": payload.get("minutes"),
        "place": payload.get("place") or "", "theme": payload.get("theme") or "", "agenda": [one.run.step],
        "level": payload.get("level") or "", "published": bool(payload.get("published")), "link": payload.get("link") or "",
        "content": content, "filed_by": one.actor.person_id, "filed_at": work.now,
    }  # fmt: skip


def _files(work: Work, one: Happening, record_id: int) -> list[dict[str, Any]]:
    """The files of a new record; one that exists has its own."""
    if one.intent.payload.get("record_id"):
        return []
    return [
        {"record_id": record_id, "proof": sent.get("proof") or "materials", "filename": sent.get("filename") or sent.get("name") or "",
         "file_sha256": sent["sha256"], "uploaded_by": one.actor.person_id, "uploaded_at": work.now}
        for sent in one.intent.payload.get("files") or ()
        if sent.get("sha256")
    ]  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _put_credits(work: Work, credited: Sequence[Mapping[str, Any]]) -> None:
    """Write these credits; a record that was refused before and is handed in again keeps its row."""
    known = {
        (row.record_id, row.duty_id): row.id
        for row in rows(work.session, CREDITED, records={one["record_id"] for one in credited})
    }
    again = [one for one in credited if (one["record_id"], one["duty_id"]) in known]
    for one in again:
        row = CREDITS.c.id == known[one["record_id"], one["duty_id"]]
        work.session.execute(update(CREDITS).where(row).values(**one))
    new = [one for one in credited if (one["record_id"], one["duty_id"]) not in known]
    if new:
        insert_rows(work.session, CREDITS, new)


def _settle(work: Work, happened: Sequence[Happening], standing: str) -> Mapping[int, Sequence[int]]:
    """Settle what is claimed for these duties; returns the records by duty."""
    causes = {one.run.subject_id: one for one in happened}
    claimed = rows(work.session, CLAIMED, duties=list(causes))
    settled = [
        {"b_id": row.id, "b_standing": standing, "b_by": one.actor.person_id, "b_reason": one.move.reason, "b_at": work.now}
        for row in claimed
        for one in [causes[row.duty_id]]
    ]  # fmt: skip
    if settled:
        write(work.session, SETTLE, settled)
    records: dict[int, list[int]] = defaultdict(list)
    for row in claimed:
        records[row.duty_id].append(row.record_id)
    return records


def _count(work: Work, counted: Sequence[tuple[Happening, Sequence[int]]]) -> None:
    """Count these records for their duties, and open what is owed for each of them."""
    added = [{"b_id": one.run.subject_id, "b_n": len(records)} for one, records in counted if records]
    if added:
        write(work.session, COUNT, added)
    places = {(one.run.version_id, one.run.step) for one, _ in counted}
    owing = {place for place in places if work.book.owed_for(work.session, *place)}
    for one, records in counted if owing else ():
        if records and (one.run.version_id, one.run.step) in owing:
            open_for_records(work, one.run.version_id, one.run.subject_id, records, one.transition_id)
