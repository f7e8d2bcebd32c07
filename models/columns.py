"""Column shorthands that every table shares."""

import json
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any, cast

import orjson
from sqlalchemy import JSON, CheckConstraint, Index, Table, text
from sqlmodel import Field, SQLModel

# Before any table is declared, and every table is declared with what is here.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_PLAIN = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}


class Document(dict[str, Any]):
    """A JSON value that is stored or hashed more than once: its text is made once, so nobody may change it afterwards."""

    @cached_property
    def text(self) -> str:
        """The value as the JSON columns store it."""
        return _encoded(self)


def json_text(value: Any) -> str:
    """A value as the JSON columns store it."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is int:
        return str(value)
    if kind is Document:
        return str(value.text)
    return (not value and _EMPTY.get(kind)) or _encoded(value)


def json_bytes(value: Any) -> bytes:
    """A value as the JSON columns store it, in UTF-8."""
    try:
        return orjson.dumps(value, str, _PLAIN)
    except TypeError:  # numbers as keys, and very large ones, are written by the slower of the two
        return _ENCODER.encode(value).encode()


def _encoded(value: Any) -> str:
    return json_bytes(value).decode()


def json_value(text: str) -> Any:
    """What a JSON column holds; most columns of a run are empty."""
    if text == "{}":
        return {}
    return [] if text == "[]" else orjson.loads(text)


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements over columns."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def reference(target: str, *, index: bool = True, **options: Any) -> Any:
    """A foreign key that refuses to leave orphans."""
    return Field(foreign_key=target, index=index, ondelete="RESTRICT", **options)


def document(**options: Any) -> Any:
    """A JSON column; never null, so that readers need not ask."""
    return Field(default_factory=dict, sa_type=JSON, nullable=False, **options)


def entries(**options: Any) -> Any:
    """A JSON column that holds a list."""
    return Field(default_factory=list, sa_type=JSON, nullable=False, **options)


def one_of(column: str, *words: str) -> CheckConstraint:
    """A CHECK that a column holds one of a closed list of words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that meet a condition, on SQLite and PostgreSQL alike."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
