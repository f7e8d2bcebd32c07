"""Activities: what counts for which duty, attendance and leave, reports after visits, ranges, late and soft duties."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.calendar import at_local
from flows.engine.errors import NotFound, Refused
from flows.office.crediting import Credited
from flows.office.happenings import (
    Held,
    Planned,
    answer_leave,
    ask_leave,
    cancel_activity,
    hold_activity,
    plan_activity,
)
from models import Attendance, Credit, Record
from models.columns import table_of
from models.queries.attendance import attendance_of
from models.session import reading, transaction
from tests.world import World

CREDITS, RECORDS, ATTENDANCES = table_of(Credit), table_of(Record), table_of(Attendance)
AUTUMN = date(2025, 9, 1)


def running(engine: Engine, programme: str, start: date = AUTUMN, members: Sequence[str] = ()) -> World:
    """H runs a studio of the programme with these members, its cycle beginning with the world."""
    world = World(engine, programme, start=start)
    schools = [name for name in world.ids if "school" in name and not name.endswith("_officer")] or ["department1"]
    world.running_studio("H", schools[0], world.programme.level)
    role = world.programme.member_roles()[0].name
    for n, name in enumerate(members):
        world.seat(name, "H", role, body=schools[n % len(schools)])
    world.cycle("H", start)
    world.sweep()
    return world


def plan(world: World, title: str, on: date, *agenda: str, by: str = "H", **more: Any) -> int:
    actor, studio = world.actor(by), world.studio("H").id or 0
    with world.at_work() as work:
        return plan_activity(work, actor, studio, Planned(title, on, agenda, **more))


def hold(world: World, record_id: int, by: str = "H", **held: Any) -> Sequence[Credited]:
    marks = {world.ids[name]: mark for name, mark in held.pop("marks", {}).items()}
    actor = world.actor(by)
    with world.at_work() as work:
        return hold_activity(work, actor, record_id, Held(marks=marks, **held))


def all_credits(world: World) -> list[Any]:
    with transaction(world.engine) as session:
        return list(session.execute(select(CREDITS).order_by(CREDITS.c.id)))


def state(world: World, key: str, place: int = 0) -> str:
    found: str = world.owed("H", key)[place].state
    return found


def meeting(world: World, *agenda: str, parts: Sequence[str]) -> Sequence[Credited]:
    """DC-S1: a meeting on 10 September, whose minutes are filed the day after."""
    world.on("2025-09-04")
    world.hand_in("H", world.owed("H", "theme")[0])
    record_id = plan(world, "第一次活动", date(2025, 9, 10), *agenda)
    world.on("2025-09-11")
    return hold(world, record_id, marks={"A": "present", "B": "absent"}, texts={"minutes": "记录"}, parts=parts)


@pytest.mark.capability(41)
def test_one_meeting_meets_both_duties_of_its_agenda(any_database: Engine) -> None:
    world = running(any_database, "district-class-teacher", members=["A", "B"])
    both = ["阶段性工作目标", "工作任务", "学期主题", "中心发言"]
    done = meeting(world, "meeting", "study", parts=both)
    assert {one.standing for one in done} == {"accepted"}
    assert (state(world, "meeting"), state(world, "study")) == ("met", "met")


def test_agenda_with_only_the_meeting_leaves_the_study_open(any_database: Engine) -> None:
    world = running(any_database, "district-class-teacher", members=["A", "B"])
    meeting(world, "meeting", parts=["阶段性工作目标", "工作任务"])
    assert (state(world, "meeting"), state(world, "study")) == ("met", "open")


def test_record_that_lacks_a_part_or_proof_does_not_count_and_names_it(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "district-class-teacher", members=["A"])
    record_id = plan(world, "例会", date(2025, 9, 3), "meeting")
    world.on("2025-09-04")
    (lacking,) = hold(world, record_id, parts=["工作任务"])
    assert lacking.standing == "refused"
    assert all(word in lacking.says for word in ("记录纪要", "签到", "阶段性工作目标"))
    assert state(world, "meeting") == "open"
    (counted,) = hold(world, record_id, marks={"A": "present"}, texts={"minutes": "记录"}, parts=["阶段性工作目标"])
    assert counted.standing == "accepted"
    assert hold(world, record_id)[0].standing == "accepted"
    assert len(all_credits(world)) == 1


@pytest.mark.capability(34, 40)
def test_theme_of_the_semester_comes_before_its_study(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "district-class-teacher", members=["A"])
    record_id = plan(world, "研讨", date(2025, 9, 3), "study")
    world.on("2025-09-04")
    (refused,) = hold(
        world, record_id, marks={"A": "present"}, texts={"minutes": "记录"}, parts=["学期主题", "中心发言"]
    )
    assert "学期研讨主题" in refused.says


@pytest.mark.capability(40, 42)
def test_speaker_prepares_before_the_study_and_the_host_names_who(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "district-class-teacher", members=["A"])
    plan(world, "研讨", date(2025, 9, 10), "study")
    (speaker,) = world.owed("H", "speaker")
    assert (speaker.due_on, speaker.desk) == (date(2025, 9, 9), f"person:{world.ids['H']}")
    with pytest.raises(Refused) as other:
        world.act("A", "assign", world.run_of_duty(speaker.id), person_id=world.ids["A"])
    assert other.value.because == "not_yours"
    world.act("H", "assign", world.run_of_duty(speaker.id), person_id=world.ids["A"])
    (speaker,) = world.owed("H", "speaker")
    assert (speaker.responsible, speaker.desk) == (f"person:{world.ids['A']}", f"person:{world.ids['A']}")
    world.hand_in("A", speaker)
    assert state(world, "speaker") == "met"


@pytest.mark.capability(40)
def test_visit_owes_a_report_and_a_presentation_of_each_traveller(any_database: Engine) -> None:
    """P3-S3."""
    world = running(any_database, "primary-three-year", date(2025, 3, 1), ["A", "B", "C"])
    record_id = plan(world, "考察", date(2025, 5, 12), "visits", ends_on=date(2025, 5, 16))
    world.on("2025-05-19")
    hold(world, record_id, marks={"A": "present", "B": "present"}, texts={"itinerary": "行程"})
    assert (state(world, "visits"), world.owed("H", "visits")[0].counted) == ("open", 1)
    talks = next(
        key for key, one in world.programme.obligations.items() if one.each == "visits" and key != "visit_report"
    )
    reports = world.owed("H", "visit_report")
    assert [one.title for one in reports] == ["考察返校后的调研报告（A）", "考察返校后的调研报告（B）"]
    assert {one.due_on for one in reports} == {date(2025, 6, 16)}
    for name, report in zip(("A", "B"), reports, strict=True):
        world.hand_in(name, report)
    first, _second = world.owed("H", talks)
    given = dict.fromkeys(world.programme.obligations[talks].proof, "记录")
    world.act("A", "submit", world.run_of_duty(first.id), texts=given, parts=[])
    world.on("2026-04-01")
    assert world.owed("H", "visits")[0].outcome == "unmet"
    assert [one.outcome for one in world.owed("H", talks)] == ["met", "unmet"]


@pytest.mark.capability(35)
def test_plan_of_a_month_is_overdue_part_by_part(sqlite_database: Engine) -> None:
    """LZ-S1: by the end of March everything but the website."""
    world = running(sqlite_database, "lanzhou-class-teacher", date(2026, 3, 1))
    march = [
        one
        for one in world.programme.obligations
        if any(d.due_on == date(2026, 3, 31) and not d.soft for d in world.owed("H", one))
    ]
    assert len(march) >= 3
    site = next(key for key in march if "网站" in world.programme.obligations[key].title)
    world.on("2026-03-20")
    for key in set(march) - {site}:
        world.hand_in("H", world.owed("H", key)[0], proofs=["attendance"])
    world.on("2026-04-01")
    assert {key: state(world, key) for key in march} == {key: "overdue" if key == site else "met" for key in march}


@pytest.mark.capability(36)
def test_each_member_writes_goals_in_autumn_and_reflects_in_spring(sqlite_database: Engine) -> None:
    """LG-S1."""
    world = running(sqlite_database, "lesson-goal-chinese", members=["A", "B"])
    assert [one.title for one in world.owed("H", "goals")] == [
        f"选一课细化教学目标，写出思考与依据（{name}）" for name in ("A", "B")
    ]
    assert not world.owed("H", "reflection")
    world.hand_in("A", world.owed("H", "goals")[0])
    world.on("2026-03-02")
    assert [one.state for one in world.owed("H", "goals")] == ["met", "overdue"]
    assert len(world.owed("H", "reflection")) == 2


@pytest.mark.capability(36)
def test_duty_of_two_needs_two_accepted_records(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "district-class-teacher")
    report = world.owed("H", "stage_report")[0]
    world.hand_in("H", report)
    assert (state(world, "stage_report"), world.owed("H", "stage_report")[0].counted) == ("open", 1)
    world.hand_in("H", report)
    assert state(world, "stage_report") == "met"


@pytest.mark.capability(37)
def test_above_a_range_is_only_noted(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "primary-three-year", date(2025, 3, 1), ["A"])
    world.on("2026-09-01")
    key = next(key for key, one in world.programme.obligations.items() if one.most and one.per == "semester")
    for n in range(4):
        record_id = plan(world, f"教研{n}", date(2026, 9, 1), key)
        hold(
            world,
            record_id,
            marks={"A": "present"},
            texts=dict.fromkeys(world.programme.obligations[key].proof, "记录"),
        )
    duty = next(one for one in world.owed("H", key) if one.period == "2026秋")
    assert (duty.state, duty.need, duty.counted) == ("met", 2, 3)
    assert [one.standing for one in all_credits(world)] == ["accepted"] * 3 + ["noted"]


def test_late_record_says_so_and_meets_the_duty(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan")
    world.on("2025-10-03")
    assert state(world, "seminar") == "overdue"
    record_id = plan(world, "研讨", date(2025, 9, 29), "seminar")
    hold(world, record_id, marks={"H": "present"}, texts={"minutes": "记录"})
    assert state(world, "seminar") == "met"
    assert [one.late for one in all_credits(world)] == [True]


@pytest.mark.capability(24, 70)
def test_receiver_returns_with_a_reason_and_accepts_what_is_mended(any_database: Engine) -> None:
    world = running(any_database, "hainan")
    theme = world.owed("H", "theme")[0]
    world.hand_in("H", theme, theme="治理")
    assert state(world, "theme") == "submitted"
    with pytest.raises(Refused) as again:
        world.hand_in("H", theme, theme="治理")
    assert again.value.because == "enough"
    world.act("bureau", "return", world.run_of_duty(theme.id), reason="没有写递进")
    assert state(world, "theme") == "open"
    world.hand_in("H", theme, theme="治理")
    world.act("bureau", "accept", world.run_of_duty(theme.id))
    assert state(world, "theme") == "met"
    assert [one.standing for one in all_credits(world)] == ["refused", "accepted"]
    told = world.mail("filing_received", "bureau_officer")
    assert [one.context["title"] for one in told] == ["H工作室 年度主题"] * 2


def test_who_only_takes_note_is_told_and_has_nothing_to_do(any_database: Engine) -> None:
    world = running(any_database, "hainan", members=["A"])
    world.hand_in("H", world.owed("H", "three_years")[0], text="三年活动计划")
    world.hand_in("A", world.owed("H", "school_plan")[0], kind="school_plan")
    assert state(world, "three_years") == state(world, "school_plan") == "met"
    (told,) = world.mail("filing_noted")  # the text names nobody to whom a member's plan of the school goes
    assert (told.context["title"], told.context["link"]) == (
        "H工作室 三年活动计划",
        f"/duties/{world.owed('H', 'three_years')[0].id}",
    )
    assert not world.mail("filing_received")


@pytest.mark.capability(34)
def test_themes_of_a_cycle_are_distinct(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan")
    world.hand_in("H", world.owed("H", "theme")[0], theme="治理")
    world.act("bureau", "accept", world.run_of_duty(world.owed("H", "theme")[0].id))
    world.on("2026-09-01")
    with pytest.raises(Refused, match="已经用过") as refused:
        world.hand_in("H", world.owed("H", "theme")[1], theme="治理")
    assert refused.value.because == "not_distinct"
    world.hand_in("H", world.owed("H", "theme")[1], theme="课程")


@pytest.mark.capability(38)
def test_paper_counts_by_its_level_or_as_an_award(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "beihai", date(2025, 4, 15), ["A"])
    paper = world.owed("H", "host_paper")[0]
    with pytest.raises(Refused, match="省级以上论文") as refused:
        world.hand_in("H", paper, kind="paper", level="city")
    assert refused.value.because == "not_counted"
    world.hand_in("H", paper, kind="paper", level="province")
    assert state(world, "host_paper") == "met"


def test_authority_excuses_with_a_reason_and_nobody_else(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan")
    run = world.run_of_duty(world.owed("H", "seminar")[0].id)
    with pytest.raises(Refused):
        world.act("H", "excuse", run, reason="忙")
    world.act("bureau", "excuse", run, reason="全省停课")
    assert state(world, "seminar") == "excused"


@pytest.mark.capability(51)
def test_leave_is_asked_before_the_start_and_what_is_late_is_absence(any_database: Engine) -> None:
    world = running(any_database, "hainan", members=["A", "B", "C"])
    record_id = plan(world, "研讨", date(2025, 9, 10), "seminar", starts_at=at_local(date(2025, 9, 10), 14))
    world.on("2025-09-09")
    actor = world.actor("A")
    with world.at_work() as work:
        leave_id = ask_leave(work, actor, record_id, "开会")
    host = world.actor("H")
    with world.at_work() as work:
        answer_leave(work, host, leave_id, granted=True)
    world.on("2025-09-10", hour=15)
    late = world.actor("B")
    with pytest.raises(Refused) as refused, world.at_work() as work:
        ask_leave(work, late, record_id, "忘了")
    assert refused.value.because == "too_late"
    hold(world, record_id, marks={"H": "present", "C": "late", "B": "leave"}, texts={"minutes": "记录"})
    with transaction(any_database) as session:
        marks = {row.person_id: row.mark for row in session.execute(select(ATTENDANCES))}
    assert {name: marks[world.ids[name]] for name in "ABCH"} == {
        "A": "leave",
        "B": "absent",
        "C": "late",
        "H": "present",
    }
    with reading(any_database) as session:
        kept = attendance_of(session, [world.studio("H").id or 0], AUTUMN, date(2025, 12, 31))
    found = {one.person_id: (one.held, one.missed, one.on_leave) for one in kept.values()}
    assert found[world.ids["A"]] == (1, 0, 1)
    assert found[world.ids["B"]] == (1, 1, 0)


def test_activities_are_kept_by_their_own_studio(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan", members=["A"])
    record_id = plan(world, "研讨", date(2025, 9, 10), "seminar")
    with pytest.raises(Refused) as refused:
        hold(world, record_id, by="A")
    assert refused.value.because == "not_yours"
    with pytest.raises(Refused) as early:
        hold(world, record_id)
    assert early.value.because == "too_early"
    stranger, host = world.actor("expert1"), world.actor("H")
    with pytest.raises(NotFound), world.at_work() as work:
        ask_leave(work, stranger, record_id, "有事")
    with world.at_work() as work:
        cancel_activity(work, host, record_id, "停电")
    world.on("2025-09-10")
    with pytest.raises(Refused, match="已经取消"):
        hold(world, record_id)


@pytest.mark.capability(41)
def test_joint_activity_counts_for_both_studios(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan")
    world.running_studio("K", "county_b_school1", "province")
    world.cycle("K", AUTUMN)
    world.sweep()
    record_id = plan(world, "联合研讨", date(2025, 9, 10), "seminar", studios=(world.studio("K").id or 0,))
    world.on("2025-09-10")
    done = hold(world, record_id, marks={"H": "present", "K": "present"}, texts={"minutes": "记录"})
    assert [one.standing for one in done] == ["accepted", "accepted"]
    assert (world.owed("H", "seminar")[0].state, world.owed("K", "seminar")[0].state) == ("met", "met")


def test_what_is_held_before_its_period_does_not_count(sqlite_database: Engine) -> None:
    world = running(sqlite_database, "hainan")
    world.on("2025-10-02")
    october = world.owed("H", "seminar")[1]
    with pytest.raises(Refused, match="在这一期之内"):
        world.hand_in("H", october, held_on="2025-09-20", proofs=["attendance"])
