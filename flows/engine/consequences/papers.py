"""Papers (文书) that follow from an act: asked for under a number of their series, printed later."""

from collections.abc import Mapping
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.series import next_numbers
from flows.engine.work import Work
from models import Document
from models.columns import table_of
from models.statements import insert_rows

DOCUMENTS = table_of(Document)
NUMBERS = {
    "circular": "通报〔{year}〕{n}号", "notice": "表彰〔{year}〕{n}号", "minutes": "决定〔{year}〕{n}号",
    "rectification_notice": "整改〔{year}〕{n}号", "certificate": "{year}-{n:03}",
}  # fmt: skip


def request_paper(
    work: Work, authority_id: int, kind: str, subject_kind: str, subject_id: int, context: Mapping[str, Any]
) -> str:
    """Ask for a paper of the deciding body about a studio or a seat; its number and contents are fixed here. Returns the number."""
    year = local_day(work.now).year
    n = next_numbers(work.session, authority_id, kind, year)[0]
    number = NUMBERS[kind].replace("{year}", str(year)).replace("{n:03}", f"{n:03}").replace("{n}", str(n))
    insert_rows(work.session, DOCUMENTS, [
        {"kind": kind, "body_id": authority_id, "number": number, "subject_kind": subject_kind, "subject_id": subject_id,
         "template": kind, "context": dict(context), "requested_at": work.now}
    ])  # fmt: skip
    return number
