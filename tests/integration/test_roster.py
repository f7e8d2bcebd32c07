"""The roster import: every fault named, nothing stored by half, the same file twice changes nothing."""

import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine, func, select
from sqlmodel import Session, SQLModel

from demo.bureau import DemonstrationBureau
from flows.roster import Fault, ImportPlan, ImportResult, marked_workbook, plan_import, store_import, template_workbook
from flows.roster.cells import credential_of, post_kind
from flows.roster.columns import APPLICATIONS, BODIES, EXPERTS, PEOPLE, SHEETS
from flows.roster.marking import write_workbook
from flows.roster.opening import open_workbook
from models import Appointment, Body, Credential, Person, Post, Tie
from models.session import connect, transaction

NOW = datetime(2026, 3, 30, 2, tzinfo=UTC)
Sheets = dict[str, list[tuple[Any, ...]]]


@dataclass(slots=True)
class Office:
    """A database, and the two things an administrator does with a workbook."""

    engine: Engine

    def plan(self, content: bytes, authority: int | None = None) -> ImportPlan:
        with Session(self.engine) as session:
            return plan_import(session, authority, content, NOW)

    def store(self, content: bytes, *, only_good: bool = False, authority: int | None = None) -> ImportResult:
        with transaction(self.engine) as session:
            return store_import(session, plan_import(session, authority, content, NOW), NOW, only_good=only_good)

    def count(self, table: type[SQLModel]) -> int:
        with Session(self.engine) as session:
            return int(session.execute(select(func.count()).select_from(table)).scalar_one())

    def body(self, code: str) -> Body:
        with Session(self.engine) as session:
            found: Body = session.execute(select(Body).where(Body.code == code)).scalar_one()  # type: ignore[arg-type]
            return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    engine = connect(f"sqlite:///{tmp_path / 'roster.db'}")
    SQLModel.metadata.create_all(engine)
    yield Office(engine)
    engine.dispose()


def bureau() -> Sheets:
    return DemonstrationBureau(schools=24, experts=8, applications=10).sheets()


def with_cell(row: tuple[Any, ...], sheet: str, **cells: Any) -> tuple[Any, ...]:
    return tuple(cells.get(column, cell) for column, cell in zip(SHEETS[sheet], row, strict=True))


def spoiled() -> tuple[Sheets, list[tuple[str, int, str, str]]]:
    """The bureau with one row for each fault, and where each must be found."""
    sheets = bureau()
    school, person, applied = sheets[BODIES][-1], sheets[PEOPLE][0], sheets[APPLICATIONS][0]
    rows = [
        (BODIES, school, "机构编码", "重复"),
        (BODIES, with_cell(school, BODIES, 机构编码="CF99", 上级编码="NOBODY"), "上级编码", "没有这个上级机构"),
        (BODIES, with_cell(school, BODIES, 机构编码="CF98", 类型="俱乐部"), "类型", "没有这种机构类型"),
        (BODIES, with_cell(school, BODIES, 机构编码="CF97", 层级="星系"), "层级", "没有这个层级"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X1", 出生日期=date(2031, 1, 1)), "出生日期", "晚于今天"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X2", 邮箱="a@cf.example, b@cf.example"), "邮箱", "两个邮箱"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X3", 姓名="=1+1"), "姓名", "表格里是公式"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X4", 姓名="＝cmd"), "姓名", "表格里是公式"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X5", 姓名=""), "姓名", "没有填姓名"),
        (PEOPLE, with_cell(person, PEOPLE, 工号="X6", 任现职日期="2025年2月30日"), "任现职日期", "没有这一天"),
        (PEOPLE, person, "工号", "重复"),
        (EXPERTS, with_cell(sheets[EXPERTS][0], EXPERTS, 工号="X7", 回避机构编码="CF01、NOBODY"), "回避机构编码", "没有这个机构"),
        (APPLICATIONS, with_cell(applied, APPLICATIONS, 申报人工号="X9"), "申报人工号", "没有这个申报人"),
        (APPLICATIONS, with_cell(applied, APPLICATIONS, 申报人工号=sheets[PEOPLE][1][0], 提交日期="2026-02-30"), "提交日期", "没有这一天"),
        (APPLICATIONS, with_cell(applied, APPLICATIONS, 申报人工号="X5"), "申报人工号", "那一行有错"),
    ]  # fmt: skip
    expected = []
    for sheet, row, column, why in rows:
        sheets[sheet].append(row)
        expected.append((sheet, len(sheets[sheet]) + 1, column, why))
    return sheets, expected


def test_roster_of_the_demonstration_bureau_is_stored_once(office: Office) -> None:
    content = DemonstrationBureau().workbook()
    first = office.store(content)
    assert (first.stored, first.plan.faults, first.changed, first.faulty) == (True, (), 0, 0)
    assert first.new == 14 + 190 + 380 + 36
    assert len(first.applied) == 96
    assert (office.count(Body), office.count(Person), office.count(Post)) == (204, 416, 380)
    assert office.count(Appointment) == 36
    assert office.count(Tie) == 9
    tables = (Body, Person, Post, Credential, Appointment, Tie)
    before = [office.count(table) for table in tables]
    second = office.store(content)
    assert (second.stored, second.new, second.changed) == (True, 0, 0)
    assert [office.count(table) for table in tables] == before


def test_roster_maps_words_to_kinds_levels_and_credentials(office: Office) -> None:
    office.store(write_workbook(bureau()))
    county, city = office.body("CF01"), office.body("CF")
    assert (county.level, county.kind, county.parent_id) == ("county", "authority", city.id)
    assert office.body("CF-PG").kind == "third_party"
    assert credential_of("市级名校长") == ("title", "名校长", "city")
    assert credential_of("自治区级名校长") == ("title", "名校长", "province")
    assert credential_of("市级骨干校长") == ("title", "骨干校长", "city")
    assert credential_of("名校长培养工程入选") == ("training", "名校长培养工程", "")


@pytest.mark.parametrize(
    ("title", "kind"),
    [("正职校长", "principal"), ("园长", "principal"), ("党委书记、校长", "principal"), ("副校长", "deputy_principal"),
     ("常务副园长", "deputy_principal"), ("校长助理", "other"), ("校长办公室主任", "other"), ("班主任", "class_teacher"), ("语文教师", "teacher")],
)  # fmt: skip
def test_post_title_gives_its_kind(title: str, kind: str) -> None:
    assert post_kind(title) == kind


def test_every_fault_is_named_by_sheet_row_column_and_reason_and_nothing_is_stored(office: Office) -> None:
    sheets, expected = spoiled()
    result = office.store(write_workbook(sheets))
    assert not result.stored
    for sheet, row, column, why in expected:
        assert any(
            (f.sheet, f.row, f.column) == (sheet, row, column) and why in f.why and f.remedy for f in result.plan.faults
        ), (sheet, row)
    assert {(f.sheet, f.row) for f in result.plan.faults} == {(sheet, row) for sheet, row, _, _ in expected}
    assert (office.count(Body), office.count(Person)) == (0, 0)


def test_good_rows_alone_are_stored_when_asked(office: Office) -> None:
    sheets, expected = spoiled()
    result = office.store(write_workbook(sheets), only_good=True)
    good = bureau()
    assert (result.stored, result.faulty) == (True, len(expected))
    assert (office.count(Body), office.count(Person)) == (len(good[BODIES]), len(good[PEOPLE]) + len(good[EXPERTS]))
    assert len(result.applied) == len(good[APPLICATIONS])


def test_good_row_that_depends_on_a_faulty_one_falls_with_it(office: Office) -> None:
    sheets = bureau()
    county = next(n for n, row in enumerate(sheets[BODIES]) if row[0] == "CF01")
    sheets[BODIES][county] = with_cell(sheets[BODIES][county], BODIES, 邮箱="a@b")
    result = office.store(write_workbook(sheets), only_good=True)
    fallen = {row.key for row in result.plan.rows if row.status == "faulty"}
    schools = {row[0] for row in sheets[BODIES] if row[4] == "CF01"}
    staff = {row[0] for row in sheets[PEOPLE] if row[4] in schools}
    assert schools | staff <= fallen
    assert all(row.person_id for row in result.applied)


def test_cycle_in_the_tree_is_a_fault(office: Office) -> None:
    sheets = bureau()
    sheets[BODIES] += [
        ("L1", "甲", "主管部门", "旗县区", "L2", "", "", ""),
        ("L2", "乙", "主管部门", "旗县区", "L1", "", "", ""),
    ]
    plan = office.plan(write_workbook(sheets))
    assert [(f.column, f.why) for f in plan.faults] == [("上级编码", "上级关系绕成了圈")] * 2


def test_changes_are_shown_from_and_to_and_a_move_ends_the_old_post(office: Office) -> None:
    sheets = bureau()
    office.store(write_workbook(sheets))
    other = sheets[BODIES][-1][0]
    mover = with_cell(sheets[PEOPLE][0], PEOPLE, 姓名="新名字", 单位编码=other, 任现职日期=date(2026, 2, 1))
    plan = office.plan(write_workbook({PEOPLE: [mover]}))
    assert next((one.column, one.now) for one in plan.rows[0].changes) == ("姓名", "新名字")
    assert plan.rows[0].changes[-1].now.startswith(other)
    office.store(write_workbook({PEOPLE: [mover]}))
    with Session(office.engine) as session:
        person = session.execute(select(Person).where(Person.staff_no == mover[0])).scalar_one()
        posts = session.execute(select(Post).where(Post.person_id == person.id).order_by(Post.id)).scalars().all()  # type: ignore[arg-type]
    assert [post.to_on for post in posts] == [date(2026, 1, 31), None]
    assert office.plan(write_workbook({PEOPLE: [mover]})).count("same") == 1


def test_empty_cells_keep_what_is_stored(office: Office) -> None:
    sheets = bureau()
    office.store(write_workbook(sheets))
    bare = with_cell(sheets[PEOPLE][0], PEOPLE, 邮箱="", 手机="", 称号="")
    assert office.plan(write_workbook({PEOPLE: [bare]})).count("same") == 1


def test_county_may_not_name_foreign_bodies_or_people(office: Office) -> None:
    sheets = bureau()
    office.store(write_workbook(sheets))
    own = office.body("CF01").id
    foreign = next(row for row in sheets[BODIES] if row[4] == "CF02")
    stolen = with_cell(foreign, BODIES, 上级编码="CF01")
    teacher = next(row for row in sheets[PEOPLE] if row[4] == foreign[0])
    plan = office.plan(write_workbook({BODIES: [stolen], PEOPLE: [teacher]}), authority=own)
    assert [f.why for f in plan.faults] == ["不在本单位管辖范围内", "此人或此单位不在本单位管辖范围内"]


def test_marked_workbook_carries_the_errors_and_comes_back_after_mending(office: Office) -> None:
    sheets, expected = spoiled()
    content = write_workbook(sheets)
    plan = office.plan(content)
    marked = marked_workbook(content, plan)
    grids = open_workbook(marked)
    for sheet, row, _, why in expected:
        assert grids[sheet][0][-1] == "错误说明"
        assert why in str(grids[sheet][row - 1][-1])
    assert "xl/comments1.xml" in zipfile.ZipFile(BytesIO(marked)).namelist()
    again = office.plan(marked)
    assert again.faults == plan.faults
    assert marked_workbook(marked, again).count(b"PK") > 0
    assert not any(
        b"<f>" in zipfile.ZipFile(BytesIO(marked)).read(name) for name in zipfile.ZipFile(BytesIO(marked)).namelist()
    )


def test_live_formula_is_a_fault_whatever_it_last_gave(office: Office) -> None:
    output = BytesIO()
    with xlsxwriter.Workbook(output) as book:
        sheet = book.add_worksheet(BODIES)
        sheet.write_row(0, 0, SHEETS[BODIES])
        sheet.write_row(1, 0, ("A", "", "主管部门", "市"))
        sheet.write_formula(1, 1, '="市"&"教育局"', None, "市教育局")
    assert [(f.column, f.why) for f in office.plan(output.getvalue()).faults] == [("机构名称", "表格里是公式")]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_remarked(office: Office) -> None:
    output = BytesIO()
    with xlsxwriter.Workbook(output) as book:
        sheet = book.add_worksheet(BODIES)
        sheet.write_row(0, 0, ("某市机构表",))
        sheet.write_row(1, 0, (*reversed(SHEETS[BODIES]), "备注"))
        sheet.write_row(2, 0, ("", "", "", "", "市", "主管部门", "某市教育局", "A", "随便写"))
    plan = office.plan(output.getvalue())
    assert (plan.faults, plan.count("new")) == ((), 1)
    assert any("备注" in note for note in plan.notes)


def test_missing_headers_name_the_sheet_and_the_columns(office: Office) -> None:
    output = BytesIO()
    with xlsxwriter.Workbook(output) as book:
        book.add_worksheet(PEOPLE).write_row(0, 0, [name for name in SHEETS[PEOPLE] if name not in {"姓名", "职务"}])
    plan = office.plan(output.getvalue())
    assert [(f.sheet, f.row, f.column) for f in plan.faults] == [(PEOPLE, 1, "姓名、职务")]


def test_template_is_empty_and_imports_clean(office: Office) -> None:
    plan = office.plan(template_workbook())
    assert (plan.rows, plan.faults) == ((), ())
    content = zipfile.ZipFile(BytesIO(template_workbook())).read("xl/worksheets/sheet1.xml")
    assert b"dataValidation " in content


def swollen(sheet_xml: bytes) -> bytes:
    """The template with its first sheet replaced."""
    output = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(template_workbook())) as old,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, sheet_xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return output.getvalue()


SHEET = '<?xml version="1.0"?>{}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not a workbook", "不是 .xlsx 文件"),
        (b"PK\x03\x04 cut off", "已损坏"),
        (swollen(b" " * 30_000_000), "压缩比异常"),
        (swollen(b" " * 70_000_000), "展开后超过"),
        (swollen(SHEET.format("", FAR).encode()), "1048576 行"),
        (swollen(SHEET.format('<!DOCTYPE x [<!ENTITY a "b">]>', "").encode()), "外部引用"),
        (swollen(b"<worksheet><oops"), "已损坏"),
        (swollen(b'<worksheet><sheetData><row r="x"/></sheetData></worksheet>'), "已损坏"),
    ],
    ids=["text", "torn", "bomb", "large", "sparse", "entities", "broken", "odd-row"],
)
def test_hostile_file_is_one_clear_fault(office: Office, content: bytes, why: str) -> None:
    began = time.perf_counter()
    result = office.store(content, only_good=True)
    assert not result.stored
    assert [(f.row, f.column) for f in result.plan.faults] == [(0, "文件")]
    assert why in result.plan.faults[0].why
    assert result.plan.faults[0].remedy
    assert time.perf_counter() - began < 5


def test_ten_thousand_rows_take_less_than_thirty_seconds(office: Office) -> None:
    content = DemonstrationBureau(schools=3_300, experts=50, applications=100).workbook()
    began = time.perf_counter()
    result = office.store(content)
    assert result.stored
    assert sum((result.new, result.same)) >= 10_000
    assert time.perf_counter() - began < 30


def test_fault_reads_as_a_sentence() -> None:
    fault = Fault(PEOPLE, 5, "邮箱", "a@b", "不是有效的邮箱地址", "请写成 name@example.cn 的样子")
    assert fault.says() == "邮箱：写的是“a@b”，不是有效的邮箱地址。请写成 name@example.cn 的样子。"
