"""Studios live at random, and every promise about them holds after every act."""

import os
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.lives import LifeByChance
from tests.promises import Watch, broken_promises

PROGRAMMES = (
    "beihai", "chifeng", "hainan", "county-master-teacher", "vocational-class-teacher", "township-subject-master", "shijiazhuang",
    "departmental-class-teacher", "dual-master", "primary-three-year",
)  # fmt: skip
AGES = (0, 130, 340, 700, 1060)
LIVES, STEPS = int(os.environ.get("STUDIOFLOW_LIVES", "8")), int(os.environ.get("STUDIOFLOW_LIFE_STEPS", "25"))

SHRINKS = os.environ.get("STUDIOFLOW_LIFE_SHRINKS", "") == "1"  # a shorter life with the same end takes minutes to find

which = st.integers(0, 30)


class RandomLife(RuleBasedStateMachine):
    """One bureau; what may happen in it happens in any order."""

    life: LifeByChance | None = None

    @initialize(code=st.sampled_from(PROGRAMMES), age=st.sampled_from(AGES), studios=st.integers(1, 2))
    def a_studio_begins(self, code: str, age: int, studios: int) -> None:
        self.life = LifeByChance(code, studios)
        self.watch = Watch(self.life)
        self.life.afterwards = self.nothing_broken
        if age:
            self.time_passes(age)

    def nothing_broken(self) -> None:
        _none(self.watch.look())

    @property
    def here(self) -> LifeByChance:
        assert self.life is not None
        return self.life

    @rule(days=st.sampled_from((1, 3, 8, 20, 45, 100, 190, 370)))
    def time_passes(self, days: int) -> None:
        self.here.pass_days(days)
        _none(self.watch.look(exact=False))

    @rule(upto=st.integers(1, 12), accepted=st.booleans(), n=which)
    def duties_are_handed_in(self, *, upto: int, accepted: bool, n: int) -> None:
        for run in _from(self.here.live("activities", "open", "overdue", "submitted"), n)[:upto]:
            self.here.hand_in(run, accepted=accepted)

    @rule(n=which, event=st.sampled_from(("excuse", "extend")))
    def a_duty_is_let_off(self, n: int, event: str) -> None:
        for run in _from(self.here.live("activities", "open", "overdue"), n)[:1]:
            self.here.press(run, event, reason="情况特殊", **({"due_on": "2031-12-31"} if event == "extend" else {}))

    @rule(n=which, grades=st.lists(st.integers(0, 3), min_size=1, max_size=6), through=st.booleans())
    def somebody_judges(self, *, n: int, grades: list[int], through: bool) -> None:
        for run in _from(self.here.live("assessment", "open"), n)[:2]:
            self.here.propose(run, grades)
        if through:
            self.results_go_out()

    @rule(
        days=st.sampled_from((60, 150, 200, 370)),
        grades=st.lists(st.integers(0, 3), min_size=1, max_size=4),
        paid=st.booleans(),
    )
    def much_is_judged(self, *, days: int, grades: list[int], paid: bool) -> None:
        self.time_passes(days)
        for run in self.here.live("assessment", "open"):
            self.here.propose(run, grades)
        self.results_go_out()
        for run in self.here.live("grant", "due") if paid else ():
            self.here.pay(run, 80_000)

    @rule()
    def results_go_out(self) -> None:
        for state, event in (("proposed", "confirm"), ("confirmed", "release")):
            for run in self.here.live("assessment", state):
                self.here.press(run, event)

    @rule(mended=st.booleans(), reports=st.booleans(), late=st.booleans())
    @precondition(lambda self: self.life is not None and self.life.live("rectification"))
    def somebody_mends(self, *, mended: bool, reports: bool, late: bool) -> None:
        run = self.here.live("rectification")[0]
        if reports and run.state == "mending":
            self.here.press(run, "report", measures=["逐条整改"], report="已经整改")
        if late:
            self.time_passes(100)
        grade = self.here.policy(run).capped if mended else "unqualified"
        self.here.press(run, "reassess", grade=grade, reason="现场复核")

    @rule(n=which, percent=st.integers(0, 100))
    @precondition(lambda self: self.life is not None and self.life.live("decision"))
    def somebody_decides(self, n: int, percent: int) -> None:
        self.here.decide(_from(self.here.live("decision"), n)[0], n, percent)

    @rule(n=which, fen=st.sampled_from((1, 99, 5_000_000)))
    def money_is_paid(self, n: int, fen: int) -> None:
        for run in _from(self.here.live("grant", "due"), n)[:2]:
            self.here.pay(run, fen)

    @rule(fen=st.sampled_from((1, 30_000, 1_000_000)), undo=st.booleans(), n=which)
    def money_is_spent(self, *, fen: int, undo: bool, n: int) -> None:
        for studio in self.here.studio_rows():
            self.here.spend(studio, fen)
        for line in _from(self.here.lines(), n)[:1] if undo else ():
            self.here.correct(line)

    @rule(own=st.booleans(), people=st.integers(1, 4), n=which)
    def somebody_asks_to_join(self, *, own: bool, people: int, n: int) -> None:
        studio = _from(self.here.studio_rows(), n)[0]
        for _ in range(people):
            self.here.join(studio, own_school=own)

    @rule(n=which)
    def somebody_asks_to_leave(self, n: int) -> None:
        for studio in self.here.studio_rows():
            for seat in _from(self.here.seats(studio.id), n)[:1]:
                self.here.leave(seat)

    @rule(n=which, most=st.integers(1, 10), refused=st.booleans())
    def requests_go_on(self, *, n: int, most: int, refused: bool) -> None:
        for run in _from(self.here.requests(), n)[:most]:
            if refused and run.stage == "tier_review":
                self.here.press(run, "decline", reason="暂不同意")
            elif refused and run.application_id is not None:
                self.here.press(run, "withdraw", reason="不再申请")
            else:
                self.here.press_usual(run, n)

    @rule(n=which)
    def somebody_loses_what_is_asked(self, n: int) -> None:
        for studio in _from(self.here.studio_rows(), n)[:1]:
            for seat in _from(self.here.seats(studio.id), n)[:1]:
                self.here.lose(seat)

    @rule(absent=st.integers(0, 3), times=st.integers(1, 4))
    def they_meet(self, absent: int, times: int) -> None:
        for _ in range(times):
            for studio in self.here.studio_rows():
                self.here.meet(studio, absent)

    @invariant()
    def every_promise_is_kept(self) -> None:
        if self.life is not None:
            _none(broken_promises(self.life))


def _none(broken: Sequence[str]) -> None:
    if broken:
        raise AssertionError("\n".join(broken))


def _from(rows: Any, n: int) -> list[Any]:
    """The rows in their order, beginning with the n-th, round and round."""
    listed = list(rows)
    return listed[n % len(listed) :] + listed[: n % len(listed)] if listed else []


TestRandomLife = RandomLife.TestCase
TestRandomLife.settings = settings(
    max_examples=LIVES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if SHRINKS else [])], report_multiple_bugs=False,
)  # fmt: skip
