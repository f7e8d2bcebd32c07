"""Books (结账): what was due by a day and has not been done is unmet; at the latest when the cycle is over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select

from flows.engine.calendar import end_of_day, last_day
from flows.engine.date_words import full_date
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Cycle, Duty, StageRun, Studio
from models.columns import table_of
from models.statements import among, rows

CYCLES, DUTIES, RUNS, STUDIOS = table_of(Cycle), table_of(Duty), table_of(StageRun), table_of(Studio)
NAMED = (
    select(DUTIES.c.id, DUTIES.c.title, DUTIES.c.due_on, STUDIOS.c.name, STUDIOS.c.host_id)
    .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
    .where(among(DUTIES.c.id, "duties"))
)
# The deadline is the run's own, as it was extended; what is soft has none once its day has passed. What fell due while its
# studio pauses is given those days when it goes on; what was overdue before the pause is not.
DUE_BY = (
    select(RUNS.c.id, DUTIES.c.cycle_id, DUTIES.c.due_on, RUNS.c.due_at)
    .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
    .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
    .where(among(DUTIES.c.cycle_id, "cycles"), RUNS.c.ended_at.is_(None), RUNS.c.state.in_(("open", "overdue")))
    .where(
        or_(
            RUNS.c.due_at <= bindparam("until", type_=RUNS.c.due_at.type),
            RUNS.c.due_at.is_(None) & (DUTIES.c.due_on <= bindparam("latest", type_=DUTIES.c.due_on.type)),
        )
    )
    .where(or_(STUDIOS.c.standing != "suspended", RUNS.c.state == "overdue"))
    .order_by(RUNS.c.id)
)
# Cycles of whose agenda nothing more will open: no books of theirs will close any more.
OVER = select(CYCLES.c.id).where(
    among(CYCLES.c.id, "cycles"), CYCLES.c.books_closed_on.is_not(None), CYCLES.c.opens_next_on.is_(None)
)
OF_CYCLES = select(DUTIES.c.id, DUTIES.c.cycle_id).where(among(DUTIES.c.id, "duties"))


def close_books(work: Work, until: Mapping[int, date], cause_id: int | None = None) -> int:
    """Close the books of these cycles, each until its day: duties due by then and not done become unmet. Returns how many.

    What was handed in and waits for its receiver stays, and so does what is due later. The engine carries it out right
    after the act that asks for it; who asks outside an act calls `apply.carry_on`.
    """
    if not until:
        return 0
    latest = max(until.values())
    found = rows(work.session, DUE_BY, cycles=list(until), latest=latest, until=end_of_day(latest))
    due = [row for row in found if (last_day(row.due_at) or row.due_on) <= until[row.cycle_id]]
    for row in due:
        work.ask(Intent(row.id, "close", cause_id=cause_id))
    return len(due)


def close_late(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Close what has passed its deadline when no books are left to close it: it was extended beyond the last of its cycle."""
    cycle_of = {
        row.id: row.cycle_id for row in rows(work.session, OF_CYCLES, duties=[one.run.subject_id for one in happened])
    }
    over = {row.id for row in rows(work.session, OVER, cycles={one for one in cycle_of.values() if one is not None})}
    return [
        Intent(one.run.id, "close", cause_id=one.transition_id)
        for one in happened
        if cycle_of[one.run.subject_id] in over
    ]


def tell_unmet(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell each host once what was not done, by name with its clause; and the office of how many of each studio."""
    named = {row.id: row for row in rows(work.session, NAMED, duties=[one.run.subject_id for one in happened])}
    by_studio: dict[int, list[Happening]] = defaultdict(list)
    for one in happened:
        by_studio[one.run.studio_id or 0].append(one)
    tellings, summaries = [], defaultdict[str, list[list[Happening]]](list)
    for unmet in by_studio.values():
        studio = named[unmet[0].run.subject_id]
        facts = [_unmet(one, named[one.run.subject_id]) for one in unmet]
        tellings.append(_telling(unmet[0], f"person:{studio.host_id}", "books_closed", studio.name, facts))
        summaries[unmet[0].facts.parts["office"]].append(unmet)
    for desk, studios in summaries.items():
        facts = [[named[unmet[0].run.subject_id].name, f"{len(unmet)} 项未办"] for unmet in studios]
        tellings.append(_telling(studios[0][0], desk, "books_summary", "", facts))
    tell(work, tellings)
    return ()


def _unmet(one: Happening, duty: Any) -> list[str]:
    due_on = last_day(one.run.due_at) or duty.due_on
    by = f"{full_date(due_on)}到期" if due_on else "没有办结"
    clause = one.rule.origin.get("text", "")
    return [duty.title, f"{by}；依据{clause}" if clause else by]


def _telling(one: Happening, desk: str, notice: str, title: str, facts: list[list[str]]) -> Telling:
    page = f"/studios/{one.run.studio_id}" if title else "/studios"
    more = {"title": title, "facts": facts, "clause": "", "link": page}
    return Telling(desk, notice, one.run, one.version, one.rule, one.facts, None, mark=notice, more=more)
