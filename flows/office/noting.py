"""Noting (暂存): what is written down of an activity before it is filed: who was there, what was done, files; nothing counts yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.happenings import keep_files, kept_activity, refuse_stranger
from models import Record, RecordFile
from models.columns import table_of

RECORDS, FILES = table_of(Record), table_of(RecordFile)


@dataclass(frozen=True, slots=True)
class Noted:
    """What a host has written so far: marks by person, texts by what they prove, parts that were there, minutes, link, files."""

    marks: Mapping[int, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[str] = ()
    minutes: int | None = None
    link: str = ""
    files: Sequence[Mapping[str, str]] = ()


def note_activity(work: Work, actor: Actor, record_id: int, noted: Noted) -> None:
    """Keep a draft of an activity's record. Raises NotFound, Refused."""
    record = kept_activity(work, record_id)
    refuse_stranger(work, actor, record.studio_id)
    if record.standing == "cancelled":
        raise Refused("wrong_state", "这次活动已经取消，不能再登记。")
    draft = {
        "marks": {str(person): mark for person, mark in noted.marks.items()}, "texts": dict(noted.texts), "parts": list(noted.parts),
        "minutes": noted.minutes, "link": noted.link, "at": work.now.isoformat(),
    }  # fmt: skip
    content = {**record.content, "draft": draft}
    work.session.execute(update(RECORDS).where(RECORDS.c.id == record_id).values(content=content))
    keep_files(work, actor, record_id, noted.files)


def drop_file(work: Work, actor: Actor, record_id: int, file_id: int) -> None:
    """Take a file away from an activity that has not been filed. Raises NotFound, Refused."""
    record = kept_activity(work, record_id)
    refuse_stranger(work, actor, record.studio_id)
    if record.standing != "planned":
        raise Refused("wrong_state", "记录已经报送，附件不能再去掉；可以补传。")
    mine = (FILES.c.id == file_id) & (FILES.c.record_id == record_id)
    if work.session.execute(select(FILES.c.id).where(mine)).first() is None:
        raise NotFound
    work.session.execute(delete(FILES).where(mine))


def draft_of(record: Any) -> Noted:
    """What was noted of an activity and not filed yet."""
    kept: Mapping[str, Any] = (record.content or {}).get("draft") or {}
    marks = {int(person): str(mark) for person, mark in (kept.get("marks") or {}).items()}
    texts = {str(key): str(value) for key, value in (kept.get("texts") or {}).items()}
    return Noted(marks, texts, tuple(kept.get("parts") or ()), kept.get("minutes"), str(kept.get("link") or ""))
