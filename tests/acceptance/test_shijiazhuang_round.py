"""The round of 石家庄: counties and direct schools create studios, the city names twenty of them, shares are kept."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from flows.programme import load
from flows.programme.rosters import roster_rules
from models import Cycle, Document, Seat, Transition
from models.columns import table_of
from models.facts import SeatFact
from models.session import transaction
from tests.world import World

DOCUMENTS = table_of(Document)
SEATS = table_of(Seat)
TRANSITIONS = table_of(Transition)

FILES = ("建设方案", "实施计划")
CREATED = ("a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1")


def city(engine: Engine) -> World:
    return World(engine, "shijiazhuang", start=date(2025, 2, 24))


def create(world: World, name: str, by: str, body: str) -> None:
    """A county or direct school files a teacher of its own to be given a studio."""
    world.applicant(name, body, post="class_teacher")
    world.begin(name, by=by)
    world.attach(name, *FILES)
    world.do(by, "submit", name)
    world.judge(name)


def created(world: World) -> None:
    """County A has five studios, county B two, the direct school one; all registered."""
    world.round(date(2025, 3, 31), path="create")
    for name in CREATED:
        by = {"a": "county_a", "b": "county_b", "c": "direct_school"}[name[0]]
        create(world, name, by, by if by == "direct_school" else f"{by}_school1")
    results = world.do_many("bureau", "register", CREATED)
    assert not any(result.refused for result in results)


@pytest.mark.capability(10)
def test_shijiazhuang_county_creates_studios_up_to_five_and_a_direct_school_one(any_database: Engine) -> None:
    world = city(any_database)
    created(world)
    assert world.studio("a1").level == "county"
    assert world.studio("a1").standing == "active"
    with transaction(any_database) as session:
        assert session.execute(select(Cycle)).first() is None
    create(world, "a6", "county_a", "county_a_school2")
    create(world, "c2", "direct_school", "direct_school")
    for name in ("a6", "c2"):
        with pytest.raises(Refused, match="名额已用完") as full:
            world.do("bureau", "register", name)
        assert "(二)" in str(full.value.origin)
    create(world, "b3", "county_b", "county_b_school1")
    world.do("bureau", "register", "b3")
    assert world.outcome("b3") == "registered"


def test_shijiazhuang_county_below_three_is_warned_when_the_round_is_concluded(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    created(world)
    world.on("2025-04-01")
    world.do("bureau", "conclude", "round")
    warned = world.mail("quota_short", "county_b")
    assert len(warned) == 1
    assert "2 个，少于 3 个" in warned[0].context["reason"]
    assert world.mail("quota_short", "county_a") == []
    assert len(world.mail("quota_short", "bureau")) == 1


def test_shijiazhuang_teacher_cannot_create_a_studio_alone_nor_a_county_for_another(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.round(date(2025, 3, 31), path="create")
    world.applicant("teacher", "county_a_school1", post="class_teacher")
    for by in ("teacher", "county_b"):
        with pytest.raises(Refused) as refused:
            world.begin("teacher", by=by)
        assert refused.value.because == "not_yours"


def test_shijiazhuang_creation_without_its_papers_names_them(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.round(date(2025, 3, 31), path="create")
    world.applicant("a1", "county_a_school1", post="class_teacher")
    world.begin("a1", by="county_a")
    world.attach("a1", "建设方案")
    with pytest.raises(Refused, match="实施计划") as lacking:
        world.do("county_a", "submit", "a1")
    assert lacking.value.missing == ("实施计划",)


def test_shijiazhuang_registered_studio_cannot_be_hung_on_the_way(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.round(date(2025, 3, 31), path="create")
    create(world, "a1", "county_a", "county_a_school1")
    with pytest.raises(Refused) as refused:
        world.do("bureau", "announce", "a1")
    assert refused.value.because == "only_registered"


@pytest.mark.capability(11)
def test_shijiazhuang_city_raises_studios_of_counties_and_starts_their_cycle(any_database: Engine) -> None:
    world = city(any_database)
    created(world)
    world.on("2025-04-01")
    world.round(date(2025, 4, 30), path="apply")
    world.applicant("stranger", "county_a_school2", post="class_teacher")
    world.begin("stranger")
    with pytest.raises(Refused, match="先是下一级") as refused:
        world.do("stranger", "submit", "stranger")
    assert refused.value.because == "wrong_level"
    for name in CREATED[:3]:
        world.begin(name)
        world.do(name, "submit", name)
    world.on("2025-05-06")
    world.draw()
    for n, name in enumerate(CREATED[:3]):
        world.score(name, *[90 - n] * 5)
    world.rank()
    world.on("2025-05-12")
    world.post()
    world.on("2025-05-18", 23)
    assert world.state("a1") == "notice.posted"
    world.on("2025-05-19")
    world.announce()
    world.on("2025-09-01")
    world.do("bureau", "hang", "a1")
    assert world.studio("a1").level == "city"
    with transaction(any_database) as session:
        cycle = session.execute(select(Cycle)).scalar_one()
        kinds = set(session.execute(select(DOCUMENTS.c.kind)).scalars())
    assert (cycle.begins_on, cycle.ends_on) == (date(2025, 9, 1), date(2027, 8, 31))
    assert kinds == {"announcement", "plaque", "certificate"}


@pytest.mark.capability(10, 19)
def test_shijiazhuang_city_names_twenty_of_twenty_seven(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    names = [f"h{n:02}" for n in range(27)]
    for name in names:
        with world.at_work() as work:
            world.person(work.session, name, "county_a_school1", "class_teacher")
        world.running_studio(name, "county_a_school1", "county")
    world.round(date(2025, 3, 31))
    for name in names:
        world.begin(name)
        world.do(name, "submit", name)
    world.on("2025-04-01")
    world.draw()
    for n, name in enumerate(names):
        world.score(name, *[95 - n] * 5)
    world.rank()
    chosen = [name for name in names if world.state(name) == "notice.unposted"]
    assert chosen == names[:20]
    assert [world.state(name) for name in names[20:]] == ["review.reserved"] * 3 + ["review.rejected"] * 4


@pytest.mark.capability(30)
def test_shijiazhuang_member_is_invited_consents_and_is_seated_though_the_school_declines(
    sqlite_database: Engine,
) -> None:
    world = city(sqlite_database)
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    honours = [
        {"kind": "honour", "name": "优秀班主任", "level": "county", "on": date(2023, 9, 10)},
        {"kind": "class_honour", "name": "先进班集体", "level": "county", "on": date(2022, 5, 4)},
        {"kind": "project", "name": "班级建设", "level": "county", "on": date(2023, 1, 1), "published": True},
    ]
    world.applicant("M", "county_b_school1", post="class_teacher", born_on=date(1990, 1, 1), credentials=honours)
    with pytest.raises(Refused):
        world.begin_seat("M", "H")
    world.begin_seat("M", "H", by="H")
    world.do("H", "submit", "M")
    assert world.run_of("M").desk == f"person:{world.ids['M']}"
    world.do("M", "endorse", "M")
    assert world.state("M") == "support.reviewing"
    world.do("county_b_school1", "decline", "M", reason="班级工作离不开")
    assert world.outcome("M") is None
    world.do("county_b", "endorse", "M", judged=dict.fromkeys(world.unjudged("M"), "passed"))
    assert world.outcome("M") == "seated"
    assert len(world.mail("seated", "H")) == 1


def test_shijiazhuang_member_over_forty_is_refused_by_the_clause_of_members(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    world.applicant("M", "county_b_school1", post="class_teacher", born_on=date(1984, 2, 24))
    world.begin_seat("M", "H", by="H")
    with pytest.raises(Refused, match="41 周岁") as refused:
        world.do("H", "submit", "M")
    assert "(九)1" in str(refused.value.origin)


def seats(members: int, own: int) -> list[SeatFact]:
    """A host and so many members, of whom `own` are of the host's school."""
    host = SeatFact("主持人", "host", "", own_school=True)
    return [host, *(SeatFact(f"成员{n}", "member", "", own_school=n < own) for n in range(members))]


@pytest.mark.capability(28)
@pytest.mark.parametrize(
    ("members", "own", "exceeded"),
    [(10, 2, False), (10, 3, True), (9, 2, False), (5, 2, True), (8, 2, True), (4, 1, False), (3, 1, True)],
)
def test_shijiazhuang_share_of_the_own_school_counts_members_among_all(members: int, own: int, exceeded: bool) -> None:  # noqa: FBT001
    rules = roster_rules(load("shijiazhuang"))
    assert rules.shares[0].exceeded(seats(members, own)) is exceeded


@pytest.mark.parametrize(
    ("members", "own", "because"),
    [(10, 2, ""), (10, 3, "share_exceeded"), (9, 2, ""), (5, 2, "share_exceeded"), (11, 0, "too_many")],
)
def test_shijiazhuang_roster_is_confirmed_within_its_number_and_share(
    sqlite_database: Engine, members: int, own: int, because: str
) -> None:
    world = city(sqlite_database)
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    for n in range(members):
        world.seat(f"m{n}", "H", body="county_a_school1" if n < own else "county_b_school1")
    world.owe("H", "roster")
    (roster,) = world.duties("H", "roster")
    if not because:
        world.act("H", "submit", roster)
        assert world.duties("H", "roster")[0].state == "met"
        return
    with pytest.raises(Refused) as refused:
        world.act("H", "submit", roster)
    assert refused.value.because == because
    assert "(六)" in str(refused.value.origin)
    if because == "share_exceeded":
        assert f"{own}/{members + 1}" in refused.value.says


@pytest.mark.capability(73)
def test_shijiazhuang_decisions_are_kept_with_their_clause(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    created(world)
    with transaction(sqlite_database) as session:
        origins = session.execute(
            select(TRANSITIONS.c.event, TRANSITIONS.c.origin).where(TRANSITIONS.c.event == "submit")
        ).all()
    assert origins
    assert all("(二)" in str(row.origin) for row in origins)


def leave(world: World, name: str) -> None:
    """A member asks to go: school, county and office give their opinions and approval."""
    world.begin_seat(name, "H", path="leave")
    world.do(name, "submit", name)
    world.do("county_b_school1", "endorse", name)
    world.do("county_b", "decline", name, reason="希望留任")
    world.do("bureau", "endorse", name)


@pytest.mark.capability(28)
def test_shijiazhuang_share_is_flagged_when_members_of_other_schools_leave(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    for n in range(10):
        world.applicant(f"m{n}", "county_a_school1" if n < 2 else "county_b_school1", post="class_teacher")
        world.seat(f"m{n}", "H", body="county_a_school1" if n < 2 else "county_b_school1")
    world.on("2025-03-03")
    leave(world, "m8")
    assert world.outcome("m8") == "left"
    assert world.mail("roster_warned") == []
    leave(world, "m9")
    warned = world.mail("roster_warned", "H")
    assert len(warned) == 1
    assert "2/9" in warned[0].context["reason"]
    assert len(world.mail("roster_warned", "bureau")) == 1
    assert world.studio("H").standing == "active"
    with transaction(sqlite_database) as session:
        seat = session.execute(select(Seat).where(SEATS.c.person_id == world.ids["m9"])).scalar_one()
    assert seat.to_on == date(2025, 3, 3)


@pytest.mark.capability(32)
def test_shijiazhuang_office_may_refuse_an_exit_and_the_seat_stays(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.applicant("H", "county_a_school1", post="class_teacher")
    world.running_studio("H", "county_a_school1", "city")
    world.applicant("m", "county_b_school1", post="class_teacher")
    world.seat("m", "H", body="county_b_school1")
    world.begin_seat("m", "H", path="leave")
    world.do("m", "submit", "m")
    world.do("county_b_school1", "endorse", "m")
    world.do("county_b", "endorse", "m")
    world.do("bureau", "decline", "m", reason="学期中不予调整")
    assert world.outcome("m") == "declined"
    with transaction(sqlite_database) as session:
        seat = session.execute(select(Seat).where(SEATS.c.person_id == world.ids["m"])).scalar_one()
    assert seat.to_on is None


def test_shijiazhuang_registration_waits_until_a_person_has_judged_the_host(sqlite_database: Engine) -> None:
    world = city(sqlite_database)
    world.round(date(2025, 3, 31), path="create")
    for name in ("a1", "a2"):
        world.applicant(name, "county_a_school1", post="class_teacher")
        world.begin(name, by="county_a")
        world.attach(name, *FILES)
        world.do("county_a", "submit", name)
    with pytest.raises(Refused, match="先要判断是否符合") as unjudged:
        world.do("bureau", "register", "a1")
    assert unjudged.value.because == "unjudged"
    world.judge("a1")
    world.do("bureau", "register", "a1")
    assert world.outcome("a1") == "registered"
    world.do("bureau", "judge", "a2", judged=dict.fromkeys(world.unjudged("a2"), "failed"), reason="没有带教经验")
    with pytest.raises(Refused, match="不符合"):
        world.do("bureau", "register", "a2")
    world.do("bureau", "decline", "a2", reason="没有带教经验")
    assert world.outcome("a2") == "declined"
