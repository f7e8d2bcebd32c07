"""What a search found (搜索结果)."""

from dataclasses import dataclass
from typing import Any

from flows.engine.work import Work
from web.display import StateMark
from web.views.applications import list_mark


@dataclass(frozen=True)
class Hit:
    """One application that fits."""

    href: str
    person: str
    body: str
    number: str
    round_title: str
    mark: StateMark


def hit_of(work: Work, row: Any) -> Hit:
    """A row of the applications as a search shows it."""
    live = row.run_id is not None
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id) if live else None
    return Hit(
        f"/applications/{row.id}", row.person, row.body, row.number or "", row.round_title or "", list_mark(rule, row)
    )
