"""A studio's life as a script of requests: months open, people hand in, judge, pay and go on; each may be killed and asked for again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Engine, select, update
from sqlmodel import SQLModel

from flows.engine.apply import apply
from flows.engine.calendar import at_local
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.requests import once
from flows.engine.sweep import next_waking, sweep
from flows.engine.work import Intent, Work, ask_of, read_facts, run_state
from flows.opening import open_due
from flows.rehearsal.bureau import OFFICE_HOUR, Bureau
from flows.rehearsal.established import establish
from flows.rehearsal.ground import loaded
from flows.simulation.habits import HABITS, papers_of
from flows.simulation.rates import Rates
from models import (
    Attachment,
    Consequence,
    Credit,
    Cycle,
    File,
    LedgerEntry,
    Message,
    Person,
    StageRun,
    Studio,
    Transition,
)
from models.columns import table_of
from models.session import transaction

RUNS, TRANSITIONS, MESSAGES, CYCLES = (table_of(one) for one in (StageRun, Transition, Message, Cycle))
CONSEQUENCES, CREDITS, LEDGER, PEOPLE, STUDIOS = (
    table_of(one) for one in (Consequence, Credit, LedgerEntry, Person, Studio)
)
PLAQUE = date(2025, 5, 8)
ALL_IS_WELL = Rates(returned=0, best=1000, worst=0, agrees=1000)
WAITING = select(RUNS).where(RUNS.c.ended_at.is_(None), RUNS.c.desk != "").order_by(RUNS.c.id)
Stands = tuple[str, str]


@dataclass(frozen=True)
class Act:
    """One request of somebody about the first run that stands so; or with `stands` None a look of the clock."""

    id: str
    on: date
    stands: Stands | None

    @property
    def do(self) -> bool:
        """Whether it is a request."""
        return self.stands is not None

    @property
    def kind(self) -> str:
        """What acts of one kind have in common."""
        return "/".join(self.stands) if self.stands else "look"


class LifeScript:
    """One studio of a programme from its plaque into its next cycle, every act done the day after it is asked for."""

    name = "life"

    def __init__(self, engine: Engine, code: str, acts: list[Act] | None = None) -> None:
        SQLModel.metadata.create_all(engine)
        self.engine = engine
        self.bureau = Bureau(loaded(code), at_local(PLAQUE, OFFICE_HOUR), engine=engine)
        self.bureau.found({}, {})
        establish(self.bureau, "studio", {"plaque": PLAQUE.isoformat(), "members": {"member": 8}})
        with transaction(engine) as session:
            people = [row.id for row in session.execute(select(PEOPLE.c.id))]
        keys = {f"person:{one}" for one in people} | {f"body:{one}" for one in self.bureau.bodies.values()}
        self.actor = Actor("person", self.bureau.people["bureau_officer"], keys=frozenset(keys))
        self.acts: list[Act] = acts if acts is not None else []

    def record(self, until: date) -> list[Act]:
        """Live the life undisturbed and write down what was done, up to this day."""
        day = PLAQUE
        while day <= until:
            self._do(Act(f"life:{len(self.acts)}", day, None))
            for stands in self._waiting():
                with suppress(Refused):  # what stands in the way is done first, and it is asked again
                    self._do(Act(f"life:{len(self.acts)}/{'/'.join(stands)}", day, stands))
            due = next_waking(self.engine)
            openings = self.bureau.next_due()
            moments = [moment.date() for moment in (due, openings) if moment is not None]
            day = max(day + timedelta(days=1), min(moments, default=until + timedelta(days=1)))
        return self.acts

    def _do(self, act: Act) -> None:
        self.acts.append(act)
        try:
            self.play(len(self.acts) - 1, lambda _place: None)
        except Refused:
            self.acts.pop()
            raise

    def _waiting(self) -> list[Stands]:
        with transaction(self.engine) as session:
            return [stands for row in session.execute(WAITING) if (stands := (row.stage, row.state)) in HABITS]

    def play(self, start: int, acknowledge: Callable[[int], None], most: int | None = None) -> None:
        """Do the acts from one on; each is acknowledged when its transaction is over."""
        for place, act in enumerate(self.acts[start : None if most is None else start + most], start=start):
            now = at_local(act.on, OFFICE_HOUR)
            if act.stands is None:
                self._look(now)
            else:
                with transaction(self.engine) as session:
                    work = Work(session, self.bureau.book, now, calendar_of(session), act.id)
                    once(session, act.id, "life", act.kind, {}, now, partial(self._act, work, act.stands))
            acknowledge(place)

    def _act(self, work: Work, stands: Stands) -> Mapping[str, Any]:
        row = next(row for row in work.session.execute(WAITING) if (row.stage, row.state) == stands)
        run = run_state(row)
        _, ask = ask_of(work, run, read_facts(work, [run])[run.id], "", self.actor, {})
        if stands == ("application", "drafting"):
            self._attach(work, row.application_id, papers_of(ask))
        event, payload = HABITS[stands][0](ask, ALL_IS_WELL, Random(1))
        happening = apply(work, Intent(run.id, event, payload, run.version), self.actor)
        return {"run": run.id, "version": happening.version, "state": happening.move.to}

    def _attach(self, work: Work, application_id: int, papers: frozenset[str]) -> None:
        work.session.merge(File(sha256="0" * 64, size=1, type="application/pdf", stored_at=work.now))
        work.session.flush()
        for slot in sorted(papers):
            work.session.add(Attachment(
                application_id=application_id, slot=slot, filename=f"{slot}.pdf", file_sha256="0" * 64,
                uploaded_by=self.actor.person_id or 0, uploaded_at=work.now,
            ))  # fmt: skip
        work.session.flush()

    def _look(self, now: Any) -> None:
        with transaction(self.engine) as session:  # hundreds of deaths over one run are no incident here
            session.execute(update(RUNS).where(RUNS.c.attempts > 0).values(attempts=0))
        open_due(self.engine, self.bureau.book, now)
        sweep(self.engine, self.bureau.book, now)
        while (due := next_waking(self.engine)) is not None and due <= now + timedelta(hours=1):
            sweep(self.engine, self.bureau.book, due)  # what a dead worker had claimed

    def ending(self) -> dict[str, Any]:
        """How it ended, without numbers of rows: the same however often it was killed."""
        asked = {
            "moves": select(RUNS.c.stage, RUNS.c.step, TRANSITIONS.c.event, TRANSITIONS.c.to_state).join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id),
            "told": select(MESSAGES.c.notice, MESSAGES.c.address).where(MESSAGES.c.key.not_like("%/rung%")),
            "followed": select(CONSEQUENCES.c.kind, CONSEQUENCES.c.whom),
            "credited": select(CREDITS.c.standing, CREDITS.c.amount),
            "ledger": select(LEDGER.c.number, LEDGER.c.kind, LEDGER.c.amount_fen),
            "cycles": select(CYCLES.c.number, CYCLES.c.begins_on, CYCLES.c.ends_on),
            "standing": select(STUDIOS.c.standing),
        }  # fmt: skip
        with transaction(self.engine) as session:
            return {name: sorted(map(tuple, session.execute(query))) for name, query in asked.items()}
