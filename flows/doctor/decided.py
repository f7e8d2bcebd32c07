"""What was decided: quotas, lists, regulations in use, and messages."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from flows.engine.lists import FELL_OUT, digest_of
from flows.programme.loading import digest
from models import Application, Listing, ListingEntry, Message, ProgrammeVersion, Quota, StageRun, Transition
from models.columns import table_of
from models.queries.quotas import COUNTED, WHOSE

QUOTAS, RUNS, APPLICATIONS = table_of(Quota), table_of(StageRun), table_of(Application)
LISTINGS, ENTRIES, MESSAGES = table_of(Listing), table_of(ListingEntry), table_of(Message)
VERSIONS, TRANSITIONS = table_of(ProgrammeVersion), table_of(Transition)
SETTLED_WITHIN, SENT_WITHIN = timedelta(minutes=10), timedelta(hours=2)
GONE = ("withdrawn", "cancelled", "upheld")


def quotas(session: Session, _now: datetime) -> Iterator[str]:
    """No quota is exceeded at the step at which it counts."""
    for quota in session.execute(select(QUOTAS).where(QUOTAS.c.at_most.is_not(None)).order_by(QUOTAS.c.id)).all():
        for share, n in _taken(session, quota).items():
            if n > quota.at_most:
                yield f"批次 {quota.round_id} 的名额 {quota.id}（{quota.scope}{f' {share}' if share else ''}）：至多 {quota.at_most}，已有 {n}"


def _taken(session: Session, quota: Any) -> Counter[Any]:
    rows = session.execute(
        select(APPLICATIONS)
        .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
        .where(RUNS.c.round_id == quota.round_id, RUNS.c.step == quota.step, RUNS.c.outcome.in_(COUNTED))
        .where(func.coalesce(APPLICATIONS.c.outcome, "").not_in(GONE))
    ).all()
    key = WHOSE.get(quota.scope)
    mine = [row for row in rows if _counts(quota, row, key)]
    return Counter(getattr(row, key) if key else "" for row in mine)


def _counts(quota: Any, row: Any, key: str | None) -> bool:
    if quota.scope in {"county", "direct_school"} and bool(row.direct) != (quota.scope == "direct_school"):
        return False
    if key in {"kind", "subject"}:
        return quota.kind in {"", getattr(row, key)}
    return key is None or quota.body_id in {None, getattr(row, key)}


def entries(session: Session, now: datetime) -> Iterator[str]:
    """A made list is applied within minutes of its time; each entry is then settled, by a transition where it did not fall out."""
    late = session.execute(
        select(LISTINGS.c.id).where(
            func.coalesce(LISTINGS.c.held_until, LISTINGS.c.made_at) < now - SETTLED_WITHIN,
            LISTINGS.c.made_at.is_not(None),
            LISTINGS.c.applied_at.is_(None),
        )
    ).scalars()
    yield from (f"名单 {listing_id} 早已定下，还没有办完" for listing_id in late)
    moved = select(TRANSITIONS.c.id).where(
        TRANSITIONS.c.listing_id == ENTRIES.c.listing_id, TRANSITIONS.c.run_id == ENTRIES.c.run_id
    )
    unsettled = or_(ENTRIES.c.applied_at.is_(None), and_(ENTRIES.c.outcome != FELL_OUT, ~moved.exists()))
    rows = session.execute(
        select(ENTRIES.c.listing_id, ENTRIES.c.position)
        .join(LISTINGS, LISTINGS.c.id == ENTRIES.c.listing_id)
        .where(LISTINGS.c.applied_at.is_not(None), LISTINGS.c.withdrawn_at.is_(None), unsettled)
    )
    yield from (f"名单 {row.listing_id} 第 {row.position} 行没有结果，或结果没有办理记录" for row in rows)


def snapshots(session: Session, _now: datetime) -> Iterator[str]:
    """What a made list shows still has the fingerprint it was made with."""
    for listing in session.execute(
        select(LISTINGS.c.id, LISTINGS.c.sha256).where(LISTINGS.c.made_at.is_not(None))
    ).all():
        rows = session.execute(
            select(ENTRIES).where(ENTRIES.c.listing_id == listing.id).order_by(ENTRIES.c.position, ENTRIES.c.id)
        ).all()
        if digest_of(rows) != listing.sha256:
            yield f"名单 {listing.id} 的内容与定下时的指纹不一致"


def frozen(session: Session, _now: datetime) -> Iterator[str]:
    """The expanded text of a version has the hash it was stored with."""
    for row in session.execute(select(VERSIONS.c.id, VERSIONS.c.expanded, VERSIONS.c.sha256)).all():
        if digest(row.expanded) != row.sha256:
            yield f"办法版本 {row.id} 的内容与启用时的指纹不一致"


def messages(session: Session, now: datetime) -> Iterator[str]:
    """Nothing has been due for sending for hours."""
    rows = session.execute(
        select(MESSAGES.c.status, func.count().label("n"), func.min(MESSAGES.c.next_at).label("since"))
        .where(MESSAGES.c.status.in_(("queued", "sending")), MESSAGES.c.next_at < now - SENT_WITHIN)
        .group_by(MESSAGES.c.status)
    )
    words = {"queued": "排队", "sending": "发送中"}
    yield from (f"{row.n} 条通知自 {row.since:%Y-%m-%d %H:%M}（UTC）起停在“{words[row.status]}”" for row in rows)
