"""Results and what follows from them: grades are delivered, and only then does the text's consequence happen, once."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from tests.life import RESULTS, Life
from tests.world import altered

SCHOOL_OF = {"county": "school1"}


@pytest.mark.capability(58, 59, 61)
def test_beihai_failed_rectification_revokes_and_circulates(any_database: Engine) -> None:
    life = Life(any_database, "beihai", date(2025, 4, 15), {"L1": "learner", "L2": "learner", "A1": "assistant"})
    life.on("2026-01-20")
    life.assess("bureau", "propose", "semester", "2025秋", grade="unqualified", reason="学员培训没有开展")
    life.on("2026-01-22")
    life.assess("bureau", "confirm", "semester", "2025秋")
    assert life.followed() == []
    life.on("2026-01-26")
    life.assess("bureau", "release", "semester", "2025秋")
    assert life.due_on(life.mending()) == date(2026, 4, 27)
    assert life.mending().desk == f"person:{life.ids['H']}"
    assert [paper.context["limit_on"] for paper in life.papers("rectification_notice")] == ["2026-04-27"]
    assert life.mail("result_delivered", "H")
    with pytest.raises(Refused) as refused:
        life.act("bureau", "reassess", life.mending(), grade="qualified")
    assert refused.value.because == "too_early"
    life.on("2026-04-27")
    assert life.mail("limit_near", "H")
    life.act("bureau", "reassess", life.mending(), grade="unqualified")
    assert life.standing() == "revoked"
    assert life.followed() == [("rectify", "studio"), ("revoke", "studio"), ("circulate", "studio")]
    assert len(life.papers("circular")) == 1
    assert life.open_runs_left() == []
    assert life.seated() == set()


@pytest.mark.capability(31, 56, 70)
def test_beihai_host_grades_members_and_it_takes_effect_at_once(any_database: Engine) -> None:
    members = {"L1": "learner", "L2": "learner", "A1": "assistant"}
    life = Life(any_database, "beihai", date(2025, 4, 15), members, since=date(2026, 1, 2))
    life.on("2026-01-20")
    assert life.assessment("members", "2025秋").in_step_with == life.assessment("semester", "2025秋").id
    seats = {name: str(life.seat_of(name).id) for name in members}
    with pytest.raises(Refused) as refused:
        life.assess("H", "propose", "members", "2025秋", results={seats["L1"]: "qualified", seats["L2"]: "unqualified"})
    assert refused.value.because == "ungraded_seats"
    assert refused.value.missing == ("A1",)
    given = {seats["L1"]: "excellent", seats["L2"]: "unqualified", seats["A1"]: "qualified"}
    life.assess("H", "propose", "members", "2025秋", results=given)
    assert life.judging("members", "2025秋").state == "graded"
    assert life.seated() == {"H", "L1", "A1"}
    assert [duty.title for duty in life.duties("H", "refill")] == ["补选成员（接替L2）"]
    assert life.mail("results_reported", "bureau")
    assert life.mail("adjusted_out", "L2")
    assert sorted(life.followed("credits")) == sorted(
        [("credits", f"seat:{seats['L1']}"), ("credits", f"seat:{seats['A1']}")]
    )
    life.on("2027-04-28")
    life.grade("final", "cycle", "qualified")
    left = {seats["L1"]: "qualified", seats["A1"]: "qualified"}
    life.assess("H", "propose", "members_final", "cycle", results=left)
    assert life.followed("certificate") == [("certificate", f"seat:{seats['L1']}")]


@pytest.mark.capability(2, 53, 58)
def test_hainan_annual_failure_revokes_without_rectification(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 7, 30))
    life.on("2026-09-10")
    life.grade("annual", "y1", "unqualified")
    assert life.standing() == "revoked"
    assert life.runs_of("rectification") == []
    assert life.followed() == [("revoke", "studio")]
    assert life.open_runs_left() == []


@pytest.mark.capability(53, 64)
@pytest.mark.parametrize(("grade", "followed"), [("good", []), ("excellent", [("commend", "studio")])])
def test_hainan_better_annual_results(sqlite_database: Engine, grade: str, followed: list[tuple[str, str]]) -> None:
    life = Life(sqlite_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 7, 30))
    life.on("2026-09-10")
    life.grade("annual", "y1", grade)
    assert life.followed() == followed
    assert life.standing() == "active"


@pytest.mark.capability(59, 60)
def test_chifeng_mends_while_money_is_decided(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 1))
    life.on("2026-05-10")
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "propose", "annual", "y1", grade="unqualified")
    assert refused.value.because == "blocked"
    assert "年度总结与自评" in refused.value.missing
    for duty in life.duties("H", "summary"):
        life.act("bureau", "excuse", duty, reason="纸质材料已收")
    life.on("2026-05-20")
    life.grade("annual", "y1", "unqualified")
    assert life.followed() == [("rectify", "studio"), ("decide", "studio")]
    assert life.due_on(life.mending()) == date(2026, 8, 20)
    life.act("bureau", "set_limit", life.mending(), due_on="2026-08-31")
    assert life.due_on(life.mending()) == date(2026, 8, 31)
    with pytest.raises(Refused) as refused:
        life.act("bureau", "decide", life.asked_of_body(), share=100)
    assert refused.value.because == "within"
    life.act("bureau", "decide", life.asked_of_body(), share=40, reason="减拨")
    assert life.question().answer["share"] == 40
    assert len(life.papers("minutes")) == 1
    life.on("2026-08-31")
    life.act("bureau", "reassess", life.mending(), grade="unqualified")
    assert life.standing() == "revoked"


@pytest.mark.capability(59)
def test_chifeng_mended_in_time_is_capped_and_goes_on(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 1))
    life.on("2026-05-20")
    for duty in life.duties("H", "summary"):
        life.act("bureau", "excuse", duty, reason="纸质材料已收")
    life.grade("annual", "y1", "unqualified", limit_on="2026-07-31")
    life.on("2026-06-15")
    life.act("H", "report", life.mending(), measures=["补开四次研修"])
    life.act("bureau", "reassess", life.mending(), grade="qualified")
    assert life.mending().outcome == "effective"
    assert life.standing() == "active"
    assert life.mail("rectification_effective", "H")


@pytest.mark.capability(63)
def test_chifeng_failed_final_bars_from_the_next_cycle(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2028, 4, 20))
    life.on("2028-05-10")
    life.grade("final", "cycle", "unqualified")
    assert life.followed() == [("bar", "studio")]
    assert life.mail("barred", "H")


@pytest.mark.capability(31, 50)
def test_vocational_third_of_activities_missed_moves_a_learner_out(any_database: Engine) -> None:
    members = {"A": "learner", "B": "learner", "C": "learner"}
    life = Life(
        any_database,
        "vocational-class-teacher",
        date(2025, 10, 9),
        members,
        body="department1",
        since=date(2026, 1, 15),
    )
    for n in range(12):
        absent = [name for name, missed in (("A", 4), ("B", 3), ("C", 3)) if n < missed]
        leave = ["C"] if n == 3 else []
        present = [name for name in members if name not in (*absent, *leave)]
        life.activity(date(2025, 10, 10 + n), absent, present, leave)
    life.on("2026-01-21")
    assert life.seated() == {"H", "B", "C"}
    assert life.followed() == [("adjust_out", f"seat:{life.seat_of('A').id}")]
    assert life.judging("attendance", "2025秋").state == "recorded"


@pytest.mark.capability(50)
def test_vocational_strict_reading_keeps_whoever_missed_exactly_a_third(sqlite_database: Engine) -> None:
    strict = altered("vocational-class-teacher", "absent: {at_least: 1/3}", "absent: {more_than: 1/3}")
    life = Life(
        sqlite_database, strict, date(2025, 10, 9), {"A": "learner"}, body="department1", since=date(2026, 1, 15)
    )
    for n in range(12):
        life.activity(date(2025, 10, 10 + n), ["A"] if n < 4 else [], ["A"] if n >= 4 else [])
    life.on("2026-01-21")
    assert life.seated() == {"H", "A"}


@pytest.mark.capability(64)
def test_vocational_final_passes_and_learners_follow(any_database: Engine) -> None:
    learners = [f"L{n}" for n in range(1, 7)]
    life = Life(
        any_database, "vocational-class-teacher", date(2025, 10, 9), dict.fromkeys(learners, "learner"), body="department1",
        since=date(2028, 10, 1),
    )  # fmt: skip
    life.on("2028-10-20")
    seats = {name: str(life.seat_of(name).id) for name in learners}
    given = {seats[name]: "qualified" for name in learners[1:5]} | {
        seats["L1"]: "excellent",
        seats["L6"]: "unqualified",
    }
    with pytest.raises(Refused) as refused:
        life.assess("H", "propose", "members_final", "cycle", results=given)
    assert refused.value.because == "needs_unmet"
    life.grade("final", "cycle", "qualified")
    assert life.followed() == [("title", f"seat:{life.seat_of('H').id}")]
    life.assess("H", "propose", "members_final", "cycle", results=given)
    life.assess("bureau", "confirm", "members_final", "cycle")
    life.assess("bureau", "release", "members_final", "cycle")
    assert len(life.papers("certificate")) == 5
    assert [whom for _, whom in life.followed("priority")] == [f"seat:{seats['L1']}"]
    assert life.question().seat_id == int(seats["L6"])


@pytest.mark.capability(53)
def test_district_knows_good_and_excellent_and_nothing_else(any_database: Engine) -> None:
    members = {"M1": "member", "M2": "member"}
    life = Life(
        any_database,
        "district-class-teacher",
        date(2025, 9, 1),
        members,
        body=SCHOOL_OF["county"],
        since=date(2026, 1, 10),
    )
    life.on("2026-01-22")
    one, two = (str(life.seat_of(name).id) for name in members)
    with pytest.raises(Refused) as refused:
        life.assess("H", "propose", "members", "2025秋", results={one: "qualified", two: "good"})
    assert refused.value.because == "unknown_grade"
    assert "合格" in str(refused.value)
    life.assess("H", "propose", "members", "2025秋", results={one: "excellent", two: "good"})
    assert life.followed() == [("commend", f"seat:{one}"), ("award", f"seat:{one}")]
    assert life.mail("award_due")


@pytest.mark.capability(52)
def test_departmental_process_assessment_stops_the_studio(any_database: Engine) -> None:
    life = Life(
        any_database,
        "departmental-class-teacher",
        date(2025, 9, 15),
        {"M1": "member"},
        body="department1",
        since=date(2026, 8, 20),
    )
    life.on("2026-09-15")
    life.grade("annual", "y1", "unqualified")
    assert life.standing() == "revoked"
    assert life.runs_of("rectification") == []


@pytest.mark.capability(74)
def test_county_final_is_not_held_before_the_cycle_has_ended(any_database: Engine) -> None:
    life = Life(
        any_database,
        "county-master-teacher",
        date(2025, 5, 6),
        {"M1": "member"},
        body="school1",
        since=date(2028, 5, 1),
    )
    life.on("2028-05-25")
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "propose", "final", "cycle", grade="qualified", held_on="2028-05-05")
    assert refused.value.because == "too_early"
    assert "届满" in str(refused.value)
    life.grade("final", "cycle", "unqualified")
    assert life.standing() == "revoked"
    assert life.runs_of("rectification") == []


@pytest.mark.capability(62)
@pytest.mark.parametrize(("grade", "standing"), [("qualified", "ended"), ("unqualified", "revoked")])
def test_shijiazhuang_two_years_end(any_database: Engine, grade: str, standing: str) -> None:
    life = Life(any_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member"}, since=date(2027, 8, 25))
    life.on("2027-09-20")
    life.assess("bureau", "record", "check", "h1", comment="材料齐全")
    for run in life.runs_of("assessment"):
        if run.step == "members" and run.ended_at is None:
            life.act("H", "propose", run, results={str(life.seat_of("M1").id): "qualified"})
    for period in ("h2", "h3", "h4"):
        life.assess("bureau", "record", "check", period)
    life.grade("final", "cycle", grade)
    assert life.standing() == standing
    assert life.runs_of("rectification") == []


def test_vocational_final_that_fails_leaves_no_final_of_learners(sqlite_database: Engine) -> None:
    life = Life(
        sqlite_database,
        "vocational-class-teacher",
        date(2025, 10, 9),
        {"L1": "learner"},
        body="department1",
        since=date(2028, 10, 1),
    )
    life.on("2028-10-20")
    life.grade("final", "cycle", "unqualified")
    assert life.followed() == [("decide", "studio")]
    assert life.judging("members_final", "cycle").outcome == "cancelled"
    assert life.standing() == "active"


def test_chifeng_barred_host_is_not_taken_for_the_next_cycle(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2028, 5, 2))
    life.on("2028-05-10")
    for duty in life.duties("H", "summary"):
        if duty.ended_at is None:
            life.act("bureau", "excuse", duty, reason="纸质材料已收")
    life.grade("final", "cycle", "unqualified")
    life.on("2028-09-01")
    life.round(date(2028, 9, 30))
    life.begin("H")
    with pytest.raises(Refused) as refused:
        life.do("H", "submit", "H")
    assert refused.value.because == "barred"
    assert "期满考核没有达到要求" in str(refused.value)


@pytest.mark.capability(59, 74)
def test_beihai_rectification_outlives_the_cycle_and_the_final_waits(any_database: Engine) -> None:
    life = Life(any_database, "beihai", date(2025, 4, 15), {"L1": "learner"}, since=date(2027, 1, 4))
    life.on("2027-01-20")
    life.assess("bureau", "propose", "semester", "2026秋", grade="unqualified")
    life.assess("bureau", "confirm", "semester", "2026秋")
    life.on("2027-02-10")
    life.assess("bureau", "release", "semester", "2026秋")
    assert life.due_on(life.mending()) == date(2027, 5, 10)
    life.on("2027-04-28")
    assert life.standing() == "active"
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "propose", "final", "cycle", grade="qualified")
    assert refused.value.because == "blocked"
    assert refused.value.missing == ("学期考核的整改",)
    life.on("2027-05-10")
    life.act("bureau", "reassess", life.mending(), grade="excellent")
    assert (
        life.rows(select(RESULTS.c.after_rectification).where(RESULTS.c.after_rectification != ""))[0][0] == "qualified"
    )
    life.assess("bureau", "propose", "final", "cycle", grade="qualified")
