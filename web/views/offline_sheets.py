"""Offline sheets (离线评分表): a workbook to fill in without a network, and how it is read back."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flows.engine.errors import Refused
from flows.roster import UnreadableWorkbook
from flows.roster.opening import open_workbook
from web.i18n import _

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("项", "指标", "满分", "得分", "说明")
FIRST_ROW, MARK, COMMENT = 3, 3, 4
OVERALL = "总体意见"


def offline_sheet(number: str, rubric: Sequence[tuple[str, str, int]], said: Mapping[str, Any]) -> bytes:
    """A sheet as xlsx: the number, a line for each indicator with what was said so far; no name anywhere."""
    from xlsxwriter import Workbook

    kept = BytesIO()
    book = Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": "", "title": number})
    page = book.add_worksheet("评分表")
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 6)
    page.set_column(1, 1, 44)
    page.set_column(4, 4, 50)
    page.write_row(0, 0, ["编号", number])
    page.write_row(2, 0, HEAD, bold)
    marks, comments = said.get("marks", {}), said.get("comments", {})
    for n, (place, title, most) in enumerate(rubric, start=FIRST_ROW):
        page.write_row(n, 0, [place, title, most, marks.get(place), comments.get(place, "")], wrapped)
        page.data_validation(n, MARK, n, MARK, {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most,
                                                "error_message": f"0–{most}"})  # fmt: skip
    page.write_row(FIRST_ROW + len(rubric), 0, [OVERALL, "", "", "", said.get("comment", "")], wrapped)
    book.close()
    return kept.getvalue()


def read_offline_sheet(content: bytes, number: str, rubric: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """What a filled sheet says. Raises Refused when it is no sheet, one of another application, or a mark is out of range."""
    try:
        rows = next(iter(open_workbook(content).values()), [])
    except UnreadableWorkbook as error:
        raise Refused(
            "unreadable", _("读不出这份表。请用下载的离线评分表填写，不要另存为别的格式。没有改动任何内容。")
        ) from error
    if len(rows) < FIRST_ROW or len(rows[0]) < 2 or str(rows[0][1]) != number:
        raise Refused("other_sheet", _("这是另一份的评分表，编号不是 {number}。没有改动任何内容。", number=number))
    by_place = {str(row[0]): row for row in rows[FIRST_ROW:] if len(row) > COMMENT}
    said: dict[str, Any] = {"marks": {}, "comments": {}, "comment": str(by_place.get(OVERALL, [""] * 5)[COMMENT])}
    faults = []
    for place, title, most in rubric:
        row = by_place.get(place, [""] * 5)
        mark, comment = row[MARK], str(row[COMMENT]).strip()
        if comment:
            said["comments"][place] = comment
        if mark == "":
            continue
        if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 <= mark <= most:
            faults.append(_("{title}（0–{most} 分）", title=title, most=most))
        else:
            said["marks"][place] = int(mark) if float(mark).is_integer() else round(float(mark), 2)
    if faults:
        raise Refused(
            "out_of_range", _("没有读入，分数超出范围：{faults}。", faults="；".join(faults)), missing=tuple(faults)
        )
    return said
