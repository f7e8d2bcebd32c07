"""Expert pages: a blind sheet names nobody, drafts and marks are one's own, others' marks wait for one's own."""

from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, event, insert, select, update

from models import Application, Attachment, File, Opinion, StageRun
from models.columns import table_of
from models.session import transaction
from models.settings import settings
from tests.browsing import client_of, form
from tests.world import World
from web.views.offline_sheets import read_offline_sheet
from web.views.scores import levels_of

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
BLIND = {"expert_review": {"blind": {"value": True, "reason": "评审方式"}}}
RUNS, OPINIONS, APPLICATIONS = table_of(StageRun), table_of(Opinion), table_of(Application)
PDF = "a" * 64


def blind_round(engine: Engine) -> World:
    """Three applications endorsed and waiting for experts, in a blind round of two places."""
    world = World(engine)
    world.round(date(2025, 3, 31), changes=BLIND)
    world.on("2025-03-03")
    world.apply_for("宋海燕", "何静远", "刘志强", credentials=MASTER)
    world.on("2025-03-07")
    world.endorse_tiers("宋海燕", "何静远", "刘志强")
    world.on("2025-03-20")
    return world


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two applications before their panels in a blind round, with material that names everybody."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), changes=BLIND)
    world.on("2025-03-03")
    world.apply_for("宋海燕", "何静远", credentials=MASTER)
    world.on("2025-03-07")
    world.endorse_tiers("宋海燕", "何静远")
    place = tmp_path / "files" / PDF[:2]
    place.mkdir(parents=True)
    (place / PDF).write_bytes(b"%PDF-1.4")
    with world.at_work() as work:
        for name in ("宋海燕", "何静远"):
            answers = {"总结": f"{name}在county_a_school1任职，{name}工作室与county_b_school2结对。"}
            mine = APPLICATIONS.c.id == world.ids[f"application/{name}"]
            work.session.execute(update(APPLICATIONS).where(mine).values(answers=answers))
            work.session.merge(File(sha256=PDF, size=8, type="application/pdf", stored_at=work.now))
            work.session.flush()
            work.session.execute(insert(Attachment).values(
                application_id=world.ids[f"application/{name}"], slot="推荐表", filename=f"{name}.pdf", file_sha256=PDF,
                uploaded_by=world.ids[name], uploaded_at=work.now,
            ))  # fmt: skip
    world.on("2025-03-20")
    world.draw()
    return world


def sheet_of(world: World, name: str) -> tuple[int, str]:
    """The first open sheet about an application, and the expert it was asked of."""
    question = world.asked(name)[0]
    person = int(question.held_by.removeprefix("person:"))
    return question.id, next(key for key, value in world.ids.items() if value == person and key.startswith("expert"))


def marks(first: int = 30) -> dict[str, str]:
    return {"r1": str(first), "r2": "28", "r3": "27"}


def test_levels_of_a_sheet_follow_the_tenths_of_its_maximum() -> None:
    assert [(low, high) for _, low, high in levels_of(15)] == [(14, 15), (12, 13), (9, 11), (0, 8)]
    assert [(low, high) for _, low, high in levels_of(25)] == [(23, 25), (20, 22), (15, 19), (0, 14)]


def test_blind_sheet_names_nobody_on_pages_files_and_exports(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    pages = [f"/scores/{run_id}", "/scores", f"/scores/{run_id}/material", f"/scores/{run_id}/recusal"]
    for address in pages:
        page = client.get(address)
        assert page.status_code == 200
        for name in ("宋海燕", "何静远", "county_a_school1", "county_b_school2"):
            assert name not in page.text, (address, name)
    assert "本校" in client.get(pages[0]).text
    assert "本工作室" in client.get(pages[0]).text
    paper = client.get(f"/scores/{run_id}/papers/1")
    assert paper.content == b"%PDF-1.4"
    assert "%E5%AE%8B" not in paper.headers["content-disposition"]
    sheet = client.get(f"/scores/{run_id}/sheet.xlsx")
    assert sheet.status_code == 200
    assert "CH-2025" in sheet.headers["content-disposition"]


def test_all_papers_of_a_blind_sheet_come_in_one_archive_that_names_nobody(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    answer = client_of(world, expert).get(f"/scores/{run_id}/papers.zip")
    assert "%E5%AE%8B" not in answer.headers["content-disposition"]
    archive = ZipFile(BytesIO(answer.content))
    assert archive.namelist() == ["01 材料 1 推荐表.pdf", "目录.csv", "SHA256SUMS"]
    assert archive.read("01 材料 1 推荐表.pdf") == b"%PDF-1.4"
    told = b"".join(archive.read(one) for one in archive.namelist()).decode()
    assert PDF in told
    assert "宋海燕" not in told
    stranger = next(one for one in world.ids if one.startswith("expert") and one != expert)
    assert client_of(world, stranger).get(f"/scores/{run_id}/papers.zip").status_code in {403, 404}


def test_all_papers_of_an_application_come_in_one_archive_with_their_hashes(world: World) -> None:
    address = f"/applications/{world.ids['application/宋海燕']}/papers.zip"
    answer = client_of(world, "county_a").get(address)
    assert "CH-2025" in answer.headers["content-disposition"]
    archive = ZipFile(BytesIO(answer.content))
    contents = archive.read("目录.csv").decode("utf-8-sig").splitlines()
    assert contents[1] == f"1,推荐表,宋海燕.pdf,2025年3月7日,01 推荐表.pdf,{PDF}"
    assert f"{PDF}  01 推荐表.pdf" in archive.read("SHA256SUMS").decode()
    assert address in client_of(world, "county_a").get(address.removesuffix("/papers.zip")).text
    for stranger in ("county_b", sheet_of(world, "宋海燕")[1]):
        assert client_of(world, stranger).get(address).status_code in {403, 404}


def test_sheet_belongs_to_its_expert_alone(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    other = next(
        f"expert{n}"
        for n in range(9)
        if all(q.held_by != f"person:{world.ids[f'expert{n}']}" for q in world.asked("宋海燕"))
    )
    assert client_of(world, other).get(f"/scores/{run_id}").status_code == 404
    assert client_of(world, "bureau").get(f"/scores/{run_id}").status_code == 403
    assert client_of(world).get(f"/scores/{run_id}").status_code == 303
    assert expert != other


def test_draft_is_kept_and_the_number_wins_over_the_level(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    answer = client.post(
        f"/scores/{run_id}/draft",
        data=form(r1="30", r2_level="2", comment="扎实"),
        headers={"accept": "application/json"},
    )
    assert answer.json()["sum"] == 58
    page = client.get(f"/scores/{run_id}").text
    assert 'value="30"' in page
    assert 'value="28"' in page
    assert "扎实" in page


def test_submission_with_gaps_lists_them_and_keeps_what_was_typed(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    page = client.post(f"/scores/{run_id}", data=form(r1="99", r2="20", comment="写过的话"))
    assert page.status_code == 422
    assert "最高 34 分" in page.text
    assert "还没有评分" in page.text
    assert 'value="99"' in page.text
    assert "写过的话" in page.text


def test_others_marks_are_hidden_until_ones_own_are_in(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    second = world.asked("宋海燕")[1]
    other = next(
        key for key, value in world.ids.items() if second.held_by == f"person:{value}" and key.startswith("expert")
    )
    client_of(world, other).post(
        f"/scores/{second.id}", data=form(version=second.version, r1="31", r2="31", r3="31", comment="别人的话")
    )
    assert "别人的话" not in client.get(f"/scores/{run_id}").text
    version = next(one.version for one in world.asked("宋海燕") if one.id == run_id)
    done = client.post(f"/scores/{run_id}", data=form(version=version, **marks()))
    assert done.status_code == 303
    page = client.get(f"/scores/{run_id}").text
    assert "别人的话" in page
    assert "93" in page


def test_submission_pressed_twice_counts_once_and_leads_to_the_next_sheet(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    version = next(one.version for one in world.asked("宋海燕") if one.id == run_id)
    sent = form(version=version, **marks())
    first, second = client.post(f"/scores/{run_id}", data=sent), client.post(f"/scores/{run_id}", data=sent)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    with transaction(world.engine) as session:
        assert session.execute(select(OPINIONS.c.mark).where(OPINIONS.c.mark.is_not(None))).scalars().all() == [85.0]


def test_recusal_hands_the_sheet_to_a_reserve(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    version = next(one.version for one in world.asked("宋海燕") if one.id == run_id)
    done = client.post(f"/scores/{run_id}/recusal", data=form(version=version, reason="师生"))
    assert done.status_code == 303
    asked = [one.held_by for one in world.asked("宋海燕")]
    assert len(asked) == 5
    assert f"person:{world.ids[expert]}" not in asked


def test_offline_sheet_comes_back_into_the_draft(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    client.post(f"/scores/{run_id}/draft", data=form(**marks(33), comment="好"))
    content = client.get(f"/scores/{run_id}/sheet.xlsx").content
    rubric = (("r1", "甲", 34), ("r2", "乙", 33), ("r3", "丙", 33))
    assert read_offline_sheet(content, "CH-2025-001", rubric)["marks"] == {"r1": 33, "r2": 28, "r3": 27}
    client.post(f"/scores/{run_id}/draft", data=form())
    sent = client.post(f"/scores/{run_id}/sheet", data=form(), files={"sheet": ("a.xlsx", content)})
    assert sent.status_code == 303
    assert 'value="33"' in client.get(f"/scores/{run_id}").text
    refused = client.post(f"/scores/{run_id}/sheet", data=form(), files={"sheet": ("a.xlsx", b"no workbook")})
    assert refused.status_code == 409


def test_sheet_takes_a_fixed_number_of_queries(world: World) -> None:
    run_id, expert = sheet_of(world, "宋海燕")
    client = client_of(world, expert)
    client.get("/scores")
    seen: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda *said: seen.append(str(said[2])))
    client.get(f"/scores/{run_id}")
    assert sum(said.startswith("SELECT") for said in seen) <= 20
