"""The draw of experts: fair, without conflicts, and the same for whoever repeats it."""

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.draw import DrawRun, Panel, TooFewExperts, draw

ROOT = Path(__file__).parents[2]
EXPERTS = range(101, 113)


def loads(panels: dict[int, Panel]) -> Counter[int]:
    return Counter(expert for panel in panels.values() for expert in panel.members)


def test_draw_gives_the_known_answer() -> None:
    runs = [DrawRun(1), DrawRun(2, frozenset({11})), DrawRun(3)]
    assert draw("2026-001", runs, [11, 12, 13, 14, 15], panel=2, reserves=1, limit=None) == {
        1: Panel((15, 13), (11,)),
        2: Panel((13, 12), (14,)),
        3: Panel((14, 11), (12,)),
    }


def test_first_panel_can_be_recomputed_from_the_lots_alone() -> None:
    by_lot = sorted(EXPERTS, key=lambda expert: sha256(f"甲|7|{expert}".encode()).hexdigest())
    assert draw("甲", [DrawRun(7)], EXPERTS, 5, 2, None)[7] == Panel(tuple(by_lot[:5]), tuple(by_lot[5:7]))


def test_draw_does_not_depend_on_order_or_on_repeated_names() -> None:
    runs = [DrawRun(n, frozenset({101 + n % 5})) for n in range(1, 20)]
    again = draw("s", runs[::-1], [*reversed(EXPERTS), 105, 105], 3, 2, None)
    assert draw("s", runs, EXPERTS, 3, 2, None) == again


def test_draw_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    code = "from flows.engine.draw import *; print(draw('s', [DrawRun(n) for n in range(9)], range(30), 4, 2, 3))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_another_seed_draws_another_panel() -> None:
    runs = [DrawRun(n) for n in range(10)]
    assert draw("甲", runs, EXPERTS, 5, 2, None) != draw("乙", runs, EXPERTS, 5, 2, None)


def test_every_expert_is_drawn_about_equally_often_over_many_seeds() -> None:
    first = Counter(draw(str(seed), [DrawRun(1)], range(10), 1, 0, None)[1].members[0] for seed in range(2000))
    assert set(first) == set(range(10))
    assert all(140 <= times <= 260 for times in first.values())


def test_case_without_enough_free_experts_is_named() -> None:
    runs = [DrawRun(1), DrawRun(2, frozenset({1, 2}))]
    with pytest.raises(TooFewExperts, match="第 2 号需要 4 名专家") as refused:
        draw("s", runs, range(1, 6), panel=3, reserves=1, limit=None)
    assert (refused.value.run, refused.value.needed, refused.value.free) == (2, 4, 3)


def test_limit_too_low_for_all_panels_is_refused() -> None:
    with pytest.raises(TooFewExperts):
        draw("s", [DrawRun(n) for n in range(3)], range(4), panel=2, reserves=0, limit=1)


def test_limit_just_enough_for_all_panels_is_met() -> None:
    panels = draw("s", [DrawRun(n) for n in range(6)], range(4), panel=2, reserves=2, limit=3)
    assert set(loads(dict(panels)).values()) == {3}


def test_case_with_the_most_conflicts_is_served_first() -> None:
    runs = [DrawRun(1), DrawRun(2, frozenset({1, 2, 3}))]
    panels = draw("s", runs, range(1, 6), panel=2, reserves=0, limit=1)
    assert set(panels[2].members) == {4, 5}


@pytest.mark.parametrize(("panel", "reserves", "limit"), [(0, 0, None), (1, -1, None), (1, 0, 0)])
def test_number_that_makes_no_sense_is_refused(panel: int, reserves: int, limit: int | None) -> None:
    with pytest.raises(ValueError, match="请改正数字"):
        draw("s", [DrawRun(1)], EXPERTS, panel, reserves, limit)


def test_case_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="第 4 号出现了两次"):
        draw("s", [DrawRun(4), DrawRun(4)], EXPERTS, 2, 0, None)


@given(seed=st.text(), cases=st.integers(1, 30), experts=st.integers(7, 25), panel=st.integers(1, 5))
def test_loads_differ_by_at_most_one_where_nobody_is_in_conflict(
    seed: str, cases: int, experts: int, panel: int
) -> None:
    panels = draw(seed, [DrawRun(n) for n in range(cases)], range(experts), panel, 2, None)
    load = loads(dict(panels))
    assert max(load.values()) - min(load[expert] for expert in range(experts)) <= 1


@given(seed=st.text(), conflicts=st.lists(st.frozensets(st.integers(0, 11), max_size=5), min_size=1, max_size=20))
def test_nobody_in_conflict_is_drawn_and_nobody_sits_twice_on_a_panel(
    seed: str, conflicts: list[frozenset[int]]
) -> None:
    runs = [DrawRun(n, away) for n, away in enumerate(conflicts)]
    panels = draw(seed, runs, range(12), 5, 2, None)
    for run in runs:
        drawn = panels[run.id].members + panels[run.id].reserves
        assert not run.conflicts.intersection(drawn)
        assert len(set(drawn)) == 7
