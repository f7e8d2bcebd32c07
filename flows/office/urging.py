"""Urging (催办): remind whoever holds overdue work, each of a case at most once a day, whoever presses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.engine.calendar import local_day, start_of_day
from flows.engine.telling import Telling, tell
from flows.engine.work import Work, read_facts, run_state
from models.queries.bodies import Recipient, recipients
from models.queries.dashboard import reminded_since


@dataclass(frozen=True, slots=True)
class Urged:
    """One who would be reminded: of which runs, and of which they were reminded today already."""

    who: Recipient
    desk: str
    runs: tuple[Any, ...]
    left_out: tuple[Any, ...]


def who_is_urged(work: Work, rows: Sequence[Any]) -> list[Urged]:
    """Who gets what when these overdue runs are urged; those reminded of a run today are left out of it. Two to four queries."""
    if not rows:
        return []
    today = local_day(work.now)
    found = recipients(work.session, {row.desk for row in rows}, today)
    told = reminded_since(work.session, [row.id for row in rows], start_of_day(today))
    by_person: dict[tuple[str, int | None, int | None], tuple[Recipient, list[Any], list[Any]]] = {}
    for row in rows:
        for who in found.get(row.desk, ()):
            _who, fresh, left = by_person.setdefault((row.desk, who.person_id, who.body_id), (who, [], []))
            (left if row.id in told else fresh).append(row)
    return [Urged(who, key[0], tuple(fresh), tuple(left)) for key, (who, fresh, left) in by_person.items()]


def urge(work: Work, rows: Sequence[Any], by: str, reason: str = "") -> int:
    """Write the reminders; a key with the day in it makes a second press of anybody write nothing. Returns how many were written."""
    wanted = {row.id for one in who_is_urged(work, rows) for row in one.runs}
    states = [run_state(row) for row in rows if row.id in wanted]
    facts = read_facts(work, states)
    mark = _mark(local_day(work.now))
    return tell(work, [
        Telling(run.desk, "overdue", run, 0, work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id), facts[run.id],
                run.due_at, mark, reason, by)
        for run in states
    ])  # fmt: skip


def _mark(today: date) -> str:
    return f"urged-{today.isoformat()}"
