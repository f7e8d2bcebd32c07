"""Two authorities in one database: what one imports, plans, appoints or corrects never reaches what is the other's."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import NotFound, Refused
from flows.office.adoption import adopt
from flows.office.rounds import Places, RoundPlan, begin_application, plan_round
from flows.roster import plan_import, store_import
from flows.roster.columns import EXPERTS, PEOPLE
from flows.roster.marking import write_workbook
from models import Appointment, CalendarDay, Person
from models.columns import table_of
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

FAR = "far"  # the other bureau, with a school and its people


class Apart(World):
    """A world with a second bureau that no body stands above: `far`, its officer, a school and a teacher of it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with self.at_work() as work:
            for name, level, above in ((FAR, "city", None), ("far_school", "school", FAR)):
                self.body(work.session, name, level, above)
            self.officer(work.session, FAR)
            self.person(work.session, "far_teacher", "far_school")
            held = table_of(Appointment)
            work.session.execute(
                held.update().where(held.c.person_id == self.ids["far_officer"]).values(role="administrator")
            )
            self.far_version = adopt(work.session, self.programme, self.ids[FAR], date(2020, 1, 1))

    def of(self, name: str) -> Any:
        people = table_of(Person)
        return self.rows(select(people).where(people.c.id == self.ids[name]))[0]

    def rows(self, statement: Any) -> Any:
        with self.at_work() as work:
            return work.session.execute(statement).all()

    def take(self, sheets: dict[str, list[tuple[Any, ...]]]) -> Any:
        """Our bureau imports a roster, as far as it has no faults."""
        with self.at_work() as work:
            plan = plan_import(work.session, self.ids["bureau"], write_workbook(sheets), work.now)
            return store_import(work.session, plan, work.now, only_good=True)


def expert(staff_no: str, name: str) -> tuple[Any, ...]:
    return (staff_no, name, "别处学院", "教授", "小学", "", "13900000000", "taken@x.example")


@pytest.mark.parametrize("name", ["far_teacher", "far_officer"])
def test_person_of_another_bureau_is_not_rewritten_by_an_import(any_database: Engine, name: str) -> None:
    world = Apart(any_database)
    before = world.of(name)
    row = (
        name,
        "改名",
        "女",
        date(1980, 1, 1),
        "county_a_school1",
        "副校长",
        date(2020, 1, 1),
        "",
        "否",
        "13900000000",
        "taken@x.example",
    )
    said = world.take({PEOPLE: [row]})
    assert world.of(name) == before
    assert said.faulty == 1


def test_expert_of_another_bureau_is_engaged_as_they_are(any_database: Engine) -> None:
    world = Apart(any_database)
    before = world.of("far_teacher")
    assert world.take({EXPERTS: [expert("far_teacher", "别名")]}).faulty == 1
    assert world.take({EXPERTS: [expert("far_teacher", "far_teacher")]}).faulty == 0
    assert world.of("far_teacher") == before
    held = table_of(Appointment)
    engaged = select(held.c.body_id).where(held.c.person_id == world.ids["far_teacher"], held.c.role == "expert")
    assert [row.body_id for row in world.rows(engaged)] == [world.ids["bureau"]]


def test_account_of_an_expert_from_elsewhere_stays_with_their_own_bureau(any_database: Engine) -> None:
    world = Apart(any_database)
    world.take({EXPERTS: [expert("far_teacher", "far_teacher")]})
    accounts(world, "bureau_officer", "far_teacher")
    admin = Visitor(web_of(world), "bureau_officer")
    answer = admin.post(f"/people/{world.ids['far_teacher']}/account", act="password", password="taken over by us 7")
    assert answer.status_code == 409
    assert "far_school" in answer.text
    assert Visitor(web_of(world), "far_teacher").csrf


def test_round_takes_nobody_of_another_bureau(any_database: Engine) -> None:
    world = Apart(any_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    actor = world.actor("far_teacher")
    with pytest.raises(Refused) as refused, world.at_work() as work:
        begin_application(work, actor, world.round_id, person_id=world.ids["far_teacher"])
    assert refused.value.because == "elsewhere"


def test_places_of_a_round_go_to_no_body_of_another_bureau(any_database: Engine) -> None:
    world = Apart(any_database)
    plan = RoundPlan(
        world.version_id, "apply", 2025, "一批", date(2025, 3, 3), date(2025, 3, 31), quotas=[Places("county", 3, body_id=world.ids["far_school"])]
    )  # fmt: skip
    actor = world.actor("bureau")
    with pytest.raises(NotFound), world.at_work() as work:
        plan_round(work, actor, plan)


def test_first_steps_count_only_ones_own_bodies_and_people(any_database: Engine) -> None:
    from models.queries.roll import beginnings

    world = Apart(any_database)
    with world.at_work() as work:
        there = beginnings(work.session, [world.ids[FAR]], 2025)
    assert (there.bodies, there.people) == (2, 2)


def test_calendar_that_others_live_by_too_is_changed_only_as_it_is_published(any_database: Engine) -> None:
    world = Apart(any_database)
    accounts(world, "bureau_officer")
    admin = Visitor(web_of(world), "bureau_officer")
    own = admin.post("/calendar/edit", changes="2025-06-10 放假 校庆", reason="本市决定")
    assert own.status_code == 409
    assert "国务院" in own.text
    assert not [row for row in world.rows(select(table_of(CalendarDay))) if row.day == date(2025, 6, 10)]
