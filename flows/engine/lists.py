"""Lists (名单): one decision over many runs, drafted, shown, made at once, then applied in chunks, each entry once."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows.engine.apply import apply_many, preview
from flows.engine.days import calendar_of
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.rulebook import Rulebook
from flows.engine.work import Intent, Result, Work
from models import Incident, Listing, ListingEntry
from models.columns import table_of
from models.locking import locks_rows
from models.session import transaction

LISTINGS, ENTRIES, INCIDENTS = table_of(Listing), table_of(ListingEntry), table_of(Incident)
CHUNK = 200
FELL_OUT = "fell_out"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

SETTLE = (
    update(ENTRIES)
    .where(ENTRIES.c.id == bindparam("b_id"), ENTRIES.c.applied_at.is_(None))
    .values(outcome=bindparam("b_outcome"), reason=bindparam("b_reason"), applied_at=bindparam("b_at"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One run on a list, as drafted: the version it was seen in, its place, what it gets, and what the list shows of it."""

    run_id: int
    expected_version: int
    position: int
    payload: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    score: float | None = None
    reason: str = ""


def draft_list(
    work: Work, actor: Actor, act: str, step: str, body_id: int, entries: Sequence[Entry], *, round_id: int | None = None,
    seed: str | None = None, payload: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Write a list down without deciding it; returns its id."""
    listing_id: int = work.session.execute(
        insert(LISTINGS)
        .values(
            round_id=round_id, step=step, act=act, body_id=body_id, drafted_by=actor.person_id, drafted_at=work.now, seed=seed,
            payload=dict(payload or {}),
        )
        .returning(LISTINGS.c.id)
    ).scalar_one()  # fmt: skip
    if entries:
        work.session.connection().execute(insert(ENTRIES), [
            {
                "listing_id": listing_id, "run_id": one.run_id, "expected_version": one.expected_version, "position": one.position,
                "payload": dict(one.payload), "shown": dict(one.shown), "score": one.score, "reason": one.reason,
            }
            for one in entries
        ])  # fmt: skip
    return listing_id


def preview_list(work: Work, actor: Actor, listing_id: int) -> list[Result]:
    """What making the list would do to each entry, refusals with their reasons; writes nothing."""
    listing = _listing(work.session, listing_id)
    return preview(work, _intents(listing, _entries(work.session, listing_id, None)), actor)


def make_list(
    work: Work, actor: Actor, listing_id: int, number: str | None = None, *, hold: timedelta | None = None
) -> str:
    """Make the list: this is the decision. It is fixed by its SHA-256 and can be found by its code; entries follow in chunks.

    With `hold` nothing of it is applied until that time has passed, and until then it can be withdrawn. Raises Refused when it was made before, is empty, or does not belong to the actor's body.
    """
    # Held, so that nobody changes an entry between its digest and the decision.
    listing = _listing(work.session, listing_id, lock=True)
    if listing.made_at is not None:
        raise Refused("made_before", "这份名单已经定了，不能再定一次。")
    if f"body:{listing.body_id}" not in actor.keys:
        raise Refused("not_yours", "这份名单不由您的单位决定。")
    entries = _entries(work.session, listing_id, None)
    if not entries:
        raise Refused("empty_list", "名单里没有人。")
    digest = digest_of(entries)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    changed = work.session.execute(
        update(LISTINGS)
        .where(LISTINGS.c.id == listing_id, LISTINGS.c.made_at.is_(None))
        .values(
            made_by=actor.person_id, made_for=actor.for_person_id, made_at=work.now, number=number, sha256=digest, code=code,
            request_id=work.request_id, held_until=work.now + hold if hold else None,
        )
    )  # fmt: skip
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        raise Refused("made_before", "这份名单已经定了，不能再定一次。")
    return code


def withdraw_list(work: Work, actor: Actor, listing_id: int) -> None:
    """Take back a held list of which nothing has been applied: as if it had not been made, but for its row.

    Raises NotFound for whoever did not make it; Refused when it is no longer, or never was, held.
    """
    listing = _listing(work.session, listing_id, lock=True)
    if listing.made_at is None or listing.made_by != actor.person_id:
        raise NotFound
    if listing.withdrawn_at is not None:
        return
    held = listing.held_until is not None and work.now < listing.held_until
    if not held or listing.applied_at is not None or progress(work.session, listing_id)[0]:
        raise Refused("begun_already", "撤回的时间已过，系统已经逐件办理。没有撤回；要改的，请到那一件里单独处理。")
    taken = {"withdrawn_at": work.now, "applied_at": work.now}  # what is withdrawn is no work that is due
    work.session.execute(update(LISTINGS).where(LISTINGS.c.id == listing_id).values(**taken))


def digest_of(entries: Sequence[Any]) -> str:
    """SHA-256 of what the list shows, in its order: anybody can compute it again from the posted list."""
    shown = [{"position": one.position, "shown": one.shown} for one in entries]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def apply_list(engine: Engine, book: Rulebook, listing_id: int, now: datetime, *, chunk: int = CHUNK) -> int:
    """Apply a made list to its end, chunk by chunk, each in a transaction of its own; returns how many entries were settled.

    Everything counts from the moment the list was made. An entry whose run moved on falls out and says why.
    """
    settled = 0
    while True:
        try:
            n = _apply_chunk(engine, book, listing_id, now, chunk)
        except OperationalError:
            raise  # the database failed, not an entry: the list stays due work
        except Exception:
            if chunk == 1:
                raise
            return settled + apply_list(
                engine, book, listing_id, now, chunk=1
            )  # the bad entry falls out, the others go on
        if n == 0:
            return settled
        settled += n


def unapplied_lists(session: Session) -> Sequence[int]:
    """Made lists that are not wholly applied, held ones too: due work like any other."""
    rows = session.execute(
        select(LISTINGS.c.id)
        .where(LISTINGS.c.made_at.is_not(None), LISTINGS.c.applied_at.is_(None))
        .order_by(LISTINGS.c.made_at)
    )
    return [row.id for row in rows]


def progress(session: Session, listing_id: int) -> tuple[int, int]:
    """(settled, all) entries of a list."""
    row = session.execute(
        select(func.count(ENTRIES.c.applied_at), func.count()).where(ENTRIES.c.listing_id == listing_id)
    ).one()
    return int(row[0]), int(row[1])


def _apply_chunk(engine: Engine, book: Rulebook, listing_id: int, now: datetime, chunk: int) -> int:
    with transaction(engine) as session:
        listing = _listing(session, listing_id, lock=True)
        if listing.applied_at is not None or listing.made_at is None:
            return 0
        if listing.held_until is not None and now < listing.held_until:
            return 0
        entries = _entries(session, listing_id, chunk)
        if entries:
            act = _act if chunk > 1 else _act_alone
            session.connection().execute(SETTLE, act(session, book, listing, entries, now))
        if len(entries) < chunk:
            session.execute(update(LISTINGS).where(LISTINGS.c.id == listing_id).values(applied_at=now))
        return len(entries)


def _act(session: Session, book: Rulebook, listing: Any, entries: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    work = Work(session, book, listing.made_at, calendar_of(session), f"list:{listing.id}")
    maker = Actor("person", listing.made_by, listing.made_for, frozenset({f"body:{listing.body_id}"}))
    results = apply_many(work, _intents(listing, entries), maker)
    return [_settled(entry, result, now) for entry, result in zip(entries, results, strict=True)]


def _act_alone(
    session: Session, book: Rulebook, listing: Any, entries: Sequence[Any], now: datetime
) -> list[dict[str, Any]]:
    """One entry; if it fails it falls out and a person sees an incident, all while the list is held."""
    try:
        with session.begin_nested():
            return _act(session, book, listing, entries, now)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it was, a person sees it
        what = f"{type(error).__name__}: {error}"[:2000]
        incident = {"kind": "list", "run_id": entries[0].run_id, "what": what, "raised_at": now, "resolution": ""}
        session.execute(insert(INCIDENTS).values(**incident))
        says = "系统出了问题，已记录，请稍后单独办理。"
        return [{"b_id": entries[0].id, "b_outcome": FELL_OUT, "b_reason": says, "b_at": now}]


def _settled(entry: Any, result: Result, now: datetime) -> dict[str, Any]:
    outcome = result.outcome
    if isinstance(outcome, Refusal):
        return {"b_id": entry.id, "b_outcome": FELL_OUT, "b_reason": outcome.says, "b_at": now}
    return {"b_id": entry.id, "b_outcome": outcome.move.to, "b_reason": entry.reason, "b_at": now}


def _intents(listing: Any, entries: Sequence[Any]) -> list[Intent]:
    return [
        Intent(one.run_id, listing.act, {**listing.payload, **one.payload}, one.expected_version, listing_id=listing.id)
        for one in entries
    ]


def _listing(session: Session, listing_id: int, *, lock: bool = False) -> Any:
    statement = select(LISTINGS).where(LISTINGS.c.id == listing_id)
    if lock and locks_rows(session):
        statement = statement.with_for_update()
    found = session.execute(statement).first()
    if found is None:
        raise NotFound
    return found


def _entries(session: Session, listing_id: int, limit: int | None) -> Sequence[Any]:
    statement = select(ENTRIES).where(ENTRIES.c.listing_id == listing_id).order_by(ENTRIES.c.position, ENTRIES.c.id)
    if limit is not None:
        statement = statement.where(ENTRIES.c.applied_at.is_(None)).limit(limit)
    return session.execute(statement).all()
