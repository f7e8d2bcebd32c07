"""Adopting a regulation on its pages: choose, see what it means, let it hold; a mistake stores nothing."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from flows.programme import library, load
from models import ProgrammeVersion, Round
from models.columns import table_of
from models.session import reading
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

VERSIONS, ROUNDS = table_of(ProgrammeVersion), table_of(Round)


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    accounts(world, "bureau_officer", "county_a_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def amended(code: str = "chifeng") -> str:
    """A sample with another length of a cycle."""
    text = library()[code].read_text(encoding="utf-8")
    assert "length: 3 years" in text
    return text.replace("length: 3 years", "length: 4 years", 1)


def rows(world: World, statement: Any) -> list[Any]:
    with reading(world.engine) as session:
        return list(session.execute(statement).all())


def stored(world: World) -> int:
    return int(rows(world, select(func.count()).select_from(VERSIONS))[0][0])


def hidden(page: str, name: str) -> str:
    """What a hidden field of the page carries."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def test_shelf_lists_every_sample_and_which_is_adopted(bureau: Visitor) -> None:
    page = bureau.get("/adoptions").text
    for code in library():
        assert f'href="/adoptions/{code}"' in page
    assert page.count("已启用，第 1 版") == 1
    assert "/adoptions" in bureau.get("/programmes").text


def test_sample_is_downloaded_as_the_file_it_is(bureau: Visitor) -> None:
    answer = bureau.get("/adoptions/hainan/file.yaml")
    assert answer.content == library()["hainan"].read_bytes()
    assert "hainan.yaml" in answer.headers["content-disposition"]
    assert bureau.get("/adoptions/nowhere").status_code == 404


def test_sample_is_shown_with_clauses_and_adopted_once(world: World, bureau: Visitor) -> None:
    page = bureau.get("/adoptions/hainan").text
    assert "启用为第 1 版" in page
    assert "办理路径" in page
    fields = {"code": "hainan", "sha256": hidden(page, "sha256"), "before": "", "since": "2025-03-05"}
    before = stored(world)
    answers = [bureau.post("/adoptions", request_id="adopt-hainan-1", **fields) for _again in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert stored(world) == before + 1
    sheet = bureau.get("/programmes/hainan/1").text
    assert " 启用</p>" in sheet  # by whom and when
    assert "新建批次" in sheet
    assert "不用再启用" in bureau.get("/adoptions/hainan").text


def test_amended_text_is_compared_then_becomes_the_next_version_and_rounds_keep_theirs(
    world: World, bureau: Visitor
) -> None:
    page = bureau.post("/adoptions/check", text=amended()).text
    assert "有 1 处不同" in page
    assert "1 个批次" in page
    assert "启用为第 2 版" in page
    bound = rows(world, select(ROUNDS.c.version_id))
    fields = {name: hidden(page, name) for name in ("sha256", "before")}
    answer = bureau.post("/adoptions", text=amended(), since="2025-04-01", **fields)
    assert answer.headers["location"].startswith("/programmes/chifeng/2")
    assert rows(world, select(ROUNDS.c.version_id)) == bound
    assert "4 年" in bureau.get("/programmes/chifeng/2").text
    assert "length: 4 years" in bureau.get(f"/adoptions?amend={newest(world)}").text


def newest(world: World) -> int:
    return int(rows(world, select(func.max(VERSIONS.c.id)))[0][0])


def test_mistakes_are_shown_with_line_path_and_expectation_and_nothing_is_stored(world: World, bureau: Visitor) -> None:
    faulty = amended().replace("length: 4 years", "length: four years", 1)
    line = faulty.splitlines().index(next(one for one in faulty.splitlines() if "four years" in one)) + 1
    before = stored(world)
    answer = bureau.post("/adoptions/check", text=faulty, file="ours.yaml")
    assert answer.status_code == 409
    assert f"第 {line} 行" in answer.text
    assert "ours.yaml" in answer.text
    assert "<code>cycle.length</code>" in answer.text
    assert "应当是" in answer.text
    assert "length: four years" in answer.text  # what was written comes back
    assert stored(world) == before


def test_file_goes_before_the_text_and_is_named_in_its_mistakes(bureau: Visitor) -> None:
    sent = {"programme": ("our.yaml", b"programme: [\n", "application/yaml")}
    answer = bureau.client.post(
        "/adoptions/check", data={"csrf": bureau.csrf, "request_id": "check-file-1", "text": amended()}, files=sent
    )
    assert answer.status_code == 409
    assert "our.yaml" in answer.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00", "不是 UTF-8"),
        (b"x" * 200_001, "超过 200 KB"),
        (b" \n", "请选一个办法文件"),
        (b"[" * 5000 + b"\n", ""),
    ],
    ids=["no text", "too long", "empty", "too deep"],
)
def test_what_is_no_regulation_is_refused_with_what_to_do(bureau: Visitor, content: bytes, says: str) -> None:
    sent = {"programme": ("x.yaml", content, "application/yaml")}
    answer = bureau.client.post(
        "/adoptions/check", data={"csrf": bureau.csrf, "request_id": "check-what-1"}, files=sent
    )
    assert answer.status_code == 409
    assert says in answer.text


def test_version_that_would_never_hold_or_was_compared_with_another_is_refused(world: World, bureau: Visitor) -> None:
    page = bureau.post("/adoptions/check", text=amended()).text
    fields = {name: hidden(page, name) for name in ("sha256", "before")}
    early = bureau.post("/adoptions", text=amended(), since="2019-01-01", **fields)
    assert early.status_code == 409
    assert "施行日期不能早于第 1 版" in early.text
    assert 'value="2019-01-01"' in early.text
    without_day = bureau.post("/adoptions", text=amended(), since="", **fields)
    assert "请写从哪一天起施行" in without_day.text
    stale = bureau.post("/adoptions", text=amended(), since="2025-04-01", **{**fields, "before": ""})
    assert "请看过与它的不同" in stale.text
    other = bureau.post("/adoptions", code="hainan", since="2025-04-01", **fields)
    assert "和您看过的不一样" in other.text
    assert stored(world) == 1


def test_only_administrators_adopt_and_only_for_their_body(world: World, bureau: Visitor) -> None:
    county = Visitor(web_of(world), "county_a_officer")
    assert county.get("/adoptions").status_code == 403
    page = bureau.get("/adoptions/hainan").text
    answer = bureau.post(
        "/adoptions", code="hainan", sha256=hidden(page, "sha256"), before="", since="2025-03-05",
        body=str(world.ids["county_a"]),
    )  # fmt: skip
    assert answer.status_code == 404
    assert load("hainan").sha256 == hidden(page, "sha256")
    assert stored(world) == 1
