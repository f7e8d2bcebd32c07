"""Requests that no page of ours sends: answered in plain words, never with a fault, and nothing of them is kept."""

from datetime import date

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from models import Person
from models.columns import table_of
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web.bounds import MOST_OF_API, MOST_OF_FORM

HUGE = "99999999999999999999"


@pytest.fixture
def visitors(any_database: Engine) -> dict[str, Visitor]:
    """An applicant, the officer of a school and the administrator, with an application in review."""
    world = World(any_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲")
    names = ("甲", "county_a_school1_officer", "bureau_officer")
    accounts(world, *names)
    app = web_of(world)
    return {name: Visitor(app, name) for name in names}


def test_numbers_that_nothing_holds_lead_nowhere(visitors: dict[str, Visitor]) -> None:
    addresses = [
        f"/inbox?page={HUGE}", f"/inbox?run={HUGE}", f"/applications?page={HUGE}", f"/applications?round={HUGE}", f"/applications/{HUGE}",
        f"/messages?before={HUGE}", f"/audit?before={HUGE}", f"/rounds/{HUGE}", f"/people?page={HUGE}", "/audit?since=0001-01-01",
        "/audit?until=9999-12-31", f"/dashboard?county={HUGE}", "/dashboard/studios/duties?month=9999-12", "/inbox?round=²",
        f"/dashboard/studios/list?page={HUGE}", f"/api/applications?page={HUGE}", f"/studios/{HUGE}", "/applications?round=" + "9" * 5000,
        "/search?q=%00", "/people?words=%00", "/audit?person=%00", "/verify?code=%00", "/o?code=%00", "/programmes/%00",
    ]  # fmt: skip
    faults = [one for one in addresses if visitors["bureau_officer"].get(one).status_code >= 500]
    assert faults == []


def test_forms_with_signs_that_nothing_holds_are_refused_in_words(visitors: dict[str, Visitor]) -> None:
    officer = visitors["county_a_school1_officer"]
    for fields in ({"version": "²"}, {"version": HUGE}, {"rank": "9" * 5000}):
        answer = officer.post("/runs/1/endorse", **fields)
        assert answer.status_code in {404, 409}, fields
    assert visitors["甲"].post("/me/substitutions", body="²", person=HUGE).status_code < 500


def test_forged_token_of_any_sign_is_refused(visitors: dict[str, Visitor]) -> None:
    client = visitors["甲"].client
    assert client.post("/me", data={"csrf": "伪造", "request_id": "forged-12"}).status_code == 403


def test_language_that_there_is_not_is_not_kept(visitors: dict[str, Visitor]) -> None:
    answer = visitors["甲"].post("/locale", locale="中\r\nX: y", next="/me")
    assert answer.status_code == 303
    assert "zh_CN" in answer.headers["set-cookie"]


@pytest.mark.parametrize(("address", "most"), [("/api/seats", MOST_OF_API), ("/login", MOST_OF_FORM)])
def test_body_beyond_the_bound_is_not_taken(visitors: dict[str, Visitor], address: str, most: int) -> None:
    client = visitors["甲"].client
    said = client.post(address, content=b"{}", headers={"Content-Length": str(most + 1)})
    assert said.status_code == 413


def test_body_that_does_not_say_how_long_it_is_is_counted(visitors: dict[str, Visitor]) -> None:
    parts = (b"x" * 65536 for _ in range(MOST_OF_API // 65536 + 2))
    answer = visitors["甲"].client.post("/api/seats", content=parts, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_fault_of_the_database_names_nobody(any_database: Engine) -> None:
    """What goes into a log says which statement failed, and not with whose data."""
    world = World(any_database)
    with pytest.raises(IntegrityError) as fault, world.at_work() as work:
        work.session.execute(
            insert(table_of(Person)).values(staff_no="bureau_officer", name="张秘密", phone="13900001111")
        )
    assert "张秘密" not in str(fault.value)
    assert "13900001111" not in str(fault.value)
