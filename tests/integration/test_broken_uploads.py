"""Uploads that break off: nothing of them is stored or served, and what they leave on the disk is swept away."""

import io
import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from models import File, files
from models.columns import table_of
from models.files import keep_file, place_of, sweep_halves
from models.session import transaction
from tests.demonstration import NOW
from tests.world import World

PDF = b"%PDF-1.7 "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for files of this test's own."""
    place = tmp_path / "files"
    monkeypatch.setattr(files, "settings", lambda: SimpleNamespace(files=place))
    return place


def lying(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


def rows(session: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table_of(File))).scalar_one())


class Cut(io.BytesIO):
    """A stream whose sender goes away in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= len(PDF):
            raise ConnectionResetError("gone")
        return super().read(min(size or len(PDF), len(PDF)))


def test_upload_that_is_cut_leaves_nothing(folder: Path, sqlite_database: Engine) -> None:
    World(sqlite_database)
    with pytest.raises(ConnectionResetError), transaction(sqlite_database) as session:
        keep_file(session, "证明.pdf", Cut(PDF * 3), NOW)
    assert lying(folder) == []


def sent_and_lost(engine: Engine) -> str:
    """The bytes are on the disk, then the act fails; returns their SHA-256."""
    with transaction(engine) as session:
        kept = keep_file(session, "证明.pdf", io.BytesIO(PDF), NOW)
        raise LookupError(kept.sha256)


@pytest.mark.usefixtures("folder")
def test_file_whose_act_fails_is_known_to_nobody_and_can_be_sent_again(any_database: Engine) -> None:
    World(any_database)
    with pytest.raises(LookupError) as lost:
        sent_and_lost(any_database)
    with transaction(any_database) as session:
        assert rows(session) == 0
        kept = keep_file(session, "证明.pdf", io.BytesIO(PDF), NOW)
    assert kept.sha256 == lost.value.args[0]
    with transaction(any_database) as session:
        assert rows(session) == 1
    assert place_of(kept.sha256).read_bytes() == PDF


def test_halves_that_a_dead_process_left_are_swept_after_a_day(folder: Path, sqlite_database: Engine) -> None:
    World(sqlite_database)
    with transaction(sqlite_database) as session:
        kept = keep_file(session, "证明.pdf", io.BytesIO(PDF), NOW)
    for name, age in (("old", timedelta(days=2)), ("fresh", timedelta(hours=1))):
        half = folder / "incoming" / name
        half.write_bytes(PDF)
        moment = (NOW - age).timestamp()
        os.utime(half, (moment, moment))
    os.utime(place_of(kept.sha256), (0, 0))
    assert sweep_halves(NOW - timedelta(days=1)) == 1
    assert lying(folder) == sorted(["fresh", kept.sha256])
