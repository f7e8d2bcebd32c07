"""A studio that pauses and goes on: what came up meanwhile is owed where it still can be, the rest is waived by name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.apply import apply, carry_on
from flows.engine.consequences.pausing import resume_studio
from flows.engine.work import Intent
from flows.office.findings import note_loss
from models import Duty, Entitlement, StageRun
from models.columns import table_of
from tests.life import Life

DUTIES, RUNS, ENTITLEMENTS = table_of(Duty), table_of(StageRun), table_of(Entitlement)


def pause(life: Life) -> None:
    actor, seat_id = life.actor("bureau"), life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, actor, seat_id, "病休")
    assert life.standing() == "suspended"


def resume(life: Life) -> None:
    actor, asked = life.actor("bureau"), life.asked_of_body()
    with life.at_work() as work:
        happening = apply(work, Intent(asked.id, "decide", {"choice": "另选主持人"}), actor)
        resume_studio(work, happening, life.studio_id)
        carry_on(work)
    assert life.standing() == "active"


def owed(life: Life, key: str) -> Mapping[str, Any]:
    """Every duty of a key by period, with its run where it has one."""
    run = (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id)
    found = life.rows(
        select(DUTIES.c.period, DUTIES.c.waived, RUNS.c.state, RUNS.c.due_at, RUNS.c.id)
        .outerjoin(RUNS, run)
        .where(DUTIES.c.key == key, DUTIES.c.studio_id == life.studio_id)
    )
    return {row.period: row for row in found}


@pytest.fixture
def paused(any_database: Engine) -> Life:
    """H of 海南 pauses from 10 December 2025 to 10 February 2026: 62 days."""
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2025, 12, 8))
    life.on("2025-12-10")
    pause(life)
    life.on("2026-02-10")
    return life


def test_what_is_still_due_when_the_studio_goes_on_is_opened(paused: Life) -> None:
    assert owed(paused, "seminar")["2026-02"].state is None
    resume(paused)
    seminar = owed(paused, "seminar")["2026-02"]
    assert (seminar.state, seminar.waived) == ("open", "")
    assert paused.due_on(seminar) == date(2026, 2, 28)


def test_period_wholly_inside_the_pause_is_waived_and_says_which_days(paused: Life) -> None:
    resume(paused)
    seminar = owed(paused, "seminar")["2026-01"]
    assert seminar.state is None
    assert seminar.waived == "工作室于 2025年12月10日 周三 至 2026年2月10日 周二 停办，这一期免办"


def test_what_was_begun_before_and_fell_due_in_the_pause_gets_the_days_back(paused: Life) -> None:
    resume(paused)
    december, report = owed(paused, "seminar")["2025-12"], owed(paused, "report")["2025秋"]
    assert paused.due_on(december) == date(2026, 3, 3)  # 31 December and 62 days
    assert (report.state, paused.due_on(report)) == ("open", date(2026, 4, 7))  # 4 February and 62 days


def test_nobody_is_reminded_in_the_pause_and_the_months_go_on_after_it(paused: Life) -> None:
    assert all(one.wake_at is None for one in paused.runs_of("assessment") if one.ended_at is None)
    resume(paused)
    paused.on("2026-03-02")
    assert owed(paused, "seminar")["2026-03"].state == "open"


def test_money_is_never_suspended(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 20))
    before = len(life.rows(select(ENTITLEMENTS.c.id)))
    life.on("2026-08-21")
    pause(life)
    life.on("2026-09-02")
    assert len(life.rows(select(ENTITLEMENTS.c.id))) > before
