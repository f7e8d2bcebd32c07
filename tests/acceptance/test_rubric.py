"""A round's own score sheet, pass mark and runners-up: set with a reason until the panel is drawn; until then equal shares."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import NotFound, Refused
from flows.office.rubric import set_rubric, sheet_of
from models import Round
from models.columns import table_of
from models.session import transaction
from tests.world import World

ROUNDS = table_of(Round)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
OWN = (("办学成效", 60), ("引领能力", 40))


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    return world


def set_own(
    world: World,
    lines: Sequence[tuple[str, int]] = OWN,
    reason: str = "市局办公会定",
    by: str = "bureau",
    **figures: int,
) -> None:
    actor = world.actor(by)
    with world.at_work() as work:
        set_rubric(work, actor, world.round_id, lines, figures, reason)


def rubric(world: World) -> Sequence[tuple[str, int]]:
    actor = world.actor("bureau")
    with world.at_work() as work:
        policy: Any = sheet_of(work, actor, world.round_id).rule.policy
    return [(title, most) for _place, title, most in policy.rubric]


def changes(world: World) -> Mapping[str, Any]:
    with transaction(world.engine) as session:
        return dict(session.execute(select(ROUNDS.c.changes).where(ROUNDS.c.id == world.round_id)).scalar_one())


def before_experts(world: World, *names: str) -> None:
    world.apply_for(*names, credentials=MASTER)
    world.endorse_tiers(*names)


def test_sheet_has_equal_shares_of_a_hundred_until_somebody_sets_it(world: World) -> None:
    assert [most for _title, most in rubric(world)] == [34, 33, 33]


def test_sheet_that_is_set_is_what_the_experts_fill_in(world: World) -> None:
    set_own(world)
    before_experts(world, "A")
    world.draw()
    question = world.asked("A")[0]
    with world.at_work() as work:
        rule = world.book.rule(work.session, question.version_id, question.path, question.step, question.round_id)
    policy: Any = rule.policy
    assert policy.rubric == (("r1", "办学成效", 60), ("r2", "引领能力", 40))
    world.score("A", *[90] * 5)
    assert world.state("A") == "expert_review.scored"


def test_sheet_keeps_who_set_it_and_why(world: World) -> None:
    set_own(world)
    kept = changes(world)["expert_review"]["rubric"]
    assert (kept["by"], kept["by_id"], kept["reason"]) == ("bureau", world.ids["bureau_officer"], "市局办公会定")


def test_sheet_cannot_change_once_a_panel_is_drawn(world: World) -> None:
    before_experts(world, "A")
    set_own(world)
    world.draw()
    with pytest.raises(Refused, match="已为 1 件抽取了专家") as refused:
        set_own(world, [("办学成效", 50), ("引领能力", 50)])
    assert refused.value.because == "drawn"
    assert list(rubric(world)) == list(OWN)


@pytest.mark.parametrize(
    ("lines", "figures", "reason", "because"),
    [
        ([("办学成效", 60), ("引领能力", 35)], {}, "定", "not_hundred"),
        ([("办学成效", 60), ("", 40)], {}, "定", "incomplete"),
        ([("办学成效", 60), ("办学成效", 40)], {}, "定", "twice"),
        ([("办学成效", 100), ("引领能力", 0)], {}, "定", "incomplete"),
        ([], {}, "定", "incomplete"),
        (OWN, {}, " ", "without_reason"),
        (OWN, {"pass_mark": 101}, "定", "out_of_range"),
    ],
)
def test_faulty_sheet_is_refused_and_changes_nothing(
    world: World, lines: Sequence[tuple[str, int]], figures: dict[str, Any], reason: str, because: str
) -> None:
    with pytest.raises(Refused) as refused:
        set_own(world, lines, reason, **figures)
    assert refused.value.because == because
    assert changes(world) == {}


def test_sheet_set_back_to_the_regulation_is_no_change(world: World) -> None:
    usual = rubric(world)
    set_own(world)
    set_own(world, usual)
    assert changes(world) == {}


def test_sheet_is_the_authority_s(world: World) -> None:
    with pytest.raises(NotFound):
        set_own(world, by="county_a")


def test_pass_mark_and_runners_up_of_the_round_decide_the_ranking(world: World) -> None:
    set_own(world, pass_mark=80, runners_up=1)
    before_experts(world, "A", "B", "C")
    world.draw()
    for name, mark in (("A", 90), ("B", 79), ("C", 85)):
        world.score(name, *[mark] * 5)
    world.rank()
    assert [world.run_of(name).state for name in ("A", "C")] == ["unposted", "unposted"]
    assert world.outcome("B") == "rejected"


def test_pass_mark_of_the_default_is_sixty_with_three_runners_up(world: World) -> None:
    actor = world.actor("bureau")
    with world.at_work() as work:
        policy: Any = sheet_of(work, actor, world.round_id).rule.policy
    assert (policy.pass_mark, policy.runners_up, policy.sheets) == (60, 3, 12)
    assert policy.origin("pass_mark")["kind"] == "default"
