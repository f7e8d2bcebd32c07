"""The round of the vocational school: departments review, the list is public, filings and agreements stand before the plaque."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from models import CriterionCheck, Cycle
from models.columns import table_of
from models.session import transaction
from tests.world import World

CHECKS = table_of(CriterionCheck)

LEARNERS = ("L1", "L2", "L3", "L4", "L5", "L6")


def school(engine: Engine) -> World:
    world = World(engine, "vocational-class-teacher", start=date(2025, 6, 3))
    world.round(date(2025, 6, 13))
    return world


def announced(world: World) -> None:
    """H is reviewed, chosen, posted, and on the list published on 2025-09-01."""
    world.apply_for("H", body="department1", post="class_teacher")
    world.endorse_tiers("H")
    world.on("2025-06-16")
    world.draw()
    world.score("H", 90, 88, 91, 87, 90)
    world.rank()
    world.on("2025-08-20")
    world.post()
    world.on("2025-09-01")
    world.announce()


def join(world: World, name: str) -> None:
    """A learner asks, the host agrees: two-way."""
    world.applicant(name, "department1", post="class_teacher")
    world.begin_seat(name, "H", role="learner")
    world.do(name, "submit", name)
    world.do("H", "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))


def sign(world: World, title: str, *names: str) -> None:
    duty = next(one for one in world.duties("H", "agreement") if title in one.title)
    for name in names:
        world.act(name, "give", world.signatures(duty)[name])


def file(world: World, duty: Any) -> None:
    """The host hands a paper in and the city puts it on file."""
    world.hand_in("H", duty)
    world.act("city_bureau", "accept", next(one for one in world.duties("H", duty.step) if one.id == duty.id))


@pytest.mark.capability(24, 25)
def test_vocational_plaque_waits_for_the_scheme_and_every_signed_agreement(any_database: Engine) -> None:
    world = school(any_database)
    announced(world)
    for name in LEARNERS:
        join(world, name)
    assert [world.outcome(name) for name in LEARNERS] == ["seated"] * 6
    world.on("2025-09-12")
    (scheme,) = world.duties("H", "scheme")
    assert scheme.receiver == f"body:{world.ids['city_bureau']}"
    file(world, scheme)
    for name in LEARNERS:
        sign(world, name, "H", *([] if name == "L4" else [name]))
    for duty in world.duties("H", "agreement"):
        if "L4" not in duty.title:
            file(world, duty)
    world.on("2025-09-22")
    with pytest.raises(Refused) as refused:
        world.do("bureau", "hang", "H")
    assert refused.value.because == "blocked"
    assert refused.value.missing == ("主持人与学员协议备案（L4）",)
    unsigned = next(one for one in world.duties("H", "agreement") if "L4" in one.title)
    with pytest.raises(Refused, match="L4没有签署") as lacking:
        world.act("H", "submit", unsigned)
    assert lacking.value.missing == ("L4",)
    world.on("2025-09-29")
    sign(world, "L4", "L4")
    file(world, unsigned)
    world.on("2025-10-09")
    world.do("bureau", "hang", "H")
    with transaction(any_database) as session:
        cycle = session.execute(select(Cycle)).scalar_one()
    assert (cycle.begins_on, cycle.ends_on) == (date(2025, 10, 9), date(2028, 10, 8))


@pytest.mark.capability(22)
def test_vocational_list_is_published_before_the_plaque(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    world.apply_for("H", body="department1", post="class_teacher")
    world.endorse_tiers("H")
    world.on("2025-06-16")
    world.draw()
    world.score("H", *[90] * 5)
    world.rank()
    world.post()
    world.on("2025-06-24")
    with pytest.raises(Refused) as refused:
        world.do("bureau", "hang", "H")
    assert refused.value.because == "unannounced"


@pytest.mark.capability(18)
def test_vocational_learners_join_only_when_there_is_a_host(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    announced(world)
    world.applicant("L1", "department1", post="class_teacher")
    with pytest.raises(Refused) as named:
        world.begin_seat("L1", "H", role="learner", by="H")
    assert named.value.because == "not_yours"
    with pytest.raises(Refused) as role:
        world.begin_seat("L1", "H", role="host")
    assert role.value.because == "wrong_role"


def test_vocational_host_may_decline_a_learner_with_a_reason(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    announced(world)
    world.applicant("L1", "department1", post="class_teacher")
    world.begin_seat("L1", "H", role="learner")
    world.do("L1", "submit", "L1")
    assert world.run_of("L1").desk == f"person:{world.ids['H']}"
    with pytest.raises(Refused) as silent:
        world.do("H", "decline", "L1")
    assert silent.value.because == "without_reason"
    world.do("H", "decline", "L1", reason="名额已满")
    assert world.outcome("L1") == "declined"
    assert world.duties("H", "agreement") == []


@pytest.mark.capability(16)
def test_vocational_learner_of_another_school_needs_a_waiver_with_a_reason(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    announced(world)
    world.applicant("guest", "other_school", post="class_teacher")
    world.begin_seat("guest", "H", role="learner")
    with pytest.raises(Refused, match="不是主持人所在学校") as refused:
        world.do("guest", "submit", "guest")
    assert refused.value.because == "criteria_unmet"
    with pytest.raises(Refused) as silent:
        world.do("bureau", "waive", "guest", place="criteria.1")
    assert silent.value.because == "without_reason"
    with pytest.raises(Refused) as other:
        world.do("guest", "waive", "guest", place="criteria.1", reason="自己放宽")
    assert other.value.because == "not_yours"
    world.do("bureau", "waive", "guest", place="criteria.1", reason="校际结对")
    world.do("guest", "submit", "guest")
    with transaction(sqlite_database) as session:
        check = session.execute(select(CriterionCheck).where(CHECKS.c.result == "waived")).scalar_one()
    assert "校际结对" in check.reason
    assert check.by_person_id == world.ids["bureau_officer"]
    assert len(world.mail("criterion_waived", "guest")) == 1


def test_vocational_criterion_that_the_text_does_not_soften_is_not_waived(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    world.applicant("young", "department1", post="class_teacher", since=date(2024, 9, 1))
    world.begin("young")
    with pytest.raises(Refused, match="还差"):
        world.do("young", "submit", "young")
    with pytest.raises(Refused) as refused:
        world.do("bureau", "waive", "young", place="criteria.1", reason="很有潜力")
    assert refused.value.because == "not_waivable"
    with pytest.raises(Refused) as met:
        world.do("bureau", "waive", "young", place="criteria.0", reason="没有必要")
    assert met.value.because == "not_waivable"


@pytest.mark.capability(25)
def test_vocational_agreement_asks_both_for_their_signature(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    announced(world)
    join(world, "L1")
    assert len(world.mail("signature_asked", "L1")) == 1
    assert len(world.mail("signature_asked", "H")) == 1
    assert world.mail("score_asked", "L1") == []


@pytest.mark.capability(5, 71)
def test_vocational_department_is_reminded_and_never_decided_for(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    world.apply_for("H", body="department1", post="class_teacher")
    world.on("2025-07-20")
    assert world.state("H") == "department_review.reviewing"
    assert world.mail("overdue", "department1")
    assert world.mail("escalated", "bureau")


def test_vocational_exit_skips_the_county_opinion_that_the_school_has_not(sqlite_database: Engine) -> None:
    world = school(sqlite_database)
    announced(world)
    join(world, "L1")
    world.begin_seat("L1", "H", path="leave", role="learner")
    world.do("L1", "submit", "L1")
    while world.outcome("L1") is None:
        step = world.state("L1")
        assert not step.startswith("county_opinion")
        world.do("bureau", "endorse", "L1")
    assert world.outcome("L1") == "left"
