"""A whole round on the demonstration bureau, by everybody's ordinary acts, on a clock that is told the time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine, func, select

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
from flows.opening import open_due, openings_due
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
    mornings: list[Callable[[date], None]] = field(default_factory=list)

    def begin(self, year: int = 2026, places: int = 30, county_places: int = 8) -> None:
        """Found the bureau and launch its round of the year, with places for the city and for each county."""
        with transaction(self.engine) as session:
            self.founded = found(session, self.clock.now())
        quotas = [Places("round", at_most=places), Places("county", at_most=county_places)]
        plan = RoundPlan(
            self.founded.version_id, "apply", year, f"{year} 年度名校长工作室申报", date(year, 3, 2), date(year, 3, 31), "CF", quotas
        )  # fmt: skip
        self.round_id, run_id = self.as_bureau(lambda work, actor: plan_round(work, actor, plan))
        self.as_bureau(lambda work, actor: apply(work, Intent(run_id, "launch"), actor))

    def apply_all(self) -> int:
        """Everybody of the roster's list begins and submits; who does not meet the criteria is refused. Returns how many came in."""
        submitted = 0
        for row in self._founded.roster.applied:
            actor = Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))
            with transaction(self.engine) as session:
                work = self.work(session)
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
            results = apply_many(self.work(session), intents, Actor("person", None, keys=frozenset({desk})))
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
                apply(self.work(session), Intent(row.id, "decline", {"reason": "名额已满"}), actor)
                declined += 1
        return declined

    def draw(self, seed: str = "2026") -> None:
        """Draw the panels from a recorded seed."""
        self._list(lambda work, actor: draft_draw(work, actor, self.round_id, seed))

    def score_all(self) -> int:
        """Every expert gives a mark, made from the numbers of the sheet; further experts are asked where they differ too far."""
        given = 0
        while sheets := self.open_sheets():
            for chunk in _chunks(sheets, CHUNK):
                with transaction(self.engine) as session:
                    work = self.work(session)
                    for row in chunk:
                        self.give(work, row)
                given += len(chunk)
        return given

    def open_sheets(self) -> Sequence[Any]:
        """The sheets of the round on which no expert has marked yet."""
        with reading(self.engine) as session:
            return session.execute(
                select(RUNS)
                .where(RUNS.c.round_id == self.round_id, RUNS.c.stage == "opinion", RUNS.c.ended_at.is_(None))
                .order_by(RUNS.c.id)
            ).all()

    def give(self, work: Work, row: Any) -> None:
        """One expert's mark on one sheet, made from the numbers of the sheet."""
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
        listing_id = self.as_bureau(lambda work, actor: draft_announcement(work, actor, self.round_id))
        number: str = self.as_bureau(lambda work, actor: announce(work, actor, listing_id, self.round_id))
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
            self.look()
            for live in self.mornings:
                live(tomorrow)
        if at_local(day, hour) > self.clock.now():
            self.clock.advance(at_local(day, hour))

    def look(self) -> None:
        """Do what is due now: what fell due, then what opens today."""
        now = self.clock.now()
        with reading(self.engine) as session:
            wakes = session.execute(select(func.min(RUNS.c.wake_at)).where(RUNS.c.wake_at <= now)).scalar()
            opens = openings_due(session, local_day(now))
        if wakes is not None:
            sweep(self.engine, self.book, now)
        if opens is not None:
            open_due(self.engine, self.book, now)

    @contextmanager
    def at_work(self) -> Iterator[Work]:
        """One transaction at this moment."""
        with transaction(self.engine) as session:
            yield self.work(session)

    def count(self, stage: str, state: str) -> int:
        """How many of the round stand in a state."""
        with reading(self.engine) as session:
            return len(waiting(self.work(session), self.round_id, stage, state))

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

    def work(self, session: Any) -> Work:
        """The work of a transaction at this moment."""
        return Work(session, self.book, self.clock.now(), calendar_of(session))

    def as_bureau(self, act: Callable[[Work, Actor], Any]) -> Any:
        """Act for the bureau, in a transaction of its own."""
        actor = Actor("person", None, keys=frozenset({f"body:{self._founded.bureau_id}"}))
        with transaction(self.engine) as session:
            return act(self.work(session), actor)

    def _list(self, draft: Callable[[Work, Actor], int]) -> None:
        listing_id = self.as_bureau(draft)
        self.as_bureau(lambda work, actor: make_list(work, actor, listing_id))
        apply_list(self.engine, self.book, listing_id, self.clock.now())


def _chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
