"""Where pages lead: search, clauses, duties in the inbox; and what the record keeps from applicants."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from models import Application, Substitution
from models.columns import table_of
from models.queries.inbox import inbox_case
from models.queries.programmes import programme_of, version_under
from models.session import transaction
from models.settings import settings
from tests.browsing import client_of, form
from tests.integration.test_pages_notices import FACTS, object_to, posted
from tests.integration.test_pages_scores import blind_round
from tests.world import World
from web.app import provenance
from web.views.inbox import whole_of


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three applications endorsed and waiting for experts, in a blind round of two places."""
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    return blind_round(sqlite_database)


def test_search_finds_by_name_school_and_number_in_ones_own_scope(world: World) -> None:
    bureau = client_of(world, "bureau")
    assert "宋海燕" in bureau.get("/search", params={"q": "海燕"}).text
    assert "何静远" in bureau.get("/search", params={"q": "county_a_school1"}).text
    case = world.run_of("宋海燕").application_id
    with transaction(world.engine) as session:
        numbers = table_of(Application)
        number = session.execute(select(numbers.c.number).where(numbers.c.id == case)).scalar_one()
    assert bureau.get("/search", params={"q": number}).headers["location"] == f"/applications/{case}"
    own = client_of(world, "何静远")
    assert "宋海燕" not in own.get("/search", params={"q": "海"}).text.replace('value="海"', "")
    assert "何静远" in own.get("/search", params={"q": "静远"}).text
    assert client_of(world).get("/search").status_code == 303


def test_record_never_shows_what_an_objector_wrote(world: World) -> None:
    code = posted(world)
    object_to(client_of(world), code, signed="anonymous")
    run = world.run_of("宋海燕").id
    case = world.run_of("宋海燕").application_id
    for name in ("宋海燕", "county_a_school1", "county_a"):
        client = client_of(world, name)
        for address in (f"/applications/{case}", f"/inbox?box=started&run={run}&tab=record", "/inbox?box=cc", "/messages",
                        f"/api/applications/{case}", "/api/inbox?box=started", "/api/messages"):  # fmt: skip
            assert FACTS not in client.get(address).text, (name, address)
    assert "收到异议，核查中" in client_of(world, "宋海燕").get(f"/applications/{case}").text


def test_round_page_leads_to_the_pages_that_have_something_to_show(world: World) -> None:
    bureau = client_of(world, "bureau")
    page = bureau.get(f"/rounds/{world.round_id}").text
    assert f'href="/rounds/{world.round_id}/panel"' in page
    assert f'href="/rounds/{world.round_id}/plaques"' not in page


def test_acting_line_says_until_when(world: World) -> None:
    for_, by = world.ids["county_a_school1_officer"], world.ids["county_a_officer"]
    with transaction(world.engine) as session:
        session.execute(
            insert(table_of(Substitution)).values(
                for_person_id=for_, by_person_id=by, body_id=world.ids["county_a_school1"], from_on=date(2025, 3, 1),
                to_on=date(2025, 3, 31), made_at=world.clock.now(),
            )
        )  # fmt: skip
    county = client_of(world, "county_a")
    assert county.post("/acting", data=form(person=str(for_))).status_code == 303
    assert "至 3月31日 周一" in county.get("/acting").text


def test_clause_of_a_refusal_leads_to_its_programme(world: World) -> None:
    shown = provenance({"kind": "clause", "text": "九(一)", "reason": ""}, ("chifeng", 1))
    assert shown is not None
    assert shown.href == "/programmes/chifeng/1#c9-1"
    plain = provenance({"kind": "default", "text": "D-DUE", "reason": ""}, ("chifeng", 1))
    assert plain is not None
    assert (plain.text, plain.href) == ("共用默认", "")
    run = world.run_of("宋海燕").id
    with world.at_work() as work:
        version = version_under(work.session, "run_id", run)
        assert version == world.version_id
        assert programme_of(work.session, version) == ("chifeng", 1)


def test_duty_in_the_inbox_opens_its_own_page(world: World) -> None:
    run = world.run_of("宋海燕").id
    with world.at_work() as work:
        found = inbox_case(work.session, run)
    assert found is not None
    assert found.duty_id is None
    assert whole_of(found) == f"/rounds/{world.round_id}/panel"
    assert whole_of(replace(found, duty_id=7, stage="activities")) == "/duties/7"
    assert whole_of(replace(found, stage="plaque", state="announced", run_id=9)) == "/plaques/9"
    assert whole_of(replace(found, stage="opinion", state="asked", run_id=9, blind=True)) == "/scores/9"
    assert whole_of(replace(found, stage="public_notice", state="objected")) == "/objections"
    assert whole_of(replace(found, stage="round", state="closed", application_id=None)) == f"/rounds/{world.round_id}"
