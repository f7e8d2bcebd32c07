"""How days, spans, sums and names are written for people (Beijing time, pages in Chinese or English)."""

from datetime import date, datetime, timedelta

from flows.engine.calendar import CHINA, last_day
from web.i18n import _, _n, word

WORKING, CALENDAR = "working", "calendar"

_WEEKDAYS = (word("周一"), word("周二"), word("周三"), word("周四"), word("周五"), word("周六"), word("周日"))
_MONTHS = (
    word("1月"), word("2月"), word("3月"), word("4月"), word("5月"), word("6月"),
    word("7月"), word("8月"), word("9月"), word("10月"), word("11月"), word("12月"),
)  # fmt: skip
_NEAR = timedelta(days=183)
_MILLION_FEN = 100_000_000
_SHORTEST_MASKED = 8


def local(moment_utc: datetime) -> datetime:
    """Give an aware moment in Beijing time. ValueError if it has no zone."""
    if moment_utc.tzinfo is None:
        message = "a moment needs its zone"
        raise ValueError(message)
    return moment_utc.astimezone(CHINA)


def due_day(due_at: datetime) -> date:
    """Give the local day on which a deadline falls; midnight belongs to the day that ends with it (24:00)."""
    return last_day(due_at)


def weekday(day_: date) -> str:
    """Give 周三."""
    return _(_WEEKDAYS[day_.weekday()])


def month(number: int) -> str:
    """Give 4月 for 4."""
    return _(_MONTHS[number - 1])


def _is_near(day_: date, today: date) -> bool:
    return day_.year == today.year or abs(day_ - today) <= _NEAR


def day(day_: date, today: date) -> str:
    """Give 4月8日 周三; the year is written when it is another one and not near: 2027年10月6日 周三."""
    if _is_near(day_, today):
        return _("{month}{day}日 {weekday}", month=month(day_.month), day=day_.day, weekday=weekday(day_))
    return formal_day(day_) + " " + weekday(day_)


def plain_day(day_: date) -> str:
    """Give 4月8日, where the weekday stands elsewhere."""
    return _("{month}{day}日", month=month(day_.month), day=day_.day)


def formal_day(day_: date) -> str:
    """Give 2026年4月8日, as papers write it."""
    return _("{year}年{month}{day}日", year=day_.year, month=month(day_.month), day=day_.day)


def day_range(first: date, last: date, today: date) -> str:
    """Give 6月1日 周一 至 6月7日 周日."""
    return _("{first} 至 {last}", first=day(first, today), last=day(last, today))


def short_range(first: date, last: date) -> str:
    """Give 4月4–6日, or 4月28日–5月3日 over the end of a month."""
    if first == last:
        return plain_day(first)
    if (first.year, first.month) != (last.year, last.month):
        return f"{plain_day(first)}–{plain_day(last)}"
    return _("{month}{first}–{last}日", month=month(first.month), first=first.day, last=last.day)


def clock_time(at: datetime) -> str:
    """Give 17:00."""
    return local(at).strftime("%H:%M")


def moment(at: datetime, today: date) -> str:
    """Give 4月8日 周三 17:00."""
    return f"{day(local(at).date(), today)} {clock_time(at)}"


def relative(at: datetime, today: date) -> str:
    """Give 今天 14:06, 昨天 16:12, 明天 09:00, and else the date and time."""
    names = {0: _("今天"), 1: _("明天"), -1: _("昨天")}
    name = names.get((local(at).date() - today).days)
    return f"{name} {clock_time(at)}" if name else moment(at, today)


def relative_day(day_: date, today: date) -> str:
    """Give 今天, 明天 or 昨天, and else the date."""
    return {0: _("今天"), 1: _("明天"), -1: _("昨天")}.get((day_ - today).days) or day(day_, today)


def deadline(due_at: datetime, today: date, *, public: bool = False) -> str:
    """Give 4月8日 周三 17:00 截止; the end of the day is written (24:00) to applicants and the public only."""
    due = due_day(due_at)
    ends_the_day = local(due_at).time() <= datetime.min.time() or local(due_at).strftime("%H:%M:%S") == "23:59:59"
    if not ends_the_day:
        return _("{moment} 截止", moment=moment(due_at, today))
    return _("{day} 24:00 截止", day=day(due, today)) if public else _("{day} 截止", day=day(due, today))


def days_left(left: int, unit: str = WORKING) -> str:
    """Give 剩 3 个工作日, 今天截止 or 逾期 1 个工作日; `left` is 0 on the last day and negative when past."""
    if left == 0:
        return _("今天截止")
    if unit == WORKING:
        return _n("剩 {n} 个工作日", left) if left > 0 else _n("逾期 {n} 个工作日", -left)
    return _n("剩 {n} 天", left) if left > 0 else _n("逾期 {n} 天", -left)


def span(length: int, unit: str = WORKING) -> str:
    """Give 10 个工作日 or 7 天."""
    return _n("{n} 个工作日", length) if unit == WORKING else _n("{n} 天", length)


def used_of(used: int, allowed: int, unit: str = WORKING) -> str:
    """Give 用时 4 / 5 个工作日."""
    return _("用时 {used} / {allowed}", used=used, allowed=span(allowed, unit))


def money(fen: int) -> str:
    """Give 18,739.50 元 for an amount in fen."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return _("{amount} 元", amount=f"{sign}{rest // 100:,}.{rest % 100:02d}")


def money_short(fen: int) -> str:
    """Give 123.4 万元 for a million yuan and more, as dashboards write it; below that the full sum."""
    if abs(fen) < _MILLION_FEN:
        return money(fen)
    tenths = (abs(fen) + 50_000) // 100_000
    sign = "-" if fen < 0 else ""
    return _("{amount} 万元", amount=f"{sign}{tenths // 10:,}.{tenths % 10}")


def share(part: float, whole: float, decimals: int = 0) -> str:
    """Give 87%; — when there is nothing to be a part of."""
    return f"{part * 100 / whole:.{decimals}f}%" if whole else "—"


def masked_phone(phone: str) -> str:
    """Give 139****0218; a number too short to hide is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _SHORTEST_MASKED else "*" * len(phone)


def masked_name(name: str) -> str:
    """Give 宋*燕 or 张*."""
    return name[:1] + "*" * (len(name) - 2) + name[-1:] if len(name) > 2 else name[:1] + "*" * (len(name) - 1)


def school_year(first: int) -> str:
    """Give 2025–2026 学年."""
    return _("{first}–{last} 学年", first=first, last=first + 1)


def percent(value: float, of: float) -> str:
    """Give a length on a chart, `12.5%`, kept between 0 and 100."""
    return f"{min(max(value / of * 100 if of else 0, 0), 100):.4g}%"
