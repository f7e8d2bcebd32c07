"""Workbooks that go back to people: the empty template, and the same workbook with its errors written beside each row."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import Any

from flows.roster import columns
from flows.roster.opening import Cell, Grid, open_workbook
from flows.roster.reading import find_header, heading
from flows.roster.rows import Fault, ImportPlan

TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
TEMPLATE_ROWS, WIDTH = 20_000, 16
ROSTER_GUIDE = (
    ("怎样填写", "一行一条；表头不要改名，列的先后可以调换；没有内容的格留空，留空不会清除系统里已有的内容。"),
    ("先检查，后导入", "上传后先看检查结果；有错时什么也不会存，改好再传。"),
    ("不要用公式", "请把公式复制后选择性粘贴为数值。"),
)


def marked_workbook(content: bytes, plan: ImportPlan) -> bytes:
    """The roster as it came, each fault written beside its row; mend it and import it again.

    Raises UnreadableWorkbook where the file could not be read at all.
    """
    return with_faults(content, plan.faults, {name: partial(find_header, name) for name in columns.SHEETS})


def with_faults(
    content: bytes, faults: Iterable[Fault], headers: Mapping[str, Callable[[Grid], tuple[int, dict[str, int]]]]
) -> bytes:
    """A workbook as it came, with 错误说明 as the last column and a comment on each faulty cell.

    `headers` finds the header row and its columns in each sheet that is read. Raises UnreadableWorkbook.
    """
    by_sheet: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet].append(fault)
    output = BytesIO()
    with _workbook(output) as book:
        formats = _formats(book)
        for name, grid in open_workbook(content).items():
            sheet = book.add_worksheet(name)
            at, places = headers[name](grid) if name in headers else (0, {})
            lines = _without_marks(grid, at)
            for number, line in enumerate(lines):
                _write_line(sheet, number, line, formats["day"])
            if name in headers:
                _mark(sheet, lines, at, places, by_sheet[name], formats)
    return output.getvalue()


def _workbook(output: BytesIO) -> Any:
    from xlsxwriter import Workbook

    return Workbook(output, TEXT_ONLY)


def template_workbook() -> bytes:
    """An empty workbook: the headers, drop-down lists where words are fixed, notes on the headers, and a page of guidance."""
    return write_workbook({sheet: [] for sheet in columns.SHEETS}, guidance=True)


def write_workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], *, guidance: bool = False) -> bytes:
    """A roster workbook of these rows, each in the order of its sheet's columns; text stays text."""
    output = BytesIO()
    with _workbook(output) as book:
        formats = _formats(book)
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(columns.SHEETS[name]) - 1, WIDTH)
            for place, column in enumerate(columns.SHEETS[name]):
                sheet.write_string(0, place, column, formats["head"])
                _help(sheet, name, place, column, formats)
            for number, row in enumerate(rows, start=1):
                _write_line(sheet, number, row, formats["day"])
        if guidance:
            guide(book.add_worksheet("填写说明"), [*ROSTER_GUIDE, *columns.NOTES.items()])
    return output.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "mark": book.add_format({"font_color": "#B42318", "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
    }


def _help(sheet: Any, name: str, place: int, column: str, formats: dict[str, Any]) -> None:
    if column in columns.NOTES:
        sheet.write_comment(0, place, columns.NOTES[column])
    if (name, column) in columns.CHOICES:
        strict = column != "职务"
        sheet.data_validation(1, place, TEMPLATE_ROWS, place, {
            "validate": "list", "source": list(columns.CHOICES[name, column]), "error_type": "stop" if strict else "information",
            "error_title": column, "error_message": "请从列表中选一个",
        })  # fmt: skip
    if "编码" in column or "工号" in column or column in {"手机", "联系电话"}:
        sheet.set_column(place, place, WIDTH, formats["text"])
    if column.endswith("日期"):
        sheet.set_column(place, place, WIDTH, formats["day"])


def guide(sheet: Any, lines: Iterable[tuple[str, str]]) -> None:
    """A sheet of guidance: what, and how to write it."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for number, (title, words) in enumerate(lines):
        sheet.write_string(number, 0, title)
        sheet.write_string(number, 1, words)


def _without_marks(grid: Grid, at: int) -> Grid:
    marked = {place for place, cell in enumerate(grid[at]) if heading(cell) == columns.MARK_COLUMN} if grid else set()
    return [[cell for place, cell in enumerate(line) if place not in marked] for line in grid]


def _mark(
    sheet: Any, lines: Grid, at: int, places: dict[str, int], faults: Iterable[Fault], formats: dict[str, Any]
) -> None:
    last = max((len(line) for line in lines), default=0)
    sheet.freeze_panes(at + 1, 0)
    sheet.set_column(last, last, 60)
    sheet.write_string(at, last, columns.MARK_COLUMN, formats["head"])
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    for row, found in by_row.items():
        sheet.write_string(
            max(row - 1, 0),
            last if row - 1 != at else last + 1,
            "\n".join(fault.says() for fault in found),
            formats["mark"],
        )
        for column in dict.fromkeys(fault.column for fault in found):
            if column in places:
                words = "\n".join(f"{one.why}。{one.remedy}。" for one in found if one.column == column)
                sheet.write_comment(row - 1, places[column], words)


def _write_line(sheet: Any, number: int, line: Sequence[Cell | None], day: Any) -> None:
    for place, cell in enumerate(line):
        if cell is None or cell == "":
            continue
        if isinstance(cell, bool):
            sheet.write_boolean(number, place, cell)
        elif isinstance(cell, int | float):
            sheet.write_number(number, place, cell)
        elif isinstance(cell, datetime | date):
            sheet.write_datetime(number, place, cell, day)
        else:
            sheet.write_string(number, place, str(cell))
