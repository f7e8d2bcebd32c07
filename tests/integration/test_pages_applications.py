"""Application pages: scope, drafts kept private, files that are what they say, defects that open their own fields only."""

import re
import zipfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models.files import FileRefused, keep_file, place_of
from models.queries.cases import cases
from models.settings import settings
from tests.browsing import client_of, counting, form
from tests.world import World

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
PDF = b"%PDF-1.7\n%a small paper\n"


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An open round, and one principal who may apply."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.applicant("宋海燕", credentials=MASTER)
    return world


def office(*names: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return kept.getvalue()


def begun(world: World, client: Any) -> str:
    """The address of the form of an application that was just begun."""
    return str(client.post(f"/rounds/{world.round_id}/apply", data=form()).headers["location"]).partition("?")[0]


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    return found.group(1) if found else ""


def test_principal_begins_writes_and_submits(world: World) -> None:
    client = client_of(world, "宋海燕")
    assert "申报条件" in client.get(f"/rounds/{world.round_id}/apply").text
    address = begun(world, client)
    said = {"studio_name": "宋海燕名校长工作室", "school_stage": "初中", "plan": "带动三所乡村学校"}
    assert client.post(address, data=form(**said)).status_code == 303
    page = client.get(address).text
    assert "带动三所乡村学校" in page
    sent = form(**said, version=version_in(page))
    answer = client.post(address.replace("/form", "/submit"), data=sent)
    again = client.post(address.replace("/form", "/submit"), data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"] == again.headers["location"]
    case = client.get(answer.headers["location"]).text
    assert "现在在谁手里" in case
    assert "提交申报" in case
    assert "撤回这份申报" in case


def test_begun_application_goes_on_instead_of_beginning_again(world: World) -> None:
    client = client_of(world, "宋海燕")
    address = begun(world, client)
    assert client.get(f"/rounds/{world.round_id}/apply").headers["location"] == address
    assert begun(world, client) == address


def test_submission_with_gaps_lists_them_and_keeps_the_words(world: World) -> None:
    client = client_of(world, "宋海燕")
    address = begun(world, client)
    page = client.get(address).text
    answer = client.post(address.replace("/form", "/submit"), data=form(plan="三年设想", version=version_in(page)))
    assert answer.status_code == 422
    assert 'href="#studio_name"' in answer.text
    assert "三年设想" in answer.text


def test_criterion_that_fails_is_said_with_its_clause_before_submitting(world: World) -> None:
    world.applicant("副校长", post="deputy_principal")
    client = client_of(world, "副校长")
    page = client.get(begun(world, client)).text
    assert "还差什么才能提交" in page
    assert "不符合" in page
    assert "第二条" in page


def test_draft_is_saved_by_the_script_with_the_time(world: World) -> None:
    client = client_of(world, "宋海燕")
    address = begun(world, client)
    answer = client.post(address.replace("/form", "/draft"), data=form(plan="写到一半"))
    assert "已暂存" in answer.json()["words"]
    assert "写到一半" in client.get(address).text


def test_draft_is_seen_by_nobody_else(world: World) -> None:
    address = begun(world, client_of(world, "宋海燕"))
    for other in ("county_a_school1", "county_a", "bureau", "expert0"):
        client = client_of(world, other)
        assert client.get(address).status_code == 404
        assert client.get(address.removesuffix("/form")).status_code == 404
        assert "宋海燕" not in client.get("/applications").text


def test_submitted_case_is_seen_along_its_way_only(world: World) -> None:
    world.begin("宋海燕")
    world.do("宋海燕", "submit", "宋海燕")
    address = f"/applications/{world.ids['application/宋海燕']}"
    for name in ("county_a_school1", "county_a", "bureau"):
        assert client_of(world, name).get(address).status_code == 200
    for name in ("county_b", "county_b_school1", "county_a_school2", "expert0"):
        assert client_of(world, name).get(address).status_code == 404


def test_file_is_kept_by_its_hash_and_given_as_a_download(world: World) -> None:
    client = client_of(world, "宋海燕")
    address = begun(world, client)
    slot = re.findall(r'name="file\.(\d+)"', client.get(address).text)[-1]
    answer = client.post(address.replace("/form", "/files"), data=form(), files={f"file.{slot}": ("总结.pdf", PDF)})
    assert answer.status_code == 303
    link = re.search(r'href="(/files/\d+)"', client.get(address).text)
    assert link is not None
    paper = client.get(link.group(1))
    assert paper.content == PDF
    assert paper.headers["content-disposition"].startswith("attachment")
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert client_of(world, "county_b").get(link.group(1)).status_code == 404
    assert client_of(world, "county_a").get(link.group(1)).status_code == 404  # a draft is not theirs yet


@pytest.mark.parametrize(
    ("name", "content", "because"),
    [
        ("page.html", b"<script>", "wrong_kind"),
        ("paper.pdf", b"<html>not a paper</html>", "wrong_content"),
        ("photo.jpg", PDF, "wrong_content"),
        ("sheet.xlsx", office("word/document.xml"), "wrong_content"),
        ("macro.docx", office("word/document.xml", "word/vbaProject.bin"), "wrong_content"),
        ("empty.pdf", b"", "empty_file"),
        ("big.pdf", PDF + b"0" * (20 * 1024 * 1024), "too_large"),
    ],
)
def test_file_that_is_not_what_it_says_is_refused(world: World, name: str, content: bytes, because: str) -> None:
    with world.at_work() as work, pytest.raises(FileRefused) as refusal:
        keep_file(work.session, name, BytesIO(content), work.now)
    assert refusal.value.because == because
    assert not list((settings().files / "incoming").glob("*"))


def test_same_file_is_stored_once(world: World) -> None:
    with world.at_work() as work:
        first = keep_file(work.session, "a.docx", BytesIO(office("word/document.xml")), work.now)
        second = keep_file(work.session, "b.docx", BytesIO(office("word/document.xml")), work.now)
    assert first == second
    assert place_of(first.sha256).read_bytes() == office("word/document.xml")


def test_sent_back_application_opens_only_what_was_named(world: World) -> None:
    world.begin("宋海燕", school_stage="初中")
    world.do("宋海燕", "submit", "宋海燕")
    world.do("county_a_school1", "send_back", "宋海燕", defects=[{"place": "工作室建设设想", "what": "请写明分年目标"}])
    client = client_of(world, "宋海燕")
    address = f"/applications/{world.ids['application/宋海燕']}/form"
    page = client.get(address).text
    assert "需要补正 1 处" in page
    assert '<a href="#plan">工作室建设设想</a>' in page
    client.post(address, data=form(plan="第一年走访", studio_name="换个名字"))
    page = client.get(address).text
    assert "第一年走访" in page
    assert "换个名字" not in page
    answer = client.post(address.replace("/form", "/submit"), data=form(plan="第一年走访", version=version_in(page)))
    assert answer.status_code == 303
    seen = client_of(world, "county_a_school1").get("/inbox").text
    assert "改动 1 处" in seen
    assert "补正前后" in client_of(world, "county_a_school1").get(address.removesuffix("/form")).text


def test_correction_of_name_and_paper_is_shown_and_keeps_the_first_submission(world: World) -> None:
    world.begin("宋海燕", studio_name="甲工作室", school_stage="初中")
    world.do("宋海燕", "submit", "宋海燕")
    address = f"/applications/{world.ids['application/宋海燕']}"
    application = world.ids["application/宋海燕"]
    with world.at_work() as work:
        submitted = cases(work.session, [application])[application].submitted_at
    defects = [{"place": "工作室名称", "what": "与规定不符"}, {"place": "其他材料", "what": "请补"}]
    world.do("county_a_school1", "send_back", "宋海燕", defects=defects)
    world.clock.advance(world.clock.now() + timedelta(hours=2))
    client = client_of(world, "宋海燕")
    paper = {"file.0": ("证明.pdf", PDF, "application/pdf")}
    client.post(f"{address}/files", data=form(studio_name="乙工作室"), files=paper)
    page = client.get(f"{address}/form").text
    client.post(f"{address}/submit", data=form(studio_name="乙工作室", version=version_in(page)))
    seen = client_of(world, "county_a_school1").get(address).text
    assert "改动 2 处" in seen
    assert "甲工作室" in seen
    assert re.search(r"证明\.pdf（[0-9a-f]{8}）", seen)
    with world.at_work() as work:
        assert cases(work.session, [application])[application].submitted_at == submitted


def test_bureau_extends_one_case_with_a_reason(world: World) -> None:
    world.begin("宋海燕")
    world.do("宋海燕", "submit", "宋海燕")
    run, address = world.run_of("宋海燕"), f"/applications/{world.ids['application/宋海燕']}"
    client = client_of(world, "bureau")
    assert "为这一件延期" in client.get(address).text
    assert "为这一件延期" not in client_of(world, "county_a").get(address).text
    sent = form(version=str(run.version), due_on="2025-04-30", reason="学校搬迁", back=address)
    assert client.post(f"/runs/{run.id}/extend", data=sent).status_code == 303
    assert "学校搬迁" in client.get(address).text


def test_blind_expert_never_reaches_the_case(world: World) -> None:
    world.apply_for("何静远", credentials=MASTER)
    world.endorse_tiers("何静远")
    world.draw()
    expert = next(name for name, key in world.ids.items() if f"person:{key}" == world.asked("何静远")[0].held_by)
    client = client_of(world, expert)
    assert client.get(f"/applications/{world.ids['application/何静远']}").status_code == 404
    assert "何静远" not in client.get("/inbox").text


def test_list_asks_as_many_queries_for_one_row_as_for_many(world: World) -> None:
    world.apply_for("第一人", credentials=MASTER)
    asked = []
    for more in ((), tuple(f"第{n}位" for n in range(2, 51))):
        world.apply_for(*more, credentials=MASTER)
        client = client_of(world, "county_a_school1")
        client.get("/applications")
        with counting(world.engine) as seen:
            page = client.get("/applications").text
        asked.append(len(seen))
    assert page.count('<th scope="row">') == 50
    assert asked[0] == asked[1]
