"""Stored papers (附件): what people send is kept by its SHA-256 outside the web root and served under a name of ours."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse, Response
from sqlalchemy import select
from sqlmodel import Session
from starlette.datastructures import UploadFile

from flows.engine.errors import NotFound, Refused
from models import File
from models.columns import table_of
from models.settings import settings

FILES = table_of(File)
LARGEST = 20 * 1024 * 1024
KINDS = {
    ".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
    ".doc": "application/msword", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
ENDINGS = {kind: ending for ending, kind in reversed(KINDS.items())}
SHA256 = re.compile(r"[0-9a-f]{64}")


def keep(session: Session, sent: UploadFile, now: datetime) -> tuple[str, str]:
    """Keep a sent file; returns its SHA-256 and its ending. Raises Refused with what to do when it is too large or of another kind."""
    ending = Path(sent.filename or "").suffix.lower()
    if ending not in KINDS:
        raise Refused("wrong_kind", "没有传上：只收照片、PDF 或 Word。请换一种格式再传。")
    content = sent.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refused("too_large", "没有传上：每个文件不超过 20 MB。请压缩，或分成两个文件再传。")
    digest = hashlib.sha256(content).hexdigest()
    place = place_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        fresh = place.with_suffix(".part")
        fresh.write_bytes(content)
        fresh.replace(place)
    if session.execute(select(FILES.c.sha256).where(FILES.c.sha256 == digest)).first() is None:
        session.add(File(sha256=digest, size=len(content), type=KINDS[ending], stored_at=now))
        session.flush()
    return digest, ending


def place_of(digest: str) -> Path:
    """Where the bytes of a SHA-256 lie. Raises NotFound for what is no SHA-256."""
    if not SHA256.fullmatch(digest):
        raise NotFound
    return settings().files / digest[:2] / digest


def serve(paper: Any, name: str, *, inline: bool = False) -> Response:
    """A stored paper (`file_sha256`, `type`) under a name of ours; never under the one it was sent with. Raises NotFound."""
    place = place_of(paper.file_sha256)
    if not place.is_file():
        raise NotFound
    shown = inline and paper.type in {"application/pdf", "image/jpeg", "image/png"}
    answer = FileResponse(place, media_type=paper.type, filename=f"{name}{ENDINGS.get(paper.type, '')}",
                          content_disposition_type="inline" if shown else "attachment")  # fmt: skip
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def serve_kept(session: Session, digest: str, name: str) -> Response:
    """A kept file by its SHA-256, as a download under a name of ours. Raises NotFound."""
    row = session.execute(
        select(FILES.c.sha256.label("file_sha256"), FILES.c.type).where(FILES.c.sha256 == digest)
    ).first()
    if row is None:
        raise NotFound
    return serve(row, name)
