"""Facts of assessments, rectifications and decisions: who judges, who is judged, what stands in the way, who was heard."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models import (
    Assessment,
    Body,
    Cycle,
    Decision,
    Opinion,
    Person,
    Rectification,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of
from models.facts import AbsenceFact, Anchors, AssessmentFacts, DecisionFacts, Facts, GradedSeat, RectificationFacts
from models.queries.attendance import attendance_of
from models.queries.facts.ground import OPEN_DUTIES, by_studio, ground
from models.queries.facts.renewing import results_of
from models.statements import among, rows

ASSESSMENTS, DECISIONS = table_of(Assessment), table_of(Decision)
BODIES, CYCLES, OPINIONS, PEOPLE = (table_of(one) for one in (Body, Cycle, Opinion, Person))
RECTIFICATIONS, RUNS, SEATS, STUDIOS = (table_of(one) for one in (Rectification, StageRun, Seat, Studio))
BESIDE = ASSESSMENTS.alias("beside")

JUDGED = (
    select(
        ASSESSMENTS,
        STUDIOS.c.name.label("studio_name"),
        STUDIOS.c.host_id,
        CYCLES.c.begins_on.label("starts_on"),
        BESIDE.c.key.label("beside"),
        BESIDE.c.begins_on.label("beside_from"),
        BESIDE.c.ends_on.label("beside_to"),
    )
    .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
    .join(CYCLES, CYCLES.c.id == ASSESSMENTS.c.cycle_id)
    .outerjoin(BESIDE, BESIDE.c.id == ASSESSMENTS.c.in_step_with)
    .where(among(ASSESSMENTS.c.id, "assessments"))
)
SEATED = (
    select(
        SEATS.c.id, SEATS.c.studio_id, SEATS.c.person_id, SEATS.c.role, SEATS.c.from_on, SEATS.c.to_on, PEOPLE.c.name
    )
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
    .where(among(SEATS.c.studio_id, "studios"), SEATS.c.to_on.is_(None))
    .order_by(SEATS.c.id)
)
MENDING = (
    select(RECTIFICATIONS.c.studio_id, RECTIFICATIONS.c.blocks, ASSESSMENTS.c.title)
    .join(RUNS, (RUNS.c.subject_kind == "rectification") & (RUNS.c.subject_id == RECTIFICATIONS.c.id))
    .join(ASSESSMENTS, ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id)
    .where(among(RECTIFICATIONS.c.studio_id, "studios"), RUNS.c.ended_at.is_(None))
)
HEARD = (
    select(RUNS.c.parent_id, RUNS.c.due_at, OPINIONS.c.party)
    .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
    .where(among(RUNS.c.parent_id, "parents"), RUNS.c.subject_kind == "opinion", RUNS.c.ended_at.is_(None))
    .order_by(OPINIONS.c.place, OPINIONS.c.id)
)
PEOPLE_NAMED = select(PEOPLE.c.id, PEOPLE.c.name).where(among(PEOPLE.c.id, "people"))
BODIES_NAMED = select(BODIES.c.id, BODIES.c.name).where(among(BODIES.c.id, "bodies"))
MENDED = (
    select(RECTIFICATIONS, ASSESSMENTS.c.title, STUDIOS.c.name.label("studio_name"), STUDIOS.c.host_id)
    .join(ASSESSMENTS, ASSESSMENTS.c.id == RECTIFICATIONS.c.assessment_id)
    .join(STUDIOS, STUDIOS.c.id == RECTIFICATIONS.c.studio_id)
    .where(among(RECTIFICATIONS.c.id, "rectifications"))
)
ASKED = (
    select(DECISIONS, STUDIOS.c.name.label("studio_name"), STUDIOS.c.host_id)
    .outerjoin(STUDIOS, STUDIOS.c.id == DECISIONS.c.studio_id)
    .where(among(DECISIONS.c.id, "decisions"))
)


def assessment_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of assessments; a fixed number of queries."""
    judged = {row.id: row for row in rows(session, JUDGED, assessments={run.subject_id for run in runs})}
    studios = {row.studio_id for row in judged.values()}
    seats, blocking = _seats(session, studios), _blocking(session, judged.values())
    waiting = [run for run in runs if run.state == "open" and run.id > 0]
    unheard = _unheard(session, [run.id for run in waiting], now)
    results = results_of(session, {row.cycle_id for row in judged.values()}) if waiting else {}
    absences = _absences(session, [judged[run.subject_id] for run in runs if run.path == "attendance" and run.id > 0])
    found: dict[int, Facts] = {}
    for run in runs:
        one = judged[run.subject_id]
        found[run.id] = AssessmentFacts(
            **_stood(run, casts, one, one.assessor), title=f"{one.studio_name} {one.title}", opens_on=one.opens_on, due_on=one.due_on,
            seats=seats.get(one.studio_id, ()), blocking=blocking.get(one.id, ()), unheard=unheard.get(run.id, ()),
            results=results.get(one.cycle_id, {}), absences=absences.get(one.id, ()), beside=one.beside or "",
            days=Anchors(one.beside_from or one.begins_on, one.beside_to or one.ends_on, one.starts_on),
        )  # fmt: skip
    return found


def _stood(run: Any, casts: Mapping[int, Any], one: Any, assessor: str) -> dict[str, Any]:
    """Who plays which part; an officer who hosts the studio does not judge it, a host who assesses members does."""
    stood = ground(run, None, casts[run.version_id])
    host = f"person:{one.host_id}"
    stood["parts"] |= {"assessor": assessor, "confirmer": getattr(one, "confirmer", ""), "host": host}
    if assessor != host:
        stood["person_id"] = one.host_id
    return stood


def _seats(session: Session, studios: Collection[int]) -> Mapping[int, tuple[GradedSeat, ...]]:
    found: dict[int, list[GradedSeat]] = defaultdict(list)
    for row in rows(session, SEATED, studios=studios):
        found[row.studio_id].append(GradedSeat(row.id, row.person_id, row.name, row.role))
    return {key: tuple(value) for key, value in found.items()}


def _blocking(session: Session, judged: Collection[Any]) -> Mapping[int, tuple[str, ...]]:
    """Open duties (not those of a later period) and rectifications of the studio that name the assessment."""
    studios = {one.studio_id for one in judged}
    named: dict[int, list[str]] = defaultdict(list)
    owed = by_studio(rows(session, OPEN_DUTIES, studios=studios))
    mending = by_studio(rows(session, MENDING, studios=studios))
    for one in judged:
        for row in owed.get(one.studio_id, ()):
            begun = row.begins_on is None or row.begins_on <= one.ends_on
            if one.key in row.blocks and begun:
                named[one.id].append(row.title)
        for row in mending.get(one.studio_id, ()):
            if one.key in row.blocks:
                named[one.id].append(f"{row.title}的整改")
    return {key: tuple(value) for key, value in named.items()}


def _unheard(session: Session, run_ids: Sequence[int], now: datetime) -> Mapping[int, tuple[str, ...]]:
    """The parties who are asked, have not answered and still have time, by name."""
    if not run_ids:
        return {}
    waiting = [row for row in rows(session, HEARD, parents=run_ids) if row.due_at is None or row.due_at > now]
    names = _names(session, {row.party for row in waiting})
    found: dict[int, list[str]] = defaultdict(list)
    for row in waiting:
        found[row.parent_id].append(names.get(row.party, row.party))
    return {key: tuple(value) for key, value in found.items()}


def _names(session: Session, desks: Collection[str]) -> Mapping[str, str]:
    people = {int(desk.removeprefix("person:")) for desk in desks if desk.startswith("person:")}
    bodies = {int(desk.removeprefix("body:")) for desk in desks if desk.startswith("body:")}
    named = {f"person:{row.id}": row.name for row in (rows(session, PEOPLE_NAMED, people=people) if people else ())}
    return named | {
        f"body:{row.id}": row.name for row in (rows(session, BODIES_NAMED, bodies=bodies) if bodies else ())
    }


def _absences(session: Session, checks: Collection[Any]) -> Mapping[int, tuple[AbsenceFact, ...]]:
    """Who of those who are still there missed how much of what each check looks at; checks of one span are read together."""
    spans: dict[tuple[date, date], list[Any]] = defaultdict(list)
    for one in checks:
        spans[one.begins_on, one.ends_on].append(one)
    found: dict[int, tuple[AbsenceFact, ...]] = {}
    for (first, last), members in spans.items():
        kept: dict[int, list[AbsenceFact]] = defaultdict(list)
        for seat in attendance_of(session, {one.studio_id for one in members}, first, last).values():
            if seat.held and not seat.left:
                kept[seat.studio_id].append(AbsenceFact(seat.seat_id, seat.name, seat.role, seat.held, seat.missed))
        found |= {one.id: tuple(kept[one.studio_id]) for one in members}
    return found


def rectification_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of rectifications; one query."""
    del now
    mended = {row.id: row for row in rows(session, MENDED, rectifications={run.subject_id for run in runs})}
    return {
        run.id: RectificationFacts(
            **_stood(run, casts, one, one.assessor), title=f"{one.studio_name} {one.title}整改", limit_on=one.limit_on,
        )
        for run in runs
        for one in [mended[run.subject_id]]
    }  # fmt: skip


def decision_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of questions put to a body; two queries."""
    del now
    asked = {row.id: row for row in rows(session, ASKED, decisions={run.subject_id for run in runs})}
    seats = _seats(session, {row.studio_id for row in asked.values() if row.studio_id is not None})
    found: dict[int, Facts] = {}
    for run in runs:
        one = asked[run.subject_id]
        stood = ground(run, None, casts[run.version_id])
        stood["parts"] |= {"authority": one.desk or stood["parts"]["authority"]}
        if one.host_id is not None:
            stood["parts"]["host"] = f"person:{one.host_id}"
        found[run.id] = DecisionFacts(
            **stood, title=f"{one.studio_name or ''} {one.question}".strip(), due_on=one.due_on, origin=one.origin,
            choices=tuple(str(choice["title"]) for choice in one.choices), span=_span(one.span), names_seats=_names_seats(one),
            corrects=_choosing(one, "correct"),
            seats=tuple(seat.seat_id for seat in seats.get(one.studio_id or 0, ()) if seat.role != "host"),
        )  # fmt: skip
    return found


def _span(stored: Mapping[str, Any]) -> tuple[int, int] | None:
    return (int(stored["least"]), int(stored["most"])) if stored else None


def _names_seats(one: Any) -> frozenset[str]:
    """Choices that adjust members where the question is not about one of them."""
    return frozenset() if one.seat_id is not None else _choosing(one, "adjust_out")


def _choosing(one: Any, kind: str) -> frozenset[str]:
    """Choices after which something of this kind follows."""
    return frozenset(
        str(choice["title"]) for choice in one.choices if any(then["kind"] == kind for then in choice["then"])
    )
