"""The round of 海南: straight to the province, four places, a base school named, members after the conditions are public."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from flows.engine.errors import Refused
from models import Cycle, Document, Studio
from models.columns import table_of
from models.session import transaction
from tests.world import World

CYCLES = table_of(Cycle)
DOCUMENTS = table_of(Document)
STUDIOS = table_of(Studio)

PROOF = "遵纪守法、廉洁自律，无违法违规违纪行为的证明"


def province(engine: Engine) -> World:
    """海南 with the twelve studios that ran before, and an open round."""
    world = World(engine, "hainan", start=date(2025, 5, 6))
    for n in range(12):
        world.running_studio(f"earlier{n}", "county_a_school1", "province")
    world.round(date(2025, 5, 30))
    return world


def principals(world: World, *names: str, **facts: Any) -> None:
    world.apply_for(*names, school_stage="高中", papers=[PROOF], **facts)


def ranked(world: World, *names: str) -> None:
    """Experts give 90, 89, 88 … and the authority ranks."""
    world.on("2025-06-03")
    world.judge(*names)
    world.draw()
    for n, name in enumerate(names):
        world.score(name, *[90 - n] * 5)
    world.on("2025-06-20")
    world.rank()


@pytest.mark.capability(10, 19)
def test_hainan_round_takes_the_best_four_of_the_eligible(any_database: Engine) -> None:
    world = province(any_database)
    world.applicant("deputy", post="deputy_principal", school_stage="高中")
    world.begin("deputy")
    world.attach("deputy", PROOF)
    with pytest.raises(Refused, match="要求正职校长") as refused:
        world.do("deputy", "submit", "deputy")
    assert refused.value.because == "criteria_unmet"
    assert "三(一)3" in str(refused.value.origin)
    principals(world, "recruited", since=date(2024, 9, 1))
    principals(world, "A", "B", "C", "D")
    names = ["recruited", "A", "B", "C", "D"]
    ranked(world, *names)
    assert [world.state(name) for name in names] == ["notice.unposted"] * 4 + ["expert_review.reserved"]
    world.post()
    world.on("2025-06-27")
    world.announce()
    world.on("2025-09-01")
    for name in names[:4]:
        world.do("bureau", "hang", name)
    with transaction(any_database) as session:
        running = session.execute(select(func.count()).where(STUDIOS.c.standing == "active")).scalar_one()
        cycles = set(session.execute(select(CYCLES.c.begins_on, CYCLES.c.ends_on)).all())
    assert running == 16
    assert cycles == {(date(2025, 9, 1), date(2028, 8, 31))}
    assert world.studio("A").base_name == "海南省中学卓越校长培养实践基地"
    world.do_many("bureau", "release", ["D"])
    assert world.outcome("D") == "rejected"
    assert len(world.mail("ranked_out", "D")) == 1


@pytest.mark.capability(12)
def test_hainan_round_refuses_one_who_is_not_established(sqlite_database: Engine) -> None:
    world = province(sqlite_database)
    world.applicant("guest", school_stage="高中", established=False)
    world.begin("guest")
    world.attach("guest", PROOF)
    with pytest.raises(Refused, match="在编"):
        world.do("guest", "submit", "guest")


@pytest.mark.capability(5)
def test_hainan_round_asks_no_tier_between_principal_and_province(sqlite_database: Engine) -> None:
    world = province(sqlite_database)
    principals(world, "A")
    assert world.state("A") == "expert_review.unassigned"
    assert world.run_of("A").desk == f"body:{world.ids['bureau']}"


def test_hainan_authority_may_take_fewer_but_not_more_than_the_round_has_places(sqlite_database: Engine) -> None:
    world = province(sqlite_database)
    names = ["A", "B", "C", "D", "E"]
    principals(world, *names)
    world.on("2025-06-03")
    world.judge(*names)
    world.draw()
    for name in names:
        world.score(name, *[88] * 5)
    results = world.do_many("bureau", "rank", names, {name: {"outcome": "selected"} for name in names})
    assert [result.refused for result in results] == [False] * 4 + [True]
    assert "4 个名额已用完" in results[-1].outcome.says  # type: ignore[union-attr]


@pytest.mark.capability(18)
def test_hainan_conditions_are_owed_from_the_announcement_and_go_to_the_centre(sqlite_database: Engine) -> None:
    world = province(sqlite_database)
    principals(world, "A")
    ranked(world, "A")
    world.post()
    world.on("2025-06-27")
    world.announce()
    (conditions,) = world.duties("A", "conditions")
    assert conditions.due_on == date(2025, 7, 14)
    assert conditions.responsible == f"person:{world.ids['A']}"
    assert conditions.receiver == f"body:{world.ids['bureau']}"
    world.hand_in("A", conditions, text="目标、特色、规划与遴选条件")
    (conditions,) = world.duties("A", "conditions")
    assert conditions.state == "submitted"
    world.act("bureau", "accept", conditions)
    assert world.duties("A", "conditions")[0].state == "met"


def test_hainan_conditions_not_public_in_time_become_overdue_and_can_still_be_handed_in(
    sqlite_database: Engine,
) -> None:
    world = province(sqlite_database)
    principals(world, "A")
    ranked(world, "A")
    world.post()
    world.on("2025-06-27")
    world.announce()
    world.on("2025-07-15")
    (conditions,) = world.duties("A", "conditions")
    assert conditions.state == "overdue"
    assert world.mail("overdue", "A")
    world.hand_in("A", conditions)
    world.act("bureau", "return", world.duties("A", "conditions")[0], reason="没有写要求")
    assert [message.notice for message in world.mail("filing_returned", "A")] == ["filing_returned"]
    world.sweep()
    assert world.duties("A", "conditions")[0].state == "overdue"


@pytest.mark.capability(23)
def test_hainan_announcement_has_a_number_and_each_plaque_one_of_its_own(sqlite_database: Engine) -> None:
    world = province(sqlite_database)
    principals(world, "A", "B")
    ranked(world, "A", "B")
    world.post()
    world.on("2025-06-27")
    number = world.announce()
    for name in ("A", "B"):
        world.do("bureau", "hang", name)
    with transaction(sqlite_database) as session:
        papers = session.execute(select(DOCUMENTS.c.kind, DOCUMENTS.c.number).order_by(DOCUMENTS.c.id)).all()
    assert [(one.kind, one.number) for one in papers] == [
        ("announcement", number),
        ("plaque", "2025-001"),
        ("plaque", "2025-002"),
    ]


@pytest.mark.capability(17)
def test_hainan_papers_are_confirmed_by_a_person_before_experts_are_drawn(any_database: Engine) -> None:
    world = province(any_database)
    principals(world, "A", "B")
    due = world.run_of("A").due_at
    with pytest.raises(Refused, match="先核对资格") as unjudged:
        world.draw()
    assert unjudged.value.because == "unjudged"
    with pytest.raises(Refused, match=PROOF):
        world.do("bureau", "judge", "A")
    with pytest.raises(Refused) as stranger:
        world.do("county_a", "judge", "A", judged=dict.fromkeys(world.unjudged("A"), "passed"))
    assert stranger.value.because == "not_yours"
    world.on("2025-06-03")
    world.judge("A")
    assert (world.state("A"), world.run_of("A").due_at) == ("expert_review.unassigned", due)
    world.do("bureau", "judge", "B", judged=dict.fromkeys(world.unjudged("B"), "failed"), reason="证明已过期")
    world.draw()
    assert (world.state("A"), world.state("B")) == ("expert_review.scoring", "expert_review.unassigned")
    with pytest.raises(Refused, match="没有要由这一步判断"):
        world.do("bureau", "judge", "B", judged={})
    with pytest.raises(Refused):
        world.do("bureau", "decline", "B")
    world.do("bureau", "decline", "B", reason="证明已过期")
    assert world.outcome("B") == "rejected"
    assert world.mail("review_declined", "B")


def test_chifeng_experts_judge_no_papers_that_a_tier_has_judged(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.apply_for("A", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    world.endorse_tiers("A")
    for event in ("judge", "decline"):
        with pytest.raises(Refused) as elsewhere:
            world.do("bureau", event, "A", reason="–")
        assert elsewhere.value.because in {"nothing_to_judge", "judged_elsewhere"}
