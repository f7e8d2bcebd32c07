"""Working on a copy (先在内存里做): what is founded is written to the database file at once, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Engine
from sqlalchemy.pool import StaticPool

from models.session import connect

_numbers = count(1)


@contextmanager
def on_a_copy(engine: Engine) -> Iterator[Engine]:
    """A copy of an SQLite database in memory, written back whole when the block ends and left away when it raises.

    Nobody else may write meanwhile. Another kind of database is worked on itself.
    """
    if engine.dialect.name != "sqlite":
        yield engine
        return
    copy = connect(f"sqlite:///file:demonstration-{next(_numbers)}?mode=memory&uri=true", StaticPool)
    _write(engine, copy)
    yield copy
    _write(copy, engine)
    copy.dispose()


def _write(source: Engine, target: Engine) -> None:
    with source.connect() as read, target.connect() as written:
        driver: sqlite3.Connection = read.connection.driver_connection  # type: ignore[assignment]
        driver.backup(written.connection.driver_connection)  # type: ignore[arg-type]
