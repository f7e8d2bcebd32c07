"""Expecting (预计申报): how many applications a round will have, county by county, and how many of them are played."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.office.rounds import county_of
from flows.trial.paces import MOST_APPLICATIONS, Paces
from models import Application, Quota, Round
from models.columns import table_of
from models.queries.bodies import bodies_under, lineages
from models.queries.rounds import round_before

APPLICATIONS, QUOTAS, ROUNDS = table_of(Application), table_of(Quota), table_of(Round)
WORKPLACES = ("department", "school", "township")
TO_A_PLACE = 2


@dataclass(frozen=True, slots=True)
class Expected:
    """Applications to be played by county (0: of no county), how many are expected in all, and on what that rests, in words."""

    by_county: Mapping[int, int]
    total: int
    basis: str

    @property
    def tried(self) -> int:
        """How many are played."""
        return sum(self.by_county.values())

    @property
    def share(self) -> float:
        """The part of all that is played; the people's strength is cut down likewise."""
        return self.tried / self.total if self.total else 1.0


def expected(work: Work, row: Any, paces: Paces) -> Expected:
    """What the round before had; else what its places ask for; else one for every school.

    Above `MOST_APPLICATIONS` fewer are played, every county in proportion.
    """
    cast = work.book.cast(work.session, row.version_id)
    places = _workplaces(work.session, row.authority_body_id)
    whole, basis = _weighed(work, row, cast.programme_id, places, paces)
    total = sum(list(whole.values()))
    share = min(1.0, MOST_APPLICATIONS / total) if total else 1.0
    return Expected({county: max(round(n * share), 1) for county, n in whole.items() if n}, total, basis)


def _workplaces(session: Session, authority: int) -> Counter[int]:
    """How many schools each county has; 0 counts those of no county."""
    bodies = bodies_under(session, authority, WORKPLACES)
    above = lineages(session, bodies)
    return Counter(county_of(above[body]) or 0 for body in bodies)


def _weighed(
    work: Work, row: Any, programme_id: int, schools: Counter[int], paces: Paces
) -> tuple[Mapping[int, int], str]:
    before = round_before(work.session, programme_id, row.path, row.id, row.opens_on)
    came = _came(work.session, before, local_day(work.now)) if before is not None else {}
    if came:
        return came, "上一批实际申报数"
    quotas = work.session.execute(select(QUOTAS).where(QUOTAS.c.round_id == row.id)).all()
    own = {one.body_id: one.at_most for one in quotas if one.scope == "county" and one.at_most is not None}
    if own and schools:
        each = own.get(None)
        places = {county: own.get(county, each) for county in schools}
        found = {county: -(-most * paces.over // 100) for county, most in places.items() if most}
        if found:
            return found, f"推荐名额的 {paces.over}%"
    most = next((one.at_most for one in quotas if one.scope == "round" and one.at_most is not None), None)
    if most is not None and schools.total():
        return _spread(most * TO_A_PLACE, schools), f"拟命名数的 {TO_A_PLACE} 倍"
    return schools, "每所学校一件"


def _came(session: Session, round_id: int, today: date) -> dict[int, int]:
    """Who applied in a round that is closed by now; of one that still takes applications nobody knows."""
    rows = session.execute(
        select(APPLICATIONS.c.county_id, func.count().label("n"))
        .join(ROUNDS, ROUNDS.c.id == APPLICATIONS.c.round_id)
        .where(
            APPLICATIONS.c.round_id == round_id, APPLICATIONS.c.submitted_at.is_not(None), ROUNDS.c.closes_on < today
        )
        .group_by(APPLICATIONS.c.county_id)
    )
    return {row.county_id or 0: row.n for row in rows}


def _spread(total: int, weights: Counter[int]) -> dict[int, int]:
    """A number shared out by weights; what is left goes to the first."""
    whole = sum(weights.values())
    shares = {key: total * weight // whole for key, weight in weights.items()}
    for key in sorted(shares)[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
