"""Effects of leaving and of every changed seat: the seat ends, and the roster is looked at again."""

from collections.abc import Iterable, Sequence

from sqlalchemy import update

from flows.engine.calendar import local_day
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Seat
from models.columns import table_of
from models.queries.cases import cases
from models.queries.facts.establishing import seats_of

SEATS = table_of(Seat)


def end_seat(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """End the seat of whoever leaves, today and with the reason that was asked for."""
    found = cases(work.session, [one.run.application_id for one in happened])
    for one in happened:
        case = found[one.run.subject_id]
        held = (SEATS.c.studio_id == case.studio_id) & (SEATS.c.person_id == case.person_id) & SEATS.c.to_on.is_(None)
        why = str(case.answers.get("reason", "")) or "申请退出"
        work.session.execute(update(SEATS).where(held).values(to_on=local_day(work.now), why_ended=why))
    return ()


def recheck_roster(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """After somebody has left, tell the host and the office what the roster no longer keeps; a warning, never a sanction."""
    found = cases(work.session, [one.run.application_id for one in happened])
    seats = seats_of(work.session, {case.studio_id for case in found.values() if case.studio_id is not None})
    tellings: list[Telling] = []
    for one in happened:
        case = found[one.run.subject_id]
        faults = work.book.roster_faults(work.session, one.run.version_id, seats.get(case.studio_id or 0, ()))
        desks = dict.fromkeys((one.facts.parts.get("host", ""), one.facts.parts["office"]))
        tellings += [
            Telling(desk, "roster_warned", one.run, one.version, one.rule, one.facts, None, reason="；".join(faults))
            for desk in desks
            if faults
        ]
    tell(work, tellings)
    return ()
