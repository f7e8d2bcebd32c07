"""Writing: endorsements one by one and in chunks, and the same statements again by the bare driver on a copy."""

import gc
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from bench.ground import Ground, stand
from flows.engine.apply import apply, apply_many
from flows.engine.work import Intent
from models.session import transaction

CHUNK = 200
Written = list[tuple[str, Any, bool]]
Copy = Callable[[], Any]  # a copy of the database, as a bare connection


@contextmanager
def recording(engine: Engine, script: list[Written]) -> Any:
    """Keep every statement that writes, transaction by transaction."""

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            script[-1].append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", keep)
    event.listen(engine, "begin", lambda _c: script.append([]))
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def replay(connection: Any, script: Sequence[Written], begin: str) -> float:
    """Seconds the bare driver takes for the same rows in the same transactions."""
    cursor = connection.cursor()
    gc.collect()
    began = time.perf_counter()
    for written in script:
        cursor.execute(begin)
        for statement, parameters, many in written:
            (cursor.executemany if many and isinstance(parameters, list) else cursor.execute)(statement, parameters)
            if cursor.description:
                cursor.fetchall()
        cursor.execute("COMMIT")
    return time.perf_counter() - began


def singly(ground: Ground, copy: Copy, many: int) -> dict[str, float]:
    """Endorsements a second, one transaction each, beside the bare driver."""
    warm, runs = stand(ground, 20, "warm"), stand(ground, many, "single")
    recorded = stand(ground, many, "again")
    _endorse_each(ground, warm)
    gc.collect()
    began = time.perf_counter()
    _endorse_each(ground, runs)
    ours = time.perf_counter() - began
    ground.engine.dispose()
    bare, script = copy(), list[Written]()
    with recording(ground.engine, script):
        _endorse_each(ground, recorded)
    return _compared(ours, replay(bare, [one for one in script if one], _begin(ground)), many)


def chunked(ground: Ground, copy: Copy, many: int) -> dict[str, float]:
    """Endorsements a second in chunks of a list, beside the bare driver writing the same sets."""
    warm, runs, recorded = stand(ground, CHUNK, "hot"), stand(ground, many, "set"), stand(ground, many, "sets")
    _endorse_sets(ground, warm)
    gc.collect()
    began = time.perf_counter()
    _endorse_sets(ground, runs)
    ours = time.perf_counter() - began
    ground.engine.dispose()
    bare, script = copy(), list[Written]()
    with recording(ground.engine, script):
        _endorse_sets(ground, recorded)
    return _compared(ours, replay(bare, [one for one in script if one], _begin(ground)), many)


def _endorse_each(ground: Ground, runs: Sequence[int]) -> None:
    for run_id in runs:
        with transaction(ground.engine) as session:
            apply(ground.work(session), Intent(run_id, "endorse", {"reason": "同意"}, 1), ground.officer)


def _endorse_sets(ground: Ground, runs: Sequence[int]) -> None:
    for start in range(0, len(runs), CHUNK):
        with transaction(ground.engine) as session:
            intents = [Intent(one, "endorse", {"reason": "同意"}, 1) for one in runs[start : start + CHUNK]]
            apply_many(ground.work(session), intents, ground.officer)


def _begin(ground: Ground) -> str:
    return "BEGIN IMMEDIATE" if ground.engine.dialect.name == "sqlite" else "BEGIN"


def _compared(ours: float, raw: float, many: int) -> dict[str, float]:
    return {"per_second": round(many / ours), "raw_per_second": round(many / raw), "ratio": round(raw / ours, 3)}
