"""The database: one engine a process, one transaction a request, and the only commit."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import Pool
from sqlalchemy.util import LRUCache
from sqlmodel import Session

from models.columns import json_text, json_value
from models.settings import settings

BUSY_TIMEOUT_MS = 30_000
PREPARED = 1024  # statements that a connection keeps prepared: a busy day has some hundreds
COMPILED = 2048  # statements whose text a process keeps
_compiled: LRUCache[Any, Any] = LRUCache(COMPILED)
_places: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()


def connect(url: str, pool: type[Pool] | None = None) -> Engine:
    """An engine with our promises switched on: WAL, full sync, foreign keys and immediate transactions on SQLite.

    `pool`: how connections of an SQLite database are kept, where the usual way will not do (a database in memory).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            json_serializer=json_text,
            json_deserializer=json_value,
            hide_parameters=True,  # a log names no people
            pool_size=20,
            max_overflow=40,
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(
        parsed,
        connect_args={
            "check_same_thread": False,
            "timeout": BUSY_TIMEOUT_MS / 1000,
            "cached_statements": PREPARED,
        },
        poolclass=pool,
    )
    # With the dialect of all SQLite databases, what was compiled for one is not compiled for the next: a rehearsal makes many.
    compiled = {"compiled_cache": _compiled}
    engine = Engine(made.pool, _sqlite_dialect(), made.url, execution_options=compiled, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def _sqlite_dialect() -> Dialect:
    """The one dialect of all SQLite databases, which has met the library that it speaks to."""
    engine = create_engine("sqlite://", json_serializer=json_text, json_deserializer=json_value)
    with engine.connect():
        return engine.dialect


def absent(url: str) -> str:
    """The file of an SQLite database that is not there, or is empty; nothing for one that is, and for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return ""
    file = Path(parsed.database)
    return "" if file.is_file() and file.stat().st_size else str(file)


@cache
def database() -> Engine:
    """The engine of this process, from the settings."""
    return connect(settings().database_url)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: commits when the block ends, rolls back when it raises. The only commit of the project."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads: it takes no locks, PostgreSQL refuses it every write, and whatever is left in it is rolled back."""
    with (
        engine.connect().execution_options(reading=True, postgresql_readonly=True) as connection,
        Session(connection, autoflush=False) as session,
    ):
        yield session


def place_of(session: Session) -> str:
    """The address of a session's database, which tells what a process has read of one database from what it has of another."""
    kept: str | None = session.info.get("place")
    if kept is None:
        engine = session.get_bind().engine
        if engine not in _places:
            _places[engine] = str(engine.url)
        kept = session.info["place"] = _places[engine]
    return kept


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("reading", False)
    said = "BEGIN" if reads else "BEGIN IMMEDIATE"
    try:
        connection.connection.driver_connection.execute(said)
    except sqlite3.Error as error:
        raise DBAPIError.instance(said, (), error, sqlite3.Error) from error
