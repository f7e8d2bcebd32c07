"""A year's plan of activities in a workbook (年度计划): read row by row, each fault named, nothing stored before it is confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flows.office.happenings import Planned
from flows.roster.cells import Wrong, plain, read_day
from flows.roster.opening import UnreadableWorkbook, open_workbook
from web.i18n import _
from web.studio_doors import Door
from web.views.activities import moment_of

COLUMNS = ("活动名称", "日期", "开始时间", "地点", "参加人员", "主题", "计入事项")
MOST_ROWS = 300


@dataclass(frozen=True)
class PlanRow:
    """One row: what it plans, or what is wrong with it."""

    number: int
    title: str
    on: date | None
    plan: Planned | None
    faults: tuple[str, ...] = ()


def read_plan(content: bytes, door: Door) -> tuple[list[PlanRow], str]:
    """The rows of a workbook, and why it could not be read at all (else empty)."""
    try:
        grids = open_workbook(content)
    except UnreadableWorkbook as error:
        return [], str(error)
    for grid in grids.values():
        for at, line in enumerate(grid[:5]):
            heads = [plain(cell).strip() for cell in line]
            if "活动名称" in heads and "日期" in heads:
                return _rows(grid[at + 1 :], {head: n for n, head in enumerate(heads)}, at + 2, door), ""
    return [], _("没有找到“活动名称”和“日期”两列，请用模板。")


def _rows(lines: Sequence[Any], places: dict[str, int], first: int, door: Door) -> list[PlanRow]:
    found = []
    for number, line in enumerate(lines[:MOST_ROWS], start=first):
        said = {head: plain(line[n]).strip() if n < len(line) else "" for head, n in places.items()}
        if any(said.get(column) for column in COLUMNS):
            found.append(_row(number, said, door))
    return found


def _row(number: int, said: dict[str, str], door: Door) -> PlanRow:
    title, faults, on = said.get("活动名称", "")[:120], [], None
    if not title:
        faults.append(_("没有写活动名称"))
    try:
        on = read_day(said.get("日期", ""), door.today)
    except (Wrong, ValueError):
        faults.append(_("日期看不懂：{text}，请写成 2026-04-16", text=said.get("日期", "")[:20] or "—"))
    agenda = []
    for name in [part.strip() for part in said.get("计入事项", "").replace(";", "；").split("；") if part.strip()]:
        key = next((one.name for one in door.programme.obligations.values() if one.title == name), None)
        agenda.append(key) if key else faults.append(_("没有这个事项：{name}", name=name[:40]))
    if on is not None and door.cycle is not None and not door.cycle.begins_on <= on <= door.cycle.ends_on:
        faults.append(_("日期不在建设周期之内"))
    if faults or on is None:
        return PlanRow(number, title, on, None, tuple(faults))
    starts = moment_of(on, said.get("开始时间", "")[:5])
    plan = Planned(title, on, [key for key in agenda if key], None, starts, said.get("地点", "")[:120], said.get("主题", "")[:120],
                   said.get("参加人员", "")[:120])  # fmt: skip
    return PlanRow(number, title, on, plan)


def template(door: Door) -> bytes:
    """An empty workbook, with the activities that come with the text as its first rows."""
    from xlsxwriter import Workbook

    output = BytesIO()
    with Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("年度计划")
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        for n, one in enumerate(door.programme.plan, start=1):
            year = door.today.year + (one.month < door.today.month)
            sheet.write_row(
                n,
                0,
                [
                    one.items[0] if one.items else "",
                    f"{year}-{one.month:02}-01",
                    "",
                    one.place or "",
                    "",
                    "、".join(one.items[1:]),
                ],
            )
        sheet.set_column(0, 6, 20)
    return output.getvalue()
