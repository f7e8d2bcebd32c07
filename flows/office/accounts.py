"""Accounts (账号): make a login for a person, change its password, close it; passwords are stored as argon2id hashes."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import insert, select, update
from sqlmodel import Session

from flows.engine.errors import NotFound, Refused
from flows.office.passwords import refuse_weak
from models import Appointment, Body, LoginSession, Person, Post, User
from models.columns import table_of
from models.people import ROLES

USERS, PEOPLE, SESSIONS = table_of(User), table_of(Person), table_of(LoginSession)
APPOINTMENTS, BODIES, POSTS = table_of(Appointment), table_of(Body), table_of(Post)
LOGIN = re.compile(r"[\w.@-]{2,40}")


@cache
def hasher() -> PasswordHasher:
    """argon2id with the library's present parameters; a hash carries its own, so they can be raised later."""
    return PasswordHasher()


def add_account(session: Session, login: str, staff_no: str, password: str) -> int:
    """Make a login for the person of that staff number; returns its id. Raises NotFound, or Refused with what to do."""
    login = login.strip().lower()  # as it is looked up when somebody logs in
    if not LOGIN.fullmatch(login):
        raise Refused("wrong_login", "登录名要 2 到 40 位，不能有空格。没有改动任何内容。")
    refuse_weak(password, login, staff_no)
    person_id = session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == staff_no)).scalar()
    if person_id is None:
        raise Refused("no_person", f"名册里没有工号 {staff_no}。请先导入名册，再建账号。")
    taken = session.execute(
        select(USERS.c.id).where((USERS.c.login == login) | (USERS.c.person_id == person_id))
    ).first()
    if taken is not None:
        raise Refused("taken", "这个登录名已有人用，或这个人已有账号。请换一个登录名，或用 user password 改密码。")
    values = {"person_id": person_id, "login": login, "password_hash": hasher().hash(password)}
    made: int = session.execute(insert(USERS).values(**values).returning(USERS.c.id)).scalar_one()
    return made


def first_administrator(
    session: Session, login: str, password: str, name: str, staff_no: str, bureau: Mapping[str, str], today: date
) -> None:
    """The first account of an empty site, who then does all else in the pages: the bureau and the person are entered with it.

    `bureau`: its code, name and level, as the roster will name them; a roster imported later completes both. Raises
    Refused when somebody can log in already, and what `add_account` raises.
    """
    if not nobody_yet(session):
        raise Refused("taken", "已经有账号了。请由管理员在“名册与权限”里添加，或用 user add。没有改动任何内容。")
    body_id = session.execute(select(BODIES.c.id).where(BODIES.c.code == bureau["code"])).scalar()
    if body_id is None:
        made = insert(BODIES).values(kind="authority", **bureau).returning(BODIES.c.id)
        body_id = session.execute(made).scalar_one()
    if session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == staff_no)).first() is None:
        person_id = session.execute(
            insert(PEOPLE).values(staff_no=staff_no, name=name).returning(PEOPLE.c.id)
        ).scalar_one()
        session.execute(
            insert(POSTS).values(person_id=person_id, body_id=body_id, kind="other", title="管理员", from_on=today)
        )
    add_account(session, login, staff_no, password)
    appoint(session, staff_no, body_id, "administrator", today)


def nobody_yet(session: Session) -> bool:
    """Whether nobody at all can log in: a site that was just set up."""
    return session.execute(select(USERS.c.id).limit(1)).first() is None


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """Change a password and end every open session of the account. Raises NotFound, Refused."""
    refuse_weak(password, login)
    account_id = _account(session, login)
    session.execute(update(USERS).where(USERS.c.id == account_id).values(password_hash=hasher().hash(password)))
    _end_sessions(session, account_id, now)


def disable(session: Session, login: str, now: datetime) -> None:
    """Close an account and end its sessions; its history stays. Raises NotFound."""
    account_id = _account(session, login)
    session.execute(update(USERS).where(USERS.c.id == account_id).values(disabled_at=now))
    _end_sessions(session, account_id, now)


def enable(session: Session, login: str) -> None:
    """Open a closed account again, with the password it had. Raises NotFound."""
    account_id = _account(session, login)
    session.execute(update(USERS).where(USERS.c.id == account_id).values(disabled_at=None))


def appoint(session: Session, staff_no: str, body_id: int, role: str, from_on: date) -> None:
    """Appoint a person of the roster to a role in a body from a day on; twice is once. Raises Refused."""
    if role not in ROLES:
        raise Refused("no_role", f"没有“{role}”这种任命。可以是：{'、'.join(ROLES)}。")
    person_id = session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == staff_no)).scalar_one()
    live = (APPOINTMENTS.c.person_id == person_id, APPOINTMENTS.c.body_id == body_id, APPOINTMENTS.c.role == role)
    if session.execute(select(APPOINTMENTS.c.id).where(*live, APPOINTMENTS.c.to_on.is_(None))).first() is None:
        session.execute(insert(APPOINTMENTS).values(person_id=person_id, body_id=body_id, role=role, from_on=from_on))


def accounts(session: Session) -> Sequence[Any]:
    """Every account with its person: login, name, staff number, closed at; by login."""
    return session.execute(
        select(USERS.c.login, PEOPLE.c.name, PEOPLE.c.staff_no, USERS.c.disabled_at)
        .join(PEOPLE, PEOPLE.c.id == USERS.c.person_id)
        .order_by(USERS.c.login)
    ).all()


def _account(session: Session, login: str) -> int:
    found = session.execute(select(USERS.c.id).where(USERS.c.login == login)).scalar()
    if found is None:
        raise NotFound
    return int(found)


def _end_sessions(session: Session, account_id: int, now: datetime) -> None:
    open_ones = (SESSIONS.c.user_id == account_id, SESSIONS.c.ended_at.is_(None))
    session.execute(update(SESSIONS).where(*open_ones).values(ended_at=now))
