"""What every test finds around it: quiet libraries, the parts it needs, a PostgreSQL of its own."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres
from tests.databases import any_database, bare_database, sqlite_database
from tests.demonstration import demonstration, demonstration_on_postgres
from tests.parts import need

__all__ = ["any_database", "bare_database", "demonstration", "demonstration_on_postgres", "sqlite_database"]

os.environ.update(
    DO_NOT_TRACK="1",
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    NO_PROXY="127.0.0.1,localhost,::1",
    no_proxy="127.0.0.1,localhost,::1",
)

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI", "").lower() == "true" else "default")


def _controls(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Name the place of the PostgreSQL cluster before workers are started, so that they inherit it."""
    if _controls(config):
        postgres.prepare_place()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster when the last test is done."""
    if _controls(config):
        postgres.remove_place()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests are begun first and shared out one by one; of the others each file stays with one worker, its fixtures made once."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.name if _long(item) else item.path.stem))
    items.sort(key=_long, reverse=True)


def _long(item: pytest.Item) -> bool:
    return item.get_closest_marker("long") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or under CI=true fail, a test whose part is missing."""
    for marker in item.iter_markers("needs"):
        for part in marker.args:
            need(part)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this pytest worker: `gw0`, `gw1`, or `main` without xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def postgres_url(worker: str) -> Iterator[str]:
    """An empty PostgreSQL database that only this worker uses; shared by the tests of the session."""
    yield postgres.postgres_url(worker)
    postgres.drop_database(worker)
