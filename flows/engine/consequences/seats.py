"""Effects on seats: one is given or ends, what hangs on it ends with it, those who wait are tried again, the roster is looked at."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.cycles import look_again
from flows.engine.consequences.leaving import end_of_seat
from flows.engine.consequences.studios import open_setup
from flows.engine.consequences.vacancies import filled
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Application, Duty, Seat, StageRun
from models.columns import table_of
from models.queries.cases import Case, cases, forget_cases
from models.queries.facts.seating import seats_of
from models.statements import among, rows

APPLICATIONS, DUTIES, RUNS, SEATS = table_of(Application), table_of(Duty), table_of(StageRun), table_of(Seat)
PLACEMENTS = {"seated": "seated", "unplaced": "unplaced"}
WAITING = (
    select(RUNS.c.id)
    .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
    .where(among(APPLICATIONS.c.studio_id, "studios"), APPLICATIONS.c.gives == "seat", RUNS.c.stage == "membership")
    .where(RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)


def give_seat(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Seat the people accepted or placed, open what each of them owes before the plaque, and meet what was owed for the vacancy."""
    seated = [one for one in happened if one.move.to == "seated"]
    found = cases(work.session, [one.run.application_id for one in seated])
    further: list[Intent] = []
    studios: set[int] = set()
    for one in seated:
        case = found[one.run.subject_id]
        studio_id = case.studio_id or _placed_in(work, one, case)
        role = case.role
        _write_seat(work, one, case, studio_id)
        open_setup(work, one, studio_id, role, ((case.person_id, case.person_name),))
        further += filled(work, studio_id, role, one.transition_id)
        look_again(work, studio_id)
        studios.add(studio_id)
    return [*further, *_tried_again(work, studios, {one.run.id for one in seated})]


def _placed_in(work: Work, one: Happening, case: Case) -> int:
    """Whom a list places belongs to that studio from here on."""
    studio_id = int(one.intent.payload["studio"])
    work.session.execute(update(APPLICATIONS).where(APPLICATIONS.c.id == case.id).values(studio_id=studio_id))
    work.session.execute(update(RUNS).where(RUNS.c.application_id == case.id).values(studio_id=studio_id))
    forget_cases(work.session)
    return studio_id


def _write_seat(work: Work, one: Happening, case: Case, studio_id: int) -> None:
    """A role within another is a further role of the seat that somebody has, or of one that begins with it."""
    within = getattr(one.rule.policy, "within", {}).get(case.role)
    held = (SEATS.c.studio_id == studio_id) & (SEATS.c.person_id == case.person_id) & SEATS.c.to_on.is_(None)
    if within and work.session.execute(update(SEATS).where(held).values(duty_role=case.role)).rowcount:  # type: ignore[attr-defined]
        return
    work.session.execute(
        insert(SEATS).values(
            studio_id=studio_id, person_id=case.person_id, role=within or case.role, duty_role=case.role if within else "",
            body_id=case.body_id, from_on=local_day(work.now), why_ended="", application_id=case.id,
        )
    )  # fmt: skip


def _tried_again(work: Work, studios: set[int], but: set[int]) -> list[Intent]:
    """Who waits for a seat in these studios, in the order in which they came: the number or share may admit them now."""
    found = rows(work.session, WAITING, studios=list(studios)) if studios else ()
    return [Intent(row.id, "seat") for row in found if row.id not in but]


def tell_placement(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell each applicant, and whoever filed for them, where the list has placed them, or that there was no place."""
    tell(work, [
        Telling(desk, PLACEMENTS[one.move.to], one.run, one.version, one.rule, one.facts, None,
                reason=one.move.reason)
        for one in happened
        for desk in dict.fromkeys((one.facts.parts.get("applicant", ""), one.facts.parts.get("person", "")))
    ])  # fmt: skip
    return ()


def end_seat(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """End the seat of whoever leaves, today and with the reason that was asked for; what hangs on it ends too."""
    found = cases(work.session, [one.run.application_id for one in happened])
    further: list[Intent] = []
    for one in happened:
        case = found[one.run.subject_id]
        held = (SEATS.c.studio_id == case.studio_id) & (SEATS.c.person_id == case.person_id) & SEATS.c.to_on.is_(None)
        seat = work.session.execute(select(SEATS).where(held)).first()
        if seat is None:
            continue
        why = one.move.reason or str(case.answers.get("reason", "")) or "申请退出"
        if case.role in getattr(one.rule.policy, "within", {}):
            work.session.execute(update(SEATS).where(held).values(duty_role=""))
            continue
        end_of_seat(work, seat, why, one.transition_id, one.run.id)
        further += _tried_again(work, {seat.studio_id}, set())
    return further


def recheck_roster(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """After a seat has changed, tell the host and the office what the roster no longer keeps; a warning, never a sanction."""
    found = cases(work.session, [one.run.application_id for one in happened])
    seats = seats_of(work.session, {case.studio_id for case in found.values() if case.studio_id is not None})
    tellings: list[Telling] = []
    for one in happened:
        studio_id = found[one.run.subject_id].studio_id or 0
        before = one.facts.rosters.get(studio_id)
        now = seats.get(studio_id, ())
        faults = work.book.roster_faults(work.session, one.run.version_id, now, before.seats if before else now)
        desks = dict.fromkeys((one.facts.parts.get("host", ""), one.facts.parts["office"]))
        tellings += [
            Telling(desk, "roster_warned", one.run, one.version, one.rule, one.facts, None, reason="；".join(faults))
            for desk in desks
            if faults
        ]
    tell(work, tellings)
    return ()
