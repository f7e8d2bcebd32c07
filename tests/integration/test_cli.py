"""The command line: what it does, what it says, and how it exits."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from demo.bureau import DemonstrationBureau
from flows.office.accounts import appoint
from models import Body
from models.columns import table_of
from models.schema import upgrade
from models.session import connect, transaction
from tests.processes import ROOT
from tests.terminal import Terminal

BODIES = table_of(Body)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_programmes_of_the_library_are_listed_checked_and_shown(terminal: Terminal) -> None:
    code, said, _ = terminal.starts("programme", "list")
    assert code == 0
    assert "赤峰市名校长工作室" in said
    assert terminal.types("programme", "check", "programmes/chifeng.yaml")[0] == 0
    assert "九(二)" in terminal.types("programme", "show", "chifeng")[1]
    code, said, _ = terminal.types("programme", "coverage", "chifeng")
    assert (code, "说明　第四条　宗旨" in said, "没有写到 0 条" in said) == (0, True, True)


def test_two_programmes_are_compared_and_the_format_is_printed_for_editors(terminal: Terminal) -> None:
    code, said, _ = terminal.types("programme", "diff", "chifeng", "shijiazhuang")
    assert (code, "～ 长度：3 年〔第五条〕 → 2 年〔(七)〕" in said) == (0, True), said
    changes = json.loads(terminal.types("programme", "diff", "chifeng", "shijiazhuang", "--json")[1])
    assert {"added", "removed", "changed"} == {change["kind"] for change in changes}
    assert json.loads(terminal.types("programme", "schema")[1])["title"] == "规程文件"


def test_a_faulty_programme_is_named_by_file_line_and_place(terminal: Terminal) -> None:
    faulty = terminal.folder / "faulty.yaml"
    text = (ROOT / "programmes" / "chifeng.yaml").read_text(encoding="utf-8")
    faulty.write_text(text.replace("stage: public_notice", "stage: public_notise"), encoding="utf-8")
    code, _, complaint = terminal.starts("programme", "check", str(faulty))
    assert code == 1
    assert "faulty.yaml 第" in complaint
    assert "应当是" in complaint


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("programme", "check", "nowhere.yaml"), 1, "找不到文件：nowhere.yaml"),
        (("programme", "show", "nowhere"), 1, "没有叫 nowhere 的办法"),
        (("programme", "diff", "chifeng", "nowhere"), 1, "没有叫 nowhere 的办法"),
        (("programme", "diff", "chifeng", "chifeng@3"), 1, "没有启用过 chifeng 的第 3 版"),
        (("round", "show", "7"), 1, "找不到这一件"),
        (("user", "disable", "nobody"), 1, "找不到"),
        (("advance", "--now", "明天"), 1, "看不懂"),
        (("serve", "--role", "cook"), 2, "命令写法不对"),
        (("import", "docs"), 1, "读不了或写不了 docs：这是文件夹"),
        (("import", "README.md", "--dry-run"), 1, "工作簿 文件：这不是 .xlsx 文件"),
        (
            ("round", "plan", "chifeng", "--opens", "2026-01-05", "--closes", "2026-02-05", "--places", "-3"),
            2,
            "命令写法不对",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(
    terminal: Terminal, words: tuple[str, ...], code: int, complaint: str
) -> None:
    upgrade(connect(terminal.environment["STUDIOFLOW_DATABASE_URL"]))
    ended, _, said = terminal.types(*words)
    assert (ended, complaint in said) == (code, True), said


@pytest.mark.parametrize(
    "words", [("doctor",), ("doctor", "--fix"), ("user", "list"), ("round", "list"), ("advance",), ("dispatch",)]
)
def test_a_command_that_finds_no_database_says_so_and_makes_none(terminal: Terminal, words: tuple[str, ...]) -> None:
    mistyped = terminal.folder / "elsewhere" / "studioflw.db"
    terminal.environment["STUDIOFLOW_DATABASE_URL"] = f"sqlite:///{mistyped}"
    code, _, complaint = terminal.types(*words)
    assert (code, f"没有这个数据库：{mistyped}" in complaint) == (1, True), complaint
    assert not mistyped.parent.exists()


def manned(terminal: Terminal) -> None:
    """Somebody acts for every county and school."""
    with transaction(connect(terminal.environment["STUDIOFLOW_DATABASE_URL"])) as session:
        for body_id in session.execute(select(BODIES.c.id).where(BODIES.c.level.in_(("county", "school")))).scalars():
            appoint(session, "CF0001B", body_id, "officer", date(2020, 1, 1))


def test_a_bureau_goes_from_its_roster_to_an_open_round(terminal: Terminal) -> None:
    roster = terminal.folder / "roster.xlsx"
    roster.write_bytes(DemonstrationBureau(schools=12, applications=4).workbook())
    assert "没有写入任何内容" in terminal.types("import", str(roster), "--dry-run")[1]
    assert terminal.types("import", str(roster))[0] == 0
    assert "新增 0 行，改动 0 行" in terminal.types("import", str(roster), "--dry-run")[1]
    added = ("user", "add", "chief", "CF0001B", "--role", "administrator", "--body", "CF")
    assert terminal.types(*added)[0] == 0
    assert terminal.types(*added)[0] == 1
    assert "chief" in terminal.types("user", "list")[1]
    assert terminal.types("programme", "adopt", "chifeng", "--since", "2020-01-01")[0] == 0
    assert "规则没有不同" in terminal.types("programme", "diff", "chifeng@1", "chifeng")[1]
    code, said, complaint = terminal.types(
        "round", "plan", "chifeng", "--opens", "2026-01-05", "--closes", "2099-01-05", "--places", "3"
    )
    assert code == 0, complaint
    assert "批次 1 已拟定" in said
    code, _, complaint = terminal.types("round", "launch", "1")
    assert (code, "12 个旗县区没有经办人" in complaint) == (1, True), complaint
    manned(terminal)
    code, said, complaint = terminal.types("round", "launch", "1")
    assert (code, "正在受理" in said) == (0, True), complaint
    assert "正在受理" in terminal.types("round", "list")[1]
    assert terminal.types("round", "launch", "1")[0] == 1
    assert terminal.types("import", str(roster), "--round", "1")[0] == 0
    assert terminal.types("advance")[0] == 0
    assert "全部成立" in terminal.types("doctor")[1]


def test_a_setting_that_cannot_be_is_named(terminal: Terminal) -> None:
    terminal.environment["STUDIOFLOW_PORT"] = "eight thousand"
    code, _, complaint = terminal.types("doctor")
    assert (code, "设置写得不对：STUDIOFLOW_PORT" in complaint) == (1, True), complaint


def test_an_empty_site_gets_its_first_administrator_and_only_once(terminal: Terminal) -> None:
    first = ("user", "first", "chief", "--name", "于海燕", "--body", "CF", "--body-name", "赤峰市教育局")
    code, said, complaint = terminal.starts(*first)
    assert code == 0, complaint
    assert "开始使用" in said
    assert "于海燕" in terminal.types("user", "list")[1]
    code, _, complaint = terminal.types("user", "first", *first[2:])
    assert (code, "已经有账号了" in complaint) == (1, True)
    roster = terminal.folder / "roster.xlsx"
    roster.write_bytes(DemonstrationBureau(schools=3, applications=1).workbook())
    assert terminal.types("import", str(roster), "--body", "CF")[0] == 0
    assert terminal.types("programme", "adopt", "chifeng")[0] == 0


def test_a_roster_with_faults_stores_nothing_and_comes_back_marked(terminal: Terminal) -> None:
    bureau = DemonstrationBureau(schools=3, applications=1)
    rows = bureau.sheets()
    rows["人员"][0] = (*rows["人员"][0][:4], "NOWHERE", *rows["人员"][0][5:])
    from flows.roster.marking import write_workbook

    roster = terminal.folder / "faulty.xlsx"
    roster.write_bytes(write_workbook(rows))
    code, said, complaint = terminal.types("import", str(roster))
    assert code == 1
    assert "人员 第2行" in complaint
    assert "没有写入任何内容" in said
    assert (terminal.folder / "faulty-错误说明.xlsx").exists()


def test_the_drawing_of_the_lifecycle_is_that_of_the_code(terminal: Terminal) -> None:
    target = terminal.folder / "lifecycle.md"
    assert terminal.types("programme", "draw", str(target))[0] == 0
    assert "stateDiagram-v2" in target.read_text(encoding="utf-8")


def test_migrations_make_what_the_code_declares(terminal: Terminal) -> None:
    assert terminal.starts("doctor", "--migrations")[0] == 0


def test_coverage_of_the_whole_library_names_every_programme_and_misses_nothing(terminal: Terminal) -> None:
    code, said, _ = terminal.types("programme", "coverage")
    assert code == 0
    assert "14 个办法，14 个没有遗漏" in said
