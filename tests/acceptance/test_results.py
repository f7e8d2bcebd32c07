"""Results and what follows from them: grades are delivered, and only then does the text's consequence happen, once."""

from datetime import date

import pytest
from sqlalchemy import Engine

from flows.engine.errors import Refused
from tests.life import Life


def test_beihai_failed_rectification_revokes_and_circulates(any_database: Engine) -> None:
    life = Life(any_database, "beihai", date(2025, 4, 15), {"L1": "learner", "L2": "learner", "A1": "assistant"})
    life.on("2026-01-20")
    life.judge("bureau", "propose", "semester", "2025秋", grade="unqualified", reason="学员培训没有开展")
    life.on("2026-01-22")
    life.judge("bureau", "confirm", "semester", "2025秋")
    assert life.followed() == []
    life.on("2026-01-26")
    life.judge("bureau", "release", "semester", "2025秋")
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
