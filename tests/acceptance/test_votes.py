"""A body that decides by vote: every seat is asked, and the body endorses when quorum and majority are there (能力 8)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from models import Appointment, Opinion, StageRun
from models.columns import table_of
from models.session import transaction
from tests.world import World, altered

RUNS, OPINIONS = table_of(StageRun), table_of(Opinion)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
COUNTY = "by: county, ranks: true, like: D-SLA.county"
SEATS = ("county_a_officer", *(f"seat{n}" for n in range(2, 8)))


def voting(engine: Engine, rule: str = "{quorum: 2/3, more_than: 1/2}", seats: int = 7) -> World:
    """Chifeng whose county review is a vote of seven seats, with one application before it."""
    world = World(engine, altered("chifeng", COUNTY, f"vote: {rule}, {COUNTY}"))
    with world.at_work() as work:
        for name in SEATS[1:seats]:
            person = world.person(work.session, name, None)
            work.session.add(
                Appointment(person_id=person, body_id=world.ids["county_a"], role="officer", from_on=date(2020, 1, 1))
            )
        work.session.flush()
    world.round(date(2025, 3, 31))
    world.apply_for("A", credentials=MASTER)
    world.do("county_a_school1", "endorse", "A", judged=dict.fromkeys(world.unjudged("A"), "passed"))
    return world


def asked(world: World) -> dict[str, Any]:
    """The open votes about A, by the name of the seat."""
    names = {f"person:{value}": key for key, value in world.ids.items() if not key.startswith("application/")}
    with transaction(world.engine) as session:
        rows = session.execute(
            select(RUNS).where(RUNS.c.parent_id == world.run_of("A").id, RUNS.c.ended_at.is_(None))
        ).all()
    return {names[row.held_by]: row for row in rows}


def vote(world: World, *choices: str) -> None:
    """The first seats vote, one after the other."""
    for name, choice in zip(SEATS, choices, strict=False):
        world.act(name, "give", asked(world)[name], choice=choice)


def refused(world: World) -> Refused:
    with pytest.raises(Refused) as refusal:
        world.do("county_a", "endorse", "A")
    return refusal.value


def test_vote_asks_every_seat_and_tells_each_once(any_database: Engine) -> None:
    world = voting(any_database)
    assert set(asked(world)) == set(SEATS)
    for name in SEATS:
        assert len(world.mail("vote_asked", name)) == 1
    assert world.run_of("A").desk == f"body:{world.ids['county_a']}"
    assert {row.due_at for row in asked(world).values()} == {world.run_of("A").due_at}


def test_vote_refuses_the_body_until_the_quorum_is_there(any_database: Engine) -> None:
    world = voting(any_database)
    vote(world, "agree", "agree", "agree")
    early = refused(world)
    assert (early.because, early.origin["text"]) == ("no_quorum", "九(一)")
    assert "3/7 人已投票" in early.says
    vote_more = asked(world)
    world.act("seat4", "give", vote_more["seat4"], choice="against")
    assert refused(world).because == "no_quorum"
    world.act("seat5", "give", vote_more["seat5"], choice="against")
    world.do("county_a", "endorse", "A")
    assert world.state("A") == "expert_review.unassigned"
    with transaction(world.engine) as session:
        states = session.execute(select(RUNS.c.outcome).where(RUNS.c.step == "county_review/opinion")).scalars().all()
    assert sorted(states) == ["cancelled"] * 2 + ["given"] * 5


def test_vote_without_a_majority_cannot_be_endorsed_but_declined(sqlite_database: Engine) -> None:
    world = voting(sqlite_database, seats=6)
    vote(world, "agree", "agree", "agree", "against", "against", "against")
    outvoted = refused(world)
    assert outvoted.because == "outvoted"
    assert "3 票同意、3 票不同意，要超过 1/2" in outvoted.says
    world.do("county_a", "decline", "A", reason="表决未通过")
    assert world.outcome("A") == "declined"


@pytest.mark.parametrize(("rule", "agree", "outcome"), [
    ("{quorum: 2/3, at_least: 1/2}", 3, "endorsed"),
    ("{quorum: 2/3, more_than: 1/2}", 3, "outvoted"),
    ("{quorum: 2/3, at_least: 2/3}", 4, "endorsed"),
    ("{quorum: 2/3, more_than: 2/3}", 4, "outvoted"),
    ("{quorum: 2/3, more_than: 2/3}", 5, "endorsed"),
])  # fmt: skip
def test_vote_ratio_is_compared_in_whole_numbers(sqlite_database: Engine, rule: str, agree: int, outcome: str) -> None:
    world = voting(sqlite_database, rule, seats=6)
    vote(world, *["agree"] * agree, *["against"] * (6 - agree))
    if outcome == "endorsed":
        world.do("county_a", "endorse", "A")
        assert world.state("A") == "expert_review.unassigned"
    else:
        assert refused(world).because == "outvoted"


def test_whoever_stands_back_is_not_counted_among_the_seats(sqlite_database: Engine) -> None:
    world = voting(sqlite_database)
    world.act("seat7", "refuse", asked(world)["seat7"], reason="与申报人同校")
    vote(world, "agree", "agree", "agree")
    assert "3/6 人已投票" in refused(world).says
    world.act("seat4", "give", asked(world)["seat4"], choice="agree")
    world.do("county_a", "endorse", "A")


def test_vote_is_one_s_own_and_given_once(sqlite_database: Engine) -> None:
    world = voting(sqlite_database)
    ballot = asked(world)["seat2"]
    with pytest.raises(Refused) as foreign:
        world.act("seat3", "give", ballot, choice="agree")
    assert foreign.value.because == "not_yours"
    with pytest.raises(Refused) as blank:
        world.act("seat2", "give", ballot)
    assert blank.value.because == "no_choice"
    world.act("seat2", "give", ballot, choice="agree")
    with pytest.raises(Refused):
        world.act("seat2", "give", ballot, choice="against")


def test_applicant_who_has_a_seat_is_not_asked(sqlite_database: Engine) -> None:
    world = voting(sqlite_database, seats=3)
    world.applicant("B", "county_a_school1", credentials=MASTER)
    with world.at_work() as work:
        work.session.add(
            Appointment(
                person_id=world.ids["B"], body_id=world.ids["county_a"], role="officer", from_on=date(2020, 1, 1)
            )
        )
    world.begin("B")
    world.do("B", "submit", "B")
    world.do("county_a_school1", "endorse", "B", judged=dict.fromkeys(world.unjudged("B"), "passed"))
    with transaction(world.engine) as session:
        held = session.execute(select(RUNS.c.held_by).where(RUNS.c.parent_id == world.run_of("B").id)).scalars().all()
    assert sorted(held) == sorted(f"person:{world.ids[name]}" for name in SEATS[:3])


def test_body_without_anybody_to_vote_is_refused_until_seats_are_filled_and_asked(sqlite_database: Engine) -> None:
    world = voting(sqlite_database, seats=1)
    world.act("county_a_officer", "refuse", asked(world)["county_a_officer"], reason="亲属")
    assert "没有可以投票的人" in refused(world).says
    with world.at_work() as work:
        person = world.person(work.session, "newcomer", None)
        work.session.add(
            Appointment(person_id=person, body_id=world.ids["county_a"], role="officer", from_on=date(2020, 1, 1))
        )
    world.do("county_a", "ask_seats", "A")
    assert set(asked(world)) == {"newcomer"}
    world.act("newcomer", "give", asked(world)["newcomer"], choice="agree")
    world.do("county_a", "endorse", "A")


def test_seats_vote_anew_on_what_was_handed_in_again(any_database: Engine) -> None:
    world = voting(any_database, seats=4)
    vote(world, "agree", "agree")
    world.act("seat3", "refuse", asked(world)["seat3"], reason="亲属")
    world.do("county_a", "send_back", "A", defects=[{"place": "事迹材料", "what": "缺佐证"}])
    world.do("A", "resubmit", "A")
    assert set(asked(world)) == {"county_a_officer", "seat2", "seat4"}
    assert len(world.mail("vote_asked", "seat2")) == 2
    assert "0/3" in refused(world).says
    vote(world, "agree", "agree")
    world.do("county_a", "endorse", "A", judged=dict.fromkeys(world.unjudged("A"), "passed"))
    assert world.run_of("A").step != "county"


def test_tier_without_a_vote_asks_nobody(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.apply_for("A", credentials=MASTER)
    assert world.run_of("A").version == 1
    with pytest.raises(Refused) as none:
        world.do("county_a_school1", "ask_seats", "A")
    assert none.value.because == "no_vote"
