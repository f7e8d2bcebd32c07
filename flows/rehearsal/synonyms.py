"""Synonyms (同义): other words for acts, refusals and contents, made into the words of the stages; the glossary's first of all."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from flows.programme.evidence import CLASS_HOUR
from flows.programme.vocabulary import RecordKind

# Glossary words, and words close by, for events of stages and acts of a scenario's own.
ACTS: Mapping[str, str] = {
    "allot": "pay", "hang_plaque": "hang", "award_plaque": "hang", "file": "accept", "lose": "note_loss", "rectify": "order_rectification",
    "recommend": "endorse", "recuse": "refuse", "sign": "give",
}  # fmt: skip
# The same, where it depends on what is acted on.
ACTS_ON: Mapping[tuple[str, str], str] = {
    ("duty", "send_back"): "return", ("duty", "refuse"): "return", ("duty", "decline"): "return", ("duty", "endorse"): "accept",
    ("membership", "waive"): "seat", ("assessment", "send_back"): "return", ("application", "decide"): "choose", ("rectification", "submit"): "report", ("entitlement", "accept"): "pay",
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "not_eligible": "criteria_unmet", "ineligible": "criteria_unmet", "incomplete": "not_counted", "no_such_grade": "unknown_grade",
    "use_not_permitted": "not_permitted_use", "window_closed": "outside_window", "quota_exceeded": "over_limit", "too_late_leave": "too_late",
    "not_allowed": "not_yours", "not_open": "too_early", "not_yet_open": "too_early", "not_yet_due": "too_early", "too_soon": "too_early",
    "deadline_passed": "too_late", "closed": "too_late", "notice_closed": "too_late", "not_announced": "unannounced", "no_document": "unannounced",
    "duplicate_theme": "not_distinct", "theme_repeated": "not_distinct", "missing_papers": "papers_missing", "missing_seal": "unsealed", "no_seal": "unsealed",
    "over_quota": "over_limit", "quota_full": "over_limit", "no_facts": "without_facts", "grade_too_low": "result_short",
    "missing_assistant": "sub_role_missing", "too_few_members": "too_few", "too_many_members": "too_many", "not_your_turn": "wrong_state",
}  # fmt: skip
NO = frozenset({"no", "false", "none", "否", "无"})
# What the name of a sealed paper says.
SEALED = "盖章"
RECORDS: frozenset[str] = frozenset(get_args(RecordKind))
# Other names of what an act takes, by act.
CONTENTS: Mapping[str, Mapping[str, str]] = {
    "submit": {"proof": "proofs", "checklist": "parts", "attendees": "present", "on_leave": "leave", "from": "held_on", "held": "held_on", "date": "held_on", "to": "ends_on", "until": "ends_on"},
    "appeal": {"reason": "facts", "text": "facts"},
    "object": {"reason": "facts"},
    "decide": {"answer": "choice"},
    "release": dict.fromkeys(("limit", "due", "due_on"), "limit_on"),
    "plan": {"on": "held_on", "name": "title"},
    "ask_leave": dict.fromkeys(("on", "date", "starts", "starts_at"), "held_on"),
}  # fmt: skip


def as_event(do: str, kinds: Iterable[str]) -> str:
    """An act as the stage of what it is done to calls it."""
    named = {ACTS_ON.get((kind, do), do) for kind in kinds}
    return named.pop() if len(named) == 1 else do


def as_contents(do: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What an act is given, by the names its event takes: `proof` is `proofs`, `record: paper` is `kind: paper`, `lasting` is `minutes`."""
    known = CONTENTS.get(do, {})
    found = {known.get(key, key) if known.get(key) not in said else key: value for key, value in said.items()}
    if do != "submit":
        return found
    if str(found.get("seal", "")).lower() in NO:
        found = {**{key: value for key, value in found.items() if key != "seal"}, "lacks": SEALED}
    if "record" in found and "kind" not in found:
        record = found.pop("record")
        found["kind" if record in RECORDS else "title"] = record
    if "lasting" in found and "minutes" not in found:
        found["minutes"] = minutes_of(str(found.pop("lasting")))
    return found


def minutes_of(said: str) -> int | str:
    """`20 minutes`, `1 class hour` or `2 hours` in minutes; what is no such span as it is."""
    number, _, unit = said.partition(" ")
    times = {"minute": 1, "class hour": CLASS_HOUR, "hour": 60}.get(unit.removesuffix("s"))
    return int(number) * times if number.isdigit() and times is not None else said
