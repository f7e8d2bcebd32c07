"""Why a duty or an assessment is due on its day, and how that day moves when the year is published."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from flows.engine.calendar import CalendarDay as Day
from flows.engine.days import put_days
from flows.orchestration.housekeeping import load_years
from models import Assessment, CalendarDay, Cycle, Duty, StageRun, Transition
from models.columns import table_of
from models.session import reading, transaction
from tests.world import World

DAYS, DUTIES, RUNS, TRANSITIONS = (table_of(one) for one in (CalendarDay, Duty, StageRun, Transition))
ASSESSMENTS, CYCLES = table_of(Assessment), table_of(Cycle)
AUTUMN = date(2025, 9, 1)
GUESSED = [date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3)]


def running(engine: Engine, *, published: bool = True) -> World:
    """H has run a studio of 海南 since 1 September 2025; `published`: whether the holidays of that year are known."""
    world = World(engine, "hainan", start=AUTUMN)
    if not published:
        with transaction(engine) as session:
            session.execute(delete(DAYS).where(DAYS.c.day >= date(2025, 1, 1), DAYS.c.day <= date(2025, 12, 31)))
            guessed = [Day(day, working=False, name="国庆节", kind="holiday", provisional=True) for day in GUESSED]
            put_days(session, guessed, "gazette")
    world.running_studio("H", "county_a_school1", "province")
    world.cycle("H", AUTUMN)
    world.on("2025-09-01")
    return world


def run_of(world: World, key: str, table: Any = DUTIES, kind: str = "duty") -> Any:
    """The first duty or assessment of this key with its run."""
    subject = (RUNS.c.subject_kind == kind) & (RUNS.c.subject_id == table.c.id)
    with reading(world.engine) as session:
        fields = (RUNS, table.c.due_on)
        found = select(*fields).join(table, subject).where(table.c.key == key).order_by(table.c.id)
        return session.execute(found.limit(1)).one()


def why(run: Any) -> Mapping[str, str]:
    return dict(run.due_steps)


@pytest.mark.capability(75)
def test_duty_says_from_which_day_it_was_counted_and_how_it_rolled(any_database: Engine) -> None:
    run = run_of(running(any_database), "three_years")
    said = why(run)
    assert said["期初"] == "2025年9月1日 周一，当日不计入"
    assert said["时限"] == "30 天，从9月2日 周二起算"
    assert said["顺延"].endswith("放假，顺延到10月9日 周四")
    assert said["结果"] == "10月9日 周四 24:00 截止"
    assert not run.due_provisional


def test_duty_due_at_the_end_of_its_month_says_so(any_database: Engine) -> None:
    run = run_of(running(any_database), "seminar")
    assert why(run) == {"期末": "2025年9月30日 周二", "期限": "当天", "结果": "9月30日 周二 24:00 截止"}


def test_assessment_says_from_which_day_it_was_counted(any_database: Engine) -> None:
    world = running(any_database)
    world.on("2026-09-01")
    run = run_of(world, "annual", ASSESSMENTS, "assessment")
    assert "期末" in why(run)
    assert "时限" in why(run)


def test_day_over_an_unpublished_year_is_provisional_and_moves_with_notice_when_it_is_published(
    any_database: Engine,
) -> None:
    world = running(any_database, published=False)
    before = run_of(world, "three_years")
    assert (before.due_on, before.due_provisional) == (date(2025, 10, 6), True)
    assert "暂定" in why(before)
    assert 2025 in load_years(world.engine, world.moment(), world.book)
    after = run_of(world, "three_years")
    assert (after.due_on, after.due_provisional) == (date(2025, 10, 9), False)
    assert "暂定" not in why(after)
    with reading(world.engine) as session:
        moved = select(TRANSITIONS).where(TRANSITIONS.c.run_id == after.id, TRANSITIONS.c.event == "recount")
        assert session.execute(moved).one().payload == {"old": "2025-10-06", "new": "2025-10-09"}
    assert [one.context["due"] for one in world.mail("calendar_moved", "H")].count("2025-10-09") >= 1


def test_what_opens_later_is_counted_by_the_published_year(any_database: Engine) -> None:
    world = running(any_database, published=False)
    load_years(world.engine, world.moment(), world.book)
    with reading(world.engine) as session:
        assert session.execute(select(CYCLES.c.opens_next_on)).scalar() == AUTUMN


def test_extended_duty_stays_as_the_person_set_it(any_database: Engine) -> None:
    world = running(any_database, published=False)
    run = run_of(world, "three_years")
    world.act("bureau", "extend", run, due_on="2025-10-20", reason="台风")
    load_years(world.engine, world.moment(), world.book)
    assert why(run_of(world, "three_years"))["延期"] == "台风"
