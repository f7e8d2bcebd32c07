"""A part of the dashboard whose query fails says so; the others stand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web.views.dashboard import HolderRow

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
BROKEN = "这一块现在读不出来"


@pytest.fixture
def bureau(any_database: Engine) -> Visitor:
    world = World(any_database)
    world.round(date(2025, 3, 31))
    world.apply_for("A", credentials=MASTER)
    accounts(world, "bureau_officer")
    return Visitor(web_of(world), "bureau_officer")


@contextmanager
def failing(engine: Engine, *words: str) -> Iterator[None]:
    """The queries that have all these words fail, as they do on a broken index or a lock that is held."""

    def fail(*given: Any) -> None:
        if given[2].startswith("SELECT") and all(word in given[2] for word in words):
            raise OperationalError(given[2], {}, Exception("broken"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize(("words", "broken", "stands"), [
    (("studio.standing", "AS rectifying"), 1, ("谁手里有多少", "本周与下周到期", "待审核")),
    (("min(stagerun.entered_at)", "GROUP BY"), 1, ("批次漏斗", "本周与下周到期")),
])  # fmt: skip
def test_part_whose_query_fails_says_so_and_the_others_stand(
    bureau: Visitor, any_database: Engine, words: tuple[str, ...], broken: int, stands: tuple[str, ...]
) -> None:
    assert BROKEN not in bureau.get("/dashboard").text
    with failing(any_database, *words):
        answer = bureau.get("/dashboard")
    assert answer.status_code == 200
    assert answer.text.count(BROKEN) == broken
    for title in stands:
        assert title in answer.text
    assert BROKEN not in bureau.get("/dashboard").text


def test_case_past_its_day_is_red_before_the_first_worked_day_after_it() -> None:
    assert HolderRow("1", "红山区", used=5, allowed=5).tone == "amber"
    assert HolderRow("1", "红山区", used=5, allowed=5, over=True).tone == "red"
