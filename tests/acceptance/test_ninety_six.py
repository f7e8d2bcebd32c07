"""The demonstration round of ninety-six applications runs from launch to plaques on the virtual clock."""

from datetime import date

from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from demo.journey import Journey
from flows.engine.calendar import at_local
from flows.engine.clock import VirtualClock
from models import Application, Cycle, Studio
from models.columns import table_of
from models.session import reading

APPLICATIONS, CYCLES, STUDIOS = table_of(Application), table_of(Cycle), table_of(Studio)


def test_round_of_ninety_six_applications_runs_to_its_plaques(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    journey = Journey(any_database, VirtualClock(at_local(date(2026, 3, 2), 9)))
    number = journey.run_to_plaques()
    with reading(any_database) as session:
        counted = session.execute(select(APPLICATIONS.c.outcome, func.count()).group_by(APPLICATIONS.c.outcome))
        outcomes = {row[0]: row[1] for row in counted}
        hung = session.execute(select(func.count()).where(STUDIOS.c.standing == "active")).scalar_one()
        begun = set(session.execute(select(CYCLES.c.begins_on)).scalars())
    assert sum(outcomes.values()) == 96
    assert outcomes["hung"] == hung == 30
    assert begun == {date(2026, 6, 29)}
    assert "2026" in number
