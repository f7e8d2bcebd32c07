"""Rewording (改措辞): a bureau's own words for a notice, begun from the built-in ones, checked, kept as versions."""

from datetime import datetime

from sqlmodel import Session

from models import Template
from models.columns import table_of
from models.queries.letters import wording_history
from models.statements import unless_there
from notifications.catalogue import Notice
from notifications.preview import preview
from notifications.render import built_in
from notifications.sandbox import PLACEHOLDERS, Wording
from notifications.words import Envelope, Sender, phrases

TEMPLATES = table_of(Template)


def starting(notice: Notice, now: datetime) -> Wording:
    """The built-in words as a bureau may write them: a placeholder wherever a case would be named."""
    marked = {key: f"{{{{ {name} }}}}" for name, key in PLACEHOLDERS.items()}
    sender = Sender(marked["bureau"], marked["phone"], "")
    words = phrases(Envelope(marked, marked["recipient"], sender, now)) | {"due_short": marked["due_long"], **marked}
    words |= {
        "until": f"，{marked['due_long']}截止",
        "please": f"请在{marked['due_long']}前",
        "late": f"已逾期{marked['late_by']}",
    }
    said = built_in(notice, words)
    return Wording(said["subject"], "\n\n".join(part for part in (said["lead"], said["next"]) if part))


def reword(
    session: Session, notice: Notice, body_id: int, wording: Wording | None, by: int, now: datetime
) -> int | None:
    """Keep a bureau's words as the next version, which stands from now on; none goes back to the built-in words.

    Returns the number of the version; None when somebody else kept one at this moment. Raises TemplateRefused for words that
    may not be used.
    """
    if wording is not None:
        preview(notice, Sender("", "", ""), now, wording)
    kept = wording_history(session, notice.key, body_id)
    row = {
        "notice": notice.key, "body_id": body_id, "version": kept[0].version + 1 if kept else 1, "made_by": by, "made_at": now,
        "subject": wording.subject if wording else "", "text": wording.text if wording else "",
    }  # fmt: skip
    keeping = unless_there(session, TEMPLATES, "notice", "body_id", "version").values(row)
    version: int | None = session.execute(keeping.returning(TEMPLATES.c.version)).scalar()
    return version
