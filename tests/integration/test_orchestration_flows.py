"""Prefect's flows for launching, importing and backing up, run one after the other with Prefect's own server in one process."""

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy import select, update

from demo.bureau import DemonstrationBureau
from flows.office.rounds import RoundPlan, plan_round
from models import Body, Person, StageRun, schema
from models.columns import table_of
from models.session import connect, reading
from tests.processes import ROOT, Site
from tests.world import World

BODIES, PEOPLE, RUNS = table_of(Body), table_of(Person), table_of(StageRun)
RUN_THEM = """
from flows.orchestration.prefect_flows import backup, import_roster, launch
print("launched", launch({round_id}, {person_id}))
print("stored", import_roster("{roster}", {city}))
print("again", import_roster("{roster}", {city}))
print("backed up", backup())
"""


def test_a_round_is_launched_a_roster_imported_and_everything_backed_up_by_flows(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'studioflow.db'}")
    schema.upgrade(engine)
    world = World(engine)
    chief = world.actor("bureau")
    with world.at_work() as work:
        work.session.execute(
            update(BODIES).where(BODIES.c.id == world.ids["bureau"]).values(code="CF")
        )  # as in the roster
        plan = RoundPlan(world.version_id, "apply", 2099, "年度申报", date(2098, 3, 1), date(2099, 3, 31))
        round_id, run_id = plan_round(work, chief, plan)
    book = DemonstrationBureau(schools=12, applications=4).workbook()
    digest = hashlib.sha256(book).hexdigest()
    stored = tmp_path / "files" / digest[:2] / digest
    stored.parent.mkdir(parents=True)
    stored.write_bytes(book)
    where = Site(
        tmp_path, str(engine.url), STUDIOFLOW_BACKUPS=str(tmp_path / "backups"), PREFECT_HOME=str(tmp_path / "p")
    )
    where.environment |= {"PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true", "PREFECT_LOGGING_LEVEL": "ERROR",
                          "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "150"}  # fmt: skip
    script = RUN_THEM.format(
        round_id=round_id, person_id=world.ids["bureau_officer"], roster=digest, city=world.ids["bureau"]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=where.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert said["launched"] == "announced", done.stdout
    assert (int(said["stored"]) > 12, said["again"]) == (True, "0"), done.stdout
    with reading(engine) as session:
        assert session.execute(select(RUNS.c.state).where(RUNS.c.id == run_id)).scalar_one() == "announced"
        people = len(session.execute(select(PEOPLE.c.id)).all())
    folder = tmp_path / "backups" / said["backed up"]
    with closing(sqlite3.connect(folder / "studioflow.db")) as copy:
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (people,)
    assert (folder / "files" / digest[:2] / digest).read_bytes() == book
