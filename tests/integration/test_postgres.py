"""The tests' own PostgreSQL: reachable, fast and one database a worker."""

import psycopg

from tests import postgres


def _leave_a_table(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE plaque (number text)")


def _tables(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return [name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relname = 'plaque'")]


def test_postgres_database_is_empty_and_ours(postgres_url: str) -> None:
    assert _tables(postgres_url) == []


def test_postgres_database_is_copied_from_a_prepared_template(worker: str) -> None:
    url = postgres.postgres_url(f"{worker}_copy", _leave_a_table)
    try:
        assert _tables(url) == ["plaque"]
    finally:
        postgres.drop_database(f"{worker}_copy")
