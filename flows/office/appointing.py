"""Appointing (任命): give somebody a role in a body from a day on, end it, or let another act for them; refused with what to do."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import insert, or_, select, update
from sqlmodel import Session

from flows.engine.errors import NotFound, Refused
from models import Appointment, Body, Person, Substitution
from models.columns import table_of
from models.people import ROLES

APPOINTMENTS, SUBSTITUTIONS, PEOPLE, BODIES = (
    table_of(Appointment),
    table_of(Substitution),
    table_of(Person),
    table_of(Body),
)


def give_role(
    session: Session, person_id: int, body_id: int, role: str, from_on: date, to_on: date | None, allowed: Collection[int]
) -> int:  # fmt: skip
    """Appoint a person to a role in one of the bodies `allowed`; returns the id of the appointment.

    Raises NotFound for a body out of reach, Refused for dates the wrong way round or a role held already over that time.
    """
    if body_id not in allowed:
        raise NotFound
    if role not in ROLES:
        raise Refused("no_role", "请选择一种角色。没有改动任何内容。")
    _refuse_reversed(from_on, to_on)
    same = (APPOINTMENTS.c.person_id == person_id, APPOINTMENTS.c.body_id == body_id, APPOINTMENTS.c.role == role)
    overlaps = or_(APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= from_on)
    if to_on is not None:
        overlaps &= APPOINTMENTS.c.from_on <= to_on
    if session.execute(select(APPOINTMENTS.c.id).where(*same, overlaps)).first() is not None:
        raise Refused("held_already", "这段时间已经是这个角色，不用再任命。没有改动任何内容。")
    values = {"person_id": person_id, "body_id": body_id, "role": role, "from_on": from_on, "to_on": to_on}
    made: int = session.execute(insert(APPOINTMENTS).values(**values).returning(APPOINTMENTS.c.id)).scalar_one()
    return made


def end_role(
    session: Session, appointment_id: int, on: date, own_person_id: int | None, allowed: Collection[int]
) -> None:
    """Let an appointment end with a day. Raises NotFound; Refused for one's own administration, which would lock the bureau out."""
    row = session.execute(select(APPOINTMENTS).where(APPOINTMENTS.c.id == appointment_id)).first()
    if row is None or row.body_id not in allowed:
        raise NotFound
    if row.role == "administrator" and row.person_id == own_person_id:
        raise Refused("own_administration", "不能结束自己的管理员任命，请另一位管理员来办。没有改动任何内容。")
    if on < row.from_on:
        raise Refused("dates_reversed", "结束日早于开始日，请改日期。没有改动任何内容。")
    session.execute(update(APPOINTMENTS).where(APPOINTMENTS.c.id == appointment_id).values(to_on=on))


def substitute(
    session: Session, person_id: int, by_staff_no: str, body_id: int, from_on: date, to_on: date, now: datetime, allowed: Collection[int]
) -> None:  # fmt: skip
    """Let another person act for somebody in a body between two days. Raises NotFound, or Refused with what to do."""
    if body_id not in allowed:
        raise NotFound
    _refuse_reversed(from_on, to_on)
    by = session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == by_staff_no)).scalar()
    if by is None:
        raise Refused("no_person", f"名册里没有工号 {by_staff_no}，请核对。没有改动任何内容。")
    if by == person_id:
        raise Refused("oneself", "不能由本人代本人办理，请填另一位的工号。没有改动任何内容。")
    holds = (
        APPOINTMENTS.c.person_id == person_id,
        APPOINTMENTS.c.body_id == body_id,
        APPOINTMENTS.c.role.in_(("officer", "administrator")),
    )
    if session.execute(select(APPOINTMENTS.c.id).where(*holds)).first() is None:
        raise Refused("holds_nothing", "这个人在该单位没有经办人任命，没有什么可代办。没有改动任何内容。")
    session.execute(insert(SUBSTITUTIONS).values(
        for_person_id=person_id, by_person_id=by, body_id=body_id, from_on=from_on, to_on=to_on, made_at=now
    ))  # fmt: skip


def _refuse_reversed(from_on: date, to_on: date | None) -> None:
    if to_on is not None and to_on < from_on:
        raise Refused("dates_reversed", "结束日早于开始日，请改日期。没有改动任何内容。")
