"""The two databases every engine promise is tested on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from flows.engine.days import forget_calendars
from models.session import connect

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@pytest.fixture(params=BOTH)
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database in which nothing is stored, on SQLite and on PostgreSQL; there may be tables in it."""
    yield from _database(request, tmp_path, empty)


@pytest.fixture(params=BOTH)
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a single table, on SQLite and on PostgreSQL."""
    yield from _database(request, tmp_path, clear)


def _database(request: pytest.FixtureRequest, tmp_path: Path, prepare: Callable[[Engine], None]) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'world.db'}")
    else:
        engine = connect(request.getfixturevalue("postgres_url"))
        prepare(engine)
        forget_calendars()
    yield engine
    engine.dispose()


def clear(engine: Engine) -> None:
    """Take every table out of a PostgreSQL database."""
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))


def empty(engine: Engine) -> None:
    """Take everything out of a PostgreSQL database; its tables, made by the test before, stay."""
    known = set(inspect(engine).get_table_names()) & set(SQLModel.metadata.tables)
    if known == set(SQLModel.metadata.tables):
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(sorted(known))} RESTART IDENTITY CASCADE"))
        return
    clear(engine)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database."""
    engine = connect(f"sqlite:///{tmp_path / 'world.db'}")
    yield engine
    engine.dispose()
