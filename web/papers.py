"""Stored papers (附件) at the door: what a visitor sends is kept by `models.files`, and served under a name of ours."""

from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from fastapi.responses import FileResponse, Response, StreamingResponse
from sqlalchemy import select
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile

from flows.engine.errors import NotFound, Refused
from models import File, files
from models.columns import table_of
from models.photos import without_place

FILES = table_of(File)


def keep(session: Session, sent: UploadFile, now: datetime, what: str = "") -> tuple[str, str]:
    """Keep a sent file; returns its SHA-256 and its ending.

    Raises Refused with what to do when it is empty, too large, or not of a kind we take by ending and content alike;
    `what` names the paper it was sent as.
    """
    try:
        kept = files.keep_file(session, sent.filename or "", sent.file, now)
    except files.FileRefused as refusal:
        raise Refused(refusal.because, f"{what}：{refusal.says}" if what else refusal.says) from refusal
    return kept.sha256, files.ENDINGS[kept.type]


def keep_photo(session: Session, sent: UploadFile, now: datetime, what: str = "") -> tuple[str, str]:
    """Keep a file that may be a photo, without where it was taken; else as `keep`."""
    if Path(sent.filename or "").suffix.lower() in {".jpg", ".jpeg", ".png"} and (sent.size or 0) <= files.LARGEST:
        sent = UploadFile(without_place(sent.file), filename=sent.filename)
    return keep(session, sent, now, what)


def place_of(digest: str) -> Path:
    """Where the bytes of a SHA-256 lie. Raises NotFound for what is no SHA-256."""
    try:
        return files.place_of(digest)
    except ValueError as error:
        raise NotFound from error


def serve(paper: Any, name: str, *, inline: bool = False) -> Response:
    """A stored paper (`file_sha256`, `type`) under a name of ours; never under the one it was sent with. Raises NotFound."""
    place = place_of(paper.file_sha256)
    if not place.is_file():
        raise NotFound
    shown = inline and paper.type in {"application/pdf", "image/jpeg", "image/png"}
    answer = FileResponse(place, media_type=paper.type, filename=f"{name}{files.ENDINGS.get(paper.type, '')}",
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


def serve_archive(made: IO[bytes], plain: str, name: str) -> Response:
    """An archive made just now, as a download that nobody keeps; `plain`: its name for programs that know no Chinese."""
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": said, "Cache-Control": "no-store"}
    return StreamingResponse(made, media_type="application/zip", headers=headers, background=BackgroundTask(made.close))
