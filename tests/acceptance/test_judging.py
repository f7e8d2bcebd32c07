"""Judging: who is heard and who judges, results released together, a studio that pauses and goes on."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.apply import apply, carry_on
from flows.engine.consequences.pausing import resume_studio
from flows.engine.errors import Refused
from flows.engine.lists import apply_list, make_list, preview_list
from flows.engine.work import Intent
from flows.office.findings import note_loss
from flows.office.releasing import draft_release
from models import Appointment, Opinion, StageRun
from models.columns import table_of
from tests.life import Life

OPINIONS, RUNS = table_of(Opinion), table_of(StageRun)


@pytest.mark.capability(54)
def test_parties_are_heard_before_a_grade_is_proposed(any_database: Engine) -> None:
    life = Life(any_database, "beihai", date(2025, 4, 15), {"L1": "learner", "A1": "assistant"}, since=date(2026, 1, 4))
    life.on("2026-01-06")
    asked = life.rows(
        select(RUNS).where(RUNS.c.step == "semester/opinion", RUNS.c.ended_at.is_(None)).order_by(RUNS.c.id)
    )
    assert [run.desk for run in asked if run.studio_id][-3:] == [
        f"person:{life.ids['L1']}", f"body:{life.ids['county_a_school1']}", f"body:{life.ids['county_a']}",
    ]  # fmt: skip
    assert life.mail("opinion_asked", "L1")
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "propose", "semester", "2025秋", grade="qualified")
    assert refused.value.because == "unheard"
    assert refused.value.missing == ("L1", "county_a_school1", "county_a")
    for run, who in zip(asked[-3:], ("L1", "county_a_school1", "county_a"), strict=True):
        life.act(who, "give", run, comment="活动扎实")
    life.assess("bureau", "propose", "semester", "2025秋", grade="qualified")
    assert len(life.rows(select(OPINIONS).where(OPINIONS.c.given_at.is_not(None)))) == 3


@pytest.mark.capability(6)
def test_third_partys_assessor_judges_only_while_appointed(any_database: Engine) -> None:
    life = Life(
        any_database,
        "county-master-teacher",
        date(2025, 5, 6),
        {"M1": "member"},
        body="school1",
        since=date(2028, 5, 1),
    )
    life.cast("third_party", "评估公司")
    with life.at_work() as work:
        assessor = life.person(work.session, "评估员", None)
        body = life.ids["评估公司"]
        work.session.add(
            Appointment(
                person_id=assessor, body_id=body, role="assessor", from_on=date(2028, 5, 6), to_on=date(2028, 6, 5)
            )
        )
        work.session.flush()
    life.on("2028-05-25")
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "propose", "final", "cycle", grade="qualified")
    assert refused.value.because == "not_yours"
    life.assess("评估员", "propose", "final", "cycle", grade="qualified")
    life.assess("bureau", "return", "final", "cycle", reason="缺佐证")
    life.on("2028-06-06")
    with pytest.raises(Refused) as refused:
        life.assess("评估员", "propose", "final", "cycle", grade="qualified")
    assert refused.value.because == "not_yours"


def test_results_are_released_together_as_of_the_moment_of_the_list(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    life.assess("bureau", "propose", "annual", "y1", grade="excellent")
    officer = life.actor("bureau")
    with life.at_work() as work, pytest.raises(Refused) as refused:
        draft_release(work, officer, "annual")
    assert refused.value.because == "empty_list"
    life.assess("bureau", "confirm", "annual", "y1")
    with life.at_work() as work:
        listing_id = draft_release(work, officer, "annual", "y1")
        assert [result.refused for result in preview_list(work, officer, listing_id)] == [False]
        make_list(work, officer, listing_id)
    assert life.followed() == []
    apply_list(life.engine, life.book, listing_id, life.clock.now())
    apply_list(life.engine, life.book, listing_id, life.clock.now())
    assert life.followed() == [("commend", "studio")]
    assert [entry.outcome for entry in life.entries(listing_id)] == ["graded"]
    assert life.entries(listing_id)[0].shown["grade"] == "优秀"


def test_paused_studio_gets_its_days_back(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 9))
    life.on("2026-05-11")
    plan = life.duties("H", "year_plan")[-1]
    before, officer = life.due_on(plan), life.actor("bureau")
    seat_id = life.seat_of("H").id
    with life.at_work() as work:
        note_loss(work, officer, seat_id, "病休")
    assert life.standing() == "suspended"
    told = len(life.mail("reminder", "H"))
    life.on("2026-05-25")
    assert len(life.mail("reminder", "H")) == told
    actor, asked = life.actor("bureau"), life.asked_of_body()
    with life.at_work() as work:
        happening = apply(work, Intent(asked.id, "decide", {"choice": "另选主持人"}), actor)
        resume_studio(work, happening, life.studio_id)
        carry_on(work)
    assert life.standing() == "active"
    assert (life.due_on(life.duties("H", "year_plan")[-1]) - before).days == 14
