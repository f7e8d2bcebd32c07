"""The two databases every engine promise is tested on."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, insert, inspect, select, text
from sqlmodel import SQLModel

from flows.engine.days import forget_calendars
from models.session import connect
from tests.postgres import locked, place

Content = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
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
        engine = (_with_tables if prepare is empty else _without_tables)(tmp_path)
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
    """Take everything out of a PostgreSQL database; its tables, made by the test before, stay.

    Rows are deleted and numbers begin anew: to truncate so many tables makes as many new files, which takes ten times as long.
    """
    known = set(inspect(engine).get_table_names()) & set(SQLModel.metadata.tables)
    if known != set(SQLModel.metadata.tables):
        clear(engine)
        return
    deleted = "; ".join(f'DELETE FROM "{table}"' for table in sorted(known))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {deleted}")
        connection.exec_driver_sql(
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
        )


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Engine]:
    """An SQLite database with its tables, in which nothing is stored."""
    engine = _with_tables(tmp_path)
    yield engine
    engine.dispose()


def _without_tables(folder: Path) -> Engine:
    engine = connect(f"sqlite:///{folder / 'world.db'}")
    event.listen(engine, "connect", _wait_for_no_disk)
    return engine


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    """Nothing here must survive a power cut, as in the PostgreSQL of the tests."""
    connection.execute("PRAGMA synchronous=OFF")


def with_tables(engine: Engine) -> None:
    """Make the tables in a database that has none yet."""
    if not inspect(engine).get_table_names():
        SQLModel.metadata.create_all(engine)


def content(engine: Engine) -> Content:
    """Every row of a database, by table, what is referred to first."""
    with engine.connect() as connection:
        found = [(table.name, _rows(connection, table)) for table in SQLModel.metadata.sorted_tables]
    return [(table, rows) for table, rows in found if rows]


def _rows(connection: Connection, table: Any) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def lay(engine: Engine, rows: Content) -> None:
    """Fill an empty database with the content of another one."""
    with engine.begin() as connection:
        for name, written in rows:
            table = SQLModel.metadata.tables[name]
            connection.execute(insert(table), written)
            if engine.dialect.name == "postgresql" and table.c.get("id") is not None:
                last = func.pg_get_serial_sequence(name, "id")
                connection.execute(select(func.setval(last, select(func.max(table.c.id)).scalar_subquery())))


def _with_tables(folder: Path) -> Engine:
    """A copy of a file whose tables are made once for all workers of a test run."""
    made = place() / "tables.db"
    with locked("tables"):
        if not made.exists():
            engine = connect(f"sqlite:///{made}.begun")
            SQLModel.metadata.create_all(engine)
            engine.dispose()
            Path(f"{made}.begun").rename(made)
    shutil.copyfile(made, folder / "world.db")
    return _without_tables(folder)
