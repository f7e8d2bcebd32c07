"""Acts at a desk (单项办理) that are no events of a stage: an appeal, an expense, a loss noted, an order to mend, an activity planned."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import true

from flows.engine.calendar import CHINA, at_local, local_day
from flows.engine.declare import Actor
from flows.engine.work import Work
from flows.office.appeals import appeal
from flows.office.findings import note_loss, order_rectification
from flows.office.happenings import Planned, answer_leave, ask_leave, plan_activity
from flows.office.ledger import Expense, spend
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.looks import fen
from flows.rehearsal.recording import A_WEEK, AFTERNOON
from flows.rehearsal.scenario import Step
from models import Record
from models.columns import table_of

RECORDS = table_of(Record)
DAY = len("2025-10-20")


def at_desk(bureau: Bureau, step: Step) -> None:
    """Do what a step says of each address in turn. Raises Refused, NotFound, UnknownName."""
    for address in (one.removesuffix("/ledger") for one in step.to):
        studio = find(bureau, address.partition("/")[0]) if step.do == "note_loss" and "/" in address else None
        target = studio or find(bureau, "studio" if step.do == "note_loss" else address)
        actor = bureau.acting(step.by, target.body_id, target.person_id, target.host_id)
        DOING[step.do](bureau, step, (address, target), actor)


def _appeal(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    address, target = where
    name = address.rpartition("/")[2]
    seat_id = _seat(bureau, target, name) if name in bureau.people else None
    with bureau.at_work() as work:
        appeal(work, actor, target.subject_id, str(step.payload.get("facts", "")), seat_id)


def _spend(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    said = step.payload
    on = date.fromisoformat(str(said.get("on", bureau.today)))
    expense = Expense(
        fen(said.get("amount", 0)), str(said.get("use", "")), str(said.get("what", "支出")), on, str(said.get("voucher", "凭证1"))
    )  # fmt: skip
    with bureau.at_work() as work:
        spend(work, actor, where[1].studio_id or 0, expense)


def _note_loss(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    address, target = where
    seat_id = _seat(bureau, target, address.rpartition("/")[2])
    with bureau.at_work() as work:
        note_loss(work, actor, seat_id, _reason(step))


def _order(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    limit = step.payload.get("due", step.payload.get("due_on"))
    with bureau.at_work() as work:
        order_rectification(work, actor, where[1].subject_id, _reason(step), str(limit) if limit else None)


def _plan(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    address, target = where
    key = address.partition("/")[2].partition("@")[0]
    held_on = date.fromisoformat(str(step.payload.get("held_on", bureau.today)))
    starts_at = at_local(held_on, AFTERNOON)
    planned = Planned(
        str(step.payload.get("title", "活动")), held_on, starts_at=starts_at, agenda=(key,) if key else ()
    )
    with bureau.at_work() as work:
        plan_activity(work, actor, target.studio_id or 0, planned)


def _ask_leave(bureau: Bureau, step: Step, where: tuple[str, Target], actor: Actor) -> None:
    """Leave from an activity, granted as soon as it is asked for in time: of the day written, else the last one planned."""
    target = where[1]
    starts_at = _moment(step.payload["held_on"]) if "held_on" in step.payload else None
    mine = (RECORDS.c.studio_id == target.studio_id) & RECORDS.c.starts_at.is_not(None)
    mine &= RECORDS.c.held_on == local_day(starts_at) if starts_at is not None else true()
    row = seen.one_row(bureau.engine, RECORDS.select().where(mine).order_by(RECORDS.c.id.desc()))
    if row is None and starts_at is None:
        raise UnknownName(f"{where[0]} 还没有计划活动，先写 do: plan，或者写哪一天的：with: {{held_on: 2025-10-20}}")
    host = bureau.person_acting(target.host_id or 0)
    with bureau.at_work() as work:
        record_id = row.id if row is not None else _planned(work, host, target, starts_at or work.now)
        answer_leave(
            work, host, ask_leave(work, actor, record_id, str(step.payload.get("reason", "请假"))), granted=True
        )


def _planned(work: Work, host: Actor, target: Target, starts_at: datetime) -> int:
    """An activity of that moment, planned a week before it."""
    before = replace(work, now=starts_at - A_WEEK)
    return plan_activity(
        before, host, target.studio_id or 0, Planned("活动", local_day(starts_at), starts_at=starts_at)
    )


def _moment(said: object) -> datetime:
    """A moment as written, or the afternoon of a day."""
    text = str(said)
    if len(text) == DAY:
        return at_local(date.fromisoformat(text), AFTERNOON)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)


def _reason(step: Step) -> str:
    """The reason given; what must succeed has one also where a scenario says nothing of it."""
    return str(step.payload.get("reason", "" if step.refused else "情况属实"))


def _seat(bureau: Bureau, target: Target, name: str) -> int:
    row = seen.seat_of(bureau.engine, target.studio_id or 0, bureau.people.get(name, 0))
    if row is None:
        raise UnknownName(f"{name} 不在工作室里")
    return int(row.id)


DOING: Mapping[str, Callable[[Bureau, Step, tuple[str, Target], Actor], None]] = {
    "appeal": _appeal, "spend": _spend, "note_loss": _note_loss, "order_rectification": _order, "plan": _plan,
    "ask_leave": _ask_leave,
}  # fmt: skip
