"""What texts ask of running studios beside what scenarios show: each on a studio that lives by the text itself."""

from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from flows.engine.declare import Actor
from flows.engine.work import Work
from flows.office.seats import name_to_seat
from flows.office.targets import progress
from flows.programme.rosters import roster_rules
from models import Duty, Entitlement
from models.columns import table_of
from models.facts import SeatFact
from models.queries.assessments import earlier_results
from models.session import reading
from tests.lives import RUNS, LifeByChance

DUTIES, ENTITLEMENTS = table_of(Duty), table_of(Entitlement)


def duties(life: LifeByChance, key: str) -> list[Any]:
    found = (
        select(DUTIES, RUNS.c.state, RUNS.c.desk)
        .join(RUNS, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
        .where(DUTIES.c.key == key)
        .order_by(DUTIES.c.id)
    )
    return list(life.rows(found))


def _name_adviser(life: LifeByChance, host: Actor, studio_id: int, person_id: int, work: Work) -> None:
    name_to_seat(work, host, life.bureau.version_id, studio_id, person_id, "adviser")


@pytest.mark.capability(27)
def test_advisers_and_trainees_do_not_count_and_are_named_by_the_host() -> None:
    life = LifeByChance("chifeng")
    (studio,) = life.studio_rows()
    host = life.bureau.person_acting(studio.host_id)
    rules = roster_rules(life.programme)
    for n in range(12):
        adviser = life.bureau.person(f"adviser{n}", "adviser", host="host1")
        assert life.attempt("name", partial(_name_adviser, life, host, studio.id, adviser))
    seats = [SeatFact("", one.role, one.duty_role, own_school=False) for one in life.seats(studio.id)]
    assert len([one for one in seats if one.role == "adviser"]) == 12
    assert rules.faults(seats) == []


@pytest.mark.capability(76)
def test_duty_of_a_supporting_school_is_listed_and_never_sanctioned() -> None:
    life = LifeByChance("chifeng")
    (duty,) = duties(life, "premises")
    home = life.studio_rows()[0].home_body_id
    assert (duty.soft, duty.desk) == (True, f"body:{home}")
    life.pass_days(200)
    assert [one.state for one in duties(life, "premises")] == ["open"]
    life.pass_days(1000)
    assert [one.state for one in duties(life, "premises")] == ["unmet"]
    assert life.studio_rows()[0].standing == "active"


@pytest.mark.capability(45)
def test_account_is_kept_fresh_week_by_week() -> None:
    life = LifeByChance("county-master-teacher")
    life.pass_days(15)
    weeks = duties(life, "account")
    assert [one.period for one in weeks] == sorted({one.period for one in weeks})
    assert [one.state for one in weeks[:2]] == ["overdue", "overdue"]
    assert not life.press(life.again_of(weeks[-1].id), "submit", title="更新")
    assert any(key.startswith("submit:not_counted") for key in life.refused)
    assert life.hand_in(life.again_of(weeks[-1].id))


@pytest.mark.capability(66, 65)
def test_money_of_the_second_year_waits_for_the_result_of_the_first() -> None:
    life = LifeByChance("county-master-teacher")
    life.pass_days(400)
    held = life.live("grant", "held")
    assert len(held) == 1
    for run in life.live("assessment", "open"):
        if run.step == "annual":
            life.propose(run, [0])
    for state, event in (("proposed", "confirm"), ("confirmed", "release")):
        for run in life.live("assessment", state):
            life.press(run, event)
    assert life.again(held[0]).state == "due"


@pytest.mark.capability(67)
def test_text_says_who_pays_whom() -> None:
    life = LifeByChance("beihai")
    (row,) = life.rows(select(ENTITLEMENTS))
    fund = life.programme.funds[row.fund]
    (run,) = life.live("grant", "due")
    assert row.payer == run.desk == f"body:{life.bureau.body_playing(fund.from_, life.studio_rows()[0].home_body_id)}"
    assert row.payee != row.payer


@pytest.mark.capability(48)
def test_targets_of_the_text_are_reported_against_what_there_is() -> None:
    life = LifeByChance("county-master-teacher", 2)
    with life.bureau.at_work() as work:
        programme_id = work.book.cast(work.session, life.bureau.version_id).programme_id
        found = {one.measure: one for one in progress(work, life.programme, programme_id, life.bureau.today)}
    assert (found["county_studios"].reached, found["county_studios"].met) == (Fraction(2), False)
    assert (found["trained_teachers"].reached, found["trained_teachers"].met) == (None, None)


@pytest.mark.capability(47)
def test_half_days_a_week_are_reported_on_average() -> None:
    life = LifeByChance("shijiazhuang")
    (studio,) = life.studio_rows()
    for _ in range(4):
        life.meet(studio, 0)
        life.pass_days(7)
    with life.bureau.at_work() as work:
        programme_id = work.book.cast(work.session, life.bureau.version_id).programme_id
        (one,) = progress(work, life.programme, programme_id, life.bureau.today - timedelta(days=1))
    assert one.measure == "released_half_days"
    assert (one.reached, one.met) == (Fraction(1), True)


@pytest.mark.capability(57)
def test_final_assessment_rests_on_the_results_that_came_before() -> None:
    life = LifeByChance("beihai")
    life.pass_days(300)
    for run in life.live("assessment", "open"):
        if run.step == "semester":
            life.propose(run, [0])
    for state, event in (("proposed", "confirm"), ("confirmed", "release")):
        for run in life.live("assessment", state):
            life.press(run, event)
    basis = life.programme.assessments["final"].basis
    with reading(life.bureau.engine) as session:
        found = earlier_results(session, 1, basis)
    out = [("semester", period, "excellent") for period in ("2025秋", "2026春")]
    assert [(one.key, one.period, one.grade) for one in found] == out
