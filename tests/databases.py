"""The two databases every engine promise is tested on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from models.session import connect


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'world.db'}")
    else:
        engine = connect(request.getfixturevalue("postgres_url"))
        empty(engine)
    yield engine
    engine.dispose()


def empty(engine: Engine) -> None:
    """Take everything out of a PostgreSQL database; its tables, made by the test before, stay."""
    known = set(inspect(engine).get_table_names()) & set(SQLModel.metadata.tables)
    if known == set(SQLModel.metadata.tables):
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(sorted(known))} RESTART IDENTITY CASCADE"))
        return
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database."""
    engine = connect(f"sqlite:///{tmp_path / 'world.db'}")
    yield engine
    engine.dispose()
