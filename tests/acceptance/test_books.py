"""When books close: one notice to the host that names what was not done, a summary for the office; and the end is told."""

from datetime import date

from sqlalchemy import Engine

from flows.engine.apply import carry_on
from flows.engine.consequences.ending import end_studio
from tests.life import Life


def closing(engine: Engine) -> Life:
    """H of 海南 at the end of a short cycle in which nothing was handed in."""
    life = Life(engine, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2028, 8, 28))
    life.on("2028-09-02")
    return life


def test_host_gets_one_notice_that_names_every_unmet_duty_with_its_clause(any_database: Engine) -> None:
    life = closing(any_database)
    unmet = [one for one in life.runs_of("duty") if one.outcome == "unmet"]
    (told,) = life.mail("books_closed", "H")
    assert len(unmet) > 1
    assert len(told.context["facts"]) == len(unmet)
    named = dict(told.context["facts"])
    assert "到期" in named["三年活动计划"]
    assert "四" in named["三年活动计划"]
    assert told.context["title"] == "H工作室"


def test_office_gets_a_summary_of_all_studios_and_not_every_duty(any_database: Engine) -> None:
    life = closing(any_database)
    unmet = [one for one in life.runs_of("duty") if one.outcome == "unmet"]
    (told,) = life.mail("books_summary", "bureau")
    assert told.context["facts"] == [["H工作室", f"{len(unmet)} 项未办"]]


def test_end_by_time_alone_is_told_once_to_host_members_and_school(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2028, 8, 28))
    life.on("2028-08-29")
    for _ in range(2):
        with life.at_work() as work:
            end_studio(work, None, life.studio_id, "ended")
            carry_on(work)
    for who in ("H", "M1", "county_a_school1"):
        (told,) = life.mail("studio_ended", who)
        assert (told.context["title"], told.context["clause"]) == ("H工作室", "")
        assert told.context["reason"] == "工作室已终止"


def test_end_of_a_studio_without_anything_under_way_is_told_to_host_and_office(any_database: Engine) -> None:
    """Taken over with a cycle that was nearly over: it has no run on which a notice could hang."""
    life = Life(any_database, "hainan", date(2025, 9, 1), {}, since=date(2028, 9, 1))
    assert life.runs_of("duty") == life.runs_of("assessment") == []
    with life.at_work() as work:
        end_studio(work, None, life.studio_id, "ended")
        carry_on(work)
    for who in ("H", "bureau", "county_a_school1"):
        (told,) = life.mail("studio_ended", who)
        assert (told.context["title"], told.context["link"]) == ("H工作室", f"/studios/{life.studio_id}")


def test_office_is_told_of_an_end_that_nobody_decided(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2028, 8, 28))
    life.on("2028-08-29")
    with life.at_work() as work:
        end_studio(work, None, life.studio_id, "lapsed")
        carry_on(work)
    assert len(life.mail("studio_ended", "bureau")) == 1
