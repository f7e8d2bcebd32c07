"""Recusal (回避): who of the experts may judge, and who must stay away from which application."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

from sqlalchemy import or_, select

from flows.engine.calendar import local_day
from flows.engine.work import Work
from models import Appointment, Person, Post, Tie
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.cases import Case

APPOINTMENTS, PEOPLE, POSTS, TIES = (table_of(one) for one in (Appointment, Person, Post, Tie))
NEAR = frozenset({"department", "school", "township", "county"})


def experts_of(work: Work, body_id: int) -> list[int]:
    """Experts appointed by a body today, by id."""
    today = local_day(work.now)
    return list(work.session.execute(
        select(APPOINTMENTS.c.person_id)
        .where(APPOINTMENTS.c.body_id == body_id, APPOINTMENTS.c.role == "expert", APPOINTMENTS.c.from_on <= today)
        .where(or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= today))
        .order_by(APPOINTMENTS.c.person_id)
        .distinct()
    ).scalars())  # fmt: skip


def conflicts_of(
    work: Work, found: Sequence[Case], experts: Sequence[int], authority_id: int
) -> Mapping[int, frozenset[int]]:
    """Who must stay away from each application (回避): tied to the applicant, or to the school or a body above it.

    Tied to a body is who has declared it or decides for it; and, below the authority, who works there: by a post of the
    roster, or by the unit that the sheet of experts names.
    """
    above = lineages(work.session, {case.body_id for case in found})
    ties = work.session.execute(select(TIES).where(TIES.c.person_id.in_(experts))).all()
    deciding, working = _deciding(work, experts), _working(work, experts)
    conflicts: dict[int, frozenset[int]] = {}
    for case in found:
        bodies = {place.id for place in above[case.body_id] if place.level in NEAR}
        below = list(takewhile(lambda place: place.id != authority_id, above[case.body_id]))
        units: set[int | str] = {unit for place in below if place.id in bodies for unit in (place.id, place.name)}
        tied = {tie.person_id for tie in ties if tie.body_id in bodies or tie.other_person_id == case.person_id}
        inside = {person for person, body in deciding if body in bodies}
        inside |= {person for person, unit in working if unit in units}
        conflicts[case.id] = frozenset(tied | inside | ({case.person_id} & set(experts)))
    return conflicts


def _deciding(work: Work, experts: Sequence[int]) -> Sequence[tuple[int, int]]:
    rows = work.session.execute(
        select(APPOINTMENTS.c.person_id, APPOINTMENTS.c.body_id).where(
            APPOINTMENTS.c.person_id.in_(experts), APPOINTMENTS.c.role != "expert"
        )
    )
    return [(row.person_id, row.body_id) for row in rows]


def _working(work: Work, experts: Sequence[int]) -> Sequence[tuple[int, int | str]]:
    """Where these people work: the bodies of their present posts, and the unit of an expert from outside by its name."""
    present = or_(POSTS.c.to_on.is_(None), POSTS.c.to_on >= local_day(work.now))
    posts = select(POSTS.c.person_id, POSTS.c.body_id).where(POSTS.c.person_id.in_(experts), present)
    units = select(PEOPLE.c.id, PEOPLE.c.works_at).where(PEOPLE.c.id.in_(experts), PEOPLE.c.works_at != "")
    return [(one, unit) for statement in (posts, units) for one, unit in work.session.execute(statement)]
