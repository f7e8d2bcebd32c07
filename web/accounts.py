"""One's own account (个人设置): settings, sessions, password, API tokens, and whom one lets act or acts for."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Row, insert, select, update
from sqlmodel import Session

from flows.engine.errors import NotFound, Refused
from flows.office.accounts import hasher
from flows.office.passwords import refuse_weak
from models import ApiToken, Body, LoginSession, Person, Preference, Substitution, User
from models.columns import table_of
from models.queries.bodies import substituted
from web.identity import Visitor, digest

USERS, SESSIONS, TOKENS, PEOPLE = table_of(User), table_of(LoginSession), table_of(ApiToken), table_of(Person)
SUBSTITUTIONS, BODIES, PREFERENCES = table_of(Substitution), table_of(Body), table_of(Preference)
LOCALES = ("zh_CN", "en")
MOST_TOKENS = 10


def own_account(session: Session, person_id: int) -> Row[Any]:
    """The account of a person. Raises NotFound."""
    row = session.execute(
        select(USERS, PEOPLE.c.staff_no)
        .join(PEOPLE, PEOPLE.c.id == USERS.c.person_id)
        .where(USERS.c.person_id == person_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def set_look(session: Session, person_id: int, locale: str, *, large: bool, keys: bool) -> None:
    """Language, large type and single keys."""
    values = {"locale": locale if locale in LOCALES else "", "large_type": large, "single_keys": keys}
    session.execute(update(USERS).where(USERS.c.person_id == person_id).values(**values))


def set_wishes(session: Session, person_id: int, wishes: Mapping[str, tuple[bool, bool]]) -> None:
    """Which optional notices one wants, and whether in the digest; the caller leaves out mandatory ones."""
    known = set(session.execute(select(PREFERENCES.c.notice).where(PREFERENCES.c.person_id == person_id)).scalars())
    for notice, (wanted, digested) in wishes.items():
        values = {"wanted": wanted, "digest": digested}
        if notice in known:
            own = (PREFERENCES.c.person_id == person_id, PREFERENCES.c.notice == notice)
            session.execute(update(PREFERENCES).where(*own).values(**values))
        elif not (wanted and digested):
            session.execute(insert(PREFERENCES).values(person_id=person_id, notice=notice, **values))


def open_sessions(session: Session, user_id: int) -> Sequence[Row[Any]]:
    """The open sessions of an account, newest first."""
    statement = select(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.ended_at.is_(None))
    return session.execute(statement.order_by(SESSIONS.c.seen_at.desc()).limit(20)).all()


def end_session(session: Session, user_id: int, session_id: int, now: datetime) -> None:
    """End one of one's own sessions at once. Raises NotFound."""
    own = (SESSIONS.c.id == session_id, SESSIONS.c.user_id == user_id, SESSIONS.c.ended_at.is_(None))
    if session.execute(update(SESSIONS).where(*own).values(ended_at=now)).rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound


def change_password(session: Session, visitor: Visitor, old: str, new: str, now: datetime) -> None:
    """Change one's password and end every other session. Raises Refused when the old one is wrong or the new one weak."""
    account = own_account(session, visitor.person_id or 0)
    try:
        hasher().verify(account.password_hash, old)
    except (VerifyMismatchError, InvalidHashError) as error:
        raise Refused("wrong_password", "原密码不对，没有改。") from error
    refuse_weak(new, account.login, account.staff_no)
    session.execute(update(USERS).where(USERS.c.id == account.id).values(password_hash=hasher().hash(new)))
    others = (SESSIONS.c.user_id == account.id, SESSIONS.c.ended_at.is_(None), SESSIONS.c.id != visitor.session_id)
    session.execute(update(SESSIONS).where(*others).values(ended_at=now))


def tokens(session: Session, user_id: int) -> Sequence[Row[Any]]:
    """The live API tokens of an account."""
    live = (TOKENS.c.user_id == user_id, TOKENS.c.ended_at.is_(None))
    return session.execute(select(TOKENS).where(*live).order_by(TOKENS.c.id)).all()


def make_token(session: Session, user_id: int, name: str, now: datetime) -> str:
    """Make a named API token; returns it, for it can never be shown again. Raises Refused without a name or with too many."""
    if not name:
        raise Refused("without_name", "请先写明令牌给哪个程序用。没有改动任何内容。", {}, ("name",))
    if len(tokens(session, user_id)) >= MOST_TOKENS:
        raise Refused("too_many", f"最多 {MOST_TOKENS} 个令牌。请先停用不用的。没有改动任何内容。")
    token = f"sf_{secrets.token_urlsafe(32)}"
    session.execute(insert(TOKENS).values(token_hash=digest(token), user_id=user_id, name=name[:60], made_at=now))
    return token


def end_token(session: Session, user_id: int, token_id: int, now: datetime) -> None:
    """End one of one's own tokens at once. Raises NotFound."""
    own = (TOKENS.c.id == token_id, TOKENS.c.user_id == user_id, TOKENS.c.ended_at.is_(None))
    if session.execute(update(TOKENS).where(*own).values(ended_at=now)).rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound


def standing_in(session: Session, person_id: int, today: date) -> Sequence[Row[Any]]:
    """For whom this person may act today: the other's name, the body, until when."""
    return session.execute(
        select(SUBSTITUTIONS.c.id, SUBSTITUTIONS.c.for_person_id, PEOPLE.c.name, BODIES.c.name.label("body"), SUBSTITUTIONS.c.from_on,
               SUBSTITUTIONS.c.to_on)
        .join(PEOPLE, PEOPLE.c.id == SUBSTITUTIONS.c.for_person_id)
        .join(BODIES, BODIES.c.id == SUBSTITUTIONS.c.body_id)
        .where(SUBSTITUTIONS.c.by_person_id == person_id, SUBSTITUTIONS.c.from_on <= today, SUBSTITUTIONS.c.to_on >= today)
        .order_by(SUBSTITUTIONS.c.to_on)
    ).all()  # fmt: skip


def stood_in_for(session: Session, person_id: int, today: date) -> Sequence[Row[Any]]:
    """Who may act for this person today or later."""
    return session.execute(
        select(
            SUBSTITUTIONS.c.id,
            PEOPLE.c.name,
            BODIES.c.name.label("body"),
            SUBSTITUTIONS.c.from_on,
            SUBSTITUTIONS.c.to_on,
        )
        .join(PEOPLE, PEOPLE.c.id == SUBSTITUTIONS.c.by_person_id)
        .join(BODIES, BODIES.c.id == SUBSTITUTIONS.c.body_id)
        .where(SUBSTITUTIONS.c.for_person_id == person_id, SUBSTITUTIONS.c.to_on >= today)
        .order_by(SUBSTITUTIONS.c.from_on)
    ).all()


def let_act(
    session: Session, visitor: Visitor, staff_no: str, body_id: int, first: date, last: date, now: datetime
) -> None:
    """Let a colleague act for oneself in one body between two days. Raises Refused with what to correct."""
    if body_id not in {office.body_id for office in visitor.offices if office.role in {"officer", "administrator"}}:
        raise Refused("not_yours", "您不是这个单位的经办人，不能请人代办。")
    if last < first:
        raise Refused("dates_reversed", "结束日早于开始日，请改日期。没有改动任何内容。")
    other = session.execute(select(PEOPLE.c.id).where(PEOPLE.c.staff_no == staff_no)).scalar()
    if other is None or other == visitor.person_id:
        raise Refused("no_person", "名册里没有这个工号，或者是您本人。请核对工号。没有改动任何内容。")
    session.execute(
        insert(SUBSTITUTIONS).values(
            for_person_id=visitor.person_id, by_person_id=other, body_id=body_id, from_on=first, to_on=last, made_at=now
        )
    )


def begin_acting(session: Session, visitor: Visitor, for_person_id: int, today: date) -> None:
    """From now on act for this person in the present session. Raises NotFound when one may not, or has no session."""
    allowed = {person for person, _body in substituted(session, visitor.person_id or 0, today)}
    if for_person_id not in allowed or visitor.session_id is None:
        raise NotFound
    session.execute(update(SESSIONS).where(SESSIONS.c.id == visitor.session_id).values(acting_for_id=for_person_id))


def end_acting(session: Session, visitor: Visitor) -> None:
    """Act for oneself again."""
    session.execute(update(SESSIONS).where(SESSIONS.c.id == visitor.session_id).values(acting_for_id=None))
