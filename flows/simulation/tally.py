"""Tally (统计): counts what a shard left behind in its database, and names the roles behind desks."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from flows.engine.calendar import last_day, local_day
from flows.engine.days import calendar_of
from flows.lifecycle import STAGES
from flows.programme import Programme, origins_within
from flows.rehearsal.bureau import Bureau
from flows.simulation.crowd import Crowd
from flows.simulation.report import HOST, MEMBER, OFFICER, Report
from flows.simulation.settled import unsettled
from models import (
    Assessment,
    Body,
    Consequence,
    Cycle,
    Duty,
    Entitlement,
    Incident,
    Message,
    Result,
    Seat,
    StageRun,
    Studio,
    Transition,
)
from models.columns import table_of
from models.session import reading

RUNS, TRANSITIONS, DUTIES, STUDIOS = table_of(StageRun), table_of(Transition), table_of(Duty), table_of(Studio)
CYCLES, SEATS, ASSESSMENTS, RESULTS = table_of(Cycle), table_of(Seat), table_of(Assessment), table_of(Result)
CONSEQUENCES, MESSAGES, INCIDENTS = table_of(Consequence), table_of(Message), table_of(Incident)
ENTITLEMENTS, BODIES = table_of(Entitlement), table_of(Body)
VACATION = "寒暑假"


def tally(bureau: Bureau, crowd: Crowd, programme: Programme, first: date, broken: list[str], *, over: bool) -> Report:
    """Everything a report says of one shard; `over`: the first cycle is, so that every studio should have come to something."""
    with bureau.at_work() as work:
        waiting, anew = unsettled(work)
    with reading(bureau.engine) as session:
        report = Report(
            programme.code, programme.title, first.isoformat(), bureau.today.isoformat(), _count(session, STUDIOS),
            (bureau.today - first).days, refused=crowd.refused, stuck=crowd.stuck, says=crowd.says,
            broken=broken, unsettled=len(waiting) if over else 0, running=0 if over else len(waiting), anew=len(anew), transitions=_count(session, TRANSITIONS), incidents=_count(session, INCIDENTS),
        )  # fmt: skip
        _standings(session, report)
        roles = _roles(session, bureau)
        for (week, desk), n in crowd.acted.items():
            report.work[week, roles.get(desk, MEMBER)] += n
        _duties(session, report)
        _results(session, report)
        _mails(session, report, roles)
        _money(session, report)
        _collisions(session, report)
        _reached(session, report, programme)
    return report


def _count(session: Session, table: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def _standings(session: Session, report: Report) -> None:
    renewed = {row.studio_id for row in session.execute(select(CYCLES.c.studio_id).where(CYCLES.c.number > 1))}
    report.renewed = len(renewed)
    for row in session.execute(select(STUDIOS.c.standing)):
        report.standings[row.standing] += 1


def _roles(session: Session, bureau: Bureau) -> Mapping[str, str]:
    """What stands behind each desk, in words: the host, a member, or a body by its title."""
    names = {f"body:{row.id}": row.name for row in session.execute(select(BODIES.c.id, BODIES.c.name))}
    titles = {f"body:{bureau.bodies['bureau']}": bureau.programme.deciding_body().title}
    for key, body in bureau.programme.bodies.items():
        if key in bureau.bodies:
            titles[f"body:{bureau.bodies[key]}"] = body.title
    people = {f"person:{row.host_id}": HOST for row in session.execute(select(STUDIOS.c.host_id))}
    return names | titles | people


def _duties(session: Session, report: Report) -> None:
    found = session.execute(
        select(DUTIES.c.key, DUTIES.c.begins_on, RUNS.c.outcome, RUNS.c.state, func.count().label("n"))
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .group_by(DUTIES.c.key, DUTIES.c.begins_on, RUNS.c.outcome, RUNS.c.state)
    )
    for row in found:
        month = row.begins_on.isoformat()[:7] if row.begins_on else ""
        report.opened[month] += row.n
        report.duties[row.key, row.outcome or row.state] += row.n
    late = select(TRANSITIONS.c.at).where(TRANSITIONS.c.event == "pass_due", TRANSITIONS.c.to_state == "overdue")
    report.overdue = Counter(local_day(row.at).isoformat()[:7] for row in session.execute(late))


def _results(session: Session, report: Report) -> None:
    graded = session.execute(
        select(ASSESSMENTS.c.key, RESULTS.c.grade, func.count().label("n"))
        .join(RESULTS, RESULTS.c.assessment_id == ASSESSMENTS.c.id)
        .where(ASSESSMENTS.c.released_at.is_not(None))
        .group_by(ASSESSMENTS.c.key, RESULTS.c.grade)
    )
    report.grades = Counter({(row.key, row.grade): row.n for row in graded})
    followed = select(CONSEQUENCES.c.kind, func.count().label("n")).group_by(CONSEQUENCES.c.kind)
    report.consequences = Counter({row.kind: row.n for row in session.execute(followed)})


def _mails(session: Session, report: Report, roles: Mapping[str, str]) -> None:
    hosts = {desk for desk, role in roles.items() if role == HOST}
    report.people[HOST] = len(hosts)
    report.people[MEMBER] = _count(
        session, select(SEATS.c.person_id).where(SEATS.c.role != "host").distinct().subquery()
    )
    seated = {row.person_id for row in session.execute(select(SEATS.c.person_id).distinct())}
    officers = 0
    for row in session.execute(select(MESSAGES.c.person_id, func.count().label("n")).group_by(MESSAGES.c.person_id)):
        desk = f"person:{row.person_id}"
        role = HOST if desk in hosts else MEMBER if row.person_id in seated else OFFICER
        officers += role == OFFICER
        report.mails[role] += row.n
    report.people[OFFICER] = officers


def _money(session: Session, report: Report) -> None:
    due = ENTITLEMENTS.c.amount_fen * ENTITLEMENTS.c.share / 100
    found = session.execute(
        select(ENTITLEMENTS.c.begins_on, RUNS.c.state, func.sum(due).label("fen"))
        .join(RUNS, (RUNS.c.subject_kind == "entitlement") & (RUNS.c.subject_id == ENTITLEMENTS.c.id))
        .group_by(ENTITLEMENTS.c.begins_on, RUNS.c.state)
    )
    for row in found:
        report.money[str(row.begins_on.year), row.state] += int(row.fen or 0)


def _collisions(session: Session, report: Report) -> None:
    """Due days that fall on a free day, or in July, August and the weeks around the new year's feast."""
    calendar = calendar_of(session)
    found = session.execute(
        select(RUNS.c.stage, RUNS.c.due_at, func.count().label("n"))
        .where(RUNS.c.due_at.is_not(None))
        .group_by(RUNS.c.stage, RUNS.c.due_at)
    )
    for row in found:
        day = last_day(row.due_at)
        if day is None:
            continue
        known = calendar.on(day)
        if not calendar.is_working(day):
            report.collisions[row.stage, known.name or "周末"] += row.n
        if (day.month, day.day) >= (7, 11) and day.month < 9:
            report.collisions[row.stage, VACATION] += row.n


def _reached(session: Session, report: Report, programme: Programme) -> None:
    states = session.execute(
        select(RUNS.c.stage, TRANSITIONS.c.to_state, func.count().label("n"))
        .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        .group_by(RUNS.c.stage, TRANSITIONS.c.to_state)
    )
    report.reached = Counter({(row.stage, row.to_state): row.n for row in states})
    stages = {stage for stage, _ in report.reached}
    report.unreached = [
        f"{name}.{state}" for name in STAGES if name in stages for state in STAGES[name].states if (name, str(state)) not in report.reached
    ]  # fmt: skip
    _clauses(session, report, programme)


def _clauses(session: Session, report: Report, programme: Programme) -> None:
    """Clauses of which some rule acted: those of every entry that had a run, and of every consequence."""
    entries = session.execute(
        select(RUNS.c.path, RUNS.c.step, func.count().label("n")).group_by(RUNS.c.path, RUNS.c.step)
    )
    for row in entries:
        section = row.path if row.path in {"obligations", "assessments", "funds"} else f"paths.{row.path}.steps"
        for origin in origins_within(programme, f"{section}.{row.step.removesuffix('/opinion')}").values():
            _use(report, origin.as_row(), row.n)
    for row in session.execute(select(CONSEQUENCES.c.origin)):
        _use(report, row.origin, 1)
    for place in ("cycle", "people", "attendance", "ledger", "records", "documents"):
        for origin in origins_within(programme, place).values():
            _use(report, origin.as_row(), 1)
    report.unused = [one for one in programme.clauses.rules if one not in report.used]


def _use(report: Report, origin: Mapping[str, Any], n: int) -> None:
    if origin.get("kind") == "clause":
        for clause in str(origin.get("text", "")).split("、"):
            report.used[clause] += n
