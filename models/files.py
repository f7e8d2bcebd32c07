"""Files (附件): kept by SHA-256 outside the web root, on disk before their row; what is in them decides what they are."""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from sqlalchemy import select
from sqlmodel import Session

from models.columns import table_of
from models.papers import File
from models.settings import settings

FILES = table_of(File)
LARGEST = 20 * 1024 * 1024
CHUNK = 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")
OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    ".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
    ".docx": f"{OFFICE}wordprocessingml.document", ".xlsx": f"{OFFICE}spreadsheetml.sheet",
}  # fmt: skip
ENDINGS = {kind: ending for ending, kind in reversed(KINDS.items())}
MAGIC = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
PARTS = {"word/document.xml": KINDS[".docx"], "xl/workbook.xml": KINDS[".xlsx"]}
ACCEPT = ",".join(KINDS)


class FileRefused(ValueError):  # noqa: N818  a refusal is a lawful answer, not a fault
    """A file that is not kept; `because` names the rule, the text says what to do."""

    def __init__(self, because: str, says: str) -> None:
        super().__init__(says)
        self.because, self.says = because, says


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies on the disk."""

    sha256: str
    size: int
    type: str


def keep_file(session: Session, name: str, stream: BinaryIO, now: datetime) -> Kept:
    """Keep what a stream holds: bytes first (written, synced, renamed), then the row. Raises FileRefused.

    The ending must be one we take and the content must be what the ending says; at most 20 MB.
    """
    ending = Path(name).suffix.lower()
    if ending not in KINDS:
        raise FileRefused(
            "wrong_kind", "没有传上：只收 PDF、照片（JPG、PNG）、Word（docx）和 Excel（xlsx）。请换一种格式再传。"
        )
    root = settings().files
    (root / "incoming").mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=root / "incoming", delete=False) as fresh:
        place = Path(fresh.name)
        try:
            digest, size = _spool(stream, fresh.file)
            kind = _checked(place, ending)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
    _settle(place, place_of(digest))
    if session.execute(select(FILES.c.sha256).where(FILES.c.sha256 == digest)).first() is None:
        session.add(File(sha256=digest, size=size, type=kind, stored_at=now))
        session.flush()
    return Kept(digest, size, kind)


def _checked(place: Path, ending: str) -> str:
    """The type of a file whose content is what its ending says."""
    kind = kind_of(place)
    if kind != KINDS[ending]:
        says = f"没有传上：文件的内容不是 {ending[1:].upper()}。请另存为正确的格式再传。"
        raise FileRefused("wrong_content", says)
    return kind


def _spool(stream: BinaryIO, fresh: IO[bytes]) -> tuple[str, int]:
    """Write a stream to the disk for good; returns its SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    for part in _parts(stream):
        size += len(part)
        if size > LARGEST:
            raise FileRefused("too_large", "没有传上：每个文件不超过 20 MB。请压缩，或分成两个文件再传。")
        digest.update(part)
        fresh.write(part)
    if not size:
        raise FileRefused("empty_file", "没有传上：文件是空的。请检查后再传。")
    fresh.flush()
    os.fsync(fresh.fileno())
    return digest.hexdigest(), size


def _parts(stream: BinaryIO) -> Iterator[bytes]:
    while part := stream.read(CHUNK):
        yield part


def _settle(fresh: Path, place: Path) -> None:
    """Give a written file its name for good; one that is there already stays."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        fresh.unlink()
        return
    fresh.chmod(0o640)
    fresh.replace(place)
    with suppress(OSError):
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sweep_halves(before: datetime) -> int:
    """Remove what is left of uploads that broke off before a moment; returns how many. What is kept has another place."""
    swept = 0
    for place in (settings().files / "incoming").glob("*"):
        with suppress(FileNotFoundError):
            if place.stat().st_mtime < before.timestamp():
                place.unlink()
                swept += 1
    return swept


def kind_of(place: Path) -> str:
    """What a file is by its content; empty for what we do not take (a document with macros among them)."""
    with place.open("rb") as stream:
        head = stream.read(8)
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if not head.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(place) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return ""
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    return next((kind for part, kind in PARTS.items() if part in names), "")


def place_of(digest: str) -> Path:
    """Where the bytes of a SHA-256 lie. Raises ValueError for what is no SHA-256."""
    if not SHA256.fullmatch(digest):
        raise ValueError("no SHA-256")
    return settings().files / digest[:2] / digest
