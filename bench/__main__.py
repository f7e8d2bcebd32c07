"""`python -m bench [--quick] [--sqlite]`: one JSON object on standard output, and a table where somebody looks."""

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from bench.ground import make_ground
from bench.looking import inbox_ms, sweep_ms
from bench.opening import opened
from bench.writing import chunked, singly
from flows.orchestration.memory import settle
from models.session import connect
from tests import postgres
from tests.parts import postgres_programs

SIZES, QUICK = (10_000, 100_000, 1_000_000), (10_000, 50_000)
GOALS = {
    "apply.ratio": (">=", 0.25),
    "apply_many.ratio": (">=", 0.35),
    "sweep.ms": ("<", 50.0),
    "inbox.p95_ms": ("<", 50.0),
    "opening.ratio": ("<=", 3.0),
}


def measure(url: str, copies: Callable[[], Any], runs: int, many: int) -> dict[str, dict[str, float]]:
    """Every figure at one size of database."""
    ground = make_ground(connect(url), runs)
    settle()  # as every process that serves does
    figures = {
        "apply": singly(ground, copies, many // 2), "apply_many": chunked(ground, copies, many),
        "sweep": sweep_ms(ground), "inbox": inbox_ms(ground), "opening": opened(ground, copies, many * 5),
    }  # fmt: skip
    ground.engine.dispose()
    return figures


def on_sqlite(runs: int, many: int) -> dict[str, dict[str, float]]:
    """WAL and synchronous FULL on both sides."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path, copies = Path(folder) / "bench.db", iter(range(10))

        def copy() -> sqlite3.Connection:
            target = Path(folder) / f"copy{next(copies)}.db"
            shutil.copyfile(path, target)  # nobody has it open, so its WAL is in it
            bare = sqlite3.connect(target, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                bare.execute(f"PRAGMA {pragma}")
            return bare

        return measure(f"sqlite:///{path}", copy, runs, many)


def on_postgresql(runs: int, many: int) -> dict[str, dict[str, float]]:
    """A cluster of the tests' own with fsync and synchronous_commit switched on."""
    cluster, copies = postgres.running_cluster(), iter(range(10))
    for setting in ("fsync = on", "full_page_writes = on", "synchronous_commit = on"):
        cluster.execute(sql.SQL(f"ALTER SYSTEM SET {setting}"))  # type: ignore[arg-type]
    cluster.execute(sql.SQL("SELECT pg_reload_conf()").format())
    url = postgres.postgres_url("bench")

    def copy() -> psycopg.Connection[Any]:
        name = f"bench_copy{next(copies)}"
        cluster.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        cluster.execute(sql.SQL("CREATE DATABASE {} TEMPLATE studioflow_bench").format(sql.Identifier(name)))
        return psycopg.connect(cluster.url(name).replace("+psycopg", ""), autocommit=True)

    return measure(url, copy, runs, many)


def main() -> None:
    """Measure small and large, print the large with the smaller beside it and its growth."""
    asked = _asked()
    sizes, many = (QUICK, 1000) if asked.quick else (SIZES, 2000)
    databases = {"sqlite": on_sqlite}
    if postgres_programs() and not asked.sqlite:
        postgres.prepare_place()
        databases["postgresql"] = on_postgresql
    try:
        results = {
            name: {size: _told(name, size, one(size, many)) for size in sizes} for name, one in databases.items()
        }
    finally:
        if len(databases) > 1:
            postgres.remove_place()
    report = {name: _grown(by_size, sizes) for name, by_size in results.items()}
    said = {"runs": sizes[-1], **report.pop("sqlite"), **report}
    if sys.stdout.isatty():
        _show(said)
    print(json.dumps(said, ensure_ascii=False))


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(
        prog="python -m bench", description="What the engine costs beside raw SQL in the same run."
    )
    words.add_argument("--quick", action="store_true", help=f"{QUICK[-1]:,} runs at most instead of {SIZES[-1]:,}")
    words.add_argument("--sqlite", action="store_true", help="SQLite alone, without PostgreSQL beside it")
    return words.parse_args()


def _told(database: str, runs: int, figures: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Said on standard error as soon as it is known: the large sizes take minutes."""
    print(f"{database} {runs:,}: {json.dumps(figures)}", file=sys.stderr, flush=True)
    return figures


def _grown(by_size: dict[int, dict[str, dict[str, float]]], sizes: tuple[int, ...]) -> dict[str, Any]:
    least, most = by_size[sizes[0]], by_size[sizes[-1]]
    return {
        what: {
            **figures,
            "growth": {key: round(value / least[what][key], 2) for key, value in figures.items() if least[what][key]},
            "at": {str(size): by_size[size][what] for size in sizes},
        }
        for what, figures in most.items()
    }


def _show(said: dict[str, Any]) -> None:
    table = Table(title=f"{said['runs']:,} 件")
    for column in ("数据库", "项目", "数值", "目标", "各规模"):
        table.add_column(column)
    for database in ("sqlite", "postgresql"):
        figures = said if database == "sqlite" else said.get(database, {})
        for name, (sign, goal) in GOALS.items():
            what, key = name.split(".")
            if what in figures:
                one = figures[what]
                table.add_row(
                    database,
                    name,
                    f"{one[key]}",
                    f"{sign} {goal}",
                    "、".join(f"{int(size):,} 件 {at[key]}" for size, at in one["at"].items()),
                )
    Console(stderr=True).print(table)


if __name__ == "__main__":
    main()
