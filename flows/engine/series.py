"""Series (编号): numbers that never repeat and leave no gap, given in the transaction that uses them."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models import Series
from models.columns import table_of

SERIES = table_of(Series)


def next_numbers(session: Session, body_id: int, kind: str, year: int, count: int = 1) -> Sequence[int]:
    """The next `count` numbers of one series, in order; concurrent callers wait for one another."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(SERIES).values(body_id=body_id, kind=kind, year=year, last=0)
    session.execute(first.on_conflict_do_nothing(index_elements=["body_id", "kind", "year"]))
    last = session.execute(
        update(SERIES)
        .where(SERIES.c.body_id == body_id, SERIES.c.kind == kind, SERIES.c.year == year)
        .values(last=SERIES.c.last + count)
        .returning(SERIES.c.last)
    ).scalar_one()
    return range(last - count + 1, last + 1)
