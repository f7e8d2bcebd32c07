"""What the database tells about people: posts, evidence, the tree above them, and a fixed number of queries."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, SQLModel

from models import Body, Credential, Person, Post, Programme, Seat, Studio
from models.queries.people import person_facts
from models.session import reading, transaction

DAY = date(2025, 3, 31)
MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
CITY, COUNTY, SCHOOL, DEPARTMENT, OTHER = 1, 2, 3, 4, 5


@pytest.fixture
def engine(any_database: Engine) -> Engine:
    SQLModel.metadata.create_all(any_database)
    with transaction(any_database) as session:
        plant_tree(session)
    return any_database


def plant_tree(session: Session) -> None:
    tree = [
        (CITY, "city", None, ""),
        (COUNTY, "county", CITY, ""),
        (SCHOOL, "school", COUNTY, "高中"),
        (DEPARTMENT, "department", SCHOOL, ""),
        (OTHER, "school", COUNTY, "小学"),
    ]
    for number, level, above, stage in tree:
        session.add(
            Body(
                id=number,
                code=f"B{number}",
                kind="机构",
                level=level,
                name=f"第{number}机构",
                parent_id=above,
                school_stage=stage,
            )
        )
        session.flush()
    session.add(Programme(id=1, code="chifeng", title="名校长工作室", authority_body_id=CITY))
    session.flush()


def hire(session: Session, number: int, *posts: Post, stage: str = "") -> None:
    session.add(
        Person(id=number, staff_no=f"P{number}", name=f"教师{number}", born_on=date(1980, 1, 1), school_stage=stage)
    )
    session.flush()
    session.add_all(posts)
    session.flush()


def post(
    number: int, body: int = SCHOOL, since: date | None = date(2019, 8, 1), until: date | None = None, **keys: bool
) -> Post:
    established = keys.get("established", True)
    return Post(person_id=number, body_id=body, kind="principal", from_on=since, to_on=until, established=established)


def test_person_is_placed_by_the_post_held_on_the_day(engine: Engine) -> None:
    with transaction(engine) as session:
        hire(
            session,
            11,
            post(11, OTHER, date(2010, 9, 1), date(2019, 7, 31)),
            post(11, DEPARTMENT),
            post(11, OTHER, date(2025, 9, 1)),
        )
    with reading(engine) as session:
        facts = person_facts(session, [11], DAY)[11]
    assert (facts.body_id, facts.school_id, facts.school_stage) == (DEPARTMENT, SCHOOL, "高中")
    assert facts.lineage == (DEPARTMENT, SCHOOL, COUNTY, CITY)
    assert [one.body_id for one in facts.posts] == [OTHER, DEPARTMENT]
    assert facts.born_on == date(1980, 1, 1)


def test_established_post_places_a_person_before_a_later_one(engine: Engine) -> None:
    with transaction(engine) as session:
        hire(session, 11, post(11, SCHOOL, date(2015, 8, 1)), post(11, OTHER, date(2024, 8, 1), established=False))
    with reading(engine) as session:
        assert person_facts(session, [11], DAY)[11].school_id == SCHOOL


def test_post_counts_to_the_end_of_its_last_day(engine: Engine) -> None:
    with transaction(engine) as session:
        hire(session, 11, post(11, until=DAY), stage="初中")
    with reading(engine) as session:
        assert person_facts(session, [11], DAY)[11].body_id == SCHOOL
        gone = person_facts(session, [11], date(2025, 4, 1))[11]
    assert (gone.body_id, gone.school_id, gone.lineage, gone.school_stage) == (None, None, (), "初中")
    assert len(gone.posts) == 1


def test_evidence_is_read_with_level_date_and_whether_anybody_confirmed_it(engine: Engine) -> None:
    with transaction(engine) as session:
        hire(session, 11, post(11))
        session.add(
            Credential(person_id=11, kind="title", name="名校长", level="city", on=date(2024, 5, 1), confirmed_by=11)
        )
        session.add(Credential(person_id=11, kind="paper", name="论文", published=True))
    with reading(engine) as session:
        title, paper = person_facts(session, [11], DAY)[11].credentials
    assert (title.name, title.level, title.on, title.confirmed) == ("名校长", "city", date(2024, 5, 1), True)
    assert (paper.kind, paper.published, paper.confirmed) == ("paper", True, False)


def test_only_running_studios_and_open_seats_count(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in (11, 12):
            hire(session, number, post(number))
        for number, kind, standing in ((21, "chinese", "active"), (22, "maths", "ended")):
            session.add(
                Studio(
                    id=number, programme_id=1, name=f"第{number}工作室", kind=kind, level="county", host_id=12,
                    home_body_id=SCHOOL, standing=standing, made_at=MADE_AT,
                )
            )  # fmt: skip
        session.flush()
        for studio, until in ((21, None), (22, None)):
            session.add(
                Seat(
                    studio_id=studio, person_id=11, role="member", body_id=SCHOOL, from_on=date(2024, 1, 1), to_on=until
                )
            )
    with reading(engine) as session:
        found = person_facts(session, [11, 12], DAY)
        before = person_facts(session, [11], date(2023, 12, 31))[11]
    assert (found[11].serves_in, found[11].studio_levels) == (("chinese",), ())
    assert (found[12].serves_in, found[12].studio_levels) == ((), ("county",))
    assert before.serves_in == ()


def test_many_people_cost_no_more_queries_than_one(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(100, 160):
            hire(session, number, post(number, DEPARTMENT))
    counts = []
    for ids in ([100], list(range(100, 160))):
        asked: list[str] = []
        with reading(engine) as session:
            session.connection()
            listener = lambda _c, _cur, statement, *_rest: asked.append(statement)  # noqa: B023, E731
            event.listen(engine, "before_cursor_execute", listener)
            assert len(person_facts(session, ids, DAY)) == len(ids)
            event.remove(engine, "before_cursor_execute", listener)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10


def test_nobody_asked_costs_nothing_and_strangers_are_left_out(engine: Engine) -> None:
    with reading(engine) as session:
        assert person_facts(session, [], DAY) == {}
        assert person_facts(session, [None, 999], DAY) == {}
