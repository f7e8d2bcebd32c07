"""Money of a studio as its pages show it (经费台账): what is due and why, the lines of the ledger, and a statement to hand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from flows.engine.work import Work
from flows.office.ledger import keeper_of, yuan
from flows.programme.vocabulary import PERIODS_ZH
from flows.regulations import who_title
from models.queries.applications import holders_of
from models.queries.money import Line, Owed, owed
from web.display import DueMark, Provenance, StateMark, formal_day, run_mark
from web.i18n import _
from web.studio_doors import Door, year_of
from web.views.cases import provenance_of
from web.views.studios import due_text

KINDS = {"received": "拨入", "spent": "支出", "corrected": "冲销"}
TEXT_ONLY = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Due:
    """One entitlement: what is due of it, why so much, with whom it is."""

    id: int
    title: str
    period: str
    amount: int | None
    share: int
    due_fen: int | None
    why: str
    mark: StateMark
    until: DueMark | None
    holder: str
    origin: Provenance | None


def dues_of(work: Work, door: Door) -> list[Due]:
    """Everything a studio is entitled to, the latest first."""
    found = owed(work.session, door.studio.id)
    holders = holders_of(work.session, {one.desk for one in found if one.desk}, door.today)
    return [_due(work, door, one, holders) for one in found]


def _due(work: Work, door: Door, one: Owed, holders: Mapping[str, tuple[str, tuple[str, ...]]]) -> Due:
    until = due_text(work, one.due_on, door.today) if one.state == "due" and one.due_on is not None else None
    return Due(one.id, one.title, period_words(one.period), one.amount_fen, one.share, one.due_fen, why_words(door, one),
               run_mark("grant", one.state), until, holders.get(one.desk, ("", ()))[0], provenance_of(one.origin, door.address))  # fmt: skip


def why_words(door: Door, one: Any) -> str:
    """Why so much and why now: the share a result left, and the result it waits for."""
    said = []
    if one.amount_fen is None:
        said.append(_("金额由拨款方核定"))
    if one.share != 100:
        said.append(_("按考核结果拨 {share}%", share=one.share))
    if one.waits_for:
        key, _at, period = one.waits_for.partition("@")
        title = door.programme.assessments[key].title if key in door.programme.assessments else key
        waited = _("{period}{title}", period=period_words(period.partition("#")[0]), title=title)
        said.append(_("等{what}的结果送达", what=waited) if one.state == "held" else _("随{what}的结果", what=waited))
    return "；".join(said)


def period_words(key: str) -> str:
    """A period as people read it: the year of the cycle, or the key itself."""
    if key.startswith("y") and key[1:].isdigit():
        return _("第 {n} 年", n=key[1:])
    return _("本周期") if key == "cycle" else key.replace("/", "–")


def years_of(door: Door) -> list[tuple[int, date, date]]:
    """The years of the cycle that have begun, the latest first."""
    if door.cycle is None:
        return [door.year]
    found, day = [], door.cycle.begins_on
    while day <= min(door.today, door.cycle.ends_on):
        year = year_of(door.cycle.begins_on, door.cycle.ends_on, day)
        found.append(year)
        day = date.fromordinal(year[2].toordinal() + 1)
    return found[::-1] or [door.year]


def keeps_book(work: Work, door: Door, keys: frozenset[str]) -> bool:
    """Whether the visitor enters expenses: the keeper of the ledger and the host do, while the studio runs."""
    if door.version_id is None:
        return False
    keeper = keeper_of(work, door.studio, door.programme)
    return bool({keeper, f"person:{door.studio.host_id}"} & keys) and door.runs


def book_words(door: Door) -> str:
    """Who keeps the ledger, for what it may be spent and how often it is accounted for."""
    book = door.programme.ledger
    if book is None:
        return _("办法没有规定专账。")
    keeper = who_title(door.programme, book.kept_by or "host")
    audited = _("，由{who}审计", who=who_title(door.programme, book.audited_by)) if book.audited_by else ""
    return _(
        "由{keeper}登记，{period}报一次收支{audited}。",
        keeper=keeper,
        period=PERIODS_ZH[book.statement],
        audited=audited,
    )


def running_balances(before: int, lines: Sequence[Line]) -> list[tuple[Line, int]]:
    """Each line with what was left after it."""
    found, left = [], before
    for one in lines:
        left += one.fen
        found.append((one, left))
    return found


def statement(
    door: Door, year: tuple[int, date, date], before: int, lines: Sequence[Line], dues: Sequence[Due]
) -> bytes:
    """A statement of a year as a workbook: what came in and was spent, by use, line by line; sums are exact text and numbers in yuan."""
    from xlsxwriter import Workbook

    output = BytesIO()
    with Workbook(output, TEXT_ONLY) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet(_("收支明细"))
        sheet.write_row(0, 0, [_("{studio} 经费收支", studio=door.studio.name)], bold)
        sheet.write_row(1, 0, [_("{first} 至 {last}", first=formal_day(year[1]), last=formal_day(year[2]))])
        heads = [
            _("序号"),
            _("日期"),
            _("类别"),
            _("用途"),
            _("事由"),
            _("凭证号"),
            _("金额（元）"),
            _("余额（元）"),
            _("登记人"),
        ]
        sheet.write_row(3, 0, heads, bold)
        sheet.write_row(4, 4, [_("上年结转"), "", "", yuan(before)])
        for n, (one, left) in enumerate(running_balances(before, lines), start=5):
            sheet.write_row(n, 0, [one.number, one.on.isoformat(), KINDS[one.kind], one.use, one.what, one.voucher])
            sheet.write_number(n, 6, Decimal(one.fen) / 100, money)
            sheet.write_number(n, 7, Decimal(left) / 100, money)
            sheet.write_string(n, 8, one.by)
        sheet.set_column(1, 5, 16)
        _summary(book, lines, dues, bold)
    return output.getvalue()


def _summary(book: Any, lines: Sequence[Line], dues: Sequence[Due], bold: Any) -> None:
    sheet = book.add_worksheet(_("汇总"))
    sheet.write_row(0, 0, [_("用途"), _("支出（元）")], bold)
    uses: dict[str, int] = {}
    for one in lines:
        if one.kind != "received":
            uses[one.use or _("其他")] = uses.get(one.use or _("其他"), 0) - one.fen
    rows = [*sorted(uses.items()), (_("合计"), sum(uses.values()))]
    for n, (use, fen) in enumerate(rows, start=1):
        sheet.write_row(n, 0, [use, yuan(fen)])
    at = len(rows) + 2
    sheet.write_row(at, 0, [_("应拨经费"), _("期间"), _("应拨（元）"), _("状态"), _("依据")], bold)
    for n, due in enumerate(dues, start=at + 1):
        sheet.write_row(
            n,
            0,
            [
                due.title,
                due.period,
                yuan(due.due_fen) if due.due_fen is not None else _("待核定"),
                due.mark.label,
                due.why,
            ],
        )
    sheet.set_column(0, 4, 22)
