"""A result's consequences: each once, all or none, whoever presses, however often, and whatever breaks off in the middle."""

import os
import signal
from datetime import date
from typing import Any, NoReturn

import pytest
from sqlalchemy import Engine, event, func, select

from flows.engine.apply import apply
from flows.engine.errors import Refused
from flows.engine.requests import once
from flows.engine.work import Intent
from models import Consequence, Document, Message, Rectification, Series
from models.columns import table_of
from tests.crash.crowd import at_once, pressing, sorted_out
from tests.crash.invariants import broken
from tests.life import Life

TABLES = tuple(table_of(one) for one in (Consequence, Document, Message, Rectification, Series))


def confirmed(engine: Engine) -> Life:
    """A studio whose failed semester is confirmed and not released."""
    life = Life(engine, "beihai", date(2025, 4, 15), {"L1": "learner"}, since=date(2026, 1, 2))
    life.on("2026-01-20")
    life.assess("bureau", "propose", "semester", "2025秋", grade="unqualified", reason="没有开展培训")
    life.assess("bureau", "confirm", "semester", "2025秋")
    life.on("2026-01-26")
    return life


def counted(life: Life) -> list[int]:
    return [int(life.rows(select(func.count()).select_from(table))[0][0]) for table in TABLES]


def test_release_asked_for_again_brings_nothing_more(any_database: Engine) -> None:
    life = confirmed(any_database)
    run, officer = life.judging("semester", "2025秋"), life.actor("bureau")

    def press() -> Any:
        with life.at_work("again") as work:
            return once(
                work.session, "again", "p", "release", {"run": run.id}, work.now,
                lambda: {"to": apply(work, Intent(run.id, "release", {}, run.version), officer).move.to},
            )  # fmt: skip

    first = press()
    after = counted(life)
    assert press() == first == {"to": "graded"}
    assert counted(life) == after
    assert life.followed() == [("rectify", "studio")]
    with pytest.raises(Refused):
        life.act("bureau", "release", life.judging("semester", "2025秋"))
    assert counted(life) == after


def test_two_releasers_and_one_wins(any_database: Engine) -> None:
    life = confirmed(any_database)
    run, officer = life.judging("semester", "2025秋"), life.actor("bureau")
    winners, reasons = sorted_out(at_once([pressing(life, officer, run.id, "release", run.version)] * 8))
    assert len(winners) == 1
    assert set(reasons) == {"stale"}
    assert life.followed() == [("rectify", "studio")]
    assert len(life.runs_of("rectification")) == 1
    assert broken(life.engine) == []


def test_fault_half_way_leaves_nothing(any_database: Engine) -> None:
    life = confirmed(any_database)
    assessment = life.assessment("semester", "2025秋")
    with life.at_work() as work:  # a rectification that is there already breaks the release off in the middle
        in_the_way = Rectification(
            assessment_id=assessment.id,
            studio_id=life.studio_id,
            limit_on=life.today,
            assessor=f"body:{life.ids['bureau']}",
        )
        work.session.add(in_the_way)
        work.session.flush()
    before = counted(life)
    with pytest.raises(Refused) as refused:
        life.assess("bureau", "release", "semester", "2025秋")
    assert refused.value.because == "mended_once"
    assert counted(life) == before
    assert life.judging("semester", "2025秋").state == "confirmed"
    assert life.assessment("semester", "2025秋").released_at is None
    assert broken(life.engine) == []


def test_killed_at_every_statement_of_a_revocation(sqlite_database: Engine) -> None:
    life = confirmed(sqlite_database)
    life.assess("bureau", "release", "semester", "2025秋")
    life.on("2026-04-27")
    run, officer, before = life.mending(), life.actor("bureau"), counted(life)
    for statement in range(1, 1000):
        if _dies_at(life, run, officer, statement):
            assert counted(life) == before, statement
            assert life.standing() == "active"
            assert life.mending().version == run.version
        else:
            break
    assert statement > 40
    assert life.standing() == "revoked"
    assert life.followed() == [("rectify", "studio"), ("revoke", "studio"), ("circulate", "studio")]
    assert life.open_runs_left() == []
    assert broken(life.engine) == []


def _dies_at(life: Life, run: Any, officer: Any, statement: int) -> bool:
    """Reassess in a child that is killed before so many statements; whether it died."""
    life.engine.dispose()  # SQLite's connections may not be carried over
    child = os.fork()
    if child == 0:
        _reassess_until(life, run, officer, statement)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _reassess_until(life: Life, run: Any, officer: Any, statement: int) -> NoReturn:
    left = [statement]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        event.listen(life.engine, "before_cursor_execute", count)
        pressing(life, officer, run.id, "reassess", run.version, grade="unqualified")()
    finally:
        os._exit(0)


def test_silence_grades_and_revokes_nobody(any_database: Engine) -> None:
    life = Life(any_database, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 5, 6))
    life.on("2026-05-10")
    for duty in life.duties("H", "summary"):
        life.act("bureau", "excuse", duty, reason="纸质材料已收")
    for state, act in (("open", ""), ("proposed", "propose"), ("confirmed", "confirm")):
        if act:
            life.assess("bureau", act, "annual", "y1", **({"grade": "unqualified"} if act == "propose" else {}))
        life.on(date.fromordinal(life.today.toordinal() + 31))
        assert life.judging("annual", "y1").state == state
        assert (life.standing(), life.followed()) == ("active", [])
    life.assess("bureau", "release", "annual", "y1")
    after = life.followed()
    life.on(date.fromordinal(life.today.toordinal() + 150))
    assert life.mending().state == "reported"
    assert life.asked_of_body().state == "asked"
    assert (life.standing(), life.followed()) == ("active", after)
    assert life.mail("rectification_due", "bureau")
    assert life.mail("overdue", "bureau")
