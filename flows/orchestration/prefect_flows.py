"""Prefect's flows: one a lifecycle stage, and openings, launch, lists, dispatch, import and backup. They call the same plain functions.

A flow run covers everything that is due in its stage, chunk by chunk as tasks with retries. Parameters are ids only, and
nothing a flow returns is needed: what happened stands in the database, and in a table that a person can read.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from prefect import Flow, flow, task
from prefect.artifacts import create_table_artifact
from sqlalchemy import select

from flows.engine.clock import SystemClock
from flows.engine.declare import Actor
from flows.engine.lists import apply_list, progress
from flows.engine.sweep import CHUNK, sweep
from flows.lifecycle import STAGES
from flows.opening import open_due
from flows.orchestration.imports import import_stored_roster
from flows.orchestration.launching import launch_round
from flows.orchestration.looks import MAILS
from flows.orchestration.places import workplace
from flows.programme.agenda import TITLES
from flows.regulations import regulations
from models import Incident, StageRun
from models.columns import table_of
from models.queries.bodies import keys_of
from models.session import reading
from models.settings import ROOT, settings
from notifications.dispatch import dispatch as dispatch_batch

RUNS, INCIDENTS = table_of(StageRun), table_of(Incident)
MOST_CHUNKS = 2000
OPENED_AT_ONCE = 2000
Row = dict[str, Any]


@task(name="一批到期", retries=2, retry_delay_seconds=2)
def sweep_chunk(stage: str, number: int) -> Row:
    """Fire and remind one chunk of what is due in a stage."""
    done = sweep(workplace(), regulations(), SystemClock().now(), chunk=CHUNK, most=1, stage=stage)
    return {
        "批": number,
        "到期": done.fired,
        "提醒": done.reminded,
        "推迟": done.put_off,
        "异常": done.incidents,
        "处理": sum(done.stages.values()),
    }


@task(name="一份名单", retries=2, retry_delay_seconds=2)
def settle_list(listing_id: int) -> Row:
    """Apply a made list to its end."""
    settled = apply_list(workplace(), regulations(), listing_id, SystemClock().now())
    with reading(workplace()) as session:
        done, whole = progress(session, listing_id)
    return {"名单": listing_id, "本次办理": settled, "已办": done, "共": whole}


@task(name="一批开启", retries=2, retry_delay_seconds=2)
def open_chunk(number: int) -> Row:
    """Open what is due of one chunk of cycles."""
    done = open_due(workplace(), regulations(), SystemClock().now(), most=OPENED_AT_ONCE)
    opened = {TITLES[kind]: n for kind, n in done.opened.items()}
    return {"批": number, "周期": done.cycles, **opened, "推迟": done.put_off, "处理": done.total}


@task(name="一批通知", retries=2, retry_delay_seconds=5)
def send_batch(number: int) -> Row:
    """Send one batch of messages."""
    done = dispatch_batch(workplace(), SystemClock().now(), limit=MAILS)
    return {
        "批": number,
        "发出": done.sent,
        "稍后再试": done.deferred,
        "退回": done.bounced,
        "失败": done.failed,
        "处理": done.seen,
    }


def _sweep_flow(stage: str) -> Flow[[], int]:
    title = STAGES[stage].title

    @flow(name=f"{title} {stage}", flow_run_name=f"{title}到期", log_prints=False)
    def sweep_stage() -> int:
        """Everything that is due in this stage now."""
        rows = list(_chunks(stage))
        _publish(f"stage-{stage}", f"{title}：到期与提醒", rows or [{"批": 0, "处理": 0}])
        open_incidents = _open_incidents(stage)
        if open_incidents:
            _publish(f"incidents-{stage}", f"{title}：等人处理的异常", open_incidents)
        return sum(row["处理"] for row in rows)

    return sweep_stage


def _chunks(stage: str) -> Iterator[Row]:
    for number in range(1, MOST_CHUNKS):
        row = sweep_chunk(stage, number)
        if not any(row[key] for key in ("到期", "提醒", "推迟", "异常", "处理")):
            return
        yield row


def _open_incidents(stage: str) -> Sequence[Row]:
    with reading(workplace()) as session:
        rows = session.execute(
            select(INCIDENTS.c.run_id, INCIDENTS.c.what)
            .join(RUNS, RUNS.c.id == INCIDENTS.c.run_id)
            .where(RUNS.c.stage == stage, INCIDENTS.c.resolved_at.is_(None))
            .order_by(INCIDENTS.c.id.desc())
            .limit(50)
        ).all()
    return [{"事项": row.run_id, "原因": row.what} for row in rows]


def _publish(key: str, description: str, rows: Sequence[Row]) -> None:
    create_table_artifact(table=list(rows), key=key.replace("_", "-"), description=description)


@flow(name="开启 openings", flow_run_name="开启期间", log_prints=False)
def open_cycles() -> int:
    """Everything that opens in cycles by today: duties, assessments, money, windows, closing of books."""
    rows: list[Row] = []
    while len(rows) < MOST_CHUNKS and (row := open_chunk(len(rows) + 1))["处理"]:
        rows.append(row)
    _publish("openings", "开启：各周期", rows or [{"批": 0, "处理": 0}])
    return sum(row["处理"] for row in rows)


@flow(name="名单 lists", flow_run_name="名单办理", log_prints=False)
def settle_lists(listing_ids: list[int]) -> int:
    """Made lists that are not wholly applied."""
    rows = [settle_list(listing_id) for listing_id in listing_ids]
    _publish("lists", "名单：办理进度", rows)
    return sum(row["本次办理"] for row in rows)


@flow(name="通知 dispatch", flow_run_name="发送通知", log_prints=False)
def send_messages() -> int:
    """Every message that is due."""
    rows: list[Row] = []
    while not rows or (rows[-1]["处理"] == MAILS and len(rows) < MOST_CHUNKS):
        rows.append(send_batch(len(rows) + 1))
    _publish("dispatch", "通知：发送结果", rows)
    return sum(row["处理"] for row in rows)


@flow(name="发布批次 launch", flow_run_name="发布批次 {round_id}", log_prints=False)
def launch(round_id: int, person_id: int) -> str:
    """Launch a planned round in the name of a person."""
    now = SystemClock().now()
    with reading(workplace()) as session:
        keys = keys_of(session, person_id, now.date())
    return launch_round(workplace(), regulations(), round_id, Actor("person", person_id, keys=keys), now)


@flow(name="导入名册 import", flow_run_name="导入名册", log_prints=False)
def import_roster(
    file_sha256: str, authority_body_id: int, round_id: int | None = None, *, only_good: bool = False
) -> int:
    """Import a roster workbook that was stored before; a person reads the faults in the table."""
    result, refused = import_stored_roster(
        workplace(), regulations(), file_sha256, authority_body_id, round_id, SystemClock().now(), only_good=only_good
    )
    faults = [{"表": one.sheet, "行": one.row, "列": one.column, "说明": one.says()} for one in result.plan.faults]
    rows = faults + [{"表": "申报", "行": "", "列": "", "说明": words} for words in refused]
    counts = {
        "表": "合计",
        "行": result.new + result.changed,
        "列": "",
        "说明": f"新增 {result.new}，改动 {result.changed}，相同 {result.same}",
    }
    _publish("import", "导入名册：结果", [counts, *rows])
    return result.new + result.changed


@flow(name="备份 backup", flow_run_name="备份", retries=1, retry_delay_seconds=60, log_prints=False)
def backup() -> str:
    """Copy database and files into a dated folder among the backups."""
    place = settings()
    place.backups.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603
        [str(ROOT / "deploy" / "backup"), str(place.backups)],
        env={**os.environ, "PYTHON": sys.executable, "STUDIOFLOW_DATABASE_URL": place.database_url, "STUDIOFLOW_FILES": str(place.files)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    _publish("backup", "备份", [{"结果": done.stdout.strip()}])
    return Path(done.stdout.strip().removeprefix("已备份到 ")).name


STAGE_FLOWS: dict[str, Flow[[], int]] = {name: _sweep_flow(name) for name in STAGES}
FLOWS: dict[str, Flow[..., Any]] = {
    **STAGE_FLOWS, "openings": open_cycles, "lists": settle_lists, "dispatch": send_messages, "launch": launch, "import": import_roster, "backup": backup,
}  # fmt: skip


def attribute_of(name: str) -> str:
    """Under which name of this module a worker finds a flow."""
    return f"flow_{name.replace('-', '_')}"


globals().update({attribute_of(name): one for name, one in FLOWS.items()})
