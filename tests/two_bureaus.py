"""Two bureaus in one database: the demonstration twice over, its first copy marked as another bureau's in all that it says."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import Column, Engine, Table, bindparam, func, insert, select, update
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from flows.engine.clock import VirtualClock
from models import LoginSession, User
from models.columns import table_of
from models.session import reading, transaction
from tests.browsing import browser
from tests.demonstration import NOW
from web.app import create_app
from web.identity import digest

THEIRS: Final = "〔乙〕"  # everything that the other bureau's people wrote ends so
OURS: Final = 1_000_000  # ids of our bureau begin here; what is added later is above them
CSRF: Final = "c" * 20
NOT_MOVED = {"programmeversion"}  # what it says are rules, no cases
SHARED = {"calendar_day", "calendar_edition", "file", "lease", "loginattempt"}
NUMBERS = {"subject_id", "unit_id", "cause_id"}  # ids without a foreign key
UNIQUE = {"code", "staff_no", "login", "key", "request_id", "token_hash"}
SAID: Mapping[str, set[str]] = {
    "body": {"name", "phone", "email"}, "person": {"name", "phone", "email", "works_at"}, "studio": {"name", "base_name"},
    "round": {"title"}, "application": {"studio_name", "answers"}, "record": {"title", "place", "theme", "content"},
    "message": {"subject", "text", "address", "context"}, "document": {"number", "context"}, "ledgerentry": {"what", "voucher"},
    "leave": {"reason"}, "transition": {"reason"}, "mark": {"comment", "value"}, "result": {"reason"},
    "decision": {"question", "reason"}, "opinion": {"reason"}, "attachment": {"filename"}, "recordfile": {"filename"},
    "objection": {"name", "contact", "facts"}, "incident": {"what"}, "importjob": {"says"}, "trial": {"says", "result"},
    "rectification": {"findings", "measures", "report"}, "listingentry": {"shown"}, "savedview": {"name"}, "criterioncheck": {"value"},
    "apitoken": {"name"}, "assessment": {"comment"}, "credit": {"reason"},
}  # fmt: skip
KEY = re.compile(r"\b([a-z_]+):(\d+)\b")
PLACE = re.compile(
    r"(/(?:applications|assessments|rounds|studios|duties|decisions|activities|rectifications|files|notices)/)(\d+)"
)


@dataclass
class TwoBureaus:
    """A database with two bureaus alike; `ours` are those whose logins are used, `theirs` what must stay out of sight."""

    engine: Engine
    app: FastAPI = field(init=False)
    known: dict[tuple[str, Any], tuple[Any, ...]] | None = None
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Opens a web on it, and remembers what is theirs."""
        self.app = create_app(self.engine, VirtualClock(NOW + timedelta(minutes=1)))
        self.known = self.theirs()

    def rows(self, statement: Any) -> list[Any]:
        with reading(self.engine) as session:
            return list(session.execute(statement).all())

    def client(self, login: str) -> TestClient:
        """A browser in which somebody of our bureau is logged in."""
        users, token = table_of(User), secrets.token_urlsafe(16)
        with transaction(self.engine) as session:
            account = session.execute(select(users.c.id).where(users.c.login == f"A{login}")).scalar_one()
            row = {"token_hash": digest(token), "user_id": account, "csrf": CSRF, "opened_at": NOW, "seen_at": NOW}
            session.execute(insert(table_of(LoginSession)).values(**row))
        client = browser(self.app, sees_faults=True)
        client.cookies.set("studioflow", token)
        return client

    def theirs(self) -> dict[tuple[str, Any], tuple[Any, ...]]:
        """Every row of the other bureau as it stood when there were two, by table and key."""
        found = {}
        for table in own_tables():
            key = _key(table)
            for row in self.rows(select(key.label("its_key"), table)):
                if self.known is None or (table.name, row.its_key) in self.known:
                    found[table.name, row.its_key] = tuple(row)
        return {one: row for one, row in found.items() if self.known is not None or self._is_theirs(one[1])}

    def _is_theirs(self, key: Any) -> bool:
        return key < OURS if isinstance(key, int) else not str(key).startswith("A")

    def ties(self) -> list[str]:
        """References from a row that is not theirs to one that is: there is never any."""
        known, wrong = self.known or {}, []
        for table in own_tables():
            for column in _references(table):
                towards = next(key.column.table.name for key in column.foreign_keys)
                found = self.rows(select(_key(table), column).where(column < OURS))
                tied = [row for row in found if (table.name, row[0]) not in known and (towards, row[1]) in known]
                wrong += [f"{table.name} {row[0]}: {column.name} {row[1]}" for row in tied]
        return wrong


def own_tables() -> Iterator[Table]:
    """The tables whose rows belong to one bureau or the other, with what each refers to before it."""
    yield from (table for table in SQLModel.metadata.sorted_tables if table.name not in SHARED)


def double(source: Engine, target: Engine) -> TwoBureaus:
    """Fill an empty database with the bureau of another one twice: theirs, marked, and ours under other numbers and codes."""
    with source.connect() as read, target.begin() as written:
        for table in SQLModel.metadata.sorted_tables:
            rows = [dict(row) for row in read.execute(select(table)).mappings()]
            if not rows:
                continue
            if table.name in SHARED:
                written.execute(insert(table), rows)
                continue
            late = [column for column in _references(table) if _within(column, table)]
            for copy in ([_marked(table, row) for row in rows], [_moved(table, row) for row in rows]):
                _store(written, table, copy, late)
        if target.dialect.name == "postgresql":
            _count_on(written)
    return TwoBureaus(target)


def _store(connection: Any, table: Table, rows: list[dict[str, Any]], late: list[Column[Any]]) -> None:
    """Rows that refer to rows of their own table get the reference when all are there."""
    held = [(row["id"], {column.name: row[column.name] for column in late}) for row in rows] if late else []
    connection.execute(insert(table), [row | {column.name: None for column in late} for row in rows])
    for column in late:
        later = [{"of": key, "to": said[column.name]} for key, said in held if said[column.name] is not None]
        if later:
            connection.execute(
                update(table).where(table.c.id == bindparam("of")).values({column.name: bindparam("to")}), later
            )


def _count_on(connection: Any) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if "id" in table.c and _whole(table.c.id):
            serial = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(
                select(func.setval(serial, select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()))
            )


def _key(table: Table) -> Column[Any]:
    return next(iter(table.primary_key.columns))


def _whole(column: Column[Any]) -> bool:
    return column.type.python_type is int


def _references(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if _whole_reference(column)]


def _whole_reference(column: Column[Any]) -> bool:
    towards = {key.column.table.name for key in column.foreign_keys}
    return bool(towards) and not towards & SHARED and _whole(column)


def _within(column: Column[Any], table: Table) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)


def copy_marked(source: Engine, target: Engine, mark: Callable[[str], str]) -> None:
    """Fill an empty database with the bureau of another one, everything that people wrote changed by `mark`."""
    with source.connect() as read, target.begin() as written:
        for table in SQLModel.metadata.sorted_tables:
            rows = [_marked(table, dict(row), mark) for row in read.execute(select(table)).mappings()]
            if rows:
                _store(written, table, rows, [column for column in _references(table) if _within(column, table)])


def _as_theirs(text: str) -> str:
    return text + THEIRS


def _marked(table: Table, row: dict[str, Any], mark: Callable[[str], str] = _as_theirs) -> dict[str, Any]:
    said = SAID.get(table.name, set())
    return {name: _mark(value, mark) if name in said else value for name, value in row.items()}


def _mark(value: Any, mark: Callable[[str], str]) -> Any:
    """The same with a mark on whatever a person would read."""
    if isinstance(value, str):
        return mark(value) if value and not KEY.search(value) and not value.startswith("/") else value
    if isinstance(value, list):
        return [_mark(one, mark) for one in value]
    if isinstance(value, dict):
        return {
            key: _mark(one, mark) if key not in {"due", "on", "until", "state", "link"} else one
            for key, one in value.items()
        }
    return value


def _moved(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _ours(table, table.c[name], value) for name, value in row.items()}


def _ours(table: Table, column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        unique = (
            column.unique or column.primary_key or (column.name in UNIQUE and table.name in {"message", "transition"})
        )
        return f"A{_shift(value)}" if unique else _shift(value)
    if type(value) is int and (column.primary_key or _whole_reference(column) or column.name in NUMBERS):
        return value + OURS
    return value if table.name in NOT_MOVED else _shift(value)


def _shift(value: Any, key: str = "") -> Any:
    """A value with the ids in it moved to ours."""
    if isinstance(value, str):
        moved = KEY.sub(lambda found: f"{found[1]}:{int(found[2]) + OURS}", value)
        return PLACE.sub(lambda found: f"{found[1]}{int(found[2]) + OURS}", moved)
    if isinstance(value, list):
        return [_shift(one, key) for one in value]
    if isinstance(value, dict):
        return {name: _shift(one, name) for name, one in value.items()}
    ids = key.endswith("_id") or key in {"panel", "reserves", "runs", "wishes", "lists"}
    return value + OURS if ids and type(value) is int else value
