"""Appeals that are upheld (复核): the result is corrected with a reason, what can be withdrawn is, the rest is shown to people."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from flows.office.appeals import appeal
from models import Entitlement
from models.columns import table_of
from tests.crash.crowd import at_once, pressing, sorted_out
from tests.crash.invariants import broken
from tests.life import CONSEQUENCES, RESULTS, Life

ENTITLEMENTS = table_of(Entitlement)


def appealed(life: Life, key: str, period: str, by: str = "H", seat_id: int | None = None) -> Any:
    """Somebody appeals against their result; returns the run of the question."""
    actor, assessment_id = life.actor(by), life.assessment(key, period).id
    with life.at_work() as work:
        appeal(work, actor, assessment_id, "研究成果漏计两项", seat_id)
    return life.asked_of_body()


def choices(life: Life) -> list[str]:
    return [one["title"] for one in life.question().choices]


def came_of(life: Life, kind: str) -> dict[str, Any]:
    """What the correction made of a consequence of this kind."""
    (row,) = life.rows(select(CONSEQUENCES).where(CONSEQUENCES.c.kind == kind))
    said: dict[str, Any] = row.origin.get("corrected", {})
    return said


def chifeng(engine: Engine) -> Life:
    """H of 赤峰 with an annual result of 不合格: a rectification runs, the share of the next money is asked."""
    life = Life(engine, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 1))
    life.on("2026-05-20")
    for duty in life.duties("H", "summary"):
        life.act("bureau", "excuse", duty, reason="纸质材料已收")
    life.grade("annual", "y1", "unqualified")
    return life


def test_upheld_appeal_corrects_the_grade_and_withdraws_what_was_not_carried_out(any_database: Engine) -> None:
    life = chifeng(any_database)
    asked = appealed(life, "annual", "y1")
    assert choices(life) == ["维持原结果", "更正为“合格”"]
    with pytest.raises(Refused) as refused:
        life.act("bureau", "decide", asked, choice="更正为“合格”")
    assert refused.value.because == "unreasoned"
    assert life.mending().state == "mending"
    life.act("bureau", "decide", asked, choice="更正为“合格”", reason="两项成果经核实应计入")
    (result,) = life.rows(select(RESULTS))
    assert (result.proposed, result.grade, result.reason) == ("unqualified", "qualified", "两项成果经核实应计入")
    assert life.mending().outcome == "cancelled"
    assert [run.outcome for run in life.runs_of("decision")] == ["cancelled", "decided"]
    assert (came_of(life, "rectify")["state"], came_of(life, "decide")["state"]) == ("withdrawn", "withdrawn")
    for who in ("H", "bureau"):
        (told,) = life.mail("result_corrected", who)
        assert dict(told.context["facts"])["等次"] == "不合格 更正为 合格"
    assert broken(any_database) == []


def test_share_that_the_result_left_is_paid_in_full_after_the_correction(any_database: Engine) -> None:
    life = chifeng(any_database)
    life.act("bureau", "decide", life.asked_of_body(), share=40, reason="减拨")
    (entitlement,) = [
        row for row in life.rows(select(ENTITLEMENTS).order_by(ENTITLEMENTS.c.id)) if row.waits_for == "annual@y1"
    ]
    assert entitlement.share == 40
    life.act("bureau", "decide", appealed(life, "annual", "y1"), choice="更正为“合格”", reason="核实")
    (entitlement,) = life.rows(select(ENTITLEMENTS).where(ENTITLEMENTS.c.id == entitlement.id))
    assert entitlement.share == 100
    assert life.runs_of("entitlement", entitlement.id)[-1].state == "due"


def test_what_was_paid_already_is_for_people_to_set_right(any_database: Engine) -> None:
    life = chifeng(any_database)
    life.act("bureau", "decide", life.asked_of_body(), share=40, reason="减拨")
    (held,) = [row for row in life.rows(select(ENTITLEMENTS)) if row.waits_for == "annual@y1"]
    run = life.runs_of("entitlement", held.id)[-1]
    life.act("bureau", "pay", run, amount_fen=10_000_000 if held.amount_fen is None else held.amount_fen)
    life.act("bureau", "decide", appealed(life, "annual", "y1"), choice="更正为“合格”", reason="核实")
    (row,) = life.rows(select(CONSEQUENCES).where(CONSEQUENCES.c.kind == "fund").order_by(CONSEQUENCES.c.id).limit(1))
    assert row.origin["corrected"]["state"] == "by_hand"
    assert "补拨" in row.origin["corrected"]["says"]
    assert "补拨" in dict(life.mail("result_corrected", "bureau")[0].context["facts"])["请人工办理"]


def test_revocation_is_not_undone_silently_but_shown(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    life.grade("annual", "y1", "unqualified")
    assert life.standing() == "revoked"
    asked = appealed(life, "annual", "y1")
    assert choices(life) == ["维持原结果", "更正为“优秀”", "更正为“良好”", "更正为“合格”"]
    life.act("bureau", "decide", asked, choice="更正为“优秀”", reason="核实")
    assert life.standing() == "revoked"
    assert life.seated() == set()
    assert came_of(life, "revoke")["state"] == "by_hand"
    assert "重新设立" in dict(life.mail("result_corrected", "bureau")[0].context["facts"])["请人工办理"]
    assert life.followed("commend") == []  # what the better grade brings is for people too, once the studio is gone
    assert life.open_runs_left() == []
    assert broken(any_database) == []


def test_correction_brings_what_the_better_grade_brings_and_nothing_twice(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    life.grade("annual", "y1", "good")
    asked, officer = appealed(life, "annual", "y1"), life.actor("bureau")
    presses = [pressing(life, officer, asked.id, "decide", asked.version, choice="更正为“优秀”", reason="核实")] * 6
    winners, reasons = sorted_out(at_once(presses))
    assert (len(winners), set(reasons)) == (1, {"stale"})
    assert life.followed() == [("correct", "studio"), ("commend", "studio")]
    assert len(life.papers("notice")) == 1
    assert broken(any_database) == []


def test_best_result_can_only_stand(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    life.grade("annual", "y1", "excellent")
    appealed(life, "annual", "y1")
    assert choices(life) == ["维持原结果"]


def test_correction_lifts_the_bar_from_the_next_cycle(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2028, 5, 2))
    life.on("2028-05-10")
    for duty in life.duties("H", "summary"):
        if duty.ended_at is None:
            life.act("bureau", "excuse", duty, reason="纸质材料已收")
    life.grade("final", "cycle", "unqualified")
    asked = appealed(life, "final", "cycle")
    assert "更正为“合格”" in choices(life)
    life.act("bureau", "decide", asked, choice="更正为“合格”", reason="核实")
    assert came_of(life, "bar")["state"] == "withdrawn"
    life.on("2028-09-01")
    life.round(date(2028, 9, 30))
    life.begin("H")
    assert life.do("H", "submit", "H").move.to == "submitted"


def test_member_who_was_moved_out_is_shown_and_the_vacancy_stays(any_database: Engine) -> None:
    members = {"L1": "learner", "L2": "learner"}
    life = Life(any_database, "beihai", date(2025, 4, 15), members, since=date(2026, 1, 2))
    life.on("2026-01-20")
    seats = {name: str(life.seat_of(name).id) for name in members}
    life.assess("H", "propose", "members", "2025秋", results={seats["L1"]: "excellent", seats["L2"]: "unqualified"})
    assert life.seated() == {"H", "L1"}
    asked = appealed(life, "members", "2025秋", "L2", int(seats["L2"]))
    life.act("bureau", "decide", asked, choice="更正为“合格”", reason="核实")
    graded = {str(row.seat_id): row.grade for row in life.rows(select(RESULTS))}
    assert (graded[seats["L1"]], graded[seats["L2"]]) == ("excellent", "qualified")
    assert life.seated() == {"H", "L1"}
    assert came_of(life, "adjust_out")["state"] == "by_hand"
    assert [duty.ended_at for duty in life.duties("H", "refill")] == [None]
    assert life.mail("result_corrected", "L2")


def test_final_of_learners_is_held_after_all_when_the_studio_passes_on_appeal(any_database: Engine) -> None:
    life = Life(
        any_database, "vocational-class-teacher", date(2025, 10, 9), {"L1": "learner"}, body="department1",
        since=date(2028, 10, 1),
    )  # fmt: skip
    life.on("2028-10-20")
    life.grade("final", "cycle", "unqualified")
    assert life.judging("members_final", "cycle").outcome == "cancelled"
    life.act("bureau", "decide", appealed(life, "final", "cycle"), choice="更正为“通过”", reason="核实")
    (_dropped, again) = life.runs_of("assessment", life.assessment("members_final", "cycle").id)
    assert again.state == "open"
    life.act("H", "propose", again, results={str(life.seat_of("L1").id): "qualified"})


def test_rejected_appeal_changes_nothing(any_database: Engine) -> None:
    life = chifeng(any_database)
    before = life.followed()
    life.act("bureau", "decide", appealed(life, "annual", "y1"), choice="维持原结果", reason="已核对")
    assert life.followed() == before
    assert life.mending().state == "mending"
    assert not life.mail("result_corrected")
