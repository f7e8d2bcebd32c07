"""The board of studios (工作室看板) as its page shows it: figures, the heat map, limits, what is under way and what ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flows.engine.calendar import Term, add_months, local_day
from flows.engine.periods import vacations
from flows.engine.work import Work
from models.queries.studio_board import BoardFilter
from web.display import StateMark, due_day, formal_day, month, plain_day, run_mark, share, state_mark
from web.i18n import _, word
from web.views.dashboard import short_body

STEPS = ((95, 4), (85, 3), (70, 2), (0, 1))
STANDINGS = (
    ("", word("全部状态")), ("open", word("在册")), ("active", word("运行中")), ("rectifying", word("整改中")), ("final", word("期满评估中")),
    ("forming", word("待备案")), ("suspended", word("暂停")), ("revoked", word("已撤销")), ("ended", word("已终止")), ("lapsed", word("期满不续")),
)  # fmt: skip
ASSESSING = (("open", word("考核中")), ("proposed", word("待确认等次")), ("confirmed", word("已确认，待送达")))
SEPTEMBER = 9
COLUMNS = (
    (word("工作室"), 28), (word("主持人"), 12), (word("旗县区"), 16), (word("所在单位"), 28), (word("办法"), 30), (word("状态"), 12), (word("周期"), 8),
    (word("周期起"), 12), (word("周期至"), 12), (word("应完成事项"), 12), (word("已完成事项"), 12),
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A county in a month: how many fell due and were met; a holiday month says so."""

    text: str
    step: int
    href: str = ""
    words: str = ""
    counted: str = ""


@dataclass(frozen=True)
class Line:
    """A county over the months."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Limit:
    """A studio that mends: days used of its time, and what is left."""

    id: int
    name: str
    used: int
    whole: int
    last: date
    left: int
    mark: StateMark


def school_year_of(day: date) -> int:
    """The school year a day is in, by its first year."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def months_of(year: int, today: date) -> list[date]:
    """The months of a school year that have begun."""
    first = date(year, SEPTEMBER, 1)
    return [one for n in range(12) if (one := add_months(first, n)) <= today]


def county_words(name: str | None) -> str:
    """A county by its own name; what stands directly under the city is said so."""
    return short_body(name) if name else _("市直")


def heat_of(rows: Sequence[Any], months: Sequence[date], wanted: BoardFilter, entered: Sequence[Term]) -> list[Line]:
    """Counties by month, worst first; a month of holidays between the terms (`entered`: the bureau's own) in which nothing fell due is named."""
    holidays = {one: _holiday(one, entered) for one in months}
    found: dict[tuple[int, str], dict[tuple[int, int], tuple[int, int]]] = {}
    for row in rows:
        key = (row.county_id or 0, county_words(row.county))
        found.setdefault(key, {})[(int(row.year), int(row.month))] = (int(row.met or 0), int(row.owed))
    lines = []
    for (county_id, name), cells in found.items():
        met, owed = (sum(one[n] for one in cells.values()) for n in (0, 1))
        drawn = tuple(
            _cell(name, county_id, one, cells.get((one.year, one.month)), wanted, holidays[one]) for one in months
        )
        lines.append((met / owed if owed else 1, name, Line(name, drawn)))
    return [line for _rate, _name, line in sorted(lines, key=lambda one: one[:2])]


def _cell(
    name: str, county_id: int, one: date, counted: tuple[int, int] | None, wanted: BoardFilter, holiday: str
) -> Cell:
    if counted is None:
        return Cell(
            holiday or "—",
            0,
            "",
            _("{name}{month}：{what}", name=name, month=month(one.month), what=holiday or _("没有到期事项")),
        )
    met, owed = counted
    rate = met * 100 // owed
    step = next(step for least, step in STEPS if rate >= least)
    href = f"/dashboard/studios/duties?county={county_id}&month={one:%Y-%m}" if met < owed else ""
    if href and wanted.programme:
        href += f"&programme={wanted.programme}"
    words = _("{name}{month}：应完成 {owed} 项，已完成 {met} 项", name=name, month=month(one.month), owed=owed, met=met)
    return Cell(str(rate), step, href, words, f"{met} / {owed}")


def _holiday(one: date, entered: Sequence[Term]) -> str:
    """寒假 or 暑假, where the middle of a month lies in one."""
    middle = one.replace(day=15)
    return next((_(found.key) for found in vacations(entered, middle, middle)), "")


def month_rate(rows: Sequence[Any], today: date) -> tuple[int, int]:
    """Of what fell due this month: how many were met, and how many there were."""
    mine = [row for row in rows if (int(row.year), int(row.month)) == (today.year, today.month)]
    return sum(int(row.met or 0) for row in mine), sum(int(row.owed) for row in mine)


def limits_of(work: Work, rows: Sequence[Any]) -> list[Limit]:
    """Rectifications against their limits, in working days."""
    today, between = local_day(work.now), work.calendar.working_days_between
    found = []
    for row in rows:
        first = local_day(row.released_at) if row.released_at else today
        last = due_day(row.due_at) if row.state == "mending" and row.due_at else row.limit_on
        whole = max(between(first, last), 1)
        found.append(
            Limit(
                row.id,
                row.name,
                max(between(first, today), 0),
                whole,
                last,
                between(today, last),
                run_mark("rectification", row.state),
            )
        )
    return found


def assessing_of(rows: Sequence[Any]) -> list[tuple[str, str, int, str]]:
    """Assessments under way by state: words, how many, and the next day one is due."""
    by_state = {row.state: row for row in rows}
    return [
        (state, _(label), int(by_state[state].n) if state in by_state else 0,
         plain_day(due_day(by_state[state].due_at)) if state in by_state and by_state[state].due_at else "")
        for state, label in ASSESSING
    ]  # fmt: skip


def renewal_mark(row: Any | None) -> StateMark:
    """Where a request to go on stands."""
    if row is None:
        return StateMark(_("还没有申请"), "minus", "gray")
    if not asked_for(row):
        return StateMark(_("申请填写中"), "pen", "gray")
    if row.outcome in {"named", "renewed"} or row.state == "renewed":
        return state_mark("renewal", "renewed")
    if row.outcome is not None:
        return state_mark("renewal", "lapsed")
    return state_mark("renewal", "applied")


def asked_for(row: Any) -> bool:
    """Whether a request to go on was handed in; one that is still being written was not."""
    return not (row.stage == "application" and row.state == "drafting")


def standing_mark(row: Any, today: date, *, mending: bool) -> StateMark:
    """The mark of a studio; mending and the final assessment show before 运行中."""
    if row.standing == "active" and mending:
        return state_mark("standing", "rectifying")
    if row.standing == "active" and row.ends_on is not None and row.ends_on < today:
        return state_mark("standing", "final_assessing")
    return run_mark("standing", row.standing)


def workbook_of(title: str, rows: Sequence[Any], marks: Mapping[int, StateMark]) -> bytes:
    """The studios as xlsx; what people wrote is text, whatever it begins with."""
    from xlsxwriter import Workbook

    kept = BytesIO()
    book = Workbook(
        kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(_("工作室"))
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#eef0f3"})
    book.set_properties({"title": title, "author": ""})
    for column, (label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, _(label), bold)
    for n, row in enumerate(rows, start=1):
        said = (row.name, row.host, county_words(row.county), row.home, row.programme, marks[row.id].label)
        for column, text in enumerate(said):
            sheet.write_string(n, column, text)
        if row.cycle is not None:
            sheet.write_number(n, 6, row.cycle)
            sheet.write_string(n, 7, formal_day(row.begins_on))
            sheet.write_string(n, 8, formal_day(row.ends_on))
        sheet.write_number(n, 9, row.owed or 0)
        sheet.write_number(n, 10, row.met or 0)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
    book.close()
    return kept.getvalue()


def met_words(row: Any) -> str:
    """How many obligations of the cycle are met."""
    return f"{row.met} / {row.owed}" if row.owed else "—"


__all__ = ["ASSESSING", "STANDINGS", "Cell", "Limit", "Line", "asked_for", "assessing_of", "county_words", "heat_of", "limits_of", "met_words", "month_rate",
           "months_of", "renewal_mark", "school_year_of", "share", "standing_mark", "workbook_of"]  # fmt: skip
