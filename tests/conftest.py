"""What every test finds around it: quiet libraries, the parts it needs, a PostgreSQL of its own."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling

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

LONG = (
    "tests/crash/", "tests/integration/test_orchestration_", "tests/browser/", "tests/integration/test_cli", "tests/integration/test_serve",
    "tests/acceptance/test_scenarios",
)  # fmt: skip
# Long as whole files: their fixtures cost more than their tests.
THEN = ("tests/integration/test_two_bureaus", "tests/integration/test_crawl", "tests/integration/test_hostile_names", "tests/integration/test_access",
        "tests/integration/test_trials", "tests/acceptance/", "tests/property/")  # fmt: skip

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


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """The tests of a file stay with one worker, its fixtures made once; those of `LONG` are shared out one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if _turn(file) < len(LONG) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are shared out to workers."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker is left with it alone."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(name: str) -> int:
    """The place of a file among `LONG` and `THEN`; after them all for the others."""
    early = (*LONG, *THEN)
    return next((place for place, begins in enumerate(early) if name.startswith(begins)), len(early))


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
