"""When the calendar is corrected, open deadlines move once, with the reason and a notice; past ones never do (R25)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from flows.engine.apply import apply
from flows.engine.calendar import CalendarDay, end_of_day
from flows.engine.errors import Refused
from flows.engine.work import Intent, chain
from flows.office.recount import correct_calendar, recounted
from models import Transition
from models.columns import table_of
from models.session import transaction
from tests.world import World

TRANSITIONS = table_of(Transition)


def free(day: str) -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), working=False, name="地方节日", kind="holiday")


def worked(day: str) -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), working=True, name="补班", kind="makeup")


@pytest.fixture
def world(any_database: Engine) -> World:
    """Applications handed in on Wednesday 5 March 2025: the school has five working days, until 12 March."""
    world = World(any_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲", "乙")
    return world


def correct(world: World, *days: CalendarDay, reason: str = "市政府通知") -> int:
    actor = world.actor("bureau")
    with world.at_work("correction-1") as work:
        return correct_calendar(work, actor, days, "bureau", reason)


def due(world: World, name: str) -> date:
    return (world.run_of(name).due_at + timedelta(hours=8) - timedelta(microseconds=1)).date()


def test_correction_moves_open_deadlines_that_counted_the_day(world: World) -> None:
    assert due(world, "甲") == date(2025, 3, 12)
    assert correct(world, free("2025-03-10")) == 2
    assert due(world, "甲") == due(world, "乙") == date(2025, 3, 13)
    assert world.run_of("甲").wake_at > world.moment()


@pytest.mark.capability(73, 75)
def test_correction_records_old_new_and_why_in_the_chain(world: World) -> None:
    correct(world, free("2025-03-10"))
    run = world.run_of("甲")
    with transaction(world.engine) as session:
        last = session.execute(
            select(TRANSITIONS).where(TRANSITIONS.c.run_id == run.id, TRANSITIONS.c.version == run.version)
        ).one()
    assert last.event == "recount"
    assert last.payload == {"old": "2025-03-12", "new": "2025-03-13"}
    assert (last.reason, last.actor_id) == ("市政府通知", world.ids["bureau_officer"])
    assert last.hash == run.head == chain(last.before, dict(last._mapping))


def test_correction_tells_who_has_the_case(world: World) -> None:
    correct(world, free("2025-03-10"))
    (first, _second) = world.mail("calendar_moved", "county_a_school1")
    assert first.context["due"] == "2025-03-13"
    assert ["原期限", "2025-03-12"] in first.context["facts"]


def test_make_up_day_brings_a_deadline_forward_but_never_into_the_past(world: World) -> None:
    assert correct(world, worked("2025-03-08")) == 2
    assert due(world, "甲") == date(2025, 3, 11)
    world.on("2025-03-11", 20)
    assert correct(world, worked("2025-03-09")) == 0
    assert due(world, "甲") == date(2025, 3, 11)


def test_past_deadlines_never_move(world: World) -> None:
    world.on("2025-03-14")
    assert correct(world, free("2025-03-10")) == 0
    assert world.run_of("甲").due_at == end_of_day(date(2025, 3, 12))


def test_extended_deadlines_stay_as_the_person_set_them(world: World) -> None:
    actor, run = world.actor("bureau"), world.run_of("甲")
    with world.at_work() as work:
        apply(work, Intent(run.id, "extend", {"due_on": "2025-03-20", "reason": "校长出差"}, run.version), actor)
    assert correct(world, free("2025-03-10")) == 1
    assert (due(world, "甲"), due(world, "乙")) == (date(2025, 3, 20), date(2025, 3, 13))


def test_the_round_closing_day_does_not_move(world: World) -> None:
    correct(world, free("2025-03-31"))
    assert world.run_of("round").due_at == end_of_day(date(2025, 3, 31))


def test_preview_writes_nothing(world: World) -> None:
    with world.at_work() as work:
        found = recounted(work, [free("2025-03-10")])
    assert [(one.old_on, one.due.on, one.moves) for one in found] == [(date(2025, 3, 12), date(2025, 3, 13), True)] * 2
    assert due(world, "甲") == date(2025, 3, 12)
    assert not world.mail("calendar_moved")


def test_correction_is_refused_without_reason_or_change(world: World) -> None:
    with pytest.raises(Refused, match="依据"):
        correct(world, free("2025-03-10"), reason="")
    with pytest.raises(Refused, match="没有变化"):
        correct(world, CalendarDay(date(2025, 5, 1), working=False, name="劳动节", kind="holiday"))


def test_corrected_calendar_counts_for_what_comes_later(world: World) -> None:
    correct(world, free("2025-03-10"))
    world.apply_for("丙")
    assert due(world, "丙") == date(2025, 3, 13)
    assert world.run_of("丙").stage == "tier_review"
