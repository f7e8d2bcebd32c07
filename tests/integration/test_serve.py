"""`studioflow serve` as a site runs it: starts, stops, is killed, and never waits for Prefect."""

import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, select, update

from models import StageRun, Transition, schema
from models.columns import table_of
from models.session import connect, reading, transaction
from tests.processes import alive, children, site, until
from tests.world import World

RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)
LONG_PAST = datetime(2025, 6, 1, tzinfo=UTC)


def bureau(folder: Path, drafts: int) -> tuple[Engine, str]:
    """A bureau whose round closed long ago, which no clock has seen yet."""
    url = f"sqlite:///{folder / 'studioflow.db'}"
    engine = connect(url)
    schema.upgrade(engine)
    world = World(engine)
    world.round(date(2025, 3, 31))
    world.on("2025-03-03")
    for n in range(drafts):
        world.applicant(f"P{n}")
        world.begin(f"P{n}")
    return engine, url


def lapsed(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.execute(select(TRANSITIONS.c.id).where(TRANSITIONS.c.event == "lapse")).all())


def put_off(engine: Engine, *, to: datetime) -> None:
    """Move what is due out of the way, or back."""
    with transaction(engine) as session:
        session.execute(update(RUNS).where(RUNS.c.ended_at.is_(None), RUNS.c.due_at.is_not(None)).values(wake_at=to))


def test_serve_answers_soon_and_ctrl_c_stops_everything(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    engine, url = bureau(tmp_path, 5)
    with site(tmp_path, url) as one:
        process = one.start("studioflow", "serve")
        took = until(one.answers, 30, "the first page")
        record_property("seconds_to_first_page", took)
        until(lambda: lapsed(engine) == 5, 20, "the clock")
        below = children(process.pid)
        assert below
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert "已停止" in one.said()
        assert f"http://127.0.0.1:{one.port}" in one.said()
        assert not any(alive(pid) for pid in below)


def test_serve_killed_takes_its_children_along_and_starts_again(tmp_path: Path) -> None:
    engine, url = bureau(tmp_path, 5)
    with site(tmp_path, url) as one:
        process = one.start("studioflow", "serve")
        until(lambda: children(process.pid), 30, "the clock's process")
        below = children(process.pid)
        process.kill()
        until(lambda: not any(alive(pid) for pid in below), 20, "children gone")
        again = one.start("studioflow", "serve")
        until(lambda: lapsed(engine) == 5, 45, "the next leader")
        again.send_signal(signal.SIGINT)
        assert again.wait(20) == 0
    assert lapsed(engine) == 5


def test_serve_names_a_port_in_use(tmp_path: Path) -> None:
    with site(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}") as one, socket.create_server(("127.0.0.1", one.port)):
        process = one.start("studioflow", "serve")
        assert process.wait(30) == 1
        assert f"端口 {one.port} 已被别的程序占用" in one.said()
        assert "Traceback" not in one.said()


def test_embedded_prefect_shows_what_ran_and_deadlines_go_on_when_it_is_killed(tmp_path: Path) -> None:
    engine, url = bureau(tmp_path, 6)
    far = datetime(2099, 1, 1, tzinfo=UTC)
    put_off(engine, to=far)
    with site(tmp_path, url, STUDIOFLOW_PREFECT="embedded") as one:
        one.start("studioflow", "serve")
        until(one.answers, 30, "the first page")
        assert not one.prefect_answers()  # the pages did not wait for it
        until(one.prefect_answers, 90, "Prefect")
        with transaction(engine) as session:
            first = session.execute(select(RUNS.c.id).where(RUNS.c.stage == "application").limit(3)).scalars().all()
            session.execute(update(RUNS).where(RUNS.c.id.in_(first)).values(wake_at=LONG_PAST))
        until(lambda: lapsed(engine) == 3, 30, "the first deadlines")
        until(lambda: "申报到期" in one.finished_flows(), 20, "the flow run")
        assert "stage-application" in one.tables()
        os.kill(int((tmp_path / "prefect" / "server.pid").read_text()), signal.SIGKILL)
        until(lambda: not one.prefect_answers(), 10, "Prefect's end")
        put_off(engine, to=LONG_PAST)
        assert until(lambda: lapsed(engine) == 6, 20, "the deadlines without Prefect") < 20
