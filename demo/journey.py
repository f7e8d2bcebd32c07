"""A whole round on the demonstration bureau, by everybody's ordinary acts, on a clock that is told the time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from demo.founding import Founded, found
from flows.engine.apply import apply, apply_many
from flows.engine.calendar import at_local, local_day
from flows.engine.clock import VirtualClock
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.lists import apply_list, make_list
from flows.engine.sweep import sweep
from flows.engine.work import Intent, Work
from flows.office.rounds import Places, RoundPlan, begin_application, plan_round
from flows.office.selection import announce, draft_announcement, draft_draw, draft_posting, draft_ranking, waiting
from flows.regulations import Regulations
from models import Body, StageRun
from models.columns import table_of
from models.session import reading, transaction

RUNS, BODIES = table_of(StageRun), table_of(Body)
CHUNK = 200


@dataclass
class Journey:
    """One round from launch to plaques; each step is what its people would press, `to(day)` lets time pass between."""

    engine: Engine
    clock: VirtualClock
    book: Regulations = field(default_factory=Regulations)
    founded: Founded | None = None
    round_id: int = 0
    refused: list[str] = field(default_factory=list)

    def begin(self, year: int = 2026, places: int = 30, county_places: int = 8) -> None:
        """Found the bureau and launch its round of the year, with places for the city and for each county."""
        with transaction(self.engine) as session:
            self.founded = found(session, self.clock.now())
        quotas = [Places("round", at_most=places), Places("county", at_most=county_places)]
        plan = RoundPlan(
            self.founded.version_id, "apply", year, f"{year} 年度名校长工作室申报", date(year, 3, 2), date(year, 3, 31), "CF", quotas
        )  # fmt: skip
        self.round_id, run_id = self._as_bureau(lambda work, actor: plan_round(work, actor, plan))
        self._as_bureau(lambda work, actor: apply(work, Intent(run_id, "launch"), actor))

    def apply_all(self) -> int:
        """Everybody of the roster's list begins and submits; who does not meet the criteria is refused. Returns how many came in."""
        submitted = 0
        for row in self._founded.roster.applied:
            actor = Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))
            with transaction(self.engine) as session:
                work = self._work(session)
                _, run_id = begin_application(
                    work,
                    actor,
                    self.round_id,
                    school_stage=row.school_stage,
                    studio_name=row.studio_name,
                    answers=row.answers,
                )
                try:
                    apply(work, Intent(run_id, "submit"), actor)
                    submitted += 1
                except Refused as refusal:
                    self.refused.append(refusal.says)
        return submitted

    def endorse(self, step: str, share: float = 1.0) -> int:
        """Every body endorses what waits on its desk at a step, in the order it came; returns how many were endorsed."""
        with reading(self.engine) as session:
            rows = session.execute(
                select(RUNS.c.id, RUNS.c.version, RUNS.c.held_by)
                .where(
                    RUNS.c.round_id == self.round_id,
                    RUNS.c.step == step,
                    RUNS.c.state == "reviewing",
                    RUNS.c.ended_at.is_(None),
                )
                .order_by(RUNS.c.id)
            ).all()
        desks: dict[str, list[Any]] = {}
        for row in rows[: round(len(rows) * share)]:
            desks.setdefault(row.held_by, []).append(row)
        return sum(self._endorse_desk(desk, waiting_here) for desk, waiting_here in desks.items())

    def _endorse_desk(self, desk: str, rows: Sequence[Any]) -> int:
        with transaction(self.engine) as session:
            intents = [Intent(row.id, "endorse", {"reason": "同意推荐"}, row.version) for row in rows]
            results = apply_many(self._work(session), intents, Actor("person", None, keys=frozenset({desk})))
        return sum(not result.refused for result in results)

    def decline_rest(self, step: str) -> int:
        """What found no place in the quota is declined with its reason."""
        declined = 0
        with reading(self.engine) as session:
            rows = session.execute(
                select(RUNS.c.id, RUNS.c.held_by).where(
                    RUNS.c.round_id == self.round_id, RUNS.c.step == step, RUNS.c.ended_at.is_(None)
                )
            ).all()
        for row in rows:
            with transaction(self.engine) as session:
                actor = Actor("person", None, keys=frozenset({row.held_by}))
                apply(self._work(session), Intent(row.id, "decline", {"reason": "名额已满"}), actor)
                declined += 1
        return declined

    def draw(self, seed: str = "2026") -> None:
        """Draw the panels from a recorded seed."""
        self._list(lambda work, actor: draft_draw(work, actor, self.round_id, seed))

    def score_all(self) -> int:
        """Every expert gives a mark, made from the numbers of the sheet; further experts are asked where they differ too far."""
        given = 0
        while sheets := self._open_sheets():
            for chunk in _chunks(sheets, CHUNK):
                with transaction(self.engine) as session:
                    work = self._work(session)
                    for row in chunk:
                        self._give(work, row)
                given += len(chunk)
        return given

    def _open_sheets(self) -> Sequence[Any]:
        with reading(self.engine) as session:
            return session.execute(
                select(RUNS)
                .where(RUNS.c.round_id == self.round_id, RUNS.c.stage == "opinion", RUNS.c.ended_at.is_(None))
                .order_by(RUNS.c.id)
            ).all()

    def _give(self, work: Work, row: Any) -> None:
        policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
        merit = (row.application_id * 7919) % 31
        taste = (row.id * 104_729) % 9
        share = (62 + merit + taste) / 100
        marks = {place: min(round(most * share), most) for place, _, most in policy.rubric}
        apply(
            work,
            Intent(row.id, "give", {"marks": marks}, row.version),
            Actor("person", None, keys=frozenset({row.held_by})),
        )

    def rank(self) -> None:
        """Rank: the best within the places, the next in reserve."""
        self._list(lambda work, actor: draft_ranking(work, actor, self.round_id))

    def post(self) -> None:
        """Post the public notice."""
        self._list(lambda work, actor: draft_posting(work, actor, self.round_id))

    def announce(self) -> str:
        """Announce everybody whose notice is over, under one number."""
        listing_id = self._as_bureau(lambda work, actor: draft_announcement(work, actor, self.round_id))
        number: str = self._as_bureau(lambda work, actor: announce(work, actor, listing_id, self.round_id))
        apply_list(self.engine, self.book, listing_id, self.clock.now())
        return number

    def hang(self) -> None:
        """Hang the plaques; the cycles begin."""
        self._list(lambda work, actor: draft_announcement(work, actor, self.round_id, "hang"))

    def to(self, day: date, hour: int = 10) -> None:
        """Let time pass, the clock looking every morning."""
        while local_day(self.clock.now()) < day:
            tomorrow = date.fromordinal(local_day(self.clock.now()).toordinal() + 1)
            self.clock.advance(at_local(tomorrow, 8, 1))
            sweep(self.engine, self.book, self.clock.now())
        if at_local(day, hour) > self.clock.now():
            self.clock.advance(at_local(day, hour))

    def count(self, stage: str, state: str) -> int:
        """How many of the round stand in a state."""
        with reading(self.engine) as session:
            return len(waiting(self._work(session), self.round_id, stage, state))

    def run_to_plaques(self) -> str:
        """The whole round of 2026; returns the number it was announced under."""
        self.begin()
        self.to(date(2026, 3, 9))
        self.apply_all()
        self.to(date(2026, 3, 13))
        self.endorse("school_review")
        self.to(date(2026, 4, 2))
        self.endorse("county_review")
        self.decline_rest("county_review")
        self.draw()
        self.to(date(2026, 4, 20))
        self.score_all()
        self.rank()
        self.to(date(2026, 6, 1))
        self.post()
        self.to(date(2026, 6, 8))
        number = self.announce()
        self.to(date(2026, 6, 29))
        self.hang()
        return number

    @property
    def _founded(self) -> Founded:
        if self.founded is None:
            raise RuntimeError("the journey has not begun")
        return self.founded

    def _work(self, session: Any) -> Work:
        return Work(session, self.book, self.clock.now(), calendar_of(session))

    def _as_bureau(self, act: Callable[[Work, Actor], Any]) -> Any:
        actor = Actor("person", None, keys=frozenset({f"body:{self._founded.bureau_id}"}))
        with transaction(self.engine) as session:
            return act(self._work(session), actor)

    def _list(self, draft: Callable[[Work, Actor], int]) -> None:
        listing_id = self._as_bureau(draft)
        self._as_bureau(lambda work, actor: make_list(work, actor, listing_id))
        apply_list(self.engine, self.book, listing_id, self.clock.now())


def _chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
