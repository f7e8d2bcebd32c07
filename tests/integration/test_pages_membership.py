"""Pages of membership: ranked wishes, central placement, named roles, seats in doubt, levels and successors."""

import re
from datetime import date
from itertools import cycle, islice
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from flows.office.findings import note_loss
from flows.roster.opening import open_workbook
from models import Application, Duty, ListingEntry, Post
from models.columns import table_of
from models.session import transaction
from tests.browsing import CSRF, client_of, form
from tests.life import Life
from tests.world import World

APPLICATIONS, DUTIES, POSTS, ENTRIES = table_of(Application), table_of(Duty), table_of(Post), table_of(ListingEntry)
SCHOOLS = ("county_a_school1", "county_a_school2", "county_b_school1", "county_b_school2", "direct_school")
CENTRE = "training_centre"


def province(engine: Engine, studios: int = 3) -> World:
    """海南: so many studios in turn at five schools, a training centre that allocates, and an open round for members."""
    world = World(engine, "hainan", start=date(2025, 9, 1))
    for n, school in enumerate(islice(cycle(SCHOOLS), studios)):
        world.applicant(f"H{n}", school, school_stage="高中" if n % 2 else "初中")
        world.running_studio(f"H{n}", school, "province")
    world.cast("center", CENTRE)
    world.round(date(2025, 9, 30), path="join")
    return world


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    return province(sqlite_database)


def begun(world: World, name: str, school: str = "county_a_school1", stage: str = "初中") -> str:
    """Somebody begins an application in the open round; the address of the form."""
    world.applicant(name, school, school_stage=stage)
    answer = client_of(world, name).post(f"/rounds/{world.round_id}/apply", data=form())
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    world.ids[f"application/{name}"] = int(re.findall(r"/applications/(\d+)/", address)[0])
    return address


def wishes_kept(world: World, name: str) -> Any:
    with transaction(world.engine) as session:
        mine = select(APPLICATIONS.c.answers).where(APPLICATIONS.c.id == world.ids[f"application/{name}"])
        return session.execute(mine).scalar_one().get("wishes")


def ids(world: World, *hosts: str) -> list[int]:
    return [world.studio(host).id or 0 for host in hosts]


def test_wishes_are_chosen_in_order_among_studios_with_their_host_stage_and_places(world: World) -> None:
    world.seat("m", "H0", body="county_b_school1")
    address = begun(world, "p")
    page = client_of(world, "p").get(address).text
    for words in (
        "工作室志愿",
        "最多 3 个",
        "第 3 志愿",
        "H0工作室（H0，初中，还有 11 个）",
        "还有 12 个",
        "county_a_school2",
    ):
        assert words in page, words
    assert "工作室名称" not in page
    assert "意向成员" not in page


def test_wishes_are_submitted_and_read_by_name(world: World) -> None:
    address = begun(world, "p")
    first, second = ids(world, "H2", "H0")
    client = client_of(world, "p")
    said = {"wish.1": str(first), "wish.2": str(second), "wish.3": "", "school_stage": "初中"}
    assert client.post(address, data=form(**said)).status_code == 303
    assert wishes_kept(world, "p") == [first, second]
    assert f'<option value="{first}" selected>' in client.get(address).text
    version = re.findall(r'name="version" value="(\d+)"', client.get(address).text)[0]
    answer = client.post(address.replace("/form", "/submit"), data=form(version=version, **said))
    assert answer.status_code == 303, answer.text
    page = client.get(f"/applications/{world.ids['application/p']}").text
    assert "1. H2工作室；2. H0工作室" in page


def test_wishes_that_cannot_stand_are_named_at_their_field(world: World) -> None:
    world.owe("H1", "conditions")
    with world.at_work() as work:
        work.session.execute(update(DUTIES).values(blocks=["join"]))
    address = begun(world, "p")
    one, blocked = ids(world, "H0", "H1")
    client = client_of(world, "p")
    send = address.replace("/form", "/submit")
    page = client.get(address).text
    assert "尚未公布条件" in page
    assert f'<option value="{blocked}" disabled>' in page
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    for said, place, words in (
        ({}, "wish.1", "请至少选一个工作室"),
        ({"wish.1": str(one), "wish.2": str(one)}, "wish.2", "只能填报一次，请改选"),
        ({"wish.1": str(one), "wish.2": str(blocked)}, "wish.2", "请改选，或等它办完"),
    ):
        answer = client.post(send, data=form(version=version, school_stage="初中", **said))
        assert answer.status_code == 422, answer.text
        assert f'href="#{place}"' in answer.text
        assert f'id="{place}-error"' in answer.text
        assert words in answer.text


# Central placement


def waits(world: World, name: str, school: str, stage: str, *hosts: str) -> None:
    """Somebody asks with these wishes and is found to meet what the text asks."""
    world.applicant(name, school, school_stage=stage)
    world.begin(name, studio_name="")
    wishes, mine = ids(world, *hosts), APPLICATIONS.c.id == world.ids[f"application/{name}"]
    with world.at_work() as work:
        work.session.execute(update(APPLICATIONS).where(mine).values(answers={"wishes": wishes}))
    world.do(name, "submit", name)


def judged(world: World, *names: str) -> None:
    for name in names:
        world.do(CENTRE, "judge", name, judged=dict.fromkeys(world.unjudged(name), "passed"))


@pytest.fixture
def placing(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two people wait to be placed in three studios; a busy machine is given the time that it takes to solve it."""
    monkeypatch.setattr("web.placing.PATIENCE", 60.0)
    waits(world, "p", "county_b_school1", "初中", "H2", "H0")
    waits(world, "q", "county_a_school1", "初中", "H1", "H0")
    judged(world, "p", "q")
    return world


def here(world: World) -> str:
    return f"/rounds/{world.round_id}/placement"


def proposed(world: World) -> int:
    answer = client_of(world, CENTRE).post(here(world), data=form())
    assert answer.status_code == 303, answer.text
    return int(re.findall(r"list=(\d+)", answer.headers["location"])[0])


def entries(world: World, listing_id: int) -> dict[str, Any]:
    with transaction(world.engine) as session:
        rows = session.execute(select(ENTRIES).where(ENTRIES.c.listing_id == listing_id)).all()
    return {row.shown["name"]: row for row in rows}


def test_placement_is_opened_by_the_allocating_body_alone(placing: World) -> None:
    assert client_of(placing, CENTRE).get(here(placing)).status_code == 200
    for other in ("bureau", "county_a"):
        assert client_of(placing, other).get(here(placing)).status_code == 404
        assert client_of(placing, other).post(here(placing), data=form()).status_code == 404
    assert client_of(placing, "p").get(here(placing)).status_code == 403
    listing_id = proposed(placing)
    for address in (f"{here(placing)}/{listing_id}", f"{here(placing)}/{listing_id}/list.xlsx"):
        client = client_of(placing, "bureau")
        answer = client.get(address) if address.endswith("xlsx") else client.post(address, data=form(act="make"))
        assert answer.status_code == 404


def test_round_page_leads_the_allocating_body_to_the_placement(placing: World) -> None:
    assert f'href="{here(placing)}"' in client_of(placing, CENTRE).get(f"/rounds/{placing.round_id}").text
    bureau = client_of(placing, "bureau").get(f"/rounds/{placing.round_id}")
    assert bureau.status_code == 200
    assert here(placing) not in bureau.text


def test_placement_waits_until_everybody_is_judged(world: World) -> None:
    waits(world, "p", "county_a_school1", "初中", "H2")
    page = client_of(world, CENTRE).get(here(world)).text
    assert "还有 1 人没有判断资格，先判断再求解" in page
    answer = client_of(world, CENTRE).post(here(world), data=form())
    assert answer.status_code == 409
    assert "先要判断资格：p" in answer.text


def test_placement_is_proposed_with_the_reason_of_each_entry(placing: World) -> None:
    listing_id = proposed(placing)
    page = client_of(placing, CENTRE).get(f"{here(placing)}?list={listing_id}").text
    for words in (
        "草稿，还没有定",
        "依次看：学段、规模、便于活动、志愿",
        "第 1 志愿",
        "学段一致",
        "按志愿",
        "看学段",
        "1. H2工作室",
        "定名单，2 人入室",
    ):
        assert words in page, words
    other = client_of(placing, CENTRE).get(f"{here(placing)}?list={listing_id}&only=other").text
    assert ">q</a>" in other
    assert ">p</a>" not in other


def test_placement_is_drafted_once_for_one_press(placing: World) -> None:
    client, pressed = client_of(placing, CENTRE), form()
    first, second = (client.post(here(placing), data=pressed).headers["location"] for _ in range(2))
    assert first == second


def test_placement_still_being_solved_says_so_and_reloads(placing: World) -> None:
    page = client_of(placing, CENTRE).get(f"{here(placing)}?solving=somewhere-else").text
    assert "正在为 2 人求最合适的安排" in page
    assert 'http-equiv="refresh" content="5' in page


def test_placement_entry_is_changed_only_with_a_reason_and_shows_both(placing: World) -> None:
    listing_id = proposed(placing)
    run, (other,) = entries(placing, listing_id)["p"].run_id, ids(placing, "H0")
    client, place = client_of(placing, CENTRE), f"{here(placing)}/{listing_id}"
    said = {"act": "change", "run": str(run), "studio": str(other)}
    assert client.post(place, data=form(reason="", **said)).status_code == 409
    answer = client.post(place, data=form(reason="两校有帮扶关系", **said))
    assert re.fullmatch(rf"{here(placing)}\?list={listing_id}&note=[^#]+#run-{run}", answer.headers["location"])
    page = client.get(f"{here(placing)}?list={listing_id}").text
    for words in ("人工调整", "两校有帮扶关系", "原建议：H2工作室", f"{CENTRE}_officer"):
        assert words in page, words
    assert entries(placing, listing_id)["p"].payload["studio"] == other
    client.post(place, data=form(act="change", run=str(run), studio="none", reason="本人暂不参加"))
    assert not entries(placing, listing_id)["p"].payload.get("studio")


def test_placement_list_is_made_and_its_result_is_shown_and_handed_out(placing: World) -> None:
    listing_id = proposed(placing)
    client = client_of(placing, CENTRE)
    assert client.post(f"{here(placing)}/{listing_id}", data=form(act="make")).status_code == 303
    page = client.get(f"{here(placing)}?list={listing_id}").text
    assert "已定，已办完" in page
    assert page.count("在室") == 2
    assert [placing.outcome(name) for name in ("p", "q")] == ["seated", "seated"]
    assert client.get("/applications").text.count("在室") == 2
    sheet = client.get(f"{here(placing)}/{listing_id}/list.xlsx")
    assert sheet.status_code == 200
    rows = next(iter(open_workbook(sheet.content).values()))
    assert {row[2]: row[6] for row in rows[3:]} == {
        name: one.shown["studio"] for name, one in entries(placing, listing_id).items()
    }
    assert client.post(f"{here(placing)}/{listing_id}", data=form(act="make")).status_code == 409


def test_placement_shows_first_what_cannot_be_done(placing: World) -> None:
    listing_id = proposed(placing)
    studio = entries(placing, listing_id)["p"].payload["studio"]
    host = next(name for name in ("H0", "H1", "H2") if ids(placing, name) == [studio])
    for n in range(12):
        placing.seat(f"m{n}", host, body="county_b_school1")
    page = client_of(placing, CENTRE).get(f"{here(placing)}?list={listing_id}").text
    assert "有 1 人不能这样安排" in page
    assert "最多 12 人，现有 12 人" in page
    assert "定名单，1 人入室" in page


# Named roles


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A studio of 赤峰, whose host names advisers, assistants and trainees."""
    return Life(sqlite_database, "chifeng", date(2025, 5, 20), {"M1": "member"}, since=date(2026, 3, 1))


def test_host_names_an_adviser_takes_it_back_and_both_stay_in_the_record(life: Life) -> None:
    life.applicant("顾", "county_b_school1")
    place, host = f"/studios/{life.studio_id}/roles", client_of(life, "H")
    assert "指定为顾问" in host.get(place).text
    said = {"act": "name", "role": "adviser", "staff_no": "顾", "name": "顾"}
    assert host.post(place, data=form(**said)).status_code == 303
    assert life.seat_of("顾").role == "adviser"
    page = host.get(place).text
    assert "指定顾为顾问" in page
    back = {"act": "unname", "role": "adviser", "person": str(life.ids["顾"])}
    unsaid = host.post(place, data=form(reason="", **back))
    assert (unsaid.status_code, "请写明为什么取消" in unsaid.text) == (422, True)
    assert host.post(place, data=form(reason="任期已满", **back)).status_code == 303
    page = host.get(place).text
    assert "取消顾的顾问" in page
    assert "任期已满" in page


def test_naming_shows_each_criterion_that_is_not_met(life: Life) -> None:
    life.applicant("跟岗", "county_b_school1", post="teacher")
    said = {"act": "name", "role": "trainee", "staff_no": "跟岗", "name": "跟岗"}
    answer = client_of(life, "H").post(f"/studios/{life.studio_id}/roles", data=form(**said))
    assert answer.status_code == 422
    assert "没有办成，没有改动任何内容" in answer.text
    assert "校级领导" in answer.text
    unknown = client_of(life, "H").post(f"/studios/{life.studio_id}/roles", data=form(**{**said, "name": "别人"}))
    assert (unknown.status_code, "名册里没有" in unknown.text) == (422, True)


def test_naming_is_the_choosers_alone(life: Life) -> None:
    place = f"/studios/{life.studio_id}/roles"
    said = {"act": "name", "role": "adviser", "staff_no": "M1", "name": "M1"}
    assert client_of(life, "M1").get(place).status_code == 404
    assert "指定为顾问" not in client_of(life, "bureau").get(place).text
    assert client_of(life, "bureau").post(place, data=form(**said)).status_code == 409
    assert client_of(life, "county_b").get(place).status_code == 404


def test_school_names_its_leader_for_the_studio(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 3, 2))
    life.applicant("分管", "county_a_school1", post="deputy_principal")
    place = f"/studios/{life.studio_id}/roles"
    school = client_of(life, "county_a_school1")
    assert "指定为分管校领导" in school.get(place).text
    assert "指定为分管校领导" not in client_of(life, "H").get(place).text
    said = {"act": "name", "role": "school_leader", "staff_no": "分管", "name": "分管"}
    assert school.post(place, data=form(**said)).status_code == 303
    assert life.seat_of("分管").role == "school_leader"


# Seats in doubt


def test_lost_post_is_listed_and_noted_with_a_reason(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 3, 2))
    lost = (POSTS.c.person_id == life.ids["M1"]) & (POSTS.c.kind == "class_teacher")
    with life.at_work() as work:
        work.session.execute(update(POSTS).where(lost).values(kind="teacher"))
    bureau, seat = client_of(life, "bureau"), life.seat_of("M1").id
    page = bureau.get("/doubts").text
    for words in ("M1", "班主任", "记录情况", "系统只列出，不自动处理"):
        assert words in page, words
    county = client_of(life, "county_b")
    assert "没有要核实的任职变动" in county.get("/doubts").text
    assert county.post(f"/doubts/{seat}", data=form(reason="不再任班主任")).status_code == 404
    assert bureau.post(f"/doubts/{seat}", data=form(reason=" ")).status_code == 409
    noted = bureau.post(f"/doubts/{seat}", data=form(reason="不再任班主任"))
    assert noted.status_code == 303
    assert bureau.get(noted.headers["location"]).status_code == 200
    page = bureau.get("/doubts").text
    assert 'name="reason"' not in page or f'action="/doubts/{seat}"' not in page


# Levels and successors


def test_host_begins_a_level_at_any_time_and_only_once(sqlite_database: Engine) -> None:
    world = World(sqlite_database, "township-subject-master", start=date(2026, 3, 2))
    school = next(name for name in world.ids if "school" in name and "officer" not in name)
    world.running_studio("H", school, "school")
    world.cycle("H", date(2025, 9, 1))
    place, host = f"/studios/{world.studio('H').id}/level", client_of(world, "H")
    page = host.get(place).text
    assert "开始填写升级申请" in page
    answer = host.post(place, data=form(path="to_township"))
    assert answer.status_code == 303, answer.text
    page = host.get(answer.headers["location"].split("?")[0]).text
    assert "申请材料" in page
    assert "接着填写" in host.get(place).text
    assert host.post(place, data=form(path="to_township")).status_code == 409
    assert host.post(place, data=form(path="to_county")).status_code == 404
    assert place in host.get("/applications").text


def test_successor_applies_where_a_studio_seeks_its_next_host(life: Life) -> None:
    life.applicant("N", "county_b_school1")
    life.on("2026-03-03")
    actor, seat = life.actor("bureau"), life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, actor, seat, "调任市教育局")
    life.round(date(2026, 4, 30))
    place, client = f"/rounds/{life.round_id}/apply", client_of(life, "N")
    assert "接任主持人" not in client.get(place).text
    life.act("bureau", "decide", life.asked_of_body(), choice="另选主持人", reason="工作室运行良好")
    page = client.get(place).text
    assert "接任主持人" in page
    assert "原主持人 H" in page
    answer = client.post(place, data=form(studio=str(life.studio_id)))
    assert answer.status_code == 303
    number = int(re.findall(r"/applications/(\d+)/", answer.headers["location"])[0])
    (row,) = life.rows(select(APPLICATIONS).where(APPLICATIONS.c.id == number))
    assert (row.studio_id, row.gives) == (life.studio_id, "studio")


# Titles and the API


def test_titles_say_what_an_application_asks_for(placing: World) -> None:
    centre = client_of(placing, CENTRE)
    page = centre.get("/inbox").text
    assert "申请席位，成员" in page
    assert "由统筹调配的名单安排" in page
    assert "申请席位，成员" in centre.get("/applications").text
    case = centre.get(f"/applications/{placing.ids['application/p']}").text
    assert "申请席位，成员" in case
    assert f'href="{here(placing)}"' in case


def test_titles_of_exits_and_named_roles_are_readable(life: Life) -> None:
    life.applicant("顾", "county_b_school1")
    life.name_to_seat("H", "顾", "H", "adviser")
    life.begin_seat("M1", "H", path="leave")
    assert "退出“H工作室”" in client_of(life, "M1").get("/applications").text
    assert "退出“H工作室”" in client_of(life, "M1").get("/inbox").text
    assert "指定为“H工作室”顾问" in client_of(life, "顾").get("/applications").text


def test_who_is_asked_to_leave_or_join_agrees_or_not_and_recommends_nobody(life: Life) -> None:
    life.begin_seat("M1", "H", path="leave")
    case = life.rows(select(APPLICATIONS.c.id).where(APPLICATIONS.c.gives == "exit"))[0].id
    asking = client_of(life, "M1")
    sheet = asking.get(f"/applications/{case}/form").text
    assert "退出申请表" in sheet
    assert "提交申报" not in sheet
    assert asking.post(f"/applications/{case}/submit", data=form(leaving="", version="1")).status_code == 422
    sent = asking.post(f"/applications/{case}/submit", data=form(leaving="工作调动", version="1"))
    assert sent.status_code == 303, sent.text
    shown = asking.get(f"/applications/{case}").text
    assert "席位" not in shown
    for words in ("申请内容", "申请材料", "撤回申请", "提交申请"):
        assert words in shown, words
    school = next(name for name, one in life.ids.items() if one == 3 and name.endswith("school1"))
    page = client_of(life, school).get("/inbox").text
    assert "不同意" in page
    assert "推荐" not in page.split('class="pane-foot"', 1)[1].split("</form>", 1)[0]


def test_host_follows_who_leaves_the_studio_once_it_is_asked_for(life: Life) -> None:
    life.begin_seat("M1", "H", path="leave")
    case = f"/applications/{life.rows(select(APPLICATIONS.c.id).where(APPLICATIONS.c.gives == 'exit'))[0].id}"
    assert client_of(life, "H").get(case).status_code == 404
    with life.at_work() as work:
        work.session.execute(update(APPLICATIONS).where(APPLICATIONS.c.gives == "exit").values(submitted_at=work.now))
    assert client_of(life, "H").get(case).status_code == 200
    assert client_of(life, "county_b_school2").get(case).status_code == 404


def call(world: World, who: str, address: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"X-CSRF": CSRF, "Idempotency-Key": key or form()["request_id"]}
    return client_of(world, who).post(f"/api{address}", json=body, headers=headers)


def test_api_applies_with_wishes_and_submits(world: World) -> None:
    world.applicant("p", "county_a_school1", school_stage="初中")
    wishes = ids(world, "H2", "H0")
    asked = {"round_id": world.round_id, "answers": {"wishes": wishes, "school_stage": "初中"}}
    begun_ = call(world, "p", "/applications", asked, "begin-0001")
    again = call(world, "p", "/applications", asked, "begin-0001")
    assert (begun_.status_code, begun_.json()) == (201, again.json())
    number = begun_.json()["application_id"]
    wrong = call(world, "p", f"/applications/{number}/answers", {"answers": {"studio_name": "x"}})
    assert (wrong.status_code, wrong.json()["missing"]) == (409, ["studio_name"])
    kept = call(
        world, "p", f"/applications/{number}/answers", {"answers": {"wishes": wishes[:1], "phone": "13800000000"}}
    )
    assert kept.json() == {"application_id": number, "written": ["phone", "wishes"]}
    assert call(world, "H0", f"/applications/{number}/answers", {"answers": {}}).status_code == 404
    sent = call(world, "p", f"/runs/{begun_.json()['run_id']}/submit", {"payload": {}})
    assert sent.status_code == 200, sent.text


def test_api_places_centrally_as_the_page_does(placing: World) -> None:
    asked = {"round_id": placing.round_id}
    assert call(placing, "bureau", "/placements", asked).status_code == 404
    assert call(placing, "p", "/placements", asked).status_code == 403
    drafted = call(placing, CENTRE, "/placements", asked, "placing-0001")
    assert drafted.status_code == 201, drafted.text
    assert drafted.json() == call(placing, CENTRE, "/placements", asked, "placing-0001").json()
    listing_id, first = drafted.json()["listing_id"], drafted.json()["entries"][0]
    place = f"/placements/{listing_id}"
    assert call(placing, CENTRE, f"{place}/entries", {"run_id": first["run_id"], "reason": ""}).status_code == 422
    changed = call(placing, CENTRE, f"{place}/entries", {"run_id": first["run_id"], "reason": "借调在外"})
    assert next(one for one in changed.json()["entries"] if one["run_id"] == first["run_id"])["changed"]
    assert call(placing, "bureau", f"{place}/make", {}).status_code == 404
    made = call(placing, CENTRE, f"{place}/make", {}).json()
    assert (made["settled"], made["entries"]) == (2, 2)
    assert [placing.outcome(name) for name in ("p", "q")] == ["unplaced", "seated"]


def test_api_names_notes_and_leaves(life: Life) -> None:
    life.applicant("顾", "county_b_school1")
    place, said = f"/studios/{life.studio_id}/roles", {"role": "adviser", "staff_no": "顾", "name": "顾"}
    assert call(life, "M1", place, said).status_code == 404
    assert call(life, "H", place, said).status_code == 200
    assert call(life, "H", place, {**said, "take_back": True}).json()["missing"] == ["reason"]
    assert call(life, "H", place, {**said, "take_back": True, "reason": "任期已满"}).status_code == 200
    leaving = call(life, "M1", "/seats", {"studio_id": life.studio_id, "path": "leave", "answers": {"leaving": "调动"}})
    assert leaving.status_code == 201, leaving.text
    assert call(life, "county_b", f"/doubts/{life.seat_of('M1').id}", {"reason": "调离"}).status_code == 404
    assert call(life, "bureau", f"/doubts/{life.seat_of('M1').id}", {"reason": "调离"}).status_code == 201
    described = client_of(life).get("/api/openapi.json").json()["paths"]
    assert {"/api/seats", "/api/levels", "/api/placements", "/api/doubts/{seat_id}"} <= set(described)
