"""Facts of applications that are written, and of the tiers that review them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models import CriterionCheck, StageRun, Studio, Transition
from models.columns import table_of
from models.facts import ApplicationFacts, Facts, PersonFacts, TierFacts, WishFact
from models.queries.cases import Case
from models.queries.facts.barring import barred_hosts
from models.queries.facts.ground import attached, blocking, cases_of, ground, local_date
from models.queries.facts.renewing import results_of_last_cycle
from models.queries.facts.seating import last_days, seats_held_by, taking_members, wish_facts
from models.queries.people import RUNNING, person_facts
from models.queries.quotas import quota_facts
from models.statements import among, rows

CHECKS, STUDIOS, RUNS, TRANSITIONS = (
    table_of(CriterionCheck),
    table_of(Studio),
    table_of(StageRun),
    table_of(Transition),
)

HOSTING = select(STUDIOS.c.host_id).where(
    among(STUDIOS.c.host_id, "people"),
    among(STUDIOS.c.programme_id, "programmes"),
    STUDIOS.c.standing.in_(("forming", "active", "suspended")),
)
KINDS = (
    select(STUDIOS.c.programme_id, STUDIOS.c.kind)
    .where(among(STUDIOS.c.programme_id, "programmes"), among(STUDIOS.c.kind, "kinds"), STUDIOS.c.standing.in_(RUNNING))
    .distinct()
)
WAIVED = select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.reason).where(
    among(CHECKS.c.application_id, "applications"), CHECKS.c.result == "waived"
)
TO_JUDGE = (
    select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.title)
    .where(among(CHECKS.c.application_id, "applications"), CHECKS.c.result == "judge", CHECKS.c.asks == "tier")
    .order_by(CHECKS.c.id)
)


def application_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of applications that are being written."""
    found = cases_of(session, runs)
    today = local_date(now)
    people = person_facts(session, {who for case in found.values() for who in (case.person_id, case.host_id)}, today)
    papers = attached(session, found)
    blocked = blocking(session, found, {run.application_id: {run.path, run.step} for run in runs})
    hosting = _hosting(session, [case.person_id for case in found.values() if case.gives == "studio"], casts)
    barred = barred_hosts(session, found.values(), casts, today)
    kinds = _kinds_running(session, found.values(), casts)
    waived: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows(session, WAIVED, applications=list(found)):
        waived[row.application_id][row.place] = row.reason
    results = results_of_last_cycle(session, {case.studio_id for case in found.values() if case.gives == "cycle"})
    seats = _seat_asked(session, runs, found, casts)
    return {
        run.id: ApplicationFacts(
            **ground(run, case, casts[run.version_id]), person=people.get(case.person_id, PersonFacts()),
            attached=papers.get(case.id, frozenset()), waived=waived.get(case.id, {}),
            authority_body_id=casts[run.version_id].authority_id, blocking=blocked.get(case.id, ()),
            asks="renewal_opened" if case.gives == "cycle" and case.made_by is None else "",
            seat_taken=case.person_id in hosting or case.id in seats.taken, results=results.get(case.studio_id or 0, {}), opens_on=case.opens_on, home_body_id=case.home_body_id, barred=barred.get(case.id, ""),
            host_school_id=host.school_id, host_subject=_subject(host, today),
            studio_id=case.studio_id, wishes=seats.wishes.get(case.id, ()), hosts=seats.hosts.get(case.id, 0),
            cycle=seats.cycles.get(case.studio_id or 0),
            kind_exists=not case.kind or (casts[run.version_id].programme_id, case.kind) in kinds,
        )
        for run in runs
        for case in [found[run.application_id]]
        for host in [people.get(case.host_id or 0, PersonFacts())]
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeatsAsked:
    """What applications for a seat need to know, by application; cycles by studio."""

    taken: frozenset[int] = frozenset()
    wishes: Mapping[int, tuple[WishFact, ...]] = field(default_factory=dict)
    hosts: Mapping[int, int] = field(default_factory=dict)
    cycles: Mapping[int, tuple[date, date]] = field(default_factory=dict)


def _seat_asked(
    session: Session, runs: Sequence[Any], found: Mapping[int, Case], casts: Mapping[int, Any]
) -> SeatsAsked:
    """Who has the seat already that they ask for, what they wish for, how many studios take members, and their cycles."""
    asking = {case_id: case for case_id, case in found.items() if case.gives == "seat"}
    if not asking:
        return SeatsAsked()
    programmes = {run.application_id: casts[run.version_id].programme_id for run in runs}
    studios = taking_members(session, {programmes[case_id] for case_id in asking})
    taking = {case_id: studios[programmes[case_id]] for case_id in asking}
    held = seats_held_by(session, {case.person_id for case in asking.values()})
    taken = {
        case.id
        for case in asking.values()
        for seat in held.get(case.person_id, ())
        if seat.studio_id == case.studio_id
        or (case.studio_id is None and seat.studio_id in {one.id for one in taking[case.id]})
    }
    places = {run.application_id: {run.path, run.step} for run in runs if run.application_id in asking}
    wishes = wish_facts(session, asking, taking, places)
    cycles = last_days(session, {case.studio_id for case in asking.values() if case.studio_id is not None})
    return SeatsAsked(frozenset(taken), wishes, {case_id: len(open_) for case_id, open_ in taking.items()}, cycles)


def _subject(person: PersonFacts, on: date) -> str:
    """What somebody teaches today; of several posts the one entered last."""
    taught = [post.subject for post in person.posts if post.subject and (post.to_on is None or post.to_on >= on)]
    return taught[-1] if taught else ""


def _hosting(session: Session, people: Sequence[int], casts: Mapping[int, Any]) -> frozenset[int]:
    if not people:
        return frozenset()
    programmes = {cast.programme_id for cast in casts.values()}
    return frozenset(row.host_id for row in rows(session, HOSTING, people=people, programmes=programmes))


def _kinds_running(session: Session, found: Iterable[Case], casts: Mapping[int, Any]) -> frozenset[tuple[int, str]]:
    """Of the kinds that new studios are asked for, those of which one runs, by programme."""
    kinds = {case.kind for case in found if case.gives == "studio" and case.kind}
    if not kinds:
        return frozenset()
    programmes = {cast.programme_id for cast in casts.values()}
    return frozenset((row.programme_id, row.kind) for row in rows(session, KINDS, programmes=programmes, kinds=kinds))


def tier_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of reviews at a tier."""
    del now
    found = cases_of(session, runs)
    standing = [run for run in runs if run.id > 0]  # nothing is asked of one that is only being opened
    before = {run.application_id for run in standing}
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in standing])
    papers = attached(session, before)
    blocked = blocking(session, found, {run.application_id: {run.step} for run in runs})
    unjudged: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows(session, TO_JUDGE, applications=before) if before else ():
        unjudged[row.application_id].append((row.place, row.title))
    return {
        run.id: TierFacts(
            **ground(run, found[run.application_id], casts[run.version_id]), quotas=quotas.get(run.id, ()),
            unjudged=tuple(unjudged.get(run.application_id, ())), attached=papers.get(run.application_id, frozenset()),
            blocking=blocked.get(run.application_id, ()),
        )
        for run in runs
    }  # fmt: skip
