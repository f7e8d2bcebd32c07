"""Consequences for seats (调整出、补选、办理退出): a seat ends, a place is to be filled, an exit begins, a host is to be found."""

from sqlalchemy import insert, update

from flows.engine.calendar import due_after, local_day
from flows.engine.consequences.follower import Following
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Work
from models import Duty, Seat
from models.columns import table_of
from models.queries.facts.establishing import seats_of

DUTIES, SEATS = table_of(Duty), table_of(Seat)


def adjust_out(work: Work, one: Following) -> None:
    """End a member's seat today (调整出); the host and the office are told what the roster no longer keeps."""
    if one.seat is None:
        return
    held = (SEATS.c.id == one.seat.id) & SEATS.c.to_on.is_(None)
    ended = work.session.execute(update(SEATS).where(held).values(to_on=local_day(work.now), why_ended="考核调整出"))
    if ended.rowcount == 0:  # type: ignore[attr-defined]
        return
    one.tell(work, (one.person_desk(), one.host_desk()), "adjusted_out", facts=[["人员", str(one.seat.name)]])
    seats = seats_of(work.session, {one.studio.id}).get(one.studio.id, ())
    faults = work.book.roster_faults(work.session, one.cause.run.version_id, seats)
    if faults:
        one.tell(work, (one.host_desk(), one.desk(work, "office")), "roster_warned", reason="；".join(faults))


def refill(work: Work, one: Following) -> None:
    """Owe a new member in the place of one who left (补选); the host goes the ordinary way to a seat."""
    today = local_day(work.now)
    due = due_after(today, one.rule.within, work.calendar, roll="next_working_day") if one.rule.within else None
    unit = ("seat", int(one.seat.id)) if one.seat is not None else ("studio", int(one.studio.id))
    name = f"（接替{one.seat.name}）" if one.seat is not None else ""
    duty_id: int = work.session.execute(
        insert(DUTIES).values(
            studio_id=one.studio.id, key="refill", period=f"{today.isoformat()}#{one.cause.transition_id}", unit_kind=unit[0],
            unit_id=unit[1], title=f"补选成员{name}", need=1, counted=0, responsible=one.host_desk(), receiver="",
            begins_on=today, due_on=due.on if due else None, blocks=[],
        ).returning(DUTIES.c.id)
    ).scalar_one()  # fmt: skip
    open_runs(work, [
        Opening(one.cause.run.version_id, "obligations", "refill", "duty", duty_id, studio_id=one.studio.id,
                cause_id=one.cause.transition_id)
    ])  # fmt: skip


def leave(work: Work, one: Following) -> None:
    """Ask the host and the one concerned to take the path of leaving (办理退出); the seat ends only at its end."""
    who = [["人员", str(one.seat.name)]] if one.seat is not None else []
    one.tell(work, (one.person_desk(), one.host_desk(), one.desk(work, "office")), "exit_due", facts=who)


def succeed(work: Work, one: Following) -> None:
    """Ask the office to find the next host by the path that gave the studio (另选主持人); until then the studio pauses."""
    one.tell(work, (one.desk(work, "office"), one.host_desk()), "successor_due")
