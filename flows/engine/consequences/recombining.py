"""A roster composed anew (重新组合): the members of the cycle before leave it, and what it then lacks is told."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from flows.engine.consequences.leaving import end_of_seat
from flows.engine.telling import Telling, tell
from flows.engine.work import Work, read_facts, rule_of, run_state
from models import Seat, StageRun, Studio, Transition
from models.columns import table_of
from models.facts import SeatFact
from models.queries.facts.seating import seats_of

RUNS, SEATS, STUDIOS, TRANSITIONS = (table_of(one) for one in (StageRun, Seat, Studio, Transition))


def recombine(work: Work, studio_id: int, begins_on: date, cause_id: int) -> None:
    """End the seats of the members of the cycle before, as the text has the roster composed anew (镇 四9).

    The host and the office are told what the roster then lacks; until it is filled nothing else follows.
    """
    known = seats_of(work.session, {studio_id}).get(studio_id, ())
    held = (SEATS.c.studio_id == studio_id) & (SEATS.c.role != "host") & SEATS.c.to_on.is_(None)
    before = SEATS.c.from_on < begins_on
    for seat in work.session.execute(select(SEATS).where(held, before).order_by(SEATS.c.id)).all():
        end_of_seat(work, seat, "重新组合", cause_id, on=begins_on - timedelta(days=1))
    _warn(work, studio_id, known, cause_id)


def _warn(work: Work, studio_id: int, before: Sequence[SeatFact], cause_id: int) -> None:
    """Hung on the renewal that had the roster composed anew."""
    caused = select(RUNS).join(TRANSITIONS, TRANSITIONS.c.run_id == RUNS.c.id).where(TRANSITIONS.c.id == cause_id)
    run = run_state(work.session.execute(caused).one())
    seats = seats_of(work.session, {studio_id}).get(studio_id, ())
    faults = work.book.roster_faults(work.session, run.version_id, seats, before)
    if not faults:
        return
    rule, facts = rule_of(work, run), read_facts(work, [run])[run.id]
    host = work.session.execute(select(STUDIOS.c.host_id).where(STUDIOS.c.id == studio_id)).scalar_one()
    more = {"link": f"/studios/{studio_id}"}
    tell(work, [
        Telling(desk, "roster_warned", run, run.version, rule, facts, None, reason="；".join(faults), more=more)
        for desk in (f"person:{host}", f"body:{work.book.cast(work.session, run.version_id).office_id}")
    ])  # fmt: skip
