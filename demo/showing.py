"""Shows StudioFlow at work (演示): a bureau with studios in all walks of their life, a round among its experts and one open today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, insert, select, update
from sqlmodel import Session

from demo.bureau import DemonstrationBureau
from demo.copying import on_a_copy
from demo.founding import Founded, found, is_empty
from demo.journey import Journey
from demo.opening import begin_lives, first_day
from demo.studios import Established
from flows.engine.apply import apply
from flows.engine.calendar import at_local, local_day
from flows.engine.clock import VirtualClock
from flows.engine.declare import Actor
from flows.engine.work import Intent
from flows.office.accounts import hasher
from flows.office.rounds import Places, RoundPlan, begin_application, plan_round
from models import Appointment, Body, Message, Person, StageRun, User
from models.columns import table_of
from models.session import reading, transaction
from notifications.dispatch import dispatch

RUNS, PEOPLE, USERS = table_of(StageRun), table_of(Person), table_of(User)
APPOINTMENTS, BODIES, MESSAGES = table_of(Appointment), table_of(Body), table_of(Message)
PASSWORD = "studioflow"  # noqa: S105  printed at every start: the demonstration is for this machine only
IN_REVIEW = 60
BESIDE = 24  # schools whose principals do not apply, so that nearly every seat has a principal
DRAFTS = 8
UNREAD_DAYS, MAILS = 4, 200
SHOWN = "first_year"  # the studio whose host and member have logins


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login that the start page and the terminal show."""

    login: str
    title: str
    name: str


def load_demo(
    engine: Engine,
    now: datetime,
    before: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda _share: None,
) -> bool:
    """Fill an empty database with the demonstration bureau as it would stand today; returns whether it was empty.

    `before` is called before a load that takes some seconds begins; `progress` with the share of the days that have passed.
    """
    with reading(engine) as session:
        if not is_empty(session):
            return False
    before()
    with on_a_copy(engine) as copy:
        _live(copy, now, progress)
    progress(1)
    return True


def _live(engine: Engine, now: datetime, progress: Callable[[float], None]) -> None:
    today = local_day(now)
    began = first_day(today)
    journey = Journey(engine, VirtualClock(at_local(began, 9)))
    journey.mornings.append(lambda day: progress((day - began) / (today - began)))
    with transaction(engine) as session:
        founded = found(
            session, journey.clock.now(), DemonstrationBureau(beside=BESIDE, opens_on=today - timedelta(days=75))
        )
        _open_accounts(session)
    studios = begin_lives(journey, founded, today, _aspirant(founded))
    journey.to(today - timedelta(days=75))
    _round_in_review(journey, founded, today)
    _round_open_now(journey, founded, today)
    journey.to(today - timedelta(days=1), 17)
    journey.clock.advance(now)
    journey.look()
    while dispatch(engine, journey.clock.now(), MAILS).seen == MAILS:
        pass
    with transaction(engine) as session:
        _read_messages(session, today)
        _name_accounts(session, founded, studios)


def _aspirant(founded: Founded) -> int:
    """A member of a studio who has begun an application for one of their own."""
    return founded.roster.applied[IN_REVIEW + 1].person_id


def _read_messages(session: Session, today: date) -> None:
    """What is older than a few days went out on its day and has been read."""
    lately = at_local(today - timedelta(days=UNREAD_DAYS), 0)
    gone = MESSAGES.c.sent_at.is_not(None) & (MESSAGES.c.created_at < at_local(today, 0))
    session.execute(update(MESSAGES).where(gone).values(sent_at=MESSAGES.c.created_at))
    session.execute(update(MESSAGES).where(MESSAGES.c.created_at < lately).values(read_at=MESSAGES.c.created_at))


def _round_in_review(journey: Journey, founded: Founded, today: date) -> None:
    journey.founded = replace(founded, roster=replace(founded.roster, applied=founded.roster.applied[:IN_REVIEW]))
    _launch(journey, founded, "第一批", today - timedelta(days=75), today - timedelta(days=50))
    journey.to(today - timedelta(days=68))
    journey.apply_all()
    journey.to(today - timedelta(days=62))
    journey.endorse("school_review")
    journey.to(today - timedelta(days=45))
    journey.endorse("county_review")
    journey.decline_rest("county_review")
    journey.to(today - timedelta(days=14), 9)


def _round_open_now(journey: Journey, founded: Founded, today: date) -> None:
    in_review = journey.round_id
    rows = founded.roster.applied[IN_REVIEW:]
    journey.founded = replace(founded, roster=replace(founded.roster, applied=rows[DRAFTS:]))
    _launch(journey, founded, "第二批", today - timedelta(days=14), today + timedelta(days=16))
    for row in rows[:DRAFTS]:
        actor = Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))
        with transaction(journey.engine) as session:
            begin_application(
                journey.work(session), actor, journey.round_id, school_stage=row.school_stage, studio_name=row.studio_name,
                answers=row.answers,
            )  # fmt: skip
    journey.to(today - timedelta(days=9))
    journey.apply_all()
    journey.to(today - timedelta(days=6))
    journey.endorse("school_review", 0.6)
    opened, journey.round_id = journey.round_id, in_review
    journey.draw("演示")
    journey.to(today - timedelta(days=2))
    _score_some(journey)
    journey.round_id = opened
    journey.endorse("county_review", 0.3)


def _launch(journey: Journey, founded: Founded, batch: str, opens_on: date, closes_on: date) -> None:
    quotas = [Places("round", at_most=30), Places("county", at_most=8)]
    plan = RoundPlan(
        founded.version_id,
        "apply",
        opens_on.year,
        f"{opens_on.year} 年度名校长工作室申报（{batch}）",
        opens_on,
        closes_on,
        "CF",
        quotas,
    )
    journey.round_id, run_id = journey.as_bureau(lambda work, actor: plan_round(work, actor, plan))
    journey.as_bureau(lambda work, actor: apply(work, Intent(run_id, "launch"), actor))


def _score_some(journey: Journey) -> None:
    """Two in three sheets are in; the others are what the experts find on their desks."""
    sheets = journey.open_sheets()
    with journey.at_work() as work:
        for row in sheets:
            if row.application_id % 5 and row.id % 6:
                journey.give(work, row)


def _open_accounts(session: Session) -> None:
    """A login for everybody: the staff number in small letters, one password for all."""
    password = hasher().hash(PASSWORD)
    rows = session.execute(select(PEOPLE.c.id, PEOPLE.c.staff_no)).all()
    fresh = {"password_hash": password, "locale": "", "large_type": False, "single_keys": True, "disabled_at": None}
    session.connection().execute(
        insert(USERS), [{"person_id": row.id, "login": row.staff_no.lower(), **fresh} for row in rows]
    )


def _name_accounts(session: Session, founded: Founded, studios: Mapping[str, Established]) -> None:
    """Some get a short name: one for each part, each with something on the desk where there is any."""
    parts = _parts(session) | {
        "host": studios[SHOWN].host_id,
        "member": _aspirant(founded),
        "assessor": session.execute(
            select(APPOINTMENTS.c.person_id)
            .join(BODIES, BODIES.c.id == APPOINTMENTS.c.body_id)
            .where(BODIES.c.kind == "third_party")
        ).scalar(),
    }
    for login, person_id in parts.items():
        if person_id is not None:
            session.execute(update(USERS).where(USERS.c.person_id == person_id).values(login=login))


def _parts(session: Session) -> dict[str, int | None]:
    def officer(body_level: str) -> int | None:
        busy = select(RUNS.c.desk).where(
            RUNS.c.step == f"{body_level}_review", RUNS.c.ended_at.is_(None), RUNS.c.desk.like("body:%")
        )
        desk = session.execute(busy.order_by(RUNS.c.id).limit(1)).scalar()
        body_id = int(desk.removeprefix("body:")) if desk else None
        return session.execute(select(APPOINTMENTS.c.person_id).where(APPOINTMENTS.c.body_id == body_id)).scalar()

    def at_desk(stage: str) -> int | None:
        waiting = (RUNS.c.stage == stage) & RUNS.c.round_id.is_not(None) & RUNS.c.desk.like("person:%")
        desk = session.execute(select(RUNS.c.desk).where(waiting).order_by(RUNS.c.id).limit(1)).scalar()
        return int(desk.removeprefix("person:")) if desk else None

    bureau = session.execute(select(APPOINTMENTS.c.person_id).where(APPOINTMENTS.c.role == "administrator")).scalar()
    return {
        "bureau": bureau, "county": officer("county"), "school": officer("school"), "applicant": at_desk("application"),
        "expert": at_desk("opinion"),
    }  # fmt: skip


TITLES = {
    "bureau": "市教育局管理员",
    "county": "县区教育局经办人",
    "school": "学校经办人",
    "applicant": "申报人",
    "expert": "评审专家",
    "host": "工作室主持人",
    "member": "工作室成员",
    "assessor": "第三方考核人",
}


def demo_accounts(engine: Engine) -> list[DemoAccount]:
    """The named logins, as far as this database has them: those of the demonstration and no others."""
    with reading(engine) as session:
        rows = session.execute(
            select(USERS.c.login, PEOPLE.c.name)
            .join(PEOPLE, PEOPLE.c.id == USERS.c.person_id)
            .where(USERS.c.login.in_(TITLES), PEOPLE.c.email.like("%@chifeng.example"), USERS.c.disabled_at.is_(None))
        )
        names = {row.login: row.name for row in rows}
    return [DemoAccount(login, title, names[login]) for login, title in TITLES.items() if login in names]
