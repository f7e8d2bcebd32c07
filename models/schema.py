"""The schema (库结构): brings a database to the newest migration, and says whether it is there."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

import models.tables  # noqa: F401  what is compared with a database must be declared

if TYPE_CHECKING:  # Alembic is asked only where there is something to do: it brings half a second of libraries along
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
STAMP = "alembic_version"
ONE_AT_A_TIME = 7_261_504  # the advisory lock under which PostgreSQL migrates
_alembic = Lock()  # Alembic keeps its context in module globals, so one thread at a time


class NotOurs(Exception):  # noqa: N818  says what the database is
    """The database holds tables but no migration stamp, so nobody knows what they are."""


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest migration, in one transaction; returns whether anything was to do.

    Processes that start together wait for one another. Raises NotOurs for a database that something else filled.
    """
    if is_current(engine):
        return False
    from alembic import command

    with _alembic, engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        _refuse_foreign(connection)
        command.upgrade(_config(connection), "head")
    return True


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration; one small query."""
    return stamped(engine) == newest()


def stamped(engine: Engine) -> str | None:
    """The migration that the database stands at; None for one that was never migrated."""
    with engine.connect().execution_options(reading=True) as connection:
        if not inspect(connection).has_table(STAMP):
            return None
        found: str | None = connection.execute(text(f"SELECT version_num FROM {STAMP}")).scalar()  # noqa: S608  a constant
        return found


@cache
def newest() -> str:
    """The newest migration: each file begins with its number. Raises LookupError when there is none."""
    numbers = [file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    if not numbers:
        raise LookupError("没有任何迁移文件。")
    return max(numbers)


def differences(engine: Engine) -> Sequence[Any]:
    """What the tables in the code have that a migrated database has not, and the other way round; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect().execution_options(reading=True) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))


def draft(engine: Engine, message: str, number: str) -> Path:
    """Write a migration for what the code has and this database has not; a person reviews it before it is committed."""
    from alembic import command

    with _alembic, engine.begin() as connection:
        made: Any = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
    return Path(made.path)


def _refuse_foreign(connection: Connection) -> None:
    tables = set(inspect(connection).get_table_names())
    if tables and STAMP not in tables:
        raise NotOurs("这个数据库里已有别的表，又没有升级记录，不能在上面建库。请换一个空的数据库。")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


__all__ = ["NotOurs", "differences", "draft", "is_current", "newest", "stamped", "upgrade"]
