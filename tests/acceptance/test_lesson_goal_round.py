"""A plan of one school year: the studio is registered without a plaque, and its cycle is that school year."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.consequences.cycles import first_day
from models import Cycle, Studio
from models.columns import table_of
from models.session import transaction
from tests.world import World

CYCLES, STUDIOS = table_of(Cycle), table_of(Studio)


def test_a_registered_studio_runs_for_the_school_year_it_is_registered_in(any_database: Engine) -> None:
    world = World(any_database, "lesson-goal-chinese", start=date(2025, 9, 3))
    world.round(date(2025, 9, 12))
    world.apply_for("H", body="school1", post="teacher", subject="语文")
    world.endorse_tiers("H")
    world.on("2025-09-15")
    world.draw()
    world.score("H", 90, 88, 91, 87, 90)
    world.rank()
    world.do("bureau", "register", "H")
    with transaction(any_database) as session:
        cycle = session.execute(select(CYCLES)).one()
        studio = session.execute(select(STUDIOS)).one()
    assert (cycle.begins_on, cycle.ends_on) == (date(2025, 9, 1), date(2026, 8, 31))
    assert (studio.standing, studio.level) == ("active", "county")


@pytest.mark.parametrize(
    ("starts", "on", "begins"),
    [
        ("plaque", "2025-10-15", "2025-10-15"),
        ("2025-03-01", "2025-04-10", "2025-03-01"),
        ("school_year", "2025-10-15", "2025-09-01"),
        ("school_year", "2026-03-02", "2025-09-01"),
        ("school_year", "2026-06-03", "2025-09-01"),
        ("school_year", "2026-06-04", "2026-09-01"),
    ],
)
def test_a_cycle_begins_on_the_day_its_text_says(starts: str, on: str, begins: str) -> None:
    assert first_day(starts, date.fromisoformat(on)) == date.fromisoformat(begins)
