"""Founds the demonstration bureau in an empty database: calendar, roster, officers, regulation."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session

from demo.bureau import DemonstrationBureau
from flows.engine.calendar import local_day
from flows.engine.calendar_seed import gazetted_days
from flows.engine.days import put_days
from flows.office.adoption import adopt
from flows.programme import load
from flows.roster import ImportResult, plan_import, store_import
from models import Appointment, Body, Person, Post
from models.columns import table_of

BODIES, PEOPLE = table_of(Body), table_of(Person)
POSTS, APPOINTMENTS = table_of(Post), table_of(Appointment)
SINCE = date(2020, 1, 1)
YEARS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Founded:
    """The bureau as it was founded: its body, the version of its regulation, and who applies."""

    bureau_id: int
    version_id: int
    roster: ImportResult


def found(
    session: Session, now: datetime, bureau: DemonstrationBureau | None = None, programme: str = "chifeng"
) -> Founded:
    """Load calendar, roster, officers and regulation of the demonstration bureau in the caller's transaction."""
    year = local_day(now).year
    put_days(session, gazetted_days(range(year - 1, year + YEARS_AHEAD)), "国务院办公厅放假安排")
    workbook = (bureau or DemonstrationBureau()).workbook()
    roster = store_import(session, plan_import(session, None, workbook, now), now, only_good=False)
    bureau_id: int = session.execute(select(BODIES.c.id).where(BODIES.c.parent_id.is_(None))).scalar_one()
    _appoint(session, bureau_id)
    return Founded(bureau_id, adopt(session, load(programme), bureau_id, SINCE), roster)


def _appoint(session: Session, bureau_id: int) -> None:
    """The deputy of each school is its officer; bureaus get two officers of their own, made up like everybody else."""
    deputies = session.execute(select(POSTS.c.person_id, POSTS.c.body_id).where(POSTS.c.kind == "deputy_principal"))
    rows = [_appointment(row.person_id, row.body_id, "officer") for row in deputies]
    bureaus = session.execute(
        select(BODIES.c.id, BODIES.c.code, BODIES.c.email).where(BODIES.c.level.in_(("county", "city")))
    )
    names = iter(
        (
            "白雪梅",
            "韩国栋",
            "冯丽华",
            "孟志强",
            "乌云其木格",
            "宋春燕",
            "吕广辉",
            "唐慧敏",
            "任建平",
            "那日苏",
            "石若兰",
            "康明远",
            "尹凤霞",
            "潘景和",
        )
    )
    for row in bureaus:
        person_id = session.execute(
            insert(PEOPLE)
            .values(staff_no=f"O-{row.code}", name=next(names), email=row.email, **_BLANK)
            .returning(PEOPLE.c.id)
        ).scalar_one()
        rows.append(_appointment(person_id, row.id, "administrator" if row.id == bureau_id else "officer"))
    session.connection().execute(insert(APPOINTMENTS), rows)


_BLANK = {"gender": "", "phone": "", "works_at": "", "rank_title": "", "school_stage": ""}


def _appointment(person_id: int, body_id: int, role: str) -> dict[str, object]:
    return {"person_id": person_id, "body_id": body_id, "role": role, "from_on": SINCE}


def is_empty(session: Session) -> bool:
    """Whether nobody has entered anything yet."""
    return bool(session.execute(select(func.count()).select_from(BODIES)).scalar_one() == 0)
