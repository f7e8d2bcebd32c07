"""Tally (统计): what a walk through a round has come to: days reached, work by person and week, messages, what is left."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.office.timeline import Timeline
from flows.rehearsal.bureau import RUNS
from flows.trial.report import Load, StepTaken, Told
from flows.trial.walking import ANSWER, Walk
from models import Message, Transition
from models.columns import table_of
from models.session import reading

MESSAGES, TRANSITIONS = table_of(Message), table_of(Transition)
SHOWN = 40
# When the first case of a step came and the last went on; a reserve let go at the very end keeps nobody waiting.
MOVED = (
    select(TRANSITIONS.c.run_id, func.min(TRANSITIONS.c.at).label("first"), func.max(TRANSITIONS.c.at).label("last"))
    .where(TRANSITIONS.c.event != "release")
    .group_by(TRANSITIONS.c.run_id)
    .subquery()
)
CASES = (
    select(
        RUNS.c.step, func.count(RUNS.c.application_id.distinct()).label("cases"), func.min(MOVED.c.first).label("first"),
        func.max(MOVED.c.last).label("last"), func.sum(case((RUNS.c.ended_at.is_(None), 1), else_=0)).label("left"),
    )
    .join(MOVED, MOVED.c.run_id == RUNS.c.id)
    .where(RUNS.c.subject_kind == "application", RUNS.c.parent_id.is_(None))
    .group_by(RUNS.c.step)
)  # fmt: skip
SHEETS = (
    select(RUNS.c.step, func.count().label("n"), func.max(RUNS.c.ended_at).label("last"))
    .where(RUNS.c.stage == "opinion", RUNS.c.parent_id.is_not(None))
    .group_by(RUNS.c.step)
)


def steps_taken(walk: Walk, planned: Timeline) -> tuple[StepTaken, ...]:
    """Every step that somebody came to, in the order of the path."""
    stretches = {one.key: one for one in planned.stretches}
    late = Counter(step for step, _ in walk.overdue.values())
    with reading(walk.bureau.engine) as session:
        found = {row.step: row for row in session.execute(CASES)}
        sheets = {row.step.removesuffix(ANSWER): row for row in session.execute(SHEETS)}
    taken = []
    for rule in walk.rules:
        row, asked, plan = found.get(rule.name), sheets.get(rule.name), stretches.get(rule.name)
        if row is None:
            continue
        ended = max(filter(None, (row.last, asked.last if asked else None)), default=walk.bureau.now)
        taken.append(StepTaken(
            rule.name, rule.title, rule.stage.name, plan.starts_on if plan else None, plan.ends_on if plan else None,
            local_day(row.first), local_day(ended), row.cases, asked.n if asked else 0,
            late[rule.name], row.left,
        ))  # fmt: skip
    return tuple(taken)


def _whole(n: int, walk: Walk) -> int:
    return round(n / walk.share) if walk.share else n


def loads(walk: Walk) -> tuple[Load, ...]:
    """Who has most to do in one week, the busiest first; where a part was played, for all that is expected."""
    weeks: dict[tuple[int, str], Counter[date]] = defaultdict(Counter)
    for (person, kind, day), n in walk.acts.items():
        if kind != "other":
            weeks[person, kind][day - timedelta(days=day.weekday())] += n
    late = Counter(desk for _, desk in walk.overdue.values())
    found = []
    for (person, kind), by_week in weeks.items():
        week, n = max(by_week.items(), key=lambda one: (one[1], -one[0].toordinal()))
        desk = walk.part[person] if kind == "review" else f"person:{person}"
        found.append(Load(
            walk.bureau.name_of_person(person), "" if desk.startswith("person") else walk.bureau.names.get(desk, ""), kind,
            _whole(sum(by_week.values()), walk), week, _whole(n, walk), _whole(late[desk], walk),
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.in_week, -one.total, one.name)))


def told(walk: Walk) -> tuple[int, tuple[Told, ...]]:
    """How many messages there would be, and who gets most of them, those to made-up people left out."""
    with reading(walk.bureau.engine) as session:
        rows = session.execute(select(MESSAGES.c.person_id, MESSAGES.c.body_id, MESSAGES.c.created_at)).all()
    days: Mapping[str, Counter[date]] = defaultdict(Counter)
    for row in rows:
        days[f"person:{row.person_id}" if row.person_id else f"body:{row.body_id}"][local_day(row.created_at)] += 1
    found = []
    for key, by_day in days.items():
        on, n = max(by_day.items(), key=lambda one: (one[1], -one[0].toordinal()))
        name = walk.bureau.names.get(key, "")
        if name not in walk.bureau.profiles:
            found.append(Told(name, sum(by_day.values()), on, n))
    found.sort(key=lambda one: (-one.total, one.name))
    return _whole(len(rows), walk), tuple(found[:SHOWN])


def left_open(session: Session) -> Sequence[Any]:
    """What of the round is still under way, by step, state and desk."""
    return session.execute(
        select(
            RUNS.c.stage,
            RUNS.c.step,
            RUNS.c.state,
            RUNS.c.desk,
            func.count(RUNS.c.application_id.distinct()).label("n"),
        )
        .where(RUNS.c.ended_at.is_(None), RUNS.c.application_id.is_not(None), RUNS.c.parent_id.is_(None))
        .group_by(RUNS.c.stage, RUNS.c.step, RUNS.c.state, RUNS.c.desk)
        .order_by(func.min(RUNS.c.id))
    ).all()


def days_within(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
