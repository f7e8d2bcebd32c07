"""Deadlines (期限) that a person or a corrected calendar moved: the day is kept beside the run, for all that is counted from it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from flows.engine.work import Happening, Intent, Work
from models import Assessment, Decision, Duty, Entitlement, Rectification
from models.columns import table_of
from models.statements import write

# Which column of a subject says when it is due; a state that is entered again counts from it.
DAYS: dict[str, tuple[Any, str]] = {
    "duty": (table_of(Duty), "due_on"),
    "assessment": (table_of(Assessment), "due_on"),
    "decision": (table_of(Decision), "due_on"),
    "entitlement": (table_of(Entitlement), "due_on"),
    "rectification": (table_of(Rectification), "limit_on"),
}
KEPT = {
    kind: update(table).where(table.c.id == bindparam("b_id")).values({column: bindparam("b_on")})
    for kind, (table, column) in DAYS.items()
}


def keep_deadline(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep the day to which a deadline was extended: it is the deadline from now on, whatever state comes next."""
    moved = [(one.run.subject_kind, one.run.subject_id, one.move.due.on) for one in happened if one.move.due]
    keep_days(work.session, moved)
    return ()


def keep_days(session: Session, moved: Iterable[tuple[str, int, date]]) -> None:
    """Write the new last day of these subjects (kind, id, day); what has no day of its own is passed by."""
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, subject_id, on in moved:
        by_kind[kind].append({"b_id": subject_id, "b_on": on})
    for kind, days in by_kind.items():
        if kind in KEPT:
            write(session, KEPT[kind], days)
