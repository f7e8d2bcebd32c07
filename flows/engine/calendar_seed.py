"""The days a new calendar starts with (放假调休): gazetted where the notice is known, estimated where it is not."""

from collections.abc import Iterable
from datetime import date

from flows.engine.calendar import CalendarDay

NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节", "农历除夕": "春节"}


def gazetted_days(years: Iterable[int]) -> list[CalendarDay]:
    """Holidays and make-up days of these years, in order; every other day is a weekday or a weekend.

    A year whose 调休 is published comes exactly as published. Another has its statutory holidays only, without
    make-up days, and each of them is marked provisional. Raises ValueError for a year for which neither is known.
    """
    return [day for year in sorted(set(years)) for day in _published(year) or _estimated(year)]


def _published(year: int) -> list[CalendarDay]:
    import chinese_calendar

    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        free = chinese_calendar.get_holidays(first, last, include_weekends=False)
        worked = chinese_calendar.get_workdays(first, last)
    except NotImplementedError:
        return []
    listed = [CalendarDay(day, False, _published_name(day), "holiday") for day in free]
    listed += [CalendarDay(day, True, _published_name(day), "makeup") for day in worked if day.weekday() >= 5]
    return sorted(listed, key=lambda day: day.day)


def _published_name(day: date) -> str:
    import chinese_calendar

    _, english = chinese_calendar.get_holiday_detail(day)
    chinese = str(chinese_calendar.Holiday(english).chinese)
    return NAMES.get(chinese, chinese)


def _estimated(year: int) -> list[CalendarDay]:
    import holidays

    statutory = holidays.country_holidays("CN", years=year, language="zh_CN")
    if not statutory:
        raise ValueError(f"没有 {year} 年的节假日资料：请换一个年份，或在工作日历中逐日录入")
    listed = [CalendarDay(day, False, _statutory_name(name), "holiday", True) for day, name in statutory.items()]
    return sorted(listed, key=lambda day: day.day)


def _statutory_name(name: str) -> str:
    plain = [part.split("（")[0] for part in name.split("; ")]
    return "、".join(dict.fromkeys(NAMES.get(part, part) for part in plain))
