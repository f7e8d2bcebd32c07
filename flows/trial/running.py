"""Running a trial (演练一遍): the draft on a copy of the bureau, from today's launch to the conclusion; nothing real is touched."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from flows.engine.calendar import local_day
from flows.engine.days import calendar_of
from flows.engine.work import Work
from flows.office.changes import rules_of
from flows.office.promised import promised
from flows.office.timeline import Dates, Timeline, forecast
from flows.regulations import Regulations
from flows.rehearsal.bureau import RUNS
from flows.trial.applicants import applicants
from flows.trial.bureau import TrialBureau
from flows.trial.expecting import Expected, expected
from flows.trial.findings import findings
from flows.trial.ground import copied
from flows.trial.paces import ORDINARY, Paces
from flows.trial.report import Money, Report
from flows.trial.tally import loads, steps_taken, told
from flows.trial.walking import Walk
from models import Application, Round
from models.columns import table_of
from models.session import reading

ROUNDS, APPLICATIONS = table_of(Round), table_of(Application)
AFTERWARDS = timedelta(days=90)
NAMED = ("hung", "registered", "seated", "renewed")
Progress = Callable[[int, int], None]


def try_out(
    engine: Engine, round_id: int, now: datetime, paces: Paces = ORDINARY, progress: Progress | None = None
) -> Report:
    """Play a drafted round through on a copy of what it rests on; the database itself is only read.

    `progress` hears how many of the planned days have passed. Raises NoResultFound for no such round, and Refused when it
    cannot be launched at all or a change of the draft is not one its programme can take.
    """
    with reading(engine) as session:
        work = Work(session, Regulations(), now, calendar_of(session))
        row = session.execute(select(ROUNDS).where(ROUNDS.c.id == round_id)).one()
        wanted = expected(work, row, paces)
        ground = copied(session, row)
    try:
        return _played(ground, row, wanted, now, paces, progress or (lambda _done, _whole: None))
    finally:
        ground.dispose()


def _played(ground: Engine, row: Any, wanted: Expected, now: datetime, paces: Paces, progress: Progress) -> Report:
    book = Regulations()
    with reading(ground) as session:
        work = Work(session, book, now, calendar_of(session))
        programme = book.programme(session, row.version_id)
        rules = rules_of(work, row.version_id, row.path, row.changes)[1]
        dates = Dates(row.opens_on, row.closes_on, {step: date.fromisoformat(on) for step, on in row.timetable.items()})
        planned = forecast(rules, dates, work.calendar, tuple(book.ladder(session, row.version_id)), local_day(now))
    bureau = TrialBureau(programme, row, ground, now)
    path = programme.path(row.path)
    who = applicants(bureau, path, row, wanted)
    walk = Walk(bureau, path, rules, paces, len(who) / wanted.total if wanted.total else 1.0)
    first = bureau.today
    whole = max((planned.last_day - first).days, 1)
    walk.to_the_end(who, planned.last_day + AFTERWARDS, lambda day: progress(min((day - first).days, whole), whole))
    report = _report(walk, planned, wanted, first, sum(one.known for one in who), len(who))
    return replace(report, findings=findings(walk, report))


def _report(walk: Walk, planned: Timeline, wanted: Expected, first: date, roster: int, tried: int) -> Report:
    steps = steps_taken(walk, planned)
    messages, people = told(walk)
    with reading(walk.bureau.engine) as session:
        outcomes = {
            row.outcome: row.n
            for row in session.execute(
                select(APPLICATIONS.c.outcome, func.count().label("n")).group_by(APPLICATIONS.c.outcome)
            )
        }
        named: int = session.execute(
            select(func.count(RUNS.c.application_id.distinct())).where(RUNS.c.outcome.in_(NAMED))
        ).scalar_one()
        calendar = calendar_of(session)
    last = max((one.to_on for one in steps), default=walk.bureau.today)
    fund = promised(walk.bureau.programme, walk.path, last, calendar)
    money = (
        [
            Money(one.title, one.times, one.fen, one.whole * named if one.whole is not None else None, one.origin)
            for one in fund.funds
        ]
        if fund
        else []
    )
    return Report(
        first, last, planned.last_day, wanted.total, tried, roster, wanted.basis, named,
        sum(n for outcome, n in outcomes.items() if outcome is not None) - named, outcomes.get(None, 0), messages,
        sum(walk.acts.values()), steps, loads(walk), people, tuple(money), (), tuple(walk.bureau.incidents()),
    )  # fmt: skip
