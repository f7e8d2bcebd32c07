"""Money at its edges: amounts that a database cannot hold are refused in words, and large ones are reckoned in whole fen."""

from datetime import date

import pytest
from sqlalchemy import Engine, select, update

from flows.engine.errors import Refused
from flows.office.ledger import Expense, spend
from flows.roster.cells import Wrong
from flows.roster.established_rows import READERS
from models import Entitlement
from models.columns import table_of
from models.money import MOST_FEN
from models.queries.money import balances, unsettled
from models.session import reading
from tests.life import Life
from web.routes.studio_funds import fen_of

ENTITLEMENTS = table_of(Entitlement)
LARGE = 123_456_789  # more than a million yuan, and its percent is beyond what a short number holds


def life_with_due(engine: Engine) -> tuple[Life, object]:
    life = Life(engine, "chifeng", date(2025, 5, 8), {"M1": "member"}, since=date(2026, 3, 2))
    life.on("2026-03-02")
    return life, next(run for run in life.runs_of("entitlement") if run.state == "due")


def test_large_amounts_are_reckoned_in_whole_fen(any_database: Engine) -> None:
    life, due = life_with_due(any_database)
    of_run = ENTITLEMENTS.c.id == due.subject_id  # type: ignore[attr-defined]
    with life.at_work() as work:
        work.session.execute(update(ENTITLEMENTS).where(of_run).values(amount_fen=LARGE, share=37))
    life.act("bureau", "pay", due)
    with reading(life.engine) as session:
        assert balances(session, [life.studio_id])[life.studio_id] == LARGE * 37 // 100
        assert unsettled(session) == []


@pytest.mark.parametrize("fen", [MOST_FEN + 1, 10**30])
def test_amounts_beyond_the_most_are_refused_in_words(any_database: Engine, fen: int) -> None:
    life, due = life_with_due(any_database)
    with life.at_work() as work:
        work.session.execute(update(ENTITLEMENTS).values(amount_fen=None))
    with pytest.raises(Refused):
        life.act("bureau", "pay", due, amount_fen=fen)
    host = life.actor("H")
    uses = life.programme.ledger.uses if life.programme.ledger else ("",)
    with pytest.raises(Refused) as refused, life.at_work() as work:
        spend(work, host, life.studio_id, Expense(fen, uses[0], "资料", life.today, "V-1"))
    assert refused.value.because == "bad_amount"
    with life.at_work() as work:
        assert work.session.execute(select(ENTITLEMENTS.c.id).where(ENTITLEMENTS.c.amount_fen.is_not(None))).all() == []


@pytest.mark.parametrize("text", ["²", "1e5", "-1", "0.001", "9" * 5000, "20000000", "NaN", "Infinity", "1.", ""])
def test_what_is_no_amount_is_not_taken_from_a_page(text: str) -> None:
    with pytest.raises(Refused):
        fen_of(text)


@pytest.mark.parametrize("text", ["1e30", "99999999999"])
def test_what_is_no_amount_is_not_taken_from_a_workbook(text: str) -> None:
    with pytest.raises(Wrong):
        READERS["金额（元）"](text, date(2026, 3, 2))


@pytest.mark.parametrize(("text", "fen"), [("1,234.5", 123450), ("0.01", 1), ("19999999.99", 1_999_999_999)])
def test_yuan_become_whole_fen(text: str, fen: int) -> None:
    assert fen_of(text) == fen
