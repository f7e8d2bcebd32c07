"""A round as a script of requests: each may be killed anywhere and asked for again under the same id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from flows.engine.apply import apply
from flows.engine.calendar import at_local
from flows.engine.clock import VirtualClock
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.lists import apply_list, make_list, unapplied_lists
from flows.engine.requests import once
from flows.engine.sweep import next_waking, sweep
from flows.engine.work import Intent, Work
from flows.office.rounds import begin_application
from flows.office.selection import announce, draft_announcement, draft_draw, draft_posting, draft_ranking
from flows.rehearsal.carrying import spread
from models import Application, Message, StageRun, Transition
from models.columns import table_of
from models.session import transaction
from tests.world import World

APPLICATIONS, RUNS, TRANSITIONS, MESSAGES = (
    table_of(Application),
    table_of(StageRun),
    table_of(Transition),
    table_of(Message),
)
MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
PANEL = 5
Do = Callable[[Work], Mapping[str, Any]]


@dataclass(frozen=True)
class Act:
    """One request of the script, or with `do` None a look of the clock: lists that are not applied, deadlines that are due."""

    id: str
    on: date
    do: Do | None


class Script:
    """One round with so many applicants, from drafts to plaques."""

    def __init__(self, world: World, name: str, applicants: int) -> None:
        self.world, self.name = world, name
        world.clock = VirtualClock(at_local(date(2025, 2, 24), 9))
        world.round(date(2025, 3, 31))
        self.round_id = world.round_id
        self.people = [f"{name}{n}" for n in range(applicants)]
        for one in self.people:
            world.applicant(one, credentials=MASTER)
        desks = ("bureau", "county_a", "county_a_school1", *self.people)
        self.actors = {one: world.actor(one) for one in desks}
        self.acts = list(self._acts())

    def _acts(self) -> Sequence[Act]:
        people, march, april = self.people, date(2025, 3, 3), date(2025, 4, 14)
        say = self._act
        return [
            *(say(f"begin/{one}", march, self._begin(one)) for one in people),
            *(say(f"submit/{one}", march, self._event(one, one, "submit")) for one in people),
            *(say(f"school/{one}", date(2025, 3, 7), self._event("county_a_school1", one, "endorse")) for one in people),
            *(say(f"county/{one}", date(2025, 3, 17), self._event("county_a", one, "endorse", rank=n))
              for n, one in enumerate(people, start=1)),
            say("draw", date(2025, 3, 17), self._list(lambda work, by: draft_draw(work, by, self.round_id, "种子"))),
            self._look("drawn", date(2025, 3, 17)),
            *(say(f"score/{n}", date(2025, 3, 20), self._score(n)) for n in range(PANEL * len(people))),
            say("rank", date(2025, 4, 8), self._list(lambda work, by: draft_ranking(work, by, self.round_id))),
            self._look("ranked", date(2025, 4, 8)),
            say("post", april, self._list(lambda work, by: draft_posting(work, by, self.round_id))),
            self._look("posted", april),
            self._look("cleared", date(2025, 4, 22)),
            say("announce", date(2025, 4, 23), self._announce),
            self._look("announced", date(2025, 4, 23)),
            *(say(f"hang/{one}", date(2025, 5, 8), self._event("bureau", one, "hang")) for one in people),
        ]  # fmt: skip

    def _act(self, what: str, on: date, do: Do) -> Act:
        return Act(f"{self.name}:{what}", on, do)

    def _look(self, what: str, on: date) -> Act:
        return Act(f"{self.name}:{what}", on, None)

    # What is asked

    def _begin(self, name: str) -> Do:
        def do(work: Work) -> Mapping[str, Any]:
            who = self.actors[name]
            ids = begin_application(work, who, self.round_id, person_id=who.person_id, studio_name=f"{name}工作室")
            return {"application": ids[0], "run": ids[1]}

        return do

    def _event(self, by: str, name: str, event: str, **payload: Any) -> Do:
        def do(work: Work) -> Mapping[str, Any]:
            run = self._live(work, self.actors[name])
            happening = apply(work, Intent(run.id, event, payload, run.version), self.actors[by])
            return {"run": run.id, "version": happening.version, "state": happening.move.to}

        return do

    def _live(self, work: Work, whose: Actor) -> Any:
        return work.session.execute(
            select(RUNS).join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.subject_id)
            .where(RUNS.c.subject_kind == "application", RUNS.c.ended_at.is_(None))
            .where(APPLICATIONS.c.round_id == self.round_id, APPLICATIONS.c.person_id == whose.person_id)
        ).one()  # fmt: skip

    def _score(self, n: int) -> Do:
        def do(work: Work) -> Mapping[str, Any]:
            query = select(RUNS).where(RUNS.c.round_id == self.round_id, RUNS.c.stage == "opinion").order_by(RUNS.c.id)
            run = work.session.execute(query).all()[n]
            rule = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id)
            expert = Actor("person", int(run.held_by.removeprefix("person:")), keys=frozenset({run.held_by}))
            policy: Any = rule.policy
            sheet = spread(90 - n // PANEL, policy.rubric)
            return {"run": apply(work, Intent(run.id, "give", {"marks": sheet}, run.version), expert).run.id}

        return do

    def _list(self, draft: Callable[[Work, Actor], int]) -> Do:
        def do(work: Work) -> Mapping[str, Any]:
            listing_id = draft(work, self.actors["bureau"])
            make_list(work, self.actors["bureau"], listing_id)
            return {"listing": listing_id}

        return do

    def _announce(self, work: Work) -> Mapping[str, Any]:
        listing_id = draft_announcement(work, self.actors["bureau"], self.round_id, "announce")
        return {"number": announce(work, self.actors["bureau"], listing_id, self.round_id)}

    # How it is run

    def play(self, start: int, acknowledge: Callable[[int], None], most: int | None = None) -> None:
        """Run the script from one act on; each act is acknowledged when its transaction is over."""
        acts = self.acts[start : None if most is None else start + most]
        for place, act in enumerate(acts, start=start):
            now = at_local(act.on, 10)
            if act.do is None:
                self._look_at(now)
            else:
                with transaction(self.world.engine) as session:
                    work = Work(session, self.world.book, now, calendar_of(session), act.id)
                    do = act.do
                    once(session, act.id, "script", act.id.split("/")[0], {}, now, lambda do=do, work=work: do(work))  # type: ignore[misc]
            acknowledge(place)

    def _look_at(self, now: Any) -> None:
        engine, book = self.world.engine, self.world.book
        with transaction(engine) as session:
            # That eight deaths over one run make an incident is shown elsewhere; here there are hundreds.
            session.execute(update(RUNS).where(RUNS.c.attempts > 0).values(attempts=0))
            lists = unapplied_lists(session)
        for listing_id in lists:
            apply_list(engine, book, listing_id, now, chunk=2)
        sweep(engine, book, now, chunk=2)
        while (due := next_waking(engine)) is not None and due <= now + timedelta(hours=1):
            sweep(engine, book, due, chunk=2)  # what a dead worker had claimed

    def ending(self) -> dict[str, Any]:
        """How the round ended: what happened how often and who was told what; the same however often it was killed."""
        with transaction(self.world.engine) as session:
            moves = session.execute(
                select(RUNS.c.stage, TRANSITIONS.c.event, TRANSITIONS.c.to_state, RUNS.c.subject_kind)
                .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
                .where(RUNS.c.round_id == self.round_id, RUNS.c.subject_kind != "round")
            ).all()
            told = session.execute(
                select(MESSAGES.c.notice).join(RUNS, RUNS.c.id == MESSAGES.c.run_id)
                .where(RUNS.c.round_id == self.round_id, RUNS.c.subject_kind != "round", MESSAGES.c.key.not_like("%/rung%"))
            ).scalars().all()  # fmt: skip
            outcomes = (
                session.execute(select(APPLICATIONS.c.outcome).where(APPLICATIONS.c.round_id == self.round_id))
                .scalars()
                .all()
            )
        return {"moves": sorted(map(tuple, moves)), "told": sorted(told), "outcomes": sorted(map(str, outcomes))}
