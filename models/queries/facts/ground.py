"""What every stage's facts stand on: whose case it is, who plays which part, what is attached, what blocks."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, select
from sqlmodel import Session

from models import Attachment, Duty, StageRun
from models.columns import table_of
from models.queries.cases import Case, cases
from models.statements import among, rows

ATTACHMENTS, DUTIES, RUNS = table_of(Attachment), table_of(Duty), table_of(StageRun)
CHINA_OFFSET = timedelta(hours=8)

ATTACHED = select(ATTACHMENTS.c.application_id, ATTACHMENTS.c.slot).where(
    among(ATTACHMENTS.c.application_id, "applications"), ATTACHMENTS.c.removed_at.is_(None)
)
# Sought among the live runs of a studio, which are few: its duties of years are many.
OPEN_DUTIES = (
    select(DUTIES.c.studio_id, DUTIES.c.title, DUTIES.c.blocks, DUTIES.c.begins_on, DUTIES.c.ends_on)
    .select_from(RUNS)
    .join(DUTIES, DUTIES.c.id == RUNS.c.subject_id)
    .where(among(RUNS.c.studio_id, "studios"), RUNS.c.subject_kind == "duty", RUNS.c.ended_at.is_(None))
    .where(cast(DUTIES.c.blocks, String) != "[]")
    .order_by(DUTIES.c.id)
)


def local_date(moment: datetime) -> date:
    """The day it is in China at a moment."""
    return (moment + CHINA_OFFSET).date()


def ground(run: Any, case: Case | None, cast: Any) -> dict[str, Any]:
    """The facts that every stage has, for one run."""
    parts = {
        "reviewer": run.held_by,
        "expert": run.held_by,
        "authority": f"body:{cast.authority_id}",
        "office": f"body:{cast.office_id}",
    }
    if case is None:
        return {"parts": parts}
    fixed_on = case.timetable.get(run.step)
    parts |= {"applicant": f"person:{case.made_by or case.person_id}", "person": f"person:{case.person_id}"}
    if case.host_id is not None:
        parts["host"] = f"person:{case.host_id}"
    return {
        "title": case.studio_name or case.person_name, "number": case.number or "", "round_title": case.round_title,
        "prefix": case.prefix, "year": case.year, "person_id": case.person_id, "person_name": case.person_name,
        "body_id": case.body_id, "body_name": case.body_name, "kind": case.kind, "role": case.role, "parts": parts,
        "fixed_on": date.fromisoformat(fixed_on) if fixed_on else None, "closes_on": case.closes_on, "listed": case.listed,
    }  # fmt: skip


def cases_of(session: Session, runs: Sequence[Any]) -> Mapping[int, Case]:
    """The cases behind these runs, by application."""
    return cases(session, [run.application_id for run in runs])


def attached(session: Session, applications: Collection[int]) -> Mapping[int, frozenset[str]]:
    """The papers that each application has."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows(session, ATTACHED, applications=list(applications)) if applications else ():
        found[row.application_id].add(row.slot)
    return {key: frozenset(value) for key, value in found.items()}


def by_studio(found: Sequence[Any]) -> Mapping[int, list[Any]]:
    """Rows that name a studio, by studio."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        grouped[row.studio_id].append(row)
    return grouped


def blocking(
    session: Session, found: Mapping[int, Case], places: Mapping[int, set[str]]
) -> Mapping[int, tuple[str, ...]]:
    """Titles of open duties of each case's studio that block one of its places (a step or a path)."""
    studios: dict[int, list[int]] = defaultdict(list)
    for case in found.values():
        if case.studio_id is not None:
            studios[case.studio_id].append(case.id)
    if not studios:
        return {}
    named: dict[int, list[str]] = defaultdict(list)
    for row in rows(session, OPEN_DUTIES, studios=list(studios)):
        for application_id in studios[row.studio_id]:
            if places[application_id] & set(row.blocks):
                named[application_id].append(row.title)
    return {key: tuple(value) for key, value in named.items()}
