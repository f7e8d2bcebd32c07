"""The yearly round of 赤峰, from application to plaque, as its regulation writes it."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.calendar import at_local
from flows.engine.errors import Refused
from flows.office.rounds import Places
from models import Cycle
from models.session import transaction
from tests.world import World

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]


def chosen(world: World, *names: str) -> None:
    """People apply, are endorsed, scored 90, 89, 88 … and ranked."""
    world.apply_for(*names, credentials=MASTER)
    world.on("2025-03-07")
    world.endorse_tiers(*names)
    world.on("2025-03-20")
    world.draw()
    for n, name in enumerate(names):
        world.score(name, *[90 - n] * 5)
    world.on("2025-04-08")
    world.rank()


@pytest.mark.capability(4, 5, 9, 13, 19, 21, 23)
def test_chifeng_round_without_objection_runs_to_the_plaque(any_database: Engine) -> None:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.apply_for("A", credentials=MASTER)
    world.on("2025-03-07")
    world.do("county_a_school1", "endorse", "A", reason="同意")
    world.on("2025-03-17")
    world.do("county_a", "endorse", "A", rank=1)
    world.draw()
    world.score("A", 90, 92, 88, 91, 75)
    world.on("2025-04-08")
    world.rank()
    assert world.state("A") == "notice.unposted"
    world.on("2025-04-14")
    world.post()
    world.on("2025-04-20", 23)
    assert world.state("A") == "notice.posted"
    world.on("2025-04-21")
    with pytest.raises(Refused, match="先要发文公布") as early:
        world.do("bureau", "hang", "A")
    assert early.value.because == "unannounced"
    assert world.state("A") == "plaque.unannounced"
    world.on("2025-04-23")
    number = world.announce()
    assert "2025" in number
    world.on("2025-05-08")
    world.do("bureau", "hang", "A")
    assert world.outcome("A") == "hung"
    assert world.studio("A").standing == "active"
    with transaction(any_database) as session:
        cycle = session.execute(select(Cycle)).scalar_one()
    assert (cycle.begins_on, cycle.ends_on) == (date(2025, 5, 8), date(2028, 5, 7))


@pytest.mark.capability(21)
def test_chifeng_upheld_objection_holds_one_entry_and_promotes_the_next(any_database: Engine) -> None:
    world = World(any_database)
    world.round(date(2025, 3, 31), quotas=[Places("round", at_most=3)])
    chosen(world, "A", "B", "C", "D")
    assert [world.state(name) for name in "ABCD"] == ["notice.unposted"] * 3 + ["expert_review.reserved"]
    world.on("2025-04-14")
    world.post("A", "B", "C")
    world.on("2025-04-16")
    with pytest.raises(Refused) as refused:
        world.do("public", "object", "B")
    assert refused.value.because == "without_facts"
    world.do("public", "object", "B", facts="称号与证书不符")
    world.on("2025-04-21")
    assert [world.state(name) for name in "ABC"] == ["plaque.unannounced", "notice.objected", "plaque.unannounced"]
    world.on("2025-04-28")
    world.do("bureau", "uphold", "B", reason="核实属实")
    assert world.outcome("B") == "upheld"
    assert world.state("D") == "notice.unposted"
    assert [message.notice for message in world.mail("objection_upheld", "B")] == ["objection_upheld"]
    assert len(world.mail("promoted", "D")) == 1


def test_chifeng_objection_after_the_last_day_is_refused_though_the_clock_has_not_looked(
    sqlite_database: Engine,
) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    chosen(world, "A")
    world.on("2025-04-14")
    world.post()
    world.on("2025-04-20", 23)
    world.clock.advance(at_local(date(2025, 4, 21), 0, 0))
    with pytest.raises(Refused) as late:
        world.do("public", "object", "A", facts="称号与证书不符")
    assert late.value.because == "too_late"
    world.sweep()
    assert world.state("A") == "plaque.unannounced"
