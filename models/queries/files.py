"""Attached files (附件): one file for whoever may see its application, and what an application has under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlmodel import Session

from models import Application, Attachment, File, StageRun
from models.columns import table_of

ATTACHMENTS, FILES, APPLICATIONS, RUNS = table_of(Attachment), table_of(File), table_of(Application), table_of(StageRun)


def attachment_of(session: Session, attachment_id: int, scope: ColumnElement[bool]) -> Row[Any] | None:
    """A file that is attached to an application in scope and not taken away; one query."""
    return session.execute(
        select(
            ATTACHMENTS.c.id,
            ATTACHMENTS.c.slot,
            ATTACHMENTS.c.file_sha256,
            FILES.c.type,
            FILES.c.size,
            APPLICATIONS.c.number,
        )
        .join(FILES, FILES.c.sha256 == ATTACHMENTS.c.file_sha256)
        .join(APPLICATIONS, APPLICATIONS.c.id == ATTACHMENTS.c.application_id)
        .where(ATTACHMENTS.c.id == attachment_id, ATTACHMENTS.c.removed_at.is_(None), scope)
    ).first()


def attach(
    session: Session, application_id: int, slot: str, name: str, sha256: str, person_id: int, now: datetime, *, replaces: bool
) -> None:  # fmt: skip
    """Put a file under a name; `replaces`: what was there before is taken away. The same file again is the same paper."""
    mine = (ATTACHMENTS.c.application_id == application_id, ATTACHMENTS.c.slot == slot)
    if replaces:
        session.execute(
            update(ATTACHMENTS)
            .where(*mine, ATTACHMENTS.c.removed_at.is_(None), ATTACHMENTS.c.file_sha256 != sha256)
            .values(removed_at=now)
        )
    again = session.execute(
        update(ATTACHMENTS)
        .where(*mine, ATTACHMENTS.c.file_sha256 == sha256)
        .values(removed_at=None, filename=name, uploaded_by=person_id, uploaded_at=now)
    )
    if again.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(ATTACHMENTS).values(
            application_id=application_id, slot=slot, filename=name, file_sha256=sha256, uploaded_by=person_id, uploaded_at=now
        ))  # fmt: skip


def take_away(session: Session, application_id: int, attachment_id: int, now: datetime) -> bool:
    """Take a paper away from an application; whether it was there."""
    found = session.execute(
        update(ATTACHMENTS)
        .where(
            ATTACHMENTS.c.id == attachment_id,
            ATTACHMENTS.c.application_id == application_id,
            ATTACHMENTS.c.removed_at.is_(None),
        )
        .values(removed_at=now)
    )
    return bool(found.rowcount)  # type: ignore[attr-defined]


def written_by(person_id: int) -> ColumnElement[bool]:
    """Applications that this person writes: those they made, or their own where nobody made them for them."""
    return func.coalesce(APPLICATIONS.c.made_by, APPLICATIONS.c.person_id) == person_id


def writable_run(session: Session, application_id: int) -> Row[Any] | None:
    """The run that waits for the applicant: a draft, or a review that sent it back."""
    return session.execute(
        select(RUNS)
        .where(RUNS.c.application_id == application_id, RUNS.c.ended_at.is_(None))
        .where(or_(RUNS.c.state == "drafting", RUNS.c.state == "returned"))
        .order_by(RUNS.c.id)
    ).first()
