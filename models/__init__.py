"""WHAT IS STORED: the tables, the queries that read them, the migrations and the only commit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.tables import *  # noqa: F403
else:

    def __getattr__(name: str) -> Any:
        """A table by its name. All are declared when the first is asked for: plain values and counting days need none."""
        if not name[:1].isupper():  # a module of this package
            raise AttributeError(name)
        tables = import_module("models.tables")
        globals().update({one: getattr(tables, one) for one in tables.__all__})
        return getattr(tables, name)
