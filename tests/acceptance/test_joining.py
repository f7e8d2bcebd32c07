"""Joining and leaving: number, share and window at every seat, one winner of the last place, named roles, vacancies, exits."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.apply import apply
from flows.engine.errors import Refused
from flows.engine.work import Intent
from flows.office.seats import take_back_seat
from models import Application, Seat, Transition
from models.columns import table_of
from models.session import transaction
from tests.crash.crowd import at_once
from tests.world import World

APPLICATIONS, SEATS, TRANSITIONS = table_of(Application), table_of(Seat), table_of(Transition)
HONOURS: list[dict[str, Any]] = [
    {"kind": "honour", "name": "优秀班主任", "level": "county", "on": date(2023, 9, 10)},
    {"kind": "class_honour", "name": "先进班集体", "level": "county", "on": date(2022, 5, 4)},
    {"kind": "project", "name": "班级建设", "level": "county", "on": date(2023, 1, 1), "published": True},
]
DOCUMENT = "掌握基本的现代教育技术的证明"


def city(engine: Engine, members: int = 0) -> World:
    """石家庄: H of county A runs a city studio with so many members of county B."""
    world = World(engine, "shijiazhuang")
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    for n in range(members):
        world.applicant(f"m{n}", "county_b_school1", post="class_teacher")
        world.seat(f"m{n}", "H", body="county_b_school1")
    return world


def invited(world: World, name: str, body: str) -> None:
    """The host invites somebody who consents; the school and county may still speak."""
    world.applicant(name, body, post="class_teacher", born_on=date(1990, 1, 1), credentials=HONOURS)
    world.begin_seat(name, "H", by="H")
    world.do("H", "submit", name)
    world.do(name, "endorse", name)


def supported(world: World, name: str, body: str, county: str) -> None:
    world.do(body, "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))
    world.do(county, "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))


def seats(world: World, host: str = "H") -> list[Any]:
    with transaction(world.engine) as session:
        mine = (SEATS.c.studio_id == world.studio(host).id) & SEATS.c.to_on.is_(None)
        return list(session.execute(select(SEATS).where(mine).order_by(SEATS.c.id)))


def test_joining_own_school_waits_until_the_share_admits_and_is_seated_then(any_database: Engine) -> None:
    world = city(any_database, members=2)
    invited(world, "own", "county_a_school1")
    supported(world, "own", "county_a_school1", "county_a")
    assert world.state("own") == "seat.waiting"
    with pytest.raises(Refused, match="1/4") as early:
        world.do("bureau", "seat", "own")
    assert early.value.because == "share_exceeded"
    assert "(六)" in str(early.value.origin)
    invited(world, "other", "county_b_school1")
    supported(world, "other", "county_b_school1", "county_b")
    assert [world.outcome(name) for name in ("other", "own")] == ["seated", "seated"]
    assert len(seats(world)) == 5


def test_joining_two_at_once_for_the_last_place_has_one_winner(any_database: Engine) -> None:
    world = city(any_database, members=9)
    for name, body in (("x", "county_b_school1"), ("y", "county_b_school2")):
        invited(world, name, body)
        world.do(body, "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))
    runs = {name: world.run_of(name, "county_b") for name in ("x", "y")}

    def press(name: str) -> None:
        with world.at_work() as work:
            apply(work, Intent(runs[name].id, "endorse", {}, runs[name].version), actor)

    actor = world.actor("county_b")
    at_once([partial(press, "x"), partial(press, "y")])
    assert sorted(world.state(name).partition(".")[2] for name in ("x", "y")) == ["seated", "waiting"]
    assert len(seats(world)) == 11


def test_joining_two_in_one_act_take_one_last_place(any_database: Engine) -> None:
    world = city(any_database, members=9)
    for name in ("x", "y"):
        invited(world, name, "county_b_school1")
        world.do("county_b_school1", "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))
    world.do_many("county_b", "endorse", ["x", "y"])
    assert [world.outcome(name) for name in ("x", "y")] == ["seated", None]
    assert len(seats(world)) == 11


def test_joining_twice_is_refused_before_anything_is_asked(sqlite_database: Engine) -> None:
    world = city(sqlite_database, members=1)
    world.begin_seat("m0", "H", by="H")
    with pytest.raises(Refused, match="已经是成员") as again:
        world.do("H", "submit", "m0")
    assert again.value.because == "seat_taken"


def test_leaving_without_a_seat_is_refused(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.applicant("stranger", "county_b_school1", post="class_teacher")
    with pytest.raises(Refused) as refused:
        world.begin_seat("stranger", "H", path="leave")
    assert refused.value.because == "no_seat"


def test_leaving_owes_a_refill_that_the_next_member_meets(sqlite_database: Engine) -> None:
    world = city(sqlite_database, members=5)
    world.begin_seat("m0", "H", path="leave")
    world.do("m0", "submit", "m0")
    world.do("county_b_school1", "decline", "m0", reason="班级离不开")
    world.do("county_b", "endorse", "m0")
    world.do("bureau", "endorse", "m0")
    assert world.outcome("m0") == "left"
    (owed,) = world.duties("H", "refill")
    assert owed.state == "open"
    assert owed.responsible == f"person:{world.ids['H']}"
    with pytest.raises(Refused, match="自动办结") as by_hand:
        world.act("H", "submit", owed)
    assert by_hand.value.because == "still_vacant"
    invited(world, "new", "county_b_school2")
    supported(world, "new", "county_b_school2", "county_b")
    assert world.outcome("new") == "seated"
    assert world.duties("H", "refill")[0].state == "met"


def county(engine: Engine) -> World:
    world = World(engine, "county-master-teacher")
    world.applicant("H", "school1", post="teacher", subject="语文")
    world.running_studio("H", "school1", "county")
    return world


def test_whoever_the_host_nominated_is_told_too_and_has_a_number(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    invited(world, "N", "county_b_school1")
    supported(world, "N", "county_b_school1", "county_b")
    assert len(world.mail("seated", "H")) == len(world.mail("seated", "N")) == 1
    with transaction(sqlite_database) as session:
        number = session.execute(select(APPLICATIONS.c.number).where(APPLICATIONS.c.role == "member")).scalar()
    assert number == "SH-2025-001"


def test_named_assistant_leaves_a_case_with_its_history(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    world.applicant("helper", "school1", post="teacher", subject="语文")
    world.name_to_seat("school1", "helper", "H", "assistant")
    with transaction(sqlite_database) as session:
        row = session.execute(select(TRANSITIONS).where(TRANSITIONS.c.event == "seat")).one()
    assert row.actor_id == world.ids["school1_officer"]
    assert "三(二)2" in str(row.origin)


def test_named_assistant_of_a_member_is_one_seat_and_can_be_changed(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    for name in ("a", "b"):
        world.applicant(name, "school1", post="teacher", subject="语文")
        world.seat(name, "H", body="school1")
    world.name_to_seat("school1", "a", "H", "assistant")
    assert [(seat.role, seat.duty_role) for seat in seats(world)] == [
        ("host", ""),
        ("member", "assistant"),
        ("member", ""),
    ]
    with pytest.raises(Refused) as full:
        world.name_to_seat("school1", "b", "H", "assistant")
    assert full.value.because == "too_many"
    actor, studio_id = world.actor("school1"), world.studio("H").id or 0
    with world.at_work() as work:
        take_back_seat(work, actor, world.version_id, studio_id, world.ids["a"], "assistant", "轮换")
    world.name_to_seat("school1", "b", "H", "assistant")
    assert [seat.duty_role for seat in seats(world)] == ["", "", "assistant"]


def township(engine: Engine, start: date) -> World:
    world = World(engine, "township-subject-master", start=start)
    world.cast("subject_group", "group")
    world.applicant("H", "bureau", post="teacher", subject="语文")
    world.running_studio("H", "bureau", "school")
    world.cycle("H", date(2025, 9, 15))
    return world


def through_the_chain(world: World) -> None:
    world.applicant("M", "bureau", post="teacher", subject="语文")
    world.begin_seat("M", "H")
    world.attach("M", DOCUMENT)
    world.do("M", "submit", "M")
    world.endorse_tiers("M")


def test_township_member_joins_at_the_beginning_of_the_school_year(sqlite_database: Engine) -> None:
    world = township(sqlite_database, date(2026, 9, 7))
    through_the_chain(world)
    assert world.outcome("M") == "seated"


def test_township_member_at_another_time_needs_the_reason_of_the_school(sqlite_database: Engine) -> None:
    world = township(sqlite_database, date(2027, 3, 1))
    through_the_chain(world)
    assert world.state("M") == "seat.waiting"
    with pytest.raises(Refused, match="不在规定的进出时间内") as refused:
        world.do("bureau", "seat", "M")
    assert refused.value.because == "outside_window"
    assert "四9" in str(refused.value.origin)
    world.do("bureau", "seat", "M", reason="教师调动，学科组缺人")
    assert world.outcome("M") == "seated"
