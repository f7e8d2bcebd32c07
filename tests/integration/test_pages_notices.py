"""Lists in pages: drawn, ranked, posted to the public, objected to by anybody, announced and hung."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update
from starlette.testclient import TestClient

from flows.engine.steps import Opening, open_runs
from models import Duty, Listing, Objection, StageRun, Transition
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.browsing import client_of, form
from tests.integration.test_pages_scores import blind_round
from tests.world import World

LISTINGS, OBJECTIONS, TRANSITIONS, RUNS = (
    table_of(Listing),
    table_of(Objection),
    table_of(Transition),
    table_of(StageRun),
)
FACTS = "2024 年 9 月该校公开课记录与材料所写次数不一致，有签到表为证。"


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three applications endorsed and waiting for experts, in a blind round of two places."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    return blind_round(sqlite_database)


def scored(world: World) -> None:
    world.draw()
    for name, mark in (("宋海燕", 91), ("何静远", 88), ("刘志强", 55)):
        world.score(name, *[mark] * 5)
    world.on("2025-04-08")


def posted(world: World) -> str:
    """Ranked and posted through the pages; returns the code of the notice."""
    scored(world)
    world.rank()
    client = client_of(world, "bureau")
    draft = client.post(f"/rounds/{world.round_id}/lists", data=form(act="post"))
    made = client.post(draft.headers["location"], data=form())
    assert made.status_code == 303
    with transaction(world.engine) as session:
        return str(session.execute(select(LISTINGS.c.code).where(LISTINGS.c.act == "post")).scalar_one())


def object_to(client: TestClient, code: str, **said: str) -> str:
    """File an objection; returns its query code."""
    answer = client.post(f"/notices/{code}/objections", data=form(entry="1", facts=FACTS, **said))
    assert answer.status_code == 303, answer.text[-1500:]
    return answer.headers["location"].split("/o/")[1].split("?")[0]


def test_draw_is_drafted_shown_made_and_proved_by_repeating_it(world: World) -> None:
    client = client_of(world, "bureau")
    assert "抽取名单，3 件每件 5 人" in client.get(f"/rounds/{world.round_id}/panel").text
    draft = client.post(f"/rounds/{world.round_id}/lists", data=form(act="draw", seed="20250320-abc"))
    page = client.get(draft.headers["location"]).text
    assert "定名单，3 件开始评分" in page
    assert "宋海燕" not in page
    made = client.post(draft.headers["location"], data=form())
    assert made.status_code == 303
    assert "已定，已办完" in client.get(draft.headers["location"]).text
    with transaction(world.engine) as session:
        listing_id = session.execute(select(LISTINGS.c.id)).scalar_one()
    address = f"/rounds/{world.round_id}/panel?check={listing_id}"
    assert "重算一致" in client.get(address).text
    with transaction(world.engine) as session:
        session.execute(update(LISTINGS).values(seed="另一个种子"))
    assert "重算结果与记录不一致" in client.get(address).text


def test_ranking_names_nobody_until_it_is_confirmed(world: World) -> None:
    scored(world)
    client = client_of(world, "bureau")
    page = client.get(f"/rounds/{world.round_id}/ranking").text
    assert "宋海燕" not in page
    assert "91.00" in page
    draft = client.post(f"/rounds/{world.round_id}/lists", data=form(act="rank"))
    confirm = client.get(draft.headers["location"]).text
    assert "宋海燕" not in confirm
    assert "2 件入选" in confirm
    assert "公示到" in confirm
    client.post(draft.headers["location"], data=form())
    assert "宋海燕" in client.get(f"/rounds/{world.round_id}/ranking").text
    assert world.state("刘志强") == "expert_review.rejected"


def test_minutes_tell_the_review_from_its_record_and_are_a_draft_until_it_is_confirmed(world: World) -> None:
    address = f"/rounds/{world.round_id}/minutes"
    assert client_of(world, "bureau").get(address).status_code == 404, "nobody has scored yet"
    scored(world)
    client = client_of(world, "bureau")
    assert address in client.get(f"/rounds/{world.round_id}/ranking").text
    draft = client.get(address).text
    assert "草稿：排序还没有确认" in draft
    assert "宋海燕" not in draft
    for told in ("随机抽取", "名次按去掉最高、最低以后的均分", "91.00", "2 件", "没有专家申请回避"):
        assert told in draft, told
    listing = client.post(f"/rounds/{world.round_id}/lists", data=form(act="rank")).headers["location"]
    client.post(listing, data=form())
    final = client.get(address).text
    assert "草稿" not in final
    for told in ("宋海燕", "入选", "确认：", "SHA-256"):
        assert told in final, told


def test_lists_of_another_authority_are_not_found(world: World) -> None:
    scored(world)
    assert client_of(world, "county_a").get(f"/rounds/{world.round_id}/minutes").status_code == 403
    assert client_of(world, "county_a").get(f"/rounds/{world.round_id}/ranking").status_code == 403
    assert client_of(world, "bureau").get("/rounds/99/ranking").status_code == 404


def test_notice_shows_the_whitelisted_fields_and_its_check_code(world: World) -> None:
    code = posted(world)
    public = client_of(world)
    page = public.get(f"/notices/{code}").text
    for shown in ("宋海燕", "county_a_school1", "GS-2025-01", "4月8日 周二 至 4月14日 周一 24:00", "是第 1 天"):
        assert shown in page, shown
    with transaction(world.engine) as session:
        digest = session.execute(select(LISTINGS.c.sha256).where(LISTINGS.c.code == code)).scalar_one()
    assert digest[:4] in page
    assert "x.example" not in page
    assert public.get(f"/notices/{code}/qr.svg").headers["content-type"] == "image/svg+xml"
    assert "GS-2025-01" in public.get(f"/notices/{code}/print").text
    assert digest in public.get(f"/verify/{code}").text
    assert "没有查到" in public.get("/verify/NOTHING").text
    assert "宋海燕" not in public.get("/notices").text


def test_objection_holds_the_entry_but_the_page_never_says_so(world: World) -> None:
    code = posted(world)
    public = client_of(world)
    before = public.get(f"/notices/{code}").text
    query = object_to(public, code, signed="named", name="钱多多", contact="13900001111")
    assert world.state("宋海燕") == "notice.objected"
    hidden = re.compile(r'name="request_id" value="[^"]*"')
    assert hidden.sub("", public.get(f"/notices/{code}").text) == hidden.sub("", before)
    assert "核查中" in public.get(f"/o/{query.lower()}").text
    assert "宋海燕" not in public.get(f"/o/{query}").text
    with transaction(world.engine) as session:
        said = session.execute(text("SELECT group_concat(payload || reason) FROM transition")).scalar_one()
        assert "钱多多" not in said
        assert "13900001111" not in said
        for table in ("message", "request"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            assert "钱多多" not in str(rows)


def test_objection_is_ruled_on_and_its_objector_reads_the_reason(world: World) -> None:
    code = posted(world)
    public = client_of(world)
    query = object_to(public, code, signed="anonymous", name="写了也不留", contact="1")
    client = client_of(world, "bureau")
    with transaction(world.engine) as session:
        one = session.execute(select(OBJECTIONS)).one()
    assert one.name == one.contact == ""
    page = client.get(f"/objections/{one.id}").text
    assert FACTS in page
    version = world.run_of("宋海燕").version
    ruled = client.post(f"/objections/{one.id}", data=form(ruling="dismiss", reason="查无此事", version=version))
    assert ruled.status_code == 303
    assert world.state("宋海燕") == "notice.posted"
    assert "查无此事" in public.get(f"/o/{query}").text
    assert client_of(world, "county_a").get(f"/objections/{one.id}").status_code == 403


def test_anonymous_objection_needs_facts_and_keeps_what_was_typed(world: World) -> None:
    code = posted(world)
    page = client_of(world).post(
        f"/notices/{code}/objections", data=form(entry="2", facts="太短了", signed="anonymous")
    )
    assert page.status_code == 422
    assert "不少于 20 字" in page.text
    assert "太短了" in page.text
    with transaction(world.engine) as session:
        assert session.execute(select(OBJECTIONS)).first() is None


def test_objections_are_throttled_by_address(world: World) -> None:
    code = posted(world)
    public = client_of(world)
    for _ in range(5):
        object_to(public, code, signed="anonymous")
    refused = public.post(f"/notices/{code}/objections", data=form(entry="1", facts=FACTS, signed="anonymous"))
    assert refused.status_code == 429
    assert "10 分钟后再试" in refused.text
    assert FACTS in refused.text


def test_ended_notice_takes_its_list_down_and_keeps_number_and_check_code(world: World) -> None:
    code = posted(world)
    world.on("2025-04-15")
    page = client_of(world).get(f"/notices/{code}").text
    assert "公示已于 4月14日 24:00 结束" in page
    assert "宋海燕" not in page
    assert "GS-2025-01" in page
    late = client_of(world).post(f"/notices/{code}/objections", data=form(entry="1", facts=FACTS, signed="anonymous"))
    assert late.status_code == 409


def test_plaque_waits_for_its_setup_duty_by_name(world: World) -> None:
    posted(world)
    world.on("2025-04-15")
    client = client_of(world, "bureau")
    draft = client.post(f"/rounds/{world.round_id}/lists", data=form(act="announce"))
    client.post(draft.headers["location"], data=form())
    studio = world.studio("宋海燕")
    with world.at_work() as work:
        duty_id = work.session.execute(insert(Duty).values(
            studio_id=studio.id, key="plan", period="setup", unit_kind="studio", unit_id=studio.id, title="建设方案备案", need=1, counted=0,
            responsible=f"person:{world.ids['宋海燕']}", receiver=f"body:{world.ids['bureau']}", blocks=["plaque"],
        ).returning(table_of(Duty).c.id)).scalar_one()  # fmt: skip
        open_runs(
            work,
            [
                Opening(
                    world.version_id,
                    "obligations",
                    "plan",
                    "duty",
                    duty_id,
                    round_id=world.round_id,
                    studio_id=studio.id,
                )
            ],
        )
    page = client.get(f"/rounds/{world.round_id}/plaques").text
    assert "建设方案备案" in page
    run_id = world.run_of("宋海燕").id
    assert "还不能挂牌" in client.get(f"/plaques/{run_id}").text
    host = client_of(world, "宋海燕")
    assert host.get(f"/duties/{duty_id}").status_code == 200
    assert client_of(world, "何静远").get(f"/duties/{duty_id}").status_code == 404
    with transaction(world.engine) as session:
        version = session.execute(select(RUNS.c.version).where(RUNS.c.subject_kind == "duty")).scalar_one()
    assert host.post(f"/duties/{duty_id}", data=form(act="submit", version=version, text="已附方案")).status_code == 303
    hung = client.post(f"/plaques/{run_id}", data=form(act="hang", version=world.run_of("宋海燕").version))
    assert hung.status_code == 303
    assert world.outcome("宋海燕") == "hung"
    said = client.get(f"/plaques/{run_id}").text
    assert "公布文号" in said
    assert "牌匾编号" in said
    assert "2025-001" in said


def test_open_rounds_are_listed_for_everybody(world: World) -> None:
    assert "年度申报" in client_of(world).get("/open").text
