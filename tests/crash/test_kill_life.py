"""Killed at the points of a studio's life: nothing acknowledged is lost, nothing happens twice, the life comes to the same end."""

from datetime import date

import pytest
from sqlalchemy import Engine

from flows.rehearsal.ground import fresh_database
from tests.crash.invariants import broken
from tests.crash.life import LifeScript
from tests.crash.test_kill import MINUTES, Killing, Labels

RENEWED_BY = date(2028, 12, 31)
KINDS = {"look", "activities/open", "assessment/open", "assessment/confirmed", "grant/due"}
EVERY = {"sqlite": 1, "postgresql": 7}


@pytest.mark.timeout(9 * MINUTES)
def test_killed_at_the_points_of_each_kind_of_act_a_life_comes_to_the_same_end(any_database: Engine) -> None:
    calm = LifeScript(fresh_database(), "chifeng")
    acts, ending = calm.record(RENEWED_BY), calm.ending()
    assert {act.kind for act in acts} >= KINDS
    assert len(ending["cycles"]) == 2
    assert ending["ledger"]
    assert ending["followed"]
    script = LifeScript(any_database, "chifeng", acts)
    killing, labels, seen = Killing(any_database), Labels(any_database), set[str]()
    every = EVERY[any_database.dialect.name]
    while killing.acknowledged < len(acts):
        place = killing.acknowledged
        if (kind := acts[place].kind) in seen:
            script.play(place, lambda _place: None, 1)
            killing.acknowledged = place + 1
            continue
        seen.add(kind)
        point = 1
        while killing.acknowledged == place:
            killing.life(script, 1, lambda _child: None, labels.kill_at(point))  # type: ignore[arg-type]
            point += every
        killing.check(script)  # type: ignore[arg-type]
    assert broken(any_database) == []
    assert script.ending() == ending
    print(f"{killing.kills} kills over {len(seen)} kinds of acts in {len(acts)} acts")  # noqa: T201  the figure is the point
    assert killing.kills > 50
