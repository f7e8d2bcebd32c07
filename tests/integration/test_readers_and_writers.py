"""Who only looks holds nobody up, and is held up by nobody: pages against acts under way on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import InternalError

from flows.engine.apply import apply, preview
from flows.engine.days import calendar_of
from flows.engine.errors import Refused
from flows.engine.work import Intent, Work
from models.session import connect, reading
from tests.databases import empty
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

SECONDS = 20


@pytest.fixture
def world(postgres_url: str) -> Iterator[World]:
    """A round with two applications before their school, whose officer and whose applicant can log in."""
    engine: Engine = connect(postgres_url)
    empty(engine)
    world = World(engine)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲", "乙")
    accounts(world, "甲", "county_a_school1_officer", "bureau_officer")
    yield world
    engine.dispose()


@pytest.mark.needs("postgresql")
def test_pages_answer_while_an_act_is_under_way(world: World) -> None:
    app, run, case = web_of(world), world.run_of("甲"), world.ids["application/甲"]
    officer, applicant = Visitor(app, "county_a_school1_officer"), Visitor(app, "甲")
    looks = [
        partial(officer.get, f"/inbox?run={run.id}"), partial(officer.get, f"/applications/{case}"), partial(applicant.get, f"/applications/{case}"),
        partial(officer.post, "/inbox/bulk", act="endorse", run=f"{run.id}.{run.version}"),
    ]  # fmt: skip
    actor = world.actor("county_a_school1")
    with ThreadPoolExecutor(len(looks)) as pool, world.at_work() as work:
        apply(
            work,
            Intent(run.id, "endorse", {"judged": dict.fromkeys(world.unjudged("甲"), "passed")}, run.version),
            actor,
        )
        answers = [one.result(SECONDS).status_code for one in [pool.submit(look) for look in looks]]
    assert answers == [200] * len(looks)


@pytest.mark.needs("postgresql")
def test_look_at_what_may_be_done_holds_no_act_up(world: World) -> None:
    actor, run = world.actor("county_a_school1"), world.run_of("甲")
    judged = {"judged": dict.fromkeys(world.unjudged("甲"), "passed")}
    with reading(world.engine) as session:
        look = Work(session, world.book, world.clock.now(), calendar_of(session))
        assert not preview(look, [Intent(run.id, "endorse", judged)], actor)[0].refused
        with world.at_work() as work:
            work.session.execute(text("SET LOCAL lock_timeout = '2s'"))
            apply(work, Intent(run.id, "endorse", judged, run.version), actor)
    assert world.run_of("甲").stage == "tier_review"
    with pytest.raises(Refused):
        world.act("county_a_school1", "endorse", run)


@pytest.mark.needs("postgresql")
def test_database_itself_refuses_what_a_reading_session_would_write(world: World) -> None:
    with pytest.raises(InternalError, match="read-only"), reading(world.engine) as session:
        session.execute(text("UPDATE body SET name = name"))
