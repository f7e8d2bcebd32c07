"""Serving (启动): web, clock and Prefect of one machine, started in order and stopped in order."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine

from flows.engine.clock import SystemClock
from flows.office.accounts import nobody_yet
from flows.orchestration.conductor import Conductor, Road
from flows.orchestration.housekeeping import keep_house, knows_years, load_years
from flows.orchestration.kept import Kept
from flows.orchestration.leader import Leadership
from flows.orchestration.memory import settle
from flows.orchestration.prefect_child import PrefectChild, prefect_environment
from flows.orchestration.ticker import Ticker
from flows.regulations import regulations
from models.schema import upgrade
from models.session import database, reading
from models.settings import Settings, settings
from notifications.digest import digest

log = logging.getLogger(__name__)
WATCH_EVERY = 1.0


class PortTaken(Exception):  # noqa: N818  says what happened
    """The port is in use by another program."""


def prepare(say: Callable[[str], None], progress: Callable[[float], None] = lambda _share: None) -> Engine:
    """Create and migrate the database; on an empty one load the calendar, and the demonstration unless it is not wanted.

    `progress` hears, from 0 to 1, how much of the demonstration has been loaded.
    """
    engine, now = database(), SystemClock().now()
    if upgrade(engine):
        say("数据库已升级到最新结构。")
    if settings().demo:
        from demo.showing import load_demo

        load_demo(engine, now, lambda: say("正在装入演示数据（只在空库上做一次，约十秒）…"), progress)
    if not knows_years(engine, now):
        load_years(engine, now)
    return engine


def serve_web(make_app: Callable[[Engine], Any], engine: Engine, started: Callable[[], None] = lambda: None) -> None:
    """Serve the pages until asked to stop. Raises PortTaken before anything is started."""
    import uvicorn

    with _listening(settings()) as listener:
        server = uvicorn.Server(uvicorn.Config(make_app(engine), log_level="warning", timeout_graceful_shutdown=5))
        threading.Thread(target=_when_started, args=(server, started), daemon=True).start()
        settle()
        server.run(sockets=[listener])


def _when_started(server: Any, started: Callable[[], None]) -> None:
    pause = threading.Event()
    while not server.started:
        if server.should_exit or pause.wait(0.05):
            return
    started()


@contextmanager
def _listening(site: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((site.host, site.port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"端口 {site.port} 已被别的程序占用。请先停掉它，或换一个端口：STUDIOFLOW_PORT={site.port + 1} make run"
        ) from error
    try:
        yield listener
    finally:
        listener.close()


def serve_clock() -> None:
    """Be a clock until asked to stop: one of several, of which the leader works. Embedded, it keeps the Prefect server too."""
    engine, clock, stop = database(), SystemClock(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    child = PrefectChild(settings()) if settings().prefect == "embedded" else None
    leadership = Leadership(engine, clock)
    conductor = Conductor(regulations(), clock, _road(), patience=settings().prefect_patience)
    settle()
    ticker = Ticker(
        leadership,
        clock,
        look=conductor.look,
        morning=digest,
        housekeeping=keep_house,
        look_every=settings().look_every,
    )
    ticker.start()
    try:
        while not stop.wait(WATCH_EVERY):
            if child is not None:
                child.watch(clock.monotonic())
    finally:
        ticker.stop()
        if child is not None:
            child.stop()


def _road() -> Road | None:
    if settings().prefect == "off":
        return None
    from flows.orchestration.roads import road_of

    return road_of(settings())


def serve_all(make_app: Callable[[Engine], Any], engine: Engine, say: Callable[[str], None]) -> None:
    """Web here, the clock as a child that starts once the pages answer; whichever way this ends, the child ends with it."""
    embedded = settings().prefect == "embedded"
    port = free_port(settings().prefect_port) if embedded else 0
    environment = {"STUDIOFLOW_PREFECT_PORT": str(port), **prefect_environment(settings(), port)} if embedded else {}
    clock = Kept("studioflow", ["serve", "--role", "clock", "--prepared"], environment)
    stopped = threading.Event()

    def keep_clock() -> None:
        clock.start()
        while not stopped.wait(WATCH_EVERY):
            if not clock.runs:
                log.warning("时钟进程意外结束，重新启动")
                clock.start()

    def started() -> None:
        announce(engine, say, f"http://127.0.0.1:{port}" if embedded else "")
        threading.Thread(target=keep_clock, name="clock keeper", daemon=True).start()

    try:
        serve_web(make_app, engine, started)
    finally:
        stopped.set()
        clock.stop()


def free_port(wanted: int) -> int:
    """This port of the loopback, or any free one where another program has it."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise PortTaken("本机没有可用的端口。")


def announce(engine: Engine, say: Callable[[str], None], prefect: str) -> None:
    """Say where everything is, and who can log in."""
    say(f"工作室管理已启动：{settings().address}")
    if prefect:
        say(f"Prefect（后台任务记录，几秒后就绪）：{prefect}")
    if settings().demo:
        _announce_demo(engine, say)
    with reading(engine) as session:
        empty = nobody_yet(session)
    if empty:
        say("还没有任何账号。请另开一个窗口建第一个管理员，再登录，按“开始使用”一步一步办：")
        say("  .venv/bin/studioflow user first 登录名 --name 姓名 --body 机构编码 --body-name 教育局全称")
    say("按 Ctrl-C 停止。")


def _announce_demo(engine: Engine, say: Callable[[str], None]) -> None:
    from demo.showing import PASSWORD, demo_accounts

    accounts = demo_accounts(engine)
    if accounts:
        say(f"演示账号（密码都是 {PASSWORD}）：")
        for one in accounts:
            say(f"  {one.login:<10} {one.title}　{one.name}")


def show_logs() -> None:
    """What the processes say, on standard error, one line each."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname).1s %(message)s", datefmt="%H:%M:%S"
    )
    for noisy in ("httpx", "httpcore", "apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def stop_on_request() -> None:
    """A polite kill ends the process as Ctrl-C does, so that children are stopped and the lease is given back."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
