"""From grids to rows: finds the header, reads each cell, and gathers every fault a row shows by itself."""

import re
from collections.abc import Iterator
from datetime import date

from flows.roster import columns
from flows.roster.cells import Wrong, plain, read_cell
from flows.roster.opening import Grid, UnreadableWorkbook, open_workbook
from flows.roster.rows import WHOLE, Fault, Roster, Row

REQUIRED = {
    columns.BODIES: ("机构编码", "机构名称", "类型", "层级"),
    columns.PEOPLE: ("工号", "姓名", "单位编码", "职务"),
    columns.EXPERTS: ("工号", "姓名"),
    columns.APPLICATIONS: ("申报人工号", "工作室名称"),
}
LABELS = {
    columns.BODIES: "机构名称",
    columns.PEOPLE: "姓名",
    columns.EXPERTS: "姓名",
    columns.APPLICATIONS: "工作室名称",
}
HEADER_WITHIN = 5


def read_roster(content: bytes, today: date) -> Roster:
    """The workbook as rows; faults of the file as a whole are in it too. Never raises for what a file holds."""
    try:
        grids = open_workbook(content)
    except UnreadableWorkbook as error:
        return Roster({}, (_whole(str(error)),), unreadable=True)
    rows: dict[str, tuple[Row, ...]] = {}
    faults: list[Fault] = []
    notes = [f"工作表“{name}”不是名册的工作表，未读取。" for name in grids if name not in {*columns.SHEETS, "填写说明"}]
    for sheet in columns.SHEETS:
        if sheet not in grids:
            notes.append(f"没有工作表“{sheet}”，这一部分不导入。")
            continue
        at, places = find_header(sheet, grids[sheet])
        found = _header_faults(sheet, at, places, grids[sheet])
        faults += found
        notes += _unknown_columns(sheet, at, grids[sheet])
        rows[sheet] = () if found else tuple(_rows(sheet, grids[sheet], at, places, today))
    if not rows:
        words = "、".join(columns.SHEETS)
        return Roster(
            {}, (_whole(f"没有一张名册的工作表，请用模板，工作表名为：{words}"),), tuple(notes), unreadable=True
        )
    return Roster(rows, tuple(faults), tuple(notes))


def find_header(sheet: str, grid: Grid) -> tuple[int, dict[str, int]]:
    """Which row (from 0) is the header, and where each known column stands; a title above it is passed over."""
    best: tuple[int, dict[str, int]] = (0, {})
    for at, line in enumerate(grid[:HEADER_WITHIN]):
        places: dict[str, int] = {}
        for place, cell in enumerate(line):
            name = heading(cell)
            if name in columns.SHEETS[sheet]:
                places.setdefault(name, place)
        if len(places) > len(best[1]):
            best = (at, places)
    return best


def heading(cell: object) -> str:
    """A header as it is meant: without spaces, stars and （必填）."""
    return re.sub(r"[\s*＊\u3000]|[（(](必填|选填)[）)]", "", str(cell))


def _header_faults(sheet: str, at: int, places: dict[str, int], grid: Grid) -> list[Fault]:
    names = [heading(cell) for cell in grid[at]] if grid else []
    missing = [name for name in columns.SHEETS[sheet] if name not in places]
    twice = [name for name in places if names.count(name) > 1]
    faults = []
    if missing:
        why, remedy = f"缺少列：{'、'.join(missing)}", "请从模板复制表头，没有内容的列可以留空"
        faults.append(Fault(sheet, at + 1, "、".join(missing), "", why, remedy))
    if twice:
        faults.append(Fault(sheet, at + 1, "、".join(twice), "", f"列重复：{'、'.join(twice)}", "每列只留一个"))
    return faults


def _unknown_columns(sheet: str, at: int, grid: Grid) -> list[str]:
    known = {*columns.SHEETS[sheet], columns.MARK_COLUMN, ""}
    unknown = [name for name in map(heading, grid[at]) if name not in known] if grid else []
    return [f"工作表“{sheet}”的列“{'、'.join(unknown)}”不认识，未读取。"] if unknown else []


def _rows(sheet: str, grid: Grid, at: int, places: dict[str, int], today: date) -> Iterator[Row]:
    for number, line in enumerate(grid[at + 1 :], start=at + 2):
        texts = {name: plain(line[place]) if place < len(line) else "" for name, place in places.items()}
        if any(texts.values()):
            yield _row(sheet, number, texts, today)


def _row(sheet: str, number: int, texts: dict[str, str], today: date) -> Row:
    row = Row(sheet, number, texts[columns.KEY_COLUMN[sheet]], texts[LABELS[sheet]], {})
    for name, text in texts.items():
        try:
            row.values[name] = read_cell(name, text, today)
        except Wrong as wrong:
            row.fault(name, wrong.why, wrong.remedy, wrote=text)
    faulty = {fault.column for fault in row.faults}
    for name in REQUIRED[sheet]:
        if row.values.get(name) is None and name not in faulty:
            row.fault(name, f"没有填{name}", f"请补上{name}", wrote=texts[name])
    row.key = str(row.get(columns.KEY_COLUMN[sheet], row.key))
    born, since = row.get("出生日期"), row.get("任现职日期")
    if born and since and since <= born:
        row.fault("任现职日期", "早于出生日期", "请核对两个日期")
    return row


def _whole(why: str) -> Fault:
    reason, _, remedy = why.rpartition("，")
    return Fault(WHOLE, 0, "文件", "", reason, remedy)
