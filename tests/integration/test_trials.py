"""Trials of drafted rounds: what would go wrong is found on a copy of the bureau, and nothing of it reaches the bureau."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from flows.engine.errors import Refused
from flows.office.rounds import Places, RoundPlan, plan_round
from flows.orchestration.launching import drafted_round, launch_round
from flows.trial.asking import ask, latest, run
from flows.trial.ground import copied
from flows.trial.report import Report, as_row, from_row
from flows.trial.running import try_out
from flows.trial.words import report_text
from models import Appointment, CalendarDay, Message, Person, Round, StageRun, Tie
from models.columns import table_of
from models.session import transaction
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web import long_imports

APPOINTMENTS, PEOPLE, RUNS, ROUNDS = table_of(Appointment), table_of(Person), table_of(StageRun), table_of(Round)
TIES, DAYS, MESSAGES = table_of(Tie), table_of(CalendarDay), table_of(Message)


@pytest.fixture
def world(any_database: Engine) -> World:
    world = World(any_database, start=date(2026, 3, 2))
    accounts(world, "bureau_officer")
    return world


def draft(world: World, *quotas: Places, **more: Any) -> int:
    """A round of a month with places for four."""
    plan = RoundPlan(
        world.version_id, "apply", 2026, "2026 年度申报", date(2026, 3, 9), date(2026, 4, 3), quotas=quotas or (Places("round", 4),), **more
    )  # fmt: skip
    actor = world.actor("bureau_officer")
    with world.at_work() as work:
        return plan_round(work, actor, plan)[0]


def tried(world: World, round_id: int) -> Report:
    return try_out(world.engine, round_id, world.clock.now())


def keys(report: Report) -> set[str]:
    return {one.key for one in report.findings if one.level != "pass"}


def says(report: Report, key: str) -> str:
    return next(f"{one.title}：{one.says}" for one in report.findings if one.key == key)


def content(engine: Engine) -> dict[str, Any]:
    """How many rows every table has, and the head of every chain of history."""
    with transaction(engine) as session:
        rows = {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }
        heads = session.execute(select(RUNS.c.id, RUNS.c.version, RUNS.c.head).order_by(RUNS.c.id)).all()
    return {**rows, "heads": [tuple(row) for row in heads]}


def test_a_round_is_walked_to_its_conclusion_and_says_who_has_how_much_to_do(world: World) -> None:
    report = tried(world, draft(world))
    assert [one.key for one in report.steps] == [
        "application", "school_review", "county_review", "expert_review", "notice", "plaque",
    ]  # fmt: skip
    assert (report.tried, report.named, report.unfinished, report.incidents) == (8, 4, 0, ())
    assert {one.kind for one in report.loads} == {"review", "sheet"}
    assert sum(one.total for one in report.loads if one.kind == "sheet") == 8 * 5
    assert report.messages > report.tried
    assert from_row(as_row(report)) == report


def test_nothing_of_a_trial_reaches_the_bureau(world: World) -> None:
    round_id = draft(world)
    before = content(world.engine)
    tried(world, round_id)
    assert content(world.engine) == before


def test_a_school_without_an_officer_is_found_with_the_cases_that_stop_there(world: World) -> None:
    with transaction(world.engine) as session:
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["county_a_school1"]))
    report = tried(world, draft(world))
    assert "officers/school" in keys(report)
    assert "county_a_school1" in says(report, "officers/school")
    assert report.unfinished == next(one.left for one in report.steps if one.key == "school_review") > 0
    assert report.named == 4  # the others go on


def test_an_officer_whose_appointment_ends_meanwhile_is_missed_when_the_cases_come(world: World) -> None:
    with transaction(world.engine) as session:
        mine = APPOINTMENTS.c.body_id == world.ids["county_b"]
        session.execute(APPOINTMENTS.update().where(mine).values(to_on=date(2026, 3, 20)))
    report = tried(world, draft(world))
    assert "county_b" in says(report, "officers/county")


def test_a_panel_that_cannot_be_drawn_is_found(world: World) -> None:
    with transaction(world.engine) as session:
        for n in range(6):
            session.add(Tie(
                person_id=world.ids[f"expert{n}"], body_id=world.ids["county_a"], kind="colleague", source="declared"
            ))  # fmt: skip
        session.flush()
    report = tried(world, draft(world))
    assert "只剩 3 位" in says(report, "experts")
    assert report.named == 0


def test_a_step_with_too_little_time_is_overdue_and_names_the_busiest(world: World) -> None:
    changes = {"expert_review": {"within": {"value": "1 working day", "reason": "赶时间"}}}
    report = tried(world, draft(world, Places("county", 20), changes=changes))
    assert "最忙的是expert" in says(report, "trial/late/expert_review")
    assert next(one.late for one in report.steps if one.key == "expert_review") > 0
    assert report.findings[0].origin


def test_fewest_places_that_nobody_fills_are_found(world: World) -> None:
    with transaction(world.engine) as session:
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["county_b_school1"]))
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["county_b_school2"]))
    report = tried(world, draft(world, Places("county", 6, 2, body_id=world.ids["county_b"]), Places("county", 3)))
    assert "county_b（最少 2，只有 0）" in says(report, "trial/short")


def test_more_than_can_be_played_are_played_in_proportion(world: World) -> None:
    report = tried(world, draft(world, Places("county", 400), Places("round", 100)))
    assert report.expected > 1000
    assert report.tried <= 160
    assert report.sampled


def test_people_in_the_ground_have_no_addresses(world: World) -> None:
    round_id = draft(world)
    with world.at_work() as work:
        row = work.session.execute(select(ROUNDS).where(ROUNDS.c.id == round_id)).one()
        ground = copied(work.session, row)
    with transaction(ground) as session:
        assert set(session.execute(select(PEOPLE.c.email)).scalars()) == {""}
        assert session.execute(select(func.count()).select_from(PEOPLE)).scalar_one() > 9
        assert session.execute(select(func.count()).select_from(MESSAGES)).scalar_one() == 0
    ground.dispose()


# Pages


def finished() -> None:
    long_imports.WORKERS.submit(lambda: None).result()


def launching(bureau: Visitor, round_id: int, **more: str) -> int:
    page = bureau.get(f"/rounds/{round_id}/preview").text
    plan = page.split('name="plan" value="', 1)[1].split('"', 1)[0]
    return bureau.post(f"/rounds/{round_id}/launch", plan=plan, checked="1", **more).status_code


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def test_preview_asks_for_a_trial_and_then_shows_what_it_found(world: World, bureau: Visitor) -> None:
    with transaction(world.engine) as session:
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["county_a_school1"]))
    round_id = draft(world)
    assert "还没有演练" in bureau.get(f"/rounds/{round_id}/preview").text
    assert "开始演练" in bureau.get(f"/rounds/{round_id}/trial").text
    assert bureau.post(f"/rounds/{round_id}/trial").headers["location"] == f"/rounds/{round_id}/trial"
    finished()
    preview = bureau.get(f"/rounds/{round_id}/preview").text
    assert "还没有演练" not in preview
    assert "演练中有" in preview
    assert "没有人能办" in bureau.get(f"/rounds/{round_id}/trial").text


def test_launching_with_an_open_finding_needs_a_reason(world: World, bureau: Visitor) -> None:
    round_id = draft(world)
    assert launching(bureau, round_id) == 409
    assert launching(bureau, round_id, reason="来不及演练，照往年的时间") == 303


def test_a_trial_no_longer_holds_when_draft_or_roster_has_changed(world: World, bureau: Visitor) -> None:
    round_id = draft(world)
    bureau.post(f"/rounds/{round_id}/trial")
    finished()
    assert "改过，要" not in bureau.get(f"/rounds/{round_id}/preview").text
    with transaction(world.engine) as session:
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["direct_school"]))
    assert "演练以后名册或日历改过" in bureau.get(f"/rounds/{round_id}/preview").text
    bureau.post(f"/rounds/{round_id}/quotas", whole="3")
    assert "演练以后草稿和名册或日历改过" in bureau.get(f"/rounds/{round_id}/preview").text


def test_a_trial_that_cannot_be_walked_says_so_and_can_be_begun_again(world: World, bureau: Visitor) -> None:
    round_id = draft(world)
    with transaction(world.engine) as session:
        changes = {"expert_review": {"within": {"value": "bald", "reason": "写错了"}}}
        session.execute(ROUNDS.update().where(ROUNDS.c.id == round_id).values(changes=changes))
    bureau.post(f"/rounds/{round_id}/trial")
    finished()
    page = bureau.get(f"/rounds/{round_id}/trial").text
    assert "演练中途出错" in page or "演练走不下去" in page
    assert "重新演练" in page


def test_what_launches_without_the_page_launches_over_findings_only_with_a_reason(
    world: World, bureau: Visitor
) -> None:
    round_id = draft(world, changes={"expert_review": {"within": {"value": "1 working day", "reason": "赶时间"}}})
    with world.at_work() as work:
        trial_id = ask(work, round_id, world.ids["bureau_officer"])
    run(world.engine, world.clock, trial_id)
    with transaction(world.engine) as session:
        assert drafted_round(session, "chifeng") == round_id
        done = latest(session, round_id)
    assert done.state == "done"
    assert "专家评审会逾期" in report_text("批次", from_row(done.result))
    actor = world.actor("bureau_officer")
    with pytest.raises(Refused, match="写明照常发布的理由"):
        launch_round(world.engine, world.book, round_id, actor, world.clock.now())
    with transaction(world.engine) as session:
        own = select(RUNS.c.id).where(RUNS.c.subject_kind == "round", RUNS.c.subject_id == round_id)
        run_id = session.execute(own).scalar_one()
    refused = bureau.api(f"/api/runs/{run_id}/launch")
    assert (refused.status_code, "写明照常发布的理由" in refused.text) == (409, True)
    assert launch_round(world.engine, world.book, round_id, actor, world.clock.now(), "专家已经答应") == "announced"


def test_only_the_authority_sees_and_begins_a_trial(world: World) -> None:
    accounts(world, "county_a_officer")
    county = Visitor(web_of(world), "county_a_officer")
    round_id = draft(world)
    assert county.get(f"/rounds/{round_id}/trial").status_code in {403, 404}
    assert county.post(f"/rounds/{round_id}/trial").status_code in {403, 404}
