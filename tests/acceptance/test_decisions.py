"""Questions that a text leaves open: put on a desk, answered by somebody, never by silence; appeals, losses, orders by hand."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.engine.errors import Refused
from flows.office.appeals import appeal
from flows.office.findings import note_loss, order_rectification
from models import Decision
from tests.life import Life


def office(life: Life, by: str, act: Any, *arguments: Any, **more: Any) -> int:
    actor = life.actor(by)
    with life.at_work() as work:
        return int(act(work, actor, *arguments, **more))


def decision(life: Life, decision_id: int) -> Any:
    (row,) = life.rows(Decision.__table__.select().where(Decision.__table__.c.id == decision_id))  # type: ignore[attr-defined]
    return row


@pytest.mark.capability(33)
def test_host_who_leaves_pauses_the_studio_until_the_authority_decides(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 3, 2))
    life.on("2026-03-03")
    with pytest.raises(Refused) as refused:
        office(life, "M1", note_loss, life.seat_of("H").id, "调离")
    assert refused.value.because == "not_yours"
    with pytest.raises(Refused) as refused:
        office(life, "bureau", note_loss, life.seat_of("H").id, " ")
    assert refused.value.because == "without_reason"
    office(life, "bureau", note_loss, life.seat_of("H").id, "调任市教育局，不再任校长")
    assert life.standing() == "suspended"
    assert life.followed() == [("suspend", "studio"), ("decide", "studio")]
    assert [one["title"] for one in life.question().choices] == ["另选主持人", "终止"]
    assert life.due_on(life.asked_of_body()) == date(2026, 4, 2)
    life.on("2026-04-20")
    assert life.standing() == "suspended"
    assert life.mail("overdue", "bureau")
    with pytest.raises(Refused) as refused:
        life.act("bureau", "decide", life.asked_of_body(), choice="撤销")
    assert refused.value.because == "not_a_choice"
    life.act("bureau", "decide", life.asked_of_body(), choice="终止", reason="没有合适人选")
    assert life.standing() == "ended"
    assert life.open_runs_left() == []


@pytest.mark.capability(33)
def test_member_who_lost_the_post_is_the_authoritys_question(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"M1": "member", "M2": "member"}, since=date(2026, 3, 2))
    office(life, "bureau", note_loss, life.seat_of("M1").id, "不再任校长")
    assert life.standing() == "active"
    assert [one["title"] for one in life.question().choices] == ["记录在案", "调整成员"]
    life.act("bureau", "decide", life.asked_of_body(), choice="调整成员", reason="不再符合条件")
    assert life.seated() == {"H", "M2"}
    assert life.standing() == "active"


def test_decision_about_a_studio_names_the_members_it_moves_out(sqlite_database: Engine) -> None:
    members = {"M1": "member", "M2": "member"}
    life = Life(
        sqlite_database, "district-class-teacher", date(2025, 9, 1), members, body="school1", since=date(2026, 8, 20)
    )
    life.on("2026-09-02")
    life.grade("annual", "y1", "unqualified")
    assert life.standing() == "active"
    with pytest.raises(Refused) as refused:
        life.act("bureau", "decide", life.asked_of_body(), choice="调整成员")
    assert refused.value.because == "nobody_named"
    life.act("bureau", "decide", life.asked_of_body(), choice="调整成员", seats=[life.seat_of("M2").id])
    assert life.seated() == {"H", "M1"}


def test_appeal_is_recorded_and_decided(any_database: Engine) -> None:
    life = Life(any_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    life.assess("bureau", "propose", "annual", "y1", grade="qualified")
    with pytest.raises(Refused) as refused:
        office(life, "H", appeal, life.assessment("annual", "y1").id, "评分有误")
    assert refused.value.because == "not_delivered"
    life.assess("bureau", "confirm", "annual", "y1")
    life.assess("bureau", "release", "annual", "y1")
    assessment_id = life.assessment("annual", "y1").id
    with pytest.raises(Refused) as refused:
        office(life, "M1", appeal, assessment_id, "评分有误")
    assert refused.value.because == "not_yours"
    made = decision(life, office(life, "H", appeal, assessment_id, "研究成果漏计两项"))
    assert (made.origin["text"], made.origin["on"]) == ("研究成果漏计两项", "2026-09-10")
    with pytest.raises(Refused) as refused:
        office(life, "H", appeal, assessment_id, "再申诉")
    assert refused.value.because == "appealed"
    assert life.mail("decision_asked", "bureau")
    life.act("bureau", "decide", life.asked_of_body(), choice="维持原结果", reason="已核对")
    assert life.mail("decision_made", "H")


@pytest.mark.capability(2)
def test_rectification_by_hand_is_refused_where_the_text_rules_it_out(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "shijiazhuang", date(2025, 9, 1), {"M1": "member"}, since=date(2027, 8, 25))
    life.on("2027-09-20")
    with pytest.raises(Refused) as refused:
        office(life, "bureau", order_rectification, life.assessment("final", "cycle").id, "给一次机会")
    assert refused.value.because == "excluded"
    assert refused.value.origin["text"] == "后段1"


def test_rectification_by_hand_where_the_text_knows_it(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 1))
    life.on("2026-05-20")
    with pytest.raises(Refused) as refused:
        office(life, "bureau", order_rectification, life.assessment("annual", "y1").id, "整改")
    assert refused.value.because == "nothing_to_mend"
