"""Studios that the demonstration begins with: who hosts them, who is in them, when their plaques were hung."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from demo.founding import Founded
from flows.engine.calendar import add_months, local_day, years_before
from flows.engine.work import Work
from flows.office.established import take_over
from flows.roster.established_rows import established_workbook, read_established
from models import Credential, Person, Post, Studio
from models.columns import table_of

CREDENTIALS, PEOPLE, POSTS, STUDIOS = table_of(Credential), table_of(Person), table_of(Post), table_of(Studio)
MEMBERS = 8
PASSED_OVER = (
    "late",
    "open",
    "mending",
)  # stories in which a deputy is a member all the same: whether they may is in doubt
WITH_NEWCOMERS = ("growing", "second_year")  # stories in which somebody joins
RESULT_AFTER, PAID_AFTER, PAID_YUAN = timedelta(days=24), timedelta(days=40), 50_000


@dataclass(frozen=True, slots=True)
class Tale:
    """One studio: what becomes of it (a story of demo.stories), and how long ago its plaque was hung: years and days."""

    story: str
    days: int
    years: int = 0
    with_aspirant: bool = False

    def plaque(self, today: date) -> date:
        """The day of the plaque."""
        return years_before(today, self.years) - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Established:
    """A studio as it was entered."""

    tale: Tale
    studio_id: int
    host_id: int
    members: Sequence[int]
    begins_on: date


class Casting:
    """Gives people to studios: principals who have not applied, each once, and to a few studios a deputy of another school."""

    def __init__(self, session: Session, founded: Founded, aspirant: int) -> None:
        """Reads who there is; `aspirant` is a member although they have applied."""
        taken = {row.person_id for row in founded.roster.applied}
        held = session.execute(
            select(POSTS.c.person_id, POSTS.c.body_id, POSTS.c.kind, PEOPLE.c.name, PEOPLE.c.staff_no)
            .join(PEOPLE, PEOPLE.c.id == POSTS.c.person_id)
            .where(POSTS.c.kind.in_(("principal", "deputy_principal")))
            .order_by(POSTS.c.id)
        ).all()
        self.principals = [row for row in held if row.kind == "principal" and row.person_id not in taken]
        self.deputies = [row for row in held if row.kind == "deputy_principal"]
        self.aspirant = next(row for row in held if row.person_id == aspirant)
        trained = set(
            session.execute(select(CREDENTIALS.c.person_id).where(CREDENTIALS.c.kind == "training")).scalars()
        )
        fit = [row for row in self.principals if row.person_id in trained][: len(WITH_NEWCOMERS)]
        self.principals = [row for row in self.principals if row not in fit]
        self.newcomers: dict[str, int] = {story: row.person_id for story, row in zip(WITH_NEWCOMERS, fit, strict=True)}

    def studio(self, tale: Tale) -> tuple[Any, list[Any]]:
        """A host and the members beside them, from as many schools."""
        host = self.principals.pop(0)
        members = [self.aspirant] if tale.with_aspirant else []
        wanted = MEMBERS - len(members) - (tale.story in PASSED_OVER)
        members += [self.principals.pop(0) for _ in range(wanted)]
        schools = {host.body_id, *(one.body_id for one in members)}
        while len(members) < MEMBERS:
            deputy = self.deputies.pop()
            if deputy.body_id not in schools:
                members.append(deputy)
        return host, members


def establish(work: Work, founded: Founded, tale: Tale, casting: Casting, today: date) -> Established:
    """Enter a studio that has its plaque by the import of established studios; one in mid-life comes with its history."""
    host, members = casting.studio(tale)
    name, begins_on = f"{host.name}名校长工作室", tale.plaque(today)
    now_on = local_day(work.now)
    year_end = add_months(begins_on, 12) - timedelta(days=1)
    told = year_end < now_on
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "工作室": [(name, host.staff_no, "", "", "", begins_on, None, None)],
        "成员": [(name, one.staff_no, "成员", "", begins_on) for one in members],
        "考核结果": [(name, "年度考核", "y1", "合格", "", year_end + RESULT_AFTER)] if told else [],
        "拨款": [
            (name, "年度工作（活动）经费", f"y{n}", PAID_YUAN, add_months(begins_on, 12 * n - 12) + PAID_AFTER, f"历-{n:03}")
            for n in (1, 2)
        ] if told else [],
    }  # fmt: skip
    programme_id = work.book.cast(work.session, founded.version_id).programme_id
    taken = take_over(work, programme_id, read_established(established_workbook(sheets), now_on))
    if taken.faults:
        raise ValueError("；".join(str(one) for one in taken.faults))
    studio_id = work.session.execute(select(STUDIOS.c.id).where(STUDIOS.c.name == name)).scalar_one()
    return Established(tale, studio_id, host.person_id, [one.person_id for one in members], begins_on)
