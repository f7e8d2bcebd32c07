"""Established studios as a workbook (已有工作室): studios, members, past results and past payments, read cell by cell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from io import BytesIO
from typing import Any

from flows.roster.cells import Wrong, plain, read_cell
from flows.roster.marking import TEMPLATE_ROWS, TEXT_ONLY, WIDTH, guide, with_faults
from flows.roster.opening import Grid, UnreadableWorkbook, open_workbook
from flows.roster.reading import heading
from flows.roster.rows import WHOLE, Fault, Row
from models.money import MOST_FEN

STUDIOS, MEMBERS, RESULTS, PAYMENTS = "工作室", "成员", "考核结果", "拨款"
SHEETS: Mapping[str, tuple[str, ...]] = {
    STUDIOS: ("工作室名称", "主持人工号", "单位编码", "类别", "层级", "挂牌日期", "第几周期", "周期起始日期"),
    MEMBERS: ("工作室名称", "工号", "角色", "兼任", "加入日期"),
    RESULTS: ("工作室名称", "考核", "周期", "等次", "成员工号", "送达日期"),
    PAYMENTS: ("工作室名称", "经费", "期次", "金额（元）", "拨付日期", "凭证号"),
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    STUDIOS: ("工作室名称", "主持人工号", "挂牌日期"),
    MEMBERS: ("工作室名称", "工号", "角色"),
    RESULTS: ("工作室名称", "考核", "周期", "等次", "送达日期"),
    PAYMENTS: ("工作室名称", "经费", "期次", "金额（元）", "拨付日期"),
}
NOTES: Mapping[str, str] = {
    "工作室名称": "同一办法里不重复；四张表用同一个名称。", "主持人工号": "须在名册里。", "单位编码": "不填取主持人现任职单位。",
    "类别": "办法分类别时填（如 语文）。", "层级": "不填取办法的层级。", "挂牌日期": "如 2024-05-08。", "第几周期": "不填为 1。",
    "周期起始日期": "现在这个周期的第一天；不填取挂牌日期。", "角色": "办法里的角色名（如 成员、学员）。", "兼任": "成员里另设的角色（如 助理）。",
    "加入日期": "不填取周期起始日期。", "考核": "办法里考核的名称。", "周期": "如 y1（第一年度）、2025秋、cycle。", "等次": "如 优秀、合格、不合格。",
    "成员工号": "成员考核填；工作室考核留空。", "期次": "如 y1、2025/26、cycle。", "金额（元）": "实际拨付的数。",
}  # fmt: skip
GUIDE = (
    ("怎样填写", "一行一条；表头不要改名，列的先后可以调换；带不上的格留空。以往的考核和拨款没有就不填。"),
    ("先检查，后接入", "上传后先看检查结果；有错时什么也不会存。一个工作室有一处错，它的各行都先不接入。"),
    ("接入以后", "只开启还没有过去的事项；已有的结果和拨款只作记录，不再通知任何人。"),
    ("不要用公式", "请把公式复制后选择性粘贴为数值。"),
)
HEADER_WITHIN = 5
Choices = Mapping[tuple[str, str], Iterable[str]]
_AS: Mapping[str, str] = {
    "主持人工号": "工号", "成员工号": "工号", "挂牌日期": "任现职日期", "周期起始日期": "任现职日期", "加入日期": "任现职日期",
    "送达日期": "任现职日期", "拨付日期": "任现职日期", "第几周期": "科研课题数",
}  # fmt: skip


@dataclass(slots=True)
class Established:
    """A workbook as read: rows by sheet, and the faults of the file and its sheets."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {sheet: [] for sheet in SHEETS})
    faults: list[Fault] = field(default_factory=list)

    def all_faults(self) -> list[Fault]:
        """Faults of sheets and of rows, in order."""
        return self.faults + [fault for sheet in SHEETS for row in self.rows[sheet] for fault in row.faults]


def read_established(content: bytes, today: date) -> Established:
    """The workbook as rows; what it holds is never an error, but a fault by sheet, row and column."""
    read = Established()
    try:
        grids = open_workbook(content)
    except UnreadableWorkbook as error:
        reason, _, remedy = str(error).rpartition("，")
        read.faults.append(Fault(WHOLE, 0, "文件", "", reason, remedy))
        return read
    if STUDIOS not in grids:
        read.faults.append(
            Fault(WHOLE, 0, STUDIOS, "", "没有工作表“工作室”", "请用模板，四张表是：" + "、".join(SHEETS))
        )
    for sheet in SHEETS:
        if sheet in grids:
            _read_sheet(read, sheet, grids[sheet], today)
    return read


def _read_sheet(read: Established, sheet: str, grid: Grid, today: date) -> None:
    at, places = _header(sheet, grid)
    missing = [name for name in REQUIRED[sheet] if name not in places]
    if missing:
        why = f"缺少列：{'、'.join(missing)}"
        read.faults.append(Fault(sheet, at + 1, "、".join(missing), "", why, "请从模板复制表头"))
        return
    for number, line in enumerate(grid[at + 1 :], start=at + 2):
        texts = {name: plain(line[place]) if place < len(line) else "" for name, place in places.items()}
        if any(texts.values()):
            read.rows[sheet].append(_row(sheet, number, texts, today))


def _header(sheet: str, grid: Grid) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    known = {heading(name): name for name in SHEETS[sheet]}
    for at, line in enumerate(grid[:HEADER_WITHIN]):
        places = {known[heading(cell)]: place for place, cell in enumerate(line) if heading(cell) in known}
        if len(places) > len(best[1]):
            best = (at, places)
    return best


def _row(sheet: str, number: int, texts: Mapping[str, str], today: date) -> Row:
    name = texts["工作室名称"]
    row = Row(sheet, number, name, name, {})
    for column, text in texts.items():
        try:
            row.values[column] = READERS.get(column, _plainly(column))(text, today)
        except Wrong as wrong:
            row.fault(column, wrong.why, wrong.remedy, wrote=text)
    told = {fault.column for fault in row.faults}
    for column in REQUIRED[sheet]:
        if row.values.get(column) is None and column not in told:
            row.fault(column, f"没有填{column}", f"请补上{column}", wrote=texts[column])
    return row


def _plainly(column: str) -> Callable[[str, date], Any]:
    return lambda text, today: read_cell(_AS.get(column, column), text, today)


def _yuan(text: str, today: date) -> int | None:
    number = read_cell("工作室名称", text.replace(",", "").removesuffix("元"), today)
    if number is None:
        return None
    whole, _, part = str(number).partition(".")
    if not whole.isdecimal() or (part and not part.isdecimal()) or len(part) > 2:
        raise Wrong("不是金额", "请填元，如 20000 或 1500.50")
    if len(whole) > 12 or int(whole) >= MOST_FEN // 100:
        raise Wrong("金额太大", "请核对，单位是元")
    return int(whole) * 100 + int((part + "00")[:2])


READERS: Mapping[str, Callable[[str, date], Any]] = {"金额（元）": _yuan}


def marked_established(content: bytes, faults: Iterable[Fault]) -> bytes:
    """The workbook as it came, each fault written beside its row. Raises UnreadableWorkbook."""
    return with_faults(content, faults, {sheet: partial(_header, sheet) for sheet in SHEETS})


def established_template(choices: Choices | None = None) -> bytes:
    """An empty workbook: four sheets with their headers, notes, lists of a programme's own words, and a page of guidance."""
    return established_workbook({sheet: [] for sheet in SHEETS}, choices or {}, guidance=True)


def established_workbook(
    sheets: Mapping[str, list[tuple[Any, ...]]], choices: Choices | None = None, *, guidance: bool = False
) -> bytes:
    """A workbook of these rows, each in the order of its sheet's columns."""
    from xlsxwriter import Workbook

    output = BytesIO()
    with Workbook(output, TEXT_ONLY) as book:
        formats = {
            "bold": book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            _write_head(sheet, name, choices or {}, formats)
            for number, row in enumerate(rows, start=1):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, formats["day"])
                    elif cell not in (None, ""):
                        sheet.write(number, place, cell)
        if guidance:
            lines = [(column, NOTES[column]) for columns in SHEETS.values() for column in columns if column in NOTES]
            guide(book.add_worksheet("填写说明"), [*GUIDE, *dict.fromkeys(lines)])
    return output.getvalue()


def _write_head(sheet: Any, name: str, choices: Choices, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(SHEETS[name]) - 1, WIDTH)
    for place, column in enumerate(SHEETS[name]):
        sheet.write_string(0, place, column, formats["bold"])
        if column in NOTES:
            sheet.write_comment(0, place, NOTES[column])
        if column.endswith("日期"):
            sheet.set_column(place, place, WIDTH, formats["day"])
        if words := list(choices.get((name, column), ())):
            told = {"validate": "list", "source": words, "error_type": "information", "error_title": column}
            sheet.data_validation(1, place, TEMPLATE_ROWS, place, told | {"error_message": "请从列表中选一个"})
