"""Writing: endorsements one by one and in chunks, and the same statements again by the bare driver on a copy."""

import gc
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

from bench.ground import Ground, stand
from flows.engine.apply import apply, apply_many
from flows.engine.work import Intent
from models.session import transaction

CHUNK = 200
TURNS = 10
Written = list[tuple[str, Any, bool]]
Copy = Callable[[], Any]  # a copy of the database, as a bare connection


@contextmanager
def recording(engine: Engine, script: list[Written]) -> Any:
    """Keep every statement that writes, transaction by transaction."""

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            script[-1].append((statement, parameters, many))

    def begin(_c: Any) -> None:
        script.append([])

    event.listen(engine, "before_cursor_execute", keep)
    event.listen(engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", keep)
        event.remove(engine, "begin", begin)


def replay(connection: Any, script: Sequence[Written], begin: str) -> None:
    """The same rows in the same transactions by the bare driver."""
    cursor = connection.cursor()
    for written in script:
        cursor.execute(begin)
        for statement, parameters, many in written:
            (cursor.executemany if many and isinstance(parameters, list) else cursor.execute)(statement, parameters)
            if cursor.description:
                cursor.fetchall()
        cursor.execute("COMMIT")


def singly(ground: Ground, copy: Copy, many: int) -> dict[str, float]:
    """Endorsements a second, one transaction each, beside the bare driver."""
    return _beside(ground, copy, many, _endorse_each, "single")


def chunked(ground: Ground, copy: Copy, many: int) -> dict[str, float]:
    """Endorsements a second in chunks of a list, beside the bare driver writing the same sets."""
    return _beside(ground, copy, many, _endorse_sets, "set")


def _beside(
    ground: Ground, copy: Copy, many: int, endorse: Callable[[Ground, Sequence[int]], None], prefix: str
) -> dict[str, float]:
    """Ours and the bare driver by turns, so that whatever else the machine does slows both alike; of each the median turn."""
    warm, runs, recorded = (stand(ground, n, f"{prefix}{at}") for at, n in enumerate((CHUNK, many, many)))
    endorse(ground, warm)
    ground.engine.dispose()
    bare, script = copy(), list[Written]()
    with recording(ground.engine, script):
        for turn in range(TURNS):  # in the same transactions as ours, so that each turn writes as much
            endorse(ground, part(recorded, turn))
    script = [one for one in script if one]
    took = [
        (seconds(partial(endorse, ground, part(runs, turn))), seconds(partial(replay, bare, part(script, turn), begin(ground))))
        for turn in range(TURNS)
    ]  # fmt: skip
    bare.close()
    ours, raw = (median(one) * TURNS for one in zip(*took, strict=True))
    return {"per_second": round(many / ours), "raw_per_second": round(many / raw), "ratio": round(raw / ours, 3)}


def part(whole: Sequence[Any], turn: int) -> Sequence[Any]:
    """The share of one turn."""
    return whole[len(whole) * turn // TURNS : len(whole) * (turn + 1) // TURNS]


def seconds(act: Callable[[], object]) -> float:
    """How long an act takes, without the garbage of what went before."""
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _endorse_each(ground: Ground, runs: Sequence[int]) -> None:
    for run_id in runs:
        with transaction(ground.engine) as session:
            apply(ground.work(session), Intent(run_id, "endorse", {"reason": "同意"}, 1), ground.officer)


def _endorse_sets(ground: Ground, runs: Sequence[int]) -> None:
    for start in range(0, len(runs), CHUNK):
        with transaction(ground.engine) as session:
            intents = [Intent(one, "endorse", {"reason": "同意"}, 1) for one in runs[start : start + CHUNK]]
            apply_many(ground.work(session), intents, ground.officer)


def begin(ground: Ground) -> str:
    """How a transaction begins."""
    return "BEGIN IMMEDIATE" if ground.engine.dialect.name == "sqlite" else "BEGIN"
