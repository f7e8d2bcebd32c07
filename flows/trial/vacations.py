"""Vacations (寒暑假): steps that fall into days between terms, when schools are hard to reach."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select

from flows.engine.date_words import short_date
from flows.office.timeline import Finding
from flows.trial.report import StepTaken
from flows.trial.tally import days_within
from flows.trial.walking import Walk
from models import Term
from models.columns import table_of
from models.session import reading

TERMS = table_of(Term)
AT_SCHOOL = frozenset({"application", "tier_review", "expert_review"})
LEAST_DAYS = 3
# Where no term is entered, the days on which schools are usually closed.
USUAL = {"寒假": (date(2000, 1, 20), date(2000, 2, 20)), "暑假": (date(2000, 7, 11), date(2000, 8, 31))}


def vacation_findings(walk: Walk, steps: Sequence[StepTaken]) -> Iterator[Finding]:
    """One finding for each vacation that steps at schools really fell into."""
    with reading(walk.bureau.engine) as session:
        terms = [(row.begins_on, row.ends_on) for row in session.execute(select(TERMS).order_by(TERMS.c.begins_on))]
    hit: dict[str, dict[str, list[date]]] = defaultdict(dict)
    for one in steps:
        if one.kind not in AT_SCHOOL:
            continue
        for name in ("寒假", "暑假"):
            days = [day for day in days_within(one.from_on, one.to_on) if _vacation(day, terms) == name]
            if len(days) >= LEAST_DAYS:
                hit[name][one.title] = days
    for name, found in hit.items():
        all_days = sorted({day for days in found.values() for day in days})
        first, last = short_date(all_days[0], all_days[0]), short_date(all_days[-1], all_days[0])
        says = f"{'、'.join(found)}有 {len(all_days)} 天在{name}里（{first} 至 {last}），学校和专家不容易找到人。"
        says += "" if terms else "学期还没有登记，按通常的寒暑假估计。"
        yield Finding("warn", f"trial/vacation/{name}", f"逢{name}", says, "改时间，避开假期", "dates")


def _vacation(day: date, terms: Sequence[tuple[date, date]]) -> str:
    """The vacation a day falls into: between two known terms, else by the usual days; nothing for a day of school."""
    if any(first <= day <= last for first, last in terms):
        return ""
    if any(last < day for _, last in terms) and any(day < first for first, _ in terms):
        return "暑假" if day.month in {6, 7, 8, 9} else "寒假"
    usual = (name for name, (first, last) in USUAL.items() if first <= day.replace(year=2000) <= last)
    return next(usual, "")
