"""Consequences for seats (调整出、补选、办理退出、另选主持人): a seat ends, a place is to be filled, an exit begins, a host is to be found."""

from sqlalchemy import insert, select

from flows.engine.calendar import due_after, local_day
from flows.engine.consequences.follower import Following
from flows.engine.consequences.leaving import end_of_seat
from flows.engine.steps import Opening, open_runs, start_path
from flows.engine.work import Work
from models import Application, Duty
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.facts.seating import seats_of
from models.statements import insert_rows

APPLICATIONS, DUTIES = table_of(Application), table_of(Duty)


def adjust_out(work: Work, one: Following) -> None:
    """End a member's seat today (调整出) with what hangs on it; the host and the office are told what the roster no longer keeps."""
    if one.seat is None:
        return
    before = seats_of(work.session, {one.studio.id}).get(one.studio.id, ())
    clause = str(one.rule.origin.get("text", ""))
    why = f"考核调整出（{clause}）" if clause else "考核调整出"
    if not end_of_seat(work, one.seat, why, one.cause.transition_id):
        return
    one.tell(work, (one.person_desk(), one.host_desk()), "adjusted_out", facts=[["人员", str(one.seat.name)]])
    seats = seats_of(work.session, {one.studio.id}).get(one.studio.id, ())
    faults = work.book.roster_faults(work.session, one.cause.run.version_id, seats, before)
    if faults:
        one.tell(work, (one.host_desk(), one.desk(work, "office")), "roster_warned", reason="；".join(faults))


def refill(work: Work, one: Following) -> None:
    """Owe a new holder of the seat that ended (补选), by the original path; the engine meets it when one is seated."""
    if one.seat is not None and one.seat.role == "host":
        _owe(work, one, "succession", f"另选主持人（接替{one.seat.name}）", one.desk(work, "office"))
        return
    name = f"（接替{one.seat.name}）" if one.seat is not None else ""
    _owe(work, one, "refill", f"补选成员{name}", one.host_desk())


def leave(work: Work, one: Following) -> None:
    """Begin the path of leaving for the one concerned (办理退出); the seat ends only at its end."""
    path = work.book.exit_path(work.session, one.cause.run.version_id)
    if path is not None:
        _begin_exit(work, one, *path)
    who = [["人员", str(one.seat.name)]] if one.seat is not None else []
    one.tell(work, (one.person_desk(), one.host_desk(), one.desk(work, "office")), "exit_due", facts=who)


def succeed(work: Work, one: Following) -> None:
    """Owe the studio's next host (另选主持人), found by the path that gave the studio; seats, cycle and numbers stay."""
    _owe(work, one, "succession", f"另选主持人（{one.studio.name}）", one.desk(work, "office"))
    one.tell(work, (one.desk(work, "office"), one.host_desk()), "successor_due")


def _begin_exit(work: Work, one: Following, path: str, step: str) -> None:
    asked = (APPLICATIONS.c.studio_id == one.studio.id) & (APPLICATIONS.c.person_id == one.person_id)
    live = select(APPLICATIONS.c.id).where(asked, APPLICATIONS.c.gives == "exit", APPLICATIONS.c.outcome.is_(None))
    if work.session.execute(live).first() is not None:
        return
    body_id = one.seat.body_id if one.seat is not None else one.studio.home_body_id
    above = lineages(work.session, [body_id])[body_id]
    county = next((place.id for place in above if place.level == "county"), None)
    version_id = one.cause.run.version_id
    application_id: int = work.session.execute(
        insert(APPLICATIONS).values(
            version_id=version_id, path=path, gives="exit", person_id=one.person_id, body_id=body_id, county_id=county,
            direct=county is None, role=one.seat.role if one.seat is not None else "host", kind=one.studio.kind, subject="",
            school_stage="", studio_name=one.studio.name, studio_id=one.studio.id,
            answers={"reason": str(one.rule.origin.get("text", "")) or one.cause.move.reason},
        ).returning(APPLICATIONS.c.id)
    ).scalar_one()  # fmt: skip
    start_path(work, [application_id], version_id, path, step, one.cause.transition_id)


def _owe(work: Work, one: Following, key: str, title: str, responsible: str) -> None:
    today = local_day(work.now)
    due = due_after(today, one.rule.within, work.calendar, roll="next_working_day") if one.rule.within else None
    unit = ("seat", int(one.seat.id)) if one.seat is not None else ("studio", int(one.studio.id))
    duty_id = insert_rows(work.session, DUTIES, [
        {"studio_id": one.studio.id, "key": key, "period": f"{today.isoformat()}#{one.cause.transition_id}", "unit_kind": unit[0],
         "unit_id": unit[1], "title": title, "need": 1, "counted": 0, "responsible": responsible, "receiver": "", "begins_on": today,
         "due_on": due.on if due else None, "blocks": []}
    ])[0]  # fmt: skip
    open_runs(work, [
        Opening(one.cause.run.version_id, "obligations", key, "duty", duty_id, studio_id=one.studio.id,
                cause_id=one.cause.transition_id)
    ])  # fmt: skip
