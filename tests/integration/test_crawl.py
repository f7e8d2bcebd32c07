"""Every link that a page of the demonstration shows opens, for everybody who can log in there."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from demo.showing import TITLES
from tests.demonstration import Demonstration

LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
DEPTH = 3
ALIKE = 3  # of pages that differ only in their numbers, so many are opened
GOOD = {200, 303}


def links(page: str) -> Iterator[str]:
    """The addresses of this site on a page, each once."""
    yield from dict.fromkeys(unescape(found) for found in LINK.findall(page))


def shape(address: str) -> str:
    """What an address is, whichever case it is about: numbers and codes left out, of a query only the names."""
    path, _, query = address.partition("?")
    names = sorted({part.partition("=")[0] for part in query.split("&") if part})
    return re.sub(r"/(\d+|[A-Za-z0-9_-]{12,})(?=[/.]|$)", "/*", path) + ("?" + "&".join(names) if names else "")


def crawl(client: TestClient, start: str = "/") -> tuple[dict[str, int], dict[str, str]]:
    """Open what is linked, three links deep; the answers, and which page each address was found on."""
    answers: dict[str, int] = {}
    found_on, todo, opened = {start: ""}, [start], Counter[str]()
    for _ in range(DEPTH + 1):
        following: list[str] = []
        for address in todo:
            if opened[shape(address)] >= ALIKE:
                continue
            opened[shape(address)] += 1
            answer = client.get(address)
            answers[address] = answer.status_code
            further = [answer.headers["location"]] if answer.status_code == 303 else []
            if answer.headers.get("content-type", "").startswith("text/html"):
                further += links(answer.text)
            for one in further:
                if one not in found_on:
                    found_on[one] = address
                    following.append(one)
        todo = following
    return answers, found_on


@pytest.mark.parametrize("login", TITLES)
def test_every_link_that_somebody_sees_opens(demonstration: Demonstration, login: str) -> None:
    look_around(demonstration, login)


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("login", ["bureau", "host"])  # the two that see most; the words of SQL differ, not the pages
def test_every_link_that_somebody_sees_opens_on_postgresql(
    demonstration_on_postgres: Demonstration, login: str
) -> None:
    look_around(demonstration_on_postgres, login)


def look_around(demonstration: Demonstration, login: str) -> None:
    """Open everything that somebody sees; nothing is broken, and there is something to see."""
    answers, found_on = crawl(demonstration.client(login))
    broken = {address: (code, found_on[address]) for address, code in answers.items() if code not in GOOD}
    assert not broken
    assert len(answers) > 20
