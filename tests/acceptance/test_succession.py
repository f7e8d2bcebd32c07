"""The next host of a studio: found by the path that gave it; seats, cycle and numbers stay. A lost post opens the way out."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select, update

from flows.engine.errors import Refused
from flows.office.eligibility import seats_in_doubt
from flows.office.findings import note_loss
from models import Application, Cycle, Document, Post, Studio
from models.columns import table_of
from tests.life import Life

APPLICATIONS, CYCLES, DOCUMENTS, STUDIOS = (table_of(one) for one in (Application, Cycle, Document, Studio))
POSTS = table_of(Post)
MASTER = [{"kind": "title", "name": "名校长", "level": "city", "on": date(2020, 1, 1)}]


def losing(engine: Engine, programme: str) -> Life:
    """H can host no longer; M1 and M2 stay."""
    life = Life(engine, programme, date(2025, 5, 8), {"M1": "member", "M2": "member"}, since=date(2026, 3, 2))
    life.on("2026-03-03")
    actor = life.actor("bureau")
    seat = life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, actor, seat, "调任市教育局")
    return life


@pytest.mark.capability(32, 33)
def test_studio_goes_on_under_its_next_host_who_came_the_same_way(any_database: Engine) -> None:
    life = losing(any_database, "chifeng")
    life.applicant("N", "county_b_school1", credentials=MASTER)
    life.round(date(2026, 4, 30))
    with pytest.raises(Refused) as early:
        life.begin("N", studio_id=life.studio_id, studio_name="")
    assert early.value.because == "no_vacancy"
    life.act("bureau", "decide", life.asked_of_body(), choice="另选主持人", reason="工作室运行良好")
    (owed,) = life.duties("H", "succession")
    assert owed.responsible == f"body:{life.ids['bureau']}"
    papers = life.rows(select(func.count()).select_from(DOCUMENTS).where(DOCUMENTS.c.kind == "plaque"))[0][0]
    life.begin("N", studio_id=life.studio_id, studio_name="")
    life.do("N", "submit", "N")
    life.endorse_tiers("N")
    life.draw()
    life.score("N", *[90] * 5)
    life.rank()
    life.post()
    life.on("2026-03-20")
    life.announce()
    assert life.standing() == "suspended"
    life.do("bureau", "hang", "N")
    (studio,) = life.rows(select(STUDIOS))
    assert (studio.id, studio.host_id, studio.name) == (life.studio_id, life.ids["N"], "N工作室")
    assert studio.standing == "active"
    assert life.seated() == {"N", "M1", "M2"}
    assert life.seat_of("H").why_ended == "主持人变更"
    assert len(life.rows(select(CYCLES))) == 1
    assert life.rows(select(func.count()).select_from(DOCUMENTS).where(DOCUMENTS.c.kind == "plaque"))[0][0] == papers
    assert life.duties("N", "succession")[0].state == "met"
    owing = [one for one in life.runs_of("duty") if one.ended_at is None]
    assert owing
    assert all(one.desk != f"person:{life.ids['H']}" for one in owing)


@pytest.mark.capability(32, 33)
def test_member_who_lost_the_post_is_led_out_by_the_exit_path(sqlite_database: Engine) -> None:
    life = Life(
        sqlite_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member", "M2": "member"}, since=date(2026, 3, 2)
    )
    actor = life.actor("bureau")
    seat = life.seat_of("M1").id
    with life.at_work() as work:
        note_loss(work, actor, seat, "不再担任班主任")
    (asked,) = life.rows(select(APPLICATIONS).where(APPLICATIONS.c.gives == "exit"))
    assert (asked.person_id, asked.role, asked.outcome) == (life.ids["M1"], "member", None)
    assert "M1" in life.seated()
    life.ids["application/M1"] = asked.id
    life.do("M1", "submit", "M1")
    life.do("county_a_school1", "endorse", "M1")
    life.do("county_a", "endorse", "M1")
    life.do("bureau", "endorse", "M1")
    assert life.seated() == {"H", "M2"}
    assert [one.state for one in life.duties("H", "refill")] == ["open"]


def test_exit_that_was_begun_ends_with_the_seat_it_was_about(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "vocational-class-teacher", date(2025, 9, 1), {"L1": "learner"}, body="department1")
    life.begin_seat("L1", "H", path="leave", role="learner")
    life.do("L1", "submit", "L1")
    actor = life.actor("bureau")
    seat = life.seat_of("L1").id
    with life.at_work() as work:
        note_loss(work, actor, seat, "调离学校")
    life.act("bureau", "decide", life.asked_of_body(), choice="调整成员", reason="已调离")
    assert life.seated() == {"H"}
    assert life.outcome("L1") == "cancelled"
    assert life.run_of("L1").ended_at is not None


def test_lost_posts_are_reported_and_nothing_follows_by_itself(sqlite_database: Engine) -> None:
    life = Life(
        sqlite_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member", "M2": "member"}, since=date(2026, 3, 2)
    )
    with life.at_work() as work:
        assert [one for one in seats_in_doubt(work, [life.studio_id]) if one.role == "member"] == []
        ended = (POSTS.c.person_id == life.ids["M1"]) & (POSTS.c.kind == "class_teacher")
        work.session.execute(update(POSTS).where(ended).values(kind="teacher"))
    with life.at_work() as work:
        (doubt,) = [one for one in seats_in_doubt(work, [life.studio_id]) if one.person == "M1"]
    assert (doubt.person, doubt.role) == ("M1", "member")
    assert "(九)1" in str(doubt.checks[0].origin)
    assert life.followed() == []
    assert "M1" in life.seated()
