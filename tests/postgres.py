"""A PostgreSQL cluster of the tests' own: started once, shared by all workers, gone afterwards."""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from tests.parts import need, postgres_programs

PLACE: Final = "STUDIOFLOW_TEST_POSTGRES"  # names the cluster's folder to every worker
PREFIX: Final = "studioflow-pg-"
# Nothing here must survive a power cut, so nothing waits for a disk.
SETTINGS: Final = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=64MB",
    "unix_socket_directories=", "listen_addresses=127.0.0.1", "log_min_messages=warning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the running cluster listens, and its superuser's password."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """The address of a database, as SQLAlchemy wants it."""
        return f"postgresql+psycopg://studioflow:{self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement outside any transaction on the maintenance database."""
        plain = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


def prepare_place() -> None:
    """Called by pytest's controller: stop what a killed run left, and name a folder for this run's cluster."""
    if PLACE in os.environ:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            _remove(folder)
    os.environ[PLACE] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def remove_place() -> None:
    """Called by pytest's controller at the end: stop the cluster and delete its folder."""
    _remove(Path(os.environ.pop(PLACE)))


def postgres_url(worker: str, prepare: Callable[[str], None] | None = None) -> str:
    """The address of the worker's own fresh database; an older one of that name is dropped.

    `prepare(url)` fills the template (migrations, say): it runs once for all workers, and each database is a
    copy of it made in some tens of milliseconds. Skips (under CI=true fails) without PostgreSQL.
    """
    cluster = running_cluster()
    template = _template(cluster, prepare) if prepare else "template1"
    name, source = sql.Identifier(f"studioflow_{worker}"), sql.Identifier(template)
    cluster.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    with locked():  # PostgreSQL copies a template for one client at a time
        cluster.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, source))
    return cluster.url(f"studioflow_{worker}")


def drop_database(worker: str) -> None:
    """Forget the worker's database, whoever is still connected."""
    running_cluster().execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"studioflow_{worker}"))
    )


def running_cluster() -> Cluster:
    """The cluster of this test run, started by whoever asks first."""
    need("postgresql")
    with locked():
        note = place() / "cluster.json"
        if note.exists():
            return Cluster(**json.loads(note.read_text()))
        cluster = _start(place())
        note.write_text(json.dumps(asdict(cluster)))
        return cluster


def _template(cluster: Cluster, prepare: Callable[[str], None]) -> str:
    name = f"template_{prepare.__module__}_{prepare.__qualname__}".replace(".", "_").lower()[:60]
    with locked(name):
        done = place() / f"{name}.made"
        if not done.exists():
            cluster.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            cluster.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            prepare(cluster.url(name))
            cluster.execute(
                sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(name)
            )
            done.touch()
    return name


def _start(place: Path) -> Cluster:
    account = _account()
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("initdb")
    password, port, database = secrets.token_hex(16), _free_port(), place / "database"
    secret = place / "password"
    secret.write_text(password)
    if account:
        for path in (place, secret):
            shutil.chown(path, account)
    # md5: the password is random and lives as long as the tests; scram would hash it 4,096 times for each connection.
    _run(account, programs / "initdb", "-D", database, "-U", "studioflow", "--pwfile", secret, "-A", "md5",
         "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
    with (database / "postgresql.conf").open("a") as settings:
        settings.write("\n".join(_quoted(line) for line in (*SETTINGS, f"port={port}")) + "\n")
    _run(account, programs / "pg_ctl", "-D", database, "-l", place / "log", "-w", "-t", "60", "start")
    return Cluster(port, password)


def _quoted(setting: str) -> str:
    name, value = setting.split("=", 1)
    return f"{name} = '{value}'"


def _remove(place: Path) -> None:
    programs = postgres_programs()
    if programs and (place / "database" / "postmaster.pid").exists():
        _run(_account(), programs / "pg_ctl", "-D", place / "database", "-m", "immediate", "-w", "stop", check=False)
    shutil.rmtree(place, ignore_errors=True)


def _run(account: str | None, *command: str | Path, check: bool = True) -> None:
    # A server started by pg_ctl keeps what it inherits: no pipe of ours, or reading it would never end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", user=account, group=account,
            extra_groups=[] if account else None, check=False,
        )  # fmt: skip
        said.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{command[0]} 失败：\n{said.read().decode(errors='replace')}")


def _account() -> str | None:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def place() -> Path:
    """The folder of this test run, shared by all its workers."""
    return Path(os.environ[PLACE])


@contextmanager
def locked(what: str = "cluster") -> Iterator[None]:
    """One worker at a time."""
    with (place() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
