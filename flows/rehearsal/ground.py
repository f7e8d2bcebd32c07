"""The ground a case is played on (场地): a database in memory with the tables and the calendar, copied from one made once."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from flows.engine.calendar import CalendarDay
from flows.engine.calendar_seed import gazetted_days
from flows.engine.days import put_days
from flows.programme import Programme, load
from flows.rehearsal.ranges import each_day, range_of
from models import Term
from models.session import connect, transaction

YEARS = range(2018, 2036)
_names = count(1)


def fresh_database() -> Engine:
    """An empty database in memory, with its tables and the gazetted calendar; nobody else has it."""
    engine = _empty()
    _source(_template()).backup(_source(engine))
    return engine


def put_calendar(session: Session, said: Mapping[str, Any], body_id: int) -> None:
    """Writes what a scenario says otherwise of the calendar: `{year: {holidays: [days or ranges], workdays: [days], terms: {key: [first, last]}}}`."""
    for year, parts in said.items():
        if not isinstance(parts, dict):
            continue
        days = [_day(day, parts="holiday") for text in parts.get("holidays", ()) for day in each_day(text)]
        days += [_day(day, parts="makeup") for text in parts.get("workdays", ()) for day in each_day(text)]
        put_days(session, days, f"scenario {year}")
        for key, days_of_term in parts.get("terms", {}).items():
            first, last = _term(str(key), days_of_term)
            kind = "autumn" if str(key).endswith("秋") else "spring"
            session.add(Term(
                body_id=body_id, key=str(key), kind=kind, begins_on=first, ends_on=last
            ))  # fmt: skip
    session.flush()


@cache
def loaded(code: str) -> Programme:
    """A programme by code or file, read once a process. Raises FaultyProgramme."""
    return load(code)


def _term(key: str, said: object) -> tuple[date, date]:
    span = range_of(said)
    if span is None:
        raise ValueError(f"calendar：学期 {key} 写成 [2025-09-01, 2026-01-20]，写的是 {said}")
    return span


def _day(day: date, *, parts: str) -> CalendarDay:
    return CalendarDay(day, parts == "makeup", "", parts)  # type: ignore[arg-type]


def _empty() -> Engine:
    return connect(f"sqlite:///file:rehearsal-{next(_names)}?mode=memory&uri=true", StaticPool)


@cache
def _template() -> Engine:
    engine = _empty()
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as session:
        put_days(session, gazette(), "gazette")
    return engine


@cache
def gazette() -> Sequence[CalendarDay]:
    """The holidays and make-up days of the years a case may play in, worked out once a process."""
    found: list[CalendarDay] = []
    for year in YEARS:
        with suppress(ValueError):  # a year of which nothing is known has weekdays and weekends only
            found += gazetted_days([year])
    return found


def _source(engine: Engine) -> sqlite3.Connection:
    with engine.connect() as connection:
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        return driver
