"""What commands that act on the database share: the open database, the moment, the day, and in whose name one acts."""

from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.engine.clock import SystemClock
from flows.engine.declare import Actor
from flows.orchestration.commands.speech import WrongWords
from models import Appointment, Body, Person, User
from models.columns import table_of
from models.queries.bodies import keys_of
from models.schema import upgrade
from models.session import absent, database
from models.settings import settings

BODIES, PEOPLE = table_of(Body), table_of(Person)
APPOINTMENTS, USERS = table_of(Appointment), table_of(User)


def opened(*, begins: bool = False) -> tuple[Engine, datetime]:
    """The database of this site, brought to the newest structure, and this moment.

    `begins`: a site may begin with this command. Every other raises WrongWords where there is no database, and makes none.
    """
    missing = "" if begins else absent(settings().database_url)
    if missing:
        raise WrongWords(
            f"没有这个数据库：{missing}。请检查 STUDIOFLOW_DATABASE_URL；"
            "第一次使用请先运行 studioflow serve、studioflow demo 或 studioflow user first。"
        )
    upgrade(database())
    return database(), SystemClock().now()


def day(text: str, now: datetime) -> date:
    """A day as typed, today when left out. Raises WrongWords."""
    if not text:
        return local_day(now)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongWords(f"日期“{text}”看不懂。请写成 2026-03-31 这样。") from None


def moment(text: str, now: datetime) -> datetime:
    """A moment as typed, in Chinese time where no zone is given; now when left out. Raises WrongWords."""
    from flows.engine.calendar import CHINA

    if not text:
        return now
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise WrongWords(f"时刻“{text}”看不懂。请写成 2026-03-31T08:00 这样。") from None
    from datetime import UTC

    return (typed if typed.tzinfo else typed.replace(tzinfo=CHINA)).astimezone(UTC)


def authority(session: Session, code: str = "") -> int:
    """The body of that code, or the only one at the top. Raises WrongWords."""
    wanted = BODIES.c.code == code if code else BODIES.c.parent_id.is_(None) & (BODIES.c.level != "school")
    found = session.execute(select(BODIES.c.id).where(wanted, BODIES.c.until.is_(None))).scalars().all()
    if len(found) == 1:
        return int(found[0])
    if code:
        raise WrongWords(f"没有机构编码为 {code} 的机构。")
    raise WrongWords(
        "请用 --body 机构编码 说明是哪个主管部门。"
        if found
        else "库里还没有机构，请先导入名册：studioflow import 名册.xlsx"
    )


def acting(session: Session, login: str, body_id: int, now: datetime) -> Actor:
    """The person of this login, or the administrator of the body. Raises WrongWords."""
    if login:
        person_id = session.execute(
            select(USERS.c.person_id).where(USERS.c.login == login, USERS.c.disabled_at.is_(None))
        ).scalar()
        if person_id is None:
            raise WrongWords(f"没有登录名为 {login} 的可用账号。")
    else:
        person_id = session.execute(
            select(APPOINTMENTS.c.person_id)
            .where(
                APPOINTMENTS.c.body_id == body_id,
                APPOINTMENTS.c.role == "administrator",
                APPOINTMENTS.c.to_on.is_(None),
            )
            .order_by(APPOINTMENTS.c.id)
            .limit(1)
        ).scalar()
        if person_id is None:
            raise WrongWords("主管部门还没有管理员。请用 --by 登录名 说明以谁的名义办理。")
    name = session.execute(select(PEOPLE.c.name).where(PEOPLE.c.id == person_id)).scalar() or ""
    return Actor("person", person_id, keys=keys_of(session, person_id, local_day(now)), name=name)
