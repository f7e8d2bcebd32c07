"""The demonstration bureau shows every place of a studio's life, as its people's ordinary acts have left it, and is healthy."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from demo.showing import PASSWORD, TITLES, demo_accounts
from demo.stories import TALES
from flows.doctor import examine
from flows.engine.calendar import local_day
from models import (
    Application,
    Attendance,
    Cycle,
    Duty,
    Incident,
    Leave,
    LedgerEntry,
    Rectification,
    Result,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of
from tests.demonstration import NOW, Demonstration

RUNS, STUDIOS, DUTIES, CYCLES = (table_of(one) for one in (StageRun, Studio, Duty, Cycle))
LEAVES, LEDGER, RESULTS, INCIDENTS = (table_of(one) for one in (Leave, LedgerEntry, Result, Incident))
MARKS, MENDING, APPLICATIONS, SEATS = (table_of(one) for one in (Attendance, Rectification, Application, Seat))
TODAY: date = local_day(NOW)
# A place of life, as the stage and state in which some studio stands today.
PLACES = (
    ("activities", "open"), ("activities", "overdue"), ("activities", "met"), ("assessment", "open"), ("assessment", "proposed"),
    ("assessment", "confirmed"), ("assessment", "graded"), ("rectification", "mending"), ("decision", "asked"), ("decision", "decided"),
    ("grant", "held"), ("grant", "due"), ("grant", "paid"), ("tier_review", "reviewing"),
)  # fmt: skip


def test_demonstration_has_a_studio_for_every_story(demonstration: Demonstration) -> None:
    standing = [row.standing for row in demonstration.rows(select(STUDIOS.c.standing))]
    assert len(standing) == len(TALES)
    assert standing.count("active") == len(TALES) - 1
    assert demonstration.shares[-1] == 1
    assert list(demonstration.shares) == sorted(demonstration.shares)


@pytest.mark.parametrize(("stage", "state"), PLACES)
def test_demonstration_has_a_studio_at_every_place(demonstration: Demonstration, stage: str, state: str) -> None:
    there = (RUNS.c.stage == stage) & (RUNS.c.state == state) & RUNS.c.studio_id.is_not(None)
    assert demonstration.rows(select(RUNS.c.id).where(there).limit(1))


def test_a_fresh_studio_still_owes_what_is_due_first(demonstration: Demonstration) -> None:
    newest = demonstration.rows(select(CYCLES).order_by(CYCLES.c.begins_on.desc()).limit(1))[0]
    assert TODAY - timedelta(days=14) < newest.begins_on < TODAY
    owed = demonstration.rows(
        select(DUTIES.c.key).join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.studio_id == newest.studio_id, RUNS.c.ended_at.is_(None), DUTIES.c.due_on > TODAY)
    )  # fmt: skip
    assert {"plan", "year_plan", "budget"} <= {row.key for row in owed}


def test_a_proposal_came_back_with_a_reason(demonstration: Demonstration) -> None:
    back = (RUNS.c.stage == "assessment") & (RUNS.c.state == "open") & (RUNS.c.version > 1)
    assert demonstration.rows(select(RUNS.c.id).where(back))


def test_rectification_has_measures_and_its_limit_is_near(demonstration: Demonstration) -> None:
    rows = demonstration.rows(select(MENDING.c.measures, RUNS.c.due_at).join(
        RUNS, (RUNS.c.subject_kind == "rectification") & (RUNS.c.subject_id == MENDING.c.id)
    ))  # fmt: skip
    assert any(len(row.measures) >= 3 and timedelta() < row.due_at - NOW < timedelta(days=14) for row in rows)


def test_a_cycle_that_ends_soon_may_be_asked_to_go_on(demonstration: Demonstration) -> None:
    open_now = demonstration.rows(
        select(CYCLES.c.ends_on)
        .join(APPLICATIONS, APPLICATIONS.c.cycle_id == CYCLES.c.id)
        .where(APPLICATIONS.c.gives == "cycle", APPLICATIONS.c.outcome.is_(None))
    )
    assert [TODAY < row.ends_on < TODAY + timedelta(days=60) for row in open_now] == [True]


def test_members_were_there_absent_and_on_leave(demonstration: Demonstration) -> None:
    marks = dict(map(tuple, demonstration.rows(select(MARKS.c.mark, func.count()).group_by(MARKS.c.mark))))
    assert marks["present"] > marks["absent"] > 0
    assert marks["leave"] > 0
    assert demonstration.rows(select(LEAVES.c.id).where(LEAVES.c.answer == ""))


def test_somebody_joined_and_somebody_left(demonstration: Demonstration) -> None:
    over = demonstration.rows(select(SEATS.c.studio_id).where(SEATS.c.why_ended == "申请退出"))
    assert len(over) == 1
    joined = select(SEATS.c.id).where(SEATS.c.studio_id == over[0].studio_id, SEATS.c.application_id.is_not(None))
    assert demonstration.rows(joined.where(SEATS.c.to_on.is_(None)))


def test_host_has_leave_to_answer_and_an_activity_to_file(demonstration: Demonstration) -> None:
    page = demonstration.client("host").get("/", follow_redirects=True).text
    assert "的活动记录" in page
    assert "的请假" in page
    (asked,) = demonstration.client("host").get("/api/inbox").json()["leaves"]
    assert asked["reason"]
    assert f"/activities/{asked['record_id']}" in page


def test_money_came_and_was_spent_within_what_there_was(demonstration: Demonstration) -> None:
    sums: dict[int, dict[str, int]] = {}
    summed = select(LEDGER.c.studio_id, LEDGER.c.kind, func.sum(LEDGER.c.amount_fen)).group_by(
        LEDGER.c.studio_id, LEDGER.c.kind
    )
    for studio, kind, fen in demonstration.rows(summed):
        sums.setdefault(studio, {})[kind] = fen
    assert len(sums) >= 10
    assert all(0 < one["spent"] < one["received"] for one in sums.values())


def test_people_log_in_with_the_password_that_is_shown(demonstration: Demonstration) -> None:
    assert [one.login for one in demo_accounts(demonstration.engine)] == list(TITLES)
    client = demonstration.client("host")
    client.cookies.clear()
    assert client.post("/login", data={"login": "host", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("login", TITLES)
def test_something_waits_for_everybody(demonstration: Demonstration, login: str) -> None:
    assert demonstration.client(login).get("/api/inbox?box=todo").json()["total"] > 0


def test_demonstration_is_healthy(demonstration: Demonstration) -> None:
    assert [(one.title, one.broken) for one in examine(demonstration.engine, NOW) if one.broken] == []
    assert demonstration.rows(select(INCIDENTS.c.what)) == []


def test_few_seats_are_in_doubt(demonstration: Demonstration) -> None:
    page = demonstration.client("bureau").get("/doubts").text
    assert 2 <= page.count("place-change") <= 3
