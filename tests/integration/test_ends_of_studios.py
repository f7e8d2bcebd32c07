"""When a studio's time is over: its final result, or whatever was the last thing open, ends the studio."""

import pytest
from sqlalchemy import select

from flows.engine.apply import apply_many
from flows.engine.work import Intent
from models import Message
from models.columns import table_of
from tests.lives import DUTIES, RUNS, STUDIOS, LifeByChance
from tests.promises import owed_by_strangers

MESSAGES = table_of(Message)


def standing(life: LifeByChance) -> str:
    return str(life.rows(select(STUDIOS.c.standing))[0].standing)


@pytest.mark.capability(74)
def test_studio_ends_with_its_final_result_whatever_nobody_judged_of_members_or_a_half_year() -> None:
    life = LifeByChance("shijiazhuang")
    life.pass_days(760)
    for run in life.live("assessment", "open"):
        if life.policy(run).grades:
            life.propose(run, [1])
    for state, event in (("proposed", "confirm"), ("confirmed", "release")):
        for run in life.live("assessment", state):
            life.press(run, event)
    assert life.refused == {}
    assert standing(life) == "ended"
    assert life.live("assessment") == []


@pytest.mark.capability(62)
def test_members_of_a_roster_that_is_composed_anew_owe_nothing_more() -> None:
    life = LifeByChance("township-subject-master")
    life.pass_days(1097)
    (run,) = life.live("renewal", "waiting")
    assert life.press(run, "choose", choice="重新组合")
    life.pass_days(1)
    (host,) = life.seats(life.studio_rows()[0].id)
    assert host.role == "host"
    assert list(owed_by_strangers(life)) == []


@pytest.mark.capability(62)
def test_host_and_office_are_told_what_a_roster_composed_anew_lacks() -> None:
    life = LifeByChance("township-subject-master")
    life.pass_days(1097)
    (run,) = life.live("renewal", "waiting")
    assert life.press(run, "choose", choice="重新组合")
    warned = select(MESSAGES.c.context, MESSAGES.c.body_id).where(MESSAGES.c.notice == "roster_warned")
    before = len(life.rows(warned))
    life.pass_days(1)
    told = life.rows(warned)[before:]
    assert {row.context["reason"] for row in told} == {"成员应有 6 人左右，现有 0 人"}
    assert {row.body_id is None for row in told} == {True, False}  # the host, and the office
    life.pass_days(3)
    assert len(life.rows(warned)) == before + len(told)


def test_members_stay_until_the_cycle_ends_when_their_roster_is_to_be_composed_anew() -> None:
    life = LifeByChance("township-subject-master")
    life.pass_days(1085)
    (run,) = life.live("renewal", "waiting")
    seated = len(life.seats(life.studio_rows()[0].id))
    assert life.press(run, "choose", choice="重新组合")
    life.pass_days(2)
    assert len(life.seats(life.studio_rows()[0].id)) == seated > 1
    life.pass_days(20)
    (host,) = life.seats(life.studio_rows()[0].id)
    assert host.role == "host"


def both_at_once(first: str) -> LifeByChance:
    """A studio whose bureau, at one blow, releases the result that takes it back and decides to replace a member."""
    life = LifeByChance("hainan")
    life.pass_days(340)
    unqualified = 3
    annual, members = life.live("assessment", "open")
    assert (annual.step, members.step) == ("annual", "members")
    assert life.propose(members, [unqualified, 1])
    assert life.propose(annual, [unqualified])
    assert life.press(life.again(annual), "confirm")
    decision = life.live("decision", "asked")[0]
    acts = {
        "release": Intent(annual.id, "release", expect=life.again(annual).version),
        "decide": Intent(decision.id, "decide", {"choice": "调整出", "reason": "表决通过"}, decision.version),
    }
    actor = life.actor()
    with life.bureau.at_work() as work:
        results = apply_many(work, sorted(acts.values(), key=lambda one: one.event != first), actor)
    assert not results[0].refused
    assert standing(life) == "revoked"
    assert life.rows(select(RUNS.c.id).where(RUNS.c.ended_at.is_(None))) == []
    life.acted |= {one.intent.event: int(not one.refused) for one in results}
    return life


def test_nothing_is_decided_of_a_studio_that_the_act_before_it_took_back() -> None:
    life = both_at_once("release")
    assert life.acted["decide"] == 0
    assert life.rows(select(DUTIES.c.id).where(DUTIES.c.key == "refill")) == []


def test_what_was_decided_of_a_studio_is_dropped_when_the_act_after_it_takes_the_studio_back() -> None:
    life = both_at_once("decide")
    assert life.acted["decide"] == 1
    (refill,) = life.rows(select(DUTIES.c.id).where(DUTIES.c.key == "refill"))
    assert life.again_of(refill.id).outcome == "cancelled"
