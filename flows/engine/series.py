"""Series (编号): numbers that never repeat and leave no gap, given in the transaction that uses them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from models import Series
from models.columns import table_of
from models.statements import rows, unless_there, write

SERIES = table_of(Series)
GIVE = (
    update(SERIES)
    .where(
        SERIES.c.body_id == bindparam("b_body"),
        SERIES.c.kind == bindparam("b_kind"),
        SERIES.c.year == bindparam("b_year"),
    )
    .values(last=SERIES.c.last + bindparam("b_count"))
)
LAST = select(SERIES.c.last).where(
    SERIES.c.body_id == bindparam("body"), SERIES.c.kind == bindparam("kind"), SERIES.c.year == bindparam("year")
)


def next_numbers(session: Session, body_id: int, kind: str, year: int, count: int = 1) -> Sequence[int]:
    """The next `count` numbers of one series, in order; concurrent callers wait for one another."""
    given = {"b_body": body_id, "b_kind": kind, "b_year": year, "b_count": count}
    if write(session, GIVE, [given]) == 0:
        first = {"body_id": body_id, "kind": kind, "year": year, "last": 0}
        write(session, unless_there(session, SERIES, "body_id", "kind", "year"), [first])
        write(session, GIVE, [given])
    last: int = rows(session, LAST, body=body_id, kind=kind, year=year)[
        0
    ].last  # the row is this transaction's since it was raised
    return range(last - count + 1, last + 1)
