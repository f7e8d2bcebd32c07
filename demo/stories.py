"""Stories (演示的工作室): what becomes of each studio of the demonstration, told in days since its plaque."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from demo.life import EVERY, Life
from demo.studios import Tale
from demo.words import FINDINGS_MENDED

YEARLY = ("year_plan", "budget")
ACTIVITY_YUAN, COUNTY_YUAN, SCHOOL_YUAN, PRIZE_YUAN = 50_000, 20_000, 8_000, 30_000
LIMIT_LEFT = 9

# Each is at another place of a studio's life today; days count back from today, however long ago that is.
TALES = (
    Tale("new", 12),
    Tale("first_year", 118, with_aspirant=True),
    Tale("late", 128),
    Tale("growing", 236),
    Tale("open", 9, years=1),
    Tale("returned", 19, years=1),
    Tale("proposed", 24, years=1),
    Tale("confirmed", 30, years=1),
    Tale("asked", 41, years=1),
    Tale("mending", 112, years=1),
    Tale("second_year", 133, years=1),
    Tale("renewing", -34, years=3),
    Tale("ended", 132, years=3),
)


def tell(life: Life, story: str, today: date) -> None:
    """Plan the whole life of a studio."""
    STORIES[story](life, today)


def _settle_in(life: Life) -> None:
    """What every studio does first: its roster and plans, the schools' word, the first money."""
    life.after(5, lambda: life.hand_in("roster", "premises"))
    life.after(16, lambda: life.hand_in("plan"))
    life.after(21, lambda: life.hand_in("career", "release"))


def _year(life: Life, year: int = 0, *, paid: bool = True) -> None:
    """What every year brings: plans, money, reports, and in the end the summary."""
    life.after(14, lambda: life.hand_in("in_plans"), year)
    life.after(20, lambda: life.hand_in(*YEARLY), year)
    if paid:
        life.after(34, lambda: life.pay("activity", ACTIVITY_YUAN), year)
        life.after(52, lambda: life.pay("county", COUNTY_YUAN), year)
        life.after(61, lambda: life.pay("school", SCHOOL_YUAN), year)
        for n in range(5):
            life.after(70 + 46 * n, partial(life.spend, n + year), year)
    life.after(120, lambda: life.hand_in("trainees"), year)
    life.after(190, lambda: life.hand_in("training"), year)
    life.after(230, lambda: life.hand_in("outreach"), year)
    life.after(345, life.judge_members, year)
    life.after(352, lambda: life.hand_in("summary"), year)
    life.after(359, life.release_members, year)


def _graded(life: Life, grade: str, year: int = 1, key: str = "annual", since: int = 10) -> None:
    """Judged, confirmed and delivered in the weeks after a year."""
    life.after(since, lambda: life.judge(key, grade), year)
    life.after(since + 6, lambda: life.press_on("assessment", "confirm"), year)
    life.after(since + 12, lambda: life.press_on("assessment", "release"), year)


def _new(life: Life, today: date) -> None:
    del today
    life.after(5, lambda: life.hand_in("roster"))


def _first_year(life: Life, today: date) -> None:
    life.forgets = {"career": 2}
    _settle_in(life)
    _year(life)
    life.meet_monthly(today + timedelta(days=25), today + timedelta(days=5 - 3 * EVERY))
    life.meet(today - timedelta(days=3), 1, {}, filed=False)
    life.on(today - timedelta(days=1), lambda: life.ask_for_leave(3))


def _late(life: Life, today: date) -> None:
    life.forgets = {"budget": 1, "career": 8}
    _settle_in(life)
    _year(life)
    life.meet_monthly(today + timedelta(days=12))


def _growing(life: Life, today: date) -> None:
    _settle_in(life)
    _year(life)
    life.meet_monthly(today + timedelta(days=18))
    life.on(today - timedelta(days=4), life.nominate)


def _open(life: Life, today: date) -> None:
    _settle_in(life)
    _year(life)
    life.meet_monthly(today)


def _returned(life: Life, today: date) -> None:
    _open(life, today)
    life.after(8, lambda: life.judge("annual", "qualified"), 1)
    life.after(14, lambda: life.press_on("assessment", "return", reason="请补充四项任务各自的评定依据。"), 1)


def _proposed(life: Life, today: date) -> None:
    _open(life, today)
    life.after(17, lambda: life.judge("annual", "qualified"), 1)


def _confirmed(life: Life, today: date) -> None:
    _open(life, today)
    life.after(15, lambda: life.judge("annual", "qualified"), 1)
    life.after(24, lambda: life.press_on("assessment", "confirm"), 1)


def _asked(life: Life, today: date) -> None:
    _open(life, today)
    _graded(life, "unqualified", since=18)


def _mending(life: Life, today: date) -> None:
    _open(life, today)
    _graded(life, "unqualified")
    _year(life, 1)
    limit = today + timedelta(days=LIMIT_LEFT)
    life.after(25, lambda: life.press_on("rectification", "set_limit", due_on=limit.isoformat()), 1)
    life.after(30, lambda: life.press_on("decision", "decide", share=60, reason="帮扶任务没有完成，减拨四成。"), 1)
    life.after(40, lambda: life.keep_measures(FINDINGS_MENDED), 1)


def _second_year(life: Life, today: date) -> None:
    _open(life, today)
    _graded(life, "qualified")
    _year(life, 1)
    life.after(40, lambda: life.ask_to_leave(2), 1)
    for days in (43, 47, 52):
        life.after(days, life.agree, 1)
    life.after(60, life.nominate, 1)
    for days in (61, 65, 69):
        life.after(days, life.agree, 1)


def _renewing(life: Life, today: date) -> None:
    _year(life, 1, paid=False)
    life.after(70, lambda: life.spend(2), 1)
    _graded(life, "qualified", 2)
    _year(life, 2)
    life.meet_monthly(today, today - timedelta(days=300))


def _ended(life: Life, today: date) -> None:
    del today
    _year(life, 1, paid=False)
    life.after(70, lambda: life.spend(2), 1)
    _graded(life, "qualified", 2, since=24)
    _year(life, 2)
    _graded(life, "qualified", 3)
    _graded(life, "qualified", 3, "final", since=24)


STORIES: Mapping[str, Callable[[Life, date], None]] = {
    "new": _new, "first_year": _first_year, "late": _late, "growing": _growing, "open": _open, "returned": _returned,
    "proposed": _proposed, "confirmed": _confirmed, "asked": _asked, "mending": _mending, "second_year": _second_year,
    "renewing": _renewing, "ended": _ended,
}  # fmt: skip
