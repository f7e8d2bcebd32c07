"""Every grade of every assessment of every programme: released, it has exactly the consequences that the text writes, each once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Intent, Work
from flows.programme import Programme, library
from flows.programme.sections import Assessment as Rule
from flows.regulations.assessing import graded_roles
from flows.rehearsal.bodies import tree
from models import Assessment, Consequence, Cycle, Result, Seat
from models.columns import table_of
from models.session import connect
from tests.life import Life
from tests.world import loaded

ASSESSMENTS, CONSEQUENCES, CYCLES, RESULTS = (table_of(one) for one in (Assessment, Consequence, Cycle, Result))
SEATS = table_of(Seat)
PLAQUE = date(2025, 9, 15)


def lived(tmp_path: Path, code: str) -> Life:
    """A studio with somebody in every counted role, and one by whom all desks may be acted at."""
    programme = loaded(code)
    members = {f"{role.name}1": role.name for role in programme.member_roles()}
    body = next(one.name for one in reversed(tree(programme)) if one.level in {"school", "department"})
    return Life(connect(f"sqlite:///{tmp_path / 'world.db'}"), code, PLAQUE, members, body)


def released(life: Life, work: Work, one: Rule, grade: str) -> Mapping[str, int]:
    """Release one grade for everybody it is about; the seats by role."""
    cycle = work.session.execute(select(CYCLES)).one()
    for key, least in one.needs.items():
        _out(work, cycle, key, str(least))
    assessment = _opened(work, cycle, one.name)
    run_id = open_runs(
        work, [Opening(cycle.version_id, "assessments", one.name, "assessment", assessment, studio_id=life.studio_id)]
    )[0]
    seats = {row.role: row.id for row in work.session.execute(select(SEATS))}
    roles = graded_roles(life.programme, one.of)
    payload: dict[str, Any] = {"results": {str(seats[role]): grade for role in roles}} if roles else {"grade": grade}
    anybody = Actor(
        "person",
        life.ids["expert0"],
        keys=frozenset({"body:1", *(f"body:{n}" for n in range(1, 20)), f"person:{life.ids['H']}"}),
    )
    first = apply(work, Intent(run_id, "propose", payload), anybody)
    if first.move.to == "proposed":
        apply(work, Intent(run_id, "confirm"), anybody)
    if first.move.to == "proposed" or not roles:
        apply(work, Intent(run_id, "release"), anybody)
    return seats


def _opened(work: Work, cycle: Any, key: str) -> int:
    row = Assessment(
        studio_id=cycle.studio_id, cycle_id=cycle.id, key=key, period="tried", title=key, begins_on=PLAQUE, ends_on=PLAQUE,
        opens_on=PLAQUE, assessor="body:1", confirmer="body:1",
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row.id or 0


def _out(work: Work, cycle: Any, key: str, grade: str) -> None:
    made = _opened(work, cycle, key)
    work.session.add(Result(assessment_id=made, grade=grade, proposed=grade))
    work.session.flush()
    work.session.execute(update(ASSESSMENTS).where(ASSESSMENTS.c.id == made).values(released_at=work.now))


def written(programme: Programme, one: Rule, grade: str, seats: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What the text writes for a grade, spelled out for each one it is for."""
    roles = graded_roles(programme, one.of)
    for each in one.follows(grade):
        if roles:
            yield from ((each.kind, f"seat:{seats[role]}") for role in roles if each.to in {None, role, "member"})
        elif each.to is None:
            yield each.kind, "studio"
        else:
            yield from (
                (each.kind, f"seat:{seats[role]}")
                for role in seats
                if each.to == role or (each.to == "member" and role != "host")
            )


@pytest.mark.capability(52, 53, 58)
@pytest.mark.parametrize("code", library())
def test_every_grade_has_exactly_its_consequences(tmp_path: Path, code: str) -> None:
    life = lived(tmp_path, code)
    for one in life.programme.assessments.values():
        for grade in one.grades:
            with life.at_work() as work:
                seats = released(life, work, one, grade)
                followed = Counter((row.kind, row.whom) for row in work.session.execute(select(CONSEQUENCES)))
                assert followed == Counter(written(life.programme, one, grade, seats)), (one.name, grade)
                work.session.rollback()  # every grade starts from the same studio
