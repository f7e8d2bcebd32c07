"""Who looks, and that each thing that is due happens once, whoever looks and whoever dies."""

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import SQLModel

from flows.engine.calendar import at_local
from flows.engine.clock import VirtualClock
from flows.orchestration.housekeeping import keep_house
from flows.orchestration.leader import Deposed, Leadership
from flows.orchestration.looks import due_now, look
from models import CalendarDay, Lease, LoginAttempt, Message, StageRun, Transition
from models.columns import table_of
from models.session import reading, transaction
from tests.world import World

RUNS, TRANSITIONS, MESSAGES = table_of(StageRun), table_of(Transition), table_of(Message)
LEASES = table_of(Lease)
LONG_AFTER = date(2025, 4, 10)


@dataclass
class Hand:
    """A clock whose wall and monotonic hands are moved apart."""

    wall: datetime
    passed: float = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed


def hand() -> Hand:
    return Hand(at_local(date(2025, 3, 3), 9))


def closing_world(engine: Engine, drafts: int = 12) -> World:
    """An open round with drafts, all of which is long past its closing day when somebody looks."""
    world = World(engine)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    for n in range(drafts):
        world.applicant(f"P{n}")
        world.begin(f"P{n}")
    return world


def events(engine: Engine, event: str) -> int:
    with reading(engine) as session:
        return len(session.execute(select(TRANSITIONS.c.id).where(TRANSITIONS.c.event == event)).all())


def moments_later(clock: Hand, seconds: float) -> None:
    clock.passed += seconds
    clock.wall += timedelta(seconds=seconds)


def test_only_one_of_three_clocks_leads(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    clocks = [Leadership(any_database, hand()) for _ in range(3)]
    assert [one.beat() for one in clocks] == [True, False, False]
    assert [one.beat() for one in clocks] == [True, False, False]


def test_another_leads_when_the_leader_is_dead_for_a_span(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    time = hand()
    dead, waiting = Leadership(any_database, time, span=15), Leadership(any_database, time, span=15)
    assert dead.beat()
    assert not waiting.beat()
    moments_later(time, 14)
    assert not waiting.beat()
    moments_later(time, 2)
    assert waiting.beat()
    assert waiting.term == 2


def test_a_leader_that_beats_slowly_stops_trusting_itself_before_another_may_take_over(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    time = hand()
    slow = Leadership(any_database, time, span=15)
    assert slow.beat()
    moments_later(time, 11)
    assert not slow.leads
    with pytest.raises(Deposed):
        slow.fenced()
    assert slow.beat()  # nobody took over: it goes on in the same term
    assert slow.term == 1


def test_a_leader_that_ends_in_order_leaves_at_once(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    first, second = Leadership(any_database, hand()), Leadership(any_database, hand())
    first.beat()
    first.release()
    assert second.beat()
    assert second.term == 2


@pytest.mark.parametrize("jump", [timedelta(hours=-2), timedelta(days=400)])
def test_a_corrected_wall_clock_neither_deposes_nor_keeps_a_leader(any_database: Engine, jump: timedelta) -> None:
    SQLModel.metadata.create_all(any_database)
    mine, theirs = hand(), hand()
    leader, waiting = Leadership(any_database, mine), Leadership(any_database, theirs)
    leader.beat()
    waiting.beat()
    mine.wall += jump
    moments_later(mine, 5)
    assert leader.beat()
    moments_later(theirs, 14)
    assert not waiting.beat()  # it saw the lease change
    moments_later(theirs, 16)
    assert waiting.beat()  # the leader fell silent


def test_a_stale_leader_is_refused_at_its_commit(any_database: Engine) -> None:
    """As after SIGSTOP: it believes itself in office, and everything it wrote is rolled back."""
    world = closing_world(any_database, drafts=3)
    time = hand()
    stale, next_one = Leadership(any_database, time), Leadership(any_database, time)
    stale.beat()
    fenced = stale.fenced()
    next_one.beat()
    moments_later(time, 20)
    assert next_one.beat()
    before = due_now(any_database, at_local(LONG_AFTER, 9))
    report = look(fenced, world.book, at_local(LONG_AFTER, 9))
    assert report.errors
    assert "主时钟" in report.errors[0]
    assert due_now(any_database, at_local(LONG_AFTER, 9)) == before
    assert events(any_database, "lapse") == 0
    look(next_one.fenced(), world.book, at_local(LONG_AFTER, 9))
    assert events(any_database, "lapse") == 3


def test_three_sweepers_and_a_dead_leader_fire_each_deadline_once(any_database: Engine) -> None:
    world = closing_world(any_database, drafts=40)
    now = at_local(LONG_AFTER, 9)
    with transaction(any_database) as session:  # the dead leader had claimed some of them
        some = session.execute(select(RUNS.c.id).where(RUNS.c.stage == "application").limit(7)).scalars().all()
        session.execute(update(RUNS).where(RUNS.c.id.in_(some)).values(wake_at=now + timedelta(seconds=60), attempts=1))
    sweepers = [threading.Thread(target=look, args=(any_database, world.book, now)) for _ in range(3)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join()
    assert events(any_database, "lapse") == 33
    look(any_database, world.book, now + timedelta(minutes=2))
    assert events(any_database, "lapse") == 40
    assert events(any_database, "close") == 1


def test_a_look_applies_a_made_list_that_was_left(any_database: Engine) -> None:
    from flows.engine.lists import make_list
    from flows.office.selection import draft_draw

    world = World(any_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.apply_for("A", "B", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    world.endorse_tiers("A", "B")
    actor = world.actor("bureau")
    with world.at_work() as work:
        listing_id = draft_draw(work, actor, world.round_id, "种子")
        make_list(work, actor, listing_id)
    assert due_now(any_database, world.moment()).lists == (listing_id,)
    assert look(any_database, world.book, world.moment()).settled == 2
    assert not due_now(any_database, world.moment()).lists


def test_nothing_due_costs_four_queries(any_database: Engine) -> None:
    from sqlalchemy import event

    world = closing_world(any_database, drafts=1)
    look(any_database, world.book, world.moment())
    asked: list[str] = []
    event.listen(any_database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert not due_now(any_database, world.moment())
    assert len([one for one in asked if one.startswith("SELECT")]) == 4


def test_housekeeping_forgets_old_attempts_and_loads_the_years_ahead(any_database: Engine) -> None:
    SQLModel.metadata.create_all(any_database)
    now = at_local(date(2026, 11, 21), 3)
    with transaction(any_database) as session:
        session.add(LoginAttempt(login_hash="a", address_hash="b", at=now - timedelta(days=3)))
        session.add(LoginAttempt(login_hash="c", address_hash="d", at=now))
    keep_house(any_database, now)
    with reading(any_database) as session:
        assert session.scalars(select(table_of(LoginAttempt).c.login_hash)).all() == ["c"]
        years = {day.year for day in session.scalars(select(table_of(CalendarDay).c.day))}
    assert years >= set(range(2025, 2030))


def test_a_virtual_clock_leads_too(sqlite_database: Engine) -> None:
    SQLModel.metadata.create_all(sqlite_database)
    clock = VirtualClock(at_local(date(2025, 3, 3), 9))
    assert Leadership(sqlite_database, clock).beat()
