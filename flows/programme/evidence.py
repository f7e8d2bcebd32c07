"""Evidence (凭据): whether what was handed in is what an obligation counts, and what is lacking, by name; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import ONE_DAY, Span, WorkCalendar
from flows.programme.comparing_words import VALUES_ZH
from flows.programme.sections import Counted
from flows.programme.vocabulary import LEVELS

CLASS_HOUR = 40  # minutes
# What only itself can prove: who was there, that somebody signed, where it can be seen.
NOTHING_ELSE_PROVES = frozenset({"attendance", "signatures", "link"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an obligation asks of each record: which records count, what each carries, which parts it has, how long it lasts."""

    counts: tuple[Counted, ...] = ()
    proof: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    lasting: Span | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in: a paper, or an activity that was held. `proofs`: what it carries, by the programme's words.

    `loose`: it has a text or files that nobody has named; they stand for any paper the programme asks for.
    """

    kind: str = ""
    level: str = ""
    key: bool = False
    listed: bool = False
    theme: str = ""
    held_on: date | None = None
    ends_on: date | None = None
    minutes: int | None = None
    proofs: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    loose: bool = False

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Handed":
        """From what an event carries."""
        files = payload.get("files") or []
        texts = {key for key, value in (payload.get("texts") or {}).items() if value}
        proofs = {str(one["proof"]) for one in files if one.get("proof")} | texts | set(payload.get("proofs") or ())
        loose = bool(payload.get("text")) or any(not one.get("proof") for one in files)
        held_on, ends_on = payload.get("held_on"), payload.get("ends_on")
        return cls(
            str(payload.get("kind") or ""), str(payload.get("level") or ""), bool(payload.get("key")), bool(payload.get("listed")),
            str(payload.get("theme") or ""), date.fromisoformat(held_on) if held_on else None,
            date.fromisoformat(ends_on) if ends_on else None, payload.get("minutes"),
            frozenset(proofs | ({"link"} if payload.get("link") else set())), frozenset(payload.get("parts") or ()), loose,
        )  # fmt: skip


def lacking(asked: Asked, handed: Handed, begins_on: date | None, calendar: WorkCalendar) -> tuple[str, ...]:
    """What keeps a record from counting, each lack in words; empty when it counts. `begins_on`: no record from before it counts."""
    return (
        *_wrong_kind(asked.counts, handed),
        *_missing_proof(asked, handed),
        *(part for part in asked.checklist if part not in handed.parts),
        *_too_short(asked.lasting, handed, calendar),
        *_too_early(begins_on, handed),
    )


def counts_of(counts: Sequence[Counted]) -> str:
    """Which records count, in words."""
    return "或".join(_record(one) for one in counts)


def _wrong_kind(counts: Sequence[Counted], handed: Handed) -> tuple[str, ...]:
    wanted = [one for one in counts if one.record != "roster"]
    if not wanted or any(_counts(one, handed) for one in wanted):
        return ()
    return (f"可以计入的{counts_of(wanted)}",)


def _counts(one: Counted, handed: Handed) -> bool:
    if handed.kind != one.record or (one.key and not handed.key) or (one.listed and not handed.listed):
        return False
    return one.level is None or (handed.level in LEVELS and LEVELS.index(handed.level) >= LEVELS.index(one.level))


def _record(one: Counted) -> str:
    level = f"{VALUES_ZH['level'][one.level]}以上" if one.level else ""
    marks = "".join((("重点" if one.key else ""), ("列入目录的" if one.listed else "")))
    return f"{level}{marks}{VALUES_ZH['record'].get(one.record, one.record)}"


def _missing_proof(asked: Asked, handed: Handed) -> tuple[str, ...]:
    given: Collection[str] = handed.proofs | ({"signatures"} if asked.signed else set())
    missing = [one for one in asked.proof if one not in given and not (handed.loose and one not in NOTHING_ELSE_PROVES)]
    if not asked.proof and not given and not handed.loose and not any(one.record == "roster" for one in asked.counts):
        return ("材料或网址",)
    return tuple(VALUES_ZH["proof"].get(one, one) for one in missing)


def _too_short(lasting: Span | None, handed: Handed, calendar: WorkCalendar) -> tuple[str, ...]:
    if lasting is None:
        return ()
    if lasting.unit == "class_hour":
        enough = (handed.minutes or 0) >= CLASS_HOUR * lasting.n
    elif handed.held_on is None:
        enough = False
    else:
        enough = _days(handed.held_on, handed.ends_on or handed.held_on, lasting, calendar) >= lasting.n
    return () if enough else (f"时间够 {lasting.chinese}",)


def _days(first: date, last: date, lasting: Span, calendar: WorkCalendar) -> int:
    """How many of the span's unit lie in these days, both counted."""
    days = (last - first).days + 1
    if lasting.unit == "working_day":
        return calendar.working_days_between(first - ONE_DAY, last)
    return days // {"day": 1, "week": 7, "month": 28, "year": 365, "school_year": 365}[lasting.unit]


def _too_early(begins_on: date | None, handed: Handed) -> tuple[str, ...]:
    if begins_on is None or handed.held_on is None or handed.held_on >= begins_on:
        return ()
    before = begins_on - timedelta(days=1)
    return (f"在这一期之内的日期（{before.month}月{before.day}日以前的不算）",)
