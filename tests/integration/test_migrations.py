"""Migrations make exactly the tables that the code declares, on both databases, and quickly."""

import threading
from pathlib import Path
from time import process_time

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from models import schema
from models.session import connect


def test_migrations_make_the_declared_tables(bare_database: Engine) -> None:
    assert not schema.is_current(bare_database)
    assert schema.upgrade(bare_database)
    assert schema.is_current(bare_database)
    assert schema.differences(bare_database) == []


def test_migrating_twice_changes_nothing(bare_database: Engine) -> None:
    assert schema.upgrade(bare_database)
    assert not schema.upgrade(bare_database)


def test_partial_indexes_and_checks_survive_migration(bare_database: Engine) -> None:
    schema.upgrade(bare_database)
    made, declared = inspect(bare_database), SQLModel.metadata.tables
    for name, table in declared.items():
        checks = {check["name"] for check in made.get_check_constraints(name)}
        wanted = {str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint" and one.name}
        assert wanted <= checks, name
    waking = next(one for one in made.get_indexes("stagerun") if one["name"] == "to_wake")
    options = waking["dialect_options"]
    assert "wake_at IS NOT NULL" in str(options.get("sqlite_where", options.get("postgresql_where")))


def test_migration_takes_under_two_seconds(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    began = process_time()  # of work: how long it waits for others on a busy machine says nothing of it
    schema.upgrade(engine)
    assert process_time() - began < 2


def test_the_newest_migration_is_the_one_that_ends_the_chain() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.newest()


def test_processes_that_start_together_migrate_once(bare_database: Engine) -> None:
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(schema.upgrade(bare_database))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(done) == 4
    assert schema.is_current(bare_database)


def test_a_database_of_others_is_refused(bare_database: Engine) -> None:
    with bare_database.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(schema.NotOurs, match="已有别的表"):
        schema.upgrade(bare_database)
    assert inspect(bare_database).get_table_names() == ["theirs"]
