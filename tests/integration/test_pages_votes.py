"""Pages of a vote: it waits in the inbox of each seat, one's own is given once, and the body sees how many have voted."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.acceptance.test_votes import asked, vote, voting
from tests.web_world import Visitor, accounts, web_of
from tests.world import World


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = voting(sqlite_database)
    accounts(world, "county_a_officer", "seat2", "seat3", "bureau_officer")
    return world


def at(world: World, name: str) -> tuple[Visitor, str]:
    """A seat at the page of its vote."""
    return Visitor(web_of(world), name), f"/votes/{asked(world)[name].id}"


def give(visitor: Visitor, address: str, **fields: str) -> Any:
    version = re.search(r'name="version" value="([^"]+)"', visitor.get(address).text)
    assert version
    return visitor.post(address, version=version[1], **fields)


def test_vote_waits_in_the_inbox_of_the_seat_and_leads_to_its_page(world: World) -> None:
    visitor, address = at(world, "seat2")
    assert address in visitor.get("/inbox", params={"run": address.rsplit("/", 1)[1]}).text
    page = visitor.get(address).text
    for words in ("投票：A", "投票的要满 2/3", "同意的超过 1/2", f"/applications/{world.ids['application/A']}"):
        assert words in page, words
    assert "人已投票" not in page


def test_vote_is_given_once_and_then_shows_the_tally(world: World) -> None:
    visitor, address = at(world, "seat2")
    assert give(visitor, address, choice="").status_code == 409
    assert give(visitor, address, choice="agree", reason="办学有特色").status_code == 303
    page = visitor.get(address).text
    assert "1/7 人已投票，同意 1" in page
    assert "办学有特色" in page
    assert 'type="radio"' not in page


def test_standing_back_needs_its_reason(world: World) -> None:
    visitor, address = at(world, "seat3")
    assert give(visitor, address, choice="stand_back").status_code == 409
    assert give(visitor, address, choice="stand_back", reason="与申报人同校").status_code == 303
    assert "您已回避" in visitor.get(address).text


def test_vote_of_another_is_not_found(world: World) -> None:
    _visitor, address = at(world, "seat2")
    assert Visitor(web_of(world), "seat3").get(address).status_code == 404
    assert Visitor(web_of(world), "bureau_officer").get(address).status_code == 404


def test_body_sees_how_many_have_voted_and_why_it_cannot_endorse_yet(world: World) -> None:
    vote(world, "agree", "against", "agree")
    page = Visitor(web_of(world), "county_a_officer").get(f"/applications/{world.ids['application/A']}").text
    assert "3/7 人已投票" in page
    assert "要满 2/3 才算数" in page
    assert "同意 2，不同意 1" in page


def test_body_asks_seats_that_were_filled_later(world: World) -> None:
    visitor, run = Visitor(web_of(world), "county_a_officer"), world.run_of("A")
    answer = visitor.post(f"/runs/{run.id}/ask_seats", version=str(run.version), back="/inbox")
    assert answer.status_code == 303
    assert len(asked(world)) == 7
    assert world.today == date(2025, 2, 24)
