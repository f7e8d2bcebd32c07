"""The demonstration bureau for tests: founded once for all workers on one day, never written to by a test."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from demo.showing import load_demo
from flows.engine.clock import VirtualClock
from models import LoginSession, User
from models.columns import table_of
from models.schema import upgrade
from models.session import connect, reading, transaction
from tests.browsing import browser
from tests.parts import need
from tests.postgres import drop_database, locked, place, postgres_url
from web.app import create_app
from web.identity import digest

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True)
class Demonstration:
    """A founded demonstration: its database, its moment, and a browser for each of its logins."""

    engine: Engine
    shares: tuple[float, ...]

    def rows(self, statement: Any) -> list[Any]:
        """What a statement finds."""
        with reading(self.engine) as session:
            return list(session.execute(statement).all())

    def client(self, login: str) -> TestClient:
        """A browser in which somebody is logged in."""
        client = browser(create_app(self.engine, VirtualClock(NOW)))
        users, token = table_of(User), f"shown-{next(_numbers)}"
        with transaction(self.engine) as session:
            user_id = session.execute(select(users.c.id).where(users.c.login == login)).scalar_one()
            session.add(
                LoginSession(token_hash=digest(token), user_id=user_id, csrf="c" * 20, opened_at=NOW, seen_at=NOW)
            )
        client.cookies.set("studioflow", token)
        return client


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration bureau as it stands on 21 November 2026."""
    founded, mine = place() / "demonstration.db", tmp_path_factory.mktemp("demonstration") / "demo.db"
    with locked("demonstration"):
        if not _note("sqlite").exists():
            _found(f"sqlite:///{founded}")
    shutil.copyfile(founded, mine)
    yield from _opened(f"sqlite:///{mine}")


@pytest.fixture(scope="session")
def demonstration_on_postgres(worker: str) -> Iterator[Demonstration]:
    """The same bureau on PostgreSQL, in a database of its own."""
    need("postgresql")
    yield from _opened(postgres_url(f"{worker}_shown", _found))
    drop_database(f"{worker}_shown")


def _found(url: str) -> None:
    """Found the bureau once for all workers; each works on a copy."""
    engine, shares = connect(url), list[float]()
    upgrade(engine)
    assert load_demo(engine, NOW, progress=shares.append)
    engine.dispose()
    _note(engine.dialect.name).write_text(json.dumps(shares))


def _opened(url: str) -> Iterator[Demonstration]:
    engine = connect(url)
    yield Demonstration(engine, tuple(json.loads(_note(engine.dialect.name).read_text())))
    engine.dispose()


def _note(database: str) -> Path:
    """Where it is kept what was told of the progress while a bureau was founded; written when all is done."""
    return place() / f"demonstration.{database}.json"
