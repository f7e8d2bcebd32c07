"""Opening what is due of cycles: each thing once, on its day, for whom it is owed, and the books at the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from flows.engine.alike import Alike, Subject, open_alike
from flows.engine.consequences.cycles import look_again
from flows.engine.declare import Part
from flows.engine.steps import Opening, open_runs
from flows.opening import open_due, openings_due
from flows.orchestration.looks import due_now, look
from models import Cycle, Duty, Incident, ProgrammeVersion, StageRun, Studio, Transition
from models.columns import table_of
from models.facts import DutyFacts
from models.session import reading, transaction
from tests.world import World

DUTIES, RUNS, CYCLES, TRANSITIONS = table_of(Duty), table_of(StageRun), table_of(Cycle), table_of(Transition)
STUDIOS, INCIDENTS, VERSIONS = table_of(Studio), table_of(Incident), table_of(ProgrammeVersion)
AUTUMN = date(2025, 9, 1)


def running(engine: Engine, programme: str = "hainan", start: date = AUTUMN, level: str = "province") -> World:
    """H runs a studio since the first day of the world."""
    world = World(engine, programme, start=start)
    school = (
        "county_a_school1"
        if "county_a_school1" in world.ids
        else "school1"
        if "school1" in world.ids
        else "department1"
    )
    world.running_studio("H", school, level)
    return world


def count(world: World, table: Any) -> int:
    with transaction(world.engine) as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_month_opens_on_its_first_day_and_only_once(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN)
    world.on("2025-10-01")
    assert [(one.period, one.due_on) for one in world.owed("H", "seminar")] == [
        ("2025-09", date(2025, 9, 30)), ("2025-10", date(2025, 10, 31)),
    ]  # fmt: skip
    before = count(world, RUNS)
    with world.at_work() as work:
        work.session.execute(CYCLES.update().values(opens_next_on=AUTUMN, opened_to=None))
    assert open_due(world.engine, world.book, world.moment()).opened["duty"] == 0
    assert count(world, RUNS) == before


def test_look_finds_cycles_whose_day_has_come(any_database: Engine) -> None:
    world = running(any_database)
    cycle_id = world.cycle("H", AUTUMN)
    assert due_now(any_database, world.moment()).openings == AUTUMN
    report = look(any_database, world.book, world.moment())
    assert not report.errors
    assert report.opened.cycles == 1
    assert due_now(any_database, world.moment()).openings is None
    with reading(any_database) as session:
        assert openings_due(session, date(2025, 9, 30)) is None
        assert openings_due(session, date(2025, 10, 1)) == date(2025, 10, 1)
        cycle = session.execute(select(CYCLES).where(CYCLES.c.id == cycle_id)).one()
    assert (cycle.opened_to, cycle.opens_next_on) == (AUTUMN, date(2025, 10, 1))


def test_two_workers_open_each_thing_once(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN)
    hosts = [f"host{n}" for n in range(12)]
    for name in hosts:
        world.running_studio(name, "county_a_school1", "province")
        world.cycle(name, AUTUMN)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _n: open_due(any_database, world.book, world.moment(), chunk=3), range(4)))
    assert sum(one.cycles for one in done) == 13
    assert {len(world.owed(name, "seminar")) for name in ["H", *hosts]} == {1}


def test_what_was_killed_half_way_leaves_nothing_and_is_opened_again(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN)

    def dies(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: object) -> None:
        if statement.startswith("UPDATE cycle"):
            raise KeyboardInterrupt

    event.listen(any_database, "before_cursor_execute", dies)
    with pytest.raises(KeyboardInterrupt):
        open_due(any_database, world.book, world.moment())
    event.remove(any_database, "before_cursor_execute", dies)
    assert count(world, DUTIES) == count(world, TRANSITIONS) == 0
    assert open_due(any_database, world.book, world.moment()).opened["duty"] > 0


def test_cycle_that_cannot_be_opened_falls_out_and_a_person_sees_it(any_database: Engine) -> None:
    world = running(any_database)
    with world.at_work() as work:
        kept = work.session.execute(select(VERSIONS)).one()._asdict()
        broken = {**kept, "id": kept["id"] + 1, "number": 2, "expanded": {}, "sha256": "broken"}
        work.session.execute(VERSIONS.insert().values(**broken))
    world.cycle("H", AUTUMN, version_id=kept["id"] + 1)
    world.running_studio("good", "county_a_school1", "province")
    world.cycle("good", AUTUMN)
    report = open_due(any_database, world.book, world.moment())
    assert (report.cycles, report.put_off) == (1, 1)
    assert len(world.owed("good", "seminar")) == 1
    with transaction(any_database) as session:
        incident = session.execute(select(INCIDENTS)).one()
        session.execute(CYCLES.update().values(version_id=kept["id"]))
    assert "没有开启" in incident.what
    world.on("2025-09-02")
    assert len(world.owed("H", "seminar")) == 1


@pytest.mark.capability(35)
def test_month_without_a_seminar_is_overdue_and_unmet_when_books_close(any_database: Engine) -> None:
    """HN-S5, first half."""
    world = running(any_database)
    world.cycle("H", AUTUMN, date(2026, 3, 31))
    world.on("2026-03-01")
    february = next(one for one in world.owed("H", "seminar") if one.period == "2026-02")
    assert february.state == "overdue"
    assert world.mail("overdue", "H")
    world.on("2026-03-03")
    of_february = [one.run_id for one in world.mail("overdue", "H") if one.context["due"] == "2026-02-28"]
    assert of_february
    assert len(of_february) == len(set(of_february))  # told once of the day after, not by the change and by the ladder
    world.on("2026-04-01")
    assert {one.outcome for one in world.owed("H", "seminar")} == {"unmet"}


@pytest.mark.capability(39)
def test_school_that_was_not_visited_is_named(any_database: Engine) -> None:
    """HN-S5, second half: of twelve member schools eleven were diagnosed by the end of the cycle."""
    world = running(any_database)
    with world.at_work() as work:
        for n in range(12):
            world.body(work.session, f"校{n + 1}", "school", "county_a")
    for n in range(12):
        world.seat(f"M{n + 1}", "H", body=f"校{n + 1}")
    world.cycle("H", AUTUMN, date(2025, 12, 31))
    world.on("2025-09-02")
    diagnoses = world.owed("H", "diagnosis")
    assert len(diagnoses) == 12
    for one in diagnoses[:11]:
        world.hand_in("H", one)
    world.on("2026-01-02")
    assert [one.title for one in world.owed("H", "diagnosis") if one.outcome == "unmet"] == ["到校逐项协同诊断（校12）"]


@pytest.mark.capability(35)
def test_windows_of_two_weeks_open_in_turn_and_are_overdue_the_day_after(sqlite_database: Engine) -> None:
    """BW-S1."""
    world = running(sqlite_database, "biweekly-class-teacher", level="school")
    world.cycle("H", AUTUMN)
    world.on("2025-10-12")
    third = world.owed("H", "meeting")[2]
    assert (third.period, third.begins_on, third.ends_on, third.state) == (
        "2025秋#3", date(2025, 9, 29), date(2025, 10, 12), "open",
    )  # fmt: skip
    world.on("2025-10-13")
    assert world.owed("H", "meeting")[2].state == "overdue"
    world.on("2026-02-01")
    assert len(world.owed("H", "meeting")) == 10


@pytest.mark.capability(34)
def test_second_phase_closes_the_first_and_asks_softly(sqlite_database: Engine) -> None:
    """P3-S1."""
    world = running(sqlite_database, "primary-three-year", date(2025, 3, 1), "city")
    world.cycle("H", date(2025, 3, 1))
    world.on("2026-04-01")
    trainings = world.owed("H", "training")
    assert (len(trainings), trainings[0].period, trainings[-1].period) == (13, "2025-03", "2026-03")
    assert {one.outcome for one in trainings} == {"unmet"}
    (april,) = world.owed("H", "training_later")
    assert (april.period, april.soft, april.state) == ("2026-04", True, "open")
    world.on("2026-05-02")
    april, _may = world.owed("H", "training_later")
    assert (april.state, april.due_at) == ("open", None)
    assert not [one for one in world.mail("overdue", "H") if "第二、三年度" in str(one.context)]


def test_cycle_granted_late_opens_only_what_is_not_past(any_database: Engine) -> None:
    world = running(any_database, start=date(2026, 1, 10))
    world.cycle("H", AUTUMN, granted_on=date(2026, 1, 10))
    world.on("2026-01-11")
    seminars = {one.period: one for one in world.owed("H", "seminar")}
    assert seminars["2025-12"].state is None
    assert "才批准" in seminars["2025-12"].waived
    assert seminars["2026-01"].state == "open"
    assert world.owed("H", "training")[0].state == "open"
    assert not world.mail("overdue", "H")


@pytest.mark.capability(39)
def test_member_who_joins_later_gets_what_is_still_open_and_adds_a_school(any_database: Engine) -> None:
    world = running(any_database)
    world.seat("M1", "H", body="county_a_school2")
    world.cycle("H", AUTUMN)
    world.on("2026-03-02")
    assert len(world.owed("H", "diagnosis")) == len(world.owed("H", "growth_plan")) == 1
    world.seat("M2", "H", body="county_b_school1")
    world.seat("M3", "H", body="county_a_school2")
    studio = world.studio("H").id or 0
    with world.at_work() as work:
        look_again(work, studio)
    assert due_now(any_database, world.moment()).openings == date(2026, 3, 2)
    world.on("2026-03-03")
    assert len(world.owed("H", "diagnosis")) == 2
    assert len(world.owed("H", "school_plan")) == 3
    plans = [one.due_on for one in world.owed("H", "growth_plan")]  # ninety days: from the start, or from joining
    assert plans == [date(2025, 12, 1), date(2026, 6, 1), date(2026, 6, 1)]


def test_member_who_joins_near_the_end_owes_no_plan_that_would_fall_due_after_it(sqlite_database: Engine) -> None:
    world = running(sqlite_database)
    world.cycle("H", AUTUMN)
    with reading(world.engine) as session:
        ends_on = session.execute(select(CYCLES.c.ends_on)).scalar_one()
    world.on((ends_on - timedelta(days=60)).isoformat())
    world.seat("M9", "H", body="county_b_school1")
    studio = world.studio("H").id or 0
    with world.at_work() as work:
        look_again(work, studio)
    world.on((ends_on - timedelta(days=59)).isoformat())
    assert len(world.owed("H", "school_plan")) == 1
    assert not world.owed("H", "growth_plan")


def test_suspended_studio_gets_no_new_periods(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN)
    world.on("2025-09-02")
    with world.at_work() as work:
        work.session.execute(STUDIOS.update().values(standing="suspended"))
    world.on("2025-11-01")
    states = {one.period: (one.state, one.waived) for one in world.owed("H", "seminar")}
    assert states["2025-09"][0] is not None
    assert states["2025-10"] == (None, "工作室停办期间，免办")


def test_ended_studio_opens_nothing_more(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN)
    with world.at_work() as work:
        work.session.execute(STUDIOS.update().values(standing="revoked"))
    world.on("2025-10-01")
    assert not world.owed("H", "seminar")
    assert due_now(any_database, world.moment()).openings is None


def test_second_cycle_owes_its_own_first_year(any_database: Engine) -> None:
    world = running(any_database)
    world.cycle("H", AUTUMN, date(2026, 8, 31))
    world.cycle("H", date(2026, 9, 1), date(2027, 8, 31), number=2)
    world.on("2026-09-01")
    assert [one.period for one in world.owed("H", "year_plan")] == ["y1", "y1"]


def test_runs_opened_as_a_set_are_those_opened_one_by_one(any_database: Engine) -> None:
    world = running(any_database)
    studio = world.studio("H")
    with world.at_work() as work:
        for n in range(4):
            work.session.add(Duty(
                studio_id=studio.id or 0, key="seminar", period=f"2025-1{n}", unit_kind="studio", unit_id=studio.id or 0,
                title="专题研讨活动", responsible=f"person:{studio.host_id}", due_on=AUTUMN + timedelta(days=40),
            ))  # fmt: skip
        work.session.flush()
        ids = work.session.execute(select(DUTIES.c.id).order_by(DUTIES.c.id)).scalars().all()
        openings = [
            Opening(world.version_id, "obligations", "seminar", "duty", one, studio_id=studio.id) for one in ids[:2]
        ]
        singly = open_runs(work, openings)
        facts = DutyFacts(parts={Part.RESPONSIBLE: "person:0"}, due_on=AUTUMN + timedelta(days=40))
        subjects = [Subject(one, studio.id or 0, f"person:{studio.host_id}") for one in ids[2:]]
        together = open_alike(work, [Alike(world.version_id, "obligations", "seminar", "duty", facts, subjects)])
        runs = {row.id: row._asdict() for row in work.session.execute(select(RUNS))}
        said = {row.run_id: row._asdict() for row in work.session.execute(select(TRANSITIONS))}
    own = {"id", "subject_id", "head", "run_id", "before", "hash"}
    for one, other in zip(singly, together, strict=True):
        assert {k: v for k, v in runs[one].items() if k not in own} == {
            k: v for k, v in runs[other].items() if k not in own
        }
        assert {k: v for k, v in said[one].items() if k not in own} == {
            k: v for k, v in said[other].items() if k not in own
        }
        assert said[one]["before"].replace(str(runs[one]["subject_id"]), "n") == said[other]["before"].replace(
            str(runs[other]["subject_id"]), "n"
        )
