"""Regulations, calendar, messages, own settings, operations and audit as people meet them."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select, update

from flows.office.adoption import adopt
from flows.programme import coverage, library, lifecycle_sections, load
from models import Incident, LoginSession, Message, StageRun, Substitution, Transition
from models.columns import table_of
from models.session import transaction
from tests.web_world import PASSWORD, Visitor, accounts, web_of
from tests.world import World
from web.views.audit import chain_fault
from web.views.calendar import read_changes, written
from web.views.programmes import clause_anchor, sheet_of

MESSAGES, SESSIONS, RUNS, TRANSITIONS = (
    table_of(Message),
    table_of(LoginSession),
    table_of(StageRun),
    table_of(Transition),
)


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲", "乙")
    accounts(world, "bureau_officer", "county_a_officer", "county_a_school1_officer", "甲")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


@pytest.fixture
def school(world: World) -> Visitor:
    return Visitor(web_of(world), "county_a_school1_officer")


# Regulations


@pytest.mark.parametrize(
    ("clause", "anchor"), [("九(一)", "c9-1"), ("第十七条", "c17"), ("六(一)3", "c6-1-3"), ("第二十条", "c20")]
)
def test_anchor_of_a_clause_is_its_numbers(clause: str, anchor: str) -> None:
    assert clause_anchor(clause) == anchor


@pytest.mark.parametrize("code", sorted(library()))
def test_sheet_shows_every_rule_and_every_clause(code: str) -> None:
    programme = load(code)
    sheet = sheet_of(programme)
    lines = [line for _title, body in lifecycle_sections(programme) for line in body]
    assert sheet.counts["all"] == len(lines)
    shown = {rule.text for row in sheet.rows for rule in row.rules}
    assert shown == {line.text.removeprefix("条件 ") for line in lines}
    assert {row.clause for row in sheet.rows if row.clause} == {*programme.clauses.rules, *coverage(programme).prose}
    assert not any("D-" in rule.origin.text for row in sheet.rows for rule in row.rules if rule.origin)


def test_regulation_is_read_without_login_and_filtered(world: World) -> None:
    visitor = Visitor(web_of(world))
    page = visitor.get("/programmes/chifeng").text
    assert 'id="c17"' in page
    assert "赤峰市名校长工作室" in page
    assert "限期整改" in page
    defaults = visitor.get("/programmes/chifeng/1?show=default").text
    assert "各原文都没有写审核时限" in defaults
    assert "过硬的思想政治素质" not in defaults
    assert visitor.get("/programmes/chifeng/2").status_code == 404
    assert visitor.get("/programmes/nowhere").status_code == 404


# Calendar


def test_calendar_shows_holidays_and_what_falls_due(school: Visitor) -> None:
    page = school.get("/calendar").text
    assert "到期 2 件" in page
    assert "国庆节" in page
    assert "国庆节 1–5、7–8日；中秋节 6日；补班 11日" in page  # in words too, not by colour alone
    assert page.index('class="agenda"') < page.index('class="months"')
    assert "暂定" in school.get("/calendar?year=2030").text
    assert school.get("/calendar?year=1").status_code == 409


def test_calendar_upkeep_previews_then_moves_and_tells(world: World, bureau: Visitor) -> None:
    page = bureau.get("/calendar/edit", params={"changes": "2025-03-10 放假 地方节日"}).text
    assert "保存日历，重算 2 个期限" in page
    assert world.run_of("甲").due_at.date() == date(2025, 3, 12)
    answer = bureau.post("/calendar/edit", changes="2025-03-10 放假 地方节日", reason="市政府通知")
    assert answer.status_code == 303
    assert world.run_of("甲").due_at.date() == date(2025, 3, 13)
    assert len(world.mail("calendar_moved")) == 2
    assert "重算了 2 个期限" in bureau.get(answer.headers["location"]).text


def test_unreadable_calendar_lines_are_named(bureau: Visitor) -> None:
    page = bureau.get("/calendar/edit", params={"changes": "2025-03-10 放假\n明天 休息"}).text
    assert "第 2 行看不懂" in page
    assert bureau.post("/calendar/edit", changes="2025-02-30 放假", reason="x").status_code == 409


def test_calendar_lines_read_back_as_written() -> None:
    text = "2027-02-05 放假 春节\n2027-02-20 补班"
    assert written(read_changes(text)) == text


# Messages


def test_letter_stands_beside_its_box_and_box_and_page_are_kept(bureau: Visitor, school: Visitor) -> None:
    box = bureau.get("/messages?box=queued").text
    assert 'class="letter"' in box  # the newest is open beside the list
    first = re.findall(r'href="/messages/(\d+)\?box=queued"', box)[0]
    opened = bureau.get(f"/messages/{first}?box=queued").text
    assert opened.count('aria-current="true"') == 1
    assert f'href="/messages/{first}?box=queued" aria-current="true"' in opened
    assert "发件记录" in opened
    own = school.get("/messages").text
    mine = re.findall(r'href="/messages/(\d+)"', own)[0]
    assert "您好" in school.get(f"/messages/{mine}?box=queued").text  # a box of the office is not theirs


def test_own_messages_are_read_and_others_are_not_found(world: World, school: Visitor, bureau: Visitor) -> None:
    mine, *_rest = world.mail("review_asked", "county_a_school1")
    page = school.get(f"/messages/{mine.id}").text
    assert "甲" in page
    assert school.post(f"/messages/{mine.id}/read").status_code == 303
    with transaction(world.engine) as session:
        row = session.get(Message, mine.id)
        assert row is not None
        assert row.read_at is not None
    assert bureau.get(f"/messages/{mine.id}").status_code == 200, "the bureau sees what its programme sends"
    county = Visitor(web_of(world), "county_a_officer")
    assert county.get(f"/messages/{mine.id}").status_code == 404
    assert "发件记录" not in county.get("/messages?box=queued").text


def test_every_notice_written_so_far_has_a_page(world: World, bureau: Visitor) -> None:
    with transaction(world.engine) as session:
        ids = session.execute(select(MESSAGES.c.id)).scalars().all()
    pages = [bureau.get(f"/messages/{one}") for one in ids]
    assert {page.status_code for page in pages} == {200}
    assert all('class="letter"' in page.text for page in pages)


# Own settings and acting for another


def test_new_password_must_be_strong_and_ends_other_sessions(world: World, school: Visitor) -> None:
    other = Visitor(web_of(world), "county_a_school1_officer")
    weak = {
        "1234567890": "太常见",
        "short": "10 到 128 位",
        "password2025": "太常见",
        "county_a_school1_officer": "登录名",
    }
    for new, says in weak.items():
        answer = school.post("/me/password", old=PASSWORD, new=new, again=new)
        assert answer.status_code == 409
        assert says in answer.text
    fresh = "春风化雨 润物无声 2025"
    assert "原密码不对" in school.post("/me/password", old="wrong", new=fresh, again=fresh).text
    assert school.post("/me/password", old=PASSWORD, new=fresh, again=fresh).status_code == 303
    assert other.get("/me").status_code == 303, "the other session has ended"
    assert school.get("/me").status_code == 200


def test_own_sessions_are_ended_but_not_those_of_others(world: World, school: Visitor, bureau: Visitor) -> None:
    with transaction(world.engine) as session:
        ids = session.execute(select(SESSIONS.c.id).order_by(SESSIONS.c.id)).scalars().all()
    assert school.post(f"/me/sessions/{ids[-1]}/end").status_code == 404
    assert bureau.get("/me").status_code == 200


def test_acting_for_another_opens_their_desk_until_ended(world: World) -> None:
    county = Visitor(web_of(world), "county_a_officer")
    with transaction(world.engine) as session:
        session.add(
            Substitution(
                for_person_id=world.ids["county_a_school1_officer"], by_person_id=world.ids["county_a_officer"],
                body_id=world.ids["county_a_school1"], from_on=date(2025, 3, 1), to_on=date(2025, 3, 31), made_at=world.moment(),
            )
        )  # fmt: skip
    assert county.get("/api/inbox").json()["total"] == 0
    assert county.post("/acting", person=str(world.ids["bureau_officer"])).status_code == 404
    assert county.post("/acting", person=str(world.ids["county_a_school1_officer"])).status_code == 303
    assert county.get("/api/inbox").json()["total"] == 2
    assert "您正在代 county_a_school1_officer 办理" in county.get("/acting").text
    run = world.run_of("甲")
    assert county.api(f"/api/runs/{run.id}/endorse", {"payload": {}}).status_code == 200
    with transaction(world.engine) as session:
        mine = select(TRANSITIONS).where(TRANSITIONS.c.run_id == run.id)
        last = session.execute(mine.order_by(TRANSITIONS.c.version.desc())).first()
        assert last is not None
        assert (last.actor_id, last.for_person_id) == (
            world.ids["county_a_officer"],
            world.ids["county_a_school1_officer"],
        )
    assert county.post("/acting/end").status_code == 303
    assert county.get("/api/inbox").json()["items"][0]["person"] == "甲", "now at the county's own desk"


def test_colleague_is_asked_to_stand_in(world: World, school: Visitor) -> None:
    body = str(world.ids["county_a_school1"])
    days = {"from_on": "2025-03-06", "to_on": "2025-03-07"}
    assert school.post("/me/substitutions", staff_no="甲", body=str(world.ids["bureau"]), **days).status_code == 409
    assert school.post("/me/substitutions", staff_no="nobody", body=body, **days).status_code == 409
    assert school.post("/me/substitutions", staff_no="甲", body=body, **days).status_code == 303
    assert "代办" in school.get("/me").text


def test_optional_notices_are_turned_off_and_language_is_kept(school: Visitor) -> None:
    assert school.post("/me/notices", wanted=["withdrawn"], digest=["withdrawn"]).status_code == 303
    page = school.get("/me").text
    assert re.search(r'name="wanted" value="withdrawn"[^>]*checked', page)
    assert not re.search(r'name="wanted" value="review_endorsed"[^>]*checked', page)
    assert school.post("/me", locale="en", large="1").status_code == 303
    page = school.get("/me").text
    assert '<html lang="en" class="large-text"' in page


# Operations and audit


def test_incident_is_resolved_with_a_reason_and_tried_again(world: World, bureau: Visitor) -> None:
    run = world.run_of("甲")
    with transaction(world.engine) as session:
        session.execute(update(RUNS).where(RUNS.c.id == run.id).values(wake_at=None))
        incident = Incident(kind="run", run_id=run.id, what="ValueError: x", raised_at=world.moment())
        session.add(incident)
        session.flush()
        number = incident.id
    assert "ValueError: x" in bureau.get("/operations").text
    assert bureau.post(f"/operations/incidents/{number}").status_code == 409
    assert bureau.post(f"/operations/incidents/{number}", reason="补了邮箱", again="1").status_code == 303
    assert world.run_of("甲").wake_at == world.moment()
    assert bureau.post(f"/operations/incidents/{number}", reason="再来").status_code == 404
    assert "补了邮箱" in bureau.get("/operations").text


def test_incidents_of_another_authority_are_neither_shown_nor_resolved(world: World, bureau: Visitor) -> None:
    ours = world.run_of("甲").id
    with transaction(world.engine) as session:
        other = adopt(session, load("hainan"), world.ids["county_b"], date(2020, 1, 1))
        theirs = StageRun(
            version_id=other, stage="duty", subject_kind="duty", subject_id=1, state="open", entered_at=world.moment()
        )
        session.add(theirs)
        session.flush()
        told = [Incident(kind="run", run_id=run, what=what, raised_at=world.moment(), resolution="")
                for run, what in ((theirs.id, "别局的事"), (None, "没有事项"), (ours, "本局的事"))]  # fmt: skip
        session.add_all(told)
        session.flush()
        numbers = [one.id for one in told]
    page = bureau.get("/operations").text
    assert "本局的事" in page
    assert "别局的事" not in page
    assert "没有事项" not in page
    for number in numbers[:2]:
        assert bureau.post(f"/operations/incidents/{number}", reason="试试").status_code == 404
    refused = bureau.post(f"/operations/incidents/{numbers[2]}", reason="")
    assert refused.status_code == 409
    assert "请先写明怎样处理的" in refused.text
    assert f'id="reason-{numbers[2]}-error"' in refused.text


@pytest.mark.capability(73)
def test_audit_finds_by_person_and_checks_the_chain_of_a_run(world: World, bureau: Visitor) -> None:
    run = world.run_of("甲")
    page = bureau.get("/audit", params={"person": "甲"}).text
    assert "甲，" in page
    assert "乙，" not in page
    assert "没有符合的记录" in bureau.get("/audit", params={"since": "2030-01-01"}).text
    assert "记录完整" in bureau.get(f"/audit?run={run.id}").text
    with transaction(world.engine) as session:
        session.execute(
            update(TRANSITIONS).where(TRANSITIONS.c.run_id == run.id, TRANSITIONS.c.version == 1).values(reason="改过")
        )
    assert "记录断链" in bureau.get(f"/audit?run={run.id}").text


def test_chain_fault_notices_a_missing_last_link() -> None:
    assert chain_fault("head", ()) == 1


# How many queries


@pytest.mark.parametrize(
    "address",
    [
        "/programmes",
        "/programmes/chifeng",
        "/calendar",
        "/messages?box=queued",
        "/operations",
        "/audit",
        "/me",
        "/api/applications",
    ],
)
def test_pages_ask_the_same_number_of_queries_whatever_there_is(world: World, bureau: Visitor, address: str) -> None:
    def asked() -> int:
        found: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            found.append(statement)

        event.listen(world.engine, "before_cursor_execute", note)
        assert bureau.get(address).status_code == 200
        event.remove(world.engine, "before_cursor_execute", note)
        return len(found)

    asked()
    few = asked()
    world.apply_for("丙", "丁", "戊", body="county_b_school1")
    world.clock.advance(world.moment() + timedelta(seconds=1))
    assert asked() == few
