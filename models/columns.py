"""Column shorthands that every table shares."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field


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
