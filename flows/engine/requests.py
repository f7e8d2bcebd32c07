"""Requests: an act asked for once. The row comes first; a replay finds it and gets the stored answer."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from flows.engine.errors import Conflict
from models import Request
from models.columns import table_of
from models.statements import unless_there

REQUESTS = table_of(Request)


def payload_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 of a payload in canonical JSON."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    session: Session,
    request_id: str,
    actor: str,
    act: str,
    payload: Mapping[str, Any],
    now: datetime,
    do: Callable[[], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Do an act once under a request id and return its answer; a replay returns the first answer and does nothing.

    Raises Conflict when the id was used for another act, actor or payload.
    """
    digest = payload_hash(payload)
    row = {"id": request_id, "actor": actor, "act": act, "payload_hash": digest, "answer": {}, "at": now}
    written = unless_there(session, REQUESTS, "id").values(row).returning(REQUESTS.c.id)
    if session.execute(written).first() is None:  # row counts of such an insert differ between drivers
        return _first_answer(session, request_id, actor, act, digest)
    answer: Mapping[str, Any] = json.loads(
        json.dumps(dict(do()), ensure_ascii=False, default=str)
    )  # as a replay reads it
    session.execute(update(REQUESTS).where(REQUESTS.c.id == request_id).values(answer=answer))
    return answer


def _first_answer(session: Session, request_id: str, actor: str, act: str, digest: str) -> Mapping[str, Any]:
    stored = session.execute(select(REQUESTS).where(REQUESTS.c.id == request_id)).one()
    if (stored.actor, stored.act, stored.payload_hash) != (actor, act, digest):
        raise Conflict("这个请求号已经用于另一件办理。请回到页面重新打开再办。")
    answer: Mapping[str, Any] = stored.answer
    return answer
