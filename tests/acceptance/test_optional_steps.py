"""A step that the text leaves to the bureau: a round switches it off with a reason, and the record says who and why (能力 2)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from flows.office.changes import rules_of
from flows.office.planning import Revision, replan
from flows.office.rounds import Places, RoundPlan, plan_round
from flows.office.timeline import Dates, forecast
from flows.programme import check, lifecycle_text
from flows.programme.loading import LIBRARY
from models import Quota, Round, StageRun, Transition
from models.columns import table_of
from models.session import transaction
from tests.world import World, altered

RUNS, TRANSITIONS, ROUNDS, QUOTAS = table_of(StageRun), table_of(Transition), table_of(Round), table_of(Quota)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
COUNTY = "by: county, ranks: true, like: D-SLA.county"
OFF = {"county_review": {"skipped": {"value": True, "reason": "本年只有直属学校申报"}}}


@pytest.fixture
def world(any_database: Engine) -> World:
    """Chifeng, whose county review a round may leave out."""
    return World(any_database, altered("chifeng", COUNTY, f"optional: true, {COUNTY}"))


def opened_with(world: World, name: str) -> Any:
    """The first history row of an application's present run."""
    run = world.run_of(name)
    with transaction(world.engine) as session:
        return session.execute(
            select(TRANSITIONS).where(TRANSITIONS.c.run_id == run.id, TRANSITIONS.c.version == 1)
        ).one()


@pytest.mark.capability(2)
def test_step_left_out_is_passed_by_and_the_record_names_who_and_why(world: World) -> None:
    world.round(date(2025, 3, 31), changes=OFF)
    world.apply_for("A", credentials=MASTER)
    assert world.state("A") == "school_review.reviewing"
    world.do("county_a_school1", "endorse", "A", judged=dict.fromkeys(world.unjudged("A"), "passed"))
    assert world.state("A") == "expert_review.unassigned"
    (left_out,) = opened_with(world, "A").payload["skipped"]
    assert (left_out["step"], left_out["title"]) == ("county_review", "旗（县、区）教育行政部门审核")
    assert (left_out["by"], left_out["by_id"]) == ("bureau", world.ids["bureau_officer"])
    assert left_out["reason"] == "本年只有直属学校申报"


def test_step_that_is_kept_is_taken_and_nothing_is_said(world: World) -> None:
    world.round(date(2025, 3, 31))
    world.apply_for("A", credentials=MASTER)
    world.do("county_a_school1", "endorse", "A")
    assert world.state("A") == "county_review.reviewing"
    assert opened_with(world, "A").payload == {}


def test_step_left_out_takes_no_time_in_the_preview(world: World) -> None:
    with world.at_work() as work:
        kept = rules_of(work, world.version_id, "apply", {})[1]
        left = rules_of(work, world.version_id, "apply", OFF)[1]
        dates = Dates(date(2025, 3, 1), date(2025, 3, 31))
        longer, shorter = (forecast(rules, dates, work.calendar, (), world.today) for rules in (kept, left))
    assert [rule.name for rule in left] == [rule.name for rule in kept if rule.name != "county_review"]
    assert "county_review" not in {one.key for one in shorter.stretches}
    assert shorter.last_day < longer.last_day


def test_places_of_the_counties_are_counted_where_somebody_still_chooses(world: World) -> None:
    actor = world.actor("bureau")
    plan = RoundPlan(
        world.version_id, "apply", 2025, "春", date(2025, 3, 1), date(2025, 3, 31), quotas=[Places("county", 3)]
    )
    with world.at_work() as work:
        round_id, _run = plan_round(work, actor, plan)
    assert quota_steps(world, round_id) == ["county_review"]
    with world.at_work() as work:
        replan(work, actor, round_id, Revision("春", plan.opens_on, plan.closes_on, changes=OFF))
    assert quota_steps(world, round_id) == ["expert_review"]
    with transaction(world.engine) as session:
        kept = session.execute(select(ROUNDS.c.changes).where(ROUNDS.c.id == round_id)).scalar_one()
    assert kept["county_review"]["skipped"]["by"] == "bureau"


def quota_steps(world: World, round_id: int) -> list[str]:
    with transaction(world.engine) as session:
        return list(session.execute(select(QUOTAS.c.step).where(QUOTAS.c.round_id == round_id)).scalars())


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"county_review": {"skipped": {"value": True, "reason": " "}}}, "without_reason"),
        ({"school_review": {"skipped": {"value": True, "reason": "省时间"}}}, "not_optional"),
        ({"region_review": {"skipped": {"value": True, "reason": "没有"}}}, "no_step"),
        ({"county_review": {"within": {"value": "soon", "reason": "快些"}}}, "unreadable"),
        ({"county_review": {"pace": {"value": 3, "reason": "快些"}}}, "unreadable"),
    ],
)
def test_only_what_the_text_leaves_open_is_left_out_and_never_without_a_reason(
    world: World, changes: dict[str, Any], because: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.round(date(2025, 3, 31), changes=changes)
    assert refused.value.because == because


def test_first_tier_that_is_left_is_the_one_that_judges(sqlite_database: Engine) -> None:
    school = "by: school, like: D-SLA.school, clause: 九(一)}"
    world = World(sqlite_database, altered("chifeng", school, f"optional: true, {school}"))
    off = {"school_review": {"skipped": {"value": True, "reason": "学校已在校内评过"}}}
    with world.at_work() as work:
        kept, left = (rules_of(work, world.version_id, "apply", changes)[1] for changes in ({}, off))
    assert [rule.name for rule in kept if getattr(rule.policy, "judges", False)] == ["school_review"]
    assert [rule.name for rule in left if getattr(rule.policy, "judges", False)] == ["county_review"]


def test_programme_says_which_step_a_round_may_leave_out(world: World) -> None:
    (line,) = [one for one in lifecycle_text(world.programme).splitlines() if "［county_review］" in one]
    assert "批次可以不设" in line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("stage: membership}\n  leave", "stage: membership, optional: true}\n  leave", "按批次"),
        (
            "- {step: application,   stage: application,",
            "- {step: application,   stage: application, optional: true,",
            "第一步",
        ),
        ("stage: plaque, announce: document,", "stage: plaque, optional: true, announce: document,", "最后一步"),
    ],
)
def test_check_refuses_an_optional_step_that_no_round_can_leave_out(
    tmp_path: Any, old: str, new: str, words: str
) -> None:
    text = (LIBRARY / "chifeng.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    draft = tmp_path / "chifeng.yaml"
    draft.write_text(text.replace(old, new), encoding="utf-8")
    (fault,) = check([draft])
    assert fault.path.endswith(".optional")
    assert words in fault.message_zh
