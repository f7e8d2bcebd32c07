"""The hash chain over a run's history, as it is written: a row that is stored today must be provable in ten years."""

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from flows.engine.work import chain
from models.columns import Document

SHANGHAI = timezone(timedelta(hours=8))
ROW: dict[str, Any] = {
    "version": 2,
    "event": "endorse",
    "from_state": "reviewing",
    "to_state": "endorsed",
    "actor_id": 41,
    "actor_kind": "person",
    "for_person_id": None,
    "at": datetime(2026, 9, 30, 17, 30, 0, 250, SHANGHAI),
    "payload": {"rank": 1, "judged": {"criteria.2": "passed"}},
    "reason": "材料齐全，“同意”推荐",
    "origin": {"kind": "clause", "text": "九(一)"},
}
# Not hashed: where the row stands, and what it hangs together with.
BESIDE = {"id": 900, "run_id": 7, "request_id": "r-1", "cause_id": 899, "listing_id": None}
BEFORE = "tier_review:application:12:apply:school_review:school"
TEXT = (
    "tier_review:application:12:apply:school_review:school\n"
    '{"actor_id":41,"actor_kind":"person","at":"2026-09-30T09:30:00.000250+00:00","event":"endorse","for_person_id":null,'
    '"from_state":"reviewing","origin":{"kind":"clause","text":"九(一)"},'
    '"payload":{"judged":{"criteria.2":"passed"},"rank":1},"reason":"材料齐全，“同意”推荐","to_state":"endorsed","version":2}'
)
HASH = "dde625b9a6553a7245c7fc66d7c8abe84a9b0a6f4856c1c6f31bd7e2cad9a3af"


def test_chain_hashes_this_text_and_no_other() -> None:
    assert hashlib.sha256(TEXT.encode()).hexdigest() == HASH
    assert chain(BEFORE, ROW) == HASH


def test_chain_is_the_same_for_a_row_read_back_from_the_database() -> None:
    read_back = {**BESIDE, **ROW, "payload": Document(ROW["payload"]), "origin": Document(ROW["origin"])}
    assert chain(BEFORE, read_back) == HASH


@pytest.mark.parametrize("key", sorted(ROW))
def test_chain_notices_a_change_of_anything_it_covers(key: str) -> None:
    other = {"version": 3, "at": ROW["at"] + timedelta(microseconds=1), "actor_id": 42, "for_person_id": 41}
    assert chain(BEFORE, {**ROW, key: other.get(key, "another")}) != HASH


def test_chain_notices_another_row_before() -> None:
    assert chain(HASH, ROW) != chain(BEFORE, ROW)
