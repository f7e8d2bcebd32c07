"""海南: conditions first, then wishes, then one list that places everybody, proposed by a solver and changed with a reason."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import date
from itertools import cycle, islice

import pytest
from sqlalchemy import Engine, select, update

from flows.engine.assign import Places, Seeker, assign
from flows.engine.days import calendar_of
from flows.engine.errors import Refused
from flows.engine.lists import apply_list, digest_of, make_list
from flows.engine.work import Work
from flows.office.placing import draft_allocation, keep_proposal, place_otherwise, propose_allocation
from models import Application, Duty, Listing, ListingEntry, Seat
from models.columns import table_of
from models.session import reading, transaction
from tests.world import World

APPLICATIONS, DUTIES = table_of(Application), table_of(Duty)
ENTRIES, LISTINGS, SEATS = table_of(ListingEntry), table_of(Listing), table_of(Seat)
SCHOOLS = ("county_a_school1", "county_a_school2", "county_b_school1", "county_b_school2", "direct_school")


def province(engine: Engine, studios: int = 12) -> World:
    """So many studios in turn at five schools, and an open round for members."""
    world = World(engine, "hainan", start=date(2025, 9, 1))
    for n, school in enumerate(islice(cycle(SCHOOLS), studios)):
        world.applicant(f"H{n}", school, school_stage="高中" if n % 2 else "初中")
        world.running_studio(f"H{n}", school, "province")
    world.cast("center", "training_centre")
    world.round(date(2025, 9, 30), path="join")
    return world


def wish(world: World, name: str, *hosts: str) -> None:
    wishes = [world.studio(host).id for host in hosts]
    with world.at_work() as work:
        mine = APPLICATIONS.c.id == world.ids[f"application/{name}"]
        work.session.execute(update(APPLICATIONS).where(mine).values(answers={"wishes": wishes}))


def asks(world: World, name: str, school: str, stage: str, *hosts: str) -> None:
    world.applicant(name, school, school_stage=stage)
    world.begin(name, studio_name="")
    wish(world, name, *hosts)
    world.do(name, "submit", name)


def judged(world: World, *names: str) -> None:
    for name in names:
        world.do("training_centre", "judge", name, judged=dict.fromkeys(world.unjudged(name), "passed"))


def drafted(world: World) -> int:
    actor = world.actor("training_centre")
    with world.at_work() as work:
        return draft_allocation(work, actor, world.round_id)


def made(world: World, listing_id: int) -> None:
    actor = world.actor("training_centre")
    with world.at_work() as work:
        make_list(work, actor, listing_id)
    apply_list(world.engine, world.book, listing_id, world.clock.now())


def heads(world: World) -> Counter[int]:
    with transaction(world.engine) as session:
        live = select(SEATS.c.studio_id).where(SEATS.c.to_on.is_(None), SEATS.c.role == "member")
        return Counter(session.execute(live).scalars())


@pytest.mark.capability(30)
def test_hainan_members_are_placed_among_twelve_studios_with_reasons(any_database: Engine) -> None:
    world = province(any_database)
    names = [f"p{n}" for n in range(30)]
    for n, name in enumerate(names):
        asks(
            world,
            name,
            SCHOOLS[n % 5],
            "高中" if n % 3 else "初中",
            f"H{n % 12}",
            f"H{(n + 5) % 12}",
            f"H{(n + 7) % 12}",
        )
    assert {world.state(name) for name in names} == {"allocation.waiting"}
    with pytest.raises(Refused) as unjudged:
        drafted(world)
    assert unjudged.value.because == "unjudged"
    judged(world, *names)
    listing_id = drafted(world)
    again = drafted(world)
    entries = world.entries(listing_id)
    assert [one.payload for one in entries] == [one.payload for one in world.entries(again)]
    assert all(one.shown["studio"] and one.reason for one in entries)
    assert all("学段一致" in one.reason for one in entries)
    made(world, listing_id)
    assert {world.outcome(name) for name in names} == {"seated"}
    assert sum(heads(world).values()) == 30
    assert len(heads(world)) == 12
    assert max(heads(world).values()) == 4  # twenty of one stage among six studios of that stage
    assert len(world.mail("seated", "p0")) == 1


@pytest.mark.capability(30, 73)
def test_hainan_list_is_changed_only_with_a_reason_and_says_both(sqlite_database: Engine) -> None:
    world = province(sqlite_database, 3)
    asks(world, "p", "county_a_school1", "初中", "H0")
    judged(world, "p")
    listing_id = drafted(world)
    (entry,) = world.entries(listing_id)
    assert "第 1 志愿" in entry.reason
    actor, other = world.actor("training_centre"), world.studio("H2").id
    with world.at_work() as work, pytest.raises(Refused, match="为什么"):
        place_otherwise(work, actor, listing_id, entry.run_id, other, " ")
    with world.at_work() as work:
        place_otherwise(work, actor, listing_id, entry.run_id, other, "两校有帮扶关系")
    (changed,) = world.entries(listing_id)
    assert changed.overridden_by == world.ids["training_centre_officer"]
    assert "两校有帮扶关系" in changed.reason
    assert "H0工作室" in changed.reason
    made(world, listing_id)
    assert heads(world) == {other: 1}


def test_list_that_is_made_while_an_entry_is_changed_waits_for_the_change(any_database: Engine) -> None:
    world = province(any_database, 3)
    asks(world, "p", "county_a_school1", "初中", "H0")
    judged(world, "p")
    listing_id = drafted(world)
    (entry,) = world.entries(listing_id)
    actor, other = world.actor("training_centre"), world.studio("H2").id

    def make() -> None:
        with world.at_work() as work:
            make_list(work, actor, listing_id)

    with ThreadPoolExecutor(1) as pool, world.at_work() as changing:
        place_otherwise(changing, actor, listing_id, entry.run_id, other, "两校有帮扶关系")
        making = pool.submit(make)
        with pytest.raises(FutureTimeoutError):
            making.result(0.3)
    making.result(30)
    with reading(any_database) as session:
        made_of = session.execute(select(LISTINGS.c.sha256).where(LISTINGS.c.id == listing_id)).scalar_one()
    (changed,) = world.entries(listing_id)
    assert changed.payload["studio"] == other
    assert made_of == digest_of([changed])


@pytest.mark.capability(18, 30)
def test_hainan_wishes_go_to_studios_that_have_published_their_conditions(sqlite_database: Engine) -> None:
    world = province(sqlite_database, 3)
    world.owe("H1", "conditions")
    with world.at_work() as work:
        work.session.execute(update(DUTIES).values(blocks=["join"]))
    world.applicant("p", "county_a_school1", school_stage="初中")
    world.begin("p", studio_name="")
    with pytest.raises(Refused, match="志愿") as none:
        world.do("p", "submit", "p")
    assert none.value.because == "unwished"
    wish(world, "p", "H0", "H0")
    with pytest.raises(Refused, match="只能填报一次"):
        world.do("p", "submit", "p")
    wish(world, "p", "H0", "H1")
    with pytest.raises(Refused, match="H1工作室的公布建设目标") as blocked:
        world.do("p", "submit", "p")
    assert blocked.value.because == "blocked"
    wish(world, "p", "H0", "H2")
    world.do("p", "submit", "p")
    assert world.state("p") == "allocation.waiting"


def test_hainan_nobody_is_placed_beyond_twelve_without_a_reason(sqlite_database: Engine) -> None:
    world = province(sqlite_database, 1)
    for n in range(11):
        world.seat(f"m{n}", "H0", body="county_b_school1")
    for name in ("p", "q"):
        asks(world, name, "county_a_school1", "初中", "H0")
    judged(world, "p", "q")
    listing_id = drafted(world)
    assert [one.shown["studio"] for one in world.entries(listing_id)] == ["H0工作室", ""]
    made(world, listing_id)
    assert [world.outcome(name) for name in ("p", "q")] == ["seated", "unplaced"]
    assert len(world.mail("unplaced", "q")) == 1
    assert heads(world)[world.studio("H0").id or 0] == 12


def test_assignment_meets_the_preferences_in_their_order() -> None:
    places = [Places(1, 2), Places(2, 2)]
    wishes = {"wish": {1: 0, 2: 1}, "nearness": {1: 0, 2: 3}, "school_stage": {1: 0, 2: 0}}
    apart = {"wish": {1: 0, 2: 1}, "nearness": {1: 0, 2: 3}, "school_stage": {1: 1, 2: 0}}
    seekers = [Seeker(1, wishes), Seeker(2, wishes), Seeker(3, apart)]
    assert assign(seekers, places, ("school_stage", "nearness", "wish")) == {1: 1, 2: 1, 3: 2}
    assert Counter(assign(seekers, places, ("wish",)).values()) == {1: 2, 2: 1}


def test_assignment_leaves_out_as_few_as_possible_and_bars_where_it_must() -> None:
    seekers = [Seeker(n, {}, frozenset({2}) if n else frozenset()) for n in range(3)]
    found = assign(seekers, [Places(1, 1), Places(2, 1)], ("wish",))
    assert found[0] == 2
    assert len(found) == 2
    assert assign([], [Places(1, 1)], ("wish",)) == {}


def test_proposal_is_not_kept_when_somebody_has_left_since_it_was_solved(any_database: Engine) -> None:
    world = province(any_database, 2)
    for name in ("p", "q"):
        asks(world, name, "county_a_school2", "初中", "H0")
    judged(world, "p", "q")
    actor = world.actor("training_centre")
    with reading(any_database) as session:
        work = Work(session, world.book, world.clock.now(), calendar_of(session))
        proposal = propose_allocation(work, actor, world.round_id)
    with world.at_work() as work:
        kept = keep_proposal(work, actor, proposal)
    assert len(world.entries(kept)) == 2
    world.do("p", "withdraw", "p")
    with world.at_work() as work, pytest.raises(Refused) as refused:
        keep_proposal(work, actor, proposal)
    assert refused.value.because == "moved_on"
