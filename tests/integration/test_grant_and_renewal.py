"""Money and renewal: what is due is paid once and entered; a result gives the next cycle, and silence ends nothing before its time."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlmodel import Session

from flows.engine.apply import apply_many, carry_on
from flows.engine.consequences.cycles import end_if_over
from flows.engine.consequences.money import open_entitlements, paid_period, parties
from flows.engine.consequences.renewing import renew_on_result
from flows.engine.declare import THE_ENGINE
from flows.engine.errors import Refused
from flows.engine.work import Intent
from models import Application, Assessment, Cycle, Entitlement, LedgerEntry, Message, Result, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from tests.world import World

ASSESSMENTS, CYCLES, RUNS, STUDIOS = (table_of(one) for one in (Assessment, Cycle, StageRun, Studio))


def county_studio(engine: Engine) -> tuple[World, int]:
    """A county studio that runs since its plaque on 2025-05-06."""
    world = World(engine, "county-master-teacher", date(2025, 5, 6))
    world.running_studio("host", "school1", "county")
    studio = world.studio("host")
    with world.at_work() as work:
        work.session.execute(insert(Cycle).values(studio_id=studio.id, number=1, version_id=world.version_id, begins_on=date(2025, 5, 6), ends_on=date(2028, 5, 5)))  # fmt: skip
    return world, studio.id or 0


def entitle(world: World, studio_id: int, fund: str, period: str, waits_for: str = "") -> None:
    with world.at_work() as work:
        rule = world.book.fund(work.session, world.version_id, fund)
        studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
        above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
        row = {
            "studio_id": studio_id, "fund": fund, "period": period, "title": rule.title, "amount_fen": rule.amount(studio.level),
            "share": 100, "waits_for": waits_for, "begins_on": world.today, "ends_on": world.today, "due_on": None,
            "origin": dict(rule.origin), **parties(work, world.version_id, rule, studio, above),
        }  # fmt: skip
        assert len(open_entitlements(work, [(world.version_id, row, None)])) == 1
        assert open_entitlements(work, [(world.version_id, row, None)]) == {}
        carry_on(work)


def grant_run(world: World) -> Any:
    with Session(world.engine) as session:
        return session.execute(select(RUNS).where(RUNS.c.stage == "grant").order_by(RUNS.c.id.desc())).first()


def release_result(world: World, studio_id: int, key: str, grade: str, period: str = "cycle") -> None:
    """A released result, as an import of past results stores it; then what the release tries is tried."""
    with world.at_work() as work:
        cycle = work.session.execute(select(CYCLES).where(CYCLES.c.studio_id == studio_id)).one()
        assessment_id = work.session.execute(
            insert(Assessment).values(
                studio_id=studio_id, cycle_id=cycle.id, key=key, period=period, title=key, begins_on=cycle.begins_on,
                ends_on=cycle.ends_on, opens_on=world.today, assessor="", confirmer="", comment="", released_at=work.now,
            ).returning(ASSESSMENTS.c.id)
        ).scalar_one()  # fmt: skip
        work.session.execute(
            insert(Result).values(
                assessment_id=assessment_id, grade=grade, proposed=grade, after_rectification="", reason="", awards=[]
            )
        )
        work.session.flush()
        apply_many(work, renew_on_result(work, cause(world), studio_id, cycle.id), THE_ENGINE)


def cause(world: World) -> Any:
    """The happening that a result is: only what effects read of it."""

    class Run:
        id, version_id = 0, world.version_id

    class Move:
        reason = ""

    class Cause:
        run, move, transition_id = Run, Move, None

    return Cause


def rows(world: World, model: Any) -> list[Any]:
    with Session(world.engine) as session:
        return list(session.execute(select(table_of(model)).order_by(table_of(model).c.id)))


@pytest.mark.capability(65, 68)
def test_a_fixed_amount_is_due_at_once_paid_as_it_is_and_entered_in_the_ledger(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    entitle(world, studio_id, "base", "2024/25")
    run = grant_run(world)
    assert (run.state, run.desk) == ("due", f"body:{world.ids['bureau']}")
    with pytest.raises(Refused, match="金额由规程"):
        world.act("bureau", "pay", run, amount_fen=1)
    world.act("bureau", "pay", run, voucher="凭2025-17")
    line = rows(world, LedgerEntry)[0]
    assert (line.amount_fen, line.kind, line.voucher, line.number) == (1_000_000, "received", "凭2025-17", 1)
    told = next(one for one in rows(world, Message) if one.notice == "paid")
    assert told.context["facts"] == [["金额", "10,000.00 元"], ["凭证号", "凭2025-17"]]
    assert told.context["in_ledger"]
    with pytest.raises(Refused):
        world.act("bureau", "pay", run)
    assert len(rows(world, LedgerEntry)) == 1


@pytest.mark.capability(66)
def test_what_waits_for_a_result_is_held_and_a_share_of_nothing_stops_it(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    with world.at_work() as work:
        cycle = work.session.execute(select(CYCLES)).one()
        work.session.execute(insert(Assessment).values(
            studio_id=studio_id, cycle_id=cycle.id, key="annual", period="y1", title="年度考核", begins_on=cycle.begins_on, ends_on=date(2026, 5, 5),
            opens_on=world.today, assessor="", confirmer="", comment="",
        ))  # fmt: skip
    entitle(world, studio_id, "base", "2026/27", waits_for="annual@y1")
    run = grant_run(world)
    assert (run.state, run.desk) == ("held", "")
    with pytest.raises(Refused):
        world.act("bureau", "pay", run)
    with world.at_work() as work:
        apply_many(work, [Intent(run.id, "set_share", {"share": 0})], THE_ENGINE)
    assert grant_run(world).outcome == "stopped"
    assert rows(world, Entitlement)[0].share == 0
    assert rows(world, LedgerEntry) == []


@pytest.mark.capability(62)
def test_a_qualified_final_gives_the_next_cycle_from_the_day_after(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    world.clock.advance(datetime(2028, 5, 25, 2, tzinfo=UTC))
    release_result(world, studio_id, "final", "qualified")
    first, second = rows(world, Cycle)
    assert (second.begins_on, second.ends_on, second.number) == (date(2028, 5, 6), date(2031, 5, 5), first.number + 1)
    assert rows(world, Application)[-1].outcome == "renewed"
    with world.at_work() as work:
        assert not end_if_over(work, None, studio_id)
    assert world.studio("host").standing == "active"


def test_an_unqualified_final_gives_no_cycle(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    world.clock.advance(datetime(2028, 5, 25, 2, tzinfo=UTC))
    release_result(world, studio_id, "final", "unqualified")
    assert len(rows(world, Cycle)) == 1
    with world.at_work() as work:
        assert end_if_over(work, None, studio_id)
        carry_on(work)
    assert world.studio("host").standing == "ended"


@pytest.mark.capability(74)
def test_a_request_that_is_between_two_steps_keeps_the_studio_standing(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    world.clock.advance(datetime(2028, 5, 25, 2, tzinfo=UTC))
    studio, cycle = world.studio("host"), rows(world, Cycle)[0]
    with world.at_work() as work:
        work.session.execute(insert(Application).values(
            version_id=world.version_id, path="renew", gives="cycle", person_id=studio.host_id, body_id=studio.home_body_id, direct=True,
            role="host", kind="", studio_name=studio.name, studio_id=studio_id, cycle_id=cycle.id, answers={}, subject="", school_stage="",
        ))  # fmt: skip
        assert not end_if_over(work, None, studio_id)
        work.session.execute(update(table_of(Application)).values(outcome="declined"))
        assert end_if_over(work, None, studio_id)


@pytest.mark.capability(74)
def test_a_studio_keeps_its_standing_until_its_cycle_is_over(any_database: Engine) -> None:
    world, studio_id = county_studio(any_database)
    with world.at_work() as work:
        assert not end_if_over(work, None, studio_id)
    assert world.studio("host").standing == "active"


@pytest.mark.parametrize(
    ("period", "cycle", "stored"),
    [("y1", 1, "y1"), ("y1", 2, "y1#2"), ("cycle", 3, "cycle#3"), ("2027/28", 2, "2027/28"), ("2025秋", 4, "2025秋")],
)
def test_years_of_a_later_cycle_are_paid_again_and_a_school_year_only_once(
    period: str, cycle: int, stored: str
) -> None:
    assert paid_period(period, cycle) == stored
