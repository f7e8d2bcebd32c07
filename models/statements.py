"""Statements that run all day: each gets its text once for a database and a shape, and then goes straight to the driver."""

from collections import namedtuple
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Table, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import JSON, Date, DateTime, TypeDecorator
from sqlmodel import Session

from models.columns import json_text, json_value

Change = Callable[[Any], Any]
MOST_KEPT = 4096
MOST_PADDED = 512
_kept: dict[Hashable, "_Text"] = {}


def among(column: Any, name: str) -> ColumnElement[bool]:
    """A condition that a column is one of the values given as `name` when the statement is run."""
    found: ColumnElement[bool] = column.in_(bindparam(name, expanding=True))
    return found


def rows(session: Session, statement: Any, /, **values: Any) -> Sequence[Any]:
    """Run a module's statement in the session's transaction; sets and other collections are given as lists."""
    listed = {name: _padded(value) if isinstance(value, list | set | frozenset | tuple) else value for name, value in values.items()}  # fmt: skip
    shape = tuple([len(value) if isinstance(value, list) else -1 for value in listed.values()])
    connection = _connection(session)
    one = _text(statement, connection.dialect, shape, listed)
    return one.read(*_fetched(connection, one.sql, one.placed(one.spread(listed))), connection.dialect)


def _connection(session: Session) -> Connection:
    """The connection of the session's transaction; asked of the session once a transaction, which makes much of the asking."""
    kept: Connection | None = session.info.get("connection")
    if kept is None or kept.closed or not kept.in_transaction():
        kept = session.info["connection"] = session.connection()
    return kept


def _fetched(connection: Connection, said: str, placed: Any) -> tuple[Any, Sequence[Any]]:
    """What a query brings, described by the driver."""
    if _listened(connection):
        found = connection.exec_driver_sql(said, placed)
        return found.cursor.description, found.all()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(said, placed)
        return cursor.description, cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, said, placed, error) from error
    finally:
        cursor.close()


def _touched(connection: Connection, said: str, placed: Sequence[Any]) -> int:
    """How many rows a statement touched, run for each of these values."""
    given = placed if len(placed) > 1 else placed[0]
    if _listened(connection):
        return connection.exec_driver_sql(said, given).rowcount
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if len(placed) > 1 else cursor.execute)(said, given)
        return int(cursor.rowcount)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, said, given, error) from error
    finally:
        cursor.close()


def _listened(connection: Connection) -> bool:
    """Whether somebody listens to statements; then they go through SQLAlchemy, so that they are heard."""
    return bool(connection.engine.dispatch.before_cursor_execute)


def _translated(connection: Connection, said: str, placed: Any, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy's: statements go past it, because it describes every one and its columns anew each time."""
    return DBAPIError.instance(said, placed, error, connection.dialect.loaded_dbapi.Error)


def write(session: Session, statement: Any, written: Sequence[Mapping[str, Any]]) -> int:
    """Run a module's INSERT or UPDATE for many rows that name the same columns; returns how many it touched.

    -1 where the driver does not say.
    """
    return _written(session, statement, written)


def unless_there(session: Session, table: Table, *unique: str) -> Any:
    """An INSERT that leaves alone the row that has its unique columns already; any unique key of the table if none are named."""
    return _unless_there(table, unique, session.get_bind().dialect.name)


@lru_cache(maxsize=64)
def _unless_there(table: Table, unique: tuple[str, ...], dialect: str) -> Any:
    inserting = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return inserting.on_conflict_do_nothing(index_elements=unique or None)


def insert_rows(session: Session, table: Table, written: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Insert rows that name the same columns; returns their ids in the same order."""
    if len(written) > 1:
        ids = next_ids(session, table, len(written))
        _written(session, _inserting(table), written, id=ids)
        return ids
    connection = _connection(session)
    one = _text(_inserting_one(table), connection.dialect, tuple(written[0]), written[0])
    return [_fetched(connection, one.sql, one.placed(written[0]))[1][0][0]]


def _written(session: Session, statement: Any, written: Sequence[Mapping[str, Any]], **columns: Sequence[Any]) -> int:
    """Run a statement for these rows; `columns`: further values of each, in the order of the rows."""
    connection = _connection(session)
    first = {**written[0], **{name: values[0] for name, values in columns.items()}}
    one = _text(statement, connection.dialect, tuple(first), first)
    return _touched(connection, one.sql, one.all_placed(written, columns))


def next_ids(session: Session, table: Table, many: int) -> Sequence[int]:
    """So many ids for rows that this transaction is about to insert, in rising order."""
    if _connection(session).dialect.name == "sqlite":  # whoever writes has the whole file: what is free stays free
        last = rows(session, _last(table))[0].last or 0
        return range(last + 1, last + many + 1)
    return sorted(row.id for row in rows(session, _sequence(table), many=many))


@lru_cache(maxsize=64)
def _inserting(table: Table) -> Any:
    return insert(table)


@lru_cache(maxsize=64)
def _inserting_one(table: Table) -> Any:
    return insert(table).returning(table.c.id)


@lru_cache(maxsize=64)
def _last(table: Table) -> Any:
    return select(func.max(table.c.id).label("last"))


@lru_cache(maxsize=64)
def _sequence(table: Table) -> Any:
    counted = func.generate_series(1, bindparam("many")).alias("counted")
    return select(func.nextval(func.pg_get_serial_sequence(table.name, "id")).label("id")).select_from(counted)


def _padded(values: Any) -> list[Any]:
    """A list made as long as the next power of two by repeating its last value, so that there are few shapes."""
    listed = list(values)
    if 2 < len(listed) <= MOST_PADDED:
        listed += listed[-1:] * ((1 << (len(listed) - 1).bit_length()) - len(listed))
    return listed


def _text(statement: Any, dialect: Dialect, shape: Hashable, values: Mapping[str, Any]) -> "_Text":
    key = (statement, dialect.name, shape)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[key] = _Text(statement, dialect, values)
    return found


class _Text:
    """One statement in one shape for one kind of database, and what its values and columns pass through."""

    def __init__(self, statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> None:
        writes = {"column_keys": list(values), "for_executemany": True} if not statement.is_select else {}
        compiled = statement.compile(dialect=dialect, **writes)
        unsaid = {column.name: _default(column) for column in getattr(compiled, "insert_prefetch", None) or ()}
        state = compiled.construct_expanded_state({**unsaid, **values})
        self.sql, self.lists = state.statement, state.parameter_expansion
        self._columns = list(statement.exported_columns)
        self._readers: list[tuple[int, Change]] | None = None
        whole = {part: name for name, parts in self.lists.items() for part in parts}
        changes = {name: _binding(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._named = state.positiontup is None
        self._names = list(state.positiontup or state.parameters)
        self._pick: Change = itemgetter(*self._names, *self._names[:1]) if self._names else tuple  # never one alone
        found = [(place, changes[whole.get(name, name)]) for place, name in enumerate(self._names)]
        self._changes = [(place, change) for place, change in found if change is not None]
        self._fixed = {name: value for name, value in state.parameters.items() if whole.get(name, name) not in values}

    def spread(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values with each list taken apart under the names of its places."""
        flat = dict(values)
        for name, parts in self.lists.items():
            if name in flat:
                flat |= zip(parts, flat.pop(name), strict=True)
        return flat

    def placed(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them: in order, or by name."""
        given = {**self._fixed, **values} if self._fixed else values
        placed = list(self._pick(given))
        for place, change in self._changes:
            placed[place] = change(placed[place])
        del placed[len(self._names) :]
        return dict(zip(self._names, placed, strict=True)) if self._named else tuple(placed)

    def all_placed(self, written: Sequence[Mapping[str, Any]], columns: Mapping[str, Sequence[Any]]) -> list[Any]:
        """Many rows of values as the driver takes them; made column by column, which costs a fraction of row by row."""
        many = len(written)
        changes = dict(self._changes)
        places: list[Any] = []
        for place, name in enumerate(self._names):
            if name in columns:
                values: Any = columns[name]
            elif name in self._fixed:
                values = repeat(self._fixed[name], many)
            else:
                values = map(itemgetter(name), written)
            places.append(map(changes[place], values) if place in changes else values)
        if self._named:
            return [dict(zip(self._names, row, strict=True)) for row in zip(*places, strict=True)]
        return list(zip(*places, strict=True))

    def read(self, described: Any, found: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
        """What came, as rows whose values can be asked for by name."""
        if self._readers is None:
            self._readers = self._learned(described, dialect)
        columns: list[Any] = list(zip(*found, strict=True))
        for place, change in self._readers if columns else ():
            columns[place] = map(change, columns[place])
        return list(map(self._make, zip(*columns, strict=True)))

    def _learned(self, described: Any, dialect: Dialect) -> list[tuple[int, Change]]:
        readers = []
        for place, (column, said) in enumerate(zip(self._columns, described, strict=True)):
            change = _reading(column.type, dialect, said[1])
            if change is not None:
                readers.append((place, _remembering(column.type, change)))
        names = [column.key for column in self._columns]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
        self._make = partial(tuple.__new__, row)
        return readers


def _default(column: Any) -> Any:
    default = column.default
    return default.arg if default.is_scalar else default.arg(None)


def _binding(kind: Any, dialect: Dialect) -> Change | None:
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return json_text
    change = kind.dialect_impl(dialect).bind_processor(dialect)
    return _remembering(kind, change) if change is not None else None


def _reading(kind: Any, dialect: Dialect, said: Any) -> Change | None:
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _json_if_any
    change: Change | None = kind.dialect_impl(dialect).result_processor(dialect, said)
    return change


def _json_if_any(text: str | None) -> Any:
    """What a JSON column holds; nothing where an outer join found no row."""
    return None if text is None else json_value(text)


def _remembering(kind: Any, change: Change) -> Change:
    """Days and moments are few and are asked for again and again."""
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    return lru_cache(maxsize=4096)(change) if isinstance(plain, Date | DateTime) else change
