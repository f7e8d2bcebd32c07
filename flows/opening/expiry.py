"""Expiry (届满): books close after a phase and after the cycle; what was due and not done is unmet, by name."""

from collections.abc import Sequence

from sqlalchemy import update

from flows.engine.apply import carry_on
from flows.engine.calendar import local_day
from flows.engine.consequences.books import close_books
from flows.engine.consequences.cycles import end_those_over
from flows.engine.work import Work
from flows.opening.cycles import CycleItem
from models import Cycle
from models.columns import table_of

CYCLES = table_of(Cycle)


def close_phase(work: Work, items: Sequence[CycleItem]) -> int:
    """Close the books of what was due by the end of a phase, or of what fell due after the cycle; returns how many were unmet."""
    unmet = close_books(work, {one.cycle.id: one.item.ends_on for one in items})
    carry_on(work)
    return unmet


def open_expiry(work: Work, items: Sequence[CycleItem]) -> int:
    """Close the books of cycles that are over, and end the studios that nothing holds on; returns how many duties were unmet.

    What falls due later (a report, the final assessment) stays open, and with it the studio's standing.
    """
    unmet = close_phase(work, items)
    over = [one.cycle.id for one in items]
    work.session.execute(update(CYCLES).where(CYCLES.c.id.in_(over)).values(books_closed_on=local_day(work.now)))
    end_those_over(work, {one.cycle.studio_id: None for one in items})
    carry_on(work)
    return unmet
