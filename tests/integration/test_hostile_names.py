"""Names that would be markup, templates or formulas: shown as they were written, on every page, in every export and every letter."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from models.schema import upgrade
from models.session import connect
from tests.demonstration import Demonstration
from tests.integration.test_crawl import crawl
from tests.two_bureaus import copy_marked

MARKUP = "<img src=x onerror=alert(1)>'\"{{7*7}}</title></script>"
FORMULA = '=HYPERLINK("http://x.example","看")'
LOGINS = ("bureau", "county", "host")


def hostile(text: str) -> str:
    """A formula in front and markup behind, as far as an address of mail goes without."""
    return text if "@" in text else FORMULA + text + MARKUP


@pytest.fixture(scope="module")
def hostile_bureau(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration, whose people, bodies and studios have such names."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'names.db'}")
    upgrade(engine)
    copy_marked(demonstration.engine, engine, hostile)
    yield Demonstration(engine, ())
    engine.dispose()


@pytest.mark.parametrize("login", LOGINS)
def test_nothing_that_people_wrote_becomes_markup_or_a_formula(hostile_bureau: Demonstration, login: str) -> None:
    client = hostile_bureau.client(login)
    answers, _found = crawl(client)
    assert [one for one, status in answers.items() if status >= 500] == []
    wrong = [one for one in answers if not harmless(client, one)]
    assert wrong == []


def harmless(client: TestClient, address: str) -> bool:
    answer = client.get(address)
    if answer.content.startswith(b"PK"):
        return all(part_harmless(part) for part in parts(answer.content))
    return "<img src=x" not in answer.text and "49</title>" not in answer.text


def parts(content: bytes) -> Iterator[bytes]:
    """What is in an archive, and in the archives in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            yield from parts(part) if part.startswith(b"PK\x03\x04") else (part,)


def part_harmless(part: bytes) -> bool:
    """No formula, no link, no markup; a table of plain text begins no cell like a formula."""
    text = part.decode("utf-8", "ignore")
    if text.lstrip("\ufeff").startswith("<"):
        return not re.search(r"<f[ >]|<hyperlink|<img src=x", text)
    return not re.search(r'(^|[,\t])"?[=+@]HYPERLINK', text, re.MULTILINE)
