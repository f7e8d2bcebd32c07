"""The doctor finds nothing in a healthy bureau, and names each thing that somebody broke."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from demo.journey import Journey
from flows.doctor import CHECKS, examine, mend
from flows.engine.calendar import at_local
from flows.engine.clock import VirtualClock
from flows.orchestration.looks import look
from models import schema
from models.session import connect

BREAKS = {
    "schema_current": "UPDATE alembic_version SET version_num = '0000'",
    "foreign_keys": "UPDATE stagerun SET version_id = 999999 WHERE id = 5",
    "tree": "UPDATE body SET parent_id = (SELECT id FROM body WHERE code = 'CF01-0001') WHERE code = 'CF01'",
    "files": "INSERT INTO file (sha256, size, type, stored_at) VALUES ('ab', 1, 'application/pdf', '2026-01-01 00:00:00')",
    "versions": "UPDATE stagerun SET version = version + 1 WHERE id = 5",
    "gaps": "UPDATE transition SET version = 7 WHERE id = (SELECT max(id) FROM transition)",
    "chain": "UPDATE transition SET reason = '改过' WHERE id = 9",
    "folded": "UPDATE stagerun SET state = 'drafting' WHERE id = (SELECT max(run_id) FROM transition WHERE to_state = 'submitted')",
    "known_states": "UPDATE stagerun SET state = 'dreaming' WHERE id = (SELECT max(id) FROM stagerun)",
    "live_run": "UPDATE application SET outcome = 'hung' WHERE id = (SELECT max(application_id) FROM stagerun WHERE ended_at IS NULL)",
    "outcomes": "UPDATE stagerun SET desk = 'body:1' WHERE id = (SELECT max(id) FROM stagerun WHERE ended_at IS NOT NULL)",
    "desks": "UPDATE stagerun SET desk = '' WHERE id = (SELECT max(id) FROM stagerun WHERE desk <> '')",
    "waking": "UPDATE stagerun SET wake_at = NULL WHERE stage = 'round' AND ended_at IS NULL",
    "stuck": "UPDATE stagerun SET wake_at = '2020-01-01 00:00:00.000000' WHERE stage = 'round' AND ended_at IS NULL",
    "subjects": "UPDATE stagerun SET subject_id = 999999 WHERE id = (SELECT max(id) FROM stagerun WHERE subject_kind = 'application')",
    "incidents": "INSERT INTO incident (kind, run_id, what, raised_at, resolution) VALUES ('run', 5, '出错', '2026-01-01 00:00:00', '')",
    "quotas": "UPDATE quota SET at_most = 0 WHERE scope = 'county'",
    "entries": "UPDATE listingentry SET applied_at = NULL, outcome = NULL WHERE position = 1",
    "snapshots": """UPDATE listingentry SET shown = '{"number": "X"}' WHERE position = 1""",
    "frozen": """UPDATE programmeversion SET expanded = '{"programme": "x"}'""",
    "messages": "UPDATE message SET status = 'sending', next_at = '2020-01-01 00:00:00.000000' WHERE id = 1",
}  # fmt: skip


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bureau in the middle of its round: a list drawn, experts asked, the round still open for one more day."""
    path = tmp_path_factory.mktemp("doctor") / "healthy.db"
    engine = connect(f"sqlite:///{path}")
    schema.upgrade(engine)
    journey = Journey(engine, VirtualClock(at_local(date(2026, 3, 2), 9)))
    journey.begin()
    journey.to(date(2026, 3, 9))
    journey.apply_all()
    journey.to(date(2026, 3, 13))
    journey.endorse("school_review")
    journey.endorse("county_review", 0.5)
    journey.draw()
    look(engine, journey.book, journey.clock.now())
    engine.dispose()
    return path


NOW = at_local(date(2026, 3, 13), 11)


@pytest.fixture
def bureau(healthy: Path, tmp_path: Path) -> Iterator[Engine]:
    copy = tmp_path / "bureau.db"
    copy.write_bytes(healthy.read_bytes())
    engine = connect(f"sqlite:///{copy}")
    yield engine
    engine.dispose()


def broken(engine: Engine) -> dict[str, tuple[str, ...]]:
    return {one.name: one.broken for one in examine(engine, NOW) if one.broken}


def test_doctor_finds_nothing_in_a_healthy_bureau(bureau: Engine) -> None:
    assert broken(bureau) == {}


@pytest.mark.parametrize("name", BREAKS)
def test_doctor_names_what_somebody_broke(bureau: Engine, name: str) -> None:
    raw = bureau.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    assert raw.execute(BREAKS[name]).rowcount > 0
    raw.execute("PRAGMA foreign_keys=ON")
    raw.close()
    found = broken(bureau)
    assert name in found
    assert all(words for words in found[name])


def test_doctor_names_a_damaged_file(healthy: Path, tmp_path: Path) -> None:
    copy = tmp_path / "damaged.db"
    content = bytearray(healthy.read_bytes())
    engine = connect(f"sqlite:///{healthy}")
    with engine.connect() as connection:
        page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'run_of_subject'")).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    engine.dispose()
    content[(page - 1) * size + 100 : page * size] = bytes(size - 100)
    copy.write_bytes(content)
    damaged = connect(f"sqlite:///{copy}")
    assert "integrity" in broken(damaged)
    damaged.dispose()


def test_every_check_is_broken_by_some_test() -> None:
    assert {check.name for check in CHECKS} == {*BREAKS, "integrity"}


def test_mending_wakes_what_nobody_would_wake(bureau: Engine) -> None:
    with bureau.begin() as connection:
        connection.execute(text(BREAKS["waking"]))
    assert "waking" in broken(bureau)
    assert len(mend(bureau, NOW - timedelta(minutes=1))) == 1
    assert broken(bureau) == {}
