"""The demonstration round of ninety-six applications runs from launch to plaques on the virtual clock."""

from datetime import date

from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from demo.journey import Journey
from flows.engine.calendar import at_local
from flows.engine.clock import VirtualClock
from models import Application, Cycle, Studio
from models.session import reading


def test_round_of_ninety_six_applications_runs_to_its_plaques(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    journey = Journey(any_database, VirtualClock(at_local(date(2026, 3, 2), 9)))
    number = journey.run_to_plaques()
    with reading(any_database) as session:
        outcomes = dict(session.execute(select(Application.outcome, func.count()).group_by(Application.outcome)).all())
        hung = session.scalar(select(func.count()).select_from(Studio).where(Studio.standing == "active"))
        begun = set(session.scalars(select(Cycle.begins_on)))
    assert sum(outcomes.values()) == 96
    assert outcomes["hung"] == hung == 30
    assert begun == {date(2026, 6, 29)}
    assert "2026" in number
