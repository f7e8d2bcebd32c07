"""Quotas: which of them a case counts against, and how many places are taken."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, distinct, exists, func, or_, select
from sqlmodel import Session

from models import Application, Body, Quota, StageRun
from models.columns import table_of
from models.facts import QuotaFact
from models.locking import locks_rows
from models.queries.bodies import bodies_under, lineages
from models.queries.cases import Case
from models.statements import among, rows

QUOTAS, RUNS, APPLICATIONS, BODIES = table_of(Quota), table_of(StageRun), table_of(Application), table_of(Body)
COUNTED = ("endorsed", "selected", "registered")
SCOPES = {
    "round": "本批次",
    "direct_school": "直属学校",
    "school": "本校",
    "kind": "本类",
    "subject": "本学科",
    "township": "本镇",
}


OF_ROUNDS = (
    select(QUOTAS, BODIES.c.name.label("body_name"))
    .outerjoin(BODIES, BODIES.c.id == QUOTAS.c.body_id)
    .where(among(QUOTAS.c.round_id, "rounds"))
    .order_by(QUOTAS.c.id)
)
OF_ROUNDS_LOCKED = OF_ROUNDS.with_for_update(of=QUOTAS)
_GROUPS = (
    RUNS.c.round_id,
    RUNS.c.step,
    APPLICATIONS.c.county_id,
    APPLICATIONS.c.body_id,
    APPLICATIONS.c.direct,
    APPLICATIONS.c.kind,
    APPLICATIONS.c.subject,
)
# Where several act at once, a place is taken when all have endorsed; another branch that is open or said no takes none.
_BESIDE = RUNS.alias("beside")
_UNDECIDED = exists().where(
    _BESIDE.c.application_id == RUNS.c.application_id,
    _BESIDE.c.step == RUNS.c.step,
    _BESIDE.c.id != RUNS.c.id,
    _BESIDE.c.stage == "tier_review",
    or_(_BESIDE.c.outcome.is_(None), _BESIDE.c.outcome == "declined"),
)
TAKEN = (
    select(*_GROUPS, func.count(distinct(RUNS.c.application_id)).label("n"))
    .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
    .where(among(RUNS.c.round_id, "rounds"), RUNS.c.outcome.in_(COUNTED))
    .where(func.coalesce(APPLICATIONS.c.outcome, "").not_in(("withdrawn", "cancelled", "upheld")), ~_UNDECIDED)
    .group_by(*_GROUPS)
)


def quota_facts(session: Session, places: Sequence[tuple[int, str, Case]]) -> Mapping[int, tuple[QuotaFact, ...]]:
    """Quotas of each run, given as (run id, step, case); three queries for any number of runs."""
    rounds = {case.round_id for _, _, case in places if case.round_id is not None}
    if not rounds:
        return {}
    quotas = _quotas(session, rounds)
    if not quotas:
        return {}
    taken = _taken(session, rounds)
    return {
        run_id: tuple(
            QuotaFact(
                _share(quota, case),
                _words(quota),
                quota.at_most,
                _count(quota, case, taken[case.round_id, step]),
                quota.origin,
                quota.if_not == "warn",
            )
            for quota in quotas
            if quota.at_most is not None
            and quota.round_id == case.round_id
            and quota.step == step
            and _covers(quota, case)
        )
        for run_id, step, case in places
    }


def _quotas(session: Session, rounds: Collection[int]) -> Sequence[Row[Any]]:
    locks = locks_rows(session)
    return rows(session, OF_ROUNDS_LOCKED if locks else OF_ROUNDS, rounds=list(rounds))


def _taken(session: Session, rounds: Collection[int]) -> Mapping[tuple[int | None, str], Sequence[Row[Any]]]:
    found: dict[tuple[int | None, str], list[Row[Any]]] = defaultdict(list)
    for row in rows(session, TAKEN, rounds=list(rounds)):
        found[row.round_id, row.step].append(row)
    return found


def _covers(quota: Any, case: Any) -> bool:
    match quota.scope:
        case "county":
            return not case.direct and quota.body_id in {None, case.county_id}
        case "direct_school":
            return bool(case.direct) and quota.body_id in {None, case.body_id}
        case "school" | "township":
            return quota.body_id in {None, case.body_id}
        case "kind":
            return bool(quota.kind in {"", case.kind})
        case "subject":
            return bool(quota.kind in {"", case.subject})
        case _:
            return True


WHOSE = {
    "county": "county_id", "direct_school": "body_id", "school": "body_id", "township": "body_id", "kind": "kind", "subject": "subject",
}  # fmt: skip


def _share(quota: Any, case: Case) -> str:
    return f"{quota.id}/{getattr(case, WHOSE[quota.scope]) if quota.scope in WHOSE else ''}"


def _count(quota: Any, case: Case, rows: Sequence[Row[Any]]) -> int:
    key = WHOSE.get(quota.scope)
    return sum(
        row.n for row in rows if _covers(quota, row) and (key is None or getattr(row, key) == getattr(case, key))
    )


def shortfalls(session: Session, round_id: int, authority_id: int) -> tuple[tuple[str, str], ...]:
    """Whose places in a round are fewer than its least: the desk and the words. A quota per county is asked of each county."""
    aims = [quota for quota in rows(session, OF_ROUNDS, rounds=[round_id]) if quota.at_least is not None]
    taken = _taken(session, [round_id]) if aims else {}
    found: list[tuple[str, str]] = []
    for quota in aims:
        counted = taken.get((round_id, quota.step), ())
        for body_id, name in _aimed_at(session, quota, authority_id):
            n = sum(
                row.n
                for row in counted
                if _covers(quota, row) and body_id in {row.county_id, row.body_id, authority_id}
            )
            if n < quota.at_least:
                found.append((f"body:{body_id}", f"{name}：{n} 个，少于 {quota.at_least} 个"))
    return tuple(found)


def _aimed_at(session: Session, quota: Any, authority_id: int) -> Sequence[tuple[int, str]]:
    if quota.body_id is not None:
        return [(quota.body_id, quota.body_name)]
    if quota.scope != "county":
        return [(authority_id, _words(quota))]
    ids = bodies_under(session, authority_id, ("county",))
    return [(one.id, one.name) for body_id, (one, *_) in lineages(session, ids).items() if body_id in ids]


def _words(quota: Any) -> str:
    if quota.scope == "county":
        return quota.body_name or "本县（市、区）"
    return quota.body_name or SCOPES.get(quota.scope, "") + (f" {quota.kind}" if quota.kind else "")
