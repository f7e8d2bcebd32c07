"""Facts of applications before experts, of what experts are asked, and of entries of a posted list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models import Assessment, ListingEntry, Opinion, StageRun, Studio, Transition
from models.columns import table_of
from models.facts import AnswerFact, ExpertFacts, Facts, NoticeFacts, OpinionFacts
from models.queries.facts.ground import cases_of, ground, local_date
from models.queries.quotas import quota_facts
from models.queries.rankings import outstanding
from models.statements import among, rows

RUNS, OPINIONS, ENTRIES = table_of(StageRun), table_of(Opinion), table_of(ListingEntry)
ASSESSMENTS, STUDIOS, TRANSITIONS = table_of(Assessment), table_of(Studio), table_of(Transition)

ANSWERS = (
    select(RUNS.c.parent_id, RUNS.c.id, OPINIONS.c.party, OPINIONS.c.mark, RUNS.c.outcome, OPINIONS.c.further)
    .join(OPINIONS, OPINIONS.c.id == RUNS.c.subject_id)
    .where(among(RUNS.c.parent_id, "parents"), RUNS.c.subject_kind == "opinion")
    .order_by(OPINIONS.c.id)
)
DRAWN = select(ENTRIES.c.run_id, ENTRIES.c.payload).where(among(ENTRIES.c.run_id, "runs")).order_by(ENTRIES.c.id)
ASKED = select(OPINIONS.c.id, OPINIONS.c.kind, OPINIONS.c.draft, OPINIONS.c.further).where(
    among(OPINIONS.c.id, "opinions")
)
ABOUT = (
    select(OPINIONS.c.id, STUDIOS.c.name, ASSESSMENTS.c.title)
    .join(RUNS, (RUNS.c.id == OPINIONS.c.run_id) & (RUNS.c.subject_kind == "assessment"))
    .join(ASSESSMENTS, ASSESSMENTS.c.id == RUNS.c.subject_id)
    .join(STUDIOS, STUDIOS.c.id == ASSESSMENTS.c.studio_id)
    .where(among(OPINIONS.c.id, "opinions"))
)
NOTICE_DAYS = (
    select(TRANSITIONS.c.run_id, TRANSITIONS.c.event, TRANSITIONS.c.at)
    .where(among(TRANSITIONS.c.run_id, "runs"), TRANSITIONS.c.event.in_(("post", "object", "dismiss")))
    .order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)
)


def expert_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of applications before experts."""
    del now
    found = cases_of(session, runs)
    ids = [run.id for run in runs]
    answers: dict[int, list[AnswerFact]] = defaultdict(list)
    for row in rows(session, ANSWERS, parents=ids):
        answers[row.parent_id].append(AnswerFact(row.id, row.party, row.mark, row.outcome, row.further))
    drawn = {row.run_id: row.payload["reserves"] for row in rows(session, DRAWN, runs=ids) if "reserves" in row.payload}
    quotas = quota_facts(session, [(run.id, run.step, found[run.application_id]) for run in runs])
    places = {(run.round_id, run.step) for run in runs if run.round_id is not None}
    left = {place: outstanding(session, *place) for place in places}
    return {
        run.id: ExpertFacts(
            **ground(run, found[run.application_id], casts[run.version_id]), answers=tuple(answers.get(run.id, ())),
            reserves=_unasked(drawn.get(run.id, ()), answers.get(run.id, ())), quotas=quotas.get(run.id, ()),
            outstanding=left.get((run.round_id, run.step), 0),
        )
        for run in runs
    }  # fmt: skip


def _unasked(reserves: Sequence[int], answers: Sequence[AnswerFact]) -> tuple[int, ...]:
    asked = {answer.party for answer in answers}
    return tuple(expert for expert in reserves if f"person:{expert}" not in asked)


def opinion_facts(
    session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime
) -> Mapping[int, Facts]:
    """Facts of answers asked of one party."""
    del now
    found = cases_of(session, runs)
    asked = {row.id: row for row in rows(session, ASKED, opinions={run.subject_id for run in runs})}
    heard = {one for one, row in asked.items() if row.kind == "hearing"}
    about = {row.id: f"{row.name} {row.title}" for row in (rows(session, ABOUT, opinions=heard) if heard else ())}
    return {
        run.id: OpinionFacts(
            **_stood(run, found.get(run.application_id), casts, about.get(run.subject_id)), opinion_kind=asked[run.subject_id].kind,
            asks=_notice(asked[run.subject_id]), draft=asked[run.subject_id].draft,
        )
        for run in runs
    }  # fmt: skip


def _stood(run: Any, case: Any, casts: Mapping[int, Any], about: str | None) -> dict[str, Any]:
    stood = ground(run, case, casts[run.version_id])
    return stood | {"title": about} if about else stood


def _notice(asked: Any) -> str:
    """By which notice somebody is asked."""
    own = {"signature": "signature_asked", "vote": "vote_asked", "hearing": "opinion_asked"}.get(asked.kind)
    return own or ("score_further" if asked.further else "score_asked")


def notice_facts(session: Session, runs: Sequence[Any], casts: Mapping[int, Any], now: datetime) -> Mapping[int, Facts]:
    """Facts of entries of a posted list: the day of posting, and that of the first objection not yet ruled on."""
    del now
    found = cases_of(session, runs)
    days: dict[int, dict[str, date]] = defaultdict(dict)
    for row in rows(session, NOTICE_DAYS, runs=[run.id for run in runs]):
        if row.event == "dismiss":
            days[row.run_id].pop("object", None)
        else:
            days[row.run_id].setdefault(row.event, local_date(row.at))
    return {
        run.id: NoticeFacts(
            **ground(run, found[run.application_id], casts[run.version_id]), posted_on=days[run.id].get("post"),
            objected_on=days[run.id].get("object"),
        )
        for run in runs
    }  # fmt: skip
