"""Folding (并入晨报): which messages wait for the digest, and which a person does not want by mail."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from notifications.catalogue import Notice, notices

Preferences = Mapping[tuple[int, str], tuple[bool, bool]]
AS_THEY_COME = (True, True)


def foldable_keys() -> frozenset[str]:
    """Notices that may wait for the digest at all."""
    return frozenset(notice.key for notice in notices().values() if notice.going != "alone")


def wants_digest(preferences: Preferences, person_id: int) -> bool:
    """Whether a person takes the morning digest; the default is yes."""
    return preferences.get((person_id, "digest"), AS_THEY_COME)[0]


def waits_for_digest(row: Any, notice: Notice, preferences: Preferences, today: date) -> bool:
    """Whether a message waits for the digest: the notice allows it, and its recipient has an address and wants it so."""
    if row.person_id is None or not row.address or notice.goes_alone(row.context, today):
        return False
    wanted, folded = preferences.get((row.person_id, notice.key), AS_THEY_COME)
    return folded and (wanted or notice.mandatory) and wants_digest(preferences, row.person_id)


def unwanted(row: Any, notice: Notice, preferences: Preferences) -> bool:
    """Whether the recipient turned this notice off; a mandatory one cannot be."""
    if row.person_id is None or notice.mandatory:
        return False
    return not preferences.get((row.person_id, notice.key), AS_THEY_COME)[0]
