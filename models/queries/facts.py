"""Facts of runs, stage by stage: each reader takes one run or a thousand with the same number of queries."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models import (
    Application,
    Attachment,
    CriterionCheck,
    Duty,
    ListingEntry,
    Opinion,
    Person,
    Round,
    Seat,
    StageRun,
    Studio,
    Transition,
)  # fmt: skip
from models.facts import (
    AnswerFact,
    ApplicationFacts,
    DutyFacts,
    ExpertFacts,
    Facts,
    NoticeFacts,
    OpinionFacts,
    PersonFacts,
    PlaqueFacts,
    RoundFacts,
    SeatFacts,
    TierFacts,
)  # fmt: skip
from models.queries.cases import Case, cases
from models.queries.people import person_facts
from models.queries.quotas import quota_facts
from models.queries.rankings import outstanding

RUNS, TRANSITIONS, OPINIONS = StageRun.__table__, Transition.__table__, Opinion.__table__  # type: ignore[attr-defined]
ATTACHMENTS, CHECKS, ENTRIES = Attachment.__table__, CriterionCheck.__table__, ListingEntry.__table__  # type: ignore[attr-defined]
DUTIES, SEATS, STUDIOS, ROUNDS = Duty.__table__, Seat.__table__, Studio.__table__, Round.__table__  # type: ignore[attr-defined]
APPLICATIONS, PEOPLE = Application.__table__, Person.__table__  # type: ignore[attr-defined]
CHINA_OFFSET = timedelta(hours=8)


Reader = Callable[[Session, Sequence[Any], Mapping[int, Any], datetime], Mapping[int, Facts]]


def _common(run: Any, case: Case | None, cast: Any) -> dict[str, Any]:
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
        "body_id": case.body_id, "body_name": case.body_name, "kind": case.kind, "parts": parts,
        "fixed_on": date.fromisoformat(fixed_on) if fixed_on else None, "closes_on": case.closes_on, "listed": case.listed,
    }  # fmt: skip


def _cases(session: Session, runs: Sequence[Any]) -> Mapping[int, Case]:
    return cases(session, [run.application_id for run in runs])


def _case(found: Mapping[int, Case], run: Any) -> Case | None:
    return found.get(run.application_id) if run.application_id is not None else None


def _attached(session: Session, application_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    rows = session.execute(
        select(ATTACHMENTS.c.application_id, ATTACHMENTS.c.slot)
        .where(ATTACHMENTS.c.application_id.in_(application_ids), ATTACHMENTS.c.removed_at.is_(None))
    )  # fmt: skip
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        found[row.application_id].add(row.slot)
    return {key: frozenset(value) for key, value in found.items()}


def _blocking(
    session: Session, found: Mapping[int, Case], steps: Mapping[int, set[str]]
) -> Mapping[int, tuple[str, ...]]:
    """Titles of open duties of each case's studio that block its step or path."""
    studios = {case.studio_id: case.id for case in found.values() if case.studio_id is not None}
    if not studios:
        return {}
    rows = session.execute(
        select(DUTIES.c.studio_id, DUTIES.c.title, DUTIES.c.blocks)
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id.in_(list(studios)), RUNS.c.ended_at.is_(None))
        .order_by(DUTIES.c.id)
    )
    blocking: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        for case in found.values():
            if case.studio_id == row.studio_id and steps[case.id] & set(row.blocks):
                blocking[case.id].append(row.title)
    return {key: tuple(value) for key, value in blocking.items()}


def application_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of applications that are being written."""
    found = _cases(session, runs)
    people = person_facts(session, {case.person_id for case in found.values()}, (now + CHINA_OFFSET).date())
    attached = _attached(session, list(found))
    blocking = _blocking(
        session, found, {run.application_id: {run.path, run.step} for run in runs if run.application_id}
    )
    taken = set(session.execute(
        select(STUDIOS.c.host_id).where(
            STUDIOS.c.host_id.in_({case.person_id for case in found.values() if case.gives == "studio"}),
            STUDIOS.c.programme_id.in_({casts[run.version_id].programme_id for run in runs}),
            STUDIOS.c.standing.in_(("forming", "active", "suspended")),
        )
    ).scalars())  # fmt: skip
    waived = _waived(session, list(found))
    return {
        run.id: ApplicationFacts(
            **_common(run, case, casts[run.version_id]), person=people.get(case.person_id, PersonFacts()),
            attached=attached.get(case.id, frozenset()), waived=waived.get(case.id, {}),
            authority_body_id=casts[run.version_id].authority_id, blocking=blocking.get(case.id, ()),
            seat_taken=case.person_id in taken, opens_on=case.opens_on,
        )
        for run in runs
        for case in [found[run.application_id]]
    }  # fmt: skip


def _waived(session: Session, application_ids: Sequence[int]) -> Mapping[int, dict[str, str]]:
    rows = session.execute(
        select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.reason)
        .where(CHECKS.c.application_id.in_(application_ids), CHECKS.c.result == "waived")
    )  # fmt: skip
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[row.application_id][row.place] = row.reason
    return found


def tier_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of reviews at a tier."""
    del now
    found = _cases(session, runs)
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in runs])
    attached = _attached(session, list(found))
    blocking = _blocking(session, found, {run.application_id: {run.step} for run in runs})
    unjudged: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in session.execute(
        select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.title)
        .where(CHECKS.c.application_id.in_(list(found)), CHECKS.c.result == "judge", CHECKS.c.asks == "tier")
        .order_by(CHECKS.c.id)
    ):
        unjudged[row.application_id].append((row.place, row.title))
    ranks = _ranks(session, runs)
    return {
        run.id: TierFacts(
            **_common(run, found[run.application_id], casts[run.version_id]), quotas=quotas.get(run.id, ()),
            unjudged=tuple(unjudged.get(run.application_id, ())), attached=attached.get(run.application_id, frozenset()),
            ranks_taken=ranks.get((run.round_id, run.step, run.held_by), frozenset()), blocking=blocking.get(run.application_id, ()),
        )
        for run in runs
    }  # fmt: skip


def _ranks(session: Session, runs: Sequence[Any]) -> Mapping[tuple[int | None, str, str], frozenset[int]]:
    rows = session.execute(
        select(RUNS.c.round_id, RUNS.c.step, RUNS.c.held_by, TRANSITIONS.c.payload)
        .join(TRANSITIONS, (TRANSITIONS.c.run_id == RUNS.c.id) & (TRANSITIONS.c.version == RUNS.c.version))
        .where(RUNS.c.round_id.in_({run.round_id for run in runs if run.round_id}), RUNS.c.outcome == "endorsed")
        .where(RUNS.c.held_by.in_({run.held_by for run in runs}), TRANSITIONS.c.event == "endorse")
    )
    found: dict[tuple[int | None, str, str], set[int]] = defaultdict(set)
    for row in rows:
        if "rank" in row.payload:
            found[row.round_id, row.step, row.held_by].add(int(row.payload["rank"]))
    return {key: frozenset(value) for key, value in found.items()}


def expert_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of applications before experts."""
    del now
    found = _cases(session, runs)
    ids = [run.id for run in runs]
    answers: dict[int, list[AnswerFact]] = defaultdict(list)
    for row in session.execute(
        select(RUNS.c.parent_id, RUNS.c.id, OPINIONS.c.party, OPINIONS.c.mark, RUNS.c.outcome, OPINIONS.c.further)
        .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
        .where(RUNS.c.parent_id.in_(ids), RUNS.c.subject_kind == "opinion")
        .order_by(OPINIONS.c.id)
    ):
        answers[row.parent_id].append(AnswerFact(row.id, row.party, row.mark, row.outcome, row.further))
    reserves = _reserves(session, ids)
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in runs])
    out = {key: outstanding(session, *key) for key in {(run.round_id, run.step) for run in runs if run.round_id}}
    return {
        run.id: ExpertFacts(
            **_common(run, found[run.application_id], casts[run.version_id]), answers=tuple(answers.get(run.id, ())),
            reserves=_left(reserves.get(run.id, ()), answers.get(run.id, ())), quotas=quotas.get(run.id, ()),
            outstanding=out.get((run.round_id, run.step), 0),
        )
        for run in runs
    }  # fmt: skip


def _reserves(session: Session, run_ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    rows = session.execute(
        select(ENTRIES.c.run_id, ENTRIES.c.payload).where(ENTRIES.c.run_id.in_(run_ids)).order_by(ENTRIES.c.id)
    )
    return {row.run_id: tuple(row.payload["reserves"]) for row in rows if "reserves" in row.payload}


def _left(reserves: Sequence[int], answers: Sequence[AnswerFact]) -> tuple[int, ...]:
    asked = {answer.party for answer in answers}
    return tuple(expert for expert in reserves if f"person:{expert}" not in asked)


def opinion_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of answers asked of one party."""
    del now
    found = _cases(session, runs)
    opinions = {row.id: row for row in session.execute(
        select(OPINIONS.c.id, OPINIONS.c.kind, OPINIONS.c.draft).where(OPINIONS.c.id.in_({run.subject_id for run in runs}))
    )}  # fmt: skip
    return {
        run.id: OpinionFacts(
            **_common(run, _case(found, run), casts[run.version_id]), opinion_kind=opinions[run.subject_id].kind,
            draft=opinions[run.subject_id].draft,
        )
        for run in runs
    }  # fmt: skip


def notice_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of entries of a posted list."""
    del now
    found = _cases(session, runs)
    days: dict[int, dict[str, date]] = defaultdict(dict)
    for row in session.execute(
        select(TRANSITIONS.c.run_id, TRANSITIONS.c.event, TRANSITIONS.c.at)
        .where(
            TRANSITIONS.c.run_id.in_([run.id for run in runs]), TRANSITIONS.c.event.in_(("post", "object", "dismiss"))
        )
        .order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)
    ):
        day = (row.at + CHINA_OFFSET).date()
        if row.event == "dismiss":
            days[row.run_id].pop("object", None)
        else:
            days[row.run_id].setdefault(row.event, day)
    return {
        run.id: NoticeFacts(
            **_common(run, found[run.application_id], casts[run.version_id]), posted_on=days[run.id].get("post"),
            objected_on=days[run.id].get("object"),
        )
        for run in runs
    }  # fmt: skip


def plaque_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of chosen studios before they run."""
    del now
    found = _cases(session, runs)
    blocking = _blocking(session, found, {run.application_id: {run.step} for run in runs})
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in runs])
    return {
        run.id: PlaqueFacts(
            **_common(run, found[run.application_id], casts[run.version_id]), blocking=blocking.get(run.application_id, ()),
            quotas=quotas.get(run.id, ()),
        )
        for run in runs
    }  # fmt: skip


def seat_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of people about to be seated."""
    del now
    found = _cases(session, runs)
    rows = session.execute(
        select(SEATS.c.studio_id, SEATS.c.role, func.count().label("n"))
        .where(SEATS.c.studio_id.in_({case.studio_id for case in found.values()}), SEATS.c.to_on.is_(None))
        .group_by(SEATS.c.studio_id, SEATS.c.role)
    )
    seated = {(row.studio_id, row.role): row.n for row in rows}
    return {
        run.id: SeatFacts(
            **_common(run, case, casts[run.version_id]), seated=seated.get((case.studio_id, case.role), 0)
        )
        for run in runs
        for case in [found[run.application_id]]
    }


def duty_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of duties: who answers for them, who receives, and which signatures are out."""
    del now
    duties = {row.id: row for row in session.execute(
        select(DUTIES, STUDIOS.c.name.label("studio_name"))
        .join(STUDIOS, STUDIOS.c.id == DUTIES.c.studio_id)
        .where(DUTIES.c.id.in_({run.subject_id for run in runs}))
    )}  # fmt: skip
    unsigned = _unsigned(session, [run.id for run in runs])
    found: dict[int, Facts] = {}
    for run in runs:
        duty = duties[run.subject_id]
        common = _common(run, None, casts[run.version_id])
        common["parts"] |= {"responsible": duty.responsible, "receiver": duty.receiver or common["parts"]["office"]}
        common |= {"title": f"{duty.studio_name} {duty.title}", "person_name": "", "body_name": ""}
        found[run.id] = DutyFacts(**common, unsigned=unsigned.get(run.id, ()), due_on=duty.due_on)
    return found


def _unsigned(session: Session, run_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    rows = session.execute(
        select(RUNS.c.parent_id, OPINIONS.c.party)
        .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
        .where(RUNS.c.parent_id.in_(run_ids), RUNS.c.subject_kind == "opinion", OPINIONS.c.kind == "signature")
        .where(func.coalesce(RUNS.c.outcome, "") != "given")
        .order_by(OPINIONS.c.id)
    ).all()
    people = {int(row.party.removeprefix("person:")) for row in rows}
    names = {
        row.id: row.name for row in session.execute(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(people)))
    }
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.parent_id].append(names[int(row.party.removeprefix("person:"))])
    return {key: tuple(value) for key, value in found.items()}


def round_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of rounds."""
    del now
    ids = {run.subject_id for run in runs}
    rounds = {row.id: row for row in session.execute(select(ROUNDS).where(ROUNDS.c.id.in_(ids)))}
    undecided = {row.round_id: row.n for row in session.execute(
        select(APPLICATIONS.c.round_id, func.count().label("n"))
        .where(APPLICATIONS.c.round_id.in_(ids), APPLICATIONS.c.outcome.is_(None))
        .group_by(APPLICATIONS.c.round_id)
    )}  # fmt: skip
    return {
        run.id: RoundFacts(
            **(_common(run, None, casts[run.version_id]) | {"title": one.title, "round_title": one.title}),
            closes_on=one.closes_on, opens_on=one.opens_on, undecided=undecided.get(one.id, 0),
        )
        for run in runs
        for one in [rounds[run.subject_id]]
    }  # fmt: skip


READERS: Mapping[str, Reader] = {
    "activities": duty_facts,
    "application": application_facts,
    "expert_review": expert_facts,
    "membership": seat_facts,
    "opinion": opinion_facts,
    "plaque": plaque_facts,
    "public_notice": notice_facts,
    "round": round_facts,
    "tier_review": tier_facts,
}
