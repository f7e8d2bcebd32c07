"""Messages (通知): what is to be told to whom; templates a bureau changed, and what people prefer."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import document, one_of, partial, reference


class Message(SQLModel, table=True):
    """One notice to one recipient, in the transaction that caused it; its key makes it unique for ever.

    `subject` and `text` are what was really sent, `answer` what the other mail server said to it.
    """

    __table_args__ = (
        one_of("status", "queued", "held", "sending", "sent", "folded", "unaddressed", "bounced", "failed"),
        partial("to_send", "next_at", where="status IN ('queued', 'sending')"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    notice: str
    person_id: int | None = reference("person.id", default=None)
    body_id: int | None = reference("body.id", default=None)
    address: str = ""
    context: dict[str, Any] = document()
    run_id: int | None = reference("stagerun.id", default=None)
    channel: str = "mail"
    status: str = "queued"
    attempts: int = 0
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    answer: str = ""
    folded_into_id: int | None = reference("message.id", index=False, default=None)
    error: str = ""
    read_at: datetime | None = None


class Template(SQLModel, table=True):
    """A bureau's own wording of a notice; the newest version stands."""

    __table_args__ = (UniqueConstraint("notice", "body_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    notice: str
    body_id: int = reference("body.id")
    version: int
    subject: str
    text: str
    made_by: int = reference("person.id", index=False)
    made_at: datetime


class Preference(SQLModel, table=True):
    """Whether a person wants an optional notice, and how."""

    __table_args__ = (UniqueConstraint("person_id", "notice"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = reference("person.id")
    notice: str
    wanted: bool = True
    digest: bool = True
