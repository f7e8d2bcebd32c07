"""Places (所在): the database a flow works on; inside the leader's own process it is the fenced one."""

from sqlalchemy import Engine

from models.session import database

_given: dict[str, Engine] = {}


def work_on(engine: Engine | None) -> None:
    """From now on flows of this process work on this engine; None: on that of the settings again."""
    _given.clear()
    if engine is not None:
        _given["engine"] = engine


def workplace() -> Engine:
    """The engine that flows work on."""
    return _given.get("engine") or database()
