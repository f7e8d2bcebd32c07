"""What must hold in a database whatever happened to the process that wrote it."""

from typing import Any

from sqlalchemy import Engine, text

from flows.engine.work import HASHED, chain
from models import StageRun, Transition
from models.columns import table_of

RUNS, TRANSITIONS = table_of(StageRun), table_of(Transition)

NOTHING = {
    "一件有两个在办": """SELECT subject_kind, subject_id, stage, step, branch FROM stagerun WHERE ended_at IS NULL
        GROUP BY subject_kind, subject_id, stage, step, branch HAVING count(*) > 1""",
    "两步同时在办": """SELECT subject_id FROM stagerun WHERE ended_at IS NULL AND subject_kind = 'application'
        GROUP BY subject_id HAVING count(DISTINCT step) > 1""",
    "办结的还会醒": "SELECT id FROM stagerun WHERE ended_at IS NOT NULL AND wake_at IS NOT NULL",
    "办结的还在桌上": "SELECT id FROM stagerun WHERE ended_at IS NOT NULL AND desk <> ''",
    "有结果的申报还在办": """SELECT a.id FROM application a JOIN stagerun r ON r.application_id = a.id
        WHERE a.outcome IS NOT NULL AND r.ended_at IS NULL AND r.subject_kind = 'application'""",
    "没有结果的申报无人在办": """SELECT a.id FROM application a WHERE a.outcome IS NULL AND NOT EXISTS
        (SELECT 1 FROM stagerun r WHERE r.application_id = a.id AND r.ended_at IS NULL)""",
    "子件在办而母件已结": """SELECT c.id FROM stagerun c JOIN stagerun p ON p.id = c.parent_id
        WHERE c.ended_at IS NULL AND p.ended_at IS NOT NULL""",
    "记录没有请求": """SELECT t.id FROM transition t WHERE t.request_id IS NOT NULL AND t.request_id NOT LIKE 'list:%'
        AND NOT EXISTS (SELECT 1 FROM request q WHERE q.id = t.request_id)""",
    "请求没有答复": "SELECT id FROM request WHERE CAST(answer AS TEXT) = '{}'",
    "名单条目已办而无记录": """SELECT e.id FROM listingentry e WHERE e.applied_at IS NOT NULL AND e.outcome <> 'fell_out' AND NOT EXISTS
        (SELECT 1 FROM transition t WHERE t.listing_id = e.listing_id AND t.run_id = e.run_id)""",
    "一份名单办了两次": """SELECT listing_id, run_id FROM transition WHERE listing_id IS NOT NULL
        GROUP BY listing_id, run_id HAVING count(*) > 1""",
    "通知两次": "SELECT key FROM message GROUP BY key HAVING count(*) > 1",
}  # fmt: skip


def broken(engine: Engine) -> list[str]:
    """The invariants that do not hold, each in words; empty when all is well."""
    faults = []
    with engine.connect() as connection:
        for says, query in NOTHING.items():
            found = connection.execute(text(query)).fetchmany(3)
            faults += [f"{says}：{[tuple(row) for row in found]}"] if found else []
        runs = connection.execute(RUNS.select()).all()
        history: dict[int, list[Any]] = {}
        for row in connection.execute(TRANSITIONS.select().order_by(TRANSITIONS.c.run_id, TRANSITIONS.c.version)):
            history.setdefault(row.run_id, []).append(row)
    for run in runs:
        faults += _run_faults(run, history.get(run.id, []))
    return faults


def _run_faults(run: Any, history: list[Any]) -> list[str]:
    faults = []
    if [row.version for row in history] != list(range(1, run.version + 1)):
        faults.append(f"{run.id} 版本 {run.version}，记录 {[row.version for row in history]}")
        return faults
    state = ""
    before = f"{run.stage}:{run.subject_kind}:{run.subject_id}:{run.path}:{run.step}:{run.branch}"
    for row in history:
        if row.from_state != state:
            faults.append(f"{run.id} 第 {row.version} 步从 {row.from_state} 出发，而上一步到了 {state}")
        if row.before != before or row.hash != chain(before, {key: getattr(row, key) for key in HASHED}):
            faults.append(f"{run.id} 第 {row.version} 步的校验不符")
        state, before = row.to_state, row.hash
    if (state, before) != (run.state, run.head):
        faults.append(f"{run.id} 记录到 {state}，存的是 {run.state}")
    return faults
