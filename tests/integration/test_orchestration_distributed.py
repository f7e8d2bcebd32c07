"""A round on PostgreSQL, its deadlines and lists done by a worker that Prefect's server sends: every part a process of its own."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from flows.engine.lists import make_list
from flows.engine.sweep import SweepReport
from flows.office.selection import announce, draft_announcement
from models import schema
from models.session import connect
from tests.processes import Site, site, until
from tests.world import World

WITHIN = 90.0  # a worker on a busy machine takes half a minute to begin; the clock then does it itself


class Elsewhere(World):
    """A world in which people act here, and everything else is done by other processes."""

    def sweep(self) -> SweepReport:
        return SweepReport()

    def _make(self, listing_id: int) -> int:
        actor = self.actor("bureau")
        with self.at_work() as work:
            make_list(work, actor, listing_id)
        return self.applied(listing_id)

    def applied(self, listing_id: int) -> int:
        def done() -> bool:
            listing = self.listing(listing_id)
            return listing is not None and listing.applied_at is not None

        until(done, WITHIN, f"list {listing_id}")
        return listing_id

    def announce(self, *names: str) -> str:
        actor = self.actor("bureau")
        runs = [self.run_of(name).id for name in names] if names else None
        with self.at_work() as work:
            listing_id = draft_announcement(work, actor, self.round_id, "announce", runs)
            number = announce(work, actor, listing_id, self.round_id)
        self.applied(listing_id)
        return number


@pytest.fixture
def postgres(postgres_url: str) -> Engine:
    engine = connect(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    schema.upgrade(engine)
    return engine


@pytest.fixture
def prefect_database(postgres_url: str) -> Iterator[str]:
    """A database of Prefect's own in the same cluster."""
    place = make_url(postgres_url)
    name = f"{place.database}_prefect"
    admin = create_engine(place, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield place.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def start_all(one: Site, database: str) -> None:
    """The five processes of docs/operations.md; PostgreSQL runs already."""
    one.environment |= {
        "PREFECT_API_DATABASE_CONNECTION_URL": database, "PREFECT_API_URL": one.prefect_api, "PREFECT_HOME": str(one.folder / "prefect"), "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "5", "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }  # fmt: skip
    one.start("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(one.prefect_port))
    one.start("studioflow", "serve", "--role", "web")
    until(one.prefect_answers, 90, "Prefect's server")
    one.start("prefect", "worker", "start", "--pool", "studioflow", "--type", "process")
    one.start("studioflow", "serve", "--role", "clock")


@pytest.mark.needs("postgresql")
@pytest.mark.timeout(400)
def test_round_runs_to_the_plaque_by_a_worker_on_postgresql(
    postgres: Engine, postgres_url: str, prefect_database: str, tmp_path: Path
) -> None:
    world = Elsewhere(postgres)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    world.apply_for("A", credentials=[{"kind": "title", "name": "名校长", "level": "city"}])
    with site(tmp_path, postgres_url, STUDIOFLOW_PREFECT="server", STUDIOFLOW_PREFECT_PATIENCE="25") as one:
        start_all(one, prefect_database)
        until(lambda: world.run_of("round").state == "closed", WITHIN, "the closing day")
        until(lambda: "申报批次到期" in one.finished_flows(), WITHIN, "the worker's flow run")
        assert "stage-round" in one.tables()
        world.on("2025-04-01")
        world.endorse_tiers("A")
        world.draw()
        world.score("A", 90, 92, 88, 91, 89)
        world.rank()
        assert world.state("A") == "notice.unposted"
        world.post()
        until(lambda: world.state("A") == "plaque.unannounced", WITHIN, "the end of the notice")
        world.announce()
        world.do("bureau", "hang", "A")
        assert world.outcome("A") == "hung"
        assert one.answers("/healthz")
        assert "名单办理" in one.finished_flows()
