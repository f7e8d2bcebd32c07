"""The ground a measurement stands on: a bureau with a round and so many runs, most of them over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, insert, text
from sqlmodel import Session, SQLModel

from flows.engine.calendar_seed import gazetted_days
from flows.engine.days import calendar_of, put_days
from flows.engine.declare import Actor
from flows.engine.steps import start_path
from flows.engine.work import Work
from flows.office.adoption import adopt
from flows.office.rounds import RoundPlan, plan_round
from flows.programme import load
from flows.regulations import Regulations
from models import Application, Appointment, Body, Person
from models.columns import table_of
from models.session import transaction

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
DESKS = 2000
RUNS_A_CASE = 10
APPLICATIONS, PEOPLE = table_of(Application), table_of(Person)

# One case in ten runs still waits, at one of so many desks; a thousand of all are due now.
FILL = (
    """INSERT INTO person (id, staff_no, name, gender, phone, email, works_at, rank_title, school_stage)
       SELECT n + 100000, 'p' || n, '申报人' || n, '', '', 'p' || n || '@x.example', '', '', '' FROM numbers WHERE n <= :cases""",
    """INSERT INTO application (id, version_id, path, gives, person_id, body_id, county_id, direct, role, kind, subject, school_stage,
       studio_name, round_id, number, answers) SELECT n + 100000, :version, 'apply', 'studio', n + 100000, :school, :county, false, 'host',
       '', '', '', '工作室' || n, :round, 'A-' || n, '{}' FROM numbers WHERE n <= :cases""",
    """INSERT INTO stagerun (id, stage, path, step, branch, subject_kind, subject_id, version_id, round_id, application_id, state, version,
       entered_at, due_at, due_steps, due_provisional, wake_at, attempts, head, desk, held_by, ended_at, outcome)
       SELECT n + 100000, 'tier_review', 'apply', 's' || (n % 10), '', 'application', (n - 1) / 10 + 100001, :version, :round,
       (n - 1) / 10 + 100001, CASE n % 10 WHEN 0 THEN 'reviewing' ELSE 'endorsed' END, 2, :now, :later, '[]', false,
       CASE WHEN n % 10 <> 0 THEN NULL WHEN n <= 10000 THEN :now ELSE :later END, 0, '',
       CASE n % 10 WHEN 0 THEN 'body:' || (n / 10 % 2000 + 1000) ELSE '' END, '',
       CASE n % 10 WHEN 0 THEN NULL ELSE :now END, CASE n % 10 WHEN 0 THEN NULL ELSE 'endorsed' END FROM numbers""",
)  # fmt: skip
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :runs) "


@dataclass(frozen=True)
class Ground:
    """A filled database and who acts in it."""

    engine: Engine
    book: Regulations
    version_id: int
    round_id: int
    bureau: int
    county: int
    school: int
    officer: Actor

    def work(self, session: Session) -> Work:
        """What one transaction shares."""
        return Work(session, self.book, NOW, calendar_of(session))


def make_ground(engine: Engine, runs: int) -> Ground:
    """Create the tables and fill them with so many runs."""
    SQLModel.metadata.create_all(engine)
    book = Regulations()
    with transaction(engine) as session:
        put_days(session, gazetted_days(range(2024, 2029)), "gazette")
        bureau = _body(session, "bureau", "city", None)
        county = _body(session, "county", "county", bureau)
        school = _body(session, "school", "school", county)
        officers = [_officer(session, body) for body in (bureau, county, school)]
        version_id = adopt(session, load("chifeng"), bureau, date(2020, 1, 1))
        work = Work(session, book, NOW, calendar_of(session))
        authority = Actor("person", officers[0], keys=frozenset({f"body:{bureau}"}))
        plan = RoundPlan(version_id, "apply", 2025, "年度申报", date(2025, 3, 1), date(2025, 3, 31))
        round_id, _ = plan_round(work, authority, plan)
    officer = Actor("person", officers[2], keys=frozenset({f"body:{school}"}))
    ground = Ground(engine, book, version_id, round_id, bureau, county, school, officer)
    _fill(ground, runs)
    return ground


def _body(session: Session, code: str, level: str, parent: int | None) -> int:
    row = Body(code=code, kind="机构", level=level, name=code, parent_id=parent, email=f"{code}@x.example")
    session.add(row)
    session.flush()
    return row.id or 0


def _officer(session: Session, body: int) -> int:
    person = Person(staff_no=f"officer{body}", name=f"经办人{body}", email=f"officer{body}@x.example")
    session.add(person)
    session.flush()
    session.add(Appointment(person_id=person.id or 0, body_id=body, role="officer", from_on=date(2020, 1, 1)))
    session.flush()
    return person.id or 0


def _fill(ground: Ground, runs: int) -> None:
    values = {
        "runs": runs, "cases": runs // RUNS_A_CASE, "version": ground.version_id, "round": ground.round_id, "school": ground.school,
        "county": ground.county, "now": NOW, "later": datetime(2025, 9, 1, tzinfo=UTC),
    }  # fmt: skip
    for statement in FILL:
        head, rest = statement.split(" SELECT ", 1)
        query = f"{head} {NUMBERS} SELECT {rest}"
        used = {key: value for key, value in values.items() if f":{key}" in query}
        with transaction(ground.engine) as session:
            if ground.engine.dialect.name == "postgresql":  # what these rows refer to is there: nobody need look
                session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text(query), used)
    with ground.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in ("person", "application", "stagerun"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
                )
            connection.execute(text("ANALYZE"))
            connection.execute(text("CHECKPOINT"))


def stand(ground: Ground, many: int, prefix: str) -> list[int]:
    """So many fresh applications before their school; returns the ids of their runs."""
    with transaction(ground.engine) as session:
        connection = session.connection()
        people = [
            {"staff_no": f"{prefix}{n}", "name": f"{prefix}{n}", "email": f"{prefix}{n}@x.example"} for n in range(many)
        ]
        ids = connection.execute(insert(PEOPLE).returning(PEOPLE.c.id, sort_by_parameter_order=True), people).scalars()
        cases = [
            {
                "version_id": ground.version_id, "path": "apply", "gives": "studio", "person_id": one, "body_id": ground.school,
                "county_id": ground.county, "round_id": ground.round_id, "number": f"{prefix}-{one}", "studio_name": prefix,
                "answers": {}, "made_by": one,
            }
            for one in ids
        ]  # fmt: skip
        made = connection.execute(
            insert(APPLICATIONS).returning(APPLICATIONS.c.id, sort_by_parameter_order=True), cases
        ).scalars()
        return start_path(ground.work(session), list(made), ground.version_id, "apply", "school_review")
