"""When a studio's time is over: its final result, or whatever was the last thing open, ends the studio."""

import pytest
from sqlalchemy import select

from models import Message
from models.columns import table_of
from tests.lives import STUDIOS, LifeByChance
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
