"""The summary of a round as a workbook (汇总表): the form that counties file, with what the reader may know and no more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme.criterion_words import POST_WORDS
from models.queries.summary import (
    endorsements,
    live_runs,
    marked_by,
    names_of_desks,
    posts_held,
    summary_rows,
)
from web.i18n import _, word
from web.views.applications import list_mark

COLUMNS = (
    (word("序号"), 5), (word("编号"), 14), (word("姓名"), 9), (word("旗县区"), 14), (word("学校"), 24), (word("职务"), 10),
    (word("学科或类别"), 12), (word("学段"), 8), (word("任职年限"), 8), (word("工作室名称"), 20), (word("推荐单位"), 16), (word("推荐序位"), 8),
    (word("推荐意见"), 40), (word("现在到哪一步"), 14),
)  # fmt: skip
HEAD_ROW = 2
LONGEST = 32_000  # of what one cell of a workbook holds


@dataclass(frozen=True)
class SummaryLine:
    """One application as the form lists it."""

    number: str
    name: str
    county: str
    school: str
    post: str
    subject: str
    school_stage: str
    years: int | None
    studio: str
    by: str
    rank: int | None
    opinion: str
    state: str


def summary_of(
    work: Work, round_id: int, scope: Any, reader: int, desks: Collection[str], *, blind: bool
) -> list[SummaryLine]:
    """Every submitted application of a round that the reader may see; a fixed number of queries.

    Rank and opinion are those of the reader's own body where it gave one, else of the last that did. In a blind review,
    what the reader was asked to mark stays a number to them: name, school and studio are left out.
    """
    rows = summary_rows(work.session, round_id, scope)
    people, ids = {row.person_id for row in rows}, [row.id for row in rows]
    posts = posts_held(work.session, people, local_day(work.now))
    given, live = endorsements(work.session, round_id, ids), live_runs(work.session, round_id, ids)
    names = names_of_desks(work.session, {one.held_by for found in given.values() for one in found})
    hidden = marked_by(work.session, round_id, reader) if blind else frozenset()
    return [
        _line(work, row, posts.get(row.person_id, ()), _shown(given.get(row.id, ()), desks), names, live.get(row.id), hidden=row.id in hidden)
        for row in rows
    ]  # fmt: skip


def _shown(given: Sequence[Any], desks: Collection[str]) -> Any:
    """The reader's own endorsement, else the last one; None where there is none."""
    own = [one for one in given if one.held_by in desks]
    return (own or list(given) or [None])[-1]


def _line(
    work: Work, row: Any, posts: Sequence[Any], given: Any, names: Mapping[str, str], live: Any, *, hidden: bool
) -> SummaryLine:
    rule = work.book.rule(work.session, live.version_id, live.path, live.step, live.round_id) if live else None
    state = list_mark(rule, live or row).label
    if hidden:
        said = _("匿名评审中")
        return SummaryLine(
            row.number or "", said, "", "", "", row.subject, row.school_stage, None, "", "", None, "", state
        )
    post = posts[0] if posts else None
    rank = given.payload.get("rank") if given else None
    return SummaryLine(
        row.number or "", row.person, row.county or "", row.body, _post(post), row.subject or _taught(posts) or row.kind,
        row.school_stage, years_of(posts, local_day(work.now)), row.studio_name, names.get(given.held_by, "") if given else "",
        int(str(rank)) if str(rank).isdigit() else None, given.reason if given else "", state,
    )  # fmt: skip


def _post(post: Any) -> str:
    return (post.title or POST_WORDS.get(post.kind, "")) if post else ""


def _taught(posts: Sequence[Any]) -> str:
    return next((one.subject for one in posts if one.subject), "")


def years_of(posts: Sequence[Any], today: date) -> int | None:
    """Whole years in the present post, counted from the first of the posts of its kind that follow on one another."""
    if not posts or posts[0].from_on is None:
        return None
    began = posts[0].from_on
    for one in posts[1:]:
        if one.kind != posts[0].kind or one.from_on is None or one.to_on is None or (began - one.to_on).days > 1:
            break
        began = one.from_on
    return int(today.year - began.year - ((today.month, today.day) < (began.month, began.day)))


def summary_workbook(title: str, body: str, lines: Sequence[SummaryLine], today: date) -> bytes:
    """The form as xlsx, to print on A4 across; what people wrote is text, whatever it begins with."""
    from xlsxwriter import Workbook

    kept = BytesIO()
    book = Workbook(
        kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"author": "", "title": title})
    sheet = book.add_worksheet(_("汇总表"))
    heading = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    head = book.add_format(
        {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#eef0f3"}
    )
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, title, heading)
    sheet.write_string(1, 0, _("填报单位（盖章）：{body}", body=body))
    sheet.write_string(
        1, 8, _("经办人：                联系电话：                填报日期：{day}", day=today.isoformat())
    )
    for n, (label, width) in enumerate(COLUMNS):
        sheet.set_column(n, n, width)
        sheet.write_string(HEAD_ROW, n, _(label), head)
    for n, one in enumerate(lines, start=1):
        _write_line(sheet, HEAD_ROW + n, n, one, cell)
    sheet.freeze_panes(HEAD_ROW + 1, 3)
    sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(lines), 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer("&C&P / &N")
    book.close()
    return kept.getvalue()


def _write_line(sheet: Any, row: int, n: int, one: SummaryLine, cell: Any) -> None:
    said = (
        n, one.number, one.name, one.county, one.school, one.post, one.subject, one.school_stage, one.years, one.studio, one.by, one.rank,
        one.opinion, one.state,
    )  # fmt: skip
    for column, value in enumerate(said):
        if value is None:
            sheet.write_blank(row, column, None, cell)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, cell)
        else:
            sheet.write_string(row, column, value[:LONGEST], cell)
