"""Targets (目标): the figures that a text sets itself, and how far they are reached; reported, nothing follows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select

from flows.engine.work import Work
from flows.programme import Programme
from flows.programme.vocabulary import LEVELS
from models import Attendance, Cycle, Record, Studio
from models.columns import table_of

ATTENDANCES, CYCLES, RECORDS, STUDIOS = (table_of(one) for one in (Attendance, Cycle, Record, Studio))
RUNNING = ("active", "suspended")
HALF_DAY = 240
WEEK = 7


@dataclass(frozen=True, slots=True)
class Progress:
    """One target. `reached`: what there is today, None where the records do not say; `met`: None where that cannot be told."""

    title: str
    measure: str
    at_least: int | None
    at_most: int | None
    average: int | None
    reached: Fraction | None

    @property
    def met(self) -> bool | None:
        """Whether what is reached lies within what was aimed at."""
        if self.reached is None:
            return None
        least = self.average if self.average is not None else self.at_least
        return (least is None or self.reached >= least) and (self.at_most is None or self.reached <= self.at_most)


def progress(work: Work, programme: Programme, programme_id: int, today: date) -> list[Progress]:
    """How far each target of a programme is reached today, in the order of the text (县 二(一), 海南 三, 石家庄 (十三))."""
    known = {**_studios(work, programme_id), "released_half_days": _half_days(work, programme_id, today)}
    return [
        Progress(one.title, one.measure, one.at_least, one.at_most, one.average, known.get(one.measure))
        for one in programme.targets
    ]


def _studios(work: Work, programme_id: int) -> Mapping[str, Fraction]:
    """Running studios: all, and by level."""
    mine = (STUDIOS.c.programme_id == programme_id) & STUDIOS.c.standing.in_(RUNNING)
    levels = Counter(work.session.execute(select(STUDIOS.c.level).where(mine)).scalars())
    return {"studios": Fraction(levels.total()), **{f"{level}_studios": Fraction(levels[level]) for level in LEVELS}}


def _half_days(work: Work, programme_id: int, today: date) -> Fraction:
    """Half-days a week that everybody of a studio was given for its activities, since its cycle began.

    An activity without a length counts one half-day for each who was there; a longer one by every four hours begun.
    """
    weeks = Fraction(0)
    running = select(STUDIOS.c.id).where(STUDIOS.c.programme_id == programme_id, STUDIOS.c.standing.in_(RUNNING))
    begun = select(CYCLES.c.studio_id, func.max(CYCLES.c.begins_on).label("on")).where(
        CYCLES.c.studio_id.in_(running), CYCLES.c.begins_on <= today
    )
    since = {row.studio_id: row.on for row in work.session.execute(begun.group_by(CYCLES.c.studio_id))}
    there = select(RECORDS.c.studio_id, RECORDS.c.held_on, RECORDS.c.minutes, ATTENDANCES.c.person_id).join(
        ATTENDANCES, ATTENDANCES.c.record_id == RECORDS.c.id
    )
    taken, people = 0, set()
    present = there.where(RECORDS.c.studio_id.in_(list(since)), ATTENDANCES.c.mark.in_(("present", "late")))
    for row in work.session.execute(present):
        if row.held_on is not None and since[row.studio_id] <= row.held_on <= today:
            taken += max(-(-(row.minutes or HALF_DAY) // HALF_DAY), 1)
            people.add((row.studio_id, row.person_id))
    for studio_id, _ in people:
        weeks += Fraction((today - since[studio_id]).days + 1, WEEK)
    return Fraction(taken) / weeks if weeks else Fraction(0)
