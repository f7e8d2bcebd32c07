"""Pages of rounds: a draft is planned, previewed and launched; what was previewed is what the engine then does."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine, event, select

from flows.engine.calendar import local_day
from flows.office.timeline import Dates, forecast
from flows.regulations import Regulations
from models import Appointment, Message, Quota, Round, StageRun
from models.columns import table_of
from models.session import transaction
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

RUNS, ROUNDS, QUOTAS, MESSAGES = table_of(StageRun), table_of(Round), table_of(Quota), table_of(Message)
APPOINTMENTS = table_of(Appointment)


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database, start=date(2026, 8, 31))
    accounts(world, "bureau_officer", "county_a_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def draft(bureau: Visitor, world: World, **more: str) -> int:
    """A round from 7 to 30 September with twelve places."""
    fields = {
        "version_id": str(world.version_id), "path": "apply", "year": "2026", "title": "秋季增补批次", "prefix": "CF",
        "opens_on": "2026-09-07", "closes_on": "2026-09-30", "whole": "12", **more,
    }  # fmt: skip
    answer = bureau.post("/rounds", **fields)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].split("/")[2])


def launch(bureau: Visitor, round_id: int, **more: str) -> int:
    """Press the button of the preview as it stands; returns the status."""
    page = bureau.get(f"/rounds/{round_id}/preview").text
    plan, version = (
        re.search(rf'name="{name}" value="([^"]+)"', page[page.index("/launch") :]) for name in ("plan", "version")
    )
    assert plan
    assert version
    return bureau.post(
        f"/rounds/{round_id}/launch", plan=plan[1], version=version[1], checked="1", reason="已逐项核对", **more
    ).status_code


def state(world: World, round_id: int) -> str:
    with transaction(world.engine) as session:
        row = session.execute(select(RUNS).where(RUNS.c.subject_kind == "round", RUNS.c.subject_id == round_id)).one()
        return str(row.outcome or row.state)


def test_preview_shows_holidays_makeup_days_and_why(bureau: Visitor, world: World) -> None:
    page = bureau.get(f"/rounds/{draft(bureau, world)}/preview").text
    for words in ("国庆", "10月8日 周四", "10月13日 周二", "10月10日", "补班，计入", "申报在国庆前一天截止"):
        assert words in page, words


def test_tried_dates_mark_moved_rows_and_write_nothing(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    page = bureau.get(f"/rounds/{round_id}/preview?opens_on=2026-09-07&closes_on=2026-09-23").text
    assert "原 10月13日" in page
    assert "这是试算，还没有保存" in page
    assert "/launch" not in page
    with transaction(world.engine) as session:
        assert session.execute(select(ROUNDS.c.closes_on).where(ROUNDS.c.id == round_id)).scalar_one() == date(
            2026, 9, 30
        )


def test_changed_number_needs_a_reason_and_becomes_a_decision(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    tried = {"opens_on": "2026-09-07", "closes_on": "2026-09-30", "n.expert_review": "20"}
    assert bureau.post(f"/rounds/{round_id}/plan", **tried).status_code == 409
    assert bureau.post(f"/rounds/{round_id}/plan", **tried, **{"why.expert_review": "专家出差多"}).status_code == 303
    page = bureau.get(f"/rounds/{round_id}/preview").text
    assert "缺省 15，已改" in page
    assert "专家出差多" in page


def test_launch_needs_the_reminders_confirmed_and_tells_everybody_once(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    page = bureau.get(f"/rounds/{round_id}/preview").text
    plan = re.search(r'name="plan" value="([^"]+)"', page)
    assert plan
    assert bureau.post(f"/rounds/{round_id}/launch", plan=plan[1]).status_code == 409
    assert state(world, round_id) == "planned"
    assert launch(bureau, round_id) == 303
    assert state(world, round_id) == "announced"
    shown = re.search(r"发布批次，发出 (\d+) 份邀请", page)
    assert shown
    assert len(world.mail("round_launched")) == int(shown[1])


def test_launch_of_a_plan_changed_after_the_preview_is_refused(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    page = bureau.get(f"/rounds/{round_id}/preview").text
    plan = re.search(r'name="plan" value="([^"]+)"', page)
    assert plan
    bureau.post(f"/rounds/{round_id}/quotas", whole="9", **{f"most.{world.ids['county_a']}": "3"})
    assert bureau.post(f"/rounds/{round_id}/launch", plan=plan[1], checked="1").status_code == 409
    assert state(world, round_id) == "planned"


def test_county_without_officer_takes_the_launch_button_away(bureau: Visitor, world: World) -> None:
    round_id = draft(bureau, world)
    with transaction(world.engine) as session:
        session.execute(APPOINTMENTS.delete().where(APPOINTMENTS.c.body_id == world.ids["county_b"]))
    page = bureau.get(f"/rounds/{round_id}/preview").text
    assert "还不能发布：有 1 项要先处理" in page
    assert f'action="/rounds/{round_id}/launch"' not in page
    assert bureau.post(f"/rounds/{round_id}/launch", plan="x", checked="1").status_code == 409


def test_places_by_county_are_kept_and_a_reversed_range_is_refused(bureau: Visitor, world: World) -> None:
    round_id, county = draft(bureau, world), world.ids["county_a"]
    assert (
        bureau.post(
            f"/rounds/{round_id}/quotas", whole="12", **{f"least.{county}": "5", f"most.{county}": "3"}
        ).status_code
        == 409
    )
    assert (
        bureau.post(
            f"/rounds/{round_id}/quotas", whole="12", **{f"least.{county}": "2", f"most.{county}": "3"}
        ).status_code
        == 303
    )
    with transaction(world.engine) as session:
        rows = session.execute(select(QUOTAS).where(QUOTAS.c.round_id == round_id).order_by(QUOTAS.c.scope)).all()
    assert [(row.scope, row.body_id, row.at_least, row.at_most, row.step) for row in rows] == [
        ("county", county, 2, 3, "county_review"), ("round", None, None, 12, "expert_review")
    ]  # fmt: skip


def test_forecast_is_what_the_engine_then_sets(world: World) -> None:
    """Everybody acts on the last day of each step: the due dates of the runs are those of the preview."""
    world.round(date(2026, 9, 30))
    book = Regulations()
    with transaction(world.engine) as session:
        steps = [
            book.rule(session, world.version_id, "apply", one.name, None) for one in world.programme.path("apply").steps
        ]
        from flows.engine.days import calendar_of

        found = forecast(steps, Dates(world.today, date(2026, 9, 30)), calendar_of(session), (), world.today)
    foreseen = {one.key: one.ends_on for one in found.stretches}
    world.on("2026-09-30")
    world.apply_for("宋海燕", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    for step in ("school_review", "county_review"):
        run = world.run_of("宋海燕")
        assert run.step == step
        assert _due_day(run) == foreseen[step]
        world.on(foreseen[step])
        holder = "county_a_school1" if step == "school_review" else "county_a"
        judged = dict.fromkeys(world.unjudged("宋海燕"), "passed")
        world.do(holder, "endorse", "宋海燕", judged=judged, **({"rank": 1} if step == "county_review" else {}))
    assert _due_day(world.run_of("宋海燕")) == foreseen["expert_review"]
    world.on(foreseen["expert_review"])
    world.draw()
    world.score("宋海燕", 90, 91, 92, 93, 94)
    world.rank()
    notice = next(one for one in found.stretches if one.key == "notice")
    world.on(notice.starts_on)
    world.post()
    assert _due_day(world.run_of("宋海燕")) == foreseen["notice"]
    world.on(date.fromordinal(foreseen["notice"].toordinal() + 1))
    assert _due_day(world.run_of("宋海燕")) == foreseen["plaque"]


def _due_day(run: object) -> date:
    due_at = run.due_at  # type: ignore[attr-defined]
    return date.fromordinal(local_day(due_at).toordinal() - 1)


def test_round_page_counts_by_step_and_offers_the_next_act(bureau: Visitor, world: World) -> None:
    world.round(date(2026, 9, 30))
    for name in ("宋海燕", "何静远"):
        world.apply_for(name, credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    world.endorse_tiers("宋海燕")
    page = bureau.get(f"/rounds/{world.round_id}").text
    assert "抽取专家，共 1 件" in page
    assert "在办 1" in page
    assert f'href="/rounds/{world.round_id}/panel"' in page


def test_extending_for_all_moves_the_drafts_and_cancelling_ends_them(bureau: Visitor, world: World) -> None:
    world.round(date(2026, 9, 30))
    world.applicant("宋海燕")
    world.begin("宋海燕")
    page = bureau.get(f"/rounds/{world.round_id}/extend?due_on=2026-10-15").text
    assert "1 份没有提交的草稿" in page
    assert bureau.post(f"/rounds/{world.round_id}/extend", due_on="2026-10-15", reason="暴雪").status_code == 303
    assert _due_day(world.run_of("宋海燕")) == date(2026, 10, 15)
    assert bureau.post(f"/rounds/{world.round_id}/cancel", reason="办法修订").status_code == 303
    assert world.outcome("宋海燕") == "cancelled"


def test_conclude_is_refused_while_something_is_open(bureau: Visitor, world: World) -> None:
    world.round(date(2026, 9, 30))
    assert bureau.post(f"/rounds/{world.round_id}/conclude").status_code == 409


def test_county_sees_launched_rounds_but_no_drafts_and_no_buttons(bureau: Visitor, world: World) -> None:
    hidden = draft(bureau, world)
    world.round(date(2026, 9, 30))
    county = Visitor(web_of(world), "county_a_officer")
    page = county.get("/rounds").text
    assert "年度申报" in page
    assert "秋季增补批次" not in page
    assert county.get(f"/rounds/{hidden}").status_code == 404
    assert "取消批次" not in county.get(f"/rounds/{world.round_id}").text
    assert county.get(f"/rounds/{world.round_id}/preview").status_code == 403


@pytest.mark.parametrize("address", ["/rounds", "/rounds/{id}"])
def test_pages_of_rounds_ask_the_same_number_of_queries_for_one_as_for_many(
    bureau: Visitor, world: World, address: str
) -> None:
    world.round(date(2026, 9, 30))
    world.apply_for("甲1", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    one = queries(world, bureau, address.format(id=world.round_id))
    for n in range(2, 12):
        world.apply_for(f"甲{n}", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    assert queries(world, bureau, address.format(id=world.round_id)) == one


def queries(world: World, visitor: Visitor, address: str) -> int:
    """How many statements a page sends."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    visitor.get(address)
    event.listen(world.engine, "before_cursor_execute", note)
    try:
        assert visitor.get(address).status_code == 200
    finally:
        event.remove(world.engine, "before_cursor_execute", note)
    return len(seen)
