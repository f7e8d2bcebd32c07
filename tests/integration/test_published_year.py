"""A year whose 调休 is published by itself: open deadlines move once, are recorded and told, whatever crashes."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select

from flows.engine.calendar import CalendarDay as Day
from flows.engine.calendar import local_day
from flows.engine.days import put_days
from flows.engine.work import chain
from flows.orchestration.housekeeping import load_years
from models import CalendarDay, Transition
from models.columns import table_of
from models.session import transaction
from tests.world import World, gazetted

DAYS, TRANSITIONS = table_of(CalendarDay), table_of(Transition)
GUESSED = [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)]


@pytest.fixture
def world(any_database: Engine) -> World:
    """Handed in on 29 September 2026, when of the year only the statutory days are known: due on 8 October."""
    world = World(any_database, start=date(2026, 9, 21))
    with transaction(any_database) as session:
        session.execute(delete(DAYS).where(DAYS.c.day >= date(2026, 1, 1), DAYS.c.day <= date(2026, 12, 31)))
        put_days(
            session,
            [Day(day, working=False, name="国庆节", kind="holiday", provisional=True) for day in GUESSED],
            "gazette",
        )
    world.round(date(2026, 9, 30))
    world.on("2026-09-29")
    world.apply_for("甲", "乙")
    return world


def due(world: World, name: str) -> date:
    return local_day(world.run_of(name).due_at - timedelta(microseconds=1))


def recounts(world: World, name: str) -> list[Any]:
    with transaction(world.engine) as session:
        mine = (TRANSITIONS.c.run_id == world.run_of(name).id) & (TRANSITIONS.c.event == "recount")
        return list(session.execute(select(TRANSITIONS).where(mine)).all())


def test_published_year_moves_open_deadlines_once_with_notice_and_history(world: World) -> None:
    assert (due(world, "甲"), world.run_of("甲").due_provisional) == (date(2026, 10, 8), True)
    assert load_years(world.engine, world.moment(), world.book) == (2026,)
    assert (due(world, "甲"), world.run_of("甲").due_provisional) == (date(2026, 10, 12), False)
    (moved,) = recounts(world, "甲")
    assert (moved.actor_kind, moved.payload) == ("clock", {"old": "2026-10-08", "new": "2026-10-12"})
    assert "2026 年放假调休安排已公布" in moved.reason
    assert moved.hash == world.run_of("甲").head == chain(moved.before, dict(moved._mapping))
    assert len(world.mail("calendar_moved", "county_a_school1")) == 2
    assert load_years(world.engine, world.moment() + timedelta(days=1), world.book) == ()
    assert len(recounts(world, "甲")) == 1
    assert len(world.mail("calendar_moved", "county_a_school1")) == 2


def test_published_year_is_the_one_that_was_published(world: World) -> None:
    load_years(world.engine, world.moment(), world.book)
    with transaction(world.engine) as session:
        rows = session.execute(
            select(DAYS.c.day, DAYS.c.working).where(DAYS.c.day >= date(2026, 1, 1), DAYS.c.day <= date(2026, 12, 31))
        )
        found = {row.day: row.working for row in rows}
    assert found == {day.day: day.working for day in gazetted() if day.day.year == 2026}


def test_crash_while_a_year_is_loaded_leaves_nothing_and_the_next_look_does_it_all(world: World) -> None:
    def crash(*given: Any) -> None:
        if "INSERT INTO message" in given[2]:  # the last thing that is written
            raise ConnectionError

    event.listen(world.engine, "before_cursor_execute", crash)
    with pytest.raises(ConnectionError):
        load_years(world.engine, world.moment(), world.book)
    event.remove(world.engine, "before_cursor_execute", crash)
    assert due(world, "甲") == date(2026, 10, 8)
    assert not world.mail("calendar_moved")
    assert load_years(world.engine, world.moment(), world.book) == (2026,)
    assert due(world, "甲") == due(world, "乙") == date(2026, 10, 12)
    assert len(world.mail("calendar_moved", "county_a_school1")) == 2


def test_year_that_people_edited_is_left_to_them(world: World) -> None:
    with transaction(world.engine) as session:
        put_days(session, [Day(date(2026, 10, 9), working=False, name="地方节日", kind="holiday")], "bureau")
    assert load_years(world.engine, world.moment(), world.book) == ()
    assert due(world, "甲") == date(2026, 10, 8)
