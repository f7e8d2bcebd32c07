"""When a studio's time is over: whatever was the last thing open, the studio ends with it."""

from sqlalchemy import select

from tests.lives import STUDIOS, LifeByChance


def standing(life: LifeByChance) -> str:
    return str(life.rows(select(STUDIOS.c.standing))[0].standing)


def test_studio_ends_with_the_last_record_that_was_open() -> None:
    life = LifeByChance("shijiazhuang")
    life.pass_days(760)
    for run in life.live("assessment", "open"):
        if life.policy(run).grades:
            life.propose(run, [1])
    for state, event in (("proposed", "confirm"), ("confirmed", "release")):
        for run in life.live("assessment", state):
            life.press(run, event)
    left = life.live("assessment")
    assert {life.policy(run).grades for run in left} == {()}
    assert standing(life) == "active"
    for run in left:
        life.press(run, "record", comment="已查")
    assert life.refused == {}
    assert standing(life) == "ended"
