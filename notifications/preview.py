"""Preview (预览): a bureau's wording as it would arrive, with an invented case, before anybody saves it."""

from datetime import datetime, timedelta
from typing import Any

from models.local_time import local_day
from notifications.catalogue import Notice
from notifications.render import Rendered, render
from notifications.sandbox import Wording
from notifications.words import Envelope, Sender

PREVIEWED = "张老师"  # to whom a previewed letter is addressed


def example(now: datetime) -> dict[str, Any]:
    """An invented case with every placeholder filled."""
    due = local_day(now) + timedelta(days=3)
    return {
        "title": "李明名校长工作室", "number": "示例-001", "person": "李明", "body": "示例第一小学", "step": "旗县区审核推荐",
        "actor": "王芳（示例区教育局）", "reason": "示例理由", "clause": "第六条（一）", "due": due.isoformat(), "due_provisional": False,
        "overdue_days": 2, "round": "示例年度名校长工作室申报", "link": "/inbox", "facts": [],
    }  # fmt: skip


def preview(notice: Notice, sender: Sender, now: datetime, wording: Wording | None = None) -> Rendered:
    """How a notice would read; links lead to the inbox. Raises TemplateRefused with what to change."""
    return render(notice, Envelope(example(now), PREVIEWED, sender, now), wording)
